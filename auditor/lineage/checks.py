"""Check a derivative against everything it was made from, in the finding codes of contract/README.md.

Decided from profile data alone. Duties of every base and ancestor add up; what is not distributed owes nothing that is
tied to distribution; a flag that nobody looked at gives a warning, never an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from auditor.lineage.declared import Declared, declared_of, profile_of
from auditor.lineage.derivative import Base, Derivative
from auditor.lineage.duties import duty_findings, is_limited, name_findings
from auditor.lineage.outputs import output_findings
from auditor.lineage.stated import Stated
from auditor.model.finding import Severity
from auditor.model.license import LicenseProfile
from auditor.rulebook.load import Rulebook

__all__ = ["check"]

SAME_LICENSE = frozenset({"derivatives-same-license", "combined-work", "library-file"})
NOTHING_FOUND = "Nothing was found that a base's license would forbid or still ask for."


class _Sources(msgspec.Struct, kw_only=True):
    """The bases by what was taken from them."""

    weights: list[Base]
    outputs: list[Base]
    data: list[Base]


def check(bases: Sequence[Base], derivative: Derivative, relation: str, rulebook: Rulebook) -> list[Stated]:
    """Return every finding, in a stated order; `ok` alone where there is none."""
    declared = declared_of(derivative.declared_license, rulebook)
    sources = _sources(bases, derivative, relation)
    found: list[Stated] = []
    if declared.candidates and derivative.distributed is not False:
        could = ", ".join(declared.candidates)
        found.append(Stated("ambiguous-license-tag", f"{declared.raw} could mean any of: {could}.", severity="warning"))
    seen: set[str] = set()
    profiles: list[LicenseProfile] = []
    for base in sources.weights:
        profile = profile_of(base.license, rulebook)
        if profile is None or profile.text == "not-read":
            found.append(_counsel(base, "its license is not one text that was read, so what it asks is not known."))
            continue
        if profile.id in seen:
            continue
        seen.add(profile.id)
        profiles.append(profile)
        found += _weights(base, profile, derivative, declared, relation)
    for base in sources.outputs:
        found += output_findings(base, profile_of(base.license, rulebook), derivative, declared)
        if _counts_as_derivative(base, rulebook):
            profile = rulebook.get_license(base.license)
            found += _weights(base, profile, derivative, declared, relation)
    for base in sources.data:
        found += _data(base, profile_of(base.license, rulebook), declared)
    found += _together(profiles, derivative)
    found = _unrepeated(found)
    return found or [
        Stated("ok", "Nothing was found that a base's license would forbid or still ask for.", severity="info")
    ]


def _sources(bases: Sequence[Base], derivative: Derivative, relation: str) -> _Sources:
    first, rest = list(bases[:1]), list(bases[1:])
    found = _Sources(weights=[], outputs=[], data=[])
    if relation == "distilled-from-outputs":
        found.outputs, found.weights = first, rest
    elif relation == "synthetic-data-only":
        found.outputs = [*first, *rest]
    elif relation == "trained-on-dataset":
        found.data, found.weights = first, rest
    else:
        found.weights = [*first, *rest]
    found.weights += derivative.ancestors
    return found


def _counts_as_derivative(base: Base, rulebook: Rulebook) -> bool:
    profile = profile_of(base.license, rulebook)
    return profile is not None and profile.terms["output_training"].value == "counts-as-derivative"


def _weights(
    base: Base, profile: LicenseProfile, derivative: Derivative, declared: Declared, relation: str
) -> Iterator[Stated]:
    if profile.terms["guardrail_clause"].value not in ("none", "unknown") and derivative.card_flags.guardrail_removed:
        yield _of("guardrail-removed", base, profile, "guardrail_clause", "Safety limits were taken away.")
    if derivative.distributed is False:
        return
    barred = list(_passing_on(base, profile, derivative, declared))
    yield from barred
    if not any(one.code in ("no-derivatives-conflict", "distribution-not-permitted") for one in barred):
        yield from _terms_of(base, profile, derivative, declared, barred)
    yield from duty_findings(base, profile, derivative, declared, relation)
    yield from name_findings(base, profile, derivative, "distribute-derivative")
    yield from _places(base, profile)
    yield from _places_not_told(base, profile, derivative, declared)
    kinds = profile.application.duty_kinds if profile.application else {}
    credited = "attribution" in kinds.get("retain-notices", ())
    if derivative.card_flags.names_base is False and not credited:
        said = f"The card does not name the base {base.model}."
        yield Stated("undeclared-base", said, license=base.license, severity="warning")


def _passing_on(base: Base, profile: LicenseProfile, derivative: Derivative, declared: Declared) -> Iterator[Stated]:
    terms = profile.terms
    passing = terms["distribute_derivatives"].value
    if (
        passing == "no"
        or terms["derivative_relicensing"].value == "none-allowed"
        or terms["modify"].value == "private-only"
    ):
        yield _of("no-derivatives-conflict", base, profile, "distribute_derivatives", "No derivative may be passed on.")
    elif passing in ("silent", "unknown"):
        yield _of(
            "needs-counsel",
            base,
            profile,
            "distribute_derivatives",
            "The text does not speak of passing on derivatives.",
        )
    left_out = terms["excluded_licensees"].value
    if isinstance(left_out, list) and "commercial-entity" in left_out and derivative.uploader_is_company:
        yield _of(
            "distribution-not-permitted", base, profile, "excluded_licensees", "Commercial entities may not pass it on."
        )
    if is_limited(profile) and declared.allows_commerce:
        term = "noncommercial_only" if terms["noncommercial_only"].section else "commercial_use"
        said = f"The base is for non-commercial or research purposes only; {declared.raw} tells recipients otherwise."
        yield _of("nc-commercial-conflict", base, profile, term, said)


def _terms_of(
    base: Base, profile: LicenseProfile, derivative: Derivative, declared: Declared, barred: Sequence[Stated]
) -> Iterator[Stated]:
    """Return what the base says of the license that the derivative may carry."""
    other = declared.profile
    rule, share = profile.terms["derivative_relicensing"], profile.terms["share_alike"]
    if other is None or other.id == profile.id:
        return
    if _same_family(profile, other):
        said = f"The base is under {profile.id}; the derivative is tagged {other.id}, another version of it."
        at_hand: Severity | None = "warning" if derivative.card_flags.license_copy else None
        yield _of("license-tag-wrong-version", base, profile, "derivative_relicensing", said, severity=at_hand)
        return
    if share.value == "weights-and-derivatives-same-terms":
        yield _of(
            "same-terms-required", base, profile, "share_alike", f"Derivatives stay under these terms, not {other.id}."
        )
        yield _of(
            "license-conflict",
            base,
            profile,
            "share_alike",
            f"{other.id} is declared over a base that keeps its own terms.",
        )
    elif share.value in SAME_LICENSE:
        if not (share.value == "library-file" and _keeps_source_open(other)):
            said = f"A derivative stays under {profile.id}; {other.id} is declared."
            severity: Severity | None = "warning" if share.value == "library-file" else None
            yield _of("share-alike-conflict", base, profile, "share_alike", said, severity=severity)
    elif rule.value == "same-license":
        yield _of(
            "license-conflict",
            base,
            profile,
            "derivative_relicensing",
            f"A derivative stays under {profile.id}, not {other.id}.",
        )
    elif rule.value == "must-not-conflict" and not (barred and profile.scope != "weights"):
        said = f"{other.id} is declared, and the terms of a derivative may not conflict with {profile.id}."
        yield _of("license-conflict", base, profile, "derivative_relicensing", said)
        if derivative.source and "readme" in derivative.source.lower():
            said = "The card itself says under which license the base is."
            yield _of("card-discloses-base-license", base, profile, "derivative_relicensing", said, severity="warning")
    elif rule.value == "free-with-flow-down" and derivative.card_flags.passes_restrictions is False:
        said = f"{other.id} is declared, and it has none of the restrictions that must be passed on."
        if other.terms["use_restrictions"].value in ("none", "law-only"):
            yield _of("license-conflict", base, profile, "derivative_relicensing", said)
    elif rule.value == "free-with-flow-down" and derivative.card_flags.passes_restrictions:
        said = f"Own terms ({other.id}) are allowed, as the restrictions are passed on."
        yield _of("relicensing-ok", base, profile, "derivative_relicensing", said, severity="info")
    elif rule.value == "unknown":
        yield _of(
            "needs-counsel",
            base,
            profile,
            "derivative_relicensing",
            "Nobody has read which terms a derivative may carry.",
        )


def _keeps_source_open(profile: LicenseProfile) -> bool:
    """Return whether a license keeps the source of a work, or of its library part, open."""
    return profile.terms["share_alike"].value in ("combined-work", "library-file")


def _same_family(one: LicenseProfile, other: LicenseProfile) -> bool:
    """Return whether two texts are versions of one license: the same publisher, and titles alike but for numbers."""
    vendors = all(profile.spdx.startswith("LicenseRef-") for profile in (one, other))
    return vendors and bool(one.publisher) and one.publisher == other.publisher and _bare(one) == _bare(other)


def _bare(profile: LicenseProfile) -> tuple[str, ...]:
    words = profile.title.lower().replace("-", " ").split()
    plain = (word for word in words if not any(letter.isdigit() for letter in word))
    return tuple(word for word in plain if word not in ("meta", "version", "v"))


def _places(base: Base, profile: LicenseProfile) -> Iterator[Stated]:
    places = profile.terms["territory_excluded"].value
    if isinstance(places, list) and places:
        said = f"A public repository reaches {', '.join(places)}, where no license is given."
        yield _of("public-hosting-territory", base, profile, "territory_excluded", said, severity="warning")
    application = profile.application
    if profile.terms["eu_multimodal_exclusion"].value is True and application:
        from auditor.rulebook.license_files import fold_name

        texts_only = {fold_name(name) for name in application.text_only_models}
        name = fold_name(base.model.rsplit("/", 1)[-1]).removeprefix("meta-")
        if not any(name.startswith(known) for known in texts_only):
            said = "If the model is multimodal, tell recipients that users in the European Union get no rights in it."
            yield _of("eu-multimodal-notice", base, profile, "eu_multimodal_exclusion", said, severity="info")


def _places_not_told(
    base: Base, profile: LicenseProfile, derivative: Derivative, declared: Declared
) -> Iterator[Stated]:
    """Return that neither the license declared nor a copy of the base's tells recipients where no rights are given."""
    places, other = profile.terms["territory_excluded"].value, declared.profile
    if not isinstance(places, list) or other is None or derivative.card_flags.license_copy is not False:
        return
    told = other.terms["territory_excluded"].value
    if untold := [place for place in places if not (isinstance(told, list) and place in told)]:
        said = f"{other.id} is declared, and nothing tells recipients that no license is given in {', '.join(untold)}."
        yield _of("territory-not-passed-on", base, profile, "territory_excluded", said, severity="warning")


def _data(base: Base, profile: LicenseProfile | None, declared: Declared) -> Iterator[Stated]:
    if profile is None or profile.text == "not-read":
        said = f"Nobody knows the terms of {base.model}; a provider may bar training with its outputs."
        yield Stated("data-terms-unknown", said, license=base.license, severity="warning")
        return
    granted = profile.application.grants.get("train-model-on-dataset") if profile.application else None
    limited = profile.terms["noncommercial_only"].value is True or (granted and granted.answer == "noncommercial-only")
    if limited and declared.allows_commerce:
        said = "The data is for non-commercial purposes only."
        yield _of("data-license-conflict", base, profile, "noncommercial_only", said, severity="warning")
    if granted and granted.answer in ("no", "unclear"):
        said = f"Whether a model may be trained with it: {granted.answer}. {granted.note or ''}".strip()
        yield _of("needs-counsel", base, profile, "commercial_use", said, section=granted.section)
    elif profile.terms["share_alike"].value in SAME_LICENSE | {"database"} and not granted:
        said = "Whether share-alike of the data reaches a model is not settled."
        yield _of("needs-counsel", base, profile, "share_alike", said)


def _together(profiles: Sequence[LicenseProfile], derivative: Derivative) -> Iterator[Stated]:
    """Return what follows only from several licenses at once."""
    if derivative.distributed is False or len(profiles) < 2:
        return
    asking = [
        p for p in profiles if p.terms["share_alike"].value in SAME_LICENSE | {"weights-and-derivatives-same-terms"}
    ]
    if len(asking) > 1:
        sections = "; ".join(f"{p.id} {p.terms['share_alike'].section}" for p in asking)
        yield Stated("share-alike-conflict", "Each wants a derivative under its own terms.", section=sections)
    burdened = [p for p in profiles if _burdened(p)]
    if len(burdened) > 1:
        names = "; ".join(p.id for p in burdened)
        said = f"The duties of {names} add up: every phrase, notice and limit applies, the lowest threshold governs."
        yield Stated("stacked-obligations", said, section=names, severity="warning")


def _burdened(profile: LicenseProfile) -> bool:
    terms = profile.terms
    return bool(
        terms["attribution_display"].value or terms["name_prefix"].value or terms["notice_file"].value
        or terms["mau_threshold"].value or terms["revenue_threshold"].value
        or terms["pass_on_restrictions"].value is True
    )  # fmt: skip


def _counsel(base: Base, why: str) -> Stated:
    return Stated("needs-counsel", f"{base.model} ({base.license}): {why}", license=base.license, severity="warning")


def _of(
    code: str, base: Base, profile: LicenseProfile, term: str, detail: str, *, severity: Severity | None = None,
    section: str | None = None,
) -> Stated:  # fmt: skip
    return Stated(
        code, detail, license=base.license, profile=profile.id, severity=severity,
        section=section or profile.terms[term].section,
    )  # fmt: skip


def _unrepeated(found: Iterable[Stated]) -> list[Stated]:
    unique: dict[tuple[str, str | None, str | None], Stated] = {}
    for one in found:
        unique.setdefault((one.code, one.license, one.section if one.code != "check-files" else None), one)
    return list(unique.values())
