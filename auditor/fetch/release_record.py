"""Read a release record that another tool keeps of a model: one YAML file that lists the parts of a release."""

from __future__ import annotations

import hashlib
from pathlib import Path

from auditor.errors import BrokenRecord, SubjectNotFound, UsageProblem
from auditor.fetch.interface import FetchOptions
from auditor.fetch.targets import Target
from auditor.model.snapshot import Document, Snapshot
from auditor.rulebook.schema_check import schema_problems
from auditor.rulebook.strict_yaml import StrictYaml, read_strict_yaml

__all__ = ["RecordSource", "parsed_record"]

MAX_BYTES = 1_000_000
MAX_PARTS = 1_000
SHOWN_PROBLEMS = 5


class RecordSource:
    """Reads one record file; nothing that it names is followed."""

    def fetch(self, target: Target, options: FetchOptions) -> Snapshot:
        """Return a snapshot that holds the record's text and nothing else.

        Raises `SubjectNotFound` when there is no such file, `BrokenRecord` when it is no record, `UsageProblem`
        when a revision is asked for.
        """
        if options.revision is not None:
            raise UsageProblem(f"{target.requested}: a record file has no revisions")
        place = Path(target.path or target.id)
        try:
            if not place.is_file():
                raise SubjectNotFound(f"{target.requested}: no such file", hint="give the path of a record file")
            with place.open("rb") as stream:
                content = stream.read(MAX_BYTES + 1)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise BrokenRecord(f"{target.requested}: cannot be read: {reason}") from error
        if len(content) > MAX_BYTES:
            raise BrokenRecord(f"{target.requested}: larger than {MAX_BYTES} bytes")
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise BrokenRecord(f"{target.requested}: not UTF-8 at byte {error.start}") from error
        parsed_record(text, target.id)
        document = Document(
            path=target.id,
            role="other",
            status="read",
            text=text,
            sha256=hashlib.sha256(content).hexdigest(),
            source=f"record:{target.id}",
            retrieved_at=options.now,
        )
        return Snapshot(
            kind="record",
            id=target.id,
            requested=target.requested,
            source="record",
            retrieved_at=options.now,
            documents=(document,),
        )


def parsed_record(text: str, name: str) -> StrictYaml:
    """Return the record with the place of every value.

    Raises `BrokenRecord` with the first problems of a text that is no YAML or has another shape.
    """
    document = read_strict_yaml(text, name)
    problems = document.problems or schema_problems(document, "release-record.v1")
    if not problems and len(document.data["release"].get("components") or ()) > MAX_PARTS:
        problems = [f"{document.at(('release', 'components'))}: more than {MAX_PARTS} parts"]
    if problems:
        more = f"\nand {len(problems) - SHOWN_PROBLEMS} more" if len(problems) > SHOWN_PROBLEMS else ""
        raise BrokenRecord("\n".join(problems[:SHOWN_PROBLEMS]) + more)
    return document
