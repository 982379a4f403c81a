"""Addresses on the Hub's site: https://huggingface.co/org/name/resolve/main/x, hf://datasets/org/name, git@hf.co:..."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import msgspec

from auditor.rulebook.scan_rules import ScanRules

__all__ = ["HubAddress", "hub_address", "hub_addresses"]

_LIKELY = re.compile(
    r"(?:[a-z]{2,12}://(?:[^\s/@]{1,100}@)?|git@)[A-Za-z0-9._-]{1,100}(?::\d{1,5})?[^\s\"'`<>()\[\]{}|\\,;*]{0,400}"
)
_PART = re.compile(r"[A-Za-z0-9](?:[\w.-]{0,94}[A-Za-z0-9_])?")
_END = ".,:;!?"


class HubAddress(msgspec.Struct, frozen=True, kw_only=True):
    """One repository that an address leads to, and the address's place in its text."""

    target: str
    type: Literal["model", "dataset"]
    revision: str | None
    start: int = 0
    end: int = 0


def hub_addresses(text: str, rules: ScanRules) -> Iterator[HubAddress]:
    """Yield every address of a model or data set in `text`."""
    if "://" not in text and "git@" not in text:
        return
    for match in _LIKELY.finditer(text):
        found = hub_address(match[0].rstrip(_END), rules)
        if found is not None:
            # An address that goes on with a placeholder ({name}) leads nowhere yet.
            following = text[match.end() : match.end() + 1]
            if following in ("{", "<", "$") or text[match.end() : match.end() + 2] == "%s":
                continue
            yield msgspec.structs.replace(found, start=match.start(), end=match.end())


def hub_address(text: str, rules: ScanRules) -> HubAddress | None:
    """Return the repository that `text`, all of it, is the address of, or `None`."""
    scheme, separator, rest = text.partition("://")
    revision: str | None = None
    if not separator:
        if not text.startswith("git@"):
            return None
        host, _, path = text.removeprefix("git@").partition(":")
        if host.lower() not in rules.hub_hosts:
            return None
    elif scheme in rules.hub_schemes:
        path = rest
    elif scheme in ("http", "https", "git", "ssh", "git+https"):
        host, _, path = rest.partition("/")
        site = host.rpartition("@")[2].partition(":")[0].lower()
        if site in rules.service_hosts:
            return _behind_service(path, rules)
        if site not in rules.hub_hosts:
            return None
    else:
        return None
    parts = [part for part in path.partition("?")[0].partition("#")[0].split("/") if part]
    kind: Literal["model", "dataset"] = "model"
    if parts[:1] == ["api"] and parts[1:2] in (["models"], ["datasets"]):
        parts = parts[1:]
    if parts[:1] == ["datasets"]:
        kind, parts = "dataset", parts[1:]
    elif parts[:1] == ["models"] and len(parts) > 2:
        parts = parts[1:]
    if len(parts) < 2:
        return None
    owner, name = parts[0], parts[1]
    if owner.lower() in rules.hub_pages:
        return None
    name, at, written = name.partition("@")
    name, colon, tag = name.partition(":")
    revision = written if at else (tag or None if colon and scheme in rules.hub_schemes else None)
    name = name.removesuffix(".git")
    if not (_PART.fullmatch(owner) and _PART.fullmatch(name)):
        return None
    if (len(parts) > 3 and parts[2] in rules.revision_words) or (len(parts) == 4 and parts[2] == "tree"):
        revision = parts[3]
    if revision is not None and not re.fullmatch(r"[\w.%-]{1,100}", revision):
        revision = None
    return HubAddress(target=f"{owner}/{name}", type=kind, revision=revision)


def _behind_service(path: str, rules: ScanRules) -> HubAddress | None:
    """Return the model whose inference an address of a service calls (`/models/org/name`)."""
    parts = [part for part in path.partition("?")[0].partition("#")[0].split("/") if part]
    place = next((index for index, part in enumerate(parts) if part in rules.service_parts), None)
    named = parts[place + 1 : place + 3] if place is not None else []
    if len(named) < 2 or not all(_PART.fullmatch(part) for part in named):
        return None
    return HubAddress(target="/".join(named), type="model", revision=None)
