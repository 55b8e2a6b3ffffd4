import pytest

from bot.model.commits import CommitFacts
from bot.model.proposals import Identity
from bot.planning.ownership import TIER_TRAILER, Ownership, owner_of

US = Identity(login="bot[bot]", name="bot", email="7+bot[bot]@users.noreply.github.com")


def commit(email: str = US.email, tier: str | None = "dev", author: str = "") -> CommitFacts:
    return CommitFacts(
        sha="a" * 40,
        parents=("b" * 40,),
        committer_email=email,
        subject="x",
        trailers=() if tier is None else ((TIER_TRAILER, tier),),
        author_email=author or email,
    )


BY_GITHUB = commit("noreply@github.com", author=US.email)
OURS, OTHERS, UNMARKED, OTHER_TIER = commit(), commit("eve@example.com"), commit(tier=None), commit(tier="staging")


@pytest.mark.parametrize(
    ("history", "owner"),
    [
        pytest.param((OURS,), Ownership.OURS, id="ours alone"),
        pytest.param((BY_GITHUB,), Ownership.OURS, id="made by GitHub for us"),
        pytest.param((commit("noreply@github.com", author="eve@example.com"),), Ownership.FOREIGN, id="for another"),
        pytest.param((commit("noreply@github.com"),), Ownership.FOREIGN, id="GitHub's own"),
        pytest.param((commit("eve@example.com", author=US.email), OURS), Ownership.TOUCHED, id="ours, rebased"),
        pytest.param((OURS, OTHERS), Ownership.OURS, id="ours on the base's commits"),
        pytest.param((OTHERS, OURS), Ownership.TOUCHED, id="another's on ours"),
        pytest.param((UNMARKED, OURS), Ownership.TOUCHED, id="a merge by our login on ours"),
        pytest.param((OTHERS,), Ownership.FOREIGN, id="another's, with our trailer copied"),
        pytest.param((UNMARKED,), Ownership.FOREIGN, id="another workflow of our login"),
        pytest.param((OTHER_TIER,), Ownership.FOREIGN, id="our commit for another tier"),
        pytest.param((), Ownership.FOREIGN, id="nothing in sight"),
    ],
)
def test_the_commits_decide_whose_a_branch_is(history: tuple[CommitFacts, ...], owner: Ownership) -> None:
    assert owner_of(history, "dev", US) is owner
