"""Which function reads which kind of file; a reader's module is imported when the first such file comes."""

from __future__ import annotations

import importlib
from typing import Final

from auditor.scan.interface import Reader

__all__ = ["INNER_KINDS", "reader_of"]

_READERS: Final[dict[str, tuple[str, str]]] = {
    "code": ("code_file", "read_code"),
    "dockerfile": ("container_files", "read_dockerfile"),
    "env": ("container_files", "read_env"),
    "ini": ("container_files", "read_ini"),
    "json": ("json_file", "read_json"),
    "makefile": ("container_files", "read_makefile"),
    "modelfile": ("container_files", "read_modelfile"),
    "notebook": ("notebook", "read_notebook"),
    "page": ("page_file", "read_page"),
    "prose": ("prose", "read_prose"),
    "python": ("python_file", "read_python"),
    "script": ("script_file", "read_script"),
    "shell": ("shell", "read_shell"),
    "toml": ("container_files", "read_toml"),
    "yaml": ("yaml_file", "read_yaml"),
}
# Kinds of files that stand inside of others, by the ending of their key.
INNER_KINDS: Final[dict[str, str]] = {
    "conf": "ini",
    "env": "env",
    "ini": "ini",
    "json": "json",
    "py": "python",
    "toml": "toml",
    "yaml": "yaml",
    "yml": "yaml",
}


def reader_of(kind: str) -> Reader:
    """Return the reader of a kind of file; raises `KeyError` for a kind that no schema allows."""
    module, name = _READERS[kind]
    reader: Reader = getattr(importlib.import_module(f"auditor.scan.{module}"), name)
    return reader
