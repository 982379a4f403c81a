"""Which license a text or name is, and which licenses govern a subject."""
