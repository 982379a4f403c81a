"""Figures over a table, as SVG with real text; colors are never the only thing that tells two things apart."""
