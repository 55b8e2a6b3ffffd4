"""A root that cannot be built and of which no object is known: told once, where it is to be mended."""

from builders import PODINFO, configuration, tier
from doubles.flux_manifests import applied
from doubles.story import Story, release

from bot.model.references import PassedOver
from bot.reason import Weight
from bot.report.annotations import annotations_of

DEV = tier("dev", "any", paths=("apps/dev/**", "clusters/dev/**"))
LIVE = tier("live", production=True, paths=("apps/live/**", "clusters/live/**"))
LEFT = {"apps/live/a.yaml": release("1.2.3"), "clusters/live/x.yaml": ""}


def told(files: dict[str, str]) -> list[PassedOver]:
    """What is passed over in dev, but for what files themselves say."""
    story = Story(configuration(DEV, LIVE)).push(PODINFO, "1.2.3").write(LEFT | files)
    [view, _] = story.resolved().views
    return list(view.passed_over)


def test_a_kustomization_that_names_what_is_not_there_is_told() -> None:
    files = {"apps/dev/kustomization.yaml": "resources: [gone.yaml]\n", "clusters/dev/x.yaml": ""}
    [item] = told(files)

    assert (item.path, item.line, item.reason.id, item.reason.weight) == (
        "apps/dev/kustomization.yaml",
        1,
        "build-fails",
        Weight.WARNING,
    )
    assert "gone.yaml" in item.reason.sentence


def test_it_is_told_once_whoever_applies_it_and_annotated_on_its_line() -> None:
    files = {
        "apps/dev/kustomization.yaml": "resources: [gone.yaml]\n",
        "clusters/dev/a.yaml": applied("apps/dev").replace("name: apps", "name: a"),
        "clusters/dev/b.yaml": applied("apps/dev").replace("name: apps", "name: b"),
    }
    [item] = [one for one in told(files) if one.reason.id == "build-fails"]
    assert {root.applier for root in item.built} == {"clusters/dev/a.yaml", "clusters/dev/b.yaml"}

    story = Story(configuration(DEV, LIVE)).push(PODINFO, "1.2.3").write(LEFT | files)
    assert [(one.path, one.line) for one in annotations_of(story.run())] == [("apps/dev/kustomization.yaml", 1)]


def test_where_the_folder_is_not_there_its_kustomization_of_flux_is_told() -> None:
    files = {"clusters/dev/a.yaml": applied("apps/gone").replace("name: apps", "name: a"), "apps/dev/x.yaml": ""}
    [item] = told(files)

    assert (item.path, item.line, str(item.object)) == ("clusters/dev/a.yaml", 1, "Kustomization a")


def test_a_root_that_builds_is_nothing_to_tell() -> None:
    files = {
        "apps/dev/kustomization.yaml": "resources: [c.yaml]\n",
        "apps/dev/c.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n",
        "clusters/dev/a.yaml": applied("apps/dev").replace("name: apps", "name: a"),
    }
    assert told(files) == []
