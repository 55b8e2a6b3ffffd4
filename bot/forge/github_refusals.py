"""What GitHub's refusals mean, and the mend of each. Nothing of its answers but the message reaches a person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot.errors import ForgeFailed
from bot.model.forge_reasons import ARCHIVED, SHUT_OUT
from bot.reason import Reason
from bot.reasons import FORGE_FAILED, OPENING_FORBIDDEN, PERMISSION_MISSING

if TYPE_CHECKING:
    from github import GithubException  # noqa: TID251 - this package is its home

_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _INVALID = 401, 403, 404, 422

_MAY_NOT_OPEN = "not permitted to create or approve pull requests"
"""GitHub's words where the repository's setting keeps workflows from opening pull requests."""

_NO_DRAFTS = "Draft pull requests are not supported"
"""GitHub's words in private repositories of plans without them."""

_SHUT_OUT = (
    # https://docs.github.com/en/rest/authentication/authenticating-to-the-rest-api#personal-access-tokens-and-saml-sso
    ("SAML enforcement", "Authorize the token for the organisation's single sign-on, or use a GitHub App's"),
    # https://docs.github.com/en/organizations/keeping-your-organization-secure/managing-security-settings-for-your-organization/managing-allowed-ip-addresses-for-your-organization
    ("IP allow list", "Run the bot on a runner whose address the organisation allows"),
)
"""Of GitHub's words, those of doors that no permission of the token opens."""

_ARCHIVED = "was archived"
"""As in “Repository was archived so is read-only.”"""

_WRITING = "contents: write, pull-requests: write and statuses: write"
_AGAIN = "Running again completes the work"


class Refused(Exception):
    """GitHub answered one call with a refusal."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message

    def reason(self, what: str, permission: str) -> Reason:
        """Say what was refused, with the permission that mends it where one does."""
        if self.status == _FORBIDDEN and _ARCHIVED in self.message:
            return ARCHIVED(what=what)
        if cure := next((cure for words, cure in _SHUT_OUT if words in self.message), None):
            return SHUT_OUT(what=what, problem=f"{self.status}: {self.message}", cure=cure)
        if self.status in {_FORBIDDEN, _NOT_FOUND}:
            return PERMISSION_MISSING(what=f"{what} ({self.status}: {self.message})", permission=permission)
        return FORGE_FAILED(what=what, problem=f"{self.status}: {self.message}")

    def opening(self) -> Reason:
        """Say why a pull request may not be opened."""
        if _MAY_NOT_OPEN in self.message:
            cure = (
                "Turn on Settings > Actions > General > “Allow GitHub Actions to create and approve pull requests” in"
                " this repository or its organisation, or give the bot the token of a GitHub App"
            )
            return OPENING_FORBIDDEN(problem=self.message, cure=cure)
        if _NO_DRAFTS in self.message:
            cure = "Remove `draft`, `beyond` and `shared`; drafts in private repositories need a plan that has them"
            return OPENING_FORBIDDEN(problem=self.message, cure=cure)
        return self.reason("Opening the pull request", "pull-requests: write")

    @property
    def already_exists(self) -> bool:
        """Whether a repeated call met what the first one made (a 502 after success is retried)."""
        return self.status == _INVALID and "already exists" in self.message


@contextmanager
def asking(what: str) -> Iterator[None]:
    """Turn every fault of one call into `Refused`, or into `ForgeFailed` where no call would fare better.

    Texts of `requests` exceptions are never passed on: they hold whole URLs.
    """
    import requests  # noqa: PLC0415 - PyGithub brings it with it
    from github import (  # noqa: PLC0415, TID251 - loaded by then
        BadAttributeException,
        GithubException,
        RateLimitExceededException,
    )

    try:
        yield
    except RateLimitExceededException as error:
        raise ForgeFailed(f"{what}: GitHub's rate limit is used up", "Run less often, or use a GitHub App") from error
    except GithubException as error:
        raise _sorted_out(what, error) from error
    except requests.exceptions.RetryError:
        raise ForgeFailed(f"{what}: GitHub answered with errors only, however often it was asked", _AGAIN) from None
    except requests.exceptions.RequestException as error:
        message = f"{what}: GitHub could not be reached ({type(error).__name__})"
        raise ForgeFailed(message, _AGAIN) from None
    except (BadAttributeException, AttributeError, LookupError, TypeError, ValueError, RecursionError) as error:
        # PyGithub takes any JSON for GitHub's, and a page of HTML for JSON; what it then stumbles over differs.
        mend = "Check GITHUB_API_URL, and that no proxy answers in GitHub's place"
        raise ForgeFailed(f"{what}: the answer is not one of GitHub's", mend) from error
    except (AssertionError, RuntimeError) as error:
        # PyGithub wants every address in an answer, and every redirect, on the host that was asked.
        raise ForgeFailed(f"{what}: the answer leads to another host", "Check GITHUB_API_URL") from error


def _sorted_out(what: str, error: GithubException) -> Exception:
    message = _message(error)
    if error.status == _UNAUTHORIZED:
        mend = f"Give one that has not expired, with the permissions {_WRITING}"
        return ForgeFailed(f"{what}: the token is not valid ({message})", mend)
    if error.status == 429 or error.status >= 500:  # noqa: PLR2004 - too many requests; the server's own fault
        return ForgeFailed(f"{what}: GitHub answered {error.status}", _AGAIN)
    return Refused(error.status, message)


def _message(error: GithubException) -> str:
    """GitHub's own sentence with the details of its validation, capped; it becomes a part of one of ours."""
    data = error.data if isinstance(error.data, dict) else {}
    details = [str(item.get("message", "")) for item in data.get("errors") or () if isinstance(item, dict)]
    return "; ".join(filter(None, [str(data.get("message") or "no message"), *details]))[:300].rstrip(".")
