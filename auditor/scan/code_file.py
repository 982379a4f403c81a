"""Source code of other languages: addresses on the Hub, literals beside the names that speak of models, comments."""

from __future__ import annotations

import re

from auditor.scan.addresses import hub_addresses
from auditor.scan.hub_names import Name
from auditor.scan.interface import Comment, Confidence, Draft, Found, SourceFile
from auditor.scan.keys import PROPERTY, Keys, folded_key
from auditor.scan.names import Names
from auditor.scan.prose import Prose
from auditor.scan.shell import Shell

__all__ = ["read_code"]

MAX_LINE = 20_000
_STRING = re.compile(r"\"((?:[^\"\\\n]|\\.){1,300})\"|'((?:[^'\\\n]|\\.){1,300})'|`([^`\n]{1,300})`")
_COMMENT = re.compile(r"(?:^|(?<=[\s;]))(?://|/\*|\*\s|#(?!\w*!|\[)|--\s|<!--)")
# What stands before a literal: `Model: "..."`, `modelName = "..."`, `.model("...")`, `set(MODEL_ID, "...")`.
_BEFORE = re.compile(
    r"([A-Za-z_][\w.:]{0,80}?)[\"']?\s*(?::\s*[\w<>&.' ]{1,40}=|\s[\w<>.*&]{1,40}\s*=|:=|=>|[:=(,])\s*[\[{(]?\s*$"
)
# What only wraps a literal: `.model(String::from("org/name"))`.
_WRAPPED = re.compile(
    r"(?:String::from|new\s+String|std::string|Some|Ok|Arc::new|Box::new|Optional\.of|aws\.String)\(\s*$"
)
MAX_INNER = 500
_HEREDOC = re.compile(r"<<[-~]?[\"']?([A-Z_]{2,30})[\"']?\s*$")
_RESOURCE = "::foundation-model/"
_SURE = ("model", "model_name", "model_id")
_WEAK = ("repo", "hf", "hub", "api")
_BLOCK = re.compile(r"^\s*(?:variable|locals?|output)\s+\"([\w.-]{1,80})\"")


def read_code(source: SourceFile) -> Found:
    """Read source code line by line."""
    found = Found()
    names, keys = Names(source.rules, source.exists), Keys(source.rules)
    prose = Prose(source.rules, names)
    block: tuple[str, ...] = ()
    rows = source.text.split("\n")
    inside = 0
    for number, row in enumerate(rows, 1):
        row = row[:MAX_LINE]
        if number <= inside:
            continue
        if (opened := _HEREDOC.search(row)) is not None:
            inside = _heredoc(source, found, rows, number, opened[1])
        match = _COMMENT.search(row)
        before = row if match is None else row[: match.start()]
        if "://" in before:
            for address in hub_addresses(before, source.rules):
                text = before[address.start : address.end]
                found.add(*prose.mentions(text, number, address.start + 1, use="used", loose=False))
        block = (
            (opened[1],) if (opened := _BLOCK.match(before)) is not None else () if before.rstrip() == "}" else block
        )
        if '"' in before or "'" in before or "`" in before:
            found.add(*_literals(before, number, block, names, keys))
        if match is not None:
            comment = Comment(
                line=number, column=match.start() + 1, text=row[match.start() :], alone=not before.strip()
            )
            found.comments.append(comment)
            found.add(*prose.comments([comment]))
    return found


def _heredoc(source: SourceFile, found: Found, rows: list[str], number: int, end: str) -> int:
    """Read commands in a here-document (`user_data = <<-EOT`); return where it ends, 0 when it does not."""
    last = next((n for n in range(number, min(number + MAX_INNER, len(rows))) if rows[n].strip() == end), None)
    if last is None:
        return 0
    shell = Shell(source, found)
    shell.lines("\n".join(rows[number:last]), number + 1)
    shell.finish()
    return last


def _literals(row: str, number: int, block: tuple[str, ...], names: Names, keys: Keys) -> list[Draft]:
    drafts = []
    for match in _STRING.finditer(row):
        text = match[1] or match[2] or match[3]
        given = PROPERTY.fullmatch(text)
        if given is not None:
            text = given[2]
        if "${" in text and _RESOURCE in text:
            # The region of a resource name is often filled in, the model is not.
            text = text.rpartition(_RESOURCE)[2]
        if "://" in text or "${" in text:
            continue
        before = _BEFORE.search(_WRAPPED.sub("", row[max(match.start() - 300, 0) : match.start()]))
        words = [word for word in re.split(r"[.:]+", before[1]) if word] if before is not None else []
        key = words[-1] if words else ""
        kind = next((found for word in reversed(words) if (found := keys.kind(word, block)) is not None), None)
        name = names.keyed(text, kind) if kind is not None else None
        if name is None and kind == "model":
            # `package.WithModel("name")`, `env("PROVIDER_MODEL", "name")`: whose model it is stands before it.
            hint = next((found for word in words for found in keys.providers(word)), None)
            named = "-" in text and folded_key(key).endswith(_SURE)
            telling = hint == keys.library or named or any(one.isdigit() for one in text)
            name = names.provided(text, hint) if hint is not None and telling else None
        if name is None and any(word.lower() in _WEAK for word in words):
            name = names.written(text)
        if name is not None:
            drafts.append(_draft(name, number, match.start() + 1, f"{key}", "medium"))
        elif not (key and keys.holds_other(key)) and (sure := names.literal(text)) is not None:
            drafts.append(_draft(sure, number, match.start() + 1, "literal", "low"))
    return drafts


def _draft(name: Name, line: int, column: int, how: str, confidence: Confidence) -> Draft:
    return Draft(
        target=name.target, provider=name.provider, type=name.type, line=line, column=column, end_line=line, how=how,
        confidence=confidence, revision=name.revision,
    )  # fmt: skip
