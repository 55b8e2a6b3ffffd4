"""pyproject.toml and the three locks say the same; no index is asked."""

import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-bootstrap.txt")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def _entries(name: str) -> dict[str, str]:
    """Gives each pin's line with the comments beneath it, which say who asked for it."""
    lines = (ROOT / name).read_text().replace("\\\n", " ").splitlines()
    starts = [index for index, line in enumerate(lines) if line and not line.lstrip().startswith("#")]
    assert starts
    return {lines[start]: "\n".join(lines[start + 1 : end]) for start, end in pairwise([*starts, len(lines)])}


def _pin(line: str) -> Requirement:
    return Requirement(line.split(" --hash", maxsplit=1)[0].strip())


def _lock(name: str) -> dict[str, Requirement]:
    return {canonicalize_name(pin.name): pin for pin in map(_pin, _entries(name))}


def _named(group: str | None) -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    names = project["dependency-groups"][group] if group else project["project"]["dependencies"]
    return [Requirement(name) for name in names]


def disagreements(named: list[Requirement], lock: dict[str, Requirement]) -> list[str]:
    """Says where a lock is not what its source asks for: names, versions, markers."""
    found = []
    for wish in named:
        pin = lock.get(canonicalize_name(wish.name))
        if pin is None:
            found.append(f"{wish.name} is not locked")
        elif not wish.specifier.contains(_version(pin), prereleases=True):
            found.append(f"{wish.name} is locked to {_version(pin)}, which {wish.specifier} does not allow")
        elif _marker(wish) != _marker(pin):
            found.append(f"{wish.name} is locked for {_marker(pin)!r}, but asked for {_marker(wish)!r}")
    return found


def _version(pin: Requirement) -> str:
    [only] = pin.specifier
    assert only.operator == "=="
    return only.version


def _marker(requirement: Requirement) -> str:
    return str(requirement.marker or "")


@pytest.mark.parametrize(
    ("group", "lock"),
    [
        (None, "requirements.txt"),
        (None, "requirements-dev.txt"),
        ("dev", "requirements-dev.txt"),
        ("bootstrap", "requirements-bootstrap.txt"),
    ],
)
def test_every_dependency_is_locked_as_it_is_named(group: str | None, lock: str) -> None:
    named = _named(group)

    assert named
    assert disagreements(named, _lock(lock)) == [], "compile the locks again: .github/CONTRIBUTING.md says how"


@pytest.mark.parametrize("lock", LOCKS)
def test_nothing_is_locked_that_nothing_asks_for(lock: str) -> None:
    groups: dict[str, list[str | None]] = {
        "requirements.txt": [None],
        "requirements-dev.txt": [None, "dev"],
        "requirements-bootstrap.txt": ["bootstrap"],
    }
    named = {canonicalize_name(wish.name) for group in groups[lock] for wish in _named(group)}
    direct = {canonicalize_name(_pin(line).name) for line, asked in _entries(lock).items() if "pyproject.toml" in asked}

    assert direct == named, "compile the locks again: .github/CONTRIBUTING.md says how"


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_is_one_version_with_hashes_and_names_no_index(lock: str) -> None:
    for line in _entries(lock):
        pin = _pin(line)
        assert HASH.search(line), pin
        assert line.count("--") == len(HASH.findall(line)), pin  # no other option, so no index's address
        assert not pin.url
    assert "://" not in (ROOT / lock).read_text()


def test_developers_run_what_users_run() -> None:
    run, dev = _lock("requirements.txt"), _lock("requirements-dev.txt")

    assert {name: str(pin) for name, pin in run.items()} == {name: str(dev[name]) for name in run if name in dev}


def test_contributing_compiles_exactly_these_locks() -> None:
    text = (ROOT / ".github" / "CONTRIBUTING.md").read_text()

    assert [lock for lock in LOCKS if f"--output-file {lock}" not in text] == []
    for option in ("--universal", "--python-version 3.11", "--generate-hashes", "--exclude-newer 20"):
        assert option in text


PIN = Requirement("semver==3.1.1")


@pytest.mark.parametrize(
    ("wish", "lock"),
    [
        ("semver", {}),
        ("semver>=4", {"semver": PIN}),
        ("semver; python_version < '3.12'", {"semver": PIN}),
        ("semver", {"semver": Requirement("semver==3.1.1; python_version < '3.12'")}),
    ],
)
def test_a_disagreement_is_seen(wish: str, lock: dict[str, Requirement]) -> None:
    assert len(disagreements([Requirement(wish)], lock)) == 1


def test_other_spellings_of_one_name_and_marker_agree() -> None:
    named = Requirement('Ruamel.YAML_clib>=0.2 ; platform_python_implementation=="CPython"')
    pin = Requirement("ruamel-yaml-clib==0.2.15; platform_python_implementation == 'CPython'")

    assert disagreements([named], {"ruamel-yaml-clib": pin}) == []
