"""One exit code for several subjects (design section 8)."""

from __future__ import annotations

from auditor.errors import AuditorError

__all__ = ["ExitCodes"]

# The first that applies: a proved failure is not hidden by an outage, and an outage never passes.
PRECEDENCE = (1, 2, 4, 10, 3, 11)


class ExitCodes:
    """Collects what happened; `code` is what the program leaves with."""

    def __init__(self) -> None:
        self._seen: set[int] = set()

    def add(self, error: AuditorError) -> None:
        """Note one failure."""
        self._seen.add(error.exit_code)

    def add_code(self, code: int) -> None:
        """Note an outcome that is no error of ours: a gate that failed or could not decide."""
        self._seen.add(code)

    def code(self) -> int:
        """Return the exit code of the whole run; 0 when nothing was noted."""
        return next((code for code in PRECEDENCE if code in self._seen), 0)
