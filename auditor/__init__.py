"""License and openness auditing for AI models: the public names.

Everything is imported when it is first used, so that `import auditor` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from auditor.library import audit, check_derivative, get_license, identify_license, judge, load_rulebook

__all__ = ["audit", "check_derivative", "get_license", "identify_license", "judge", "load_rulebook"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(importlib.import_module("auditor.library"), name)
    raise AttributeError(f"module 'auditor' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
