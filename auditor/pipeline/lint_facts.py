"""What is asked of a model card beside the facts of an audit: the facts that `rules/lint.yaml` declares."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from auditor.facts.collector import Collector
from auditor.facts.license_claims import KEYS, LINK_KEYS, NAME_KEYS
from auditor.facts.reading import Reading
from auditor.facts.subject_view import SubjectView
from auditor.model.evidence import Fact
from auditor.model.license import LicenseProfile, Resolution
from auditor.model.repositories import RELATIONS, is_hub_id, strings_of
from auditor.pipeline.assessment import Assessment
from auditor.rulebook.license_files import fold_name
from auditor.rulebook.load import Rulebook

__all__ = ["LintFacts", "hub_id_of"]

MAX_LISTED = 50
NOT_SAID = "Not said by what was read."
OF_WEIGHTS = frozenset({"weights", "any"})
# Nothing but a text and names for it: no other status leaves the text the last word.
DECIDED = frozenset({"text-only", "confirmed", "resolved-name"})
_DATA_LINK = re.compile(r"(?:huggingface\.co|hf\.co)/datasets/([\w.-]{1,96}/[\w.-]{1,96})")


def hub_id_of(license_id: str, rulebook: Rulebook) -> str | None:
    """Return the id of the Hub's list that means this license and no other."""
    ids = rulebook.lint.hub_license_ids
    return next((name for name in ids if rulebook.names.get(fold_name(name)) == license_id), None)


class LintFacts:
    """Collects the facts of one card; what the card does not let us know stays unknown."""

    def __init__(self, view: SubjectView, assessment: Assessment, rulebook: Rulebook, reading: Reading) -> None:
        self._view, self._assessment, self._rulebook, self._reading = view, assessment, rulebook, reading
        self._out = Collector()
        self._card()
        self._license_keys()
        self._license_text(assessment.licensing.weights)
        self._bases()
        self._data()

    @property
    def facts(self) -> dict[str, Fact]:
        """Return the facts by name."""
        return self._out.facts

    def _say(self, name: str, value: Any) -> None:
        """Record a value; `None` leaves it open."""
        if value is None:
            self._out.leave_open(name, NOT_SAID)
        else:
            self._out.say(name, value)

    def _says(self, keys: Iterable[str]) -> bool | None:
        """Return whether any of the metadata keys has a value; a key that may be unread leaves it open."""
        if any(_words(self._view.metadata.get(key)) for key in keys):
            return True
        return False if self._view.metadata_complete else None

    def _card(self) -> None:
        view, snapshot = self._view, self._view.snapshot
        card = next((document for document in snapshot.documents if document.role == "card"), None)
        absent = card is None and snapshot.card_complete
        why = "it is not among the files that were read; if they are all there are, say --complete"
        if card is not None:
            why = card.detail or ("longer than what is read" if card.status == "read" else card.status)
        self._say("card_read", card is not None and card.status == "read" and view.card_complete)
        self._say("card_absent", absent)
        self._say("card_file", card.path if card else "README.md")
        self._say("card_why", why[:300])
        self._say("front_matter_broken", view.front.fault is not None)
        self._say("front_matter_fault", view.front.fault)
        self._say("model_name", snapshot.id.rsplit("/", 1)[-1])

    def _license_keys(self) -> None:
        view, right = self._view, KEYS[0]
        present = self._says((right,))
        other = next((key for key in KEYS[1:] if _words(view.metadata.get(key))), None)
        written = _words(view.metadata.get(right if present or other is None else other))
        self._say("license_key", present)
        self._say("license_misspelled", None if present is None else present is False and other is not None)
        self._say("license_written", ", ".join(written[:MAX_LISTED]) or None)
        if present:
            ids = self._rulebook.lint.hub_license_ids
            ambiguous = [self._rulebook.ambiguous.get(fold_name(name)) for name in written]
            self._say("license_placeholder", all(name is not None and name.placeholder for name in ambiguous))
            self._say("license_on_hub_list", all(name in ids for name in written))
        self._say("license_name_key", self._says(NAME_KEYS))
        self._say("license_link_key", self._says(LINK_KEYS))

    def _license_text(self, resolution: Resolution) -> None:
        texts = [reference for reference in resolution.detected if reference.channel == "text"]
        paths = {reference.raw for reference in texts}
        alone = len(paths) == 1 and not any("/" in path for path in paths)
        self._say("license_file", next(iter(paths)) if alone else None)
        roles = ("license", "use-policy", "notice")
        hidden = any(d.role in roles and d.status != "read" for d in self._view.snapshot.documents)
        pointer = "pointer-only" in (resolution.status, *resolution.also)
        self._say("license_file_decides", alone and not hidden and not pointer)
        exact = [r.match.id for r in resolution.detected if r.match is not None and r.match.status == "exact"]
        decided = alone and not hidden and len(resolution.detected) == 1 and len(exact) == 1
        profile = self._rulebook.licenses[exact[0]] if decided else None
        hub = hub_id_of(profile.id, self._rulebook) if profile else None
        self._say("text_license", profile.id if profile else None)
        self._say("text_license_hub", hub)
        self._say("text_has_hub_id", hub is not None)
        self._say("text_decides", profile is not None and _is_last_word(profile, resolution))
        meant = self._meant(resolution)
        self._say("meant_license", meant)
        self._say("meant_license_hub", hub_id_of(meant, self._rulebook) if meant else None)

    def _meant(self, resolution: Resolution) -> str | None:
        """Return the only license anything speaks of; a text with changed words speaks of its own terms."""
        statuses = {resolution.status, *resolution.also}
        single = len(resolution.governing) == 1 and not statuses & {"modified", "conflict"}
        return resolution.governing[0] if single and not resolution.unsettled else None

    def _bases(self) -> None:
        view = self._view
        written = _words(view.metadata.get("base_model"))[:MAX_LISTED]
        known = {name.lower() for name in written}
        claims = [base.claim for base in self._assessment.bases if base.claim.resolvable]
        missing = [claim for claim in claims if claim.id.lower() not in known]
        self._say("base_key", self._says(("base_model",)))
        self._say("base_written", written or None)
        self._say("shown_bases", [claim.id for claim in missing if claim.confidence == "high"][:MAX_LISTED])
        self._say("prose_bases", [claim.id for claim in missing if claim.confidence == "low"][:MAX_LISTED])
        base = self._adapter_base()
        others = {c.id.lower() for c in claims if c.confidence == "high"} | known
        self._say("adapter_base", base)
        self._say("adapter_base_alone", base is not None and others <= {base.lower()})
        self._say("adapter_base_written", base.lower() in known if base and known else None)
        relation = _words(view.metadata.get("base_model_relation"))
        self._say("relation_key", self._says(("base_model_relation",)))
        self._say("relation_written", ", ".join(relation[:MAX_LISTED]) or None)
        self._say("relation_known", all(word in RELATIONS for word in relation) if relation else None)
        weights = [name for name in view.names if self._reading.is_file("weights", name)]
        self._say("gguf_only", bool(weights) and all(name.lower().endswith(".gguf") for name in weights))

    def _adapter_base(self) -> str | None:
        """Return the repository in the adapter's config; a name that could as well be a folder is none."""
        name = self._view.adapter_config.get("base_model_name_or_path")
        if not isinstance(name, str) or name.count("/") != 1 or not is_hub_id(name):
            return None
        local = name.split("/")[0].lower() in self._rulebook.lint.local_folders
        here = any(path.startswith(f"{name}/") for path in self._view.names)
        return None if local or here else name

    def _data(self) -> None:
        view, reading = self._view, self._reading
        listed = {name.lower().removeprefix("datasets/") for name in _words(view.metadata.get("datasets"))}
        found: dict[str, str] = {}
        for section in view.card.sections:
            of_data = bool(section.title) and reading.heading_is("training_data", section.title)
            for line in section.lines:
                text = line.text[:2_000]
                if not line.code and (of_data or reading.statements["trained_on"].first(text)):
                    for name in _DATA_LINK.findall(text):
                        found.setdefault(name.rstrip(".").lower(), name.rstrip("."))
        unlisted = sorted(name for key, name in found.items() if key not in listed and is_hub_id(name))
        self._say("datasets_key", self._says(("datasets",)))
        self._say("unlisted_datasets", unlisted[:MAX_LISTED])


def _is_last_word(profile: LicenseProfile, resolution: Resolution) -> bool:
    """Return whether the text settles which license is meant: nothing says otherwise, and it goes with one id only."""
    alone = resolution.governing == (profile.id,) and not (resolution.unsettled or resolution.contradictions)
    settled = resolution.status in DECIDED and set(resolution.also) <= DECIDED
    return alone and settled and profile.scope in OF_WEIGHTS and not profile.spdx_variants


def _words(value: Any) -> list[str]:
    """Return the words of a metadata value, whatever its type."""
    values = strings_of(value) if isinstance(value, list) else [value]
    return [" ".join(str(item).split())[:200] for item in values if not isinstance(item, dict | bool) and _said(item)]


def _said(item: Any) -> bool:
    return item is not None and bool(str(item).strip())
