"""The past of a branch: read from what commits changed, it is what every commit says by itself."""

import pytest
from builders import configuration, tier
from doubles.memory_repository import MemoryRepository, MemoryTree
from doubles.story import Story, release, repository
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.flux.files import FileReading, read_file
from bot.model.charts import ChartAddress
from bot.steps.past.histories import History
from bot.steps.past.states import Key, Said, State, key_of
from bot.steps.resolve import references_of
from bot.steps.scan import Readings, scan

PATHS = ("apps/dev/a.yaml", "apps/dev/b.yaml", "clusters/b.yaml")
CONTENTS = st.one_of(
    st.none(),
    st.sampled_from(["a: 1\n", "a: 2\n", "\t: broken"]),
    st.builds(
        release,
        st.sampled_from(["1.2.3", "1.2.4", "1.x", "latest"]),
        chart=st.sampled_from(["podinfo", "redis"]),
        name=st.sampled_from(["one", "two"]),
        extra=st.sampled_from(["", "  suspend: true\n"]),
        repository=st.sampled_from(["x", "y"]),
    ),
)
COMMITS = st.lists(
    st.dictionaries(st.sampled_from(PATHS), CONTENTS, min_size=1, max_size=2)
    | st.sampled_from([{"sources/y.yaml": repository("y")}, {"sources/y.yaml": None}, {"docs.md": "x"}]),
    min_size=1,
    max_size=8,
)


def history(told: Story) -> History:
    [base] = told.bases()
    [scanned] = scan([base])
    return History(
        base,
        references_of(scanned, told.configuration),
        MemoryRepository(told.remote),
        told.configuration,
        Readings(),
        (),
    )


def keys_now(told: Story) -> tuple[tuple[Key, ChartAddress], ...]:
    """Every reference of the tip, and its chart."""
    [scanned] = scan(told.bases())
    found = references_of(scanned, told.configuration)["dev"]
    return tuple((key_of("dev", each), each.source.address) for each in found)


def own(path: str, text: str | None) -> str | None:
    """No other file names the same object: one that moves from file to file is followed, which is another story."""
    return text and text.replace("  name: one\n", f"  name: one-{path.replace('/', '-')}\n").replace(
        "  name: two\n", f"  name: two-{path.replace('/', '-')}\n"
    )


@settings(deadline=None)
@given(COMMITS)
def test_what_is_read_from_changes_is_what_each_commit_says(commits: list[dict[str, str | None]]) -> None:
    told = Story(configuration(tier("dev", "any", paths=("apps/dev/**", "clusters/**"))))
    told.write({"apps/dev/a.yaml": release("1.2.3", name="one")})
    for files in commits:
        told.write({path: own(path, text) for path, text in files.items()})
    read = history(told)
    keys = set(keys_now(told))
    read.reach(lambda: False)

    at = told.remote.branches["main"]
    for index in range(len(read.commits)):
        told.remote.branches["main"] = at = read.commits[index].sha
        keys |= set(keys_now(told))
        by_itself = history(told)
        for key in keys:
            [*_, alone] = by_itself.moments(*key)
            assert read.moments(*key)[-1 - index] == alone
            assert alone.commit == at


def test_versions_alone_are_read_without_joining_the_tree_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Story(configuration(tier("dev", "any")))
    for version in ("1.2.3", "1.2.4", "1.2.5"):
        told.write({"apps/dev/a.yaml": release(version), "docs.md": version})
    read = history(told)
    (key,) = keys_now(told)
    monkeypatch.setattr(History, "_state_at", None)
    monkeypatch.setattr(MemoryTree, "entries", None)
    read.reach(lambda: False)

    assert [str(moment.value) for moment in read.moments(*key)] == ["1.2.3", "1.2.4", "1.2.5"]


def test_what_a_reference_said_is_asked_of_each_commit_that_changed_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Story(configuration(tier("dev", "any")))
    told.write({"apps/dev/a.yaml": release("1.2.3"), "apps/dev/b.yaml": release("1.2.3", name="other")})
    for version in ("1.2.4", "1.2.5"):
        told.write({"apps/dev/b.yaml": release(version, name="other")})
    read, asked, said = history(told), list[str](), State.said

    def ask(state: State, key: Key, now: State) -> Said | None:
        asked.append(key.path)
        return said(state, key, now)

    monkeypatch.setattr(State, "said", ask)
    read.reach(lambda: False)
    for _ in range(2):
        for key in keys_now(told):
            assert read.moments(*key)[-1].value

    assert asked == ["apps/dev/a.yaml", *["apps/dev/b.yaml"] * 3]


def test_what_a_file_said_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Story(configuration(tier("dev", "any")))
    for version in ("1.2.3", "1.2.4", "1.2.5", "1.2.4", "1.2.3"):
        told.write({"apps/dev/a.yaml": release(version)})
    read, parsed = history(told), list[bytes]()

    def parse(path: str, data: bytes) -> FileReading:
        parsed.append(data)
        return read_file(path, data)

    monkeypatch.setattr("bot.steps.scan.read_file", parse)
    read.reach(lambda: False)

    assert sorted(parsed) == [release(version).encode() for version in ("1.2.3", "1.2.4", "1.2.5")]


def test_a_version_that_was_suspended_before_and_after_did_not_run() -> None:
    told = Story(configuration(tier("dev", "any")))
    for version in ("1.2.3", "1.2.4"):
        told.write({"apps/dev/a.yaml": release(version, extra="  suspend: true\n")})
    read = history(told)
    read.reach(lambda: False)

    (key,) = keys_now(told)
    assert [moment.value for moment in read.moments(*key)] == [None, None]
