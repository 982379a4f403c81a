"""Names of the Hub: what has the shape of an id, what is a path, a placeholder or a kind of content instead."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal, TypeAlias

import msgspec

from auditor.rulebook.scan_rules import ScanRules
from auditor.scan.addresses import hub_address

__all__ = ["ID", "HubNames", "Kind", "Name", "is_choice_of_files", "is_commit"]

Kind: TypeAlias = Literal["model", "dataset", "hosted"]

_PART = r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9])?"
ID = re.compile(rf"({_PART})/({_PART})")
_WITHIN = re.compile(r"([A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95})/[\w.-]{1,200}\.(?:gguf|safetensors)")
_BARE = re.compile(_PART)
_DATE = re.compile(r"\d{1,4}[/.-]\d{1,2}|\d+")
_COMMIT = re.compile(r"[0-9a-fA-F]{40}")
_QUANT = re.compile(r"(?:[A-Za-z]{0,3}-?)?(?:I?Q\d|F16|BF16|F32|FP16|latest|UD-)[\w.-]*", re.IGNORECASE)


class Name(msgspec.Struct, frozen=True, kw_only=True):
    """What a text names: the id as its provider knows it, and the revision written with it."""

    target: str
    provider: str
    type: Kind
    revision: str | None = None


class HubNames:
    """Judges names of the Hub by the rules; `exists` says whether a path stands in the tree."""

    def __init__(self, rules: ScanRules, exists: Callable[[str], bool]) -> None:
        self._rules, self._exists = rules, exists

    def address(self, text: str) -> Name | None:
        """Return what an address on the Hub's site names, or `None`."""
        found = hub_address(text, self._rules)
        if found is None or self.stands_for_another(found.target):
            return None
        return Name(target=found.target, provider="hub", type=found.type, revision=found.revision)

    def named(self, text: str, kind: Kind, *, bare: bool, sure: bool = False) -> Name | None:
        """Return what `text` names: an id, or with `bare` a name without an owner; `sure` when a call says so."""
        mark = next((one for one in self._rules.hub_marks if text.startswith(one)), "")
        text, revision = _split_revision(text.removeprefix(mark))
        if sure and (within := _WITHIN.fullmatch(text)) is not None:
            # A file of a repository: `org/name/weights.gguf`.
            text = within[1]
        if "://" in text or self.is_path(text, sure=sure):
            return None
        if (full := self._rules.short_names.get(text.lower())) is not None and kind == "model":
            return Name(target=full, provider="hub", type="model", revision=revision)
        match = ID.fullmatch(text)
        if match is None:
            return self._bare(text, kind, revision) if bare else None
        owner, name = match[1], match[2]
        if "--" in text or ".." in text or owner.lower() in self._rules.content_types:
            return None
        if self.stands_for_another(text, sure=sure):
            return None
        if {owner.lower(), name.lower()} <= self._rules.file_endings:
            return None
        if _DATE.fullmatch(owner) or (_DATE.fullmatch(name) and not self._rules.model_like.has(name)):
            return None
        return Name(target=text, provider="hub", type=kind, revision=revision)

    def _bare(self, text: str, kind: Kind, revision: str | None) -> Name | None:
        """Take a name without an owner: the few models the Hub has, and data sets that are no reader of files."""
        if not _BARE.fullmatch(text) or self._exists(text):
            return None
        if kind == "dataset":
            known = text not in self._rules.builders and not self.stands_for_another(text)
            return Name(target=text, provider="hub", type="dataset", revision=revision) if known else None
        if self._rules.legacy_models.has(text):
            return Name(target=text, provider="hub", type="model", revision=revision)
        return None

    def is_path(self, text: str, *, sure: bool = False) -> bool:
        """Return whether `text` is a path on somebody's machine; with `sure` a call says that a model is meant."""
        if text.startswith((".", "/", "~", "\\", "file:", "s3:", "gs:")) or "\\" in text or text.endswith("/"):
            return True
        parts = text.split("/")
        ending = parts[-1].rpartition(".")
        excused = sure and ending[2].lower() in self._rules.endings_of_names
        if ending[1] and ending[2].lower() in self._rules.file_endings and not excused and not ending[2].isdigit():
            return True
        if len(parts) > 2:
            return True
        return len(parts) == 2 and (parts[0].lower() in self._rules.local_folders or self._exists(text))

    def is_file(self, text: str) -> bool:
        """Return whether `text` ends like a file."""
        return text.rpartition(".")[2].lower() in self._rules.file_endings and "." in text

    def is_placeholder(self, text: str) -> bool:
        """Return whether `text` has the shape of an id and stands for one that somebody still has to write."""
        match = ID.fullmatch(text)
        return match is not None and self.stands_for_another(text, sure=True) and not self.is_path(text)

    def stands_for_another(self, target: str, *, sure: bool = False) -> bool:
        """Return whether an id is one that somebody still has to write.

        With `sure` proof that a model is named, `acme/model` and `acme/x` are names: a policy must hear of them.
        """
        owner, slash, name = target.rpartition("/")
        rules = self._rules
        if slash and rules.placeholder_owner.has(owner):
            return True
        return rules.sure_placeholder.has(name) if sure else rules.placeholder_name.has(name)


def _split_revision(text: str) -> tuple[str, str | None]:
    """`org/name@revision`, and `org/name:Q4_K_M`, whose last part is a choice of files and no revision."""
    head, colon, tail = text.partition(":")
    if colon and "/" in head and is_choice_of_files(tail):
        return head, None
    head, at, tail = text.partition("@")
    if at and "/" in head and re.fullmatch(r"[\w./-]{1,100}", tail):
        return head, tail
    return text, None


def is_choice_of_files(tag: str) -> bool:
    """Return whether the tag of an id is a quantization (`Q4_K_M`), which chooses among the files of a repository."""
    return _QUANT.fullmatch(tag) is not None


def is_commit(revision: str | None) -> bool:
    """Return whether a revision is a full commit, which nobody can move."""
    return revision is not None and _COMMIT.fullmatch(revision) is not None
