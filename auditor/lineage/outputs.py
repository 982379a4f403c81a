"""What a teacher's license says of a model that was trained with its outputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.lineage.declared import Declared
from auditor.lineage.derivative import Base, Derivative
from auditor.lineage.duties import name_findings
from auditor.lineage.stated import Stated
from auditor.model.finding import Severity
from auditor.model.license import LicenseProfile
from auditor.rulebook.license_files import fold_name

__all__ = ["output_findings"]

BARRED = frozenset(
    {"no-other-llm", "no-other-ai-model", "no-other-models", "no-foundation-genai", "no-general-purpose"}
)
ASKING = frozenset({"no-competing", "no-other-t2i", "unknown"})
FOR_RESEARCH = frozenset({"research-only", "no-commercial-models"})


def output_findings(
    base: Base, profile: LicenseProfile | None, derivative: Derivative, declared: Declared
) -> Iterator[Stated]:
    """Return what follows from training with the outputs of `base`."""
    if profile is None or profile.text == "not-read":
        said = f"Nobody knows what the terms of {base.model} say of training with its outputs."
        yield Stated("data-terms-unknown", said, license=base.license, severity="warning")
        return
    term = profile.terms["output_training"]
    if term.value in BARRED and not _own_model(profile, derivative):
        yield _of(
            base,
            profile,
            "output-training-breach",
            f"Outputs may not be used so: {term.value}. {term.note or ''}".strip(),
        )
    elif term.value in ASKING:
        said = f"Whether outputs may be used so has to be judged: {term.value}. {term.note or ''}".strip()
        yield _of(base, profile, "needs-counsel", said, severity="warning")
    elif term.value in FOR_RESEARCH:
        if declared.allows_commerce:
            yield _of(
                base, profile, "output-training-breach", f"Outputs may not build a commercial model: {term.value}."
            )
        else:
            yield _of(
                base,
                profile,
                "needs-counsel",
                f"Only for research or non-commercially: {term.value}.",
                severity="warning",
            )
    if derivative.distributed is False:
        return
    if term.value == "allowed-with-naming":
        yield from name_findings(base, profile, derivative, "outputs-model")
    if term.value == "allowed-with-display":
        yield from _display(base, profile, derivative)
    owing = term.value in ("allowed-with-naming", "allowed-with-display")
    if owing and declared.profile and declared.profile.id != profile.id:
        said = "An own license is not ruled out for a model made from outputs only."
        yield _of(base, profile, "license-choice-free", said)


def _own_model(profile: LicenseProfile, derivative: Derivative) -> bool:
    own = profile.application.own_models if profile.application else ()
    name = fold_name(derivative.name.rsplit("/", 1)[-1])
    return any(name.startswith(prefix) for prefix in own)


def _display(base: Base, profile: LicenseProfile, derivative: Derivative) -> Iterator[Stated]:
    display = profile.terms["attribution_display"]
    flag = derivative.card_flags.display_phrase
    if isinstance(display.value, Mapping) and flag is not True:
        yield Stated(
            "missing-display", f'The phrase "{display.value["phrase"]}" is not shown.', license=base.license,
            profile=profile.id, section=display.section, severity=None if flag is False else "warning",
        )  # fmt: skip


def _of(base: Base, profile: LicenseProfile, code: str, detail: str, *, severity: Severity | None = None) -> Stated:
    section = profile.terms["output_training"].section
    return Stated(code, detail, license=base.license, profile=profile.id, section=section, severity=severity)
