"""The life of one pull request: what is wished, what is found, and so what to do."""

from msgspec import Struct
from msgspec.structs import replace

from bot.model.commits import CommitFacts, FileChange, PathDifference, Sha
from bot.model.proposals import Action, Identity, Kind, PullRequest, PullRequestPlan, Texts
from bot.model.proposing import Extras
from bot.model.tiers import Branch, Tier
from bot.model.verdicts import Update, Verdict
from bot.planning.commit_trailers import read
from bot.planning.grouping import ALL, branch_of
from bot.planning.origins import is_made_for, is_made_for_another
from bot.planning.ownership import Ownership, below_ours, is_made_from_its_parent, owner_of
from bot.planning.proof import blob_name
from bot.proposal_reasons import BRINGS_OTHERS, FOREIGN_BRANCH, FOREIGN_PULL_REQUEST, MARKED_READY, TOUCHED
from bot.reason import Reason

ELSEWHERE = "the configuration has {tier} go to {base} now, not to {old}"
"""Why a pull request ends that goes where it was opened for."""
_MARK_END = " -->"
_UNFINISHED = " unfinished -->"


class Wish(Struct, frozen=True, kw_only=True):
    """What the base branch asks for in this run; without changes there is nothing to propose.

    Attributes:
        key: The last part of its branch's name.
        unknown: Files that hold a chart which could not be looked up and has no update in this run.
        successors: Branches that propose what this one did, where nothing is wished of it any more.
        partings: What became of each of its rows, where nothing is wished of it any more.
        rebuilds: A person asks for the branch to be made anew, whatever lies on it.
        emptied: The charts that people took out of it, where nothing else is left in it.
        calls: What opens a promotion again, where nothing is wished of it any more.
        frozen: Nothing is pushed or reworded now: what is open stays as it is.
        draft: It is opened as a draft.
        extras: What it gets when it is opened.
        kind: What it is for.
    """

    tier: Tier
    base: Branch
    base_sha: Sha
    changes: tuple[FileChange, ...] = ()
    updates: tuple[Verdict, ...] = ()
    texts: Texts | None = None
    unknown: frozenset[str] = frozenset()
    key: str = ALL.text
    successors: tuple[Branch, ...] = ()
    partings: tuple[str, ...] = ()
    rebuilds: bool = False
    emptied: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    frozen: bool = False
    draft: bool = False
    extras: Extras | None = None
    kind: Kind = Kind.UPDATE

    @property
    def branch(self) -> Branch:
        """Its branch's name."""
        return branch_of(self.tier, self.key)


class FoundBranch(Struct, frozen=True, kw_only=True):
    """Our branch as the remote has it.

    Attributes:
        history: First-parent commits, tip first, as far as they were fetched.
        carries: What its tip changes against its own first parent.
        merged: All of it was merged, whoever made it: nothing is lost with it.
        beneath: Commits between its tip and the base of its open pull request, which would be merged with it; None
            where none of those that were fetched is in the base's history. Only said where there is a pull request.
    """

    head: Sha
    history: tuple[CommitFacts, ...]
    carries: tuple[PathDifference, ...] = ()
    merged: bool = False
    beneath: tuple[Sha, ...] | None = ()


class Found(Struct, frozen=True, kw_only=True):
    """What the remote and the forge have under one branch name."""

    branch: FoundBranch | None = None
    pull_requests: tuple[PullRequest, ...] = ()


def plan_pull_request(wish: Wish, found: Found, us: Identity) -> PullRequestPlan | None:
    """Decide what to do about one pull request; None where there is nothing and nothing is wished."""
    plan = PullRequestPlan(
        tier=wish.tier,
        action=Action.KEEP,
        branch=wish.branch,
        base=wish.base,
        base_sha=wish.base_sha,
        head_before=found.branch.head if found.branch else None,
        texts=wish.texts,
        changes=wish.changes,
        updates=wish.updates,
        successors=wish.successors,
        partings=wish.partings,
        emptied=wish.emptied,
        calls=wish.calls,
        draft=wish.draft,
        extras=wish.extras,
        kind=wish.kind,
    )
    existing = _here(found, wish.base)
    objection = _objection(wish, found.branch, us) if found.branch else None
    if objection:
        return replace(plan, action=Action.LEAVE, reason=objection, existing=existing)
    # Unknown is not gone: reviews and approvals would be lost to a registry's bad minute.
    silent = found.branch and not wish.changes and any(item.path in wish.unknown for item in found.branch.carries)
    moved = existing is not None and found.branch is not None and _is_moved(wish, found.branch, existing, us)
    ready = existing is not None and (moved or existing.base == wish.base) and not existing.draft
    ready = ready and wish.kind is Kind.PROMOTION and not wish.rebuilds and bool(found.branch or wish.changes)
    if (silent or ready) and (
        brings := found.branch and brings_others(found.branch, wish.branch, wish.base, wish.tier, us)
    ):
        return replace(plan, action=Action.LEAVE, reason=brings, existing=existing)
    if silent:
        return replace(plan, existing=existing)
    if existing and ready:
        # Whoever approves it approves just these rows.
        return replace(plan, action=Action.LEAVE, reason=MARKED_READY(number=existing.number), existing=existing)
    if wish.frozen:
        # It is told by the name that it has: what would be proposed now may be something else.
        texts = replace(plan.texts, title=existing.title) if plan.texts and existing else plan.texts
        return replace(plan, existing=existing, texts=texts, stays=True)
    if existing and found.branch and moved:
        ended = ELSEWHERE.format(tier=wish.tier.name, base=wish.base, old=existing.base)
        if not wish.changes:
            return replace(plan, action=Action.CLOSE, existing=existing, ended=ended)
        return replace(_without_pull_request(plan, found.branch, us), replaced=existing, ended=ended)
    if existing:
        plan = replace(plan, existing=existing)
        return _with_pull_request(plan, found.branch, existing, us, rebuilds=wish.rebuilds)
    if found.branch:
        return _without_pull_request(plan, found.branch, us)
    return replace(plan, action=Action.CREATE) if wish.changes else None


def strangers(found: Found, branch: Branch) -> tuple[Reason, ...]:
    """Pull requests under our branch name that lie in a fork: never ours, whatever their marker says."""
    return tuple(
        FOREIGN_PULL_REQUEST(number=pull.number, branch=branch, why="its branch lies in a fork")
        for pull in found.pull_requests
        if not pull.head_here
    )


def brings_others(branch: FoundBranch, name: Branch, base: Branch, tier: Tier, us: Identity) -> Reason | None:
    """That an open pull request would bring more into its base than what lies on top of it; None where it does not.

    What lies beneath our commit was dropped from the base since, or somebody put it there.
    """
    if branch.beneath is None:
        what = f"commits beneath the bot's own of which none was found on {base}"
        return BRINGS_OTHERS(branch=name, base=base, what=what)
    count = len(branch.beneath[below_ours(branch.history, tier.name, us) - 1 :])
    if not count:
        return None
    what = "a commit" if count == 1 else f"{count} commits"
    return BRINGS_OTHERS(branch=name, base=base, what=f"{what} beneath the bot's own that {base} does not have")


def is_on_former_tip(branch: FoundBranch) -> bool:
    """Whether what lies beneath our tip is what its base was then: nobody's work is lost when it is made anew."""
    return bool(branch.history) and is_made_from_its_parent(branch.history[0])


def _here(found: Found, base: Branch) -> PullRequest | None:
    """The one to the tier's base first: anyone who may write can open a second one from our branch to another base."""
    here = [pull for pull in found.pull_requests if pull.head_here]
    return next((pull for pull in here if pull.base == base), here[0] if here else None)


def _objection(wish: Wish, branch: FoundBranch, us: Identity) -> Reason | None:
    rebuilds = wish.rebuilds and not wish.frozen
    brings = brings_others(branch, wish.branch, wish.base, wish.tier, us)
    match owner_of(branch.history, wish.tier.name, us):
        case Ownership.OURS:
            # Ours is never built on others': whoever may push can put one that looks like it on top of theirs.
            anew = rebuilds or (not wish.frozen and (branch.beneath is None or is_on_former_tip(branch)))
            return None if anew else brings
        case Ownership.TOUCHED:
            return None if rebuilds or branch.merged else brings or TOUCHED(branch=wish.branch)
        case Ownership.FOREIGN:
            return FOREIGN_BRANCH(branch=wish.branch)


def _is_moved(wish: Wish, branch: FoundBranch, existing: PullRequest, us: Identity) -> bool:
    """Whether a pull request goes where it was opened for, and the tier is on another base since.

    Where a person sent it to another base, it does not say so, and is theirs.
    """
    opened_for = is_made_for(branch.history, wish.tier.name, us, existing.base)
    return existing.base != wish.base and opened_for and branch.beneath == ()


def _without_pull_request(plan: PullRequestPlan, branch: FoundBranch, us: Identity) -> PullRequestPlan:
    """A run was killed before it could open one, or a person closed it: the branch is used again, or goes."""
    if not plan.changes:
        return replace(plan, action=Action.CLOSE)
    # What was built on another commit may hold another base's history, since the tier's base has changed.
    elsewhere = is_made_for_another(branch.history, plan.tier.name, us, plan.base)
    done = _is_built(plan, branch) and _is_as_wished(plan, branch) and not elsewhere
    return replace(plan, action=Action.OPEN if done else Action.CREATE)


def _is_built(plan: PullRequestPlan, branch: FoundBranch) -> bool:
    """Whether the branch is one commit on its base as that is now."""
    return branch.history[0].parents == (plan.base_sha,)


def _with_pull_request(
    plan: PullRequestPlan, branch: FoundBranch | None, existing: PullRequest, us: Identity, *, rebuilds: bool
) -> PullRequestPlan:
    if existing.base != plan.base:
        why = f"it goes to {existing.base}, not to {plan.base}"
        reason = FOREIGN_PULL_REQUEST(number=existing.number, branch=plan.branch, why=why)
        return replace(plan, action=Action.LEAVE, reason=reason)
    if not plan.changes:
        return replace(plan, action=Action.CLOSE)
    # One opened by hand from our link, where the forge forbids us to: the branch is ours, the words are theirs.
    plan = replace(plan, rewords=existing.author == us.login and not _says_the_same(existing, plan.texts))
    if branch is None or not _is_as_wished(plan, branch) or (rebuilds and not _is_built(plan, branch)):
        return replace(plan, action=Action.UPDATE)
    return replace(plan, action=Action.REWORD if plan.rewords else Action.KEEP)


def unfinished(body: str) -> str:
    """The body of a pull request that has not got its extras yet: a run that is killed leaves word for the next."""
    text = body.rstrip()
    return f"{text.removesuffix(_MARK_END)}{_UNFINISHED}\n" if text.endswith(_MARK_END) else body


def is_unfinished(existing: PullRequest) -> bool:
    """Whether a pull request of ours still lacks its extras."""
    return existing.body.rstrip().endswith(_UNFINISHED)


def _says_the_same(existing: PullRequest, texts: Texts | None) -> bool:
    """Whether title and body already read so; forges turn line ends into CRLF and strip the last one."""
    return texts is None or (existing.title == texts.title and _lines(existing.body) == _lines(texts.body))


def _lines(body: str) -> list[str]:
    return body.strip().splitlines()


def _is_as_wished(plan: PullRequestPlan, branch: FoundBranch) -> bool:
    """Whether the branch changes just these files, from the base's present bytes to the wished ones.

    Files of the base that moved elsewhere do not matter: a push for their sake would cost others a run and an approval.
    """
    if branch.beneath != () or len(branch.history[0].parents) != 1:
        return False
    wished = {
        (change.path, blob_name(change.before, branch.head), blob_name(change.after, branch.head))
        for change in plan.changes
    }
    carried = {
        (item.path, item.old.blob if item.old else "", item.new.blob if item.new else "") for item in branch.carries
    }
    return wished == carried and not _is_of_other_bytes(plan, branch)


def _is_of_other_bytes(plan: PullRequestPlan, branch: FoundBranch) -> bool:
    """Whether a promotion's commit says another digest of a version than is promoted now: its word is what is compared.

    A manifest need not write a digest, so the files may be the same.
    """
    record = read(branch.history[0].trailers) if plan.kind is Kind.PROMOTION else None
    said = {(row.chart, row.new): row.digest for row in record.rows if row.digest} if record else {}
    for one in plan.updates if said else ():
        if isinstance(one.decision, Update) and one.decision.promoted:
            digest = one.decision.promoted.digest
            if said.get((str(one.reference.source.address), one.decision.new), digest) != digest:
                return True
    return False
