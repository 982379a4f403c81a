"""What the files, the record and the weight headers say about the weights and access to them."""

from __future__ import annotations

from typing import Any

from auditor.facts.collector import Collector
from auditor.facts.reading import Reading
from auditor.facts.subject_view import SubjectView
from auditor.model.evidence import Evidence
from auditor.model.repositories import strings_of

__all__ = ["collect_access", "collect_weights"]

LIST_MISSING = "Missing: the complete list of files."
HELD = ("folder", "file", "cache")


def collect_weights(view: SubjectView, reading: Reading, out: Collector) -> None:
    """Record every fact of the weights dimension that can be observed or is declared."""
    weights = [n for n in view.names if reading.is_file("weights", n) and not reading.is_file("not_weights", n)]
    shown = [view.about_file(name) for name in weights[:3]]
    recorded = [
        view.about_record(field, view.record[field], "observed")
        for field in ("safetensors", "gguf")
        if isinstance(view.record.get(field), dict)
    ]
    out.say("subject_has_weights_repository", True)
    if weights or recorded:
        out.say("weights_published", True, shown or recorded)
    elif view.files_complete:
        out.say("weights_published", False, [view.about_list("no weight files in the complete list")])
    else:
        out.leave_open("weights_published", LIST_MISSING)
    if weights and view.snapshot.source in HELD:
        out.say("weights_at_hand", True, shown)
    elif weights:
        out.say("weights_at_hand", False)
    formats = sorted({name.rsplit(".", 1)[-1].lower() for name in weights})
    if weights or view.files_complete:
        out.say("weight_formats", formats, shown, complete=view.files_complete)
    _collect_form(view, reading, out, weights)
    _collect_whole(view, reading, out, weights)
    safe = [view.about_file(name) for name in weights if reading.is_file("safe", name)]
    known = view.files_complete and bool(weights)
    out.found_or("weights_safe_format", safe[:3] or recorded, known, LIST_MISSING)
    _collect_companions(view, reading, out)
    if view.snapshot.revision:
        out.say("weights_hash_recorded", True, [view.about_record("sha", view.snapshot.revision, "observed")])


def _collect_form(view: SubjectView, reading: Reading, out: Collector, weights: list[str]) -> None:
    adapters = [name for name in view.names if reading.is_file("adapter", name)]
    relation = view.metadata.get("base_model_relation")
    full = [name for name in weights if not reading.is_file("adapter", name)]
    if adapters and not full:
        out.say("weights_form", "adapter", [view.about_file(name) for name in adapters[:3]])
    elif relation == "adapter":
        out.say("weights_form", "adapter", [view.about_field("base_model_relation")])
    elif evidence := _quantized(view, reading, weights):
        out.say("weights_form", "quantized", evidence)
    elif weights:
        out.say("weights_form", "full", [view.about_file(name) for name in weights[:3]])
    elif view.files_complete:
        out.say("weights_form", "absent", [view.about_list("no weight files in the complete list")])
    else:
        out.leave_open("weights_form", LIST_MISSING)
    if out.value("weights_form") == "quantized":
        methods = _quantization(view)
        out.found_or("quantization_stated", methods, view.card_complete and view.files_complete, "Missing: the card.")


def _quantized(view: SubjectView, reading: Reading, weights: list[str]) -> list[Evidence]:
    found = [view.about_file(name) for name in weights if reading.is_file("quantized", name)][:3]
    if "quantization_config" in view.config:
        found.append(view.about_record("config.quantization_config", view.config["quantization_config"], "observed"))
    if view.metadata.get("base_model_relation") == "quantized":
        found.append(view.about_field("base_model_relation"))
    if any(tag.startswith("base_model:quantized:") for tag in view.tags):
        found.append(view.about_record("tags", "base_model:quantized"))
    return found


def _quantization(view: SubjectView) -> list[Evidence]:
    """Return where the method or precision of a quantized copy is stated."""
    found: list[Evidence] = []
    for document, header in view.headers:
        if header.get("quantization"):
            quote = str(header["quantization"])[:200]
            found.append(
                Evidence(
                    kind="observed", source=view.snapshot.key, path=document.path, quote=quote, sha256=document.sha256
                )
            )
    if isinstance(view.config.get("quantization_config"), dict):
        found.append(view.about_record("config.quantization_config", view.config["quantization_config"], "observed"))
    marks = ("q2", "q3", "q4", "q5", "q6", "q8", "int4", "int8", "fp8", "awq", "gptq", "bf16", "f16", "4bit", "8bit")
    found += [view.about_file(name) for name in view.names if any(mark in name.lower() for mark in marks)][:2]
    return found


def _collect_whole(view: SubjectView, reading: Reading, out: Collector, weights: list[str]) -> None:
    """Record whether every shard is there; numbering `00002-of-00003` says how many there are."""
    groups: dict[tuple[str, int], set[int]] = {}
    for name in weights:
        found = reading.shard.search(name)
        if found:
            groups.setdefault((name[: found.start()], int(found.group(2))), set()).add(int(found.group(1)))
    short = [(stem, total - len(seen)) for (stem, total), seen in groups.items() if len(seen) < total]
    if out.value("weights_form") in ("adapter", "delta"):
        out.say("weights_complete", False, [view.about_list("the files are a difference to a base model")])
    elif not weights:
        if view.files_complete:
            out.say("weights_complete", False)
        else:
            out.leave_open("weights_complete", LIST_MISSING)
    elif short and len(short) == len(groups) and len(weights) == sum(len(seen) for seen in groups.values()):
        stem, count = short[0]
        out.say("weights_complete", False, [view.about_list(f"{count} shards of {stem} are not in the list")])
    elif view.files_complete or not _several_parts(view):
        out.say("weights_complete", True, [view.about_file(name) for name in weights[:3]])
    else:
        out.leave_open("weights_complete", LIST_MISSING)


def _several_parts(view: SubjectView) -> bool:
    """Return whether the model is a pipeline of parts, of which an incomplete list may miss one."""
    return any(name == "model_index.json" or name.endswith(".index.json") for name in view.names)


def _collect_companions(view: SubjectView, reading: Reading, out: Collector) -> None:
    """Record what is published beside the weights: checkpoints, optimizer, tokenizer, architecture."""
    folders = [view.about_file(name) for name in view.names if reading.is_file("checkpoint_folder", name)]
    branches = [name for name in _ref_names(view.snapshot.refs) if _is_checkpoint(name)]
    if folders or branches:
        found = folders[:2] + [view.about_record("refs", ", ".join(branches[:5]), "observed")] * bool(branches)
        out.say("intermediate_checkpoints_published", True, found)
    else:
        out.leave_open(
            "intermediate_checkpoints_published", "Missing: the branches and tags, or a source that says so."
        )
    for fact, kind in (
        ("optimizer_state_published", "optimizer"),
        ("tokenizer_published", "tokenizer"),
        ("architecture_config_published", "architecture"),
    ):
        evidence = [view.about_file(name) for name in view.names if reading.is_file(kind, name)][:3]
        if kind == "architecture" and not evidence and view.config:
            evidence = [view.about_record("config", sorted(view.config)[:5], "observed")]
        out.found_or(fact, evidence, view.files_complete, LIST_MISSING)


def _ref_names(refs: dict[str, Any] | None) -> list[str]:
    found: list[str] = []
    for kind in ("branches", "tags"):
        entries = (refs or {}).get(kind)
        found += [e["name"] for e in entries if isinstance(e, dict) and isinstance(e.get("name"), str)] if isinstance(
            entries, list
        ) else []  # fmt: skip
    return found


def _is_checkpoint(name: str) -> bool:
    lowered = name.lower()
    return any(mark in lowered for mark in ("step", "checkpoint", "ckpt", "tokens", "stage")) and any(
        letter.isdigit() for letter in lowered
    )


def collect_access(view: SubjectView, out: Collector) -> None:
    """Record who can get at the repository and what is asked for, from the API record."""
    record = view.record
    shut = [field for field in ("private", "disabled") if record.get(field) is True]
    gated = record.get("gated")
    if shut:
        out.say("access_mode", "none", [view.about_record(field, True, "observed") for field in shut])
        out.say("repository_available", False, [view.about_record(field, True, "observed") for field in shut])
    else:
        mode = {"False": "open", "auto": "automatic", "manual": "manual", "True": "manual"}.get(str(gated))
        if "gated" in record and mode:
            out.say("access_mode", mode, [view.about_record("gated", gated, "observed")])
        else:
            out.leave_open("access_mode", "Missing: who can download the files, and what is asked for.")
        if record.get("private") is False:
            out.say("repository_available", True, [view.about_record("private", False, "observed")])
    if "gated" in record:
        free = gated is False
        # A gate of the Hub always hands the user's name and address of e-mail to the publisher.
        out.say("gate_collects_personal_data", not free, [view.about_record("gated", gated, "observed")])
    if view.metadata.get("extra_gated_eu_disallowed") is True:
        out.say("gate_territory_free", False, [view.about_field("extra_gated_eu_disallowed")])
    elif gated is False or view.metadata_complete:
        out.say("gate_territory_free", True)
    else:
        out.leave_open("gate_territory_free", "Missing: the card's metadata.")
    served = record.get("inferenceProviderMapping")
    if isinstance(served, dict) and served:
        live = [name for name, entry in served.items() if isinstance(entry, dict) and entry.get("status") == "live"]
        if live:
            out.say("service_known", True, [view.about_record("inferenceProviderMapping", live, "observed")])
    elif strings_of(served):
        out.leave_open("service_known", "Missing: which provider offers the model.")
