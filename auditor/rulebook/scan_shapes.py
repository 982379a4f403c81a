"""Shapes of the rules about references to models in source code, as `scan_rules` builds them."""

from __future__ import annotations

import re

import msgspec

__all__ = ["CallRule", "ClientRule", "CommandRule", "Names", "ProviderRule", "ScanRules"]


class Names(msgspec.Struct, frozen=True):
    """A set of whole-string patterns, compared in any case."""

    pattern: re.Pattern[str]

    def has(self, text: str) -> bool:
        """Return whether one of the patterns matches all of `text`."""
        return self.pattern.fullmatch(text) is not None


class ProviderRule(msgspec.Struct, frozen=True, kw_only=True):
    """One place that serves models: how routers call it, what its ids look like, its addresses."""

    provider: str
    prefixes: frozenset[str]
    ids: Names | None
    hosts: Names | None
    type: str = "hosted"
    ports: frozenset[str] = frozenset()
    """Ports of its service, on whatever host."""
    bare: bool = True
    """Whether an id alone, outside of any call, is proof enough."""
    cased: bool = False
    """Whether its ids have capitals, which in others' ids are a sign of a name for people."""
    hub_too: bool = False
    """Of a registry: whether its calls take ids of the Hub as well."""
    spoken_elsewhere: bool = False
    """Whether other services answer to its client, so that an id with an owner may be somebody else's."""


class Library(msgspec.Struct, frozen=True, kw_only=True):
    """The registry whose models need no owner."""

    provider: str
    names: Names
    plain: Names
    """Names that are a model without a tag, below a key that speaks of models."""
    tag: Names
    """What a tag looks like that makes a model of a name wherever it stands."""
    kindred: frozenset[str]
    """Commands of others that take names written in the same way."""


class CallRule(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of call that names a model in an argument."""

    names: tuple[tuple[str, ...], ...]
    provider: str
    type: str
    packages: frozenset[str] = frozenset()
    position: int | None = None
    keywords: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    """Further arguments that name a model of their own."""
    strip: tuple[str, ...] = ()
    provider_keyword: tuple[str, ...] = ()
    """Arguments that say whose model it is."""
    """Beginnings of the argument that belong to the call, not to the id."""
    keys: tuple[str, ...] = ()
    client: str | None = None
    """The provider if neither id nor client says another."""
    type_keyword: str | None = None
    bare: bool = False
    """Whether a name without an owner is one."""
    optional: bool = False
    ignore: bool = False
    documents: bool = False
    """What it names is text for readers."""


class ClientRule(msgspec.Struct, frozen=True, kw_only=True):
    """A class whose objects make calls; `address` are the arguments that may lead elsewhere."""

    provider: str
    address: tuple[str, ...] = ()
    paths: str = ""
    """For a file system: the scheme of the address that the first argument of every call is the path of."""


class CommandRule(msgspec.Struct, frozen=True, kw_only=True):
    """One command of a shell that names a model."""

    words: tuple[tuple[str, ...], ...]
    provider: str
    type: str
    operand: bool = False
    flags: frozenset[str] = frozenset()
    client: str | None = None
    bare: bool = False
    type_flags: frozenset[str] = frozenset()
    revision_flags: frozenset[str] = frozenset()
    valued: frozenset[str] = frozenset()
    skip: frozenset[str] = frozenset()
    inside: re.Pattern[str] | None = None
    creates: bool = False
    """Whether the command makes the model that it names, which is then a name of one's own."""


class ScanRules(msgspec.Struct, frozen=True, kw_only=True):
    """Everything `rules/scan/` says, and which disclosure speaks of which hosted id."""

    hub_hosts: frozenset[str]
    hub_pages: frozenset[str]
    revision_words: frozenset[str]
    hub_schemes: frozenset[str]
    service_hosts: frozenset[str]
    service_parts: frozenset[str]
    """Hosts whose addresses name a model behind one of these parts only."""
    hub_marks: tuple[str, ...]
    known_owners: frozenset[str]
    """In lower case."""
    library: Library
    legacy_models: Names
    legacy_datasets: frozenset[str]
    builders: frozenset[str]
    short_names: dict[str, str]
    """Folded short name -> full id."""
    placeholder_owner: Names
    placeholder_name: Names
    sure_placeholder: Names
    """Names that nobody gives a model, whatever proof there is."""
    placeholder: Names
    local_folders: frozenset[str]
    content_types: frozenset[str]
    dataset_like: Names
    software_owners: frozenset[str]
    file_endings: frozenset[str]
    endings_of_names: frozenset[str]
    model_like: Names
    sure_models: Names
    providers: dict[str, ProviderRule]
    prefixes: dict[str, str]
    kinds: tuple[tuple[str, tuple[str, ...]], ...]
    template_endings: frozenset[str]
    first_lines: tuple[tuple[str, re.Pattern[str]], ...]
    skipped_files: tuple[str, ...]
    skipped_folders: tuple[str, ...]
    environment_marks: tuple[str, ...]
    test_folders: frozenset[str]
    test_files: tuple[str, ...]
    python_calls: dict[str, tuple[CallRule, ...]]
    """By the last part of the called name."""
    python_worth: re.Pattern[str]
    """What a Python file must contain somewhere to name anything at all."""
    script_calls: dict[str, tuple[CallRule, ...]]
    clients: dict[str, ClientRule]
    python_packages: dict[str, str]
    script_packages: dict[str, str]
    """Package -> provider that its objects and functions call."""
    commands: tuple[CommandRule, ...]
    model_flags: frozenset[str]
    dataset_flags: frozenset[str]
    revision_flags: frozenset[str]
    side_flags: frozenset[str]
    """Options that name something beside the model, with a revision of its own."""
    wrappers: frozenset[str]
    carriers: frozenset[str]
    """Commands that carry another one somewhere behind their own words."""
    interpreters: tuple[str, ...]
    model_keys: Names
    dataset_keys: Names
    not_keys: Names
    below: dict[str, frozenset[str]]
    aliases: dict[str, frozenset[str]]
    """Key -> neighbors beside which it only says what they are called when served."""
    provider_keys: frozenset[str]
    provided_keys: frozenset[str]
    revision_keys: frozenset[str]
    dataset_signs: frozenset[str]
    dataset_ids: frozenset[str]
    revised_keys: frozenset[str]
    """Of several models in one mapping, those that a plain revision is of."""
    prose: tuple[re.Pattern[str], ...]
    service: re.Pattern[str]
    assignment: re.Pattern[str]
    bare: re.Pattern[str]
    disclosed: dict[tuple[str, str], str]
    """Provider and folded id -> id of the disclosure."""
