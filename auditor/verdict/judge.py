"""The verdict on a license expression: AND is the worst of all, OR the best of its parts, named."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from auditor.errors import UnknownLicense
from auditor.model.license import LicenseProfile
from auditor.model.verdict import Reason, Verdict, VerdictOutcome, worst_outcome
from auditor.rulebook.load import Rulebook
from auditor.verdict.context import Context
from auditor.verdict.judgment import judge_profile

__all__ = ["all_apply", "best_of", "judge"]

MAX_CHARACTERS = 500
BEST_FIRST: tuple[VerdictOutcome, ...] = (
    "allowed", "allowed-with-obligations", "needs-separate-license", "unclear", "prohibited",
)  # fmt: skip
SAME_TERMS = frozenset({"derivatives-same-license", "combined-work", "weights-and-derivatives-same-terms"})
PASSING_ON = frozenset({"redistribute-finetune", "redistribute-adapter", "redistribute-quantized"})


def judge(expression: str, context: Context, rulebook: Rulebook, *, date: str) -> Verdict:
    """Return the verdict on a license id, alias or SPDX expression under `context`, on the day `date`.

    Raises `UnknownLicense` or `AmbiguousLicense` for a name that is not one license we know.
    """
    if _is_single(expression):
        return judge_profile(rulebook.get_license(expression), context, rulebook, date=date)
    tree = _parsed(expression)
    profiles: dict[str, LicenseProfile] = {str(key): rulebook.get_license(str(key)) for key in _symbols(tree)}
    return _judge_tree(tree, profiles, lambda profile: judge_profile(profile, context, rulebook, date=date), context)


def _is_single(expression: str) -> bool:
    words = expression.upper().split()
    return not {"AND", "OR", "WITH"} & set(words) and "(" not in expression


def _parsed(expression: str) -> object:
    from license_expression import Licensing

    if len(expression) > MAX_CHARACTERS:
        raise UnknownLicense("a license expression has at most 500 characters")
    try:
        tree: object = Licensing().parse(expression)
    except Exception as error:
        raise UnknownLicense(f"{expression!r} is no license expression: {error}") from None
    if tree is None:
        raise UnknownLicense("the license expression is empty")
    return tree


def _symbols(tree: object) -> Sequence[object]:
    from license_expression import LicenseSymbol, LicenseWithExceptionSymbol

    if isinstance(tree, LicenseWithExceptionSymbol):
        raise UnknownLicense(f"nobody has read the exception in {tree}")
    if isinstance(tree, LicenseSymbol):
        return [tree.key]
    return [symbol for part in getattr(tree, "args", ()) for symbol in _symbols(part)]


def _judge_tree(
    tree: object, profiles: dict[str, LicenseProfile], one: Callable[[LicenseProfile], Verdict], context: Context
) -> Verdict:
    from license_expression import LicenseSymbol

    if isinstance(tree, LicenseSymbol):
        return one(profiles[str(tree.key)])
    parts = [_judge_tree(part, profiles, one, context) for part in getattr(tree, "args", ())]
    if type(tree).__name__ == "OR":
        return best_of(parts)
    return all_apply(parts, [profiles[str(key)] for key in _symbols(tree)], context)


def best_of(parts: Sequence[Verdict]) -> Verdict:
    """Return the best of several verdicts among which the reader may choose; the choice is named."""
    chosen = min(parts, key=lambda part: BEST_FIRST.index(part.outcome))
    name = " OR ".join(part.license for part in parts)
    note = f"Chosen from {name}: {chosen.license}."
    return msgspec.structs.replace(chosen, license=name, notes=(note, *chosen.notes))


def all_apply(parts: Sequence[Verdict], profiles: Sequence[LicenseProfile], context: Context) -> Verdict:
    """Return the verdict where every one of several licenses binds: the worst outcome, the duties of all."""
    if len(parts) == 1:
        return parts[0]
    outcome = worst_outcome([part.outcome for part in parts])
    deciding = [reason for part in parts if part.outcome == outcome for reason in part.reasons]
    others = [reason for part in parts if part.outcome != outcome for reason in part.reasons]
    clash = _clash(profiles, context)
    if clash and outcome in ("allowed", "allowed-with-obligations"):
        outcome, deciding = "unclear", [*clash, *deciding]
    withheld = outcome in ("prohibited", "needs-separate-license")
    return Verdict(
        license=" AND ".join(dict.fromkeys(part.license for part in parts)),
        outcome=outcome,
        reasons=tuple(dict.fromkeys([*deciding, *others])),
        obligations=() if withheld else tuple(dict.fromkeys(duty for part in parts for duty in part.obligations)),
        questions=() if withheld else tuple(sorted({question for part in parts for question in part.questions})),
        watch=tuple(entry for part in parts for entry in part.watch),
        notes=tuple(dict.fromkeys(note for part in parts for note in part.notes)),
    )


def _clash(profiles: Sequence[LicenseProfile], context: Context) -> list[Reason]:
    """Return both sections where two licenses each want a derivative under their own terms."""
    passes_on = context.get("use.kind") in PASSING_ON or (
        context.get("use.distributes_weights") and (context.get("use.fine_tunes") or context.get("use.modified"))
    )
    asking = [p for p in profiles if p.terms["share_alike"].value in SAME_TERMS]
    if not passes_on or len({p.id for p in asking}) < 2:
        return []
    return [
        Reason(
            license=p.id, term="share_alike", section=p.terms["share_alike"].section,
            detail="Each of these licenses wants a derivative under its own terms; both cannot be met at once.",
        )
        for p in asking
    ]  # fmt: skip
