"""Threat 9: a person who may push can make a commit that looks like ours; it gets them nothing they did not have."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from builders import PODINFO, configuration, digest, pace, source, tier
from doubles.story import Story, oci, release
from msgspec.structs import replace

from bot.model.proposals import Action, PullRequest, State
from bot.model.verdicts import Held, Update
from bot.planning.grouping import branch_of
from bot.planning.ownership import Ownership, owner_of
from bot.reasons import UNREACHABLE
from bot.repository.commit_text import commit_facts

PATH = "apps/dev/a.yaml"
DEV = tier("dev", "any")
OURS = branch_of(DEV)


def forged(before: str, proposed: str) -> Story:
    """Our branch holds a commit with our address and trailer that we never made, and the chart is away."""
    story = Story(configuration(DEV)).write({PATH: before})
    story.push(PODINFO, "1.2.3", "1.2.4", digests="ab")
    assert story.published().outcomes[0].plan.action is Action.CREATE
    made = story.remote.commits[story.remote.branches[OURS]]
    kind, _ = made.files[PATH]
    story.remote.branches[OURS] = story.remote.store(
        replace(made, files={**made.files, PATH: (kind, proposed.encode())})
    )
    story.registry.away[source(PODINFO)] = UNREACHABLE(host="ghcr.io", problem="it answers 503")
    return story


def decided(story: Story) -> Update | Held:
    decision = story.decisions()["podinfo"]
    assert isinstance(decision, Update | Held)
    return decision


def test_the_forgery_is_taken_for_ours() -> None:
    assert isinstance(decided(forged(release("1.2.3"), release("1.2.5"))), Update)


@pytest.mark.parametrize(
    ("before", "proposed"),
    [
        pytest.param(release("1.2.3"), release("latest"), id="a floating tag"),
        pytest.param(release("1.2.3"), release("'>=0.0.0-0'"), id="a range"),
        pytest.param(release("1.2.3"), release("1.2.2"), id="a downgrade"),
        pytest.param(release("1.2.3"), release('"1.2.4 # ::error::x"'), id="no version at all"),
        pytest.param(release("'>=1.2.3'"), release("'>=0.0.0-0'"), id="another range"),
        pytest.param(
            oci(f'{{tag: 1.2.3, digest: "{digest("a")}"}}'),
            oci(f'{{tag: 1.2.3, digest: "{digest("c")}"}}'),
            id="other bytes under the same tag",
        ),
        pytest.param(
            oci(f'{{tag: 1.2.3, digest: "{digest("a")}"}}'),
            oci(f'{{tag: 1.2.4, digest: "sha256:{"z" * 64}"}}'),
            id="a digest that is none",
        ),
        pytest.param(
            oci(f'{{digest: "{digest("a")}"}}'), oci('{digest: "latest"}'), id="no digest in the place of a lone one"
        ),
    ],
)
def test_what_no_run_of_ours_would_write_is_not_carried_on(before: str, proposed: str) -> None:
    story = Story(configuration(DEV)).write({PATH: before})
    if "'>=" in before:  # nothing to propose by itself, so the branch is the forger's from the start
        story.push(PODINFO, "1.2.3", "1.2.4")
        tip = story.remote.commits[story.remote.branches["main"]]
        made = replace(
            tip,
            files={**tip.files, PATH: (tip.files[PATH][0], proposed.encode())},
            parents=(story.remote.branches["main"],),
            email=story.forge.identity().email,
            message="x\n\nFlux-Chart-Bot-Tier: dev",
        )
        story.remote.branches[OURS] = story.remote.store(made)
        story.registry.away[source(PODINFO)] = UNREACHABLE(host="ghcr.io", problem="it answers 503")
    else:
        story = forged(before, proposed)
    assert isinstance(decided(story), Held)


@pytest.mark.parametrize(
    "message",
    [
        pytest.param("Flux-Chart-Bot-Tier: dev", id="as the subject"),
        pytest.param("x\nFlux-Chart-Bot-Tier: dev", id="as the second line of the subject"),
        pytest.param("x\n\nFlux-Chart-Bot-Tier: dev\n\nlast", id="in a paragraph before the last"),
        pytest.param("x\n\n Flux-Chart-Bot-Tier: dev", id="indented"),
        pytest.param("x\n\nFlux-Chart-Bot-Tier:dev", id="without its blank"),
        pytest.param("x\n\nFlux-Chart-Bot-Tier: dev2", id="another tier"),
        pytest.param("x\n\nFlux-Chart-Bot-Tier: dev\x00", id="with a NUL"),
    ],
)
def test_a_trailer_counts_in_its_own_place_only(message: str) -> None:
    us = Story().forge.identity()
    text = f"tree {'1' * 40}\nparent {'2' * 40}\nauthor x <{us.email}> 1 +0000\ncommitter x <{us.email}> 1 +0000\n\n"
    assert owner_of((commit_facts("3" * 40, f"{text}{message}".encode()),), "dev", us) is Ownership.FOREIGN


@pytest.mark.parametrize(
    "committer",
    [
        pytest.param("committer x <{us}> <eve@example.com> 1 +0000", id="two addresses"),
        pytest.param("committer <{us}> <eve@example.com> 1 +0000", id="our address as the name"),
        pytest.param("committer x <eve@example.com> 1 +0000\ncommitter x <{us}> 1 +0000", id="two committers"),
        pytest.param(
            "committer x <eve@example.com> 1 +0000\ngpgsig x\n committer x <{us}> 1 +0000", id="in a signature"
        ),
        pytest.param("author x <{us}> 1 +0000\ncommitter x <eve@example.com> 1 +0000", id="as the author only"),
        pytest.param("committer x <{us} > 1 +0000", id="a blank behind"),
        pytest.param("committer x <eve@example.com> 1 +0000", id="in the message: committer x <{us}> 1 +0000"),
    ],
)
def test_a_picked_commit_or_an_odd_committer_is_nobody_of_ours(committer: str) -> None:
    us = Story().forge.identity()
    head = f"tree {'1' * 40}\n{committer.replace('{us}', us.email)}\n\n"
    content = f"{head}committer x <{us.email}> 1 +0000\n\nFlux-Chart-Bot-Tier: dev\n".encode()
    assert owner_of((commit_facts("3" * 40, content),), "dev", us) is Ownership.FOREIGN


def test_a_second_pull_request_from_our_branch_does_not_stop_the_first() -> None:
    story = Story(configuration(DEV)).write({PATH: release("1.2.3")}).push(PODINFO, "1.2.3", "1.2.4")
    story.published()
    (ours,) = story.forge.open_pull_requests()
    decoy = PullRequest(
        number=99, url="x", author="eve", head=OURS, head_sha="", head_here=True, base="other", title="x", body="x"
    )
    story.forge.pulls = {decoy.number: decoy, **story.forge.pulls}
    assert story.forge.open_pull_requests()[0].number == decoy.number
    story.push(PODINFO, "1.2.5")
    outcome = story.published().outcomes[0]
    assert (outcome.plan.action, outcome.plan.existing and outcome.plan.existing.number) == (Action.UPDATE, ours.number)


def beneath(story: Story, branch: str, files: Mapping[str, str], commits: int = 1) -> str:
    """Somebody's commits on the base, and on top of them what our branch held, with our address and trailers."""
    ours = story.remote.commits[story.remote.branches[branch]]
    at = story.remote.branches["main"]
    for number in range(commits):
        at = story.remote.commit(f"evil-{number}", {**files, "note": str(number)}, start=at)
        del story.remote.branches[f"evil-{number}"]
    changed = {
        path: item for path, item in ours.files.items() if item != story.remote.commits[ours.parents[0]].files.get(path)
    }
    forged = replace(ours, files={**story.remote.commits[at].files, **changed}, parents=(at,))
    story.remote.branches[branch] = story.remote.store(forged)
    return story.remote.branches[branch]


def opened() -> Story:
    story = Story(configuration(DEV)).write({PATH: release("1.2.3")}).push(PODINFO, "1.2.3", "1.2.4")
    story.published()
    return story


EVIL = {"apps/prod/evil.yaml": "kind: Evil\n"}


def test_a_forged_commit_on_somebodys_is_said_to_bring_theirs() -> None:
    story = opened()
    head = beneath(story, OURS, EVIL)
    published = story.published()
    [outcome] = published.outcomes

    assert outcome.plan.reason is not None
    assert outcome.plan.reason.id == "brings-others"
    assert [one.state for one in story.forge.set_by_us[head]] == [State.FAILURE]
    assert story.remote.branches[OURS] == head, "nobody's commit is overwritten"


def test_so_it_is_on_the_branch_of_a_promotion() -> None:
    paced = pace(comes_from=["staging"], soak="3d")
    live = tier("live", "exact", production=True, pace=paced)
    story = Story(configuration(tier("staging", "exact"), live)).push(PODINFO, "1.2.3", "1.2.4")
    story.write({"apps/staging/a.yaml": release("1.2.3"), "apps/live/a.yaml": release("1.2.3")})
    story.write({"apps/staging/a.yaml": release("1.2.4")}).run()
    story.pass_by(days=4).promote()
    head = beneath(story, "flux-chart-bot/live/promotion", {"apps/live/b.yaml": release("9.9.9", chart="redis")})
    report = story.promote()

    assert [one.plan.reason and one.plan.reason.id for one in report.outcomes] == ["brings-others"]
    assert [one.state for one in story.forge.set_by_us[head]] == [State.FAILURE]


def test_what_lies_on_more_commits_than_are_looked_at_is_built_anew() -> None:
    story = opened()
    beneath(story, OURS, EVIL, commits=12)
    [outcome] = story.published().outcomes

    assert outcome.plan.action is Action.UPDATE
    assert story.proposed() == {PATH: release("1.2.4")}


def test_a_person_who_ticks_the_last_box_has_it_built_anew() -> None:
    story = opened()
    beneath(story, OURS, EVIL)
    [pull] = story.forge.pulls.values()
    box = next(line for line in pull.body.splitlines() if "box=rebuild" in line)
    ticked = pull.body.replace(box, box.replace("[ ]", "[x]"))
    story.forge.pulls[pull.number] = replace(pull, body=ticked)
    story.published()

    assert story.proposed() == {PATH: release("1.2.4")}


def test_a_base_that_moved_on_costs_no_push() -> None:
    """Who merges the base into what they have, and pushes that, puts its old tip second."""
    story = opened().write({"README.md": "x"})
    story.forge.pulls.clear()
    story.published()
    before, main = story.remote.branches[OURS], story.remote.branches["main"]
    [first] = story.remote.commits[main].parents
    mine = story.remote.commit("mine", {"README.md": "mine"}, start=first)
    merge = replace(story.remote.commits[main], parents=(mine, main))
    story.remote.branches["main"] = story.remote.store(merge)
    for number in range(20):
        story.write({"README.md": str(number)})
    [outcome] = story.published().outcomes

    assert story.remote.commits[before].parents == (main,)
    assert (outcome.plan.action, story.remote.branches[OURS]) == (Action.KEEP, before)
