"""Read the models and data sets out of a bill of materials: CycloneDX 1.5 to 1.7, SPDX 2.3 and 3.0, as JSON.

The file is read as plain data, with distrust: the object models of both standards drop what they do not know (model
cards among it) and refuse a whole document for one bad field, while a gate has to see every model of a sloppy document.
What is a model and cannot be read becomes a problem, never nothing.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from auditor.errors import UsageProblem
from auditor.fetch.bom_cyclonedx import read_cyclonedx
from auditor.fetch.bom_finds import Finds
from auditor.fetch.bom_spdx import read_spdx2, read_spdx3
from auditor.model.bom import Bom

__all__ = ["MAX_BYTES", "read_bom"]

MAX_BYTES = 64_000_000
_HINT = "CycloneDX (1.5 to 1.7) and SPDX (2.3 and 3.0) are read, as JSON"


def read_bom(path: Path) -> Bom:
    """Return the models and data sets that a bill lists, with the licenses it claims.

    Raises `UsageProblem` when the file cannot be read, is larger than 64 MB, is not JSON of either standard, says a
    key twice, is nested too deeply, or lists more than 10,000 models and data sets.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageProblem(f"cannot read the bill of materials {path}: {reason}") from error
    if len(content) > MAX_BYTES:
        raise UsageProblem(f"the bill of materials {path} is larger than {MAX_BYTES} bytes")
    data = _json(content, path)
    finds = Finds()
    form = _read(data, finds, path)
    return Bom(
        format=form,
        sha256=hashlib.sha256(content).hexdigest(),
        entries=finds.entries(),
        problems=finds.problems(),
        others=finds.others,
    )


def _read(data: dict[str, Any], finds: Finds, path: Path) -> str:
    if data.get("bomFormat") == "CycloneDX":
        read_cyclonedx(data, finds)
        return f"CycloneDX {_word(data.get('specVersion'))}"
    if isinstance(data.get("spdxVersion"), str):
        read_spdx2(data, finds)
        return _word(data["spdxVersion"])
    if isinstance(data.get("@graph"), list) and "@context" in data:
        version = read_spdx3(data["@graph"], finds)
        return f"SPDX {_word(version)}"
    raise UsageProblem(f"{path} is no bill of materials that can be read", hint=_HINT)


def _json(content: bytes, path: Path) -> dict[str, Any]:
    if content.lstrip()[:1] == b"<":
        raise UsageProblem(f"{path} is XML, not JSON", hint=_HINT)
    try:
        data = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_constant)
    except RecursionError as error:
        raise UsageProblem(f"{path} is nested too deeply") from error
    except ValueError as error:
        raise UsageProblem(f"{path} is not JSON: {error}", hint=_HINT) from error
    if not isinstance(data, dict):
        raise UsageProblem(f"{path} is no bill of materials that can be read", hint=_HINT)
    return data


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object whose keys each stand once: readers differ in which of two they believe."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key[:80]!r} stands twice in one object")
        found[key] = value
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON value")


def _word(value: Any) -> str:
    return value[:40] if isinstance(value, str) else "of unknown version"
