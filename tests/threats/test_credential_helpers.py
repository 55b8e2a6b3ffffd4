"""Threat 10: whoever can push a branch, but not the default one, does not choose for which host a login is fetched."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from doubles.command_line import CONFIGURATION, fleet, release, repository, write
from doubles.ground import Ground
from doubles.registry import Basic, RegistryDouble

from bot.demo.charts import SampleChart

BRANCHES = CONFIGURATION.replace("    follow: minor", "    follow: minor\n    branch: develop")
HELPER = """\
#!/bin/sh
IFS= read -r host
echo "$host" >> '{log}'
echo '{{"Username": "ann", "Secret": "pw"}}'
"""


@pytest.fixture
def theirs() -> Iterator[RegistryDouble]:
    """A registry that only a pushed branch names."""
    with RegistryDouble(auth=Basic(username="ann", password="pw")) as double:
        double.add("charts/podinfo", SampleChart(name="podinfo", version="1.2.3"))
        yield double


@pytest.fixture
def machine(ground: Ground) -> dict[str, str | None]:
    """The environment with a helper that hands out a login for every host."""
    ground.registry.auth = Basic(username="ann", password="pw")
    program = ground.folder / "bin/docker-credential-all"
    program.parent.mkdir()
    program.write_text(HELPER.format(log=ground.folder / "asked"))
    program.chmod(0o755)
    return {
        "PATH": f"{program.parent}:/usr/local/bin:/usr/bin:/bin",
        "DOCKER_AUTH_CONFIG": json.dumps({"credsStore": "all"}),
    }


def asked(ground: Ground) -> set[str]:
    log = ground.folder / "asked"
    return set(log.read_text().split()) if log.exists() else set()


def on_develop(ground: Ground, theirs: RegistryDouble, configuration: str = BRANCHES) -> None:
    """The usual fleet, and on `develop` one more release, from their registry."""
    ground.fleet(configuration=configuration)
    ground.commit(
        "develop",
        {
            "sources/theirs.yaml": repository(theirs.netloc, "theirs"),
            "apps/dev/theirs.yaml": release("podinfo", source="theirs"),
        },
    )


@pytest.mark.parametrize("command", ["update", "scan"])
def test_no_helper_is_asked_for_a_host_that_another_branch_names(
    ground: Ground, theirs: RegistryDouble, machine: dict[str, str | None], command: str
) -> None:
    on_develop(ground, theirs)
    arguments = ("--base",) if command == "scan" else ("--forge", "files", "--forge-folder", ground.forge)
    said = ground.run(command, *arguments, "--remote", ground.remote, "--json", "-", **machine)
    assert said.code == 0, said
    assert asked(ground) == {ground.registry.netloc}
    assert {"authorization"} & {name for one in theirs.journal for name in one.headers} == set()
    (denied,) = [one for one in said.plan["verdicts"] if one["path"] == "apps/dev/theirs.yaml"]
    assert f"helper-hosts: [{theirs.netloc}]" in denied["decision"]["reason"]["mend"]
    others = {one["decision"]["kind"] for one in said.plan["verdicts"] if one["path"] != "apps/dev/theirs.yaml"}
    assert "update" in others


def test_the_configuration_may_list_it(ground: Ground, theirs: RegistryDouble, machine: dict[str, str | None]) -> None:
    on_develop(ground, theirs, f"{BRANCHES}registries: {{helper-hosts: ['{theirs.netloc}']}}\n")
    assert ground.update(**machine).code == 0
    assert asked(ground) == {ground.registry.netloc, theirs.netloc}


def test_their_own_configuration_may_not(
    ground: Ground, theirs: RegistryDouble, machine: dict[str, str | None]
) -> None:
    on_develop(ground, theirs)
    hostile = f"{BRANCHES}registries: {{helper-hosts: ['{theirs.netloc}']}}\n"
    ground.commit("develop", {".github/flux-chart-bot.yaml": hostile})
    ground.update(**machine)
    assert asked(ground) == {ground.registry.netloc}


def test_a_host_that_the_default_branch_uses_outside_of_every_tier_may_be_asked_for(
    ground: Ground, theirs: RegistryDouble, machine: dict[str, str | None]
) -> None:
    on_develop(ground, theirs)
    more = {
        "sources/theirs.yaml": repository(theirs.netloc, "theirs"),
        "elsewhere/theirs.yaml": release("podinfo", source="theirs"),
    }
    ground.commit("main", more)
    ground.update(**machine)
    assert asked(ground) == {ground.registry.netloc, theirs.netloc}


def test_on_the_default_branch_alone_every_host_is_its_own(
    ground: Ground, theirs: RegistryDouble, machine: dict[str, str | None]
) -> None:
    more = {
        "sources/theirs.yaml": repository(theirs.netloc, "theirs"),
        "apps/dev/theirs.yaml": release("podinfo", source="theirs"),
    }
    ground.fleet(more)
    ground.update(**machine)
    assert asked(ground) == {ground.registry.netloc, theirs.netloc}


def test_no_helper_is_asked_for_a_host_that_a_pull_request_names(
    ground: Ground, theirs: RegistryDouble, machine: dict[str, str | None]
) -> None:
    """Also where all tiers live on the default branch."""
    ground.fleet()
    more = {
        "sources/theirs.yaml": repository(theirs.netloc, "theirs"),
        "apps/dev/theirs.yaml": release("podinfo", source="theirs"),
        "apps/dev/podinfo.yaml": release("podinfo", "1.2.4"),
    }
    head = ground.commit("feature", more)
    said = ground.run("check", "--remote", ground.remote, "--into", "main", "--head", head, **machine)
    assert said.code == 3, said
    assert asked(ground) == {ground.registry.netloc}
    assert {"authorization"} & {name for one in theirs.journal for name in one.headers} == set()


def test_a_folder_counts_as_it_is(ground: Ground, machine: dict[str, str | None], tmp_path: Path) -> None:
    folder = write(tmp_path / "fleet", fleet(ground.registry.netloc, BRANCHES))
    said = ground.run("scan", folder, **machine)
    assert said.code == 0, said
    assert asked(ground) == {ground.registry.netloc}
