"""What a reference to a model looks like in source code: the rules of `rules/scan/`, checked and compiled.

They are no part of the loaded `Rulebook`: only a scan pays for reading them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from auditor.errors import RulebookInvalid
from auditor.rulebook.load import Rulebook
from auditor.rulebook.locator import data_folder
from auditor.rulebook.rule_files import RuleReader
from auditor.rulebook.scan_shapes import CallRule, ClientRule, CommandRule, Library, Names, ProviderRule, ScanRules
from auditor.rulebook.sound_files import SoundFiles
from auditor.rulebook.strict_yaml import StrictYaml
from auditor.rulebook.suggestion import did_you_mean

__all__ = ["CallRule", "ClientRule", "CommandRule", "Names", "ProviderRule", "ScanRules", "load_scan_rules"]

_DOCUMENTS = ("identifiers", "files", "calls", "commands", "keys", "prose")
_SPECIAL_PROVIDERS = ("client", "routed")


def load_scan_rules(rulebook: Rulebook, path: Path | None = None, *, cache: Path | None = None) -> ScanRules:
    """Load and check `rules/scan/` of this installation, or of the rulebook in `path`.

    Raises `RulebookInvalid` with every problem of every file.
    """
    sound = SoundFiles(cache)
    reader = RuleReader(path or data_folder("rules"), "rules", sound)
    read = {name: reader.read(f"scan/{name}.yaml", f"scan-{name}.v1") for name in _DOCUMENTS}
    documents = {name: document for name, document in read.items() if document is not None}
    if len(documents) < len(read):
        raise RulebookInvalid(reader.problems)
    reader.problems += _pattern_problems(documents) or _provider_problems(documents)
    if reader.problems:
        raise RulebookInvalid(reader.problems)
    sound.save()
    return _build({name: document.data for name, document in documents.items()}, rulebook)


def _pattern_problems(documents: dict[str, StrictYaml]) -> list[str]:
    problems = []
    for name, path, pattern in _patterns({name: document.data for name, document in documents.items()}):
        try:
            re.compile(pattern)
        except re.error as error:
            problems.append(f"{documents[name].at(path)}: not a pattern: {error}")
    return problems


def _patterns(data: dict[str, Any]) -> Iterable[tuple[str, tuple[str | int, ...], str]]:
    for key in ("model_keys", "dataset_keys", "not_keys"):
        yield from (("keys", (key, n), text) for n, text in enumerate(data["keys"][key]))
    yield from (("prose", ("patterns", n), text) for n, text in enumerate(data["prose"]["patterns"]))
    yield from (("prose", (key,), data["prose"][key]) for key in ("service", "assignment", "bare"))
    names = data["identifiers"]
    for key in ("model_like", "sure_models", "dataset_like"):
        yield from (("identifiers", (key, n), text) for n, text in enumerate(names[key]))
    for key in ("names", "plain"):
        yield from (("identifiers", ("library", key, n), text) for n, text in enumerate(names["library"][key]))
    yield "identifiers", ("library", "tag"), names["library"]["tag"]
    yield from (("identifiers", ("hub", "legacy_models", n), t) for n, t in enumerate(names["hub"]["legacy_models"]))
    for key, rows in names["placeholders"].items():
        yield from (("identifiers", ("placeholders", key, n), text) for n, text in enumerate(rows))
    for n, row in enumerate(names["providers"]):
        yield from (("identifiers", ("providers", n, "ids", m), text) for m, text in enumerate(row["ids"]))
    yield from (("files", ("first_lines", n), row["pattern"]) for n, row in enumerate(data["files"]["first_lines"]))
    for n, row in enumerate(data["commands"]["commands"]):
        yield from (("commands", ("commands", n, "inside"), text) for text in [row.get("inside")] if text)


def _provider_problems(documents: dict[str, StrictYaml]) -> list[str]:
    identifiers = documents["identifiers"]
    known = {row["provider"] for row in identifiers.data["providers"]}
    library = identifiers.data["library"]
    problems = []
    if library["provider"] not in known:
        where = identifiers.at(("library", "provider"))
        problems.append(f"{where}: no provider {library['provider']!r}{did_you_mean(library['provider'], known)}")
    special = {*_SPECIAL_PROVIDERS, *library["kindred"]}
    for name, part in (("calls", "python"), ("calls", "script"), ("calls", "clients"), ("commands", "commands")):
        for n, row in enumerate(documents[name].data[part]):
            wrong = {row["provider"], row.get("client", row["provider"])} - known - special
            where = documents[name].at((part, n))
            problems += [f"{where}: no provider is called {one!r}{did_you_mean(one, known)}" for one in sorted(wrong)]
            if row["provider"] == "client" and "client" not in row:
                problems.append(f"{where}: say which provider it is when no client is seen")
    for part, table in documents["calls"].data["packages"].items():
        for package, provider in table.items():
            if provider not in known:
                where = documents["calls"].at(("packages", part, package))
                problems.append(f"{where}: no provider is called {provider!r}{did_you_mean(provider, known)}")
    return problems


def _names(patterns: Iterable[str]) -> Names:
    return Names(re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE))


def _globs(patterns: Iterable[str]) -> Names:
    return _names(re.escape(pattern).replace(r"\*", "[a-z0-9.-]+") for pattern in patterns)


def _calls(rows: list[dict[str, Any]]) -> dict[str, tuple[CallRule, ...]]:
    table: dict[str, list[CallRule]] = {}
    for row in rows:
        parts = tuple(tuple(name.split(".")) for name in row["names"])
        listed: dict[str, Any] = {
            key: tuple(row.get(key, ())) for key in ("keywords", "also", "keys", "strip", "provider_keyword")
        }
        words = ("position", "client", "type_keyword", "bare", "optional", "ignore", "documents")
        plain = {key: row[key] for key in words if key in row}
        rule = CallRule(
            names=parts,
            provider=row["provider"],
            type=row["type"],
            packages=frozenset(row.get("from", ())),
            **listed,
            **plain,
        )
        for last in dict.fromkeys(part[-1] for part in parts):
            table.setdefault(last, []).append(rule)
    return {name: tuple(rules) for name, rules in table.items()}


def _command(row: dict[str, Any]) -> CommandRule:
    sets = {key: frozenset(row.get(key, ())) for key in ("flags", "type_flags", "revision_flags", "valued", "skip")}
    return CommandRule(
        words=tuple(tuple(words) for words in row["words"]),
        provider=row["provider"],
        type=row["type"],
        operand=row.get("operand", False),
        client=row.get("client"),
        bare=row.get("bare", False),
        inside=re.compile(row["inside"]) if "inside" in row else None,
        creates=row.get("creates", False),
        **sets,
    )


def _provider(row: dict[str, Any]) -> ProviderRule:
    return ProviderRule(
        provider=row["provider"],
        prefixes=frozenset(row["prefixes"]),
        ids=_names(row["ids"]) if row["ids"] else None,
        hosts=_globs(row["hosts"]) if row.get("hosts") else None,
        type=row.get("type", "hosted"),
        ports=frozenset(row.get("ports", ())),
        bare=row.get("bare", True),
        cased=row.get("cased", False),
        hub_too=row.get("hub_too", False),
        spoken_elsewhere=row.get("spoken_elsewhere", False),
    )


def _disclosed(rows: list[dict[str, Any]], rulebook: Rulebook) -> dict[tuple[str, str], str]:
    """Return which disclosure speaks of a provider's id; an id that two disclosures claim names none."""
    named: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        for disclosure in rulebook.disclosures.values():
            for known in disclosure.provider_ids:
                if known["provider"] in row.get("disclosures", ()):
                    named.setdefault((row["provider"], known["id"].lower()), set()).add(disclosure.id)
    return {key: next(iter(ids)) for key, ids in sorted(named.items()) if len(ids) == 1}


def _worth(names: dict[str, Any], calls: dict[str, Any], commands: dict[str, Any]) -> re.Pattern[str]:
    """Return a pattern that every module with a reference fits: a slash in a literal, a known call, id or command."""
    called = sorted({re.escape(name.rpartition(".")[2]) for row in calls["python"] for name in row["names"]})
    started = sorted(
        {re.escape(words[0]) for row in commands["commands"] for words in row["words"] if words[0].isalnum()}
    )
    ids = [pattern for row in names["providers"] for pattern in row["ids"]] + names["hub"]["legacy_models"]
    ids += [re.escape(name) for rows in names["hub"]["short_names"].values() for name in rows]
    parts = [
        r"[\"'][^\"'\n]{0,200}/",
        rf"\b(?:{'|'.join(called)})\b",
        rf"\b(?:{'|'.join(started)})\s",
        "|".join(re.escape(host) for host in names["hub"]["hosts"]),
        "auditor:",
        r"[\"'][a-z@][\w.-]{0,80}:[\w.:/-]{1,100}[\"']",
        r"\b(?:model|engine)\w{0,20}\s{0,4}=\s{0,4}[\"']",
        rf"[\"'](?:{'|'.join(f'(?:{one})' for one in ids)})[\"']",
    ]
    return re.compile("|".join(parts), re.IGNORECASE)


def _build(data: dict[str, Any], rulebook: Rulebook) -> ScanRules:
    names, files, calls, commands, keys = (data[name] for name in _DOCUMENTS[:5])
    hub, prose = names["hub"], data["prose"]
    providers = {row["provider"]: _provider(row) for row in names["providers"]}
    return ScanRules(
        hub_hosts=frozenset(hub["hosts"]),
        hub_pages=frozenset(hub["pages"]),
        revision_words=frozenset(hub["revision_words"]),
        hub_schemes=frozenset(hub["schemes"]),
        service_hosts=frozenset(hub["service_hosts"]),
        service_parts=frozenset(hub["service_parts"]),
        hub_marks=tuple(hub["marks"]),
        known_owners=frozenset(owner.lower() for owner in names["known_owners"]),
        library=Library(
            provider=names["library"]["provider"],
            names=_names(names["library"]["names"]),
            plain=_names(names["library"]["plain"]),
            tag=_names([names["library"]["tag"]]),
            kindred=frozenset(names["library"]["kindred"]),
        ),
        legacy_models=_names(hub["legacy_models"]),
        legacy_datasets=frozenset(hub["legacy_datasets"]),
        builders=frozenset(hub["builders"]),
        short_names={name.lower(): f"{owner}/{name}" for owner, rows in hub["short_names"].items() for name in rows},
        placeholder_owner=_names(names["placeholders"]["owner"]),
        placeholder_name=_names(names["placeholders"]["name"]),
        sure_placeholder=_names(names["placeholders"]["sure_name"]),
        placeholder=_names(names["placeholders"]["any"]),
        local_folders=frozenset(names["local_folders"]),
        content_types=frozenset(names["content_types"]),
        software_owners=frozenset(names["software_owners"]),
        dataset_like=_names(names["dataset_like"]),
        file_endings=frozenset(names["file_endings"]),
        endings_of_names=frozenset(names["endings_of_names"]),
        model_like=_names(names["model_like"]),
        sure_models=_names(names["sure_models"]),
        providers=providers,
        prefixes={prefix: name for name, rule in providers.items() for prefix in sorted(rule.prefixes)},
        kinds=tuple((row["kind"], tuple(name.lower() for name in row["names"])) for row in files["kinds"]),
        template_endings=frozenset(files["template_endings"]),
        first_lines=tuple((row["kind"], re.compile(row["pattern"])) for row in files["first_lines"]),
        skipped_files=tuple(files["skipped_files"]),
        skipped_folders=tuple(files["skipped_folders"]),
        environment_marks=tuple(files["environment_marks"]),
        test_folders=frozenset(files["test_folders"]),
        test_files=tuple(files["test_files"]),
        python_calls=_calls(calls["python"]),
        python_worth=_worth(names, calls, commands),
        script_calls=_calls(calls["script"]),
        clients={
            name: ClientRule(
                provider=row["provider"], address=tuple(row.get("address", ())), paths=row.get("paths", "")
            )
            for row in calls["clients"]
            for name in row["names"]
        },
        python_packages=dict(calls["packages"]["python"]),
        script_packages=dict(calls["packages"]["script"]),
        commands=tuple(_command(row) for row in commands["commands"]),
        model_flags=frozenset(commands["model_flags"]),
        dataset_flags=frozenset(commands["dataset_flags"]),
        revision_flags=frozenset(commands["revision_flags"]),
        side_flags=frozenset(commands["side_flags"]),
        wrappers=frozenset(commands["wrappers"]),
        carriers=frozenset(commands["carriers"]),
        interpreters=tuple(commands["interpreters"]),
        model_keys=_names(keys["model_keys"]),
        dataset_keys=_names(keys["dataset_keys"]),
        not_keys=_names(keys["not_keys"]),
        below={key: frozenset(parents) for key, parents in keys["below"].items()},
        aliases={key: frozenset(neighbors) for key, neighbors in keys["aliases"].items()},
        provider_keys=frozenset(keys["provider_keys"]),
        provided_keys=frozenset(keys["provided_keys"]),
        dataset_signs=frozenset(keys["dataset_signs"]),
        dataset_ids=frozenset(keys["dataset_ids"]),
        revised_keys=frozenset(keys["revised_keys"]),
        revision_keys=frozenset(keys["revision_keys"]),
        prose=tuple(re.compile(pattern) for pattern in prose["patterns"]),
        service=re.compile(prose["service"]),
        assignment=re.compile(prose["assignment"]),
        bare=re.compile(prose["bare"]),
        disclosed=_disclosed(names["providers"], rulebook),
    )
