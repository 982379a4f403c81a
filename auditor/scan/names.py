"""Tell the name of a model or data set from what merely looks like one.

A name is judged together with its proof: a call or command that can mean nothing else takes names without an owner
(`bare`), a key only what has the shape of an id, prose only what looks like a model in itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from auditor.rulebook.scan_rules import ProviderRule, ScanRules
from auditor.scan.hub_names import ID, HubNames, Kind, Name, is_choice_of_files

__all__ = ["Names"]

MAX_LENGTH = 300

_LISTED = re.compile(r"(?:[A-Za-z0-9][\w.-]{0,95}/)?[A-Za-z0-9][\w.-]{0,95}(?::[\w.-]{1,80})?")
_HOSTED = re.compile(r"[A-Za-z0-9@][\w.:/@+-]{0,200}")
_ARN = re.compile(r"arn:[^/\s]*:(?:foundation-model|inference-profile)/(.+)")
_SIZED = re.compile(r"[a-z][a-z0-9.-]{1,60}:\d{1,3}(?:\.\d)?b(?:-[\w.-]{1,40})?")
_CALL_KINDS = ("chat", "completion", "embedding", "embeddings", "generate")
_SURE_MARKS = 2
"""How many of the marks of the Hub stand nowhere else."""


class Names:
    """Judges names by the rules; `exists` says whether a path stands in the tree."""

    def __init__(self, rules: ScanRules, exists: Callable[[str], bool] = lambda _: False) -> None:
        self._rules, self._exists = rules, exists
        self._hub_names = HubNames(rules, exists)
        self._hub, self.is_path = self._hub_names.named, self._hub_names.is_path
        self.is_placeholder, self.is_file = self._hub_names.is_placeholder, self._hub_names.is_file

    def called(
        self, text: str, provider: str, kind: Kind, *, bare: bool = False, client: str | None = None
    ) -> Name | None:
        """Return what `text` names as the argument of a call or command of `provider`, or `None`."""
        text = text.strip()
        if not text or len(text) > MAX_LENGTH or "\n" in text:
            return None
        if (address := self._hub_names.address(text)) is not None:
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

    def keyed(self, text: str, kind: Kind, *, plain: bool = True) -> Name | None:
        """Return what `text` names as the value of a key that speaks of models or data sets, or `None`.

        `plain`: a name of the library counts without a tag; in options of servers it is often what it is served as.
        """
        text = text.strip()
        if not text or len(text) > MAX_LENGTH or any(c.isspace() for c in text):
            return None
        if (address := self._hub_names.address(text)) is not None:
            return address
        if kind == "dataset":
            return self._hub(text, kind, bare=False, sure=True) or (
                self._hub(text, kind, bare=True) if text in self._rules.legacy_datasets else None
            )
        if (routed := self._as_written(text) or self._routed(text)) is not None:
            return routed
        if plain and self._rules.library.plain.has(text) and not self._exists(text):
            return self._plain(text, self._rules.library.provider, "model")
        if self._rules.legacy_models.has(text) or text.lower() in self._rules.short_names:
            return self._hub(text, "model", bare=True)
        if _SIZED.fullmatch(text):
            # `name:12b` below a key of models, though nobody listed the name.
            return self._listed(text)
        return self._of_library(text) or self._hub(text, "model", bare=False, sure=True)

    def provided(self, text: str, provider: str) -> Name | None:
        """Return what the value of a key about models names when a neighbor or the key itself says whose it is."""
        text = text.strip()
        if not text or len(text) > MAX_LENGTH or any(c.isspace() for c in text) or self.is_path(text):
            return None
        if provider in ("hub", self._rules.library.provider):
            return self.called(text, provider, "model", bare=True)
        looks = (any(c.isdigit() for c in text) or "-" in text) and any(c.isalpha() for c in text)
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
        match = ID.fullmatch(text)
        if match is None:
            return None
        if self._rules.short_names.get(match[2].lower(), "").lower() == text.lower():
            return self._hub(text, "model", bare=False)
        routed = self._routed(text)
        if routed is not None and routed.provider != "hub" and self._specific(routed, routed=True):
            return routed
        if match[1].lower() in self._rules.software_owners and not self._rules.sure_models.has(match[2]):
            return None
        known = match[2] in self._rules.legacy_datasets and match[1].lower() in self._rules.known_owners
        if known or self._rules.dataset_like.has(match[2]):
            return self._hub(text, "dataset", bare=False)
        # Two brands with a slash between them are none: a model has a size, a version or a kind behind it.
        whole = any(one.isdigit() or one in "-_" for one in match[2]) or match[1].lower() in self._rules.known_owners
        return self._hub(text, "model", bare=False) if whole and self._rules.model_like.has(match[2]) else None

    def spoken(self, text: str) -> Name | None:
        """Return the model whose id `text` is in running text: a service's, or a long one without an owner."""
        short = text.count("-") > 1 and text.lower() in self._rules.short_names
        if short or ("-" in text and self._rules.legacy_models.has(text)):
            return self._hub(text, "model", bare=True)
        # A file may be called after a model.
        found = self._as_written(text) if not self.is_path(text) else None
        return found if found is not None and self._specific(found) else None

    def looked_up(self, text: str) -> Name | None:
        """Return what a key of a table names: an id that says so by itself, no name that a library completes."""
        name = self.literal(text) if "/" in text else self.spoken(text)
        return name if name is not None and ("/" in text or name.provider != "hub") else None

    def literal(self, text: str) -> Name | None:
        """Return the model that a literal of code names without any key or call to speak for it, or `None`."""
        if not 4 <= len(text) <= MAX_LENGTH or any(c.isspace() for c in text):
            return None
        if (said := self._as_written(text)) is not None and self._specific(said):
            return said
        if text.startswith(self._rules.hub_marks[:_SURE_MARKS]):
            return self._hub(text, "model", bare=False)
        head, _, tail = text.partition(":")
        match = ID.fullmatch(head) if tail and is_choice_of_files(tail) else ID.fullmatch(text)
        if match is None:
            return self._literal_service(text)
        owner, name = match[1].lower(), match[2]
        rules = self._rules
        routed = self._routed(text)
        if routed is not None and (self._specific(routed, routed=True) or rules.sure_models.has(name)):
            return routed
        if rules.dataset_like.has(name):
            return self._hub(text, "dataset", bare=False)
        if rules.sure_models.has(name) or (owner in rules.known_owners and "-" in name and rules.model_like.has(name)):
            return self._hub(text, "model", bare=False)
        if name in rules.legacy_datasets and owner in rules.known_owners and not rules.model_like.has(name):
            return self._hub(text, "dataset", bare=False)
        return None

    def _literal_service(self, text: str) -> Name | None:
        """Judge ids without an owner that can be nothing else: an id of a service, `provider:id`, `name:8b`."""
        found = self._as_written(text) or (self._routed(text) if ":" in text or text.count("/") > 1 else None)
        if found is not None:
            return found if self._specific(found) else None
        short = text.lower() in self._rules.short_names or self._rules.legacy_models.has(text)
        if short and text.count("-") > 1:
            return self._hub(text, "model", bare=True)
        return self._of_library(text)

    def _specific(self, name: Name, *, routed: bool = False) -> bool:
        """Whether an id says so much that it needs no key beside it; `routed` when its provider is written with it."""
        if name.provider == "hub":
            owner, _, last = name.target.partition("/")
            return self._rules.model_like.has(last) or owner.lower() in self._rules.known_owners
        if name.provider == self._rules.library.provider:
            return self._rules.library.names.has(name.target.partition(":")[0])
        rule = self._rules.providers[name.provider]
        known = rule.ids is not None and rule.ids.has(name.target)
        if rule.ids is None and routed is False and self._by_id(name.target) is not None:
            # `cloud:chat:id`: a service without ids of its own, with the id of a model that another one makes.
            return True
        if rule.type == "model":
            return known and rule.bare
        if not known and "/" in name.target:
            # `router/org/name`: the rest looks like a model by itself.
            return self._rules.model_like.has(name.target.rpartition("/")[2])
        return known and "-" in name.target and (routed or any(c.isdigit() for c in name.target))

    def _of_library(self, text: str) -> Name | None:
        """Judge `name:8b`: a name of the library with a tag of its kind."""
        name, colon, tag = text.rpartition("/")[2].partition(":")
        if not colon or text.count("/") > 1 or "://" in text or not self._rules.library.tag.has(tag):
            return None
        return self._listed(text) if self._rules.library.names.has(name) else None

    def of_library(self, text: str) -> Name | None:
        """Return the model of the library that `text` names with or without a tag, or `None`."""
        return self._listed(text) if self._rules.library.names.has(text.partition(":")[0]) else None

    def service_id(self, text: str) -> Name | None:
        """Return the hosted model whose id cannot be anything else, or `None`."""
        return self._by_id(text)

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
            # `provider:/id` is how some trackers write it.
            rest = rest[1:] if rest.startswith("/") and not rest.startswith("//") else rest
        name = self._rules.prefixes.get(prefix)
        if name is None or not slash or not rest or self._hub_names.stands_for_another(rest):
            return None
        rule = self._rules.providers[name]
        if name == self._rules.library.provider:
            return self._listed(rest)
        if name == "hub":
            parts = rest.split("/")
            return self._hub("/".join(parts[-2:]), "model", bare=False)
        nested = rest.rpartition("/")[2]
        serves = rule.ids is not None and (rule.ids.has(rest) or rule.ids.has(nested))
        # Behind a colon may stand an action of a service (`service:InvokeModel`), too.
        told = colon and _HOSTED.fullmatch(rest) and (rule.ids is None or any(one.isdigit() for one in rest))
        if serves or told or self._only_a_router(rule, prefix, rest):
            return self._plain(rest, name, "hosted") if _HOSTED.fullmatch(rest) else None
        return None

    @staticmethod
    def _only_a_router(rule: ProviderRule, prefix: str, rest: str) -> bool:
        """Whether the prefix belongs to no owner on the Hub, so that any id may follow."""
        return rule.ids is None or "_" in prefix or (prefix == rule.provider and "/" in rest)

    def _as_written(self, text: str) -> Name | None:
        """Judge an id that nothing speaks for: capitals are for people, except where the ids have them."""
        found = self._by_id(text)
        return found if found is None or text == text.lower() or self._rules.providers[found.provider].cased else None

    def _by_id(self, text: str) -> Name | None:
        for rule in self._rules.providers.values():
            if rule.ids is not None and rule.bare and rule.ids.has(text):
                if rule.type == "model" and self._exists(text):
                    return None
                inner = _ARN.fullmatch(text)
                text = inner[1] if inner and rule.ids.has(inner[1]) else text
                kind: Kind = "model" if rule.type == "model" else "dataset" if rule.type == "dataset" else "hosted"
                return self._plain(text.removeprefix("models/"), rule.provider, kind)
        return None

    def _of_client(self, text: str, client: str | None) -> Name | None:
        hub = self._hub(text, "model", bare=False)
        if hub is not None or client is None:
            return hub
        return self._of_service(text, client)

    def _of_service(self, text: str, provider: str) -> Name | None:
        if not _HOSTED.fullmatch(text) or self._rules.placeholder.has(text):
            return None
        rule = self._rules.providers.get(provider)
        if rule is None or rule.type != "hosted":
            own = rule is not None and rule.ids is not None and rule.ids.has(text) and not self._exists(text)
            if own or (rule is not None and rule.ids is not None and not rule.hub_too):
                kind: Kind = "dataset" if rule is not None and rule.type == "dataset" else "model"
                return self._plain(text, provider, kind) if own else None
            return self._hub(text, "model", bare=True)
        if rule.spoken_elsewhere and ID.fullmatch(text):
            return self._routed(text) or self._hub(text, "model", bare=False)
        if ID.fullmatch(text) and (routed := self._routed(text)) is not None and routed.provider == provider:
            return routed
        inner = _ARN.fullmatch(text)
        return self._plain(inner[1] if inner else text.removeprefix("models/"), provider, "hosted")

    @staticmethod
    def _plain(text: str, provider: str, kind: Kind) -> Name:
        return Name(target=text, provider=provider, type=kind)
