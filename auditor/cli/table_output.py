"""Write a table and its figures to the terminal, a file or a folder."""

from __future__ import annotations

import hashlib
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from auditor.cli.group import program_version
from auditor.cli.output_file import write_output
from auditor.errors import UsageProblem
from auditor.table.formats import FORMATS, IMAGES, figure, writer

if TYPE_CHECKING:
    from auditor.table.builder import TableBuilder
    from auditor.table.interface import Table, TableOptions

__all__ = ["OutputFile", "planned", "write_files"]


class OutputFile(msgspec.Struct, frozen=True):
    """One file to write: a table in a format, or a figure as an image; `path` is `None` for standard output."""

    format: str
    figure: str | None
    path: Path | None


def planned(formats: Sequence[str], figures: Sequence[str], output: Path | None, name: str) -> list[OutputFile]:
    """Return the files that were asked for; raises `UsageProblem` for what cannot be written there."""
    if not name or name.startswith(".") or set(name) & set("/\\\0"):
        raise UsageProblem(f"--name is the name of a file without folder and ending, not {name!r}")
    wanted: list[tuple[str, str | None]] = []
    for form in formats:
        wanted += [(form, one) for one in (figures or ("heat",))] if form in IMAGES else [(form, None)]
    if figures and not any(form in (*IMAGES, "html") for form in formats):
        raise UsageProblem("--figure goes with --format svg, png or html")
    if len(wanted) > 1 and output is None:
        raise UsageProblem("several files need -o FOLDER")
    if output is None and sys.stdout.isatty() and wanted[0][0] in ("png", "parquet"):
        raise UsageProblem(f"{wanted[0][0]} is not for a terminal: write it to a file with -o")
    if output is None or len(wanted) == 1:
        return [OutputFile(form, one, output) for form, one in wanted]
    return [OutputFile(form, one, output / _file_name(name, form, one)) for form, one in wanted]


def _file_name(name: str, form: str, one: str | None) -> str:
    return f"{name}-{one}.{form}" if one else f"{name}.{FORMATS[form].extension}"


def write_files(builder: TableBuilder, files: Sequence[OutputFile], options: TableOptions, words: list[str]) -> None:
    """Make the table, name in each file the command that makes this very file, and write them all."""
    drawn = builder.table(program=program_version(), command="")
    for file in files:
        form = ["--format", file.format] if file.figure is None else ["--format", file.format, "--figure", file.figure]
        if file.format == "html":
            form += [word for one in options.figures for word in ("--figure", one)]
        citation = msgspec.structs.replace(
            drawn.citation, command=_safe(shlex.join(["auditor", "table", *words, *form]))
        )
        table = msgspec.structs.replace(drawn, citation=citation)
        content = _content(table, file, options)
        if file.path is None:
            sys.stdout.flush()
            sys.stdout.buffer.write(content)
            if file.format in FORMATS and FORMATS[file.format].sidecar and not options.comments:
                click.echo(f"cite: {'; '.join(_cited(table))}", err=True)
        else:
            write_output(file.path, content)
            if file.format in FORMATS and FORMATS[file.format].sidecar:
                from auditor.table.json_v1 import sidecar

                beside = file.path.with_name(f"{file.path.name}.citation.json")
                write_output(beside, sidecar(table, file.path.name, hashlib.sha256(content).hexdigest()))


def _content(table: Table, file: OutputFile, options: TableOptions) -> bytes:
    if file.figure is None:
        return writer(file.format)(table, options)
    svg = figure(file.figure, table, options)
    if file.format == "svg":
        return svg.encode()
    from auditor.table.figures.png import png_of

    return png_of(svg)


def _safe(command: str) -> str:
    from auditor.table.cells import safe_text

    return safe_text(command, 2000)


def _cited(table: Table) -> list[str]:
    from auditor.table.citation import citation_lines

    return citation_lines(table)[:-1]
