"""The duties that a distributed derivative owes to one base: copies, notices, phrases, names, restrictions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.lineage.declared import Declared
from auditor.lineage.derivative import Base, Derivative
from auditor.lineage.stated import Stated
from auditor.model.finding import Severity
from auditor.model.license import LicenseProfile
from auditor.rulebook.license_files import fold_name

__all__ = ["duty_findings", "is_limited", "name_findings"]

NO_COMMERCE = frozenset({"noncommercial-only", "research-only"})
CHANGING = frozenset({"finetune", "adapter", "quantized", "merge", "distilled-from-outputs", "trained-on-dataset"})
DERIVATIVE_ACTS = frozenset({"distribute-derivative", "outputs-model", "any-use", "public-statement"})
_WORDS = {
    "missing-license-copy": "Recipients get no copy of the license, nor a link where one suffices.",
    "missing-notice": "The prescribed line stands in no notice file.",
    "missing-attribution-notice": "The prescribed attribution line is not shown.",
    "missing-display": "The prescribed phrase is not shown.",
    "missing-state-changes": "Nothing says that the model was changed.",
    "restrictions-not-passed-on": "The restrictions on use are not written into the derivative's terms.",
    "missing-attribution": "The base is not credited.",
}


def is_limited(profile: LicenseProfile) -> bool:
    """Return whether a license keeps commerce, or everything but research, out of its grant."""
    terms = profile.terms
    flags = terms["noncommercial_only"].value is True or terms["research_only"].value is True
    return flags or terms["distribute_derivatives"].value in NO_COMMERCE


def duty_findings(
    base: Base, profile: LicenseProfile, derivative: Derivative, declared: Declared, relation: str
) -> Iterator[Stated]:
    """Return one finding for each duty that is not met, and one for all that nobody looked at."""
    flags, unlooked = derivative.card_flags, []
    same = declared.profile is not None and declared.profile.id == profile.id
    for code, term, seen in _owed(profile, relation):
        if code == "restrictions-not-passed-on" and (same or (is_limited(profile) and declared.allows_commerce)):
            continue  # the license itself passes them on; or a graver finding says that its limit is not kept
        flag = getattr(flags, seen)
        if code == "missing-display" and flag and not _phrase_is_right(profile, flags.phrase_used):
            flag = False
        if flag is True:
            continue
        section = profile.terms[term].section
        severity: Severity | None = None if flag is False else "warning"
        words = _words(code, profile)
        if flag is False or derivative.source:
            yield Stated(code, words, base.license, profile=profile.id, section=section, severity=severity)
        if flag is None:
            unlooked.append(section or term)
    if unlooked:
        said = "Nobody looked into the files for what the license asks; read them before saying that it is missing."
        yield Stated(
            "check-files",
            said,
            license=base.license,
            profile=profile.id,
            section="; ".join(unlooked),
            severity="warning",
        )


def _owed(profile: LicenseProfile, relation: str) -> Iterator[tuple[str, str, str]]:
    """Return code, term and card flag of every duty that distributing a derivative brings."""
    terms = profile.terms
    kinds = profile.application.duty_kinds if profile.application else {}
    if terms["license_copy"].value not in ("none", "unknown"):
        yield "missing-license-copy", "license_copy", "license_copy"
    if isinstance(terms["notice_file"].value, str) and terms["notice_file"].value != "unknown":
        shown = "attribution-notice" in kinds.get("notice-file", ())
        yield ("missing-attribution-notice" if shown else "missing-notice"), "notice_file", "notice_file"
    if isinstance(terms["attribution_display"].value, Mapping) and _for_derivatives(profile, "attribution_display"):
        yield "missing-display", "attribution_display", "display_phrase"
    if terms["state_changes"].value is True and relation in CHANGING:
        yield "missing-state-changes", "state_changes", "states_changes"
    if terms["pass_on_restrictions"].value is True or terms["share_alike"].value == "use-limit-only":
        term = "pass_on_restrictions" if terms["pass_on_restrictions"].value is True else "share_alike"
        yield "restrictions-not-passed-on", term, "passes_restrictions"
    if "attribution" in kinds.get("retain-notices", ()):
        yield "missing-attribution", "retain_notices", "names_base"


def _for_derivatives(profile: LicenseProfile, term: str) -> bool:
    acts = profile.application.duties.get(term) if profile.application else None
    badge = any(
        isinstance(profile.terms[name].value, Mapping) and profile.terms[name].value.get("effect") == "badge"
        for name in ("mau_threshold", "revenue_threshold")
    )
    conditional = bool(profile.application and "display" in profile.application.only_if)
    return not (badge or conditional) and (acts is None or bool(DERIVATIVE_ACTS & set(acts)))


def _words(code: str, profile: LicenseProfile) -> str:
    words = _WORDS[code]
    value = profile.terms["attribution_display"].value
    if code == "missing-display" and isinstance(value, Mapping):
        return f'{words} It reads "{value["phrase"]}".'
    if code in ("missing-notice", "missing-attribution-notice"):
        return f'{words} It holds "{profile.terms["notice_file"].value}".'
    return words


def _phrase_is_right(profile: LicenseProfile, used: str | None) -> bool:
    value = profile.terms["attribution_display"].value
    return used is None or not isinstance(value, Mapping) or fold_name(value["phrase"]) in fold_name(used)


def name_findings(base: Base, profile: LicenseProfile, derivative: Derivative, act: str) -> Iterator[Stated]:
    """Return whether the derivative's name begins as the license asks; spaces, `-` and `_` count alike."""
    term = profile.terms["name_prefix"]
    acts = profile.application.duties.get("name_prefix", ()) if profile.application else ()
    if not isinstance(term.value, Mapping) or (acts and act not in acts):
        return
    prefix, name = str(term.value["prefix"]), derivative.name.rsplit("/", 1)[-1]
    if name.replace("-", " ").replace("_", " ").startswith(prefix.replace("-", " ")):
        return
    if _squeezed(name).startswith(_squeezed(prefix)):
        said = f"The name begins with '{prefix}' but for capitals or separators."
        yield Stated("name-prefix-style", said, base.license, profile=profile.id, section=term.section)
        return
    inside = fold_name(prefix) in fold_name(name)
    where = ", it stands there, but not at the beginning" if inside else ""
    said = f"The name must begin with '{prefix}'{where}."
    yield Stated("missing-name-prefix", said, base.license, profile=profile.id, section=term.section)


def _squeezed(name: str) -> str:
    return fold_name(name).replace("-", "")
