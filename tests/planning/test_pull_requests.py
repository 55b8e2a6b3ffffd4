"""Every state that one tier's branch and pull request can be in, and what is done about it."""

import pytest
from builders import tier
from msgspec.structs import replace

from bot.model.commits import CommitFacts, EntryKind, FileChange, PathDifference, TreeEntry
from bot.model.proposals import Identity, PullRequest, PullRequestPlan, Texts
from bot.planning.ownership import TIER_TRAILER
from bot.planning.proof import blob_name
from bot.planning.pull_requests import Found, FoundBranch, Wish, plan_pull_request, strangers

DEV = tier("dev")
US = Identity(login="bot[bot]", name="bot", email="bot@example.com")
NAME = "flux-chart-bot/dev/all"
HEAD, BASE_SHA = "c" * 40, "b" * 40
MARKER = "<!-- flux-chart-bot v1 versions=64 -->"
TEXTS = Texts(title="update podinfo", body=f"6.5.3 -> 6.5.4\n\n{MARKER}\n", commit_message="update")
PATH = "apps/dev/podinfo.yaml"


def change(before: bytes = b"6.5.3", after: bytes = b"6.5.4") -> FileChange:
    return FileChange(path=PATH, kind=EntryKind.FILE, before=before, after=after)


def carried(one: FileChange) -> PathDifference:
    old, new = (
        TreeEntry(path=one.path, kind=one.kind, size=len(data), blob=blob_name(data, HEAD))
        for data in (one.before, one.after)
    )
    return PathDifference(path=one.path, old=old, new=new)


def commit(sha: str, email: str) -> CommitFacts:
    trailers = ((TIER_TRAILER, "dev"),)
    return CommitFacts(sha=sha, parents=(BASE_SHA,), committer_email=email, subject="x", trailers=trailers)


OURS, OTHERS = commit(HEAD, US.email), commit("d" * 40, "eve@example.com")
BRANCHES = {
    "none": None,
    "ours": FoundBranch(head=HEAD, history=(OURS,), carries=(carried(change()),)),
    "touched": FoundBranch(head="d" * 40, history=(OTHERS, OURS), carries=(carried(change()),)),
    "foreign": FoundBranch(head="d" * 40, history=(OTHERS,), carries=(carried(change()),)),
}
PULL = PullRequest(
    number=7,
    url="u",
    author=US.login,
    head=NAME,
    head_sha=HEAD,
    head_here=True,
    base="main",
    title=TEXTS.title,
    body=f"6.5.3 -> 6.5.4\r\n\r\n{MARKER}",
)
PULLS = {
    "none": (),
    "ours": (PULL,),
    "reworded": (replace(PULL, title="mine"),),
    "by hand": (replace(PULL, author="ann", title="by hand"),),
    "other base": (replace(PULL, base="release"),),
    "fork's": (replace(PULL, number=8, head_here=False),),
    "fork's and ours": (replace(PULL, number=8, head_here=False), PULL),
}
WISH = Wish(tier=DEV, base="main", base_sha=BASE_SHA)
WISHES = {
    "none": WISH,
    "same": replace(WISH, changes=(change(),), texts=TEXTS),
    "different": replace(WISH, changes=(change(after=b"6.5.5"),), texts=replace(TEXTS, body="6.5.3 -> 6.5.5")),
}


def plan(branch: str, pull: str, wish: str) -> PullRequestPlan | None:
    found = Found(branch=BRANCHES[branch], pull_requests=PULLS[pull])
    return plan_pull_request(WISHES[wish], found, US)


def said(planned: PullRequestPlan | None) -> str:
    """The action, its reason and whether words change, in short."""
    if planned is None:
        return "nothing"
    return " ".join(filter(None, [planned.action.value, planned.reason.id if planned.reason else ""]))


# What is done for the wishes none, same, different.
TABLE = {
    ("none", "none"): ("nothing", "create", "create"),
    ("none", "ours"): ("close", "update", "update"),
    ("none", "reworded"): ("close", "update", "update"),
    ("none", "by hand"): ("close", "update", "update"),
    ("none", "other base"): ("leave foreign-pull-request",) * 3,
    ("none", "fork's"): ("nothing", "create", "create"),
    ("none", "fork's and ours"): ("close", "update", "update"),
    ("ours", "none"): ("close", "open", "create"),
    ("ours", "ours"): ("close", "keep", "update"),
    ("ours", "reworded"): ("close", "reword", "update"),
    ("ours", "by hand"): ("close", "keep", "update"),
    ("ours", "other base"): ("leave foreign-pull-request",) * 3,
    ("ours", "fork's"): ("close", "open", "create"),
    ("ours", "fork's and ours"): ("close", "keep", "update"),
} | {
    (branch, pull): (f"leave {reason}",) * 3
    for branch, reason in (("touched", "touched"), ("foreign", "foreign-branch"))
    for pull in PULLS
}
CASES = [
    pytest.param(branch, pull, wish, action, id=f"branch {branch}, pull request {pull}, wish {wish}")
    for (branch, pull), actions in TABLE.items()
    for wish, action in zip(WISHES, actions, strict=True)
]


@pytest.mark.parametrize(("branch", "pull", "wish", "action"), CASES)
def test_what_is_found_and_wished_decides_what_is_done(branch: str, pull: str, wish: str, action: str) -> None:
    assert said(plan(branch, pull, wish)) == action


def test_the_table_knows_every_state() -> None:
    assert set(TABLE) == {(branch, pull) for branch in BRANCHES for pull in PULLS}


@pytest.mark.parametrize("wish", WISHES)
@pytest.mark.parametrize("pull", PULLS)
@pytest.mark.parametrize("branch", BRANCHES)
def test_a_push_has_the_branch_as_it_was_read_for_its_lease(branch: str, pull: str, wish: str) -> None:
    planned, found = plan(branch, pull, wish), BRANCHES[branch]

    assert (planned.head_before if planned else None) == (found.head if found else None)


@pytest.mark.parametrize("pull", list(PULLS))
@pytest.mark.parametrize("branch", list(BRANCHES))
def test_a_forks_pull_request_is_never_taken_for_ours(branch: str, pull: str) -> None:
    planned = plan(branch, pull, "same")

    assert planned is None or planned.existing is None or planned.existing.head_here


def test_a_forks_pull_request_is_said() -> None:
    found = Found(pull_requests=PULLS["fork's and ours"])

    (reason,) = strangers(found, NAME)
    assert reason.sentence == (
        "pull request 8 uses our branch name flux-chart-bot/dev/all and is not ours (its branch lies in a fork)"
    )


@pytest.mark.parametrize(
    ("pull", "wish", "rewords"),
    [
        ("ours", "same", False),
        ("ours", "different", True),
        ("reworded", "same", True),
        ("reworded", "different", True),
        ("by hand", "same", False),
        ("by hand", "different", False),
    ],
)
def test_only_words_of_our_own_that_differ_are_changed(pull: str, wish: str, rewords: bool) -> None:  # noqa: FBT001 - a table
    planned = plan("ours", pull, wish)

    assert planned
    assert planned.rewords is rewords


def test_a_branch_that_was_built_on_another_commit_is_built_anew_before_it_gets_a_pull_request() -> None:
    """Its tier may have another base since: the old one's history must not come with it."""
    wish = replace(WISHES["same"], base_sha="f" * 40)

    assert said(plan_pull_request(wish, Found(branch=BRANCHES["ours"]), US)) == "create"


@pytest.mark.parametrize("wish", list(WISHES))
@pytest.mark.parametrize(
    ("beneath", "changes", "action"),
    [
        pytest.param(("e" * 40,), {}, "leave brings-others", id="another commit"),
        pytest.param(
            ("e" * 40,), {"frozen": True}, "leave brings-others", id="another commit, while nothing is pushed"
        ),
        pytest.param(
            ("e" * 40,), {"rebuilds": True, "frozen": True}, "leave brings-others", id="both, and a person's tick"
        ),
        pytest.param(None, {"frozen": True}, "leave brings-others", id="no base in sight, while nothing is pushed"),
        pytest.param(None, {}, "update", id="no base in sight"),
        pytest.param(("e" * 40,), {"rebuilds": True}, "update", id="another commit, and a person's tick"),
    ],
)
def test_a_commit_like_ours_that_does_not_stand_on_the_base_is_not_vouched_for(
    beneath: tuple[str, ...] | None, changes: dict[str, bool], action: str, wish: str
) -> None:
    built_on = replace(OURS, parents=("e" * 40,))
    branch = FoundBranch(head=HEAD, history=(built_on,), carries=(carried(change()),), beneath=beneath)
    wished = replace(WISHES[wish], **changes)
    planned = plan_pull_request(wished, Found(branch=branch, pull_requests=(PULL,)), US)

    assert said(planned) == ("close" if (wish, action) == ("none", "update") else action)


def test_a_merge_like_ours_is_built_anew() -> None:
    merge = replace(OURS, parents=(BASE_SHA, "e" * 40))
    branch = FoundBranch(head=HEAD, history=(merge,), carries=(carried(change()),))

    assert said(plan_pull_request(WISHES["same"], Found(branch=branch, pull_requests=(PULL,)), US)) == "update"


def test_others_work_is_not_vouched_for_when_a_person_ticks_a_rebuild_while_nothing_is_pushed() -> None:
    wish = replace(WISHES["same"], rebuilds=True, frozen=True)
    found = Found(branch=BRANCHES["touched"], pull_requests=(PULL,))

    assert said(plan_pull_request(wish, found, US)) == "leave touched"


@pytest.mark.parametrize("pulls", [(), (PULL,)], ids=["no pull request", "ours"])
def test_nothing_is_closed_while_one_of_its_charts_is_unknown(pulls: tuple[PullRequest, ...]) -> None:
    found = Found(branch=BRANCHES["ours"], pull_requests=pulls)

    assert said(plan_pull_request(replace(WISHES["none"], unknown=frozenset({PATH})), found, US)) == "keep"
    assert said(plan_pull_request(replace(WISHES["none"], unknown=frozenset({"b.yaml"})), found, US)) == "close"


@pytest.mark.parametrize(
    "carries",
    [
        pytest.param((), id="nothing"),
        pytest.param((carried(change()), carried(replace(change(), path="b.yaml"))), id="one file more"),
        pytest.param((carried(change(before=b"6.5.2")),), id="from other bytes"),
        pytest.param((replace(carried(change()), old=None),), id="as a new file"),
        pytest.param((replace(carried(change()), new=None),), id="as a deletion"),
    ],
)
def test_a_branch_of_ours_that_carries_something_else_is_pushed_anew(carries: tuple[PathDifference, ...]) -> None:
    branch = FoundBranch(head=HEAD, history=(OURS,), carries=carries)
    planned = plan_pull_request(WISHES["same"], Found(branch=branch, pull_requests=(PULL,)), US)

    assert said(planned) == "update"
