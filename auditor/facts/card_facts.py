"""What the card says about data, evaluation, limits and use: found in headings, sentences and metadata."""

from __future__ import annotations

from typing import Any

from auditor.facts.collector import Collector
from auditor.facts.reading import Reading
from auditor.facts.sections import Section
from auditor.facts.subject_view import SubjectView
from auditor.model.evidence import Evidence
from auditor.model.repositories import strings_of

__all__ = ["collect_data", "collect_documentation"]

MIN_WORDS = 8
CARD_MISSING = "Missing: the card, read as a whole."


def _sections(view: SubjectView, reading: Reading, kind: str) -> list[Evidence]:
    """Return evidence for every section of this kind that says something."""
    return [
        _about_section(view, section)
        for section in view.card.sections
        if section.title and reading.heading_is(kind, section.title) and _says_something(section, reading)
    ]


def _says_something(section: Section, reading: Reading) -> bool:
    prose = section.prose()
    short = section.word_count() < MIN_WORDS
    if reading.placeholders.first(prose) and section.word_count() < 3 * MIN_WORDS:
        return False
    return not short


def _about_section(view: SubjectView, section: Section) -> Evidence:
    first = next((line for line in section.lines if line.text.strip() and not line.code), section.lines[0])
    return view.about_lines(first, section.lines[-1], quote=f"{section.title}: {first.text.strip()}")


def _sentences(view: SubjectView, reading: Reading, kind: str, limit: int = 3) -> list[Evidence]:
    found: list[Evidence] = []
    for line in view.card.prose_lines():
        if reading.statements[kind].first(line.text[:2_000]):
            found.append(view.about_lines(line))
            if len(found) == limit:
                break
    return found


def collect_data(view: SubjectView, reading: Reading, out: Collector) -> None:
    """Record what is said of the training data; completeness and release are for disclosures alone."""
    listed = [view.about_field("datasets")] if _any_text(view.metadata.get("datasets")) else []
    tagged = [tag for tag in view.tags if tag.startswith("dataset:")]
    if tagged and not listed:
        listed = [view.about_record("tags", ", ".join(tagged[:5]))]
    out.found_or("datasets_listed", listed, view.metadata_complete, "Missing: the metadata.")
    described = [*listed, *_sections(view, reading, "training_data"), *_sentences(view, reading, "trained_on")]
    refused = _sentences(view, reading, "data_not_disclosed")
    if described:
        out.say("training_data_described", True, described)
    elif refused:
        out.leave_open("training_data_described", "The card says that the data is not disclosed.", refused)
    elif view.card_complete:
        day = view.snapshot.retrieved_at[:10]
        out.leave_open("training_data_described", f"Not disclosed as of {day} in a card that was read as a whole.")
    else:
        out.leave_open("training_data_described", CARD_MISSING)
    out.found_or("data_cutoff_stated", _sentences(view, reading, "data_cutoff"), view.card_complete, CARD_MISSING)
    collected = _sections(view, reading, "data_collection")
    out.found_or("data_collection_described", collected, view.card_complete, CARD_MISSING)
    structured = _results(view)
    measured = structured or _sections(view, reading, "evaluation")
    out.found_or("evaluation_data_named", measured, view.card_complete, CARD_MISSING)


def collect_documentation(view: SubjectView, reading: Reading, out: Collector) -> None:
    """Record what the card explains."""
    card = [view.about_file(view.document.path)] if view.document else []
    out.found_or("card_present", card, view.snapshot.card_complete, "Missing: whether there is a card.")
    _collect_front_matter(view, out)
    for fact, kind in (
        ("card_intended_use", "intended_use"),
        ("card_limitations", "limitations"),
        ("card_training_procedure", "training_procedure"),
        ("card_evaluation", "evaluation"),
    ):
        found = _sections(view, reading, kind)
        if fact == "card_evaluation":
            found += _results(view)
        out.found_or(fact, found, view.card_complete, CARD_MISSING)
    read_whole = view.metadata_complete and view.card_complete
    out.found_or("evaluation_results_structured", _results(view), read_whole, "Missing: the metadata.")
    papers = [view.about_record("tags", tag) for tag in view.tags if tag.startswith(("arxiv:", "doi:"))][:2]
    papers += _sentences(view, reading, "paper")
    out.found_or("paper_referenced", papers, view.card_complete, CARD_MISSING)
    hardware = [view.about_field("co2_eq_emissions")] if view.metadata.get("co2_eq_emissions") is not None else []
    hardware += _sections(view, reading, "compute") or _sentences(view, reading, "compute", 1)
    out.found_or("compute_reported", hardware, view.card_complete, CARD_MISSING)
    cited = [
        view.about_lines(line)
        for line in view.card.all_lines()
        if reading.statements["citation"].first(line.text[:2_000])
    ][:1]
    out.found_or("citation_given", cited, view.card_complete, CARD_MISSING)
    _collect_kind(view, reading, out)


def _collect_front_matter(view: SubjectView, out: Collector) -> None:
    if view.document is None:
        if view.snapshot.card_complete:
            out.say("front_matter_valid", False)
        return
    place = [view.about_file(view.document.path)]
    out.say("front_matter_valid", view.front.present and view.front.fault is None, place)


def _collect_kind(view: SubjectView, reading: Reading, out: Collector) -> None:
    """Record whether the model reads or writes text, and in which languages."""
    task = view.metadata.get("pipeline_tag") or view.record.get("pipeline_tag")
    if isinstance(task, str) and task in reading.text_tasks:
        out.say("subject_is_text_model", True, [view.about_record("pipeline_tag", task)])
    elif isinstance(task, str) and task in reading.other_tasks:
        out.say("subject_is_text_model", False, [view.about_record("pipeline_tag", task)])
    else:
        out.leave_open("subject_is_text_model", "Missing: the task of the model.")
    if isinstance(task, str) and task in reading.more_than_text_tasks | reading.other_tasks:
        out.say("subject_is_more_than_text", True, [view.about_record("pipeline_tag", task)])
    else:
        # A task of text alone does not say that nothing else can be put in.
        out.leave_open("subject_is_more_than_text", "Missing: what the model takes in and gives out.")
    languages = [view.about_field("language")] if _any_text(view.metadata.get("language")) else []
    out.found_or("languages_stated", languages, view.metadata_complete, "Missing: the metadata.")


def _results(view: SubjectView) -> list[Evidence]:
    """Return where machine-readable evaluation results stand."""
    found: list[Evidence] = []
    for key in ("model-index", "model_index"):
        if _has_results(view.metadata.get(key)):
            found.append(view.about_field(key))
        elif _has_results(view.record.get(key)):
            found.append(view.about_record(key, view.record.get(key)))
    if view.record.get("evalResults"):
        found.append(view.about_record("evalResults", view.record["evalResults"]))
    return found


def _has_results(index: Any) -> bool:
    entries = index if isinstance(index, list) else [index]
    return any(isinstance(entry, dict) and bool(entry.get("results")) for entry in entries)


def _any_text(value: Any) -> bool:
    return (isinstance(value, str) and bool(value.strip())) or any(text.strip() for text in strings_of(value))
