"""Which files of a repository are read as documents, and how their bytes become text."""

from __future__ import annotations

import codecs
import hashlib
import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from auditor.model.snapshot import Document, DocumentRole

__all__ = [
    "CARD_BYTES",
    "CARD_FILE_BYTES",
    "DOCUMENT_COUNT",
    "TEXT_BYTES",
    "WEIGHT_SUFFIXES",
    "choose_documents",
    "decode",
    "document_from_bytes",
    "is_weight_file",
    "read_document",
    "role_of",
]

TEXT_BYTES = 2_000_000
"""Largest license, notice, policy or config that is read; a larger one is `too-large`, never cut."""
CARD_BYTES = 2_000_000
"""How much of a card is read; the rest is cut off and `detail` says so."""
CARD_FILE_BYTES = 20_000_000
"""Largest card that is opened at all."""
DOCUMENT_COUNT = 64
"""How many documents of one repository are read; the others are `not-fetched`."""

WEIGHT_SUFFIXES = frozenset(
    {
        ".safetensors", ".gguf", ".ggml", ".bin", ".pt", ".pth", ".ckpt", ".onnx", ".h5", ".hdf5", ".keras",
        ".msgpack", ".pb", ".tflite", ".npz", ".nemo", ".mlmodel", ".mlpackage", ".pkl", ".pickle",
        ".joblib", ".ot", ".pdparams", ".mar", ".engine", ".llamafile",
    }
)  # fmt: skip

_CONFIGS = frozenset({"config.json", "adapter_config.json", "model_index.json"})
# A license is prose: these endings (and none) can hold it, whatever the reader can make of them.
_PROSE = frozenset(
    {"", ".txt", ".md", ".markdown", ".mdx", ".rst", ".adoc", ".htm", ".html", ".pdf", ".doc", ".docx", ".rtf", ".odt"}
)
# `LICENSE.acme-2.0` has a name as its ending, `license.py` does not: only these endings rule a LICENSE.* out.
_NOT_PROSE = frozenset(
    {
        ".py", ".pyc", ".js", ".ts", ".c", ".cc", ".cpp", ".h", ".rs", ".go", ".java", ".sh", ".ipynb",
        ".json", ".jsonl", ".yaml", ".yml", ".toml", ".csv", ".tsv", ".xml", ".parquet", ".arrow", ".png",
        ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".ico", ".mp4", ".wav", ".npy", ".lock", ".zip", ".gz",
        ".tar", ".xz", ".sig", ".asc", ".css",
    }
)  # fmt: skip
_LICENSE_WORDS = frozenset(
    {"license", "licence", "licenses", "licences", "licensing", "copying", "unlicense", "eula", "copyright"}
)
_LICENSE_PHRASES = ("terms of use", "terms of service", "terms and conditions", "license agreement", "terms")
_POLICY_PHRASES = ("use policy", "usage policy", "acceptable use", "prohibited use", "use restrictions", "aup")
_NOTICE_WORDS = frozenset({"notice", "notices", "attribution", "attributions"})
_THIRD_PARTY = ("third party", "thirdparty", "3rd party")
_LICENSE_FOLDERS = frozenset({"license", "licenses", "licence", "licences"})
_WORD = re.compile(r"[a-z]+\d*|\d+")
_LFS_POINTER = b"version https://git-lfs.github.com/spec/"
_BINARY_KINDS = (
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "an Office or zip file"),
    (b"\xd0\xcf\x11\xe0", "an Office file"),
    (b"{\\rtf", "an RTF file"),
)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    # UTF-32 first: its little-endian mark starts with the one of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def is_weight_file(path: str) -> bool:
    """Return whether the name of `path` says that it holds weights."""
    return PurePosixPath(path).suffix.lower() in WEIGHT_SUFFIXES


def role_of(path: str) -> DocumentRole | None:
    """Return what the file at `path` (`/`-separated, relative to the repository) is read as, or `None`.

    Card and configs count in the top folder only; licenses, notices and use policies count everywhere.
    """
    place = PurePosixPath(path)
    top = len(place.parts) == 1
    name = place.name.lower()
    if top and name == "readme.md":
        return "card"
    if top and place.name in _CONFIGS:
        return "config"
    stem, suffix = _split(name)
    words = _WORD.findall(stem)
    phrase = " ".join(words)
    if suffix in _NOT_PROSE or (suffix not in _PROSE and words[:1] and words[0] not in _LICENSE_WORDS | _NOTICE_WORDS):
        return None
    if any(f" {part} " in f" {phrase} " for part in _POLICY_PHRASES):
        return "use-policy"
    if _NOTICE_WORDS & set(words) or any(part in phrase for part in _THIRD_PARTY):
        return "notice"
    if _LICENSE_WORDS & set(words) and "plate" not in words and "plates" not in words:
        return "license"
    if top and any(phrase == part or phrase.endswith(f" {part}") for part in _LICENSE_PHRASES):
        return "license"
    in_folder = any(part.lower() in _LICENSE_FOLDERS for part in place.parts[:-1])
    return "license" if in_folder and suffix in _PROSE - {""} else None


def choose_documents(paths: Iterable[str]) -> tuple[list[tuple[str, DocumentRole]], list[tuple[str, DocumentRole]]]:
    """Return the documents to read and those left out beyond `DOCUMENT_COUNT`, each with its role.

    The order is the same whatever the order of `paths`: card, license, notice, use policy, config; in each the
    top folder first. Only one card is chosen, `README.md` before other spellings.
    """
    rank = {"card": 0, "license": 1, "use-policy": 2, "notice": 3, "config": 4}
    found = [(path, role) for path in paths if (role := role_of(path)) is not None]
    found.sort(key=lambda item: (rank[item[1]], item[0].count("/"), item[0] != "README.md", item[0]))
    cards = [item for item in found if item[1] == "card"]
    chosen = cards[:1] + found[len(cards) :]
    return chosen[:DOCUMENT_COUNT], chosen[DOCUMENT_COUNT:]


# An accented letter among ASCII, as Western European texts have them; other scripts come in runs.
_LONE_HIGH = re.compile(rb"(?:[\x00-\x7f]+[\x80-\xff])*[\x00-\x7f]*")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def decode(data: bytes, *, whole: bool = True) -> tuple[str, str | None]:
    """Return the text of `data` and a remark when bytes had to be replaced; never raises.

    A byte-order mark decides between UTF-8, UTF-16 and UTF-32 and is dropped; without one the text is UTF-8, or
    Windows-1252 if it is no UTF-8 and has only single letters beyond ASCII.
    With `whole=False` an unfinished character at the end is dropped, not replaced.
    """
    mark, encoding = next(((mark, name) for mark, name in _BOMS if data.startswith(mark)), (b"", "utf-8"))
    if whole and not mark and _LONE_HIGH.fullmatch(data) and not _is_utf8(data):
        return data.decode("cp1252", errors="replace"), "not valid utf-8: read as windows-1252"
    reader = codecs.getincrementaldecoder(encoding)(errors="replace")
    text = reader.decode(data[len(mark) :], final=whole)
    broken = text.count("\ufffd") > data.count("\ufffd".encode())
    return text, f"not valid {encoding}: some bytes were replaced" if broken and encoding == "utf-8" else None


def document_from_bytes(
    path: str, role: DocumentRole, data: bytes, *, source: str, retrieved_at: str, size: int | None = None
) -> Document:
    """Return the document for bytes read from anywhere, with the caps and the checks for text applied.

    `size` is the size of the whole file when `data` may be only its beginning.
    """
    size = len(data) if size is None else size
    cap = CARD_BYTES if role == "card" else TEXT_BYTES
    common = {"path": path, "source": source, "retrieved_at": retrieved_at}
    if size > (CARD_FILE_BYTES if role == "card" else TEXT_BYTES):
        return Document(**common, role=role, status="too-large", detail=f"{size} bytes; at most {cap} are read")
    sha256 = hashlib.sha256(data).hexdigest() if len(data) == size else None
    if data.startswith(_LFS_POINTER):
        return Document(
            **common, role=role, status="unreadable", sha256=sha256, detail="a Git LFS pointer, not the file"
        )
    marked = any(data.startswith(mark) for mark, _ in _BOMS)
    kind = next((kind for magic, kind in _BINARY_KINDS if data.startswith(magic)), None)
    if kind is None and not marked and b"\0" in data:
        kind = "a binary file"
    if kind:
        return Document(**common, role=role, status="unreadable", sha256=sha256, detail=f"{kind}, not text")
    text, remark = decode(data[:cap], whole=size <= cap)
    if size > cap:
        remark = f"truncated: the first {cap} of {size} bytes were read"
    return Document(**common, role=role, status="read", text=text, sha256=sha256, detail=remark)


def read_document(file: Path, path: str, role: DocumentRole, *, source: str, retrieved_at: str) -> Document:
    """Return the document in `file`, listed as `path`; a file that cannot be read becomes a status, no error.

    The last part of `file` must be no symlink (resolve it first) and nothing but a regular file is opened.
    """
    try:
        descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as stream:
            facts = os.fstat(stream.fileno())
            if not stat.S_ISREG(facts.st_mode):
                raise OSError("not a regular file")
            limit = CARD_FILE_BYTES if role == "card" else TEXT_BYTES
            # A file that grows while we read is judged by what was read, hence one byte more than the limit.
            data = stream.read(limit + 1) if facts.st_size <= limit else b""
            size = max(facts.st_size, len(data))
    except (OSError, ValueError) as error:
        detail = getattr(error, "strerror", None) or str(error)
        return Document(
            path=path, role=role, status="unreadable", source=source, retrieved_at=retrieved_at, detail=detail
        )
    return document_from_bytes(path, role, data, source=source, retrieved_at=retrieved_at, size=size)


def _split(name: str) -> tuple[str, str]:
    """Return stem and ending; a version number (`license-1.0`) is no ending."""
    stem, dot, suffix = name.rpartition(".")
    if not dot or not stem or not suffix.isalnum() or suffix.isdigit():
        return name, ""
    return stem, f".{suffix}"
