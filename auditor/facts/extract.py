"""Read every fact that a snapshot shows, declares or states."""

from __future__ import annotations

from collections.abc import Mapping

from auditor.facts.card_facts import collect_data, collect_documentation
from auditor.facts.code_facts import collect_code
from auditor.facts.collector import Collector
from auditor.facts.lineage_claims import BaseClaim
from auditor.facts.reading import Reading
from auditor.facts.subject_view import SubjectView
from auditor.facts.weights_facts import collect_access, collect_weights
from auditor.model.evidence import Facts

__all__ = ["extract"]


def extract(
    view: SubjectView, reading: Reading, lists: Mapping[str, tuple[str, ...]], bases: tuple[BaseClaim, ...]
) -> Facts:
    """Return the facts of one subject; one that lives only in the catalog, or in a record, shows none.

    Facts that the vocabulary marks `disclosed_only` are never set here: no card or file list proves them.
    """
    out = Collector()
    if view.snapshot.kind in ("disclosed", "record"):
        return Facts(out.facts)
    collect_access(view, out)
    collect_weights(view, reading, out)
    collect_code(view, reading, lists, out)
    collect_data(view, reading, out)
    collect_documentation(view, reading, out)
    _collect_lineage(view, bases, out)
    if out.value("weights_published") and out.value("runnable_with_published_code"):
        evidence = [*out.facts["weights_published"].evidence, *out.facts["runnable_with_published_code"].evidence]
        out.say("self_hosting_possible", True, evidence)
    return Facts(out.facts)


def _collect_lineage(view: SubjectView, bases: tuple[BaseClaim, ...], out: Collector) -> None:
    if not bases:
        if view.card_complete and view.metadata_complete:
            out.say("subject_is_derivative", False)
        else:
            out.leave_open("subject_is_derivative", "Missing: the card and its metadata, read as a whole.")
        return
    evidence = [item for base in bases for item in base.evidence]
    out.say("subject_is_derivative", True, evidence)
    if any(base.declared for base in bases):
        out.say("base_model_declared", True, [item for base in bases if base.declared for item in base.evidence])
    elif view.metadata_complete:
        out.say("base_model_declared", False, evidence)
    else:
        out.leave_open("base_model_declared", "Missing: the metadata.")
