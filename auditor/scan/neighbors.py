"""What the keys of one mapping say of each other: whose model it is, at which revision, and which is only a name."""

from __future__ import annotations

import re

import msgspec

from auditor.rulebook.scan_rules import ScanRules
from auditor.scan.interface import Draft, Found
from auditor.scan.keys import folded_key
from auditor.scan.names import Names

__all__ = ["Neighbors", "Text", "stem_of", "without_templates"]

_SAYING = re.compile(r"_(?:name_or_path|name|id|path|repo_id|repo)$")
MAX_TEMPLATE = 100_000
MAX_REVISION = 100
_EITHER = re.compile(r"\$\{\{[^{}\"']{0,200}\|\|\s*'([^'{}]{1,200})'\s*\}\}")
_DEFAULT = re.compile(r"\{\{[^{}\"']{0,200}\bdefault\s*\(?\s*([\"'])([^\"'{}]{1,200})\1[^{}]{0,200}\}\}")


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """One text of a configuration, the keys above it (items of lists add none), and its place."""

    text: str
    keys: tuple[str, ...]
    line: int
    column: int
    end_line: int
    raw_line: int | None = None
    """Where the content of a block begins, when it spans lines; then `text` is the raw content."""
    group: int = 0
    """Texts of one mapping have the same; 0 when nobody knows."""


class _Entry(msgspec.Struct, frozen=True):
    key: str
    text: str
    draft: Draft | None
    """What was found, with an empty target where nothing was; `None` for keys that name no model."""
    nested: bool = False


class Neighbors:
    """Keeps the texts of every mapping until the file is read, and then judges them together."""

    def __init__(self, rules: ScanRules, names: Names, found: Found) -> None:
        self._rules, self._names, self._found = rules, names, found
        self._groups: dict[int, list[_Entry]] = {}

    def add(self, text: Text, key: str, draft: Draft | None) -> None:
        """Keep one text of a mapping."""
        if text.group:
            self._groups.setdefault(text.group, []).append(_Entry(folded_key(key), text.text.strip(), draft))

    def nested(self, group: int, key: str) -> None:
        """Keep the key of a mapping inside of a mapping."""
        if group:
            self._groups.setdefault(group, []).append(_Entry(folded_key(key), "", None, nested=True))

    def finish(self) -> None:
        """Judge every mapping."""
        changed: dict[int, Draft | None] = {}
        for entries in self._groups.values():
            self._provide(entries)
            self._split(entries)
            self._revise(entries, changed)
            self._drop_aliases(entries, changed)
        self._groups = {}
        if changed:
            kept = [changed.get(id(draft), draft) for draft in self._found.drafts]
            self._found.drafts = [draft for draft in kept if draft is not None]

    def _provide(self, entries: list[_Entry]) -> None:
        said = [e.text for e in entries if e.key in self._rules.provider_keys]
        provider = next((p for one in said if (p := self._names.provider_of(one)) is not None), None)
        if provider is None:
            return
        for one in entries:
            if one.key not in self._rules.provided_keys or one.draft is None or one.draft.target:
                continue
            if self._is_alias(one.key, entries):
                continue
            name = self._names.provided(one.text, provider)
            if name is not None:
                self._found.add(
                    msgspec.structs.replace(
                        one.draft, target=name.target, provider=name.provider, type=name.type, revision=name.revision
                    )
                )

    def _split(self, entries: list[_Entry]) -> None:
        """`split: train` beside `path: org/name`: what can be split is a data set."""
        if not any(one.key in self._rules.dataset_signs for one in entries):
            return
        for one in entries:
            if one.key in self._rules.dataset_ids and one.draft is not None and not one.draft.target:
                name = self._names.keyed(one.text, "dataset")
                if name is not None:
                    found = {"target": name.target, "provider": name.provider, "type": name.type}
                    self._found.add(msgspec.structs.replace(one.draft, revision=name.revision, **found))

    def _revise(self, entries: list[_Entry], changed: dict[int, Draft | None]) -> None:
        """`revision` beside one model is its own; beside several, only `<key>_revision` says which."""
        said: dict[str, set[str]] = {}
        for e in entries:
            if e.text and len(e.text) <= MAX_REVISION and not any(c in e.text for c in "${}<> "):
                said.setdefault(e.key, set()).add(e.text)
        # Two values under one key are of two mappings that the reader could not tell apart: neither counts.
        revisions = {key: texts.pop() for key, texts in said.items() if len(texts) == 1}
        named = [e for e in entries if e.draft is not None and e.draft.target and e.draft.provider == "hub"]
        single = len({e.draft.target for e in named if e.draft}) == 1
        alone = len(named) == 1
        for one in named:
            if one.draft is None or one.draft.revision is not None:
                continue
            own = revisions.get(f"{one.key}_revision") or revisions.get(f"{stem_of(one.key)}_revision")
            if own is None and single and (alone or one.key in self._rules.revised_keys):
                own = next((revisions[key] for key in sorted(self._rules.revision_keys) if key in revisions), None)
            if own is not None:
                changed[id(one.draft)] = msgspec.structs.replace(one.draft, revision=own)

    def _drop_aliases(self, entries: list[_Entry], changed: dict[int, Draft | None]) -> None:
        for one in entries:
            if one.draft is not None and one.draft.target and self._is_alias(one.key, entries):
                changed[id(one.draft)] = None

    def _is_alias(self, key: str, entries: list[_Entry]) -> bool:
        """Whether `key` only names what a neighbor says; it must say it with a reference or in a mapping of its own."""
        beside = self._rules.aliases.get(key, frozenset())
        named = (e for e in entries if e.key in beside and e.key != key)
        return any(e.nested or (e.draft is not None and bool(e.draft.target)) for e in named)


def stem_of(key: str) -> str:
    """Return what a key speaks of, without what it says of it: `model_name_or_path` -> `model`."""
    return _SAYING.sub("", key)


def without_templates(text: str) -> str:
    """Return `text` with the defaults of its templates in their place.

    `{{ .x | default "org/name" }}` of a chart, `${{ inputs.x || 'org/name' }}` of a workflow.
    """
    return _EITHER.sub(lambda match: match[1], _DEFAULT.sub(lambda match: match[2], text[:MAX_TEMPLATE]))
