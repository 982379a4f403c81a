"""What the resolver knows about licenses, answered from the rulebook."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from auditor.licenses.claim_meaning import NamedLicense
from auditor.licenses.expressions import parse_expression
from auditor.licenses.identify import LicenseIndex, identify, known_policy_of
from auditor.licenses.spdx_list import spdx_entry
from auditor.model.license import LicenseMatch, LicenseProfile
from auditor.rulebook.license_files import fold_name
from auditor.rulebook.load import Rulebook

__all__ = ["RulebookKnowledge"]


class RulebookKnowledge:
    """Names through profiles' aliases and ambiguous names; texts through the identification engine."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._rulebook = rulebook
        index = LicenseIndex(rulebook.licenses, rulebook.fingerprints)
        # Every copy of a license in a batch is the same text.
        self._identify = functools.lru_cache(maxsize=256)(
            lambda text, license_file: tuple(identify(text, index, license_file=license_file))
        )
        self._policy_of = functools.lru_cache(maxsize=256)(lambda text: known_policy_of(text, index))

    def named(self, raw: str) -> NamedLicense:
        """Return what a declared string means: a name, an address of a known license, or an SPDX expression."""
        single = self._single(raw)
        if single is not None:
            return single
        expression = parse_expression(raw)
        if expression is None or expression.count < 2:
            return NamedLicense()
        parts = [self._single(symbol) for symbol in expression.symbols]
        ids = tuple(license_id for part in parts if part for license_id in part.ids)
        if len(ids) < len(parts):
            return NamedLicense()
        spdx = {license_id: name for part in parts if part for license_id, name in part.spdx.items()}
        return NamedLicense(ids=tuple(dict.fromkeys(ids)), choice=expression.only_or, spdx=spdx)

    def _single(self, raw: str) -> NamedLicense | None:
        folded = fold_name(raw)
        known = self._rulebook.names.get(folded) or self._by_address(raw)
        if known:
            variants = self._rulebook.licenses[known].spdx_variants
            declared = [variant for variant in variants if fold_name(variant) == folded]
            return NamedLicense(ids=(known,), spdx={known: declared[0]} if declared else {})
        ambiguous = self._rulebook.ambiguous.get(folded)
        if ambiguous is None:
            # A full name of the SPDX list leads to its id, and the id to a profile, if anybody has read that text.
            listed = spdx_entry(raw)
            known = self._rulebook.names.get(fold_name(listed.id)) if listed else None
            return NamedLicense(ids=(known,)) if known else None
        return NamedLicense(
            candidates=ambiguous.candidates,
            # A family of which we know no member may be any text: it leaves things open, whatever stands beside it.
            counts_as_no_tag=ambiguous.placeholder or (ambiguous.family and bool(ambiguous.candidates)),
        )

    def _by_address(self, raw: str) -> str | None:
        if not raw.startswith(("http://", "https://")):
            return None
        bare = raw.split("://", 1)[1].rstrip("/").lower()
        addresses = (p for p in self._rulebook.licenses.values() if p.url)
        return next((p.id for p in addresses if (p.url or "").split("://", 1)[1].rstrip("/").lower() == bare), None)

    def identified(self, text: str, *, license_file: bool = False) -> Sequence[LicenseMatch]:
        """Return the licenses found in a text, best first; a `license_file` is read as a whole."""
        return self._identify(text, license_file)

    def policy_of(self, text: str) -> tuple[str, ...]:
        """Return the licenses to which a text belongs as their use policy, word for word; mostly none."""
        return self._policy_of(text)

    def profile(self, license_id: str) -> LicenseProfile:
        """Return the profile of an id."""
        return self._rulebook.licenses[license_id]
