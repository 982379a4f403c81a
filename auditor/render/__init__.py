"""Reports as text, JSON, HTML, Markdown and CSV."""
