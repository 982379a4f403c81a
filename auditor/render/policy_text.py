"""A policy in plain words: what each rule wants, what it reads, what becomes of what is not known."""

from __future__ import annotations

from typing import Any

from auditor.render.wording import safe_line
from auditor.rulebook.policies import Policy, PolicyRule, PolicyUse, PolicyWords

__all__ = ["explained", "render_policy"]

_UNKNOWN = {
    "undecided": "what is not known leaves the gate undecided (exit 11)",
    "fail": "what is not known fails",
    "pass": "WHAT IS NOT KNOWN PASSES, and is only told as a warning",
}
_UNSEEN = {
    "warn": "scanned calls whose model nobody can see, and files that cannot be read, are warnings",
    "undecided": "scanned calls whose model nobody can see, and files that cannot be read, leave the gate undecided",
    "fail": "scanned calls whose model nobody can see, and files that cannot be read, fail",
}
_OPERATORS = {"is": "is", "in": "is one of", "at_least": "is at least", "at_most": "is at most", "contains": "contains"}


def explained(policy: Policy, words: PolicyWords, use: str | None) -> dict[str, Any]:
    """Return the policy in plain words as data (`auditor/policy-explained/1`), for one use or for all."""
    wanted = [one for name, one in sorted(policy.uses.items(), key=lambda item: item[0] or "") if use in (None, name)]
    return {
        "schema": "auditor/policy-explained/1",
        "name": policy.name,
        "title": policy.title,
        "description": policy.description,
        "source": policy.source,
        "default_use": policy.default_use,
        "on_unknown": policy.on_unknown,
        "on_unresolved": policy.on_unresolved,
        "contexts": {name: policy.contexts[name] for name in sorted(policy.contexts)},
        "uses": [_use(one, words) for one in wanted],
        "exceptions": [
            f"{one.target} passes {one.rule} until {one.expires}: {one.reason} ({one.owner}); bound to license "
            f"evidence {one.evidence_hash[:12]}{' and to its revision' if one.pin else ''}"
            for one in policy.exceptions
        ],
        "clarifications": [
            f"{one.target}: {one.license or 'single terms'}, read by {one.by} on {one.on}; bound to license evidence "
            f"{one.evidence_hash[:12]}"
            for one in policy.clarifications
        ],
    }


def _use(use: PolicyUse, words: PolicyWords) -> dict[str, Any]:
    return {
        "name": use.name,
        "title": use.title,
        "rules": [
            {
                "id": rule.id,
                "title": rule.title,
                "wants": _wants(rule, words, use.context),
                "reads": _reads(rule, words),
                "subjects": list(rule.subjects),
                "severity": rule.severity,
                "on_unknown": rule.on_unknown,
                "help": rule.help,
                "line": rule.line,
            }
            for rule in use.rules
        ],
    }


def _reads(rule: PolicyRule, words: PolicyWords) -> list[str]:
    if rule.condition is not None:
        return sorted(rule.condition.reads)
    found = set(words.statements[rule.kind].reads)
    if rule.kind == "category":
        for name in (*rule.data.get("allow", ()), *rule.data.get("deny", ())):
            if name in words.categories:
                found |= words.categories[name].when.reads
        found.discard("effective terms")
    return sorted(found)


def _wants(rule: PolicyRule, words: PolicyWords, context: str | None) -> str:
    data, proof = rule.data, ""
    if rule.kind in ("license", "category", "require", "forbid"):
        proof = "; a text in the repository must say so" if rule.proof == "text" else ""
    return f"{_statement(rule, data, words, context)}{proof}."


def _statement(rule: PolicyRule, data: Any, words: PolicyWords, context: str | None) -> str:
    if rule.kind in ("require", "forbid"):
        return f"{'It must be so' if rule.kind == 'require' else 'It must not be so'} that {condition_words(data)}"
    if rule.kind == "revision":
        return "A full commit is named wherever the subject is used"
    if rule.kind == "level":
        return "Proved on the spectrum: " + ", ".join(f"{name} at level {n} or higher" for name, n in data.items())
    if rule.kind == "label":
        return f"The label that is proved is {data['at_least']} or higher"
    if rule.kind == "framework":
        return f"The result under {data['id']} is {' or '.join(data['in'])}"
    if rule.kind == "verdict":
        name = data.get("context") or context
        under = f"the context {name!r}" if name else "the context given with --context"
        return f"The verdict under {under} is {' or '.join(data['in'])}"
    if rule.kind == "access":
        return f"At most this stands before a download: {data['at_most']}"
    if rule.kind == "license_status":
        return f"Which license governs is {' or '.join(data['in'])}"
    if rule.kind == "lineage":
        parts = ["every base model is followed to its root"] if data.get("followed") else []
        if "depth_at_most" in data:
            parts.append(f"there are at most {data['depth_at_most']} generations of bases")
        return _upper(" and ".join(parts))
    if rule.kind == "findings":
        parts = [f"none of {', '.join(data['deny'])}"] if "deny" in data else []
        parts += [f"nothing of severity {' or '.join(data['severity'])}"] if "severity" in data else []
        return f"The audit finds {' and '.join(parts)}"
    return _listed(rule, data, words)


def _listed(rule: PolicyRule, data: Any, words: PolicyWords) -> str:
    what = {
        "license": "Every license that governs the subject or a base",
        "category": "By the terms of the subject and of every base, the license",
        "publisher": "The publisher",
        "format": "Every weight file",
    }[rule.kind]
    names = data["deny" if rule.denies else "allow"]
    said = ", ".join(names)
    if rule.kind == "category":
        plain = words.category_names
        said = "; ".join(f"{name} ({plain[name].rstrip('.')})" for name in names)
    if rule.kind == "format":
        said = ", ".join(f"{name} ({_endings(name, words)})" if name in words.formats else name for name in names)
    return f"{what} is {'none' if rule.denies else 'one'} of: {said}"


def _endings(name: str, words: PolicyWords) -> str:
    return " ".join(words.formats[name].values)


def condition_words(tree: Any) -> str:
    """Return a condition of the rulebook's language as a sentence."""
    if "all" in tree or "any" in tree:
        word = "all" if "all" in tree else "any"
        inner = [condition_words(part) for part in tree[word]]
        joint = " and " if word == "all" else " or "
        return inner[0] if len(inner) == 1 else f"({joint.join(inner)})"
    if "not" in tree:
        return f"not {condition_words(tree['not'])}"
    if "known" in tree:
        return f"{tree['known']} is known"
    for word, some in (("any_of", "some entry"), ("every_of", "every entry")):
        if word in tree:
            return f"of {tree[word]} {some} has {condition_words(tree['where'])}"
    operator = next(name for name in tree if name != "fact")
    return f"{tree['fact']} {_OPERATORS[operator]} {_value(tree[operator])}"


def _value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_value, value)) or "empty"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def render_policy(data: dict[str, Any]) -> str:
    """Return what `explained` gives as text."""
    lines = [f"{data['name']}: {safe_line(data['title'])} ({safe_line(data['source'])})"]
    if data["description"]:
        lines.append(safe_line(data["description"]))
    if data["default_use"]:
        lines.append(f"without --use: {data['default_use']}")
    lines.append(_UNSEEN[data["on_unresolved"]])
    lines += [f"context {name}: {safe_line(_context(value))}" for name, value in data["contexts"].items()]
    for use in data["uses"]:
        lines += ["", f"use {use['name']}: {safe_line(use['title'])}" if use["name"] else "for every use"]
        for rule in use["rules"]:
            lines += _rule_lines(rule)
    lines += [f"  exception: {safe_line(text)}" for text in data["exceptions"]]
    lines += [f"  clarification: {safe_line(text)}" for text in data["clarifications"]]
    return "".join(f"{line}\n" for line in lines)


def _context(value: Any) -> str:
    """Return a context in one line, as it would be written in the policy."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_context(inner)}" for name, inner in value.items()) + "}"
    return "[" + ", ".join(map(_context, value)) + "]" if isinstance(value, list) else _value(value)


def _rule_lines(rule: dict[str, Any]) -> list[str]:
    holds = rule["severity"] == "error"
    word = "" if holds else " (warning only)"
    unknown = _UNKNOWN[rule["on_unknown"]] if holds else "a warning: it is told, and holds nothing, known or not"
    lines = [
        f"  {rule['id']}{word}: {safe_line(rule['title'])}",
        f"    wants: {safe_line(rule['wants'])}",
        f"    reads: {safe_line(', '.join(rule['reads']))}; of: {', '.join(rule['subjects'])}",
        f"    {unknown}",
    ]
    return [*lines, *([f"    help: {safe_line(rule['help'])}"] if rule["help"] else [])]
