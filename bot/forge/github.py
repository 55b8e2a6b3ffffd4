"""GitHub behind the Forge port: github.com and Enterprise Server, by `GITHUB_API_URL`."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote, urlsplit

from bot.errors import ForgeFailed
from bot.forge.github_refusals import Refused, asking
from bot.model.commits import BOT_BRANCHES, Sha
from bot.model.proposals import CommitStatus, Identity, PullRequest, State
from bot.model.tiers import Branch
from bot.reasons import Reason

if TYPE_CHECKING:
    from github import Github  # noqa: TID251 - this package is its home
    from github.PullRequest import PullRequest as ApiPullRequest  # noqa: TID251 - as above
    from github.Repository import Repository as ApiRepository  # noqa: TID251 - as above

_ACTIONS_LOGIN, _ACTIONS_ID = "github-actions[bot]", 41898282
"""The user of every workflow's own token on github.com."""
_FORBIDDEN = 403
_CLOSING_MARK = "<!-- flux-chart-bot: closed by the bot -->"
_CONTEXTS = "flux-chart-bot/"
_STATUS_PAGES = 10
"""Pages of 100 statuses that are read of one commit, newest first."""
_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")


class GitHubForge:
    """The Forge port on GitHub's REST API."""

    def __init__(self, client: Github, *, repository: str, server_url: str) -> None:
        """Keep what every call needs.

        Args:
            client: Made by `bot.forge.github_client.connect`.
            repository: `owner/name`.
            server_url: `GITHUB_SERVER_URL`, for links and no-reply addresses.
        """
        self.client = client
        self.repository = repository
        self.server_url = server_url

    def identity(self) -> Identity:
        """Who the token is, asked once."""
        return self._identity

    @cached_property
    def _identity(self) -> Identity:
        """An installation's token may not ask `GET /user`; GraphQL tells its bot's login."""
        try:
            with asking("Asking who the token is"):
                user = self.client.get_user()
                login, number = user.login, user.id
        except Refused as refused:
            if refused.status != _FORBIDDEN:
                raise ForgeFailed(f"Asking who the token is: {refused.message}") from refused
            login, number = self._viewer()
        host = urlsplit(self.server_url).hostname or "github.com"
        email = f"{number}+{login}@users.noreply.{host}"
        return Identity(login=login, name=login, email=email, shared=login == _ACTIONS_LOGIN)

    def _viewer(self) -> tuple[str, int]:
        query = "query { viewer { login databaseId } }"
        try:
            with asking("Asking who the token is"):
                _, answer = self.client.requester.graphql_query(query, {})
        except Refused:
            return _ACTIONS_LOGIN, _ACTIONS_ID
        viewer = answer["data"]["viewer"]
        return str(viewer["login"]), int(viewer["databaseId"])

    def open_pull_requests(self) -> tuple[PullRequest, ...]:
        """Every open pull request whose head branch has our prefix, forks' included; one call a hundred."""
        what = "Listing the open pull requests"
        try:
            with asking(what):
                pulls = [_pull_request(pull) for pull in self._api.get_pulls(state="open")]
        except Refused as refused:
            raise ForgeFailed(str(refused.reason(what, "pull-requests: write"))) from refused
        return tuple(pull for pull in pulls if pull.head.startswith(BOT_BRANCHES))

    def last_closed(self, branch: Branch) -> PullRequest | None:
        """The newest pull request from this branch of ours that was closed without a merge."""
        what = "Listing the closed pull requests"
        head = f"{self.repository.split('/')[0]}:{branch}"
        try:
            with asking(what):
                newest = next(iter(self._api.get_pulls(state="closed", head=head)), None)
                if newest is None or newest.merged_at is not None:
                    return None
                found = _pull_request(newest)
        except Refused as refused:
            raise ForgeFailed(str(refused.reason(what, "pull-requests: write"))) from refused
        return found if found.head == branch and found.head_here else None

    def create_pull_request(self, *, head: Branch, base: Branch, title: str, body: str) -> PullRequest | Reason:
        """Open one; where it exists already (a retry after a lost answer), that one."""
        try:
            with asking("Opening the pull request"):
                created = self._api.create_pull(base=base, head=head, title=title, body=body)
                return _pull_request(created)
        except Refused as refused:
            if refused.already_exists:
                existing = (pull for pull in self.open_pull_requests() if pull.head == head and pull.head_here)
                return next(existing, None) or refused.opening()
            return refused.opening()

    def update_pull_request(self, number: int, *, title: str, body: str) -> Reason | None:
        """Set title and body."""
        try:
            with asking(f"Changing pull request {number}"):
                self._api.get_pull(number).edit(title=title, body=body)
        except Refused as refused:
            return refused.reason(f"Changing pull request {number}", "pull-requests: write")
        return None

    def close_pull_request(self, number: int, *, comment: str) -> Reason | None:
        """Say why, once, then close."""
        try:
            with asking(f"Closing pull request {number}"):
                pull = self._api.get_pull(number)
                if not any(_CLOSING_MARK in said.body for said in pull.get_issue_comments()):
                    pull.create_issue_comment(f"{comment}\n\n{_CLOSING_MARK}")
                pull.edit(state="closed")
        except Refused as refused:
            return refused.reason(f"Closing pull request {number}", "pull-requests: write")
        return None

    def statuses(self, sha: Sha) -> tuple[CommitStatus, ...]:
        """The newest of each of our contexts; another creator's status under our context says nothing of ours.

        The list, not the combined status: only the list names creators.
        """
        login = self.identity().login
        newest: dict[str, CommitStatus] = {}
        for raw in self._raw_statuses(_checked(sha)):
            context = str(raw["context"])
            if not context.startswith(_CONTEXTS) or (raw.get("creator") or {}).get("login") != login:
                continue
            newest.setdefault(
                context,
                CommitStatus(
                    context=context,
                    state=State(raw["state"]),
                    description=raw.get("description") or "",
                    target_url=raw.get("target_url") or "",
                ),
            )
        return tuple(newest.values())

    def _raw_statuses(self, sha: Sha) -> list[dict[str, Any]]:
        what, found = "Reading commit statuses", []
        url = f"/repos/{self.repository}/commits/{sha}/statuses"
        try:
            for page in range(1, _STATUS_PAGES + 1):
                with asking(what):
                    _, rows = self.client.requester.requestJsonAndCheck(
                        "GET", url, parameters={"per_page": 100, "page": page}
                    )
                found += rows
                if len(rows) < 100:  # noqa: PLR2004 - a page that is not full is the last
                    break
        except Refused as refused:
            raise ForgeFailed(str(refused.reason(what, "statuses: write"))) from refused
        return found

    def set_status(self, sha: Sha, status: CommitStatus) -> Reason | None:
        """Set a status on a commit of this repository."""
        what = f"Setting the status {status.context}"
        target = {"target_url": status.target_url} if status.target_url else {}
        try:
            with asking(what):
                self._api.get_commit(_checked(sha)).create_status(
                    state=status.state.value, context=status.context, description=status.description, **target
                )
        except Refused as refused:
            return refused.reason(what, "statuses: write")
        return None

    def compare_url(self, *, base: Branch, head: Branch) -> str:
        """The page that opens the pull request by hand."""
        return f"{self.server_url}/{self.repository}/compare/{quote(base, safe='/')}...{quote(head, safe='/')}?expand=1"

    def pull_request_url(self, number: int) -> str:
        """The address of a pull request."""
        return f"{self.server_url}/{self.repository}/pull/{number}"

    @cached_property
    def _api(self) -> ApiRepository:
        return self.client.get_repo(self.repository)


def _checked(sha: Sha) -> Sha:
    """Refuse anything but a full object name: PyGithub puts it into a path as it is."""
    if not _SHA.match(sha):
        raise ForgeFailed(f"{sha!r} is not a commit")
    return sha


def _pull_request(pull: ApiPullRequest) -> PullRequest:
    # Null where the fork was deleted, which PyGithub's types do not say.
    head_repository = cast("ApiRepository | None", pull.head.repo)
    return PullRequest(
        number=pull.number,
        url=pull.html_url,
        author=pull.user.login,
        head=pull.head.ref,
        head_sha=pull.head.sha,
        head_here=head_repository is not None and head_repository.full_name == pull.base.repo.full_name,
        base=pull.base.ref,
        title=pull.title,
        body=pull.body or "",
    )
