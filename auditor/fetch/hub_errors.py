"""What the Hub's client raises, told apart and put into our own words (one class for each row of its error table)."""

from __future__ import annotations

from auditor.errors import (
    AccessDenied,
    AuditorError,
    BadToken,
    BrokenAnswer,
    HubUnreachable,
    OfflineMiss,
    RateLimited,
    RepositoryDisabled,
    RepositoryGated,
    RevisionNotFound,
    SubjectNotFound,
    SubjectUnreachable,
)

__all__ = ["AnswerTooLarge", "ExpandRefused", "FileMissing", "plain", "translate", "wait_asked"]

_BAD_TOKEN = "Invalid credentials in Authorization header"
_MESSAGE_LENGTH = 200


class FileMissing(SubjectUnreachable):
    """The repository lists the file and does not serve it."""

    code = "file-missing"


class AnswerTooLarge(BrokenAnswer):
    """The answer has more bytes than anything of its kind needs."""

    code = "answer-too-large"

    def __init__(self, limit: int) -> None:
        super().__init__(f"the answer has more than {limit} bytes")
        self.limit = limit


class ExpandRefused(BrokenAnswer):
    """The server does not know a field we asked for (400); a plain question may do."""


def translate(error: Exception, subject: str) -> AuditorError:
    """Return our error for anything a call of the Hub's client can raise; `subject` names what was asked for.

    The order matters: a gated repository is also a "not found" for the client, and all its HTTP errors are `OSError`s.
    """
    from huggingface_hub import errors
    from huggingface_hub.utils import httpx

    if isinstance(error, AuditorError):
        return error
    if isinstance(error, errors.GatedRepoError):
        return RepositoryGated(f"{subject} is gated{_said(error)}")
    if isinstance(error, errors.DisabledRepoError):
        return RepositoryDisabled(f"{subject} is disabled by the Hub")
    if isinstance(error, errors.RevisionNotFoundError):
        return RevisionNotFound(f"{subject} has no such revision")
    if isinstance(error, errors.EntryNotFoundError):
        return FileMissing(f"{subject} is listed and not served")
    if isinstance(error, errors.RepositoryNotFoundError):
        return SubjectNotFound(f"{subject} does not exist on the Hub, or is private")
    if isinstance(error, errors.HfHubHTTPError):
        return _by_status(error, subject)
    if isinstance(error, errors.OfflineModeIsEnabled):
        return OfflineMiss(f"{subject}: HF_HUB_OFFLINE forbids the network")
    if isinstance(error, httpx.TooManyRedirects):
        return BrokenAnswer(f"{subject}: the server redirects in a circle")
    if isinstance(error, httpx.DecodingError | httpx.InvalidURL | httpx.UnsupportedProtocol):
        return BrokenAnswer(f"{subject}: the server's answer cannot be followed or decoded ({plain(str(error))})")
    if isinstance(error, httpx.TimeoutException):
        return HubUnreachable(f"{subject}: the server did not answer in time")
    if isinstance(error, httpx.TransportError):
        return HubUnreachable(f"{subject}: {type(error).__name__}: {plain(str(error)) or 'connection lost'}")
    if isinstance(error, ValueError | KeyError | TypeError | AttributeError | RecursionError | httpx.HTTPError):
        # Bad JSON is a ValueError; the client's own dataclasses raise the others when the shape is another.
        return BrokenAnswer(f"{subject}: the answer is not what the Hub sends ({type(error).__name__})")
    if isinstance(error, OSError):
        return HubUnreachable(f"{subject}: {plain(str(error)) or type(error).__name__}")
    raise error


def wait_asked(error: Exception, wall: float) -> float | None:
    """Return the seconds the server asks us to wait before the next try, or `None` when it does not say.

    `Retry-After` counts on every answer; the `RateLimit` header only on a 429 and only when nothing is left of the
    allowance, since it comes with every answer and a 429 with something left is another limiter's.
    """
    from huggingface_hub.errors import HfHubHTTPError
    from huggingface_hub.utils import parse_ratelimit_headers

    from auditor.fetch.pacing import retry_after_seconds

    if not isinstance(error, HfHubHTTPError):
        return None
    headers = error.response.headers
    asked = retry_after_seconds(headers, wall)
    if asked is not None or error.response.status_code != 429:
        return asked
    try:
        info = parse_ratelimit_headers(headers)
    except ValueError:
        return None
    return float(min(info.reset_in_seconds, 86_400)) if info is not None and info.remaining == 0 else None


def plain(text: str) -> str:
    """Return a server's words cut to 200 characters, on one line and without control characters."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text[: 4 * _MESSAGE_LENGTH])
    short = " ".join(printable.split())
    return short if len(short) <= _MESSAGE_LENGTH else short[:_MESSAGE_LENGTH] + "..."


def _by_status(error: Exception, subject: str) -> AuditorError:
    from huggingface_hub.errors import HfHubHTTPError

    assert isinstance(error, HfHubHTTPError)
    response = error.response
    status = response.status_code
    page = "html" in response.headers.get("Content-Type", "").lower()
    if status == 401:
        if _BAD_TOKEN.lower() in (error.server_message or "").lower():
            return BadToken("the Hub refuses the token")
        # The client calls this "not found" only for https addresses; a mirror on http means the same.
        return SubjectNotFound(f"{subject} does not exist on the Hub, or is private")
    if status == 404 and not page:
        return SubjectNotFound(f"{subject} does not exist on the Hub, or is private")
    if status == 451:
        return AccessDenied(f"{subject} is withheld for legal reasons (451){_said(error)}")
    if status == 403:
        return AccessDenied(f"access to {subject} is refused (403){_said(error)}")
    if status == 429:
        return RateLimited(f"{subject}: the server allows no more requests for now (429){_wait(error)}")
    if status == 400:
        return ExpandRefused(f"{subject}: the server refuses the question (400){_said(error)}")
    if status in (407, 408) or status >= 500:
        return HubUnreachable(f"{subject}: the server answers {status}{_said(error)}")
    return BrokenAnswer(f"{subject}: the server answers {status}{_said(error)}")


def _said(error: Exception) -> str:
    message = plain(getattr(error, "server_message", None) or "")
    return f": {message}" if message else ""


def _wait(error: Exception) -> str:
    import time

    asked = wait_asked(error, time.time())
    return f"; wait {asked:.0f} seconds" if asked else ""
