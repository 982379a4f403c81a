"""What a release record of another tool says, read exactly as that tool reads it, as facts and a license claim.

Parts, their names and what covers them are data (`record` in rules/frameworks/). A part whose name is unknown is the
first part configured; of two entries for one part the later one counts; a part's own license counts, an empty one says
that there is none; without one, a license of the release for that kind of content covers it, else one for the whole
release. Nothing else of the subject is known.
"""

from __future__ import annotations

from typing import Any

import msgspec

from auditor.facts.lineage_claims import BaseClaim
from auditor.fetch.release_record import parsed_record
from auditor.model.evidence import Evidence, Fact, Facts
from auditor.model.license import LicenseClaim
from auditor.model.snapshot import Snapshot
from auditor.rulebook.frameworks import Framework, RecordForm
from auditor.rulebook.load import Rulebook
from auditor.rulebook.strict_yaml import StrictYaml

__all__ = ["ReleaseRecord", "release_record_of", "without_grant"]

MAX_QUOTE = 200
WEIGHTS = "weights_published"


class ReleaseRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One record as read."""

    title: str | None
    publisher: str | None
    facts: Facts
    claims: tuple[LicenseClaim, ...]
    """The license the record gives the weights, as a declared name."""
    bases: tuple[BaseClaim, ...]


def release_record_of(snapshot: Snapshot, rulebook: Rulebook) -> ReleaseRecord | None:
    """Return the record that a snapshot holds, or `None` for a subject of another kind."""
    if snapshot.kind != "record":
        return None
    framework = next((entry for entry in rulebook.frameworks.values() if entry.record is not None), None)
    source = snapshot.document("other")
    if framework is None or framework.record is None or source is None or source.text is None:
        return ReleaseRecord(title=None, publisher=None, facts=Facts({}), claims=(), bases=())
    document = parsed_record(source.text, source.path)
    return _Reader(document, snapshot.key, source.path, source.sha256, framework, framework.record).read()


def without_grant(facts: Facts) -> dict[str, Fact]:
    """Return that no grant is established: what somebody noted about a license is not the licensor's own word."""
    grant = facts.get("grant_established")
    if grant.state != "known" or grant.value is not True:
        return {}
    missing = "Missing: the license text, or the publisher's own statement; a record by somebody else grants nothing."
    open_grant = Fact(name="grant_established", state="unknown", evidence=grant.evidence, missing=missing)
    return {"grant_established": open_grant}


class _Reader:
    def __init__(
        self, document: StrictYaml, key: str, path: str, sha256: str | None, framework: Framework, form: RecordForm
    ) -> None:
        self.document = document
        self.release: dict[str, Any] = document.data["release"]
        self.key = key
        self.path = path
        self.sha256 = sha256
        self.framework = framework
        self.form = form

    def read(self) -> ReleaseRecord:
        parts = self._parts()
        items = [{"component": name, "license": part["license"], "url": part["url"]} for name, part in parts.items()]
        evidence = tuple(part["evidence"] for part in parts.values())
        fact = Fact(name=self.form.fact, state="known", value=items, evidence=evidence)
        facts = {self.form.fact: fact}
        claims: list[LicenseClaim] = []
        for criterion in self.framework.criteria:
            part = parts.get(criterion.id)
            if part is None or criterion.record is None:
                continue
            for name in criterion.record.states:
                facts.setdefault(name, Fact(name=name, state="known", value=True, evidence=(part["evidence"],)))
            if WEIGHTS in criterion.record.states and part["license"]:
                claim = LicenseClaim(scope="weights", channel="tag", raw=part["license"], evidence=part["evidence"])
                claims.append(claim)
        return ReleaseRecord(
            title=_words(self.release.get("name")) or None,
            publisher=_words(self.release.get("producer")) or None,
            facts=Facts(facts),
            claims=tuple(claims),
            bases=self._bases(),
        )

    def _parts(self) -> dict[str, dict[str, Any]]:
        """Return criterion id -> license, address and evidence, in the order of their last mention."""
        named = {c.record.name: c for c in self.framework.criteria if c.record is not None}
        unknown = self.framework.criterion(self.form.unknown_name)
        found: dict[str, dict[str, Any]] = {}
        for n, entry in enumerate(self.release.get("components") or ()):
            name = entry.get("name")
            criterion = named.get(name) if isinstance(name, str) else None
            criterion = criterion or unknown
            assert criterion is not None
            assert criterion.record is not None
            found[criterion.id] = {
                "license": self._license(entry, criterion.record.type),
                "url": _words(entry.get("component_path")) or None,
                "evidence": self._evidence(("release", "components", n), entry),
            }
        return found

    def _license(self, entry: dict[str, Any], kind: str) -> str:
        own = entry.get("license")
        if own is not None:
            return "" if own in self.form.unlicensed else _exact(own)
        whole = self.release.get("license")
        for name in (kind, self.form.whole):
            given = whole.get(name) if isinstance(whole, dict) else None
            text = _exact(given.get("name")) if isinstance(given, dict) else ""
            if text:
                return text
        return ""

    def _evidence(self, path: tuple[str | int, ...], entry: dict[str, Any]) -> Evidence:
        first = self.document.values.get(path, (1, 1))[0]
        inner = [place[0] for key, place in self.document.values.items() if key[: len(path)] == path]
        name, own = _words(entry.get("name")), _words(entry.get("license"))
        return Evidence(
            kind="declared",
            source=self.key,
            path=self.path,
            lines=(first, max([first, *inner])),
            quote=f"{name}: {own}"[:MAX_QUOTE] if own else name[:MAX_QUOTE],
            sha256=self.sha256,
        )

    def _bases(self) -> tuple[BaseClaim, ...]:
        """Return the base that `origin` names in words, which nobody can follow; itself is no base."""
        origin = _words(self.release.get("origin"))
        own = {_words(self.release.get(key)).casefold() for key in ("name", "producer")}
        if not origin or origin.casefold() in own:
            return ()
        line = self.document.values.get(("release", "origin"), (1, 1))[0]
        evidence = Evidence(
            kind="declared", source=self.key, path=self.path, lines=(line, line), quote=origin, sha256=self.sha256
        )
        return (BaseClaim(id=origin, relation="base", evidence=(evidence,), confidence="low", declared=True),)


def _exact(value: Any) -> str:
    """Return a license name letter for letter; what is empty names none."""
    if isinstance(value, str):
        return value
    return "" if not value or isinstance(value, bool) else str(value)


def _words(value: Any) -> str:
    return "" if value is None or isinstance(value, dict | list) else " ".join(str(value).split())[:MAX_QUOTE]
