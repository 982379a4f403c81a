"""Rules about licenses: by name, by category, by how sure it is which one governs."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import msgspec

from auditor.gate.answers import Answer, Asking, gaps_in, settled_by
from auditor.gate.proof import proved
from auditor.gate.subject import GateSubject
from auditor.model.evidence import Evidence
from auditor.model.license import CLARIFIED
from auditor.rulebook.policies import LicenseTest, PolicyRule

__all__ = ["judge_category", "judge_license", "judge_status", "not_granted"]

# What a policy calls a license that a person settled; no status of the resolver.
CLARIFIED_STATUS = "clarified"
_HOSTED = "no weights are published; the operator's terms govern, and nobody here has read them"
MAX_CHOICES = 256
# Of the kinds of nodes in a lineage: what a model can be made from. A data set is no license of the weights.
_MODELS = ("model", "disclosed")
_NO_LICENSE = "no license is declared, stated or found: nobody granted anything"


class _Part(msgspec.Struct, frozen=True):
    """What one model of the chain says: alternatives, each a set of licenses that apply together."""

    who: str
    alternatives: tuple[frozenset[str], ...]


def judge_license(rule: PolicyRule, subject: GateSubject, asking: Asking) -> Answer:
    """Judge the license of a subject and of every base against a list of names."""
    refused = _without_license(rule, subject)
    if refused is not None:
        return refused
    parts = [_Part(subject.target, _alternatives(subject.license.concluded)), *_bases(subject)]
    known = [part for part in parts if part.alternatives]
    unknown = [part.who for part in parts if not part.alternatives]
    together, wrong = _best_choice(known, rule)
    read = sorted(name for name in together if name.startswith(CLARIFIED))
    named = sorted(name for name in wrong if name not in read)
    if named:
        word = "is refused" if rule.denies else "is not on the list of accepted licenses"
        return Answer(
            met=False, detail=f"{_joined(named)} {word}{_where(named, known, subject)}", evidence=_evidence(subject)
        )
    if read:
        return Answer(
            met=None,
            detail="single terms were read, under no name that a list could hold",
            missing=("license",),
            help="Ask for the terms or the category, or name the license in the clarification.",
            evidence=_evidence(subject),
        )
    if unknown:
        return Answer(
            met=None,
            detail=f"which license governs is not known for {', '.join(unknown)}",
            missing=("license",),
            help=_settle_license(subject),
            evidence=_evidence(subject),
        )
    good = f"{' and '.join(sorted(together))}: {'not refused' if rule.denies else 'accepted'}{_by_person(subject)}"
    return proved(Answer(met=True, detail=good, evidence=_evidence(subject)), subject, asking, rule.proof)


def _without_license(rule: PolicyRule, subject: GateSubject) -> Answer | None:
    """Return the answer for what has no license on weights at all; a list of refused names is no yes to it."""
    if subject.kind == "hosted":
        if rule.denies:
            return Answer(met=None, detail=_HOSTED, missing=("service terms",), help=_channels(subject))
        return Answer(met=False, detail=_HOSTED, help=_channels(subject))
    if "missing" in subject.holding and not subject.clarified:
        return Answer(met=False, detail=_NO_LICENSE, help="Ask the publisher to license it.")
    return None


def not_granted(subject: GateSubject) -> Answer | None:
    """Return a no where no license was given, for rules about terms; `None` everywhere else."""
    if subject.kind != "hosted" and "missing" in subject.holding and not subject.clarified:
        return Answer(met=False, detail=_NO_LICENSE, help="Ask the publisher to license it.")
    return None


def _alternatives(concluded: str | None) -> tuple[frozenset[str], ...]:
    """Return what a conclusion of the resolver offers; an OR stands there only where the publisher states it."""
    if not concluded:
        return ()
    return tuple(frozenset(part.split(" AND ")) for part in concluded.split(" OR "))


def _bases(subject: GateSubject) -> Iterator[_Part]:
    own = subject.report.subject.id
    for node in subject.report.lineage.nodes:
        if node.kind in _MODELS and node.id != own:
            yield _Part(node.id, _alternatives(node.license) if node.status == "read" else ())


def _best_choice(parts: Sequence[_Part], rule: PolicyRule) -> tuple[frozenset[str], set[str]]:
    """Return the licenses that apply together, and what is wrong with them, as a reader would choose.

    That is the first choice that the rule lets through; of more than `MAX_CHOICES` the rest is not looked at.
    """
    first: tuple[frozenset[str], set[str]] | None = None
    for chosen in itertools.islice(itertools.product(*(part.alternatives for part in parts)), MAX_CHOICES):
        together = frozenset().union(*chosen)
        wrong = _denied(together, rule.licenses) if rule.denies else _not_covered(together, rule.licenses)
        if not wrong:
            return together, wrong
        first = first or (together, wrong)
    return first or (frozenset(), set())


def _denied(together: frozenset[str], tests: Sequence[LicenseTest]) -> set[str]:
    return {name for test in tests if test.ids <= together for name in test.ids}


def _not_covered(together: frozenset[str], tests: Sequence[LicenseTest]) -> set[str]:
    covered = {name for test in tests if test.ids <= together for name in test.ids}
    return set(together) - covered


def _where(wrong: Sequence[str], parts: Sequence[_Part], subject: GateSubject) -> str:
    """Return which base brings a license, where the subject itself does not."""
    own = {name for part in parts[:1] if part.who == subject.target for names in part.alternatives for name in names}
    if set(wrong) & own:
        return ""
    bases = [part.who for part in parts if any(set(wrong) & names for names in part.alternatives)]
    return f" (from {', '.join(bases)})" if bases else ""


def _joined(names: Sequence[str]) -> str:
    return " and ".join(names)


def _by_person(subject: GateSubject) -> str:
    entry = subject.license.clarified
    if isinstance(entry, msgspec.UnsetType):
        return ""
    return f" (read by {entry.by} on {entry.on}; the sources alone: {entry.before})"


def _evidence(subject: GateSubject) -> tuple[Evidence, ...]:
    license_ = subject.license
    found = (*license_.stated, *license_.detected, *license_.declared)
    return tuple(dict.fromkeys(reference.evidence for reference in found))


def _settle_license(subject: GateSubject) -> str:
    names = ", ".join(subject.license.candidates)
    hint = f" It could be {names}." if names else ""
    bound = f"A clarification is bound to evidence_hash {_hash(subject)}."
    return f"Find the text that governs and have it read.{hint} {bound}"


def _hash(subject: GateSubject) -> str:
    return subject.report.license_evidence.sha256


def _channels(subject: GateSubject) -> str:
    addresses = sorted({channel.terms_url for channel in subject.report.channels if channel.terms_url})
    return f"Have the terms of the service read: {', '.join(addresses) or 'no address is known'}."


def judge_category(rule: PolicyRule, subject: GateSubject, asking: Asking) -> Answer:
    """Judge the kind of license, by the terms that bind."""
    listed: list[str] = rule.data["deny" if rule.denies else "allow"]
    plain = _plain_category(subject)
    if plain is not None:
        return _judged_without_terms(rule, listed, plain, subject)
    truths = {name: asking.words.categories[name].when.evaluate(subject.facts.get) for name in listed
              if name in asking.words.categories}  # fmt: skip
    holding = [name for name, truth in truths.items() if truth is True]
    open_ones = [name for name, truth in truths.items() if not isinstance(truth, bool)]
    concluded = subject.license.concluded or "what governs"
    if holding and rule.denies:
        return Answer(
            met=False,
            detail=f"{concluded} is {_joined(holding)}: {_plain(holding[0], asking)}"
            + _bound_by(subject, holding, asking),
            evidence=_evidence(subject),
        )  # fmt: skip
    if holding or (rule.denies and not open_ones):
        word = f"{concluded} is {_joined(holding)}" if holding else f"{concluded} is none of {', '.join(listed)}"
        answer = Answer(met=True, detail=word + _by_person(subject), evidence=_evidence(subject))
        return proved(answer, subject, asking, rule.proof)
    if open_ones:
        reads = frozenset[str]().union(*(asking.words.categories[name].when.reads for name in open_ones))
        gaps = gaps_in(subject, reads)
        return Answer(
            met=None,
            detail=f"whether {concluded} is {' or '.join(open_ones)} is not known",
            missing=tuple(fact.name for fact in gaps),
            help=settled_by(gaps, asking),
            evidence=_evidence(subject),
        )
    return Answer(
        met=False,
        detail=f"{concluded} is not {' or '.join(listed)}: {_plain(listed[0], asking)}"
        + _bound_by(subject, listed, asking),
        evidence=_evidence(subject),
    )  # fmt: skip


def _bound_by(subject: GateSubject, names: Sequence[str], asking: Asking) -> str:
    """Return the bases whose terms are among those that make the category; what the subject says is not all."""
    categories = [asking.words.categories[name] for name in names if name in asking.words.categories]
    reads = frozenset[str]().union(*(category.when.reads for category in categories))
    terms = subject.report.effective_terms
    bound = [terms[name.removeprefix("term.")] for name in reads if name.removeprefix("term.") in terms]
    others = sorted({who for term in bound for who in term.from_} - {subject.report.subject.id})
    return f" (by the terms of {', '.join(others)} too)" if others else ""


def _plain_category(subject: GateSubject) -> str | None:
    if subject.kind == "hosted":
        return "service-terms"
    return "no-license" if "missing" in subject.holding and not subject.clarified else None


def _judged_without_terms(rule: PolicyRule, listed: Sequence[str], plain: str, subject: GateSubject) -> Answer:
    words = _HOSTED if plain == "service-terms" else _NO_LICENSE
    if plain in listed:
        return Answer(met=not rule.denies, detail=f"{plain}: {words}", help=_channels(subject))
    if rule.denies and plain == "service-terms":
        # Nobody has read whether the service's terms are of a refused kind.
        return Answer(met=None, detail=words, missing=("service terms",), help=_channels(subject))
    return Answer(met=False, detail=words, help=_channels(subject) if plain == "service-terms" else "")


def _plain(name: str, asking: Asking) -> str:
    sentence = asking.words.category_names[name]
    return sentence[0].lower() + sentence[1:].rstrip(".")


def judge_status(rule: PolicyRule, subject: GateSubject, asking: Asking) -> Answer:  # noqa: ARG001 - one shape for all
    """Judge how sure it is which license governs."""
    if subject.kind == "hosted":
        return Answer(met=None, detail=_HOSTED, missing=("service terms",), help=_channels(subject))
    accepted: list[str] = rule.data["in"]
    status, entry = subject.license.status, subject.license.clarified
    truth = status in accepted
    if not isinstance(entry, msgspec.UnsetType) and entry.before != status:
        # The status follows from the reading; a policy says in words whether a person's reading is enough.
        truth = CLARIFIED_STATUS in accepted
    detail = f"the license is {status}{_by_person(subject)}"
    wanted = f"wanted: {', '.join(accepted)}"
    return Answer(
        met=truth,
        detail=detail if truth else f"{detail}; {wanted}",
        help="" if truth else _settle_license(subject),
        evidence=_evidence(subject),
    )
