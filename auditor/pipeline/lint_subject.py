"""Read what is linted: a folder gets the bases it names from the Hub, so that what they ask for can be looked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from auditor.errors import RepositoryGated, SubjectNotFound, SubjectUnreachable, UsageProblem
from auditor.facts.front_matter_insert import with_metadata
from auditor.facts.lineage_claims import BaseClaim, base_models
from auditor.facts.subject_view import view_of
from auditor.fetch.card_file import change_card, create_card
from auditor.fetch.targets import Target
from auditor.model.lint import LintEntry, LintReport
from auditor.model.snapshot import Document, Related, Snapshot
from auditor.pipeline.auditor import Auditor
from auditor.pipeline.lint import lint
from auditor.pipeline.subjects import Subjects

__all__ = ["LintSubjects"]

MAX_BASES = 8


class LintSubjects:
    """Lints targets and mends folders; a base is read once, however often its derivative is linted."""

    def __init__(self, auditor: Auditor, subjects: Subjects, *, follow: bool = True) -> None:
        self._auditor, self._subjects, self._follow = auditor, subjects, follow
        self._bases: dict[str, tuple[tuple[Related, ...], tuple[Document, ...]]] = {}

    def lint(self, target: Target) -> LintReport:
        """Return what is to be mended in `target`; raises `UsageProblem` for what has no model card."""
        return lint(self._read(target), self._auditor)

    def fix(self, target: Target) -> LintReport:
        """Write the certain lines into the card of a folder; return what was written and what is left to mend.

        Raises `UsageProblem` for anything but a local folder, and where the card is no regular file in it.
        """
        folder = Path(target.path or "")
        if target.scheme != "path" or not folder.is_dir():
            raise UsageProblem("--fix changes local folders only", hint="download the repository, or write ./FOLDER")
        snapshot = self._read(target)
        found = lint(snapshot, self._auditor)
        fixed = self._certain(found.entries)
        if not fixed:
            return found
        lines = [line for entry in fixed for line in entry.add]
        card = next((document for document in snapshot.documents if document.role == "card"), None)
        if card is None:
            create_card(folder, fixed[0].file, with_metadata(b"", lines))
        else:
            change_card(folder, card.path, card.sha256, lambda data: with_metadata(data, lines))
        return msgspec.structs.replace(lint(self._read(target), self._auditor), fixed=tuple(fixed))

    def _certain(self, entries: Sequence[LintEntry]) -> list[LintEntry]:
        """Return the certain entries in the order of the rules, which is that of the lines in the card."""
        order = {rule.id: n for n, rule in enumerate(self._auditor.rulebook.lint.rules)}
        return sorted((entry for entry in entries if entry.certain), key=lambda entry: order[entry.rule])

    def _read(self, target: Target) -> Snapshot:
        if target.scheme in ("disclosed", "dataset", "mot"):
            raise UsageProblem(f"{target.requested}: only models have a model card to lint")
        snapshot = self._subjects.fetch(target)
        if snapshot.kind != "model":
            raise UsageProblem(f"{target.requested}: only models have a model card to lint")
        return self._with_bases(snapshot) if self._follow and snapshot.source in ("folder", "file") else snapshot

    def _with_bases(self, snapshot: Snapshot) -> Snapshot:
        """Return the snapshot of a folder with what the Hub says of the bases that its metadata or files name."""
        claims = [
            claim
            for claim in base_models(view_of(snapshot), self._auditor.reading)
            if claim.resolvable and claim.confidence == "high" and "/" in claim.id
        ]
        related: list[Related] = list(snapshot.related)
        documents: list[Document] = list(snapshot.related_documents)
        for claim in claims[:MAX_BASES]:
            key = claim.id.lower()
            if key not in self._bases:
                self._bases[key] = self._base(claim)
            related += [one for one in self._bases[key][0] if one not in related]
            documents += [one for one in self._bases[key][1] if one not in documents]
        return msgspec.structs.replace(snapshot, related=tuple(related), related_documents=tuple(documents))

    def _base(self, claim: BaseClaim) -> tuple[tuple[Related, ...], tuple[Document, ...]]:
        target = Target(scheme="hub", id=claim.id, requested=claim.id)
        entry = Related(
            kind="model", id=claim.id, relation=claim.relation, status="unreachable", evidence=claim.evidence
        )
        try:
            base = self._subjects.fetch(target)
        except SubjectNotFound as error:
            return (msgspec.structs.replace(entry, status="missing", detail=error.message),), ()
        except RepositoryGated as error:
            return (msgspec.structs.replace(entry, status="gated", detail=error.message),), ()
        except SubjectUnreachable as error:
            return (msgspec.structs.replace(entry, detail=f"{error.code}: {error.message}"),), ()
        read = msgspec.structs.replace(entry, status="read", revision=base.revision, record=base.record)
        return (read, *base.related), (*base.documents, *base.related_documents)
