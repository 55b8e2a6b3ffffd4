"""GitHub behind the Forge port: github.com and Enterprise Server, by `GITHUB_API_URL`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote, urlsplit

from bot.errors import ForgeFailed
from bot.forge.commit_names import checked
from bot.forge.github_extras import set_extras
from bot.forge.github_refusals import Refused, asking
from bot.forge.github_remarks import ACTIONS_LOGIN, remarks_on
from bot.model.commits import BOT_BRANCHES, Sha
from bot.model.forge_reasons import IS_FORK, MERGES_SILENTLY
from bot.model.proposals import CommitStatus, Identity, PullRequest, SaidStatus, State
from bot.model.proposing import Extras
from bot.model.tiers import Branch
from bot.reason import Reason

if TYPE_CHECKING:
    from github import Github  # noqa: TID251 - this package is its home
    from github.NamedUser import NamedUser  # noqa: TID251 - as above
    from github.Organization import Organization  # noqa: TID251 - as above
    from github.PullRequest import PullRequest as ApiPullRequest  # noqa: TID251 - as above
    from github.Repository import Repository as ApiRepository  # noqa: TID251 - as above

_ACTIONS_ID = 41898282
"""The number of that user on github.com."""
_FORBIDDEN, _NOT_FOUND = 403, 404
_CLOSING_MARK = "<!-- flux-chart-bot: closed by the bot -->"
_COMMENT_ATTEMPTS = 5
_CONTEXTS = "flux-chart-bot/"
_STATUS_PAGES = 10
"""Pages of 100 statuses that are read of one commit, newest first."""


class GitHubForge:
    """The Forge port on GitHub's REST API.

    Attributes:
        signs: Whether this run signs its commits.
    """

    def __init__(self, client: Github, *, repository: str, server_url: str, pause: float = 1.0) -> None:
        """Keep what every call needs.

        Args:
            client: Made by `bot.forge.github_client.connect`.
            repository: `owner/name`.
            server_url: `GITHUB_SERVER_URL`, for links and no-reply addresses.
            pause: Seconds before GitHub is asked again about what it does not know yet.
        """
        self.client = client
        self.repository = repository
        self.server_url = server_url
        self.pause = pause
        self.signs = False
        self._noted: dict[Reason, None] = {}

    def note(self, reason: Reason) -> None:
        """Remember what was seen at work, for `remarks`."""
        self._noted[reason] = None

    def identity(self) -> Identity:
        """Who the token is, asked once."""
        return self._identity

    @cached_property
    def _identity(self) -> Identity:
        """An installation's token may not ask `GET /user`; GraphQL tells its bot's login."""
        if self._is_of_installation:
            return self._named(*self._viewer())
        try:
            with asking("Asking who the token is"):
                user = self.client.get_user()
                login, number = user.login, user.id
        except Refused as refused:
            if refused.status != _FORBIDDEN:
                raise ForgeFailed(f"Asking who the token is: {refused.message}") from refused
            login, number = self._viewer()
        return self._named(login, number)

    @property
    def _is_of_installation(self) -> bool:
        """By its prefix, so that nobody asks what is refused anyway; older servers' tokens have none.

        https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/
        """
        auth = self.client.requester.auth
        return auth is not None and auth.token.startswith("ghs_")

    def _named(self, login: str, number: int) -> Identity:
        email = f"{number}+{login}@{noreply_host(self.server_url)}"
        return Identity(login=login, name=login, email=email)

    def _viewer(self) -> tuple[str, int]:
        query = "query { viewer { login databaseId } }"
        try:
            with asking("Asking who the token is"):
                _, answer = self.client.requester.graphql_query(query, {})
                viewer = answer["data"]["viewer"]
                return str(viewer["login"]), int(viewer["databaseId"])
        except Refused:
            return ACTIONS_LOGIN, _ACTIONS_ID

    def open_pull_requests(self) -> tuple[PullRequest, ...]:
        """Every open pull request whose head branch has our prefix, forks' included; one call a hundred."""
        with self._listing("open"):
            pulls = [_pull_request(pull) for pull in self._api.get_pulls(state="open")]
        return tuple(pull for pull in pulls if pull.head.startswith(BOT_BRANCHES))

    def last_refused(self, branch: Branch, *, after: int = 0) -> PullRequest | None:
        """The newest pull request from this branch of ours, where somebody else closed it without a merge.

        One call; a second one, which asks who closed it, where its number is above `after`.
        """
        with self._listing("closed"):
            pull = self._newest_closed(branch)
            ended = pull is None or pull.merged_at or pull.number <= after or self._closed_by_us(pull.number)
            return None if pull is None or ended else _pull_request(pull)

    def last_merged(self, branch: Branch) -> PullRequest | None:
        """The newest closed pull request from this branch of ours, where it was merged; else None."""
        with self._listing("closed"):
            pull = self._newest_closed(branch)
            return _pull_request(pull) if pull and pull.merged_at else None

    @contextmanager
    def _listing(self, state: str) -> Iterator[None]:
        """The first call on the repository may be one of these; GitHub says 404 of what a token may not see."""
        what = f"Listing the {state} pull requests"
        try:
            with asking(what):
                yield
        except Refused as refused:
            if refused.status == _NOT_FOUND:
                mend = "Check the name, and that the token was given for this repository"
                message = f"{what}: {self.repository} does not exist, or the token may not see it"
                raise ForgeFailed(message, mend) from refused
            raise _unusable(refused.reason(what, "pull-requests: write")) from refused

    def _newest_closed(self, branch: Branch) -> ApiPullRequest | None:
        head = f"{self.repository.split('/')[0]}:{branch}"
        for pull in self._api.get_pulls(state="closed", head=head):
            found = _pull_request(pull)
            # The filter knows the owner only, who may have a fork beside it.
            if found.head == branch and found.head_here:
                return pull
        return None

    def _closed_by_us(self, number: int) -> bool:
        closer = self._api.get_issue(number).closed_by
        return closer is not None and closer.login == self.identity().login

    def set_extras(self, number: int, extras: Extras) -> tuple[Reason, ...]:
        """Add labels, people and all that; what of it could not be done."""
        refused = set_extras(self._api, number, extras, pause=self.pause)
        if extras.auto_merge and self.identity().login == ACTIONS_LOGIN:
            # https://docs.github.com/en/actions/how-tos/write-workflows/choose-when-workflows-run/trigger-a-workflow#triggering-a-workflow-from-a-workflow
            self.note(MERGES_SILENTLY())
        return refused

    def create_pull_request(
        self, *, head: Branch, base: Branch, title: str, body: str, draft: bool = False
    ) -> PullRequest | Reason:
        """Open one; where it exists already (a retry after a lost answer), that one."""
        try:
            with asking("Opening the pull request"):
                created = self._api.create_pull(base=base, head=head, title=title, body=body, draft=draft)
                if created.base.repo.fork:
                    self.note(IS_FORK())
                return _pull_request(created)
        except Refused as refused:
            if refused.already_exists:
                return self._open_one(head, base) or refused.opening()
            return refused.opening()

    def _open_one(self, head: Branch, base: Branch) -> PullRequest | None:
        pulls = self.open_pull_requests()
        return next((pull for pull in pulls if (pull.head, pull.base) == (head, base) and pull.head_here), None)

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
        what = f"Closing pull request {number}"
        try:
            with asking(what):
                pull = self._api.get_pull(number)
                if pull.state == "closed":
                    # Another run was faster, or a person: their closing needs no word of ours.
                    return None
            _say_once(pull, f"{comment}\n\n{_CLOSING_MARK}", what, self.identity().login)
            with asking(what):
                pull.edit(state="closed")
        except Refused as refused:
            return refused.reason(what, "pull-requests: write")
        return None

    def statuses(self, sha: Sha) -> tuple[CommitStatus, ...]:
        """The newest of each of our contexts; another creator's status under our context says nothing of ours.

        The list, not the combined status: only the list names creators.
        """
        login = self.identity().login
        newest: dict[str, CommitStatus] = {}
        with _reading_statuses("statuses: write"):
            for raw in self._raw_statuses(checked(sha)):
                if raw["context"].startswith(_CONTEXTS) and (raw["creator"] or {}).get("login") == login:
                    newest.setdefault(raw["context"], _commit_status(raw))
        return tuple(newest.values())

    def all_statuses(self, sha: Sha) -> tuple[SaidStatus, ...]:
        """Everybody's statuses of a commit, newest first; one whose creator is gone is nobody's."""
        with _reading_statuses("statuses: read"):
            return tuple(
                SaidStatus(
                    context=raw["context"],
                    state=State(raw["state"]),
                    creator=(raw["creator"] or {}).get("login", ""),
                    at=datetime.fromisoformat(raw["created_at"]),
                )
                for raw in self._raw_statuses(checked(sha))
            )

    def _raw_statuses(self, sha: Sha) -> Iterator[dict[str, Any]]:
        url = f"/repos/{self.repository}/commits/{sha}/statuses"
        for page in range(1, _STATUS_PAGES + 1):
            asked = {"per_page": 100, "page": page}
            _, rows = self.client.requester.requestJsonAndCheck("GET", url, parameters=asked)
            yield from rows
            if len(rows) < 100:  # noqa: PLR2004 - a page that is not full is the last
                return

    def set_status(self, sha: Sha, status: CommitStatus) -> Reason | None:
        """Set a status on a commit of this repository."""
        what = f"Setting the status {status.context}"
        target = {"target_url": status.target_url} if status.target_url else {}
        try:
            with asking(what):
                self._api.get_commit(checked(sha)).create_status(
                    state=status.state.value, context=status.context, description=status.description, **target
                )
        except Refused as refused:
            return refused.reason(what, "statuses: write")
        return None

    def remarks(self, bases: Iterable[Branch]) -> tuple[Reason, ...]:
        """What was noted at work, and what the rules of these branches mean for pull requests that wait there."""
        login = self.identity().login
        for reason in remarks_on(self.client, self.repository, bases, login, signs=self.signs):
            self.note(reason)
        return tuple(self._noted)

    def compare_url(self, *, base: Branch, head: Branch) -> str:
        """The page that opens the pull request by hand."""
        return f"{self.server_url}/{self.repository}/compare/{quote(base, safe='/')}...{quote(head, safe='/')}?expand=1"

    def pull_request_url(self, number: int) -> str:
        """The address of a pull request."""
        return f"{self.server_url}/{self.repository}/pull/{number}"

    @cached_property
    def _api(self) -> ApiRepository:
        return self.client.get_repo(self.repository)


@contextmanager
def _reading_statuses(permission: str) -> Iterator[None]:
    what = "Reading commit statuses"
    try:
        with asking(what):
            yield
    except Refused as refused:
        raise _unusable(refused.reason(what, permission)) from refused


def _unusable(reason: Reason) -> ForgeFailed:
    """The end of a run, for want of what no later step can do without."""
    return ForgeFailed(reason.sentence, reason.mend)


def _say_once(pull: ApiPullRequest, text: str, what: str, login: str) -> None:
    """Comment, or put an older comment of ours right.

    A comment that GitHub takes may be answered with 502, so one is looked for before each attempt.
    """
    for left in reversed(range(_COMMENT_ATTEMPTS)):
        with asking(what):
            ours = (said for said in pull.get_issue_comments() if _login(said.user) == login)
            known = next((said for said in ours if _CLOSING_MARK in (said.body or "")), None)
            if known is not None:
                if known.body.splitlines() != text.splitlines():
                    # It was opened again since, and is closed for another reason now.
                    known.edit(text)
                return
        try:
            with asking(what):
                pull.create_issue_comment(text)
        except ForgeFailed:
            if not left:
                raise
        else:
            return


def _commit_status(raw: dict[str, Any]) -> CommitStatus:
    return CommitStatus(
        context=raw["context"],
        state=State(raw["state"]),
        description=raw["description"] or "",
        target_url=raw["target_url"] or "",
    )


def noreply_host(server_url: str) -> str:
    """The host of the addresses by which this server links commits to accounts.

    https://docs.github.com/en/account-and-profile/reference/email-addresses-reference#your-noreply-email-address
    """
    return f"users.noreply.{urlsplit(server_url).hostname or 'github.com'}"


def _login(user: NamedUser | Organization | None) -> str:
    """Empty for null: an account that is gone. PyGithub's types do not say so, GitHub's description does."""
    return user.login if user else ""


def _pull_request(pull: ApiPullRequest) -> PullRequest:
    # Null where the fork was deleted, which PyGithub's types do not say.
    head_repository = cast("ApiRepository | None", pull.head.repo)
    return PullRequest(
        number=pull.number,
        url=pull.html_url,
        author=_login(pull.user),
        head=pull.head.ref,
        head_sha=pull.head.sha,
        head_here=head_repository is not None and head_repository.full_name == pull.base.repo.full_name,
        base=pull.base.ref,
        title=pull.title,
        body=pull.body or "",
        draft=pull.draft,
    )
