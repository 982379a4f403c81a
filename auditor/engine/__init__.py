"""Checks, grades, label and capabilities from facts."""
