"""ResourceSets and image policies through the whole story: shared values, other tiers, charts that are away."""

from textwrap import indent

import pytest
from builders import configuration, source, tier
from doubles.memory_registry import quiet
from doubles.story import Story, oci
from msgspec.structs import replace

from bot.model.explanations import Spot
from bot.model.proposals import Action
from bot.model.tiers import Configuration, ImagePolicies
from bot.model.verdicts import Current, Held, Update
from bot.reasons import SHARED, UNREACHABLE
from bot.steps.explain import explain
from bot.steps.look_up import look_up

DEV = tier("dev", "any")
PRODUCTION = tier("production", production=True)
TEMPLATE = "{tag: << inputs.version >>}"
ONE, TWO = "ghcr.io/x/one", "ghcr.io/x/two"
POLICIES = """\
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: {name: one, namespace: x}
spec: {image: ghcr.io/x/one}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {name: one, namespace: x}
spec: {imageRepositoryRef: {name: one}, policy: {semver: {range: 1.x}}}
"""


def resource_set(*resources: str, inputs: str, name: str = "set") -> str:
    items = "".join("    - " + indent(each, "      ").lstrip() for each in resources)
    return (
        "apiVersion: fluxcd.controlplane.io/v1\nkind: ResourceSet\n"
        f"metadata: {{name: {name}, namespace: x}}\nspec:\n  {inputs}\n  resources:\n{items}"
    )


def provider(version: str = "1.2.3") -> str:
    return (
        "apiVersion: fluxcd.controlplane.io/v1\nkind: ResourceSetInputProvider\n"
        f"metadata: {{name: versions, namespace: x}}\nspec: {{type: Static, defaultValues: {{version: {version}}}}}\n"
    )


def both(inputs: str = "inputs: [{version: 1.2.3}]") -> str:
    return resource_set(oci(TEMPLATE, name="one"), oci(TEMPLATE, name="two"), inputs=inputs)


def marked(version: str = "1.2.3") -> str:
    marker = '# {"$imagepolicy": "x:one:tag"}'
    return oci("REF", name="one").replace("ref: REF", f"ref:\n    tag: {version} {marker}")


def applying(*tiers: str) -> Configuration:
    return replace(configuration(*(tier(name, "exact") for name in tiers)), image_policies=ImagePolicies.APPLY)


def changed(story: Story) -> dict[str, str]:
    return {change.path: change.after.decode() for edits in story.edited() for change in edits.changes}


def test_one_input_of_two_charts_moves_to_the_version_of_both() -> None:
    story = Story(configuration(DEV)).write({"apps/dev/a.yaml": both()})
    story.push(ONE, "1.2.3", "1.2.4").push(TWO, "1.2.3", "1.2.4")

    assert changed(story) == {"apps/dev/a.yaml": both().replace("1.2.3", "1.2.4")}


@pytest.mark.parametrize("versions", [("1.2.3",), ("1.2.3", "1.2.5")])
def test_one_input_stays_where_the_charts_do_not_agree(versions: tuple[str, ...]) -> None:
    story = Story(configuration(DEV)).write({"apps/dev/a.yaml": both()})
    story.push(ONE, "1.2.3", "1.2.4").push(TWO, *versions)

    assert changed(story) == {}
    assert not [each for each in story.decisions().values() if isinstance(each, Update)]


def test_one_input_stays_where_one_chart_is_away() -> None:
    story = Story(configuration(DEV)).write({"apps/dev/a.yaml": both()}).push(ONE, "1.2.3", "1.2.4")
    story.registry.away[source(TWO)] = UNREACHABLE(host="ghcr.io", problem="x")

    assert changed(story) == {}


@pytest.mark.parametrize(
    "text",
    [
        resource_set(oci("&r {tag: 1.2.3}", name="one"), oci("*r", name="two"), inputs="inputs: []"),
        resource_set(
            oci("{tag: << inputs.app.version >>}", name="<< inputs.name >>"),
            inputs="inputs: [{name: one, app: &a {version: 1.2.3}}, {name: two, app: *a}]",
        ),
    ],
)
def test_what_an_alias_repeats_for_another_object_stays(text: str) -> None:
    story = Story(configuration(DEV)).write({"apps/dev/a.yaml": text}).push(ONE, "1.2.3", "1.2.4")

    assert changed(story) == {}


def test_the_values_of_a_provider_move_in_its_file() -> None:
    story = Story(configuration(DEV))
    story.write({"apps/dev/a.yaml": both("inputsFrom: [{name: versions}]"), "apps/dev/v.yaml": provider()})
    story.push(ONE, "1.2.3", "1.2.4").push(TWO, "1.2.3", "1.2.4")
    story.published()

    assert story.proposed() == {"apps/dev/v.yaml": provider("1.2.4")}


def test_a_value_that_another_tier_uses_too_moves_for_nobody() -> None:
    story = Story(configuration(DEV, PRODUCTION))
    one = resource_set(oci(TEMPLATE, name="one"), inputs="inputsFrom: [{name: versions}]")
    files = {"apps/dev/v.yaml": provider(), "apps/dev/a.yaml": one, "apps/production/x.yaml": "a: b\n"}
    story.write({**files, "apps/production/a.yaml": one.replace("name: set", "name: b")})
    story.push(ONE, "1.2.3", "1.2.4")
    dev, _ = story.judged()
    held = [verdict.decision.reason.id for verdict in dev.verdicts if isinstance(verdict.decision, Held)]

    assert changed(story) == {}
    assert held == [SHARED.id]


def test_what_a_provider_holds_is_carried_while_the_chart_is_away() -> None:
    story = Story(configuration(DEV))
    one = resource_set(oci(TEMPLATE, name="one"), inputs="inputsFrom: [{name: versions}]")
    story.write({"apps/dev/a.yaml": one, "apps/dev/v.yaml": provider()}).push(ONE, "1.2.3", "1.2.4")
    story.published()
    story.registry.away[source(ONE)] = UNREACHABLE(host="ghcr.io", problem="x")
    kept = story.decisions()["one"]

    assert isinstance(kept, Update)
    assert (kept.new, kept.carried is not None) == ("1.2.4", True)
    assert story.published().outcomes[0].plan.action is Action.REWORD


def test_a_policy_moves_a_version_in_a_tier_that_follows_nothing() -> None:
    story = Story(applying("dev")).write({"apps/dev/a.yaml": marked(), "policies.yaml": POLICIES})
    story.push(ONE, "1.2.3", "1.9.0", "2.0.0")

    assert changed(story) == {"apps/dev/a.yaml": marked("1.9.0")}


def test_a_policy_is_left_to_flux_unless_it_is_asked_for() -> None:
    story = Story(configuration(DEV)).write({"apps/dev/a.yaml": marked(), "policies.yaml": POLICIES})
    story.push(ONE, "1.2.3", "1.9.0")

    assert changed(story) == {}
    assert [item.reason.id for item in story.resolved().views[0].passed_over] == ["image-policy"]


def test_what_a_policy_proposed_is_carried_while_the_chart_is_away() -> None:
    story = Story(applying("dev")).write({"apps/dev/a.yaml": marked(), "policies.yaml": POLICIES})
    story.push(ONE, "1.2.3", "1.9.0").published()
    story.registry.away[source(ONE)] = UNREACHABLE(host="ghcr.io", problem="x")
    kept = story.decisions()["one"]

    assert isinstance(kept, Update)
    assert kept.new == "1.9.0"


def test_tags_of_one_version_with_different_charts_are_held_for_a_policy_too() -> None:
    story = Story(applying("dev")).write({"apps/dev/a.yaml": marked(), "policies.yaml": POLICIES})
    story.push(ONE, "1.2.3", "1.9.0", "v1.9.0", digests="abc")
    held = story.decisions()["one"]

    assert isinstance(held, Held)
    assert held.reason.id == "same-precedence"


def test_an_input_with_a_marker_is_written_by_its_policy() -> None:
    text = resource_set(
        oci("{tag: << inputs.version | quote >>}", name="one"),
        inputs='inputs:\n  - version: "1.2.3" # {"$imagepolicy": "x:one:tag"}',
    )
    story = (
        Story(applying("dev")).write({"apps/dev/a.yaml": text, "policies.yaml": POLICIES}).push(ONE, "1.2.3", "1.9.0")
    )

    assert changed(story) == {"apps/dev/a.yaml": text.replace("1.2.3", "1.9.0")}


def test_a_template_without_quotes_makes_numbers_of_tags_and_is_left_alone() -> None:
    text = resource_set(oci(TEMPLATE, name="one"), inputs='inputs:\n  - version: x1 # {"$imagepolicy": "x:one:tag"}')
    story = Story(applying("dev")).write({"apps/dev/a.yaml": text, "policies.yaml": POLICIES}).push(ONE, "1.9.0")

    assert changed(story) == {}
    assert [item.reason.id for item in story.resolved().views[0].passed_over] == ["policy-unusable"]


def test_a_version_as_a_constraint_is_one_behind_a_template_too() -> None:
    text = resource_set(oci("{semver: << inputs.version | quote >>}", name="one"), inputs="inputs: [{version: 1.2.3}]")
    story = Story(configuration(DEV)).write({"apps/dev/a.yaml": text}).push(ONE, "v1.2.3", "v1.2.4")

    # No tag is called 1.2.3, and the constraint is met by one all the same.
    assert changed(story) == {"apps/dev/a.yaml": text.replace("1.2.3", "1.2.4")}


def test_an_operator_that_is_told_to_wait_is_suspended() -> None:
    text = both().replace(
        "namespace: x}", "namespace: x, annotations: {fluxcd.controlplane.io/reconcile: disabled}}", 1
    )
    story = Story(configuration(DEV)).write({"apps/dev/a.yaml": text}).push(ONE, "1.2.3", "1.2.4")

    assert {each.reason.id for each in story.decisions().values() if isinstance(each, Held)} == {"suspended"}
    assert not [each for each in story.decisions().values() if isinstance(each, Current | Update)]


def test_an_explanation_names_the_policy_in_the_place_of_what_the_tier_follows() -> None:
    story = Story(applying("dev")).write({"apps/dev/a.yaml": marked(), "policies.yaml": POLICIES})
    story.push(ONE, "1.2.3", "1.9.0")
    resolved = story.resolved()
    answers = look_up(resolved, story.configuration, story.registry, quiet)
    told = explain(story.edited(), answers, story.configuration, resolved, Spot(path="apps/dev/a.yaml"))

    assert [(bound.what, bound.origin) for each in told.judged for bound in each.bounds] == [
        ("the tag that it takes", "ImagePolicy x/one")
    ]
