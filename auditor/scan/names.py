"""Tell the name of a model or data set from what merely looks like one.

A name is judged together with its proof: a call or command that can mean nothing else takes names without an owner
(`bare`), a key only what has the shape of an id, prose only what looks like a model in itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal, TypeAlias

import msgspec

from auditor.rulebook.scan_rules import ProviderRule, ScanRules
from auditor.scan.addresses import hub_address

__all__ = ["Kind", "Name", "Names", "is_commit"]

MAX_LENGTH = 300
Kind: TypeAlias = Literal["model", "dataset", "hosted"]

_PART = r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9])?"
_ID = re.compile(rf"({_PART})/({_PART})")
_BARE = re.compile(_PART)
_LISTED = re.compile(r"(?:[A-Za-z0-9][\w.-]{0,95}/)?[A-Za-z0-9][\w.-]{0,95}(?::[\w.-]{1,80})?")
_DATE = re.compile(r"\d{1,4}[/.-]\d{1,2}|\d+")
_HOSTED = re.compile(r"[A-Za-z0-9@][\w.:/@+-]{0,200}")
_ARN = re.compile(r"arn:[^/\s]*:(?:foundation-model|inference-profile)/(.+)")
_COMMIT = re.compile(r"[0-9a-fA-F]{40}")
_CALL_KINDS = ("chat", "completion", "embedding", "embeddings", "generate")
_SURE_MARKS = 2
"""How many of the marks of the Hub stand nowhere else."""
_QUANT = re.compile(r"(?:[A-Za-z]{0,3}-?)?(?:I?Q\d|F16|BF16|F32|FP16|latest|UD-)[\w.-]*", re.IGNORECASE)


class Name(msgspec.Struct, frozen=True, kw_only=True):
    """What a text names: the id as its provider knows it, and the revision written with it."""

    target: str
    provider: str
    type: Kind
    revision: str | None = None


class Names:
    """Judges names by the rules; `exists` says whether a path stands in the tree."""

    def __init__(self, rules: ScanRules, exists: Callable[[str], bool] = lambda _: False) -> None:
        self._rules = rules
        self._exists = exists

    def called(
        self, text: str, provider: str, kind: Kind, *, bare: bool = False, client: str | None = None
    ) -> Name | None:
        """Return what `text` names as the argument of a call or command of `provider`, or `None`."""
        text = text.strip()
        if not text or len(text) > MAX_LENGTH or "\n" in text:
            return None
        if (address := self._address(text)) is not None:
            return address
        if provider == "hub":
            return self._hub(text, kind, bare=bare, sure=True)
        if self._rules.placeholder.has(text):
            return None
        if provider == self._rules.library.provider:
            return self._listed(text)
        if provider in self._rules.library.kindred:
            return self._plain(text, provider, "model") if _LISTED.fullmatch(text) else None
        if provider == "routed":
            return self._routed(text) or self._by_id(text) or self._hub(text, "model", bare=False)
        if provider == "client":
            return self._by_id(text) or self._routed(text) or self._of_client(text, client)
        return self._of_service(text, provider)

    def keyed(self, text: str, kind: Kind) -> Name | None:
        """Return what `text` names as the value of a key that speaks of models or data sets, or `None`."""
        text = text.strip()
        if not text or len(text) > MAX_LENGTH or any(c.isspace() for c in text):
            return None
        if (address := self._address(text)) is not None:
            return address
        if kind == "dataset":
            return self._hub(text, kind, bare=False, sure=True) or (
                self._hub(text, kind, bare=True) if text in self._rules.legacy_datasets else None
            )
        if (routed := self._by_id(text) or self._routed(text)) is not None:
            return routed
        if self._rules.legacy_models.has(text) or text.lower() in self._rules.short_names:
            return self._hub(text, "model", bare=True)
        return self._of_library(text) or self._hub(text, "model", bare=False, sure=True)

    def provided(self, text: str, provider: str) -> Name | None:
        """Return what the value of a key about models names when a neighbor or the key itself says whose it is."""
        text = text.strip()
        if not text or len(text) > MAX_LENGTH or any(c.isspace() for c in text) or self.is_path(text):
            return None
        if provider in ("hub", self._rules.library.provider):
            return self.called(text, provider, "model", bare=True)
        looks = any(c.isdigit() for c in text) or "-" in text
        return self.called(text, provider, "hosted") if looks else self._by_id(text)

    def provider_of(self, word: str) -> str | None:
        """Return the provider that routers and people call `word`."""
        return self._rules.prefixes.get(word.lower()) or self._rules.prefixes.get(word.lower().replace("-", "_"))

    def at_address(self, address: str) -> str | None:
        """Return the provider whose service an address is, or `None`."""
        host, colon, port = address.partition("://")[2].partition("/")[0].rpartition("@")[2].partition(":")
        for name, rule in self._rules.providers.items():
            if (rule.hosts is not None and rule.hosts.has(host)) or (colon and port in rule.ports):
                return name
        return None

    def written(self, text: str) -> Name | None:
        """Return the model that `text` names in prose, where only its own shape speaks for it, or `None`."""
        match = _ID.fullmatch(text)
        if match is None or not self._rules.model_like.has(match[2]):
            return None
        return self._hub(text, "model", bare=False)

    def literal(self, text: str) -> Name | None:
        """Return the model that a literal of code names without any key or call to speak for it, or `None`."""
        if not 4 <= len(text) <= MAX_LENGTH or any(c.isspace() for c in text):
            return None
        if text.startswith(self._rules.hub_marks[:_SURE_MARKS]):
            return self._hub(text, "model", bare=False)
        match = _ID.fullmatch(text)
        if match is None:
            return self._literal_service(text)
        owner, name = match[1].lower(), match[2]
        rules = self._rules
        routed = self._routed(text)
        if routed is not None and (self._specific(routed, routed=True) or rules.sure_models.has(name)):
            return routed
        if rules.sure_models.has(name) or (owner in rules.known_owners and "-" in name and rules.model_like.has(name)):
            return self._hub(text, "model", bare=False)
        if name in rules.legacy_datasets and not rules.model_like.has(name):
            return self._hub(text, "dataset", bare=False) if owner in rules.known_owners else None
        return None

    def _literal_service(self, text: str) -> Name | None:
        """Judge ids without an owner that can be nothing else: an id of a service, `provider:id`, `name:8b`."""
        found = (self._by_id(text) if text == text.lower() else None) or (
            self._routed(text) if ":" in text or text.count("/") > 1 else None
        )
        if found is not None:
            return found if self._specific(found) else None
        if text.lower() in self._rules.short_names and text.count("-") > 1:
            return self._hub(text, "model", bare=True)
        return self._of_library(text)

    def _specific(self, name: Name, *, routed: bool = False) -> bool:
        """Whether an id says so much that it needs no key beside it; `routed` when its provider is written with it."""
        if name.provider == "hub":
            return "/" in name.target
        if name.provider == self._rules.library.provider:
            return self._rules.library.names.has(name.target.partition(":")[0])
        rule = self._rules.providers[name.provider]
        known = rule.ids is not None and rule.ids.has(name.target)
        return known and "-" in name.target and (routed or any(c.isdigit() for c in name.target))

    def _of_library(self, text: str) -> Name | None:
        """Judge `name:8b`: a name of the library with a tag of its kind."""
        name, colon, tag = text.rpartition("/")[2].partition(":")
        if not colon or text.count("/") > 1 or "://" in text or not self._rules.library.tag.has(tag):
            return None
        return self._listed(text) if self._rules.library.names.has(name) else None

    def service_id(self, text: str) -> Name | None:
        """Return the hosted model whose id cannot be anything else, or `None`."""
        return self._by_id(text)

    def is_path(self, text: str) -> bool:
        """Return whether `text` is a path on somebody's machine."""
        if text.startswith((".", "/", "~", "\\", "file:", "s3:", "gs:")) or "\\" in text or text.endswith("/"):
            return True
        parts = text.split("/")
        ending = parts[-1].rpartition(".")
        if ending[1] and ending[2].lower() in self._rules.file_endings and not ending[2].isdigit():
            return True
        if len(parts) > 2:
            return True
        return len(parts) == 2 and (parts[0].lower() in self._rules.local_folders or self._exists(text))

    def _address(self, text: str) -> Name | None:
        found = hub_address(text, self._rules)
        if found is None or self._is_placeholder(found.target):
            return None
        return Name(target=found.target, provider="hub", type=found.type, revision=found.revision)

    def is_placeholder(self, text: str) -> bool:
        """Return whether `text` has the shape of an id and stands for one that somebody still has to write."""
        match = _ID.fullmatch(text)
        return match is not None and self._is_placeholder(text, sure=True) and not self.is_path(text)

    def _is_placeholder(self, target: str, *, sure: bool = False) -> bool:
        """With `sure` proof that a model is named, `acme/model` and `acme/x` are names: a policy must hear of them."""
        owner, slash, name = target.rpartition("/")
        rules = self._rules
        if slash and rules.placeholder_owner.has(owner):
            return True
        return rules.sure_placeholder.has(name) if sure else rules.placeholder_name.has(name)

    def _hub(self, text: str, kind: Kind, *, bare: bool, sure: bool = False) -> Name | None:
        mark = next((one for one in self._rules.hub_marks if text.startswith(one)), "")
        text, revision = _split_revision(text.removeprefix(mark))
        if "://" in text or self.is_path(text):
            return None
        if (full := self._rules.short_names.get(text.lower())) is not None and kind == "model":
            return Name(target=full, provider="hub", type="model", revision=revision)
        match = _ID.fullmatch(text)
        if match is None:
            return self._bare(text, kind, revision) if bare else None
        owner, name = match[1], match[2]
        if "--" in text or ".." in text or owner.lower() in self._rules.content_types:
            return None
        if self._is_placeholder(text, sure=sure):
            return None
        if _DATE.fullmatch(owner) or (_DATE.fullmatch(name) and not self._rules.model_like.has(name)):
            return None
        return Name(target=text, provider="hub", type=kind, revision=revision)

    def _bare(self, text: str, kind: Kind, revision: str | None) -> Name | None:
        """Take a name without an owner: the few models the Hub has, and data sets that are no reader of files."""
        if not _BARE.fullmatch(text) or self._exists(text):
            return None
        if kind == "dataset":
            known = text not in self._rules.builders and not self._is_placeholder(text)
            return Name(target=text, provider="hub", type="dataset", revision=revision) if known else None
        if self._rules.legacy_models.has(text):
            return Name(target=text, provider="hub", type="model", revision=revision)
        return None

    def _listed(self, text: str) -> Name | None:
        for host in sorted(self._rules.hub_hosts):
            if text.startswith(f"{host}/"):
                return self._hub(text.removeprefix(f"{host}/").partition(":")[0], "model", bare=False)
        if not _LISTED.fullmatch(text) or text.startswith((".", "/")) or self.is_path(text.partition(":")[0]):
            return None
        return self._plain(text, self._rules.library.provider, "model")

    def _routed(self, text: str) -> Name | None:
        """`provider/id`, as routers write it; a Hub owner of the same name keeps what the provider does not serve."""
        if ":" in text and "/" not in text and (listed := self._of_library(text)) is not None:
            # `name:7b` is a name of the library before it is a router's prefix.
            return listed
        prefix, slash, rest = text.partition("/")
        colon = False
        if ":" in prefix:
            # `provider:id`, and with a kind of call in between: `provider:chat:id`.
            prefix, slash, rest = text.partition(":")
            head, more, tail = rest.partition(":")
            rest = (
                tail
                if more and (prefix != self._rules.library.provider or head in _CALL_KINDS) and "." not in head
                else rest
            )
            colon = True
        name = self._rules.prefixes.get(prefix)
        if name is None or not slash or not rest or self._is_placeholder(rest):
            return None
        rule = self._rules.providers[name]
        if name == self._rules.library.provider:
            return self._listed(rest)
        if name == "hub":
            parts = rest.split("/")
            return self._hub("/".join(parts[-2:]), "model", bare=False)
        nested = rest.rpartition("/")[2]
        serves = rule.ids is not None and (rule.ids.has(rest) or rule.ids.has(nested))
        if serves or (colon and _HOSTED.fullmatch(rest)) or self._only_a_router(rule, prefix, rest):
            return self._plain(rest, name, "hosted") if _HOSTED.fullmatch(rest) else None
        return None

    @staticmethod
    def _only_a_router(rule: ProviderRule, prefix: str, rest: str) -> bool:
        """Whether the prefix belongs to no owner on the Hub, so that any id may follow."""
        return rule.ids is None or "_" in prefix or (prefix == rule.provider and "/" in rest)

    def _by_id(self, text: str) -> Name | None:
        for rule in self._rules.providers.values():
            if rule.ids is not None and rule.bare and rule.ids.has(text):
                inner = _ARN.fullmatch(text)
                text = inner[1] if inner and rule.ids.has(inner[1]) else text
                return self._plain(text.removeprefix("models/"), rule.provider, "hosted")
        return None

    def _of_client(self, text: str, client: str | None) -> Name | None:
        hub = self._hub(text, "model", bare=False)
        if hub is not None or client is None:
            return hub
        return self._of_service(text, client)

    def _of_service(self, text: str, provider: str) -> Name | None:
        if not _HOSTED.fullmatch(text) or self._rules.placeholder.has(text):
            return None
        if provider not in self._rules.providers or self._rules.providers[provider].type != "hosted":
            return self._hub(text, "model", bare=True)
        if self._rules.providers[provider].spoken_elsewhere and _ID.fullmatch(text):
            return self._routed(text) or self._hub(text, "model", bare=False)
        if _ID.fullmatch(text) and (routed := self._routed(text)) is not None and routed.provider == provider:
            return routed
        inner = _ARN.fullmatch(text)
        return self._plain(inner[1] if inner else text.removeprefix("models/"), provider, "hosted")

    @staticmethod
    def _plain(text: str, provider: str, kind: Kind) -> Name:
        return Name(target=text, provider=provider, type=kind)


def _split_revision(text: str) -> tuple[str, str | None]:
    """`org/name@revision`, and `org/name:Q4_K_M`, whose last part is a choice of files and no revision."""
    head, colon, tail = text.partition(":")
    if colon and "/" in head and _QUANT.fullmatch(tail):
        return head, None
    head, at, tail = text.partition("@")
    if at and "/" in head and re.fullmatch(r"[\w./-]{1,100}", tail):
        return head, tail
    return text, None


def is_commit(revision: str | None) -> bool:
    """Return whether a revision is a full commit, which nobody can move."""
    return revision is not None and _COMMIT.fullmatch(revision) is not None
