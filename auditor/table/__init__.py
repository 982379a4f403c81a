"""What researchers make of many reports."""
