"""Rules about where a subject comes from and in which form: publisher, formats, gate, revision, lineage."""

from __future__ import annotations

from auditor.gate.answers import Answer, Asking, repository_hint
from auditor.gate.subject import GateSubject
from auditor.rulebook.policies import PolicyRule

__all__ = ["judge_access", "judge_format", "judge_lineage", "judge_publisher", "judge_revision"]

# The chain may be known to go on where nobody could look.
_NO_LIST = "Missing: the complete list of files; `--complete` says that a folder is all there is."
_NOT_LOOKED = ("unreachable", "not-visited")


def judge_publisher(rule: PolicyRule, subject: GateSubject, asking: Asking) -> Answer:  # noqa: ARG001 - one shape for all
    """Judge the name in front of the slash; a renamed repository has two, and each can be refused."""
    data = subject.report.subject
    now, slash, _ = data.id.partition("/")
    if subject.held or not slash:
        return Answer(
            met=None, detail="nothing says who published these files", missing=("publisher",),
            help="Judge the repository they came from, as org/name@commit.",
        )  # fmt: skip
    names = {now.lower()}
    if rule.denies and data.renamed_from:
        names.add(data.renamed_from.partition("/")[0].lower())
    listed = {name.lower() for name in rule.data["deny" if rule.denies else "allow"]}
    if rule.denies:
        met = not names & listed
        return Answer(met=met, detail=f"published by {now}{'' if met else ', which is refused'}")
    met = names <= listed
    return Answer(met=met, detail=f"published by {now}{'' if met else ', which is not on the list'}")


def judge_format(rule: PolicyRule, subject: GateSubject, asking: Asking) -> Answer:
    """Judge the formats of the weight files; a list that may lack files proves nothing good."""
    fact = subject.facts.get("weight_formats")
    found: set[str] = set(fact.value) if fact.state == "known" and fact.value else set()
    beside = subject.endings & asking.words.anywhere
    wrong = sorted((found | beside) & rule.formats if rule.denies else (found | beside) - rule.formats)
    if wrong:
        return Answer(
            met=False, detail=f"there are files in {', '.join(wrong)} to be loaded", evidence=fact.evidence,
            help="Load a revision or copy that has only accepted formats.",
        )  # fmt: skip
    if not found or not fact.complete:
        return Answer(
            met=None, detail="the formats of the weights are not known as a whole", missing=("weight_formats",),
            help=repository_hint(subject, asking) if subject.cataloged else _NO_LIST,
            evidence=fact.evidence,
        )  # fmt: skip
    return Answer(met=True, detail=f"weights are published as {', '.join(sorted(found))}", evidence=fact.evidence)


def judge_access(rule: PolicyRule, subject: GateSubject, asking: Asking) -> Answer:
    """Judge what stands between an outsider and the files."""
    fact = subject.facts.get("access_mode")
    order = asking.rulebook.vocabulary.facts["access_mode"].values
    wanted: str = rule.data["at_most"]
    if fact.state != "known":
        return Answer(
            met=None, detail="what is asked before download is not known", missing=("access_mode",),
            help=fact.missing or "Missing: the repository's record.",
        )  # fmt: skip
    met = order.index(fact.value) <= order.index(wanted)
    return Answer(met=met, detail=f"access is {fact.value}, wanted at most {wanted}", evidence=fact.evidence)


def judge_revision(rule: PolicyRule, subject: GateSubject, asking: Asking) -> Answer:  # noqa: ARG001 - one shape
    """Judge whether a full commit was asked for, wherever the tree names the subject."""
    if subject.kind == "hosted":
        return Answer(met=False, detail="a service has no revision that could be pinned; it can change any day")
    if subject.held or subject.cataloged:
        return Answer(
            met=None, detail="nothing says of which commit these files are", missing=("revision",),
            help=repository_hint(subject, asking),
        )  # fmt: skip
    if subject.pinned:
        return Answer(met=True, detail=f"pinned to {subject.asked_revision}")
    named = subject.asked_revision
    said = f"{named} can be moved" if named else "no revision is named"
    return Answer(met=False, detail=said, help=f"Pin the commit that was audited: {subject.name}")


def judge_lineage(rule: PolicyRule, subject: GateSubject, asking: Asking) -> Answer:
    """Judge whether the chain of bases was followed, and how long it is."""
    depth = _depth(subject)
    allowed = rule.data.get("depth_at_most")
    if allowed is not None and depth > allowed:
        return Answer(met=False, detail=f"{depth} generations of bases, wanted at most {allowed}")
    fact = subject.facts.get("lineage_followed")
    unread = {node.id: node.status for node in subject.report.lineage.nodes
              if node.kind == "model" and node.status != "read"}  # fmt: skip
    if fact.value is True and not unread:
        return Answer(met=True, detail=f"followed over {depth} generations of bases", evidence=fact.evidence)
    named = sorted({edge.to for edge in subject.report.lineage.edges if edge.from_ == subject.report.subject.id})
    shown = ", ".join(f"{name} ({status})" for name, status in sorted(unread.items()))
    shown = shown or ", ".join(named) or "a base that nothing names"
    proven = fact.value is False and not any(status in _NOT_LOOKED for status in unread.values())
    if subject.cataloged:
        return Answer(
            met=None, detail="a catalog entry says nothing sure of every base", missing=("lineage_followed",),
            help=repository_hint(subject, asking), evidence=fact.evidence,
        )  # fmt: skip
    detail = f"the chain was not followed: {shown}"
    if fact.state != "known" and not unread:
        detail = "whether there is a base is not known"
    # A length is only known of a chain that was followed to its end.
    if proven and rule.data.get("followed"):
        return Answer(met=False, detail=detail, help="Name every base, and pick bases that can be read.",
                      evidence=fact.evidence)  # fmt: skip
    return Answer(
        met=None, detail=detail, missing=("lineage_followed", *sorted(unread)),
        help=fact.missing or "Missing: the records of these bases, to the root.", evidence=fact.evidence,
    )  # fmt: skip


def _depth(subject: GateSubject) -> int:
    """Return the generations on the longest way from the subject to a root; a cycle ends at the number of models."""
    models = {node.id for node in subject.report.lineage.nodes if node.kind == "model"}
    parents: dict[str, list[str]] = {}
    for edge in subject.report.lineage.edges:
        if edge.to in models:
            parents.setdefault(edge.from_, []).append(edge.to)
    depth, layer = 0, {subject.report.subject.id}
    while depth < len(models) - 1 and (layer := {to for name in layer for to in parents.get(name, ())}):
        depth += 1
    return depth
