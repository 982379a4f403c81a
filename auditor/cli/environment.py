"""What the environment says; read here and passed down, never below."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.fetch.interface import DEFAULT_ENDPOINT, FetchOptions

if TYPE_CHECKING:
    from auditor.rulebook.load import Rulebook

__all__ = [
    "color_wanted",
    "corpus_file",
    "endpoint_of",
    "fetch_options",
    "installed_rulebook",
    "now_utc",
    "rulebook_cache",
]


def now_utc() -> str:
    """Return the present moment, ISO 8601 UTC to the second (or AUDITOR_NOW, for recordings that must repeat)."""
    return os.environ.get("AUDITOR_NOW") or datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def endpoint_of(environment: Mapping[str, str] = os.environ) -> str:
    """Return the Hub's address: HF_ENDPOINT, or the public one."""
    return environment.get("HF_ENDPOINT", "").rstrip("/") or DEFAULT_ENDPOINT


def corpus_file(name: str, environment: Mapping[str, str] = os.environ) -> Path | None:
    """Return a file of the research corpus (AUDITOR_CORPUS), where there is one."""
    folder = environment.get("AUDITOR_CORPUS")
    found = Path(folder) / name if folder else None
    return found if found is not None and found.is_file() else None


def _flag(environment: Mapping[str, str], name: str) -> bool:
    return environment.get(name, "").strip().upper() in ("1", "ON", "YES", "TRUE")


def _cache_home(environment: Mapping[str, str]) -> Path:
    if environment.get("AUDITOR_CACHE"):
        return Path(environment["AUDITOR_CACHE"])
    home = environment.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "openness-auditor"


def installed_rulebook(overlays: Sequence[Path] = (), environment: Mapping[str, str] = os.environ) -> Rulebook:
    """Return the rulebook of this installation with overlays on top; what was sound before is not checked again."""
    from auditor.rulebook.load import load_rulebook

    return load_rulebook(overlays=overlays, cache=_cache_home(environment))


def rulebook_cache(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the folder that remembers which rule files were sound."""
    return _cache_home(environment)


def _token(environment: Mapping[str, str]) -> str | None:
    """Return HF_TOKEN, or the token the Hub's client stored, unless that is switched off."""
    if environment.get("HF_TOKEN"):
        return environment["HF_TOKEN"].strip()
    if _flag(environment, "HF_HUB_DISABLE_IMPLICIT_TOKEN"):
        return None
    place = environment.get("HF_TOKEN_PATH") or _hub_home(environment) / "token"
    try:
        return Path(place).read_text("utf-8").strip() or None
    except OSError:
        return None


def _hub_home(environment: Mapping[str, str]) -> Path:
    if environment.get("HF_HOME"):
        return Path(environment["HF_HOME"])
    home = environment.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "huggingface"


def fetch_options(
    *,
    now: str,
    offline: bool = False,
    revision: str | None = None,
    checkpoints: bool = False,
    complete: bool = False,
    environment: Mapping[str, str] = os.environ,
) -> FetchOptions:
    """Return how to read subjects, from the command line and the environment."""
    cache = environment.get("HF_HUB_CACHE")
    return FetchOptions(
        now=now,
        offline=offline or _flag(environment, "HF_HUB_OFFLINE") or _flag(environment, "TRANSFORMERS_OFFLINE"),
        revision=revision,
        checkpoints=checkpoints,
        complete=complete,
        token=_token(environment),
        endpoint=endpoint_of(environment),
        hub_cache=Path(cache) if cache else _hub_home(environment) / "hub",
        store=_cache_home(environment),
    )


def color_wanted(environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether standard output is a terminal that wants color (NO_COLOR says no)."""
    return sys.stdout.isatty() and not environment.get("NO_COLOR")
