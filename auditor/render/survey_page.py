"""A survey as one self-contained page and as a few lines for the terminal."""

from __future__ import annotations

from typing import Any

from auditor.model.survey import Survey
from auditor.render.templates import template_environment
from auditor.render.wording import DISCLAIMER, safe_line

__all__ = ["render_survey_page", "render_survey_text"]


def render_survey_page(survey: Survey) -> str:
    """Return the page: shares as bars with numbers, then licenses, statuses, levels, bases and findings."""
    environment = template_environment(html=True)
    environment.filters["safe_words"] = lambda value: safe_line(str(value))
    environment.filters["grouped"] = _grouped
    template: Any = environment.get_template("survey.html.j2")
    text: str = template.render(survey=survey, disclaimer=DISCLAIMER)
    return text


def render_survey_text(survey: Survey) -> str:
    """Return the shares, one a line."""
    width = max(len(share.title) for share in survey.shares)
    lines = [f"{_grouped(survey.repositories)} repositories, as of {survey.as_of[:10]}", ""]
    lines += [
        f"{share.title:<{width}}  {_grouped(share.count):>9}  {share.percent:>5} %"
        f"  ({share.downloads_percent} % of downloads)"
        for share in survey.shares
    ]
    return "\n".join(lines) + "\n"


def _grouped(number: int) -> str:
    return f"{number:,}"
