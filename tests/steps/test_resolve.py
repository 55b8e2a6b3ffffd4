"""resolve: which reference belongs to which tier."""

import pytest
from builders import configuration, rule, tier
from doubles.story import Story, release, repository
from msgspec.structs import replace

from bot.errors import ConfigurationError
from bot.model.references import PassedOver
from bot.model.tiers import PackedSource
from bot.reasons import RULE_WITHOUT_CHART
from bot.steps.resolve import Resolved, resolve
from bot.steps.scan import Base, scan

DEV, STAGING = tier("dev"), tier("staging")


def paths(resolved: Resolved) -> dict[str, list[str]]:
    return {view.tier.name: [one.path for one in view.references] for view in resolved.views}


def test_each_reference_is_judged_in_the_tier_of_its_file() -> None:
    story = Story(configuration(DEV, STAGING))
    story.write({"apps/dev/a.yaml": release("1.2.3"), "apps/staging/a.yaml": release("1.2.3")})

    assert paths(story.resolved()) == {"dev": ["apps/dev/a.yaml"], "staging": ["apps/staging/a.yaml"]}


def test_a_source_outside_of_every_tier_is_still_joined() -> None:
    story = Story(configuration(DEV)).write({"apps/dev/a.yaml": release("1.2.3")})
    (reference,) = story.resolved().views[0].references

    assert str(reference.source.address) == "ghcr.io/x/podinfo"


def test_what_no_tier_covers_is_said_once() -> None:
    story = Story(configuration(DEV))
    story.write(
        {"apps/dev/a.yaml": release("1.2.3"), "apps/other/a.yaml": release("1.2.3"), "x.yaml": "kind: [HelmRelease"}
    )
    resolved = story.resolved()

    assert {item.path: item.reason.id for item in resolved.outside} == {
        "apps/other/a.yaml": "no-tier",
        "x.yaml": "unreadable-yaml",
    }


def test_what_a_tier_cannot_judge_is_listed_under_it() -> None:
    story = Story(configuration(DEV)).write({"apps/dev/a.yaml": release("1.2.3", repository="absent")})
    (view,) = story.resolved().views

    assert [item.reason.id for item in view.passed_over] == ["source-not-found"]
    assert story.resolved().outside == ()


def test_a_stray_comment_is_said_in_the_files_of_a_tier_only() -> None:
    stray = "# flux-chart-bot: 1.x\na: b\n"
    story = Story(configuration(DEV)).write({"apps/dev/values.yaml": stray, ".github/workflows/x.yaml": stray})
    resolved = story.resolved()

    assert [(item.path, item.reason.id) for item in resolved.views[0].passed_over] == [
        ("apps/dev/values.yaml", "stray-comment")
    ]
    assert resolved.outside == ()


@pytest.mark.parametrize(
    ("pattern", "silent"),
    [
        ("ghcr.io/x/podinfo", True),
        ("ghcr.io/*/pod*", True),
        ("original.io/podinfo", True),
        ("ghcr.io/x/podinf", False),
        ("oci.io/**", False),
    ],
)
def test_a_pattern_of_a_rule_that_matches_no_chart_is_said(pattern: str, silent: bool) -> None:  # noqa: FBT001 - a column of the table
    rules = [rule(charts=["**", pattern], skip=["1.3.x"]), rule(tiers=["dev"], skip=[])]
    settings = configuration(DEV, rules=rules, same_as={"ghcr.io/x/*": "original.io/*"})
    story = Story(settings).write({"apps/dev/a.yaml": release("1.2.3")})
    said = PassedOver(path="c.yaml", line=0, reason=RULE_WITHOUT_CHART(key="chart", pattern=pattern))

    assert story.resolved().outside == (() if silent else (said,))


@pytest.mark.parametrize(
    ("key", "asked", "value", "silent"),
    [
        ("paths", "paths", "apps/*/a.yaml", True),
        ("paths", "paths", "apps/dve/**", False),
        ("namespace", "namespaces", "x", True),
        ("namespace", "namespaces", "nope", False),
        ("owner", "owners", "@acme/web", True),
        ("owner", "owners", "@nobody", False),
    ],
)
def test_whatever_else_a_rule_asks_for_is_said_where_nothing_has_it(
    key: str,
    asked: str,
    value: str,
    silent: bool,  # noqa: FBT001 - a column of the table
) -> None:
    settings = configuration(DEV, rules=[replace(rule(skip=["1.3.x"]), **{asked: (value,)})])
    story = Story(settings).write({"apps/dev/a.yaml": release("1.2.3"), "CODEOWNERS": "* @Acme/Web\n"})
    said = PassedOver(path="c.yaml", line=0, reason=RULE_WITHOUT_CHART(key=key, pattern=value))

    assert story.resolved().outside == (() if silent else (said,))


def test_a_rule_for_a_chart_of_another_branch_is_not_said_to_be_without_one() -> None:
    tiers = (tier("dev", paths=("apps/**",), branch="develop"), tier("staging", paths=("apps/**",)))
    story = Story(configuration(*tiers, rules=[rule(charts=["ghcr.io/x/podinfo"], skip=["1.3.x"])]))
    story.write({"apps/a.yaml": "a: b\n"}).write({"apps/a.yaml": release("1.2.4")}, branch="develop")

    assert story.resolved().outside == ()


def test_tiers_on_different_branches_may_have_the_same_paths() -> None:
    story = Story(configuration(tier("dev", paths=("apps/**",), branch="develop"), tier("staging", paths=("apps/**",))))
    story.write({"apps/a.yaml": release("1.2.3")}).write({"apps/a.yaml": release("1.2.4")}, branch="develop")
    versions = {view.tier.name: [one.pin.places[0].text for one in view.references] for view in story.resolved().views}

    assert versions == {"dev": ["1.2.4"], "staging": ["1.2.3"]}


@pytest.mark.parametrize(
    ("tiers", "message"),
    [
        pytest.param((DEV, tier("all", paths=("apps/**",))), "apps/dev/a.yaml", id="a file claimed twice"),
        pytest.param((DEV, STAGING), "apps/staging/**", id="a pattern that matches nothing"),
    ],
)
def test_tiers_that_do_not_fit_their_tree_are_a_fault_of_the_configuration(
    tiers: tuple[object, ...], message: str
) -> None:
    story = Story(configuration(*tiers)).write({"apps/dev/a.yaml": release("1.2.3")})  # type: ignore[arg-type] # a table of tiers

    with pytest.raises(ConfigurationError) as raised:
        story.resolved()
    assert message in raised.value.faults[0].message


def test_a_work_tree_is_every_tiers_branch() -> None:
    settings = configuration(
        tier("dev", paths=("apps/**",), branch="develop"), tier("staging", paths=("apps/**",), branch="staging")
    )
    story = Story(settings).write({"apps/a.yaml": release("1.2.3"), "apps/x.yaml": repository()})
    (first, *_) = Story(configuration(tier("x", paths=("apps/**",))), remote=story.remote).bases()
    work_tree = Base(branch="", sha=None, tree=first.tree, tiers=settings.tiers)

    assert paths(resolve(scan([work_tree]), settings, "")) == {"dev": ["apps/a.yaml"], "staging": ["apps/a.yaml"]}


def test_a_source_that_no_branch_applies_stops_the_run_and_one_that_any_does_does_not() -> None:
    tiers = (tier("dev", paths=("apps/**",), branch="develop"), tier("staging", paths=("apps/**",)))
    packed = PackedSource(kind="OCIRepository", namespace="flux-system", name="fleet", folder="apps")
    story = Story(configuration(*tiers, sources=[packed]))
    story.write({"apps/a.yaml": "a: b\n"}).write({"apps/a.yaml": applied("fleets")}, branch="develop")

    with pytest.raises(ConfigurationError, match="Did you mean `OCIRepository flux-system/fleets`"):
        story.resolved()
    assert story.write({"apps/a.yaml": applied("fleet")}, branch="develop").resolved().outside == ()


def applied(source: str) -> str:
    return (
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"
        "metadata: {name: apps, namespace: flux-system}\n"
        f"spec: {{path: ./x, sourceRef: {{kind: OCIRepository, name: {source}}}}}\n"
    )
