"""Read policies and the words they are written in; every problem of a policy is reported at once, with its place."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from auditor.errors import PolicyInvalid, RulebookInvalid, UsageProblem
from auditor.rulebook.load import Rulebook
from auditor.rulebook.locator import data_folder
from auditor.rulebook.policies import Category, FormatGroup, Policy, PolicyUse, PolicyWords, Statement
from auditor.rulebook.policy_records import read_clarification, read_exceptions
from auditor.rulebook.policy_rules import RuleParser
from auditor.rulebook.rule_files import RuleReader
from auditor.rulebook.schema_check import schema_errors, schema_problems
from auditor.rulebook.strict_yaml import StrictYaml, read_strict_yaml
from auditor.rulebook.suggestion import did_you_mean

__all__ = ["built_in_policies", "find_policy", "load_policy", "load_policy_words", "read_policy"]

MAX_BYTES = 1_000_000
BUILT_IN = "built-in"


def load_policy_words(rulebook: Rulebook, root: Path | None = None) -> PolicyWords:
    """Return the words of `rules/policy_words.yaml`; raises `RulebookInvalid` with every problem.

    They are no part of the loaded `Rulebook`: only a gate pays for reading them.
    """
    reader = RuleReader(root or data_folder("rules"), "rules")
    document = reader.read("policy_words.yaml", "policy-words.v1")
    if document is None:
        raise RulebookInvalid(reader.problems)
    facts = rulebook.vocabulary.facts
    categories = {}
    for name, spec in document.data["categories"].items():
        condition = reader.condition(document, ("categories", name, "when"), facts)
        if condition is not None:
            categories[name] = Category(plain=spec["plain"], when=condition)
    statuses = rulebook.vocabulary.enums["license_status"]
    for key in ("unproved_statuses", "open_statuses"):
        for name in document.data[key]:
            if name in statuses:
                continue
            where = document.at((key,))
            reader.problems.append(f"{where}: unknown status {name!r}{did_you_mean(name, statuses)}")
    if reader.problems:
        raise RulebookInvalid(reader.problems)
    data = document.data
    return PolicyWords(
        categories=categories,
        without_terms=data["without_terms"],
        formats={
            name: FormatGroup(plain=s["plain"], values=tuple(s["values"]), anywhere=tuple(s.get("anywhere", ())))
            for name, s in data["formats"].items()
        },
        unproved_statuses=frozenset(data["unproved_statuses"]),
        open_statuses=frozenset(data["open_statuses"]),
        statements={
            name: Statement(plain=s["plain"], reads=tuple(s["reads"]), subjects=tuple(s["subjects"]))
            for name, s in data["statements"].items()
        },
    )


def built_in_policies(overlays: Sequence[Path] = ()) -> dict[str, Path]:
    """Return the ready-made policies by name, sorted; a policy of an overlay takes the place of ours."""
    found: dict[str, Path] = {}
    for root in (data_folder("rules"), *overlays):
        found |= {path.stem: path for path in sorted((root / "policies").glob("*.yaml"))}
    return dict(sorted(found.items()))


def find_policy(word: str, overlays: Sequence[Path] = ()) -> tuple[Path, str]:
    """Return the file that `--policy` means and how to name it: a path, or the name of a ready-made policy.

    Raises `UsageProblem` for a word that is neither.
    """
    if Path(word).suffix.lower() in (".yaml", ".yml", ".json") or "/" in word or "\\" in word:
        return Path(word), word
    known = built_in_policies(overlays)
    if word in known:
        return known[word], BUILT_IN
    hint = f"ready policies: {', '.join(known)}; or give a file such as ./policy.yaml"
    raise UsageProblem(f"no ready policy is called {word!r}{did_you_mean(word, known)}", hint=hint)


def load_policy(path: Path, source: str, rulebook: Rulebook, words: PolicyWords) -> Policy:
    """Return the policy in a file; `source` is how to name it in messages and reports.

    Raises `UsageProblem` when the file cannot be read and `PolicyInvalid` with every problem in it.
    """
    content = _content(path, "policy")
    name = f"rules/policies/{path.name}" if source == BUILT_IN else source
    return read_policy(content, name, rulebook, words, folder=path.parent, source=source)


def read_policy(
    content: bytes, name: str, rulebook: Rulebook, words: PolicyWords, *, folder: Path, source: str
) -> Policy:
    """Return the policy written in `content`; context files are looked for relative to `folder`.

    Raises `PolicyInvalid` with every problem, each with `name`, line and column.
    """
    document = read_strict_yaml(_decoded(content, name), name)
    if not document.problems and not isinstance(document.data, dict):
        document.problems.append(f"{name}:1:1: a policy is a mapping that begins with `schema: auditor/policy/1`")
    problems = document.problems or schema_problems(document, "policy.v1")
    if problems:
        raise PolicyInvalid(problems)
    return _Reading(document, rulebook, words, folder, content, source).policy()


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise PolicyInvalid([f"{name}:1:1: not UTF-8 text"]) from None


def _content(path: Path, what: str) -> bytes:
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageProblem(f"cannot read the {what} {path}: {reason}") from error
    if len(content) > MAX_BYTES:
        raise UsageProblem(f"the {what} {path} is larger than {MAX_BYTES} bytes")
    return content


class _Reading:
    """One policy on its way from data to rules; collects what is wrong."""

    def __init__(
        self, document: StrictYaml, rulebook: Rulebook, words: PolicyWords, folder: Path, content: bytes, source: str
    ) -> None:
        self.document = document
        self.data: dict[str, Any] = document.data
        self.rulebook = rulebook
        self.folder = folder
        self.source = source
        self.digest = hashlib.sha256(content)
        self.problems: list[str] = []
        self.parser = RuleParser(document, rulebook, words, self.problems)

    def policy(self) -> Policy:
        data = self.data
        contexts = {name: self._context(name, value) for name, value in data.get("contexts", {}).items()}
        self._context_name(("context",), data.get("context"))
        general = self.parser.rules(("rules",), data.get("on_unknown", "undecided"))
        uses = self._uses(general)
        default = data.get("default_use")
        if default is not None and default not in uses:
            near = did_you_mean(default, data.get("uses", {}))
            self._problem(("default_use",), f"no use is called {default!r}{near}")
        exceptions = read_exceptions(self.document, self.parser.seen, self.problems)
        clarifications = [
            read_clarification(self.document, ("clarifications", n), self.rulebook, self.problems)
            for n in range(len(data.get("clarifications", ())))
        ]
        if self.problems:
            raise PolicyInvalid(self.problems)
        return Policy(
            name=data["name"],
            title=data["title"],
            description=data.get("description", ""),
            source=self.source,
            sha256=self.digest.hexdigest(),
            on_unknown=data.get("on_unknown", "undecided"),
            on_unresolved=data.get("on_unresolved", "warn"),
            default_use=default,
            contexts=contexts,
            uses=uses,
            exceptions=exceptions,
            clarifications=tuple(one for one in clarifications if one is not None),
        )

    def _uses(self, general: tuple[Any, ...]) -> dict[str | None, PolicyUse]:
        data = self.data
        if "uses" not in data:
            return {None: PolicyUse(name=None, title=data["title"], context=data.get("context"), rules=general)}
        found: dict[str | None, PolicyUse] = {}
        for name, spec in data["uses"].items():
            self._context_name(("uses", name, "context"), spec.get("context"))
            own = self.parser.rules(
                ("uses", name, "rules"), spec.get("on_unknown") or data.get("on_unknown", "undecided")
            )
            if not general and not own:
                self._problem(("uses", name), f"the use {name!r} has no rule: it would let everything pass")
            found[name] = PolicyUse(
                name=name, title=spec["title"], context=spec.get("context", data.get("context")), rules=general + own
            )
        return found

    def _problem(self, path: tuple[str | int, ...], message: str) -> None:
        self.problems.append(f"{self.document.at(path)}: {message}")

    def _context_name(self, path: tuple[str | int, ...], name: str | None) -> None:
        known = self.data.get("contexts", {})
        if name is not None and name not in known:
            self._problem(path, f"no context is called {name!r}{did_you_mean(name, known)}")

    def _context(self, name: str, value: Any) -> dict[str, Any]:
        """Return the data of a context, inline or from its file; problems of the file carry the file's places."""
        path = ("contexts", name)
        if isinstance(value, dict):
            for inner, message, is_key in schema_errors(value, "context.v1"):
                self.problems.append(f"{self.document.at((*path, *inner), key=is_key)}: {message}")
            return value
        try:
            content = _content(self.folder / value, "context")
        except UsageProblem as error:
            self._problem(path, error.message)
            return {}
        self.digest.update(b"\0" + name.encode() + b"\0" + content)
        try:
            document = read_strict_yaml(content.decode("utf-8"), value)
        except UnicodeDecodeError:
            self._problem(path, f"the context {value} is not UTF-8 text")
            return {}
        if not document.problems and not isinstance(document.data, dict):
            document.problems.append(f"{value}:1:1: a context is a mapping with organization and use")
        wrong = document.problems or schema_problems(document, "context.v1")
        self.problems += wrong
        return {} if wrong else document.data
