"""The server: routes, the Hub's headers, and the log of what was asked."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote, unquote, urlsplit

from tests.replay_hub.faults import Fault
from tests.replay_hub.repositories import EXPANDABLE, Repository, blob_id

NO_SUCH_REPOSITORY = "Invalid username or password."
BAD_TOKEN = "Invalid credentials in Authorization header"
DISABLED = "Access to this resource is disabled."


@dataclass
class Seen:
    """One request as it arrived; `kind` is api, resolve, redirect, agent-harness or other."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    kind: str

    @property
    def token(self) -> str | None:
        return self.headers.get("authorization")


@dataclass
class Allowance:
    """One bucket of the rate limit; the fixed window ends only when the test says so."""

    name: str
    quota: int
    window: int = 300
    left: int = -1
    reset: int = 300
    enforced: bool = False

    def __post_init__(self) -> None:
        self.left = self.quota if self.left < 0 else self.left


class ReplayHub:
    """A Hub over loopback; use as a context manager."""

    def __init__(self, *repositories: Repository, page: int = 1000) -> None:
        self.repositories: dict[tuple[str, str], Repository] = {}
        self.faults: list[tuple[str | None, Fault]] = []
        self.tokens: set[str] = set()
        self.seen: list[Seen] = []
        self.page = page
        self.allowances = {"api": Allowance("api", 500), "resolve": Allowance("resolvers", 3000)}
        self.stopping = threading.Event()
        self._expected: Counter[str] = Counter()
        self._lock = threading.Lock()
        for repository in repositories:
            self.add(repository)
        handler = type("BoundHandler", (Handler,), {"hub": self})
        self._server = _Server(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> ReplayHub:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def add(self, repository: Repository) -> Repository:
        self.repositories[repository.kind, repository.id] = repository
        return repository

    def fail(self, fault: Fault, repository: str | None = None) -> None:
        """Switch a fault on, for one repository id or (`None`) for all."""
        self.faults.append((repository, fault))

    def heal(self) -> None:
        self.faults.clear()

    def forget(self) -> None:
        """Empty the log, so that the next counts start at nothing."""
        self.seen.clear()
        self._expected.clear()

    def count(self, kind: str) -> int:
        return sum(1 for seen in self.seen if seen.kind == kind)

    @property
    def started(self) -> int:
        """Requests the client started itself: neither redirect hops nor its agent-harness call."""
        return self.count("api") + self.count("resolve")

    def find(self, kind: str, name: str) -> tuple[Repository | None, bool]:
        """Return the repository and whether `name` is an old name of it."""
        if found := self.repositories.get((kind, name)):
            return found, False
        for repository in self.repositories.values():
            if repository.kind == kind and name in repository.renamed_from:
                return repository, True
        return None, False

    def note(self, seen: Seen) -> None:
        with self._lock:
            if self._expected[seen.path] > 0:
                self._expected[seen.path] -= 1
                seen.kind = "redirect"
            self.seen.append(seen)

    def expect(self, path: str) -> None:
        with self._lock:
            self._expected[urlsplit(path).path] += 1

    def due(self, repository: str, on: set[str], path: str | None, expanded: bool) -> list[Fault]:
        """Take the faults that hit this request, counting down those that end."""
        with self._lock:
            hits = []
            for name, fault in self.faults:
                if name not in {None, repository} or fault.on not in on or fault.path not in {None, path}:
                    continue
                if (not fault.without_expand and not expanded) or fault.times == 0:
                    continue
                if fault.times is not None:
                    fault.times -= 1
                hits.append(fault)
                if fault.kind != "latency":
                    break
            return hits

    def spend(self, bucket: str) -> tuple[dict[str, str], bool]:
        """Return the RateLimit headers and whether the allowance was already spent."""
        with self._lock:
            allowance = self.allowances[bucket]
            spent = allowance.enforced and allowance.left <= 0
            allowance.left = max(0, allowance.left - 1)
            return {
                "RateLimit": f'"{allowance.name}";r={allowance.left};t={allowance.reset}',
                "RateLimit-Policy": f'"fixed window";"{allowance.name}";q={allowance.quota};w={allowance.window}',
            }, spent


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients that hang up are part of the tests."""


@dataclass
class Question:
    """A path taken apart."""

    on: str
    kind: str = "model"
    id: str = ""
    revision: str | None = None
    path: str | None = None
    query: dict[str, list[str]] = field(default_factory=dict)


class Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    hub: ReplayHub
    protocol_version = "HTTP/1.1"
    # Headers and body are two writes: with Nagle on, each answer would wait 40 ms for an acknowledgment.
    disable_nagle_algorithm = True
    allowance_headers: dict[str, str]

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Stay silent."""

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def drop(self) -> None:
        """Close with a reset, as a dying proxy does."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        # Shutting down as well would send an orderly end; closing alone sends the reset.
        self.wfile.flush()
        self.close_connection = True
        self.connection.close()

    def send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        merged = {
            "Content-Type": "application/json; charset=utf-8",
            "X-Powered-By": "huggingface-moon",
            "X-Request-Id": "Root=1-00000000-000000000000000000000000",
            "Vary": "Origin",
            "Access-Control-Allow-Origin": "https://huggingface.co",
            **self.allowance_headers,
            **(headers or {}),
        }
        self.send_response(status)
        for name, value in merged.items():
            self.send_header(name, value)
        if "Content-Length" not in merged:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def send_slowly(self, kind: str, seconds: float, headers: dict[str, str]) -> None:
        self.send_response(200)
        length = 1000 if kind == "reset" else 500
        # The endless body announces no length, so that only counting can stop it.
        size = {"Connection": "close"} if kind == "huge" else {"Content-Length": str(length)}
        for name, value in {"Content-Type": "application/json", **size, **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if kind == "reset":
            self.wfile.write(b" " * 500)
            self.drop()
        elif kind == "drip":
            for _ in range(length):
                self.wfile.write(b" ")
                self.wfile.flush()
                if self.hub.stopping.wait(seconds):
                    return
        else:
            while not self.hub.stopping.is_set():
                self.wfile.write(b" " * 65_536)

    def refuse(self, status: int, message: str, code: str | None = None, **headers: str) -> None:
        named = {"X-Error-Message": message, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if code:
            named["X-Error-Code"] = code
        self.send(status, json.dumps({"error": message}).encode(), named)

    def send_json(self, value: object, **headers: str) -> None:
        body = json.dumps(value).encode()
        self.send(200, body, {"ETag": f'W/"{len(body):x}-{blob_id(body)[:27]}"', **headers})

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        size = int(self.headers.get("Content-Length") or 0)
        form = parse_qs(self.rfile.read(size).decode()) if size else {}
        question = _read_path(parts.path)
        question.query = parse_qs(parts.query, keep_blank_values=True)
        kind = _COUNTED_AS.get(question.on, "api")
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.hub.note(Seen(self.command, parts.path, parse_qsl(parts.query), headers, kind))
        self.allowance_headers = {}
        if question.on == "agent-harness":
            return self.send_json({"standardEnvVars": [], "harnesses": {}})
        bucket = "resolve" if question.on in {"resolve", "resolve-cache", "cdn"} else "api"
        self.allowance_headers, spent = self.hub.spend(bucket)
        groups = {"any", question.on} | ({"api"} if kind == "api" else set())
        for fault in self.hub.due(question.id, groups, question.path, bool(question.query.get("expand"))):
            if fault.play(self):
                return None
        if spent:
            return self.refuse(429, "Too Many Requests")
        token = headers.get("authorization", "").removeprefix("Bearer ")
        if token and token not in self.hub.tokens:
            return self.refuse(401, BAD_TOKEN)
        if question.on == "list":
            return self._list(question)
        return self._repository(question, token, form)

    def _repository(self, question: Question, token: str, form: dict[str, list[str]]) -> None:
        repository, old_name = self.hub.find(question.kind, question.id)
        if repository is None or (repository.private and token not in repository.readers):
            if token:
                return self.refuse(404, "Repository not found", "RepoNotFound")
            return self.refuse(401, NO_SUCH_REPOSITORY)
        if repository.disabled and question.on != "record":
            return self.refuse(403, DISABLED)
        if old_name and question.on not in {"resolve", "resolve-cache", "cdn"}:
            start = f"/api/{repository.collection}/"
            return self._redirect(self.path.replace(start + question.id, start + repository.id, 1), 307)
        if question.revision is not None and not repository.knows(question.revision):
            return self.refuse(404, f"Invalid rev id: {question.revision}", "RevisionNotFound")
        repository = repository.at(question.revision)
        if question.on == "commits":
            return self._paged([commit.entry() for commit in repository.commits()], question)
        if question.on in {"resolve", "resolve-cache", "cdn"}:
            return self._file(repository, question, token)
        if question.on == "refs":
            return self.send_json(repository.refs())
        if question.on == "tree":
            return self._paged(repository.tree(), question)
        if question.on == "paths-info":
            wanted = form.get("paths", [])
            rows = repository.tree(expand=form.get("expand") == ["true"])
            return self.send_json([entry for entry in rows if entry["path"] in wanted])
        if question.on != "record":
            return self.refuse(404, "Sorry, we can't find the page you are looking for.")
        expand = question.query.get("expand", [])
        if unknown := [name for name in expand if name not in EXPANDABLE[repository.kind]]:
            return self.refuse(400, f"Invalid expand: {unknown[0]}")
        return self.send_json(repository.answer(expand, blobs=question.query.get("blobs") == ["true"]))

    def _file(self, repository: Repository, question: Question, token: str) -> None:
        path = question.path or ""
        open_card = repository.card_outside_gate and path == "README.md"
        if question.on == "resolve" and repository.gated and token not in repository.readers and not open_card:
            message = f"Access to model {repository.id} is restricted and you are not in the authorized list."
            return self.refuse(403 if token else 401, message, "GatedRepo")
        data = repository.files.get(path)
        if data is None:
            return self.refuse(404, "Entry not found", "EntryNotFound", X_Repo_Commit=repository.sha)
        facts = {"X-Repo-Commit": repository.sha, "Accept-Ranges": "bytes", "ETag": f'"{blob_id(data)}"'}
        linked = {"X-Linked-Size": str(len(data)), "X-Linked-Etag": f'"{blob_id(data)}"'}
        if question.on == "resolve" and repository.redirect_files_to:
            target = f"{repository.redirect_files_to}/cdn/{repository.collection}/{repository.id}/{repository.sha}/{quote(path)}"
            return self._redirect(target, 302, facts | linked)
        if question.on == "resolve" and not repository.inline_files:
            target = (
                f"/api/resolve-cache/{repository.collection}/{repository.id}/{repository.sha}/{quote(path, safe='')}"
            )
            return self._redirect(target, 307, facts | linked)
        if question.on == "cdn":
            facts.pop("X-Repo-Commit")
        return self.send(200, data, {"Content-Type": "text/plain; charset=utf-8", **facts})

    def _redirect(self, location: str, status: int, headers: dict[str, str] | None = None) -> None:
        self.hub.expect(location)
        body = f"Temporary Redirect. Redirecting to {location}".encode()
        self.send(status, body, {"Content-Type": "text/plain; charset=utf-8", **(headers or {}), "Location": location})

    def _list(self, question: Question) -> None:
        query = question.query
        records = []
        for repository in self.hub.repositories.values():
            if repository.kind != question.kind or repository.private:
                continue
            if "author" in query and repository.id.partition("/")[0] != query["author"][0]:
                continue
            records.append(repository.answer(query.get("expand", [])))
        self._paged(records, question)

    def _paged(self, rows: list[dict[str, Any]], question: Question) -> None:
        start = int(question.query.get("cursor", ["0"])[0])
        size = min(self.hub.page, int(question.query.get("limit", [str(self.hub.page)])[0]))
        headers = {}
        if start + size < len(rows):
            parts = urlsplit(self.path)
            rest = "&".join(
                f"{quote(name)}={quote(value)}" for name, value in parse_qsl(parts.query) if name != "cursor"
            )
            headers["Link"] = f'<{self.hub.endpoint}{parts.path}?{rest}&cursor={start + size}>; rel="next"'
        self.send_json(rows[start : start + size], **headers)


_COUNTED_AS = {
    "agent-harness": "agent-harness",
    "resolve": "resolve",
    "resolve-cache": "resolve",
    "cdn": "redirect",
    "other": "other",
}
_PLACES = ("revision", "refs", "tree", "paths-info", "commits")


def _read_path(path: str) -> Question:
    parts = path.strip("/").split("/")
    if parts == ["api", "agent-harnesses"]:
        return Question("agent-harness")
    if parts[0] == "cdn" or parts[:2] == ["api", "resolve-cache"]:
        on, parts = ("cdn", parts[1:]) if parts[0] == "cdn" else ("resolve-cache", parts[2:])
        width = 2 if len(parts) > 3 and len(parts[2]) != 40 else 1
        place = parts[1 + width :]
        return Question(
            on, parts[0].rstrip("s"), "/".join(parts[1 : 1 + width]), place[0], unquote("/".join(place[1:]))
        )
    if parts[0] == "api" and parts[1:2] in (["models"], ["datasets"]):
        kind, rest = parts[1].rstrip("s"), parts[2:]
        if not rest:
            return Question("list", kind)
        width = 1 if len(rest) == 1 or rest[1] in _PLACES else 2
        name, tail = "/".join(rest[:width]), rest[width:]
        if not tail or tail[0] == "revision":
            return Question("record", kind, name, unquote(tail[1]) if len(tail) > 1 else None)
        revision = unquote(tail[1]) if len(tail) > 1 else None
        return Question(tail[0], kind, name, revision, unquote("/".join(tail[2:])) or None)
    if "resolve" in parts:
        at = parts.index("resolve")
        kind = "dataset" if parts[0] == "datasets" else "model"
        name = "/".join(parts[1 if kind == "dataset" else 0 : at])
        return Question("resolve", kind, name, unquote(parts[at + 1]), unquote("/".join(parts[at + 2 :])))
    return Question("other")
