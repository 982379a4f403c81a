"""What a derivative inherits from its bases, and what its publisher broke."""
