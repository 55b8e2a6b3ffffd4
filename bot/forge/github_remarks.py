"""What GitHub does to pull requests of ours that nobody is told by an error: who must press what, and where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from bot.forge.github_refusals import Refused, asking
from bot.model.forge_reasons import MERGE_QUEUE, WAITS_FOR_APPROVAL, WANTS_SIGNATURES
from bot.model.tiers import Branch
from bot.reason import Reason

if TYPE_CHECKING:
    from github import Github  # noqa: TID251 - this package is its home

ACTIONS_LOGIN = "github-actions[bot]"
"""The user of every workflow's own token on github.com, and on Enterprise Servers too."""


def remarks_on(
    client: Github, repository: str, bases: Iterable[Branch], login: str, *, signs: bool
) -> Iterator[Reason]:
    """What a person should know of pull requests to these bases, from one call a base.

    Rulesets are told by it, and not the older protection of branches, which takes more rights to read:
    https://docs.github.com/en/rest/repos/rules#get-rules-for-a-branch
    """
    rules = {base: _rule_types(client, repository, base) for base in bases}
    if login == ACTIONS_LOGIN and rules:
        # https://docs.github.com/en/actions/how-tos/manage-workflow-runs/approve-runs-from-github-actions
        checked = [base for base, kinds in rules.items() if "required_status_checks" in kinds]
        yield WAITS_FOR_APPROVAL(required=f", and checks are required on {', '.join(checked)}" if checked else "")
    for base, kinds in rules.items():
        if "merge_queue" in kinds:
            yield MERGE_QUEUE(base=base)
        # https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-protected-branches/about-protected-branches#require-signed-commits
        if "required_signatures" in kinds and not signs:
            yield WANTS_SIGNATURES(base=base)


def _rule_types(client: Github, repository: str, base: Branch) -> frozenset[str]:
    """The kinds of active rules; none where the token may not read them."""
    url = f"/repos/{repository}/rules/branches/{quote(base, safe='')}"
    try:
        with asking("Reading the rules of a branch"):
            rows: list[dict[str, Any]]
            _, rows = client.requester.requestJsonAndCheck("GET", url, parameters={"per_page": 100})
            return frozenset(str(row["type"]) for row in rows)
    except Refused:
        return frozenset()
