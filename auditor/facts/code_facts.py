"""What metadata, files and card say about the code that runs and made the model."""

from __future__ import annotations

from collections.abc import Mapping

from auditor.facts.collector import Collector
from auditor.facts.reading import Reading
from auditor.facts.subject_view import SubjectView
from auditor.model.evidence import Evidence

__all__ = ["collect_code"]


def collect_code(view: SubjectView, reading: Reading, lists: Mapping[str, tuple[str, ...]], out: Collector) -> None:
    """Record every fact of the code dimension; whether training code is full is for disclosures alone."""
    library, evidence = _declared_library(view)
    shown_by = _library_by_file(view, reading)
    open_libraries = lists["open_runtime_libraries"]
    custom = _custom_code(view, reading)
    out.found_or("library_named", evidence, view.metadata_complete, "Missing: the metadata.")
    if custom:
        out.say("custom_code_free", False, custom)
    elif view.files_complete and (view.config or view.record):
        out.say("custom_code_free", True, [view.about_list("no code that has to be executed in the complete list")])
    else:
        out.leave_open("custom_code_free", "Missing: the complete list of files and the configuration.")
    examples = _examples(view, reading)
    out.found_or("usage_example_present", examples, view.card_complete, "Missing: the card.")
    runnable = [*evidence, *shown_by]
    if library and library.lower() in open_libraries:
        out.say("runnable_with_published_code", True, runnable)
        if custom:
            out.leave_open("inference_code_open", "Missing: the license of the code in the repository.", custom)
        elif out.value("custom_code_free"):
            out.say("inference_code_open", True, evidence)
        else:
            out.leave_open("inference_code_open", "Missing: whether code from the repository is needed.", evidence)
    elif shown_by or custom:
        out.say("runnable_with_published_code", True, [*shown_by, *custom])
        out.leave_open("inference_code_open", "Missing: which library carries the model, and its license.", shown_by)
    else:
        out.leave_open("runnable_with_published_code", "Missing: the library or code that runs the model.", runnable)
    training = [
        view.about_lines(line)
        for line in view.card.prose_lines()
        if "http" in line.text and reading.statements["training_code"].first(line.text[:2_000])
    ]
    if training:
        out.say("training_code_published", True, training)
    else:
        out.leave_open("training_code_published", "Missing: a link to training code, or a source that says so.")
    links = [
        view.about_lines(line, quote=found.group())
        for line in view.card.all_lines()
        if (found := reading.statements["code_repository"].first(line.text))
    ]
    out.found_or("code_repository_linked", links[:3], view.card_complete, "Missing: the card.")


def _declared_library(view: SubjectView) -> tuple[str | None, list[Evidence]]:
    name = view.metadata.get("library_name")
    if isinstance(name, str) and name.strip():
        return name.strip(), [view.about_field("library_name")]
    name = view.record.get("library_name")
    if isinstance(name, str) and name.strip():
        return name.strip(), [view.about_record("library_name", name)]
    if isinstance(view.record.get("transformersInfo"), dict) and "transformers" in view.tags:
        return "transformers", [view.about_record("transformersInfo", view.record["transformersInfo"], "observed")]
    return None, []


def _library_by_file(view: SubjectView, reading: Reading) -> list[Evidence]:
    names = set(view.names)
    found = [view.about_file(file) for file, _ in reading.library_by_file if file in names]
    if view.config.get("architectures") or view.config.get("model_type"):
        quote = view.config.get("architectures") or view.config.get("model_type")
        found.append(view.about_record("config.architectures", quote, "observed"))
    found += [view.about_file(name) for name in view.names if name.lower().endswith((".gguf", ".onnx"))][:1]
    return found


def _custom_code(view: SubjectView, reading: Reading) -> list[Evidence]:
    found: list[Evidence] = []
    if view.config.get("auto_map"):
        found.append(view.about_record("config.auto_map", view.config["auto_map"], "observed"))
    if "custom_code" in view.tags:
        found.append(view.about_record("tags", "custom_code", "observed"))
    found += [view.about_file(name) for name in view.names if reading.is_file("code", name)][:3]
    return found


def _examples(view: SubjectView, reading: Reading) -> list[Evidence]:
    """Return the first line of code in the card that loads or calls something."""
    for line in view.card.all_lines():
        if line.code and reading.statements["usage"].first(line.text[:2_000]):
            return [view.about_lines(line)]
    return []
