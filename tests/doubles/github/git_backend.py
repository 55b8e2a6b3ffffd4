"""Git's smart HTTP: real clones, fetches and pushes through `git http-backend`."""

from __future__ import annotations

import re
import subprocess

from doubles.github import lifecycle
from doubles.github.exchange import Reply, Request, text_reply
from doubles.github.journal import RefUpdate
from doubles.github.people import Identity
from doubles.github.plumbing import GIT_ENVIRONMENT, NO_OBJECT, BareRepository
from doubles.github.state import RepositoryState, State
from msgspec import Struct

PATH = re.compile(
    r"/(?P<owner>[^/]+)/(?P<name>[^/]+?)(?:\.git)?/(?P<service>info/refs|git-upload-pack|git-receive-pack)"
)
_ROUTES = {"info/refs": "git refs", "git-upload-pack": "git fetch", "git-receive-pack": "git push"}
_LOGIN = ("WWW-Authenticate", 'Basic realm="GitHub"')


class GitRequest(Struct, frozen=True, kw_only=True):
    """A request of Git's own: which repository, which service."""

    request: Request
    repository: str
    service: str

    @classmethod
    def parse(cls, request: Request) -> GitRequest | None:
        """Reads it from the path; None if it is not Git's."""
        found = PATH.fullmatch(request.path)
        if found is None:
            return None
        return cls(request=request, repository=f"{found['owner']}/{found['name']}", service=found["service"])

    @property
    def route(self) -> str:
        """`git refs`, `git fetch` or `git push`."""
        return _ROUTES[self.service]

    @property
    def writes(self) -> bool:
        """True for a push and for the question that goes before it."""
        return "git-receive-pack" in (self.service, self.request.query.get("service"))

    def updates(self, moved: frozenset[tuple[str, str]]) -> tuple[RefUpdate, ...]:
        """The ref updates a push asks for; accepted are those among `moved`, (ref, new commit)."""
        if self.service != "git-receive-pack":
            return ()
        asked = commands(self.request.body)
        return tuple(RefUpdate(ref=ref, old=old, new=new, accepted=(ref, new) in moved) for old, new, ref in asked)


def perform(state: State, asked: GitRequest) -> tuple[Reply, tuple[RefUpdate, ...]]:
    """Serves a request, and tells what a push asked for and got."""
    token = asked.request.token
    identity = None if token is None else state.tokens.get(token)
    repository = state.find(asked.repository)
    refused = _refused(asked, repository, identity)
    if refused is not None or repository is None:
        return refused or text_reply(404, "Repository not found."), asked.updates(frozenset())
    if asked.service != "git-receive-pack":
        return _backend(repository.git, asked.request, asked.service, identity), ()
    with state.lock:  # what a push changed is told by comparing the refs around it
        before = repository.git.refs("refs/")
        reply = _backend(repository.git, asked.request, asked.service, identity)
        after = repository.git.refs("refs/")
        heads = {name: sha for name, sha in before.items() if name.startswith("refs/heads/")}
        lifecycle.branches_moved(state, repository, heads, identity)
    moved = (name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    return reply, asked.updates(frozenset((name, after.get(name, NO_OBJECT)) for name in moved))


def commands(body: bytes) -> list[tuple[str, str, str]]:
    """Reads the ref updates a push asks for: (old, new, ref). https://git-scm.com/docs/pack-protocol#_reference_update_request_and_packfile_transfer"""
    found, position = [], 0
    while (size := int(body[position : position + 4] or b"0", 16)) >= 4:
        line = body[position + 4 : position + size].partition(b"\0")[0].decode().rstrip("\n")
        position += size
        if not line.startswith("shallow "):
            old, new, ref = line.split(" ", 2)
            found.append((old, new, ref))
    return found


def _refused(asked: GitRequest, repository: RepositoryState | None, identity: Identity | None) -> Reply | None:
    if asked.request.token is not None and identity is None:
        text = "Invalid username or token. Password authentication is not supported for Git operations."
        return text_reply(401, text, _LOGIN)
    if identity is None:
        public = repository is not None and not repository.private
        return None if public and not asked.writes else text_reply(401, "No anonymous write access.", _LOGIN)
    if repository is None:
        return text_reply(404, "Repository not found.")
    reaches = identity.reaches(repository.full_name)
    if repository.private and not (reaches and identity.may("contents", "read")):
        return text_reply(404, "Repository not found.")
    if asked.writes and repository.archived:
        return text_reply(403, "This repository was archived so it is read-only.")
    if asked.writes and not (reaches and identity.may("contents", "write")):
        denied = f"Permission to {repository.full_name}.git denied to {identity.login}."
        return text_reply(403, "Write access to repository not granted." if identity.is_installation else denied)
    return None


def _backend(git: BareRepository, request: Request, service: str, identity: Identity | None) -> Reply:
    environment = {
        **GIT_ENVIRONMENT,
        "GIT_PROJECT_ROOT": str(git.path.parent),
        "GIT_HTTP_EXPORT_ALL": "1",
        "PATH_INFO": f"/{git.path.name}/{service}",
        "QUERY_STRING": request.target.partition("?")[2],
        "REQUEST_METHOD": request.method,
        "CONTENT_TYPE": request.header("Content-Type") or "",
        "CONTENT_LENGTH": str(len(request.body)),
        "GIT_PROTOCOL": request.header("Git-Protocol") or "",
        "REMOTE_ADDR": "127.0.0.1",
    }
    if identity is not None:
        environment["REMOTE_USER"] = identity.login
    done = subprocess.run(
        ["git", "http-backend"],
        input=request.body,
        capture_output=True,
        check=False,
        env=environment,
    )
    return _cgi_reply(done.stdout) if done.stdout else text_reply(500, done.stderr.decode(errors="replace"))


def _cgi_reply(output: bytes) -> Reply:
    head, _, body = output.partition(b"\r\n\r\n")
    headers = [
        (name, value.strip()) for name, _, value in (line.partition(":") for line in head.decode().split("\r\n"))
    ]
    status = next((int(value.split()[0]) for name, value in headers if name.lower() == "status"), 200)
    return Reply(status=status, headers=tuple(item for item in headers if item[0].lower() != "status"), body=body)
