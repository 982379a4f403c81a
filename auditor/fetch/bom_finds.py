"""What the readers of bills of materials find, gathered: which sources we can read, and which we cannot."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal

import msgspec

from auditor.errors import UsageProblem
from auditor.fetch.targets import HUB_ENDPOINTS, Target, parse_target
from auditor.model.bom import BomEntry, BomLicense, BomProblem
from auditor.model.repositories import is_hub_id

__all__ = ["Component", "Finds", "dicts", "is_hub_purl", "is_on_hub", "text", "unique"]

MAX_FOUND: Final = 10_000
_TEXT: Final = 2_000
_ADDRESSES: Final = 1_000
# The type that the registry of package URLs gives to repositories of the Hub.
_HUB_PURL: Final = "huggingface"
# Fields that say where a component lies, not where something about it can be read.
_ITSELF: Final = ("externalReferences (distribution)", "externalReferences (vcs)", "downloadLocation")
_COMMIT = re.compile(r"[0-9a-f]{40}", re.IGNORECASE)
_VCS = re.compile(r"^(?:git|hg|svn|bzr)\+")

Kind = Literal["model", "dataset"]


class Component(msgspec.Struct, kw_only=True):
    """One model or data set as a bill describes it, before it is known whether we can read it."""

    kind: Kind
    name: str
    ref: str | None
    path: str
    purls: list[tuple[str, str]] = msgspec.field(default_factory=list)
    """Package URLs with the field each was read from."""
    addresses: list[tuple[str, str]] = msgspec.field(default_factory=list)
    """Addresses with the field each was read from, the most telling first."""
    version: str | None = None
    licenses: tuple[BomLicense, ...] = ()


class Finds:
    """Everything found so far; a component with a readable source becomes an entry, any other one a problem."""

    def __init__(self) -> None:
        self._entries: list[BomEntry] = []
        self._problems: list[BomProblem] = []
        self.others = 0

    def entries(self) -> tuple[BomEntry, ...]:
        """Return the entries in the order of the file."""
        return tuple(self._entries)

    def problems(self) -> tuple[BomProblem, ...]:
        """Return the problems in the order of the file."""
        return tuple(self._problems)

    def add(self, component: Component) -> None:
        """Note one model or data set.

        Raises `UsageProblem` beyond 10,000 of them.
        """
        if len(self._entries) + len(self._problems) >= MAX_FOUND:
            raise UsageProblem(f"the bill of materials lists more than {MAX_FOUND} models and data sets")
        try:
            self._entries.append(_entry(component))
        except UsageProblem as error:
            self._problems.append(
                BomProblem(
                    name=component.name,
                    kind=component.kind,
                    ref=component.ref,
                    path=component.path,
                    message=error.message,
                    licenses=component.licenses,
                )
            )

    def refuse(self, name: str, path: str, message: str) -> None:
        """Note a part of the bill that cannot be read at all; what it may list must not read as accepted."""
        self._problems.append(BomProblem(name=name, kind="model", ref=None, path=path, message=message))


def text(value: Any) -> str | None:
    """Return a string without space around it, cut at 2,000 characters; `None` for anything else or nothing."""
    return value.strip()[:_TEXT] or None if isinstance(value, str) else None


def dicts(value: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the objects of a list with their position, whatever else is in it."""
    if isinstance(value, list):
        yield from ((index, item) for index, item in enumerate(value) if isinstance(item, dict))


def is_hub_purl(purl: str) -> bool:
    """Return whether a package URL is of the type of Hub repositories."""
    return purl.lower().startswith(f"pkg:{_HUB_PURL}/")


def is_on_hub(address: str) -> bool:
    """Return whether an address, in whichever spelling of a bill, lies on the Hub."""
    return _is_hub(_VCS.sub("", address))


def _entry(component: Component) -> BomEntry:
    """Return the entry of a component.

    Raises `UsageProblem`, with the sentence for the problem, when it names no source or more than one.
    """
    found = _from_purls(component)
    if found:
        # A package URL beside an address where the thing itself lies: both must mean the same repository.
        found |= _elsewhere(component, {f"{target.scheme}:{target.id.lower()}" for target, _ in found.values()})
    found = found or _from_addresses(component)
    if not found:
        raise UsageProblem(_no_source(component))
    if len(found) > 1:
        names = ", ".join(sorted(_spelled(target) for target, _ in found.values()))
        raise UsageProblem(f"it names several sources: {names[:400]}")
    ((target, field),) = found.values()
    target, note = _revision(target, component.version)
    return BomEntry(
        target=_spelled(target),
        kind="dataset" if target.scheme == "dataset" else "model",
        name=component.name,
        ref=component.ref,
        path=component.path,
        via=field,
        pinned=bool(target.revision and _COMMIT.fullmatch(target.revision)),
        licenses=component.licenses,
        note=note,
    )


def _from_purls(component: Component) -> dict[str, tuple[Target, str]]:
    """Return the repositories that package URLs of the Hub name; one without revision adds nothing to one with."""
    if len(component.purls) > _ADDRESSES:
        raise UsageProblem(f"it has more than {_ADDRESSES} package URLs")
    read = [(_from_purl(purl, component.kind), field) for purl, field in component.purls if is_hub_purl(purl)]
    pinned = {f"{target.scheme}:{target.id.lower()}" for target, _ in read if target.revision}
    found: dict[str, tuple[Target, str]] = {}
    for target, field in read:
        name = f"{target.scheme}:{target.id.lower()}"
        if target.revision or name not in pinned:
            found.setdefault(f"{name}@{target.revision or ''}", (target, field))
    return found


def _from_purl(purl: str, kind: Kind) -> Target:
    from packageurl import PackageURL

    if len(purl) > 500:
        raise UsageProblem("its package URL is longer than 500 characters")
    try:
        parts = PackageURL.from_string(purl)
    except ValueError as error:
        raise UsageProblem(f"its package URL {purl[:200]!r} is malformed") from error
    address = parts.qualifiers.get("repository_url")
    if address and not _is_hub(address):
        raise UsageProblem(f"its source is another hub: {address[:200]!r}")
    namespace = parts.namespace or ""
    dataset = kind == "dataset"
    if namespace == "datasets" or namespace.startswith("datasets/"):
        namespace, dataset = namespace.removeprefix("datasets").removeprefix("/"), True
    name = f"{namespace}/{parts.name}" if namespace else parts.name
    if not is_hub_id(name):
        raise UsageProblem(f"its package URL {purl[:200]!r} names no repository")
    return Target(scheme="dataset" if dataset else "hub", id=name, revision=parts.version or None, requested=purl)


def _from_addresses(component: Component) -> dict[str, tuple[Target, str]]:
    """Return the repositories that the most telling field with any names; those of the component's kind before others.

    A model's documentation may well link to its base and its data: what names the thing itself is asked first.
    """
    scheme = "dataset" if component.kind == "dataset" else "hub"
    addresses = component.addresses[:_ADDRESSES]
    for fitting in (True, False):
        for wanted in dict.fromkeys(field for _, field in addresses):
            found: dict[str, tuple[Target, str]] = {}
            for address, field in addresses:
                target = _from_address(address) if field == wanted else None
                if target is not None and (target.scheme == scheme) == fitting:
                    found.setdefault(f"{target.scheme}:{target.id.lower()}", (target, field))
            if found:
                return found
    return {}


def _elsewhere(component: Component, known: set[str]) -> dict[str, tuple[Target, str]]:
    """Return other repositories of the component's kind that it names as the place where it lies itself."""
    scheme = "dataset" if component.kind == "dataset" else "hub"
    found: dict[str, tuple[Target, str]] = {}
    for address, field in component.addresses[:_ADDRESSES]:
        target = _from_address(address) if field in _ITSELF else None
        if target is not None and target.scheme == scheme and f"{scheme}:{target.id.lower()}" not in known:
            found.setdefault(f"{scheme}:{target.id.lower()}@", (target, field))
    return found


def _from_address(address: str) -> Target | None:
    """Return the repository that an address of the Hub names; `None` for any other address."""
    plain = _VCS.sub("", address).partition("#")[0].partition("?")[0]
    base, at, revision = plain.rpartition("@")
    # `git+https://host/org/name@revision` is how SPDX writes a commit; an address with a password has its @ earlier.
    plain, revision = (base, revision) if at and "/" not in revision else (plain, "")
    plain = plain.removesuffix(".git")
    if not _is_hub(plain):
        return None
    try:
        target = parse_target(plain, endpoints=HUB_ENDPOINTS)
    except UsageProblem:
        return None
    return msgspec.structs.replace(target, revision=revision or target.revision)


def _is_hub(address: str) -> bool:
    bare = re.sub(r"^https?://(?:www\.)?", "", address.lower())
    hosts = [endpoint.removeprefix("https://") for endpoint in HUB_ENDPOINTS]
    return any(bare == host or bare.startswith(f"{host}/") for host in hosts)


def _revision(target: Target, version: str | None) -> tuple[Target, str | None]:
    """Return the target with a full commit or without revision, and what to tell the reader.

    The version of such a package URL is a commit by its definition; writers of bills put version numbers there that no
    repository knows, so what is no commit is not believed, and the entry counts as not pinned.
    """
    said = target.revision or version
    if said is None:
        return target, None
    if _COMMIT.fullmatch(said):
        note = None
        if target.revision and version and _COMMIT.fullmatch(version) and version.lower() != said.lower():
            note = f"the bill names two commits: {said.lower()} is read, {version.lower()} is its version"
        return msgspec.structs.replace(target, revision=said.lower()), note
    if target.revision and version and _COMMIT.fullmatch(version):
        return msgspec.structs.replace(target, revision=version.lower()), None
    note = f"its version {said[:80]!r} is no commit: the newest revision is read"
    return msgspec.structs.replace(target, revision=None), note


def _no_source(component: Component) -> str:
    hint = ""
    if "/" in component.name and is_hub_id(component.name):
        hint = f"; if it is {component.name} on the Hub, its package URL would be pkg:{_HUB_PURL}/{component.name}"
    if component.addresses:
        # Not quoted back: what stands before an @ may be a password.
        elsewhere = re.sub(r"//[^/]*@", "//***@", component.addresses[0][0])
        return f"it names no source that can be read, only {elsewhere[:200]!r}{hint}"
    if component.purls:
        return f"it names no source that can be read, only the package {component.purls[0][0][:200]!r}{hint}"
    return f"it names no source{hint}"


def _spelled(target: Target) -> str:
    return f"{target.scheme}:{target.id}" + (f"@{target.revision}" if target.revision else "")


def unique(items: Iterable[BomLicense]) -> tuple[BomLicense, ...]:
    """Return licenses in their order, each once."""
    return tuple(dict.fromkeys(items))
