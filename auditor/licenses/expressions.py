"""SPDX expressions over our license ids, through the `license-expression` package."""

from __future__ import annotations

import re
from typing import Any

import msgspec

__all__ = ["Expression", "parse_expression"]

MAX_CHARACTERS = 500
_OPERATOR = re.compile(r"\b(?:and|or|with)\b", re.IGNORECASE)


class Expression(msgspec.Struct, frozen=True):
    """A parsed expression: the names in it, and whether they are alternatives."""

    symbols: tuple[str, ...]
    only_or: bool

    @property
    def count(self) -> int:
        """Return how many different names there are."""
        return len(self.symbols)


def parse_expression(raw: str) -> Expression | None:
    """Return the expression, or `None` for what is none (also for a single name, and for `A WITH B`)."""
    if len(raw) > MAX_CHARACTERS or not _OPERATOR.search(raw):
        return None
    from license_expression import Licensing

    try:
        tree: Any = Licensing().parse(raw)
        symbols = tuple(dict.fromkeys(str(key) for key in Licensing().license_keys(tree)))
        operators = set(re.findall(r"\b(AND|OR|WITH)\b", str(tree)))
    except Exception:
        return None
    if "WITH" in operators or not symbols:
        return None
    return Expression(symbols, operators == {"OR"})
