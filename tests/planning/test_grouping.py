"""Keys and branches of pull requests."""

import re

import pytest
from builders import configuration, reference, rule, tier
from msgspec.structs import replace

from bot.model.branch_names import branch_problem
from bot.model.proposing import Grouping, Majors, Mode, NamedGroup, Proposing, ProposingRule
from bot.model.tiers import Rule, Tier
from bot.model.verdicts import Update, Verdict
from bot.planning.grouping import Key, branch_of, key_in, key_of, proposing_of

DEV = tier("dev")
CHART = Proposing(group=Grouping.CHART)
NAMED = Proposing(group=NamedGroup(name="observability"))


def key(settings: Proposing, chart: str = "ghcr.io/x/podinfo", jump: str = "patch") -> Key:
    update = Update(old="1.2.3", new="1.2.4", tag="1.2.4", edits=(), jump=jump)
    return key_of(Verdict(tier=DEV, reference=reference(chart=chart), decision=update), update, settings)


def test_a_tiers_own_pull_request_keeps_its_name() -> None:
    assert key(Proposing()) == Key(text="all")
    assert branch_of(DEV) == "flux-chart-bot/dev/all"


def test_majors_are_apart_unless_told_otherwise() -> None:
    assert key(Proposing(), jump="major").about == "majors"
    assert re.fullmatch(r"majors-[0-9a-f]{8}", key(Proposing(), jump="major").text)
    assert key(Proposing(majors=Majors.TOGETHER), jump="major") == Key(text="all")


@pytest.mark.parametrize("settings", [CHART, NAMED])
def test_majors_are_apart_within_each_group(settings: Proposing) -> None:
    assert key(settings, jump="major") != key(settings, jump="minor") == key(settings)
    together = replace(settings, majors=Majors.TOGETHER)
    assert key(together, jump="major") == key(together)


def test_each_chart_has_a_key_of_its_own_whatever_its_name() -> None:
    charts = [f"{host}/{name}/podinfo" for host in ("ghcr.io", "quay.io") for name in ("x", "y")]
    keys = [key(CHART, chart) for chart in charts]
    assert len({one.text for one in keys}) == 4
    assert {one.about for one in keys} == {"podinfo"}


def test_a_group_that_is_called_like_a_chart_is_not_the_chart() -> None:
    assert key(CHART) != key(Proposing(group=NamedGroup(name="ghcr.io/x/podinfo")))


@pytest.mark.parametrize("name", ["ghcr.io/x/" + "a" * 200, "ghcr.io/x/a..b", "ghcr.io/x/-", "[::1]:5000/x.lock"])
def test_a_key_is_a_name_for_a_branch(name: str) -> None:
    branch = branch_of(DEV, key(CHART, name).text)
    assert branch_problem(branch) is None
    assert key_in(branch, DEV) == key(CHART, name).text


@pytest.mark.parametrize(
    "name",
    [
        "flux-chart-bot/dev",
        "flux-chart-bot/dev/",
        "flux-chart-bot/dev/mine",
        "flux-chart-bot/dev/all/x",
        "flux-chart-bot/development/all",
        "flux-chart-bot/dev/x-12345678/y",
        "main",
    ],
)
def test_other_names_are_none_of_ours(name: str) -> None:
    assert key_in(name, DEV) is None


def settings(of: Tier, *said: ProposingRule, jump: str = "patch") -> Proposing:
    rules = [replace(rule(charts=["ghcr.io/x/*"]), proposing=one) for one in said]
    return proposing_of(reference(), of, configuration(of, rules=rules), jump)


def test_the_last_rule_that_matches_wins_value_by_value() -> None:
    first = ProposingRule(group=NamedGroup(name="a"), mode=Mode.REPORT)
    found = settings(DEV, first, ProposingRule(group=Grouping.CHART))
    assert (found.group, found.mode) == (Grouping.CHART, Mode.REPORT)


@pytest.mark.parametrize(
    ("one", "matches"),
    [
        (replace(rule(), jumps=("major",)), False),
        (replace(rule(), jumps=("major", "patch")), True),
        (replace(rule(), paths=("apps/dev/**",)), True),
        (replace(rule(), paths=("apps/staging/**",)), False),
        (replace(rule(), namespaces=("x",)), True),
        (replace(rule(), namespaces=("y",)), False),
        (replace(rule(), namespaces=("x",), paths=("apps/staging/**",)), False),
    ],
)
def test_a_rule_matches_where_all_its_conditions_do(one: Rule, matches: bool) -> None:  # noqa: FBT001 - a table
    one = replace(one, proposing=ProposingRule(mode=Mode.REPORT))
    found = proposing_of(reference(), DEV, configuration(DEV, rules=[one]), "patch")
    assert (found.mode is Mode.REPORT) is matches
