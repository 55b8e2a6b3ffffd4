"""Production takes over what staging ran: with real Git, a real registry and the double of GitHub."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from doubles import fleet_files
from doubles.bot_runs import Ended
from doubles.fleet import Fleet
from doubles.meanwhile import before_push

from bot.demo.charts import SampleChart

BRANCH = "flux-chart-bot/production/promotion"
START = datetime(2026, 3, 1, tzinfo=UTC)
BRANCHES = """\
tiers:
  dev: {paths: ["apps/**"], branch: develop, follow: minor}
  staging: {paths: ["apps/**"], branch: staging, follow: exact}
  production: {paths: ["apps/**"], branch: main, production: true, from: staging, soak: 3d}
"""
FOLDERS = """\
tiers:
  dev: {paths: ["apps/dev/**"]}
  staging: {paths: ["apps/staging/**"]}
  production: {paths: ["apps/production/**"], production: true, from: staging, soak: 3d}
"""
Call = Callable[..., Ended]


def calling(fleet: Fleet) -> Call:
    """Runs a command on a day after the start."""

    def run(day: float, *arguments: str, **environment: str) -> Ended:
        with mock.patch("bot.cli.commands.now", return_value=START + timedelta(days=day)):
            return fleet.run(*arguments, **environment)

    return run


def moves(fleet: Fleet, branch: str, folder: str, podinfo: str, redis: str, day: float = 0) -> None:
    """A person merges these versions."""
    date = int((START + timedelta(days=day)).timestamp())
    fleet.hosted.commit(branch, fleet.manifests(folder, podinfo, redis), "Merge", date=date)


@pytest.fixture
def call(branches: Fleet) -> Call:
    """Three tiers as branches; staging runs newer versions of two charts for five days."""
    branches.hosted.commit("main", {fleet_files.CONFIGURATION: BRANCHES})
    moves(branches, "staging", "apps", "6.5.4", "20.2.0")
    run = calling(branches)
    assert run(0, "update").code == 0
    return run


def production(fleet: Fleet) -> dict[str, bytes]:
    return fleet.changed(BRANCH, "main")


def test_it_is_one_draft_with_the_versions_and_digests_of_staging(branches: Fleet, call: Call) -> None:
    before = branches.hosted.tip("main")
    said = call(5, "promote", "--to", "production")

    assert said.code == 0, said
    assert production(branches) == branches.manifests("apps", "6.5.4", "20.2.0")
    pull = branches.open[BRANCH]
    assert (pull.draft, pull.base_branch) == (True, "main")
    assert branches.digests["redis", "20.2.0"].partition(":")[2] in (pull.body or "")
    assert "staging has run it since 2026-03-01 00:00 UTC" in (pull.body or "")
    assert branches.hosted.tip("main") == before


def test_it_gives_no_word_on_productions_branch_and_one_on_its_own_head(branches: Fleet, call: Call) -> None:
    words = branches.words("main")
    call(5, "promote", "--to", "production")

    assert branches.words("main") == words
    assert branches.words(BRANCH) == {"flux-chart-bot/production": ("success", "2 updates")}
    assert all(BRANCH in one or "refs/heads" not in one for one in branches.writes)


def test_a_second_promotion_makes_no_write_and_an_update_touches_nothing_of_it(branches: Fleet, call: Call) -> None:
    call(5, "promote", "--to", "production")
    head, body = branches.hosted.tip(BRANCH), branches.open[BRANCH].body

    assert call(5.1, "promote", "--to", "production").code == 0
    assert branches.writes == []
    call(5.2, "update")
    assert (branches.hosted.tip(BRANCH), branches.open[BRANCH].body) == (head, body)
    assert not [one for one in branches.writes if BRANCH in one]


def test_before_the_soak_is_over_nothing_is_opened_and_why_is_said(branches: Fleet, call: Call) -> None:
    said = call(1, "promote", "--to", "production")

    assert said.code == 3, said
    assert BRANCH not in branches.open
    assert "has not soaked: waits until 2026-03-04 00:00 UTC" in said.out
    assert branches.writes == []


def test_folders_of_one_branch_are_told_apart(folders: Fleet) -> None:
    folders.hosted.commit("main", {fleet_files.CONFIGURATION: FOLDERS})
    moves(folders, "main", "apps/staging", "6.6.0", "20.1.1")
    call = calling(folders)
    call(0, "update")
    said = call(4, "promote", "--to", "production")

    assert said.code == 0, said
    assert production(folders) == folders.manifests("apps/production", "6.6.0", "20.1.1")


def test_a_row_that_a_person_takes_out_stays_out_while_the_others_move_on(branches: Fleet, call: Call) -> None:
    call(5, "promote", "--to", "production")
    number, body = branches.open[BRANCH].number, branches.open[BRANCH].body or ""
    chart = f"- [x] <code>{branches.registry.replace(':', '&#58;')}/{branches.group}/redis</code>"
    assert chart in body
    branches.hosted.edit(number, body=body.replace(chart, chart.replace("[x]", "[ ]")))

    assert call(5.1, "promote", "--to", "production").code == 0
    assert production(branches).keys() == {"apps/podinfo.yaml"}
    moves(branches, "staging", "apps", "6.6.0", "20.2.0", 6)
    call(6, "update")
    call(10, "promote", "--to", "production")
    assert production(branches) == {"apps/podinfo.yaml": fleet_files.podinfo("6.6.0")}
    assert branches.open[BRANCH].number == number


def test_a_promotion_by_a_persons_word_says_why_and_lets_nothing_of_it_act(branches: Fleet, call: Call) -> None:
    chart = f"{branches.registry}/{branches.group}/podinfo"
    evil = "`x` <script> @everyone ![x](http://evil.example) fixes #1 $(id) ${{ secrets.X }}"
    variables = {"TO": "production", "CHART": chart, "VERSION": "7.0.0", "REASON": evil}

    said = call(0, "promote", **{f"FLUX_CHART_BOT_{name}": text for name, text in variables.items()})

    assert said.code == 0, said
    [(branch, pull)] = [(name, one) for name, one in branches.open.items() if "promotion-podinfo" in name]
    assert branches.changed(branch, "main") == {"apps/podinfo.yaml": fleet_files.podinfo("7.0.0")}
    body = pull.body or ""
    assert "By a person's word" in body
    assert not [sign for sign in ("<script>", "@everyone", "](http", "#1", "`x`") if sign in body]
    assert evil not in branches.hosted.log(branch)[0].message


def test_a_standing_draft_is_kept_by_updates_until_somebody_marks_it_ready(branches: Fleet, call: Call) -> None:
    standing = BRANCHES.replace("soak: 3d", "soak: 3d, promote: standing-draft")
    branches.hosted.commit("main", {fleet_files.CONFIGURATION: standing})
    assert call(5, "update").code == 0
    pull = branches.open[BRANCH]
    assert (pull.draft, production(branches)) == (True, branches.manifests("apps", "6.5.4", "20.2.0"))
    call(5.1, "update")
    assert branches.writes == []

    pull.draft = False
    moves(branches, "staging", "apps", "6.6.0", "20.2.0", 6)
    call(6, "update")
    call(10, "update")
    assert production(branches) == branches.manifests("apps", "6.5.4", "20.2.0")
    pull.draft = True
    call(10.1, "update")
    assert production(branches) == branches.manifests("apps", "6.6.0", "20.2.0")
    assert branches.open[BRANCH].number == pull.number


def test_a_draft_whose_base_moved_keeps_the_rest_of_what_was_asked_for(branches: Fleet, call: Call) -> None:
    call(5, "promote", "--to", "production")
    moves(branches, "staging", "apps", "6.6.0", "20.2.0", 6)
    moves(branches, "main", "apps", "6.5.3", "20.2.0", 6)
    assert call(10, "update").code == 0
    assert production(branches) == {"apps/podinfo.yaml": fleet_files.podinfo("6.5.4")}
    assert branches.hosted.log(BRANCH)[1].sha == branches.hosted.tip("main")
    call(10.1, "update")
    assert branches.writes == []

    moves(branches, "main", "apps", "6.5.4", "20.2.0", 11)
    call(11, "update")
    assert BRANCH not in branches.open


@pytest.mark.parametrize("event", ["pull_request", "pull_request_target"])
def test_it_does_not_run_for_pull_requests(branches: Fleet, call: Call, event: str) -> None:
    said = call(5, "promote", "--to", "production", GITHUB_EVENT_NAME=event)

    assert (said.code, branches.writes) == (2, []), said
    assert "`promote` does not run on" in said.err


def test_a_tag_that_was_pushed_again_is_refused_with_both_digests_and_ends_with_3(branches: Fleet, call: Call) -> None:
    """Threat 21: staging wrote one digest, and production's registry has another under the tag now."""
    chart = SampleChart(name="redis", version="20.2.0", files={"evil.yaml": "x"})
    evil = branches.pusher.push(f"{branches.group}/redis", chart)
    said = call(5, "promote", "--to", "production")

    assert said.code == 3, said
    assert production(branches).keys() == {"apps/podinfo.yaml"}
    assert all(digest in said.out for digest in (evil, branches.digests["redis", "20.2.0"]))


def test_the_same_name_from_another_address_is_refused_with_both(branches: Fleet, call: Call) -> None:
    """Threat 21: whoever writes to staging's branch points its release at a chart of their own."""
    evil = SampleChart(name="podinfo", version="6.5.4", files={"evil.yaml": "x"})
    branches.pusher.push(f"{branches.group}-evil/podinfo", evil)
    source = fleet_files.source(branches.registry, f"{branches.group}-evil")
    branches.hosted.commit("staging", {"sources/charts.yaml": source})
    said = call(5, "promote", "--to", "production", "--chart", f"{branches.registry}/{branches.group}/podinfo")

    assert said.code == 3, said
    assert not [name for name in branches.open if "promotion" in name]
    assert f"{branches.registry}/{branches.group}/podinfo here" in said.out
    assert f"from {branches.registry}/{branches.group}-evil/podinfo in staging" in said.out


def test_a_promotion_that_lost_ends_with_one_since_a_person_waits_for_it(
    branches: Fleet, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    came = before_push(monkeypatch, 1, lambda: call(5, "promote", "--to", "production"))
    ended = call(5, "promote", "--to", "production")
    [other] = came
    assert isinstance(other, Ended)
    assert (ended.code, other.code) == (1, 0), f"{ended}{other}"
    assert f"{BRANCH} was not pushed" in ended.out
    assert "1 problem" in ended.out
    assert len([pull for pull in branches.hosted.pulls() if pull.head_branch == BRANCH]) == 1
