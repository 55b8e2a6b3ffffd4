"""What is wrong is told with its place and its mend, and takes nothing away from what is right."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from doubles.command_line import CONFIGURATION, QUICK, Bot, repository
from doubles.registry import Action, RegistryDouble, drip, json_reply, link, reply, silent
from msgspec.structs import replace

from bot.demo.registry import Asked, Reply

FILE = ".github/flux-chart-bot.yaml"
TAGS = "/v2/charts/podinfo/tags/list"
WHERE = "In apps/dev/podinfo.yaml:8 (HelmRelease x/podinfo)"
NO_REGISTRY = "Check that the host is a registry and not a login page or proxy."
DENIED = "Either it does not exist, or it is private: check the address, or log in to {host} before this step."
LOG_IN = "Check the address; for a private chart log in before this step."
AGAIN = "The next run asks again."


# --- the configuration: exit code 2, each fault on its own line


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(
            CONFIGURATION.replace("follow: minor", "folow: minor"),
            f"{FILE}:4:5: `folow` is not a key of `tiers.dev`. Did you mean `follow`?",
            id="an unknown key",
        ),
        pytest.param(
            CONFIGURATION.replace("  production:\n", '  test:\n    paths: ["apps/*/podinfo.yaml"]\n  production:\n'),
            f"{FILE}:5:3: `apps/dev/podinfo.yaml` belongs to the tier `test` (line 5) and to `dev` (line 2). "
            "Narrow the paths of one of them",
            id="a file claimed twice",
        ),
        pytest.param(
            CONFIGURATION.replace("apps/dev/**", "apps/devel/**"),
            f"{FILE}:2:3: the pattern `apps/devel/**` of the tier `dev` matches no file of this tree. "
            "Mend or remove it",
            id="paths that match nothing",
        ),
        pytest.param(
            CONFIGURATION.replace("follow: minor", 'follow: ">=1.2.0 <"'),
            f"{FILE}:4:22: `tiers.dev.follow` is `>=1.2.0 <`, not a constraint: neither an operator nor a version, or "
            "nothing where a version must be. Write any, minor, patch, exact, or a constraint such as `6.x` or "
            "`>=1.2.0 <2.0.0`",
            id="a bad constraint",
        ),
        pytest.param(
            CONFIGURATION.replace("    production: true\n", ""),
            f"{FILE}:5:3: the tier `production` does not say whether it is production, and `production` looks so. "
            "Add `production: true`, and it is never edited by itself; or `production: false`",
            id="a tier that looks like production and does not say",
        ),
        pytest.param("", f"{FILE}:1:1: the file is empty. Write `tiers` as the README shows", id="nothing at all"),
        pytest.param(
            "a: " + "[" * 100_000,
            f"{FILE}:1: not YAML: more than 20 collections inside each other. Mend the YAML at this place",
            id="a bottomless one",
        ),
    ],
)
def test_a_wrong_configuration_is_told_with_file_line_column_and_mend(
    bot: Bot, checkout: Path, registry: RegistryDouble, text: str, said: str
) -> None:
    (checkout / FILE).write_text(text)
    told = bot("scan", checkout)
    assert (told.code, told.out, told.err.splitlines()) == (2, "", [said])
    assert registry.journal == []


def test_a_configuration_of_any_size_is_not_even_read(bot: Bot, checkout: Path) -> None:
    with (checkout / FILE).open("wb") as file:
        file.truncate(2**40)  # of nothing: no disk and no memory holds it
    told = bot("scan", checkout)
    size = f"the file has {2**40} bytes, more than 1048576"
    said = f"{FILE}: {size}. Write at most that; rules can name many charts at once"
    assert (told.code, told.err.splitlines()) == (2, [said])


def test_all_faults_are_told_at_once_in_the_order_of_the_file(bot: Bot, checkout: Path) -> None:
    (checkout / FILE).write_text(CONFIGURATION.replace("minor", "=>").replace("production: true", "prod: 1"))
    told = bot("scan", checkout)
    assert [line.partition(": ")[0] for line in told.err.splitlines()] == [f"{FILE}:4:13", f"{FILE}:5:3", f"{FILE}:7:5"]


def test_a_branch_that_the_remote_lacks_is_told_at_its_tier(bot: Bot, remote_with: Callable[[str], Path]) -> None:
    bare = remote_with(CONFIGURATION.replace("    follow: minor", "    follow: minor\n    branch: develop"))
    told = bot("scan", "--base", "--remote", bare)
    said = f"{FILE}:2:3: the branch `develop` of the tier `dev` does not exist. Push the branch, or mend its name"
    assert (told.code, told.err.splitlines()) == (2, [said])


# --- one chart's registry: a reason, and the neighbours are told as ever


def endless(asked: Asked) -> Reply:
    page = int(asked.query.get("p", "0"))
    headers = {"Link": f'<{TAGS}?p={page + 1}>; rel="next"'}
    return Reply(headers=headers, body=json.dumps({"tags": [f"1.{page}.0"]}).encode())


FAULTS: dict[str, tuple[Action, str, str]] = {
    "401": (reply(401), "access-denied", "{host} answered 401 for {host}/charts/podinfo. " + DENIED),
    "403": (reply(403), "access-denied", "{host} answered 403 for {host}/charts/podinfo. " + DENIED),
    "404": (
        reply(404),
        "chart-not-found",
        "{host} knows no chart {host}/charts/podinfo, or shows it to nobody without a login. " + LOG_IN,
    ),
    "429": (
        reply(429),
        "rate-limited",
        "{host} asks for fewer requests (429 at every attempt). Log in to this registry, or run less often.",
    ),
    "500": (reply(500), "unreachable", "{host} could not be asked: it answers 500. " + AGAIN),
    "502": (reply(502), "unreachable", "{host} could not be asked: it answers 502. " + AGAIN),
    "503": (reply(503), "unreachable", "{host} could not be asked: it answers 503. " + AGAIN),
    "endless Link": (
        endless,
        "bad-answer",
        "{host} gave an answer that is not one of an OCI registry: more than 20 pages of tags. " + NO_REGISTRY,
    ),
    "foreign Link": (
        link("https://evil.example/v2/x"),
        "bad-answer",
        "{host} gave an answer that is not one of an OCI registry: a next page of tags on another host. " + NO_REGISTRY,
    ),
    "HTML with status 200": (
        reply(headers={"Content-Type": "text/html"}, body=b"<html>Log in</html>"),
        "bad-answer",
        "{host} gave an answer that is not one of an OCI registry: an HTML page where JSON belongs. " + NO_REGISTRY,
    ),
    "50 MB of tags": (
        json_reply('{"tags": ["' + "1" * 50_000_000 + '"]}'),
        "bad-answer",
        "{host} gave an answer that is not one of an OCI registry: a body of more than 16777216 bytes. " + NO_REGISTRY,
    ),
    "no tags": (
        json_reply('{"errors": []}'),
        "bad-answer",
        "{host} gave an answer that is not one of an OCI registry: a tag list without tags. " + NO_REGISTRY,
    ),
}


def after_the_others(registry: RegistryDouble, action: Action) -> Action:
    """The same answer, once both other charts were asked for: a host that says 429 to the end is asked nothing more."""

    def answer(asked: Asked) -> Reply | None:
        until = time.monotonic() + 10
        while len(registry.asked_for("/(redis|nginx)/tags/list")) < 2 and time.monotonic() < until:
            time.sleep(0.01)
        return action(asked)

    return answer


@pytest.mark.parametrize("fault", FAULTS)
def test_a_registry_that_fails_one_chart_fails_no_other(
    bot: Bot, checkout: Path, registry: RegistryDouble, fault: str
) -> None:
    action, _, said = FAULTS[fault]
    registry.plan(TAGS, after_the_others(registry, action))
    told = bot("scan", checkout)
    assert told.code == 0
    assert told.lines[0] == "1 update for dev; 1 chart could not be looked up"
    assert f"dev: {registry.netloc}/charts/redis 1.2.3 -> 1.3.0" in told.lines
    assert told.lines[-1] == f"{said.format(host=registry.netloc)} {WHERE}"


@pytest.mark.parametrize("fault", FAULTS)
def test_the_plan_holds_every_chart_whatever_fails(
    bot: Bot, checkout: Path, registry: RegistryDouble, fault: str
) -> None:
    action, reason, _ = FAULTS[fault]
    registry.plan(TAGS, after_the_others(registry, action))
    told = bot("scan", checkout, "--json", "-", "--fail-on", "unreachable")
    assert told.decisions() == {"podinfo": reason, "redis": "update", "nginx": "current"}
    assert told.code == 3


@pytest.mark.parametrize("way", ["silent", "drip"])
def test_a_server_that_never_comes_to_an_end_is_given_up(
    bot: Bot, checkout: Path, registry: RegistryDouble, way: str
) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
    registry.plan(TAGS, silent(registry) if way == "silent" else drip(registry, head))
    told = bot("scan", checkout)
    assert told.lines[-1] == (f"{registry.netloc} could not be asked: no complete answer came in time. {AGAIN} {WHERE}")
    assert f"dev: {registry.netloc}/charts/redis 1.2.3 -> 1.3.0" in told.lines


def test_a_registry_that_nobody_answers_for_leaves_the_other_registry_alone(
    bot: Bot, checkout: Path, registry: RegistryDouble
) -> None:
    with RegistryDouble() as gone:
        pass
    (checkout / "sources/gone.yaml").write_text(repository(gone.netloc, "gone"))
    file = checkout / "apps/dev/podinfo.yaml"
    file.write_text(file.read_text().replace("name: charts}", "name: gone}"))
    told = bot("scan", checkout)
    assert told.code == 0
    assert f"dev: {registry.netloc}/charts/redis 1.2.3 -> 1.3.0" in told.lines
    assert told.lines[-1] == (
        f"{gone.netloc} could not be asked: nothing listens there, or the way is barred. {AGAIN} {WHERE}"
    )


def test_where_nothing_at_all_could_be_looked_up_the_run_is_red(
    bot: Bot, checkout: Path, registry: RegistryDouble
) -> None:
    registry.plan("tags/list", reply(503))
    told = bot("scan", checkout)
    assert (told.code, told.lines[0]) == (3, "nothing to update; 3 charts could not be looked up")
    assert bot("scan", checkout, "--fail-on", "never").code == 0


def test_a_refusal_names_the_cloud_to_log_in_to(bot: Bot, checkout: Path, registry: RegistryDouble) -> None:
    (checkout / "sources/charts.yaml").write_text(repository(registry.netloc, provider="aws"))
    registry.plan(TAGS, reply(403))
    told = bot("scan", checkout)
    assert "The manifest says `provider: aws`: log in to ECR before this step" in told.lines[-1]


# --- files


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(
            "kind: HelmRelease\nx: " + "[" * 100_000,
            "the file passes a limit of the reader: more than 100 collections inside each other. Split the file. "
            "In apps/dev/deep.yaml:2",
            id="bottomless",
        ),
        pytest.param(
            "kind: HelmRelease\nx: 'open",
            "the YAML cannot be read: found unexpected end of stream. Mend the file; Flux cannot apply it either. "
            "In apps/dev/deep.yaml:2",
            id="no YAML",
        ),
    ],
)
def test_a_file_that_cannot_be_read_hides_no_other(bot: Bot, checkout: Path, text: str, said: str) -> None:
    (checkout / "apps/dev/deep.yaml").write_text(text)
    told = bot("scan", checkout)
    assert (told.code, told.lines[0], told.lines[-1]) == (0, "2 updates for dev", said)


# --- events by which a stranger could choose what is written


@pytest.mark.parametrize("event", ["pull_request", "pull_request_target", "merge_group"])
@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
def test_update_on_a_pull_request_ends_at_once_and_names_scan(
    bot: Bot, remote: Path, event: str, dry: tuple[str, ...]
) -> None:
    told = bot("update", "--forge", "files", "--remote", remote, *dry, GITHUB_EVENT_NAME=event)
    assert told.code == 2
    assert told.err.splitlines() == [
        f"`update` does not run on {event} events: a pull request would choose what is written",
        "Use the command `check` or `scan` on this event, and `update` on schedule, workflow_dispatch or push",
    ]


def test_update_after_a_forks_workflow_ends_at_once_and_names_scan(bot: Bot, remote: Path, tmp_path: Path) -> None:
    run: dict[str, Any] = {"workflow_run": {"event": "push", "head_repository": {"full_name": "eve/fleet"}}}
    (tmp_path / "event.json").write_text(json.dumps(run))
    job = {
        "GITHUB_EVENT_NAME": "workflow_run",
        "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
        "GITHUB_REPOSITORY": "acme/fleet",
    }
    told = bot("update", "--forge", "files", "--remote", remote, **job)
    assert told.code == 2
    assert told.err.splitlines()[0] == "`update` does not run after a workflow of a pull request or of a fork"
    assert "`scan`" in told.err


@pytest.mark.parametrize("content", [None, "", "[]", "{", "\xff"])
def test_an_event_that_cannot_be_read_is_not_trusted(
    bot: Bot, remote: Path, tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "event.json"
    if content is not None:
        file.write_text(content, encoding="latin-1")
    job = {"GITHUB_EVENT_PATH": str(file), "GITHUB_REPOSITORY": "acme/fleet"}
    call = ("update", "--dry-run", "--forge", "files", "--remote", remote)
    assert bot(*call, GITHUB_EVENT_NAME="workflow_run", **job).code == 2
    assert bot(*call, GITHUB_EVENT_NAME="schedule", **job).code == 0


def test_the_limits_of_these_tests_only_shorten_the_wait() -> None:
    assert replace(QUICK, page_bytes=1) != QUICK  # the 50 MB above meet the cap that users have
    assert QUICK.page_bytes == 16 * 1024 * 1024
