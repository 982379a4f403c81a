"""Every error the program raises on purpose, each with a stable code, an exit code and a hint.

Exit codes are promises (design section 8): 2 usage, 3 subject not reachable or not found, 4 rulebook,
policy or context invalid, 10 gate failed, 11 gate undecided. 1 is left to crashes.
"""

from __future__ import annotations

from typing import ClassVar

__all__ = [
    "AccessDenied",
    "AmbiguousLicense",
    "AmbiguousTarget",
    "AuditorError",
    "BadToken",
    "BrokenAnswer",
    "BrokenRecord",
    "BrokenReport",
    "BrokenSnapshot",
    "ConfirmationsInvalid",
    "ContextInvalid",
    "DisclosureNotFound",
    "HubUnreachable",
    "LockInvalid",
    "NotAModel",
    "OfflineMiss",
    "PolicyInvalid",
    "RateLimited",
    "RepositoryDisabled",
    "RepositoryGated",
    "RevisionNotFound",
    "RulebookInvalid",
    "SubjectNotFound",
    "SubjectUnreachable",
    "UnknownLicense",
    "UsageProblem",
]


class AuditorError(Exception):
    """Root of the tree: a message for people, a `code` for programs, an exit code and a hint."""

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1
    hint: ClassVar[str] = ""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.help = self.hint if hint is None else hint


class UsageProblem(AuditorError):
    """The command line asks for something that cannot be understood."""

    code = "usage"
    exit_code = 2


class AmbiguousTarget(UsageProblem):
    """A target names both a Hub repository and an existing path."""

    code = "ambiguous-target"


class SubjectUnreachable(AuditorError):
    """The subject could not be read; whether it exists is not known."""

    code = "unreachable"
    exit_code = 3


class SubjectNotFound(SubjectUnreachable):
    """No such repository, or it is private and we are not allowed to know."""

    code = "not-found"
    hint = "check the id; if the repository is private, set HF_TOKEN to a token that may read it"


class RevisionNotFound(SubjectUnreachable):
    """The repository exists, the revision does not."""

    code = "revision-not-found"
    hint = "give a branch, a tag or a full commit sha that exists"


class RepositoryGated(SubjectUnreachable):
    """The repository's files are behind a gate we have not passed."""

    code = "gated"
    hint = "accept the terms on the model's page with your own account and set HF_TOKEN"


class RepositoryDisabled(SubjectUnreachable):
    """The Hub has switched this repository off."""

    code = "disabled"


class AccessDenied(SubjectUnreachable):
    """The server refused us for a reason it did not name."""

    code = "access-denied"


class BadToken(SubjectUnreachable):
    """The token was refused; this says nothing about the repository."""

    code = "bad-token"
    hint = "renew HF_TOKEN, or unset it to audit what the public sees"


class HubUnreachable(SubjectUnreachable):
    """No connection, a time-out, or a server error after every retry."""

    code = "no-network"
    hint = "check the network, HTTPS_PROXY, SSL_CERT_FILE and HF_ENDPOINT; or use --offline with a cache or a snapshot"


class RateLimited(SubjectUnreachable):
    """The server keeps answering 429 beyond our patience."""

    code = "rate-limited"
    hint = "wait for the time the message names, or set HF_TOKEN for a larger allowance"


class OfflineMiss(SubjectUnreachable):
    """Offline was asked for and the local stores do not hold the subject."""

    code = "offline-miss"
    hint = "run once with a network, or audit a recorded snapshot"


class BrokenAnswer(SubjectUnreachable):
    """The server's answer is not what the Hub sends: truncated JSON, a proxy's page, another shape."""

    code = "broken-answer"
    hint = "a proxy or mirror may be answering in the Hub's place; check HF_ENDPOINT and HTTPS_PROXY"


class NotAModel(SubjectUnreachable):
    """The folder or file holds nothing an audit could start from."""

    code = "not-a-model"
    hint = "a model folder has a README.md, a config.json or weight files"


class BrokenSnapshot(SubjectUnreachable):
    """A recorded snapshot is damaged, or its bytes do not match their recorded sha256."""

    code = "broken-snapshot"
    hint = "record it again; a snapshot whose hashes do not match proves nothing"


class BrokenRecord(SubjectUnreachable):
    """A release record of another tool is no YAML, or has another shape."""

    code = "broken-record"
    hint = "a record is a YAML file with `release:` and below it `components:`, a list of parts with a `name` each"


class BrokenReport(SubjectUnreachable):
    """A file that should hold a report is damaged or has another shape."""

    code = "broken-report"
    hint = "write it again with: auditor audit TARGET --format json"


class DisclosureNotFound(SubjectUnreachable):
    """The catalog of disclosures has no such model or channel."""

    code = "no-disclosure"
    hint = "`auditor rules list disclosures` names the models in the catalog"


class RulebookInvalid(AuditorError):
    """The rulebook, a policy or a context breaks its schema or refers to something that is not there."""

    code = "rulebook-invalid"
    exit_code = 4

    def __init__(self, problems: list[str]) -> None:
        count = len(problems)
        noun = "problem" if count == 1 else "problems"
        super().__init__(f"{count} {noun}\n" + "\n".join(problems))
        self.problems = problems


class ContextInvalid(RulebookInvalid):
    """A context cannot be read: who uses the model for what is not known."""

    code = "context-invalid"


class ConfirmationsInvalid(RulebookInvalid):
    """A file of a person's answers cannot be read as a whole, so none of them counts."""

    code = "confirmations-invalid"


class LockInvalid(RulebookInvalid):
    """A lock file cannot be read: what was settled on is not known."""

    code = "lock-invalid"


class PolicyInvalid(RulebookInvalid):
    """A policy cannot be read, or names something that is not there: nothing may be judged by it."""

    code = "policy-invalid"
    hint = "`auditor policy check FILE` shows all problems; `auditor policy init -o FILE` writes a sound start"


class UnknownLicense(AuditorError):
    """No profile has this id or alias."""

    code = "unknown-license"
    exit_code = 2
    hint = "`auditor license list` names the licenses we know"


class AmbiguousLicense(AuditorError):
    """The name could mean several license texts."""

    code = "ambiguous-license"
    exit_code = 2

    def __init__(self, name: str, candidates: list[str]) -> None:
        super().__init__(f"{name!r} could mean any of: {', '.join(candidates)}")
        self.candidates = candidates
