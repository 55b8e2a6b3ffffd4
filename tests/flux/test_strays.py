"""Comments that were meant to limit a version and stand behind none."""

import pytest
from doubles.flux_manifests import helm_repository, only_passed_over, release, repository, resolved, together, user

from bot.model.references import PassedOver
from bot.reasons import STRAY_COMMENT

_OURS = "flux-chart-bot: 1.x"


def _of(version: str) -> dict[str, str]:
    return {"a.yaml": together(release(version=version), helm_repository())}


def _stray(line: int, comment: str = _OURS) -> PassedOver:
    return PassedOver(path="a.yaml", line=line, reason=STRAY_COMMENT(comment=comment, place=f"a.yaml:{line}"))


@pytest.mark.parametrize(
    ("version", "line"),
    [
        (f"version: 1.2.3\n      # {_OURS}", 10),
        (f"interval: 1h # {_OURS}\n      reconcileStrategy: x\n      version: 1.2.3", 9),
        (f"version: 1.2.3\n      x: '#' # {_OURS}", 10),
        (f"version: 1.2.3\n      x: |\n        # no\n      # {_OURS}", 12),
    ],
)
def test_a_comment_behind_no_version_is_said_once(version: str, line: int) -> None:
    resolution = resolved(_of(version))

    assert resolution.passed_over == (_stray(line),)
    assert [each.narrowed_by for each in resolution.references] == [""]


@pytest.mark.parametrize("above", [f"# {_OURS}", f"interval: 1h # {_OURS}"])
def test_a_version_right_below_a_comment_is_held_by_it(above: str) -> None:
    held = only_passed_over(_of(f"{above}\n      version: 1.2.3"))

    assert (held.line, held.reason) == (9, _stray(9).reason)
    assert str(held.object) == "HelmRelease app"


def test_the_version_of_a_repository_is_held_too() -> None:
    manifest = together(user(), repository(ref=f"# {_OURS}\n    tag: 1.2.3"))

    assert only_passed_over({"a.yaml": manifest}).reason.id == STRAY_COMMENT.id


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_comment_is_found_in_a_file_without_any_object(end: str) -> None:
    text = f"---{end}a: 1{end}---{end}# {_OURS}{end}b: 2{end}"

    assert resolved({"a.yaml": text}).passed_over == (_stray(4),)


@pytest.mark.parametrize(
    "version",
    [
        f"version: 1.2.3 # {_OURS}",
        f"version: ${{X}} # {_OURS}",
        f"version: 1.2.3\n      x: '# {_OURS}'",
        f"version: 1.2.3\n      x: |\n        y: 1 # {_OURS}",
        "version: 1.2.3\n      # other-flux-chart-bot: 1.x",
        "version: 1.2.3\n      # flux-chart-bot moves this",
    ],
)
def test_every_other_comment_is_silent(version: str) -> None:
    assert STRAY_COMMENT.id not in {each.reason.id for each in resolved(_of(version)).passed_over}


def test_a_comment_in_a_patch_that_is_not_judged_is_no_stray() -> None:
    patch = (
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: app}\nspec:\n  chart:\n    spec:\n"
    )
    patch += f"      version: 1.2.3 # {_OURS}\n"

    assert only_passed_over({"a.yaml": patch}).reason.id == "patch-unused"


def test_of_a_long_comment_only_the_beginning_is_said() -> None:
    comment = f"{_OURS} {'x' * 5000}"

    assert resolved({"a.yaml": f"# {comment}\n"}).passed_over == (_stray(1, comment[:80]),)
