"""What `check` says of a tag that is not the chart that ran, however the version is written: as much as `update`."""

import pytest
from builders import PODINFO, configuration, digest, source
from doubles.checking import DEV, LIVE, STAGING, TIERS, VERSIONS, checked, said
from doubles.story import Story, oci, release

from bot.ledger.model import LEDGER_BRANCH, Matter, Word
from bot.report.run_report import findings
from bot.steps.past.remember import keep_word, read_past

CHART, MIRROR = source(PODINFO), source("harbor.x/gh/podinfo")
IN_MIRROR = "oci://harbor.x/gh/podinfo"


def soaked(dev: str = "{tag: {}}", live: str = "") -> Story:
    """Dev runs 1.2.5 for its soak, as a run has seen; all began with 1.2.3."""
    told = Story(configuration(*TIERS, same_as={"harbor.x/gh/*": "ghcr.io/x/*"}))
    told.push(PODINFO, *VERSIONS, digests="123456")
    before = oci(dev.replace("{}", "1.2.3"))
    told.write({DEV: before, STAGING: before, LIVE: live or before})
    told.write({DEV: oci(dev.replace("{}", "1.2.5"))}).run()
    return told.pass_by(days=4)


def pushed(told: Story, tag: str = "1.2.5", sign: str = "e") -> Story:
    told.registry.push(CHART, tag, digest(sign))
    return told


@pytest.mark.parametrize("dev", ["{tag: {}}", "{semver: {}}"])
@pytest.mark.parametrize("ref", ["{tag: 1.2.5}", "{semver: 1.2.5}"])
@pytest.mark.parametrize("path", [STAGING, LIVE])
def test_a_tag_that_was_pushed_again_is_found_however_the_version_is_written(dev: str, ref: str, path: str) -> None:
    told = soaked(dev)
    assert said(checked(told, {path: oci(ref)})) == []
    assert said(checked(pushed(told), {path: oci(ref)})) == ["digest-not-run"]


@pytest.mark.parametrize("edit", [oci("{tag: v1.2.5}"), release("v1.2.5")])
def test_another_tag_of_the_number_that_ran_has_to_be_the_same_chart(edit: str) -> None:
    told = soaked()
    assert said(checked(pushed(told, "v1.2.5", "4"), {LIVE: edit})) == []
    report = checked(pushed(told, "v1.2.5"), {LIVE: edit})
    assert said(report) == ["digest-not-run"]
    assert findings(report)[0].sentence == f"v1.2.5 is {digest('e')} here, and dev ran {digest('4')} as that version"


def test_also_where_nothing_was_kept_of_the_one_that_ran() -> None:
    told = soaked()
    told.remote.branches.pop(LEDGER_BRANCH)
    told.write({DEV: oci("{tag: 1.2.5}")})
    assert "digest-not-run" in said(checked(pushed(told, "v1.2.5"), {LIVE: oci("{tag: v1.2.5}")}))
    assert "digest-not-run" not in said(checked(pushed(told, "v1.2.5", "4"), {LIVE: oci("{tag: v1.2.5}")}))


def test_of_a_constraint_every_tag_that_flux_may_take_has_to_be_it() -> None:
    told = soaked("{semver: {}}")
    edit = {LIVE: oci("{semver: 1.2.5}")}
    assert said(checked(pushed(told, "v1.2.5", "4"), edit)) == []
    assert "digest-not-run" in said(checked(pushed(told, "v1.2.5"), edit))


def test_what_was_suspended_at_the_version_that_dev_runs_is_compared_when_it_is_resumed() -> None:
    told = Story(configuration(*TIERS)).push(PODINFO, *VERSIONS, digests="123456")
    suspended = release("1.2.5", extra="  suspend: true\n")
    told.write({DEV: release("1.2.5"), STAGING: release("1.2.5"), LIVE: suspended}).run()
    told.pass_by(days=4)
    assert said(checked(told, {LIVE: release("1.2.5")})) == []
    assert said(checked(pushed(told), {LIVE: release("1.2.5")})) == ["digest-not-run"]


def test_a_mirrors_own_tag_is_compared_with_what_it_was_and_not_with_the_originals() -> None:
    told = soaked(live=oci("{tag: 1.2.3}", url=IN_MIRROR))
    told.push("harbor.x/gh/podinfo", "1.2.3", "1.2.5", digests="ab").run()
    edit = {LIVE: oci("{tag: 1.2.5}", url=IN_MIRROR)}
    assert said(checked(pushed(told), edit)) == []
    told.registry.push(MIRROR, "1.2.5", digest("f"))
    assert said(checked(told, edit)) == ["digest-not-run"]


def test_its_mend_is_a_release_where_an_update_told_of_it_and_that_helps() -> None:
    told = pushed(soaked())
    told.run()
    report = checked(told, {LIVE: oci("{tag: 1.2.5}")})
    assert f"release --chart {PODINFO} --version 1.2.5" in findings(report)[0].mend
    past = read_past(told.repository, told.remote.branches[LEDGER_BRANCH])
    told.pass_by(minutes=1)
    keep_word(Matter(chart=PODINFO, version="1.2.5"), Word(at=told.now, held=False), past, told.forge.us, "Said")
    assert said(checked(told, {LIVE: oci("{tag: 1.2.5}")})) == []
    assert said(checked(pushed(told, sign="f"), {LIVE: oci("{tag: 1.2.5}")})) == ["digest-not-run"]
