"""Awkward repositories as data: what the Hub holds, and the right answer about it.

Each file in `awkward/` is a list of cases; `awkward/shared.yaml` holds repositories that several cases build on and
`awkward/contexts.yaml` the users whose verdicts are asked for. License texts are named (`text: llama-3.1`) and read from
the research corpus; none is kept here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
import yaml

from tests.end_to_end.repositories import ADAPTER, BODY, GGUF, WEIGHTS, dataset, front_matter, model
from tests.replay_hub.repositories import Commit, Repository

FOLDER = Path(__file__).parent / "awkward"
NOT_CASES = ("shared.yaml", "contexts.yaml")
WEIGHT_FILES: Mapping[str, Mapping[str, bytes]] = {
    "model": WEIGHTS,
    "gguf": GGUF,
    "adapter": ADAPTER,
    "delta": {"config.json": b"{}", "pytorch_model-delta.bin": b"\0" * 64},
    "none": {},
}

Texts: TypeAlias = Callable[[str], bytes]


class Content(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file made from a license text of the corpus, changed in ways that real files are."""

    text: str | None = None
    literal: str = ""
    """Words instead of a text of the corpus."""
    prepend: str = ""
    append: str = ""
    append_text: str | None = None
    replace: dict[str, str] = {}
    share: float = 1.0
    """How much of the text is left, from its beginning."""
    html: bool = False
    crlf: bool = False
    encoding: str = "utf-8"

    def data(self, texts: Texts) -> bytes:
        """The bytes of the file."""
        body = texts(self.text).decode() if self.text else self.literal
        body = body[: int(len(body) * self.share)]
        for old, new in self.replace.items():
            if self.text and body and old not in body:
                raise ValueError(f"{self.text}: {old!r} is not in the text")
            body = body.replace(old, new, 1)
        extra = texts(self.append_text).decode() if self.append_text else ""
        body = self.prepend + body + self.append + extra
        if self.html:
            lines = body.replace("&", "&amp;").replace("<", "&lt;").split("\n\n")
            paragraphs = "\n".join(f"<p>{line}</p>" for line in lines)
            body = f"<!DOCTYPE html>\n<html><head><title>License</title></head>\n<body>\n{paragraphs}\n</body></html>\n"
        return (body.replace("\n", "\r\n") if self.crlf else body).encode(self.encoding)


class State(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An earlier commit."""

    title: str
    date: str
    card: dict[str, Any] = {}
    body: str = BODY
    files: dict[str, str | Content] = {}


class Described(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One repository, or many where the id says `{1..200}`."""

    id: str
    kind: str = "model"
    card: dict[str, Any] = {}
    body: str | Content = BODY
    files: dict[str, str | Content] = {}
    weights: str = "model"
    gate_prompt: str | Content | None = None
    relation: str | None = None
    """What the Hub worked out of the card's base_model: finetune, adapter, quantized or merge."""
    record: dict[str, Any] = {}
    gated: bool | str = False
    private: bool = False
    disabled: bool = False
    card_outside_gate: bool = False
    renamed_from: tuple[str, ...] = ()
    earlier: tuple[State, ...] = ()
    title: str = "Upload model"

    def contents(self) -> Iterator[Content]:
        """Every part that is read from the corpus or changed."""
        states = [self.files, *(state.files for state in self.earlier)]
        parts = [self.body, self.gate_prompt, *(part for files in states for part in files.values())]
        yield from (part for part in parts if isinstance(part, Content))

    def made(self, texts: Texts) -> Iterator[Repository]:
        """The repositories the replay Hub serves."""
        card = {key: _spread(value) for key, value in self.card.items()}
        if self.gate_prompt is not None:
            card["extra_gated_prompt"] = _data(self.gate_prompt, texts).decode()
        files = {name: _data(part, texts) for name, part in self.files.items()}
        more: dict[str, Any] = {
            "gated": self.gated, "private": self.private, "disabled": self.disabled, "renamed_from": self.renamed_from,
            "card_outside_gate": self.card_outside_gate, "title": self.title,
            "earlier": tuple(
                Commit(
                    state.title,
                    state.date,
                    {
                        "README.md": front_matter(state.card, state.body),
                        **WEIGHTS,
                        **{name: _data(part, texts) for name, part in state.files.items()},
                    },
                    {"cardData": state.card or None, "tags": [f"license:{state.card.get('license')}"]},
                )
                for state in self.earlier
            ),
        }  # fmt: skip
        for name in _spread([self.id]):
            if self.kind == "dataset":
                yield dataset(name, card, **more)
                continue
            bases = card.get("base_model")
            listed = [bases] if isinstance(bases, str) else list(bases or [])
            yield model(
                name, card, files, weights=WEIGHT_FILES[self.weights],
                body=self.body if isinstance(self.body, str) else self.body.data(texts).decode(),
                bases=(self.relation, listed) if self.relation else None, record=self.record, **more,
            )  # fmt: skip


class Expected(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The right answer; what is left out is not what the case is about."""

    label: str | list[str] | None = None
    label_ceiling: str | None = None
    status: str | list[str] | None = None
    also: list[str] | None = None
    """Statuses that must be among the others."""
    concluded: str | list[str] | msgspec.UnsetType | None = msgspec.UNSET
    code_concluded: str | msgspec.UnsetType | None = msgspec.UNSET
    candidates: list[str] | None = None
    terms: tuple[int, int] | None = None
    terms_at_most: int | None = None
    weights: tuple[int, int] | None = None
    code_ceiling_at_most: int | None = None
    data: tuple[int, int] | None = None
    data_ceiling_at_most: int | None = None
    findings: dict[str, str] = {}
    """Severity by code of what must be found; `any` leaves the severity open."""
    any_of: list[list[str]] = []
    """Of each list at least one code must be found."""
    absent: list[str] = []
    """Codes that may not be found, nor be left open; a `*` stands for any ending."""
    outcomes: dict[str, str] = {}
    """Outcomes of checks."""
    effective: dict[str, Any] = {}
    """Values of effective terms; of a record, the parts named."""
    inherited: dict[str, str] = {}
    """For a term, a repository that its value must come from."""
    capabilities: dict[str, str] = {}
    duties: list[str] = []
    """Kinds of obligation in the report."""
    verdicts: dict[str, str | list[str]] = {}
    """For a named context the outcome, or those that are right."""
    verdict_duties: dict[str, list[str]] = {}
    """For a named context the duties in force: a kind, or `kind:phrase`."""
    nodes: dict[str, str] = {}
    edges: list[tuple[str, str, str]] = []
    says: dict[str, list[str]] = {}
    """Words that the detail or a quote of a finding must hold."""
    renamed_from: str | None = None
    error: str | None = None


class Case(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Repositories, the question and the right answer."""

    id: str
    why: str
    """The part of the research that it reproduces, and what goes wrong elsewhere."""
    repositories: list[Described]
    expect: Expected
    target: str | None = None
    """What is asked for, where it is not the first repository."""
    commit: str | None = None
    """The title of the commit asked for, where it is not the newest."""
    known_wrong: str | None = None
    """Why the program does not give this answer yet; the test fails as soon as it does."""

    @property
    def needs_texts(self) -> bool:
        """Whether a license text of the corpus is needed."""
        return any(part.text or part.append_text for one in self.repositories for part in one.contents())

    @property
    def asked(self) -> str:
        """The target as it is written on the command line."""
        first = self.repositories[0]
        name = self.target or first.id
        if self.commit is None:
            return name
        (state,) = [state for state in first.earlier if state.title == self.commit]
        return f"{name}@{Commit(state.title, state.date).sha}"


def cases() -> list[Case]:
    """Every case of every file, in the order of file names."""
    return [
        case
        for path in sorted(FOLDER.glob("*.yaml"))
        if path.name not in NOT_CASES
        for case in msgspec.convert(yaml.safe_load(path.read_text("utf-8")), list[Case], strict=True)
    ]


def shared() -> list[Described]:
    """The repositories that several cases build on."""
    return msgspec.convert(yaml.safe_load((FOLDER / "shared.yaml").read_text("utf-8")), list[Described])


def contexts() -> dict[str, dict[str, Any]]:
    """The users and uses, by name."""
    found: dict[str, dict[str, Any]] = yaml.safe_load((FOLDER / "contexts.yaml").read_text("utf-8"))
    return found


def _data(part: str | Content, texts: Texts) -> bytes:
    return part.encode() if isinstance(part, str) else part.data(texts)


def _spread(value: Any) -> Any:
    """Write `name-{1..3}` in a list out as three names."""
    if not isinstance(value, list):
        return value
    made: list[Any] = []
    for item in value:
        found = re.fullmatch(r"(.*)\{(\d+)\.\.(\d+)\}(.*)", item) if isinstance(item, str) else None
        made += (
            [f"{found[1]}{n}{found[4]}" for n in range(int(found[2]), int(found[3]) + 1)] if found else [item]
        )  # fmt: skip
    return made
