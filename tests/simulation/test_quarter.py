"""A team, a fleet and this bot, hour by hour: what must never happen does not, in a week of every run and in a quarter.

The quarter is what a team would have seen, by grouping, and is told of in the README. The long suite lives through it
with the default grouping, and holds it to what is recorded. `pytest -m quarter -s tests/simulation` prints and records
it for all of them, `python -m docs.tables` puts it into the README; with another seed in the environment as
`QUARTER_SEED` it is another quarter, which is printed and not recorded.
"""

import json
import os
from pathlib import Path

import pytest
from doubles.quarter.git_remote import GitRemote
from doubles.quarter.quarter import QUARTER, WEEK, simulated
from doubles.quarter.watch import HEAD, Watch

RECORD = Path(__file__).parent / "quarter.json"
"""What was seen, by grouping."""
RECORDED = 2026
"""The seed of what is recorded."""
SEED = int(os.environ.get("QUARTER_SEED", RECORDED))
PATIENCE = 2400
"""Seconds, on a machine that may be busy with other things: half a minute, and one or two minutes of work."""


@pytest.mark.parametrize("group", ["tier", "teams"])
def test_a_week_of_a_small_fleet(group: str) -> None:
    watch = simulated(group, charts=12, hours=WEEK, seed=3)

    assert watch.people.did["dev", "merged"]
    assert watch.saw["dev", "opened"]


@pytest.mark.timeout(PATIENCE)
def test_a_week_with_real_git_is_what_it_is_on_the_fakes(tmp_path: Path) -> None:
    """Of a dozen charts with a pull request each: people merge, close, edit and copy, and a registry is away."""
    remote = GitRemote(tmp_path / "fleet.git")
    real = simulated("chart", charts=12, hours=WEEK, seed=7, remote=remote, opens=remote.opened)
    fake = simulated("chart", charts=12, hours=WEEK, seed=7)

    assert (real.saw, real.people.did, real.waited, real.runs) == (fake.saw, fake.people.did, fake.waited, fake.runs)
    assert real.people.did.keys() >= {("dev", "merged"), ("dev", "closed by people"), ("dev", "edited")}
    assert real.saw["staging", "opened"]


@pytest.mark.long
@pytest.mark.timeout(PATIENCE)
def test_a_quarter_of_three_hundred_releases_is_what_the_readme_says() -> None:
    watch = _lived_through("tier", RECORDED)

    assert watch.people.did.keys() >= {("dev", "rolled back"), ("dev", "unticked"), ("staging", "merged")}
    recorded = [tuple(line) for line in json.loads(RECORD.read_text())["tier"]]
    assert list(watch.figures()) == recorded, "record it anew: see above"


@pytest.mark.quarter
@pytest.mark.timeout(PATIENCE)
@pytest.mark.parametrize("group", ["tier", "teams", "chart"])
def test_a_quarter_of_three_hundred_releases(group: str, capsys: pytest.CaptureFixture[str]) -> None:
    watch = _lived_through(group, SEED)

    with capsys.disabled():
        print(f"\n{watch.table()}")  # noqa: T201 - for whoever chooses a grouping
    if SEED == RECORDED:
        known = json.loads(RECORD.read_text()) if RECORD.exists() else {}
        RECORD.write_text(json.dumps({**known, "head": HEAD, group: watch.figures()}, indent=1) + "\n")
    assert watch.runs > QUARTER


def _lived_through(group: str, seed: int) -> Watch:
    return simulated(group, charts=100, hours=QUARTER, seed=seed)
