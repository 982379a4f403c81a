"""Which keys, constants, parameters and variables hold the name of a model or a data set."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import Literal

from auditor.rulebook.scan_rules import ScanRules

__all__ = ["PROPERTY", "Keys", "folded_key"]

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SEPARATORS = re.compile(r"[^A-Za-z0-9]+")
MAX_KEY = 80
# `${app.model.local:org/name}`, as properties are filled in: the key, and what stands there when nobody sets it.
PROPERTY = re.compile(r"\$\{([\w.-]{1,160}):([^{}$]{1,300})\}")


@functools.lru_cache(maxsize=8192)
def folded_key(key: str) -> str:
    """Return `key` in lower case with "_" for every separator and hump."""
    return _SEPARATORS.sub("_", _CAMEL.sub("_", key)).strip("_").lower()


class Keys:
    """Judges keys by the rules."""

    def __init__(self, rules: ScanRules) -> None:
        self._rules = rules
        self._kind = functools.lru_cache(maxsize=4096)(self._judge)

    def kind(self, key: str, parents: Sequence[str] = ()) -> Literal["model", "dataset"] | None:
        """Return what the value of `key` names below `parents` (the nearest last), or `None`."""
        if len(key) > MAX_KEY:
            return None
        below = self._rules.below.get(folded_key(key))
        if below is None:
            return self._kind(key)
        for parent in reversed(parents[-2:]):
            folded = folded_key(parent)
            if folded in below or any(folded.endswith(f"_{word}") for word in below):
                return "dataset" if folded.endswith(("dataset", "datasets")) else "model"
        return None

    def holds_other(self, key: str) -> bool:
        """Return whether `key` is known to hold something else: an image, a place to push to, a title."""
        return len(key) <= MAX_KEY and self._rules.not_keys.has(folded_key(key))

    @property
    def library(self) -> str:
        """Return the provider whose models need no owner."""
        return self._rules.library.provider

    def providers(self, key: str) -> list[str]:
        """Return the providers that the words of `key` name (`<PROVIDER>_MODEL`)."""
        words = folded_key(key).split("_") if len(key) <= MAX_KEY else []
        return [self._rules.prefixes[word] for word in words if word in self._rules.prefixes]

    def _judge(self, key: str) -> Literal["model", "dataset"] | None:
        folded = folded_key(key)
        if not folded or self._rules.not_keys.has(folded):
            return None
        if self._rules.dataset_keys.has(folded):
            return "dataset"
        return "model" if self._rules.model_keys.has(folded) else None
