"""Where logins are found, and for whom. Threats 10 and 19."""

import base64
import json
import stat
from pathlib import Path

import pytest

from bot.registry.credentials import Credentials
from bot.registry.docker_config import Login, Scope, names_helpers
from bot.registry.origins import Origin


def origin(host: str, port: int = 443, scheme: str = "https") -> Origin:
    return Origin(scheme=scheme, host=host, port=port)


def auths(**entries: str) -> dict[str, object]:
    """`user:password` by key; `__` stands for `/`."""
    coded = {key: {"auth": base64.b64encode(login.encode()).decode()} for key, login in entries.items()}
    return {"auths": {key.replace("__", "/"): entry for key, entry in coded.items()}}


def inline(document: object) -> dict[str, str]:
    return {"DOCKER_AUTH_CONFIG": json.dumps(document)}


def shown(login: Login | None) -> str:
    if login is None:
        return ""
    return login.identity_token.reveal() or f"{login.username}:{login.password.reveal()}"


def found(environment: dict[str, str], host: str, repository: str = "charts/x", port: int = 443) -> str:
    return shown(Credentials(environment).login(origin(host, port), repository))


@pytest.mark.parametrize(
    ("key", "host", "port"),
    [
        ("ghcr.io", "ghcr.io", 443),
        ("https://ghcr.io", "ghcr.io", 443),
        ("https://ghcr.io/v2/", "ghcr.io", 443),
        ("GHCR.io", "ghcr.io", 443),
        ("harbor.corp.example:8443", "harbor.corp.example", 8443),
        ("harbor.corp.example:443", "harbor.corp.example", 443),
        ("https://index.docker.io/v1/", "registry-1.docker.io", 443),
        ("docker.io", "registry-1.docker.io", 443),
    ],
)
def test_every_spelling_of_a_host_is_understood(key: str, host: str, port: int) -> None:
    assert found(inline(auths(**{key: "ann:pw"})), host, port=port) == "ann:pw"


@pytest.mark.parametrize(
    ("host", "port"), [("evil-ghcr.io", 443), ("ghcr.io.evil.io", 443), ("ghcr.io", 8443), ("io", 443)]
)
def test_a_login_is_for_its_host_and_port_alone(host: str, port: int) -> None:
    assert found(inline(auths(**{"ghcr.io": "ann:pw"})), host, port=port) == ""


def test_the_longest_path_wins() -> None:
    environment = inline(auths(**{"ghcr.io": "host:a", "ghcr.io__org": "org:b", "ghcr.io__org__charts": "charts:c"}))
    assert found(environment, "ghcr.io", "org/charts/x") == "charts:c"
    assert found(environment, "ghcr.io", "org/chartsandmore") == "org:b"
    assert found(environment, "ghcr.io", "other/x") == "host:a"


def test_over_plain_http_there_is_no_login_but_on_this_machine() -> None:
    credentials = Credentials(inline(auths(**{"a.example:80": "ann:pw", "localhost:80": "ann:pw"})))
    assert credentials.login(origin("a.example", 80, "http"), "x") is None
    assert shown(credentials.login(origin("localhost", 80, "http"), "x")) == "ann:pw"


@pytest.mark.parametrize(
    ("variable", "path"),
    [
        ("DOCKER_CONFIG", "config.json"),
        ("HOME", ".docker/config.json"),
        ("HOME", ".config/helm/registry/config.json"),
        ("HOME", ".config/containers/auth.json"),
        ("XDG_RUNTIME_DIR", "containers/auth.json"),
        ("XDG_CONFIG_HOME", "helm/registry/config.json"),
    ],
)
def test_the_usual_files_are_read(tmp_path: Path, variable: str, path: str) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(auths(**{"ghcr.io": "ann:pw"})))
    assert found({variable: str(tmp_path)}, "ghcr.io") == "ann:pw"


@pytest.mark.parametrize("variable", ["REGISTRY_AUTH_FILE", "HELM_REGISTRY_CONFIG"])
def test_a_file_named_outright_is_read(tmp_path: Path, variable: str) -> None:
    file = tmp_path / "any.json"
    file.write_text(json.dumps(auths(**{"ghcr.io": "ann:pw"})))
    assert found({variable: str(file)}, "ghcr.io") == "ann:pw"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "5",
        '{"auths": []}',
        '{"auths": {"ghcr.io": {"auth": "%%%"}}}',
        '{"auths": {"ghcr.io": 5}}',
        "[" * 100_000,
    ],
)
def test_a_file_that_is_none_is_passed_over(text: str) -> None:
    assert found({"DOCKER_AUTH_CONFIG": text}, "ghcr.io") == ""


def test_an_identity_token_is_known_as_one() -> None:
    document = {"auths": {"x.azurecr.io": {"auth": "", "identitytoken": "it"}}}
    assert found(inline(document), "x.azurecr.io") == "it"


# --- programs


HELPER = """#!/bin/sh
echo "$0 $*" >> "{log}"
IFS= read -r host
echo "asked for $host" >> "{log}"
env >> "{log}"
{body}
"""


@pytest.fixture
def helper(tmp_path: Path) -> dict[str, str]:
    """A credential helper `docker-credential-test` on PATH, and the log of what it was asked."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "docker-credential-test"
    body = """printf '{"ServerURL": "x", "Username": "ann", "Secret": "canary-%s"}' "$host" """
    program.write_text(HELPER.format(log=tmp_path / "log", body=body))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return {"PATH": f"{folder}:/usr/bin:/bin", "LOG": str(tmp_path / "log"), "GITHUB_TOKEN": "canary-job"}


def test_a_helper_is_asked_for_the_host_in_use_by_stdin_and_once(helper: dict[str, str]) -> None:
    credentials = Credentials(helper | inline({"credHelpers": {"ghcr.io": "test", "other.example": "test"}}))
    for _ in range(2):
        assert shown(credentials.login(origin("ghcr.io"), "x")) == "ann:canary-ghcr.io"
    log = Path(helper["LOG"]).read_text()
    assert log.count("asked for") == 1
    assert "asked for ghcr.io" in log
    assert log.splitlines()[0].endswith("docker-credential-test get")
    assert "canary-job" not in log


def test_a_store_is_asked_for_every_host_without_a_helper_of_its_own(helper: dict[str, str]) -> None:
    credentials = Credentials(helper | inline({"credsStore": "test"}))
    assert shown(credentials.login(origin("registry-1.docker.io"), "x")) == "ann:canary-https://index.docker.io/v1/"
    assert shown(credentials.login(origin("a.example", 8443), "x")) == "ann:canary-a.example:8443"


def test_no_helper_is_asked_over_plain_http(helper: dict[str, str]) -> None:
    credentials = Credentials(helper | inline({"credsStore": "test"}))
    assert credentials.login(origin("a.example", 80, "http"), "x") is None
    assert not Path(helper["LOG"]).exists()


@pytest.mark.parametrize(
    ("hosts", "asked"),
    [
        ({"ghcr.io", "a.example:8443"}, True),
        ({"a.example:8443"}, True),
        ({"a.example"}, False),
        ({"a.example:443"}, False),
        ({"example:8443", "b.a.example:8443"}, False),
        (set(), False),
    ],
)
def test_a_helper_is_asked_for_the_hosts_that_are_allowed_alone(
    helper: dict[str, str], hosts: set[str], *, asked: bool
) -> None:
    credentials = Credentials(helper | inline({"credsStore": "test"}), frozenset(hosts))
    assert bool(credentials.login(origin("a.example", 8443), "x")) is asked
    assert credentials.withholds(origin("a.example", 8443)) is not asked
    assert Path(helper["LOG"]).exists() is asked


def test_docker_hub_is_allowed_by_the_name_that_manifests_write(helper: dict[str, str]) -> None:
    credentials = Credentials(helper | inline({"credsStore": "test"}), frozenset({"docker.io"}))
    assert credentials.login(origin("registry-1.docker.io"), "x")


def test_a_stored_login_needs_no_leave_and_no_helper_is_missed(helper: dict[str, str]) -> None:
    stored = inline(auths(**{"ghcr.io": "ann:pw"}) | {"credHelpers": {"other.example": "test"}})
    credentials = Credentials(helper | stored, frozenset())
    assert shown(credentials.login(origin("ghcr.io"), "x")) == "ann:pw"
    assert not credentials.withholds(origin("ghcr.io"))


def test_whether_helpers_are_named_is_seen_without_reading_more(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"credsStore": "test"}')
    assert names_helpers({"DOCKER_CONFIG": str(tmp_path)})
    assert names_helpers(inline({"credHelpers": {}}))
    assert not names_helpers(inline(auths(**{"ghcr.io": "ann:pw"})))


@pytest.mark.parametrize("name", ["../test", "test; id", "", "-x", "a/b", "missing"])
def test_a_helper_with_an_odd_name_is_not_run(helper: dict[str, str], name: str) -> None:
    assert found(helper | inline({"credHelpers": {"ghcr.io": name}}), "ghcr.io") == ""
    assert not Path(helper["LOG"]).exists()


def test_a_helper_in_the_working_directory_is_not_run(
    helper: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path / "bin")
    for path in (".", "", "./", "bin:."):
        assert found({"PATH": path} | inline({"credHelpers": {"ghcr.io": "test"}}), "ghcr.io") == ""
    assert not Path(helper["LOG"]).exists()


@pytest.mark.parametrize("body", ["exit 1", "echo '{}'", "echo no", 'printf \'{"Username": "", "Secret": ""}\''])
def test_a_helper_without_a_login_has_none(tmp_path: Path, helper: dict[str, str], body: str) -> None:
    (tmp_path / "bin" / "docker-credential-test").write_text(HELPER.format(log=tmp_path / "log", body=body))
    assert found(helper | inline({"credHelpers": {"ghcr.io": "test"}}), "ghcr.io") == ""


def test_a_helper_may_give_an_identity_token(tmp_path: Path, helper: dict[str, str]) -> None:
    body = """echo '{"Username": "<token>", "Secret": "it"}'"""
    (tmp_path / "bin" / "docker-credential-test").write_text(HELPER.format(log=tmp_path / "log", body=body))
    assert found(helper | inline({"credHelpers": {"ghcr.io": "test"}}), "ghcr.io") == "it"


# --- the job's own token


JOB = {"GITHUB_ACTIONS": "true", "GITHUB_TOKEN": "job-token", "GITHUB_ACTOR": "ann"}


def test_the_job_s_token_is_for_the_job_s_own_registry() -> None:
    assert found(JOB, "ghcr.io") == "ann:job-token"
    enterprise = JOB | {"GITHUB_SERVER_URL": "https://github.corp.example"}
    assert found(enterprise, "containers.github.corp.example") == "ann:job-token"
    assert found(enterprise, "ghcr.io") == ""


@pytest.mark.parametrize(
    "host", ["docker.pkg.github.com", "ghcr.io.evil.io", "registry-1.docker.io", "containers.github.com"]
)
def test_the_job_s_token_goes_nowhere_else(host: str) -> None:
    assert found(JOB, host) == ""
    assert found(JOB, "ghcr.io", port=8443) == ""


def test_outside_a_job_there_is_no_job_token() -> None:
    assert found(JOB | {"GITHUB_ACTIONS": ""}, "ghcr.io") == ""


def test_a_stored_login_goes_before_the_job_s() -> None:
    assert found(JOB | inline(auths(**{"ghcr.io": "bob:pw"})), "ghcr.io") == "bob:pw"


def test_a_login_cannot_be_printed() -> None:
    login = Credentials(inline(auths(**{"ghcr.io": "ann:canary"}))).login(origin("ghcr.io"), "x")
    assert "canary" not in f"{login} {login!r}"


def test_a_scope_covers_its_own_path_and_what_lies_below() -> None:
    assert Scope.parse("ghcr.io/a").covers(Scope.parse("ghcr.io/a/b"))
    assert not Scope.parse("ghcr.io/a").covers(Scope.parse("ghcr.io/ab"))
    assert not Scope.parse("ghcr.io/a/b").covers(Scope.parse("ghcr.io/a"))
