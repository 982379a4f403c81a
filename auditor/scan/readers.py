"""Which function reads which kind of file; a reader's module is imported when the first such file comes."""

from __future__ import annotations

import importlib
from typing import Final

from auditor.scan.interface import Reader

__all__ = ["INNER_KINDS", "LANGUAGES", "reader_of"]

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
# What a fence of Markdown calls its language.
LANGUAGES: Final[dict[str, str]] = {
    **dict.fromkeys(("python", "py", "python3", "pycon"), "python"),
    **dict.fromkeys(("bash", "sh", "shell", "zsh", "console", "shell-session", "terminal", "powershell"), "shell"),
    **dict.fromkeys(("yaml", "yml"), "yaml"),
    **dict.fromkeys(("json", "jsonc", "json5"), "json"),
    **dict.fromkeys(("dockerfile", "docker", "containerfile"), "dockerfile"),
    **dict.fromkeys(("js", "javascript", "jsx", "mjs", "ts", "typescript", "tsx"), "script"),
    **dict.fromkeys(("env", "dotenv"), "env"),
    **dict.fromkeys(("ini", "properties", "cfg"), "ini"),
    **dict.fromkeys(("go", "golang", "rust", "java", "kotlin", "csharp", "cs", "c#", "cpp", "swift", "ruby"), "code"),
    "toml": "toml",
    "makefile": "makefile",
    "modelfile": "modelfile",
}


def reader_of(kind: str) -> Reader:
    """Return the reader of a kind of file; raises `KeyError` for a kind that no schema allows."""
    module, name = _READERS[kind]
    reader: Reader = getattr(importlib.import_module(f"auditor.scan.{module}"), name)
    return reader
