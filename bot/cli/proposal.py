"""`check`: which commit wants into which branch, by the event or by the call. All of it is read at the border."""

import argparse
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from bot.check_reasons import COMPARED_WITH_TIP
from bot.cli.settings import Job
from bot.errors import UsageError
from bot.model.branch_names import branch_problem
from bot.model.commits import RemoteHeads, Sha
from bot.model.references import PassedOver
from bot.model.tiers import Branch, Configuration
from bot.planning.tiers import tiers_on
from bot.ports import Repository

if TYPE_CHECKING:
    from bot.steps.scan import Base

_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_HEADS = "refs/heads/"
_MEND = "Run check on pull_request or merge_group events, or give --into BRANCH and --head COMMIT"


_DEPTHS = (64, 1024)
"""Commits in which it is looked for where a pull request began, and when that does not tell."""


class Proposal(Struct, frozen=True, kw_only=True):
    """What people want to merge."""

    into: Branch
    head: Sha


def proposal_of(arguments: argparse.Namespace, job: Job) -> Proposal:
    """Read it; what is called for beats the event.

    Raises:
        UsageError: Neither says it, or one of the two is not what it should be.
    """
    into, head = _of_event(job.payload)
    into, head = arguments.into or into, arguments.head or head
    if not into or not head:
        raise UsageError("check is not told what wants into which branch", _MEND)
    if problem := branch_problem(into):
        raise UsageError(f"{into!r} is no branch: {problem}", _MEND)
    if not _SHA.fullmatch(head):
        raise UsageError(f"{head!r} is not the full name of a commit", _MEND)
    return Proposal(into=into, head=head)


class Sides(Struct, frozen=True, kw_only=True):
    """The two trees that are compared."""

    before: "Base"
    after: "Base"
    remarks: tuple[PassedOver, ...] = ()


def sides_of(proposal: Proposal, repository: Repository, configuration: Configuration, heads: RemoteHeads) -> Sides:
    """Fetch where a proposal began, and its head; the tip of its base where the beginning is too far back.

    Raises:
        UsageError: The branch or the commit does not exist.
    """
    from bot.steps.scan import Base  # noqa: PLC0415 - a wrong call is said without loading the story

    if proposal.into not in heads.tips:
        raise UsageError(f"there is no branch {proposal.into!r}", _MEND)
    tip = repository.fetch([proposal.into])[proposal.into]
    began = next(filter(None, (repository.merge_base(tip, proposal.head, most) for most in _DEPTHS)), None)
    tiers = tiers_on(configuration, proposal.into, heads.default)
    before, after = (
        Base(branch=proposal.into, sha=sha, tree=repository.tree(sha), tiers=tiers, packed=configuration.sources)
        for sha in (began or tip, proposal.head)
    )
    far = PassedOver(path="", reason=COMPARED_WITH_TIP(commits=_DEPTHS[-1], branch=proposal.into))
    return Sides(before=before, after=after, remarks=() if began else (far,))


def _of_event(payload: Mapping[str, Any]) -> tuple[str, str]:
    """Base and head of a pull request, or of what a merge queue is about to merge; empty where there is none."""
    group = _part(payload, "merge_group")
    if group:
        return _text(group, "base_ref").removeprefix(_HEADS), _text(group, "head_sha")
    pull = _part(payload, "pull_request")
    return _text(_part(pull, "base"), "ref"), _text(_part(pull, "head"), "sha")


def _part(payload: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    part = payload.get(key)
    return part if isinstance(part, Mapping) else {}


def _text(payload: Mapping[str, Any], key: str) -> str:
    text = payload.get(key)
    return text if isinstance(text, str) else ""
