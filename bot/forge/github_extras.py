"""What a pull request on GitHub gets beside its words: labels, people, a milestone, auto-merge. None of it is vital."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from bot.forge.github_refusals import Refused, asking
from bot.model.proposing import Extras
from bot.proposal_reasons import EXTRA_REFUSED
from bot.reason import Reason

if TYPE_CHECKING:
    from github.Repository import Repository  # noqa: TID251 - this package is its home

_NOT_THERE_YET = "Could not resolve to a node"
"""GitHub's words while some of its parts do not know yet of a pull request that was opened a moment ago."""
_TRIES = 4
_CURES = (
    ("Auto merge is not allowed", "Turn on Settings > General > “Allow auto-merge”, or remove `auto-merge`"),
    (
        "in clean status",
        "Nothing is required on its base, so there is nothing to wait for: require a check or a review there",
    ),
    (
        "from pull request author",
        "Nobody reviews a pull request of their own: name others, or use a GitHub App's token",
    ),
)
"""By GitHub's words; the second are those about a pull request that could be merged at once."""
_OTHERWISE = "Check the names in the configuration, and what the token and the repository's settings allow"


def set_extras(api: Repository, number: int, extras: Extras, *, pause: float) -> tuple[Reason, ...]:
    """Set each kind by a call of its own, so that one wrong name spoils no other.

    Args:
        api: The repository.
        number: The pull request, opened by us a moment ago.
        extras: What to add.
        pause: Seconds before GitHub is asked again about a pull request that it does not know yet.
    """
    return tuple(
        EXTRA_REFUSED(what=what, number=number, problem=problem, cure=_cure(problem))
        for what, call in _calls(api, number, extras)
        if (problem := _refusal(what, call, pause))
    )


def _cure(problem: str) -> str:
    return next((cure for words, cure in _CURES if words in problem), _OTHERWISE)


def _calls(api: Repository, number: int, extras: Extras) -> Iterator[tuple[str, Callable[[], object]]]:
    issue, pull = api.get_issue(number), api.get_pull(number)
    users = [name for name in extras.reviewers if "/" not in name]
    teams = [name.partition("/")[2] for name in extras.reviewers if "/" in name]
    if extras.labels:
        yield "The labels", lambda: issue.add_to_labels(*extras.labels)
    if extras.assignees:
        yield "The assignees", lambda: issue.add_to_assignees(*extras.assignees)
    if extras.reviewers:
        yield "The reviewers", lambda: pull.create_review_request(reviewers=users, team_reviewers=teams)
    if extras.milestone:
        patch = {"milestone": extras.milestone}
        yield "The milestone", lambda: api.requester.requestJsonAndCheck("PATCH", issue.url, input=patch)
    if method := extras.auto_merge:
        yield "The auto-merge", lambda: pull.enable_automerge(method.value.upper())


def _refusal(what: str, call: Callable[[], object], pause: float) -> str:
    """Why it was refused; empty where it was done."""
    said = ""
    for attempt in range(_TRIES):
        if attempt:
            time.sleep(pause * 2 ** (attempt - 1))
        try:
            with asking(what):
                call()
        except Refused as refused:
            said = refused.message
            if _NOT_THERE_YET not in said:
                break
        else:
            return ""
    return said
