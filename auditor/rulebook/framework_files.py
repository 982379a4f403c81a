"""Read the yardsticks of rules/frameworks/ and the rules that explain why they differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from auditor.rulebook.conditions import Condition, compile_condition
from auditor.rulebook.frameworks import (
    Clause,
    Criterion,
    DifferenceRule,
    DifferenceSide,
    Framework,
    LicenseSource,
    RecordForm,
    RecordPart,
    ResultStep,
    ResultWords,
    Substitute,
)
from auditor.rulebook.rule_files import RuleReader
from auditor.rulebook.strict_yaml import StrictYaml
from auditor.rulebook.suggestion import did_you_mean
from auditor.rulebook.vocabulary import FactType, Vocabulary

__all__ = ["read_differences", "read_frameworks"]

Path = tuple[str | int, ...]


def read_frameworks(reader: RuleReader, vocabulary: Vocabulary) -> dict[str, Framework]:
    """Return every sound framework by id, in the order of their rank; problems go to the reader."""
    found: dict[str, Framework] = {}
    for relative, document in reader.each("frameworks", "framework.v1"):
        if relative.as_posix() != f"{document.data['id']}.yaml":
            reader.problems.append(f"{document.at(('id',))}: id {document.data['id']!r} and file name differ")
        framework = _FileReader(reader, document, vocabulary).read()
        if framework is not None:
            found[framework.id] = framework
    return dict(sorted(found.items(), key=lambda item: (item[1].rank, item[0])))


class _FileReader:
    """One file: its lists and shared conditions are filled in where criteria use them."""

    def __init__(self, reader: RuleReader, document: StrictYaml, vocabulary: Vocabulary) -> None:
        self.reader = reader
        self.document = document
        self.data: dict[str, Any] = document.data
        self.facts = vocabulary.facts
        self.lists = {name: tuple(values) for name, values in self.data.get("lists", {}).items()}

    def problem(self, path: Path, message: str) -> None:
        self.reader.problems.append(f"{self.document.at(path)}: {message}")

    def read(self) -> Framework | None:
        before = len(self.reader.problems)
        data = self.data
        criteria = tuple(self._criterion(n, row) for n, row in enumerate(data["criteria"]))
        names = [row["id"] for row in data["criteria"]]
        for n, name in enumerate(names):
            if name in names[:n]:
                self.problem(("criteria", n, "id"), f"two criteria are called {name!r}")
        result = self._result(names)
        record = self._record(names)
        if len(self.reader.problems) > before:
            return None
        return Framework(
            id=data["id"],
            title=data["title"],
            version=data["version"],
            published=data["published"],
            source=data["source"],
            plain=data["plain"],
            rank=data["rank"],
            criteria=tuple(criterion for criterion in criteria if criterion is not None),
            result=result,
            staying=tuple(data.get("staying", ())),
            limits=data.get("limits"),
            record=record,
            lists=self.lists,
        )

    def _criterion(self, n: int, row: Mapping[str, Any]) -> Criterion | None:
        path: Path = ("criteria", n)
        clauses = {
            word: self.clause(row[word], (*path, word)) if word in row else None
            for word in ("yes", "partial", "no", "confirm_when")
        }
        source = row.get("license")
        if source is not None:
            self._list_fact(source["fact"], (*path, "license", "fact"))
        for k, name in enumerate(row.get("record", {}).get("states", ())):
            kind = self.facts.get(name)
            if kind is None or kind.base != "boolean" or kind.disclosed_only:
                near = did_you_mean(name, self.facts)
                self.problem((*path, "record", "states", k), f"{name!r} is no yes/no fact a record may state{near}")
        remarks = []
        for k, remark in enumerate(row.get("remarks", ())):
            clause = self.clause(remark["when"], (*path, "remarks", k, "when"))
            if clause is not None:
                remarks.append((clause.condition, remark["says"]))
        yes = clauses["yes"]
        if yes is None:
            return None
        return Criterion(
            id=row["id"],
            title=row["title"],
            group=row["group"],
            section=row["section"],
            plain=row["plain"],
            yes=yes,
            partial=clauses["partial"],
            no=clauses["no"],
            confirm=row.get("confirm", False),
            confirm_when=clauses["confirm_when"],
            notes=row.get("notes", {}),
            record=msgspec.convert(row["record"], RecordPart) if "record" in row else None,
            license=msgspec.convert(source, LicenseSource) if source else None,
            remarks=tuple(remarks),
        )

    def _list_fact(self, name: str, path: Path) -> FactType | None:
        kind = self.facts.get(name)
        if kind is None or kind.base != "list" or not kind.fields:
            lists = [other for other, entry in self.facts.items() if entry.fields]
            self.problem(path, f"{name!r} is no list of records{did_you_mean(name, lists)}")
            return None
        return kind

    def clause(self, tree: Any, path: Path) -> Clause | None:
        """Return the compiled condition with its parts; what is wrong is noted with its place."""
        expanded = self.expanded(tree, path)
        condition, problems = compile_condition(expanded, self.facts)
        for problem in problems:
            self.problem((*path, *problem.path), problem.message)
        return None if condition is None else self._with_parts(expanded, condition)

    def _with_parts(self, tree: Any, condition: Condition) -> Clause:
        word = next(iter(tree))
        if word not in ("all", "any"):
            return Clause(condition, "leaf")
        parts = []
        for inner in tree[word]:
            compiled, _ = compile_condition(inner, self.facts)
            assert compiled is not None, "a part of a sound condition is sound"
            parts.append(self._with_parts(inner, compiled))
        return Clause(condition, word, tuple(parts))

    def expanded(self, tree: Any, path: Path, depth: int = 0) -> Any:
        """Return `tree` with `{use: NAME}` and `in_list: NAME` replaced by what the file says of them."""
        if isinstance(tree, list):
            return [self.expanded(inner, (*path, n), depth) for n, inner in enumerate(tree)]
        if not isinstance(tree, dict):
            return tree
        if set(tree) == {"use"}:
            shared = self.data.get("conditions", {})
            name = tree["use"]
            if name not in shared or depth > 8:
                self.problem(
                    (*path, "use"), f"no condition of this file is called {name!r}{did_you_mean(name, shared)}"
                )
                return {"all": []}
            return self.expanded(shared[name], ("conditions", name), depth + 1)
        found = {word: self.expanded(inner, (*path, word), depth) for word, inner in tree.items() if word != "in_list"}
        if "in_list" in tree:
            name = tree["in_list"]
            if name not in self.lists:
                near = did_you_mean(str(name), self.lists)
                self.problem((*path, "in_list"), f"no list of this file is called {name!r}{near}")
            found["in"] = list(self.lists.get(name, ("",)))
        return found

    def _known(self, names: list[str], wanted: Any, path: Path) -> None:
        for n, name in enumerate(wanted):
            if name not in names:
                self.problem((*path, n), f"no criterion is called {name!r}{did_you_mean(name, names)}")

    def _result(self, names: list[str]) -> ResultWords:
        row = self.data["result"]
        for n, step in enumerate(row.get("steps", ())):
            self._known(names, step["requires"], ("result", "steps", n, "requires"))
        for n, entry in enumerate(row.get("substitutes", ())):
            self._known(names, entry.values(), ("result", "substitutes", n))
        for word in ("requires", "counted"):
            self._known(names, row.get(word, ()), ("result", word))
        words = {key: value for key, value in row.items() if key not in ("steps", "substitutes", "counted")}
        found = msgspec.convert(words, ResultWords)
        counted = row.get("counted", names if row["kind"] == "score" else ())
        result = msgspec.structs.replace(
            found,
            steps=tuple(msgspec.convert(step, ResultStep) for step in row.get("steps", ())),
            substitutes=tuple(msgspec.convert(entry, Substitute) for entry in row.get("substitutes", ())),
            counted=tuple(counted),
            of=found.of or float(len(counted)),
        )
        for name in _results(result):
            if name not in result.meanings:
                self.problem(("result", "meanings"), f"no sentence says what {name!r} means")
        return result

    def _record(self, names: list[str]) -> RecordForm | None:
        row = self.data.get("record")
        if row is None:
            return None
        kind = self._list_fact(row["fact"], ("record", "fact"))
        self._known(names, [row["unknown_name"]], ("record",))
        condition: Condition | None = None
        if kind is not None:
            condition, problems = compile_condition(self.expanded(row["open"], ("record", "open")), kind.fields)
            for problem in problems:
                self.problem(("record", "open", *problem.path), problem.message)
        if condition is None:
            return None
        return RecordForm(
            fact=row["fact"],
            open=condition,
            unknown_name=row["unknown_name"],
            unlicensed=tuple(row["unlicensed"]),
            whole=row["whole"],
            header=row["header"],
            notes=row["notes"],
        )


def _results(result: ResultWords) -> list[str]:
    if result.kind == "score":
        return ["score"]
    if result.kind == "all-of":
        return [result.met, result.not_met, result.undecided]
    return [result.otherwise, *(step.id for step in result.steps)]


def read_differences(
    reader: RuleReader, vocabulary: Vocabulary, frameworks: dict[str, Framework]
) -> tuple[DifferenceRule, ...]:
    """Return the rules that explain why two yardsticks differ; problems go to the reader."""
    document = reader.read("framework_differences.yaml", "framework-differences.v1")
    if document is None:
        return ()
    found = []
    for n, row in enumerate(document.data["differences"]):
        sides = {word: _side(reader, document, (n, word), row[word], frameworks) for word in ("left", "right")}
        right = frameworks.get(row["right"]["framework"])
        for k, name in enumerate(row["because"]):
            if right is not None and right.criterion(name) is None:
                where = document.at(("differences", n, "because", k))
                near = did_you_mean(name, [criterion.id for criterion in right.criteria])
                reader.problems.append(f"{where}: no criterion of {right.id} is called {name!r}{near}")
        when = reader.condition(document, ("differences", n, "when"), vocabulary.facts)
        found.append(
            DifferenceRule(
                id=row["id"], text=row["text"], because=tuple(row["because"]), when=when,
                left=sides["left"], right=sides["right"],
            )
        )  # fmt: skip
    return tuple(found)


def _side(
    reader: RuleReader,
    document: StrictYaml,
    place: tuple[int, str],
    row: dict[str, Any],
    frameworks: dict[str, Framework],
) -> DifferenceSide:
    path: Path = ("differences", *place)
    framework = frameworks.get(row["framework"])
    if framework is None:
        near = did_you_mean(row["framework"], frameworks)
        reader.problems.append(
            f"{document.at((*path, 'framework'))}: no framework is called {row['framework']!r}{near}"
        )
    else:
        known = _results(framework.result)
        for n, name in enumerate(row.get("results", ())):
            if name not in known:
                where = document.at((*path, "results", n))
                reader.problems.append(f"{where}: {framework.id} has no result {name!r}{did_you_mean(name, known)}")
        if "criterion" in row and framework.criterion(row["criterion"]) is None:
            near = did_you_mean(row["criterion"], [criterion.id for criterion in framework.criteria])
            where = document.at((*path, "criterion"))
            reader.problems.append(f"{where}: {framework.id} has no criterion {row['criterion']!r}{near}")
    return msgspec.convert(row, DifferenceSide)
