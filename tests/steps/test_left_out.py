"""What Flux leaves out of its sources: it runs nowhere, so it has not soaked, and what is taken in again begins."""

import pytest
from builders import configuration, tier
from doubles.checking import DEV, SOAKS, checked, said, story
from doubles.story import Story, release

from bot.model.verdicts import Update

TIERS = (tier("dev", "exact", paths=("apps/dev/**",)), tier("staging", "patch", paths=("apps/staging/**",), pace=SOAKS))
IGNORE = ".sourceignore"
NEWER = release("1.2.5")


def fleet(ignore: str) -> dict[str, str]:
    """Two clusters of Flux, each with its source."""
    return {f"clusters/{name}/apps.yaml": _applied(name, ignore) for name in ("dev", "staging")}


def _applied(name: str, ignore: str) -> str:
    return (
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"
        f"metadata: {{name: {name}, namespace: flux-system}}\n"
        f"spec: {{path: ./apps/{name}, prune: true, sourceRef: {{kind: GitRepository, name: flux-system}}}}\n---\n"
        "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\n"
        "metadata: {name: flux-system, namespace: flux-system}\n"
        f"spec: {{url: 'https://git.example/fleet', ref: {{branch: main}}, ignore: {ignore!r}}}\n"
    )


def updates(told: Story) -> list[str]:
    """What staging takes now."""
    decisions = [each.decision for each in told.run().verdicts if each.tier.name == "staging"]
    return [one.new for one in decisions if isinstance(one, Update)]


def after(told: Story, days: float) -> list[str]:
    """What staging takes in so many days, with one run before."""
    told.run()
    told.pass_by(days=days)
    return updates(told)


@pytest.mark.parametrize("files", [{}, fleet(""), {**fleet("!/apps"), IGNORE: "a.yaml\n"}])
def test_a_version_that_dev_was_given_soaks(files: dict[str, str]) -> None:
    told = story(configuration(*TIERS), files)

    assert after(told.write({DEV: NEWER}), days=4) == ["1.2.5"]


@pytest.mark.parametrize("files", [{IGNORE: "apps/dev/a.yaml\n"}, fleet("/apps/dev/a.yaml")])
def test_one_that_dev_was_never_given_does_not_and_is_told(files: dict[str, str]) -> None:
    told = story(configuration(*TIERS), files)

    assert after(told.write({DEV: NEWER}), days=4) == []
    assert (DEV, "left-out") in [(each.path, each.reason.id) for each in told.run().passed_over]


def test_the_clock_starts_when_it_is_taken_in() -> None:
    told = story(configuration(*TIERS), {IGNORE: "apps/dev/a.yaml\n"}).write({DEV: NEWER})
    assert after(told, days=4) == []
    told.write({IGNORE: "# nothing\n"})

    assert after(told, days=1) == []
    assert after(told, days=3) == ["1.2.5"]


def test_it_starts_anew_where_the_past_left_it_out_for_a_while() -> None:
    told = story(configuration(*TIERS)).write({DEV: NEWER})
    assert after(told, days=1) == []
    told.write({IGNORE: "apps/dev/\n"})
    told.pass_by(days=1)
    told.write({IGNORE: "# nothing\n"})

    told.pass_by(days=2)
    assert updates(told) == []
    assert after(told, days=3) == ["1.2.5"]


def test_a_version_that_is_taken_in_again_is_judged_by_check() -> None:
    told = story(files={IGNORE: "apps/live/b.yaml\n", "apps/live/b.yaml": release("1.2.5", name="b")})

    assert said(checked(told, {IGNORE: "# nothing\n"})) == ["not-soaked"]
    assert said(checked(told, {IGNORE: "apps/live/*.yaml\n"})) == []
