"""`hold` and `release`, as a person calls them."""

import json
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

import pytest
from doubles.command_line import CONFIGURATION, Bot, Said
from doubles.registry import RegistryDouble, json_reply, reply

from bot.errors import ForgeFailed

LEDGER = "flux-chart-bot/state/ledger"
NOW = datetime(2026, 3, 1, 3, tzinfo=UTC)
Call = Callable[..., Said]


def git(remote: Path, *arguments: str) -> str:
    call = ["git", "-C", str(remote), *arguments]
    return subprocess.run(call, capture_output=True, text=True, check=True).stdout


def branches(remote: Path) -> str:
    """Every branch and its commit."""
    return git(remote, "for-each-ref")


def proposed(remote: Path, chart: str, tier: str = "dev") -> str:
    """The version that the tier's branch gives a chart."""
    text = git(remote, "show", f"flux-chart-bot/{tier}/all:apps/{tier}/{chart}.yaml")
    return text.partition("version: ")[2].split()[0]


def holds(remote: Path) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(git(remote, "show", f"{LEDGER}:holds.json"))["holds"]
    return found


@pytest.fixture
def call(bot: Bot, remote: Path, tmp_path: Path) -> Call:
    """Calls a writing command, a second after the one before."""
    told = 0

    def run(command: str, *arguments: str, **environment: str) -> Said:
        nonlocal told
        told += 1
        with mock.patch("bot.cli.commands.now", return_value=NOW.replace(second=told)):
            files = ("--forge", "files", "--forge-folder", tmp_path / "forge", "--remote", remote)
            return bot(command, *arguments, *files, **environment)

    return run


@pytest.fixture
def podinfo(registry: RegistryDouble) -> str:
    return f"{registry.netloc}/charts/podinfo"


def test_a_held_version_leaves_the_open_pull_request_at_once(call: Call, remote: Path, podinfo: str) -> None:
    call("update")
    assert (proposed(remote, "podinfo"), proposed(remote, "redis")) == ("1.3.0", "1.3.0")

    told = call("hold", "--chart", podinfo, "--version", "1.3.0", "--reason", "it loses data")

    assert (told.code, told.lines[0]) == (0, f"held: {podinfo} 1.3.0 in every tier; 2 updates for dev")
    assert (proposed(remote, "podinfo"), proposed(remote, "redis")) == ("1.2.4", "1.3.0")


def test_a_held_chart_stays_and_the_report_says_by_whose_word(call: Call, remote: Path, podinfo: str) -> None:
    call("update")
    told = call("hold", "--chart", podinfo, "--reason", "it loses data")
    assert (proposed(remote, "podinfo"), proposed(remote, "redis")) == ("1.2.3", "1.3.0")
    assert f"dev: {podinfo} 1.2.3, 1.3.0 held by a person" in told.lines
    assert any("held by a person: it loses data" in line for line in told.lines)
    assert proposed(remote, "podinfo") == "1.2.3"
    call("update")
    assert proposed(remote, "podinfo") == "1.2.3"


def test_a_release_brings_it_back(call: Call, remote: Path, podinfo: str) -> None:
    call("update")
    call("hold", "--chart", podinfo)
    told = call("release", "--chart", podinfo)
    assert (told.code, told.lines[0]) == (0, f"released: {podinfo} in every tier; 2 updates for dev")
    assert proposed(remote, "podinfo") == "1.3.0"


def test_a_release_of_one_version_leaves_the_others_held(call: Call, remote: Path, podinfo: str) -> None:
    call("hold", "--chart", podinfo)
    call("release", "--chart", podinfo, "--version", "1.2.4")
    assert proposed(remote, "podinfo") == "1.2.4"


def test_a_hold_of_a_version_that_does_not_exist_is_kept_and_said(call: Call, remote: Path, podinfo: str) -> None:
    told = call("hold", "--chart", podinfo, "--version", "1.2.6_x")
    assert (told.code, told.lines[0]) == (
        3,
        f"held: {podinfo} 1.2.6+x in every tier, and that chart has no such version; 2 updates for dev",
    )
    assert any(f"{podinfo} has no version 1.2.6+x, so what was said" in line for line in told.lines)
    assert [hold["version"] for hold in holds(remote)] == ["1.2.6+x"]
    assert not any("no version" in line for line in call("hold", "--chart", podinfo, "--version", "v1.3.0").lines)


def test_a_hold_of_another_tier_holds_nothing_here(call: Call, remote: Path, podinfo: str) -> None:
    call("hold", "--chart", podinfo, "--tier", "production")
    assert proposed(remote, "podinfo") == "1.3.0"


def test_a_hold_ends_by_itself(call: Call, bot: Bot, remote: Path, podinfo: str, tmp_path: Path) -> None:
    told = call("hold", "--chart", podinfo, "--until", "12h")
    assert told.lines[0].startswith(f"held: {podinfo} in every tier until 2026-03-01 15:00 UTC")
    assert proposed(remote, "podinfo") == "1.2.3"
    with mock.patch("bot.cli.commands.now", return_value=NOW.replace(hour=16)):
        bot("update", "--forge", "files", "--forge-folder", tmp_path / "forge", "--remote", remote)
    assert proposed(remote, "podinfo") == "1.3.0"


def test_a_hold_needs_no_registry_to_be_followed(
    call: Call, remote: Path, podinfo: str, registry: RegistryDouble
) -> None:
    call("update")
    registry.plan("podinfo/tags", reply(503))
    told = call("hold", "--chart", podinfo, "--version", "1.3.0")
    assert "1 chart could not be looked up" in told.lines[0]
    assert (proposed(remote, "podinfo"), proposed(remote, "redis")) == ("1.2.3", "1.3.0")


def test_a_dry_run_shows_what_would_follow_and_writes_nothing(call: Call, remote: Path, podinfo: str) -> None:
    call("update")
    before = branches(remote)
    told = call("hold", "--chart", podinfo, "--dry-run")
    assert told.lines[0] == f"held: {podinfo} in every tier; 1 update for dev; a dry run, nothing was written"
    assert branches(remote) == before


def test_without_an_update_only_the_word_is_kept(call: Call, remote: Path, podinfo: str) -> None:
    call("update")
    before = branches(remote)
    told = call("hold", "--chart", f"oci://{podinfo}", "--version", "v1.3.0", "--tier", "dev", "--no-update")
    assert told.lines == [f"held: {podinfo} 1.3.0 in dev; not checked, which the next update does"]
    assert [line for line in branches(remote).splitlines() if line not in before.splitlines()] == [
        f"{git(remote, 'rev-parse', LEDGER).strip()} commit\trefs/heads/{LEDGER}"
    ]
    (word,) = holds(remote)
    expected = {"chart": podinfo, "version": "1.3.0", "tier": "dev", "held": True, "until": "", "why": ""}
    assert word == {**expected, "accepts": "", "at": "2026-03-01T03:00:02Z"}


def test_a_word_about_a_chart_that_nobody_uses_is_kept_and_said(call: Call, remote: Path, podinfo: str) -> None:
    told = call("hold", "--chart", f"{podinfo}x")
    assert told.code == 3
    assert told.lines[0].startswith(f"held: {podinfo}x in every tier, and no reference of any tier uses it; ")
    assert any(f"no reference of any tier uses {podinfo}x, so what was said" in one for one in told.lines)
    assert [word["chart"] for word in holds(remote)] == [f"{podinfo}x"]


def test_a_release_of_a_wrong_word_is_done_and_one_of_nothing_at_all_is_not(call: Call, podinfo: str) -> None:
    call("hold", "--chart", f"{podinfo}x", "--no-update")
    assert call("release", "--chart", f"{podinfo}x").code == 0
    assert call("release", "--chart", f"{podinfo}x").code == 3
    assert call("hold", "--chart", f"{podinfo}x", "--dry-run").code == 3
    assert call("hold", "--chart", f"{podinfo}x", "--fail-on", "alarm").code == 0


def test_a_word_about_nothing_is_told_by_every_update_while_it_stands(call: Call, podinfo: str) -> None:
    call("hold", "--chart", f"{podinfo}x", "--tier", "dev", "--no-update")
    about = f"no reference of the tier dev uses {podinfo}x, so what was said about it does nothing yet"
    for _ in range(2):
        told = call("update")
        assert (told.code, sum(about in line for line in told.lines)) == (0, 1)
    call("release", "--chart", f"{podinfo}x", "--no-update")
    assert about not in call("update").out


def test_a_mistyped_version_is_told_by_every_update_while_it_stands_and_asks_no_registry_more(
    call: Call, podinfo: str, registry: RegistryDouble
) -> None:
    call("update")
    registry.journal.clear()
    call("update")
    usual = len(registry.asked_for("/tags/list"))
    call("hold", "--chart", podinfo, "--version", "1.33.0", "--no-update")
    about = f"{podinfo} has no version 1.33.0, so what was said about it does nothing yet"
    again = ("hold", "--chart", podinfo, "--version", "1.33.0")
    for command, code in ((("update",), 0), (("update",), 0), (again, 3)):
        registry.journal.clear()
        told = call(*command)
        assert (told.code, sum(about in line for line in told.lines)) == (code, 1)
        assert len(registry.asked_for("/tags/list")) == usual
    call("release", "--chart", podinfo, "--version", "1.33.0", "--no-update")
    assert about not in call("update").out


def test_a_version_that_exists_or_is_in_use_or_may_exist_is_none_that_was_mistyped(
    call: Call, podinfo: str, registry: RegistryDouble
) -> None:
    for version in ("1.2.3", "1.3.0"):
        call("hold", "--chart", podinfo, "--version", version, "--no-update")
    assert "has no version" not in call("update").out
    call("release", "--chart", podinfo, "--version", "1.3.0", "--no-update")
    registry.plan("podinfo/tags", json_reply('{"tags": ["1.2.2"]}'), times=1)
    assert "has no version" not in call("update").out, "it is in use, though its tag is gone"
    call("hold", "--chart", podinfo, "--version", "1.33.0", "--no-update")
    registry.plan("podinfo/tags", reply(503))
    assert "has no version" not in call("update").out, "nobody knows which versions there are"


def test_a_release_of_what_nobody_held_or_refused_says_so(call: Call, podinfo: str) -> None:
    nobody = f"released: {podinfo} in every tier, which nobody held or refused; "
    assert call("release", "--chart", podinfo).lines[0].startswith(nobody)
    call("hold", "--chart", podinfo, "--version", "1.3.0", "--no-update")
    other = call("release", "--chart", podinfo, "--version", "1.2.4").lines[0]
    assert other.startswith(f"released: {podinfo} 1.2.4 in every tier, which nobody held or refused; ")
    assert "nobody" not in call("release", "--chart", podinfo).lines[0]
    assert call("release", "--chart", podinfo).lines[0].startswith(nobody), "the hold ended with the first release"


def moved(remote: Path, clone: Path, *versions: str) -> str:
    """Has dev run these versions of podinfo, one after another, by a person's commits; the last of them."""
    subprocess.run(["git", "clone", "-q", remote, clone], check=True)
    file = clone / "apps/dev/podinfo.yaml"
    text = file.read_text()
    for version in versions:
        file.write_text(text.replace("1.2.3", version))
        git(clone, "-c", "user.name=p", "-c", "user.email=p@x.example", "commit", "-q", "-a", "-m", version)
    git(clone, "push", "-q", "origin", "main")
    return git(remote, "rev-parse", "main")[:10]


def test_a_release_says_what_it_frees_where_a_tier_went_back_from_it(
    call: Call, podinfo: str, remote: Path, tmp_path: Path
) -> None:
    commit = moved(remote, tmp_path / "clone", "1.3.0", "1.2.3")
    about = ("--chart", podinfo, "--version", "1.3.0")
    assert f"went back from it in {commit}" in call("update").out
    elsewhere = call("release", *about, "--tier", "production", "--no-update").lines[0]
    assert elsewhere.startswith(f"released: {podinfo} 1.3.0 in production, which nobody held or refused; ")
    freed = f"released: {podinfo} 1.3.0 in every tier, which frees it where dev went back from it in {commit}; "
    assert call("release", *about, "--dry-run").lines[0].startswith(freed)
    every = call("release", "--chart", podinfo, "--dry-run").lines[0]
    assert f", which frees 1.3.0 where dev went back from it in {commit}; " in every
    told = call("release", *about)
    assert told.lines[0].startswith(freed)
    assert (told.code, proposed(remote, "podinfo")) == (0, "1.3.0")
    assert "which nobody held or refused" in call("release", *about).lines[0], "it is free already"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "no chart is named"),
        (("--chart", "podinfo"), "--chart is no address: "),
        (("--chart", "ghcr.io/x/../y"), "--chart is no address: "),
        (("--chart", "ghcr.io/x/y:1.2.3"), "--chart is no address: "),
        (("--chart", "ghcr.io/x/y", "--version", "1.x"), "--version is '1.x', which is no version"),
        (("--chart", "ghcr.io/x/y", "--tier", "qa"), "--tier is 'qa', and there is no such tier"),
        (("--chart", "ghcr.io/x/y", "--until", "soon"), "--until is 'soon'"),
        (("--chart", "ghcr.io/x/y", "--until", "2026-02-30"), "--until is '2026-02-30'"),
        (
            ("--chart", "ghcr.io/x/y", "--until", "2026-02-28"),
            "--until is '2026-02-28', and 2026-02-28 00:00 UTC is past",
        ),
        (("--chart", "ghcr.io/x/y", "--until", "2026-03-01T03:00Z"), "--until is '2026-03-01T03:00Z', and"),
        (("--chart", "ghcr.io/x/y", "--until", "0h"), "--until is '0h', and"),
        (("--chart", "ghcr.io/x/y", "--reason", "a\n::error::b"), "--reason is longer than 200 characters, or not one"),
        (("--chart", "ghcr.io/x/y", "--reason", "   "), "--reason is blank"),
        (("--chart", "ghcr.io/x/y", "--reason", "a" * 201), "--reason is longer than 200 characters, or not one"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(
    call: Call, remote: Path, arguments: tuple[str, ...], said: str
) -> None:
    before = branches(remote)
    told = call("hold", *arguments)
    assert (told.code, branches(remote)) == (2, before)
    assert told.err.startswith(said)


@pytest.mark.parametrize("command", ["hold", "release"])
def test_it_is_refused_where_writing_is_refused(call: Call, remote: Path, podinfo: str, command: str) -> None:
    before = branches(remote)
    told = call(command, "--chart", podinfo, GITHUB_EVENT_NAME="pull_request_target")
    assert (told.code, branches(remote)) == (2, before)
    assert told.err.startswith(f"`{command}` does not run on pull_request_target events")


def test_the_variables_of_the_action_do_the_same(call: Call, remote: Path, podinfo: str) -> None:
    variables = {
        "FLUX_CHART_BOT_CHART": podinfo,
        "FLUX_CHART_BOT_VERSION": "1.3.0",
        "FLUX_CHART_BOT_TIER": "dev",
        "FLUX_CHART_BOT_UNTIL": "1w",
        "FLUX_CHART_BOT_REASON": "waits for the fix",
        "FLUX_CHART_BOT_NO_UPDATE": "true",
    }
    assert call("hold", **variables).lines == [
        f"held: {podinfo} 1.3.0 in dev until 2026-03-08 03:00 UTC; not checked, which the next update does"
    ]


def test_a_run_that_fails_after_it_says_that_the_word_is_kept(call: Call, podinfo: str) -> None:
    with mock.patch("bot.cli.commands.Commands._updated", side_effect=_gone):
        told = call("hold", "--chart", podinfo)
    assert told.code == 1
    assert f"All the same this is kept: held: {podinfo} in every tier" in told.err.splitlines()


def _gone(*_: object) -> None:
    raise ForgeFailed("GitHub is away")


def test_a_mirrors_address_holds_the_chart_everywhere(
    bot: Bot, remote_with: Callable[[str], Path], registry: RegistryDouble, tmp_path: Path
) -> None:
    mirrors = f'same-as:\n  "harbor.example/*": "{registry.netloc}/charts/*"\n'
    remote = remote_with(CONFIGURATION + mirrors)
    call = ("--forge", "files", "--forge-folder", tmp_path / "forge", "--remote", remote)
    told = bot("hold", "--chart", "harbor.example/podinfo", *call)
    assert told.lines[0].startswith(f"held: {registry.netloc}/charts/podinfo in every tier")
    assert f"dev: {registry.netloc}/charts/podinfo 1.2.3, 1.3.0 held by a person" in told.lines


class TestARelease:
    """Of what people refused by closing a pull request."""

    @pytest.fixture(autouse=True)
    def _refused(self, call: Call, tmp_path: Path) -> None:
        call("update")
        file = tmp_path / "forge" / "pull-requests" / "0001.json"
        file.write_text(json.dumps({**json.loads(file.read_text()), "state": "closed"}))
        call("update")

    def test_brings_a_refused_version_back_and_says_which(self, call: Call, remote: Path, podinfo: str) -> None:
        told = call("release", "--chart", podinfo, "--version", "1.3.0")
        freed = f"released: {podinfo} 1.3.0 in every tier, refused no longer: 1.3.0 in dev (#1)"
        assert told.lines[0].startswith(freed)
        assert proposed(remote, "podinfo") == "1.3.0"
        assert proposed(remote, "redis") == "1.2.4", "the minor of the other chart is still refused"

    @pytest.mark.parametrize("word", [("--version", "1.2.4"), ("--tier", "production")])
    def test_of_another_version_or_tier_frees_nothing(
        self, call: Call, remote: Path, podinfo: str, word: tuple[str, str]
    ) -> None:
        told = call("release", "--chart", podinfo, *word)
        assert "refused no longer" not in told.out
        assert proposed(remote, "podinfo") == "1.2.4", "its minor is still refused"

    def test_alone_is_kept_for_the_next_update(self, call: Call, remote: Path, podinfo: str) -> None:
        told = call("release", "--chart", podinfo, "--no-update")
        freed = f"released: {podinfo} in every tier, refused no longer: 1.3.0 in dev (#1)"
        assert told.lines == [f"{freed}; not checked, which the next update does"]
        call("update")
        assert proposed(remote, "podinfo") == "1.3.0"

    def test_that_is_dry_shows_it_and_writes_nothing(self, call: Call, remote: Path, podinfo: str) -> None:
        before = branches(remote)
        told = call("release", "--chart", podinfo, "--dry-run")
        assert "refused no longer: 1.3.0 in dev (#1); 2 updates for dev; a dry run" in told.lines[0]
        assert branches(remote) == before
