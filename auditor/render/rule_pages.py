"""The pages of docs/ that are made from the rules, so that they cannot differ from them."""

from __future__ import annotations

from auditor.model.finding import DIMENSIONS
from auditor.rulebook.checks import Check
from auditor.rulebook.frameworks import Framework
from auditor.rulebook.load import Rulebook

__all__ = ["check_page", "framework_page", "rule_pages"]

_MADE = "<!-- Made by `auditor rules docs`; change the rules, not this page. -->\n"


def rule_pages(rulebook: Rulebook) -> dict[str, str]:
    """Return file name -> Markdown for every generated page."""
    return {
        "checks.md": _checks(rulebook),
        "spectrum.md": _spectrum(rulebook),
        "licenses.md": _licenses(rulebook),
        "vocabulary.md": _vocabulary(rulebook),
        "frameworks.md": _frameworks(rulebook),
    }


def check_page(check: Check) -> str:
    """Return one check as Markdown: question, reason, outcomes, remedy, references."""
    outcomes = "\n".join(f"- {name.replace('_', ' ')}: {words}" for name, words in check.outcomes.items())
    references = "\n".join(f"- {reference}" for reference in check.references)
    return (
        f"### {check.id}\n\n**{check.question}** ({check.dimension}, {check.severity}, {check.lifecycle}, "
        f"since {check.since})\n\n{check.why}\n\n{outcomes}\n\nRemedy: {check.remediation}\n\n{references}\n"
    )


def _checks(rulebook: Rulebook) -> str:
    parts = [_MADE, f"# Checks\n\n{len(rulebook.checks)} questions about facts; yes is good, unknown is an answer.\n"]
    for dimension, plain in rulebook.vocabulary.dimensions.items():
        parts.append(f"## {dimension}\n\n{plain}\n")
        parts += [check_page(check) for check in rulebook.checks.values() if check.dimension == dimension]
    return "\n".join(parts)


def _spectrum(rulebook: Rulebook) -> str:
    spectrum = rulebook.spectrum
    parts = [_MADE, "# Spectrum\n\nA level holds when its requirement and all below it hold.\n"]
    for dimension in DIMENSIONS:
        parts.append(f"## {dimension}\n\n| level | requirement | decided by |\n|---|---|---|")
        parts += [
            f"| {level} | {row.plain} | {', '.join(row.checks)} |"
            for level, row in enumerate(spectrum.dimensions[dimension], start=1)
        ]
        parts.append("")
    parts.append("## Labels\n\n| label | meaning | needs |\n|---|---|---|")
    for rung in spectrum.ladder:
        needs = ", ".join(f"{name} {level}" for name, level in rung.levels.items())
        facts = ", ".join(sorted(rung.when.reads)) if rung.when else ""
        both = "; ".join(part for part in (needs, facts) if part) or "nothing"
        parts.append(f"| {rung.label} | {rulebook.vocabulary.labels[rung.label]} | {both} |")
    parts.append("\n## What a reader can do\n")
    parts += [f"- **{rule.id}**: {rule.plain}" for rule in spectrum.capabilities]
    return "\n".join(parts) + "\n"


def framework_page(framework: Framework) -> str:
    """Return one yardstick as Markdown: what it asks, how its result is made, what stays due."""
    result = framework.result
    needed = {name for step in result.steps for name in step.requires} | {*result.requires, *result.counted}
    rows = ["| criterion | asks | counts | a person confirms | where it says so |", "|---|---|---|---|---|"]
    for criterion in framework.criteria:
        confirm = "yes" if criterion.confirm else ("sometimes" if criterion.confirm_when else "no")
        counts = "yes" if criterion.id in needed else "no"
        rows.append(f"| {criterion.id} | {criterion.plain} | {counts} | {confirm} | {criterion.section} |")
    parts = [
        f"## {framework.id}\n\n**{framework.title}**, {framework.version} ({framework.published}). {framework.plain}\n"
    ]
    parts.append(f"Source: {framework.source}.\n")
    if framework.limits:
        parts.append(f"{framework.limits.strip()}\n")
    parts += ["\n".join(rows) + "\n", "Results:\n"]
    parts.append("\n".join(f"- **{name}**: {words}" for name, words in result.meanings.items()) + "\n")
    if framework.staying:
        parts.append("Stays due whatever the result:\n")
        parts.append("\n".join(f"- {duty['plain']} ({duty['section']})" for duty in framework.staying) + "\n")
    return "\n".join(parts)


def _frameworks(rulebook: Rulebook) -> str:
    head = (
        "# Frameworks\n\nPublished yardsticks, computed from the same facts side by side. Each criterion is yes, "
        "partial, no or unknown; what is not proved is never a yes, and a result names the best one not ruled out.\n"
    )
    return "\n".join([_MADE, head, *(framework_page(entry) for entry in rulebook.frameworks.values())])


def _licenses(rulebook: Rulebook) -> str:
    rows = ["| id | SPDX | title | text | read from |", "|---|---|---|---|---|"]
    for profile in rulebook.licenses.values():
        source = f"{profile.read.source}, {profile.read.on}" if profile.read else "nobody has read it"
        rows.append(f"| {profile.id} | {profile.spdx} | {profile.title} | {profile.text} | {source} |")
    head = (
        "# Licenses\n\nRead by the software's authors, not reviewed by counsel. "
        "`auditor license show ID` gives the terms.\n"
    )
    return "\n".join([_MADE, head, *rows]) + "\n"


def _vocabulary(rulebook: Rulebook) -> str:
    vocabulary = rulebook.vocabulary
    parts = [_MADE, "# Vocabulary\n\n## Facts\n\n| fact | type | meaning |\n|---|---|---|"]
    parts += [
        f"| {name} | {('one of ' + ', '.join(fact.values)) if fact.values else fact.base} | {fact.plain} |"
        for name, fact in vocabulary.facts.items()
        if not name.startswith("term.")
    ]
    parts.append("\n## License terms\n\n| term | group | values, least strict first | meaning |\n|---|---|---|---|")
    for term in vocabulary.terms.values():
        parts.append(f"| {term.id} | {term.group} | {', '.join(term.values) or term.kind} | {term.plain} |")
    parts.append("\n## Findings of the resolver\n\n| code | severity | meaning | remedy |\n|---|---|---|---|")
    for name, code in vocabulary.finding_codes.items():
        parts.append(f"| {name} | {code.severity} | {code.plain} | {code.remediation} |")
    return "\n".join(parts) + "\n"
