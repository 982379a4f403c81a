"""Dockerfiles, Makefiles, Modelfiles and files of variables."""

from __future__ import annotations

import re

from auditor.scan.commands import Word
from auditor.scan.config_values import ConfigValues
from auditor.scan.interface import Comment, Draft, Found, SourceFile
from auditor.scan.json_file import read_words
from auditor.scan.names import Names
from auditor.scan.neighbors import Text
from auditor.scan.prose import Prose
from auditor.scan.shell import Shell
from auditor.scan.shell_words import split_words

__all__ = ["read_dockerfile", "read_env", "read_ini", "read_makefile", "read_modelfile", "read_toml"]

MAX_LINE = 20_000
_INSTRUCTION = re.compile(r"^(\s*)([A-Za-z]+)(\s+)(.*)$", re.DOTALL)
_SETTING = re.compile(r"^(\s*(?:export\s+)?)([A-Za-z_][\w.-]{0,100})(\s*[=:]\s*)(.*)$")
_MAKE_SETTING = re.compile(r"^\s*(?:export\s+)?([A-Za-z_]\w*)\s*(?:[:?+]|::)?=\s*(.*)$")
_STRING = re.compile(r"\"\"\"|'''|\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'")
_KEY = re.compile(r"([A-Za-z_][\w.-]*|\"[^\"\n]*\")\s*=\s*\[?\s*$")


def read_dockerfile(source: SourceFile) -> Found:
    """Read the instructions of a Dockerfile; the image a build starts from is no model."""
    found = Found()
    shell = Shell(source, found)
    rows = source.text.split("\n")
    index = 0
    entry: list[Word] = []
    while index < len(rows):
        row = rows[index][:MAX_LINE]
        first = index
        index += 1
        if row.lstrip().startswith("#"):
            shell.comment(row.strip(), first + 1, row.index("#") + 1, alone=True)
            continue
        block = [row]
        while block[-1].rstrip().endswith("\\") and index < len(rows):
            block.append(rows[index][:MAX_LINE])
            index += 1
        heredoc = re.search(r"<<-?\s*['\"]?(\w+)", row) if row.lstrip().upper().startswith("RUN") else None
        if heredoc:
            while index < len(rows) and rows[index].strip() != heredoc[1]:
                block.append(rows[index][:MAX_LINE])
                index += 1
            block.append(rows[index] if index < len(rows) else "")
            index += 1
        match = _INSTRUCTION.match("\n".join(block))
        if match:
            entry = _instruction(shell, match, first + 1, entry)
    shell.finish()
    return found


def _instruction(shell: Shell, match: re.Match[str], line: int, entry: list[Word]) -> list[Word]:
    """Read one instruction; return the words of the entry point that `CMD` goes on with."""
    word, rest = match[2].upper(), match[4]
    column = match.start(4) + 1
    if word in ("RUN", "CMD", "ENTRYPOINT", "SHELL"):
        if rest.lstrip().startswith("[") and rest.rstrip().endswith("]"):
            words: list[Word] = []
            for number, row in enumerate(rest.split("\n")):
                words += read_words(row, line + number, column if number == 0 else 1)
            shell.words([*entry, *words] if word == "CMD" else words)
            entry = words if word == "ENTRYPOINT" else entry
        else:
            rows = rest.split("\n")
            shell.lines("\n".join([" " * (column - 1) + rows[0], *rows[1:]]), line)
    elif word == "FROM":
        return []
    elif word in ("ADD", "COPY") and "://" in rest:
        shell.text(rest, line, column)
    elif word in ("ENV", "ARG"):
        for words in split_words(rest, line, column):
            if "=" not in words[0].text and word == "ENV" and len(words) > 1:
                shell.assign(words[0].text, words[1].text, words[1].line, words[1].column, f"ENV {words[0].text[:60]}")
                continue
            for one in words:
                key, equals, value = one.text.partition("=")
                if equals:
                    shell.assign(key, value, one.line, one.column, f"{word} {key[:60]}")
    return entry


def read_makefile(source: SourceFile) -> Found:
    """Read the variables and recipes of a Makefile."""
    found = Found()
    shell = Shell(source, found, makefile=True)
    rows = source.text.split("\n")
    for number, row in enumerate(rows, 1):
        match = None if row.startswith("\t") else _MAKE_SETTING.match(row[:MAX_LINE])
        if match:
            value = match[2].partition(" #")[0].strip()
            column = row.index(match[2]) + 1 if match[2] else len(row)
            shell.assign(match[1], value.strip("\"'"), number, column, f"{match[1]} =")
    # Recipes begin with marks that say how to run them; the text is read as it stands.
    recipes = [row if not _MAKE_SETTING.match(row) or row.startswith("\t") else "" for row in rows]
    shell.lines("\n".join(re.sub(r"^(\t\s*)[@-]+", lambda m: m[1] + " " * (len(m[0]) - len(m[1])), r) for r in recipes))
    shell.finish()
    return found


def read_modelfile(source: SourceFile) -> Found:
    """Read a Modelfile: FROM and ADAPTER name models, or files of this tree."""
    found = Found()
    names = Names(source.rules, source.exists)
    prose = Prose(source.rules, names)
    for number, row in enumerate(source.text.split("\n"), 1):
        if row.lstrip().startswith("#"):
            comment = Comment(line=number, column=row.index("#") + 1, text=row.strip(), alone=True)
            found.comments.append(comment)
            found.add(*prose.comments([comment]))
            continue
        match = _INSTRUCTION.match(row[:MAX_LINE])
        if match is None or match[2].upper() not in ("FROM", "ADAPTER"):
            continue
        value = match[4].split()[0] if match[4].split() else ""
        name = names.called(value, source.rules.library.provider, "model")
        if name is not None:
            found.add(
                Draft(
                    target=name.target, provider=name.provider, type=name.type, line=number, column=match.start(4) + 1,
                    end_line=number, how=match[2].upper(), confidence="high", revision=name.revision,
                )
            )  # fmt: skip
    return found


def read_env(source: SourceFile) -> Found:
    """Read `KEY=value` lines."""
    return _settings(source, sections=False)


def read_ini(source: SourceFile) -> Found:
    """Read `key = value` lines below sections."""
    return _settings(source, sections=True)


def _settings(source: SourceFile, *, sections: bool) -> Found:
    found = Found()
    values = ConfigValues(source, found)
    section: tuple[str, ...] = ()
    group = 1
    for number, row in enumerate(source.text.split("\n"), 1):
        stripped = row.strip()
        if stripped.startswith(("#", ";")):
            values.comment(Comment(line=number, column=row.index(stripped[0]) + 1, text=stripped, alone=True))
            continue
        place = row.find(" #")
        if place >= 0:
            values.comment(Comment(line=number, column=place + 2, text=row[place + 1 :], alone=False))
            row = row[:place]
        if sections and stripped.startswith("[") and stripped.endswith("]"):
            section, group = tuple(stripped[1:-1].split(".")), number + 1
            continue
        match = _SETTING.match(row[:MAX_LINE])
        if match:
            text = match[4].strip().strip("'\"")
            keys = (*section, match[2])
            place = match.start(4) + 1
            values.text(Text(text=text, keys=keys, line=number, column=place, end_line=number, group=group))
    values.finish()
    return found


def read_toml(source: SourceFile) -> Found:
    """Read the texts of a TOML file with the keys above them, line by line; broken files are a problem."""
    import tomllib

    found = Found()
    try:
        tomllib.loads(source.text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found.problems.append((None, f"not TOML: {str(error)[:200]}"))
    values = ConfigValues(source, found)
    section: tuple[str, ...] = ()
    key: str | None = None
    group = 1
    for number, row in enumerate(source.text.split("\n"), 1):
        row = row[:MAX_LINE]
        stripped = row.strip()
        if stripped.startswith("[") and stripped.endswith("]") and "=" not in stripped and key is None:
            section, group = tuple(part.strip("\"' ") for part in stripped.strip("[]").split(".")), number + 1
            continue
        last = 0
        for match in _STRING.finditer(row):
            before = row[last : match.start()]
            if (place := _toml_comment(before)) is not None:
                break
            named = _KEY.search(before)
            if named:
                key = named[1].strip('"')
            elif "=" not in before and not before.strip(" \t,[{") and key is None:
                continue
            if row[match.end() :].lstrip().startswith(("=", ".")):
                continue
            last = match.end()
            if key is not None and len(match[0]) > 1 and match[0] not in ('"""', "'''"):
                keys = (*section, *key.split("."))
                text, place = match[0][1:-1], match.start() + 1
                values.text(Text(text=text, keys=keys, line=number, column=place, end_line=number, group=group))
        if (place := _toml_comment(row)) is not None:
            values.comment(Comment(line=number, column=place + 1, text=row[place:], alone=not row[:place].strip()))
        opened = re.match(r"^\s*([A-Za-z_][\w.-]*)\s*=\s*\[\s*(?:#.*)?$", row)
        if opened:
            key = opened[1]
        elif key is not None and (stripped.endswith("]") or not _inside_list(row)):
            key = None
    values.finish()
    return found


def _inside_list(row: str) -> bool:
    return "=" not in _STRING.sub("", row) or row.count("[") > row.count("]")


def _toml_comment(row: str) -> int | None:
    place = _STRING.sub(lambda match: " " * len(match[0]), row).find("#")
    return place if place >= 0 else None
