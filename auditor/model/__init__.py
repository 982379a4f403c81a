"""The types that travel through an audit; no input, no output, no rules."""
