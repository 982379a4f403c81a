"""The templates of reports/templates, with one environment for HTML and one for plain text."""

from __future__ import annotations

from typing import Any

from auditor.rulebook.locator import data_folder

__all__ = ["template_environment"]


def template_environment(*, html: bool) -> Any:
    """Return a Jinja environment over our templates: strict about names, escaping everything in HTML."""
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(data_folder("reports/templates")),
        autoescape=html,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
