"""Whether what a code base uses is what its organization accepts."""
