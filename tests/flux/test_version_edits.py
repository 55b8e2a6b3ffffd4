"""Two states of a file: is it only versions that differ?"""

import pytest
from doubles.story import oci, release, repository

from bot.flux.files import read_file
from bot.flux.version_edits import FileState, older_pins
from bot.model.references import ExactPin, RangePin

PATH = "apps/dev/a.yaml"


def versions(newer: str, older: str) -> dict[str, str] | None:
    after, before = (FileState(data=text.encode(), reading=read_file(PATH, text.encode())) for text in (newer, older))
    pins = older_pins(after, before)
    if pins is None:
        return None
    return {
        key.name: pin.version.text if isinstance(pin, ExactPin) else type(pin).__name__ for key, pin in pins.items()
    }


@pytest.mark.parametrize(
    ("newer", "older", "expected"),
    [
        pytest.param(release("1.2.4"), release("1.2.3"), {"podinfo": "1.2.3"}, id="a version"),
        pytest.param(release("1.2.4"), release("10.20.30"), {"podinfo": "10.20.30"}, id="a longer one"),
        pytest.param(release("1.2.4"), release("1.x"), {"podinfo": RangePin.__name__}, id="a range before"),
        pytest.param(
            f"{release('1.2.4')}---\n{oci('{tag: 2.0.0}', name='other')}",
            f"{release('1.2.3')}---\n{oci('{tag: 1.0.0}', name='other')}",
            {"podinfo": "1.2.3", "other": "1.0.0"},
            id="two of them",
        ),
        pytest.param("a: 1\n", "a: 2\n", {}, id="nothing of Flux"),
        pytest.param(release("1.2.4"), release("1.2.4", extra="  suspend: true\n"), None, id="suspended"),
        pytest.param(release("1.2.4"), release("1.2.3", chart="other", name="podinfo"), None, id="another chart"),
        pytest.param(release("1.2.4"), release("1.2.3", name="other"), None, id="another name"),
        pytest.param(release("1.2.4"), f"{release('1.2.3')}# words\n", None, id="a comment"),
        pytest.param(repository(), repository(url="oci://ghcr.io/y"), None, id="another source"),
        pytest.param(f"{release('1.2.4')}---\n{release('1.2.4')}", release("1.2.3"), None, id="a name twice"),
        pytest.param(release("1.2.4"), "", None, id="no object before"),
    ],
)
def test_only_versions_may_differ(newer: str, older: str, expected: dict[str, str] | None) -> None:
    assert versions(newer, older) == expected
