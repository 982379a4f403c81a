"""Where the rulebook, the schemas and the templates lie: inside the wheel, or in a checkout."""

from __future__ import annotations

from pathlib import Path

__all__ = ["data_folder"]

_PACKAGE = Path(__file__).resolve().parent.parent


def data_folder(name: str) -> Path:
    """Return the folder `name` (`rules`, `schemas`, `reports/templates`) of this installation.

    Raises `FileNotFoundError` when the installation is damaged.
    """
    for root in (_PACKAGE / "_bundled", _PACKAGE.parent):
        folder = root / name
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"this installation has no {name}/ folder; reinstall openness-auditor")
