"""`promote`, as a person calls it on the forge of files."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from doubles.command_line import Bot, Said, fleet, release
from doubles.registry import RegistryDouble
from jsonschema import Draft202012Validator

from bot.report.document import schema
from bot.repository.seeding import seed

CONFIGURATION = """\
tiers:
  dev: {paths: ["apps/dev/**"]}
  production: {paths: ["apps/production/**"], production: true}
"""
Call = Callable[..., Said]


@pytest.fixture
def ahead(bot: Bot, registry: RegistryDouble, tmp_path: Path) -> Call:
    """Calls it on a fleet whose dev runs a newer nginx than its production."""
    files = fleet(registry.netloc, CONFIGURATION) | {"apps/dev/nginx.yaml": release("nginx", "1.2.4")}
    remote = seed(tmp_path / "remote", {"main": {path: text.encode() for path, text in files.items()}})
    options = ("--forge", "files", "--forge-folder", tmp_path / "forge", "--remote", remote)

    def run(*arguments: str, **environment: str) -> Said:
        return bot("promote", *arguments, *options, **environment)

    return run


def opened(folder: Path) -> list[dict[str, object]]:
    return [json.loads(path.read_text()) for path in sorted((folder / "forge/pull-requests").glob("*.json"))]


def test_the_forge_of_files_gets_a_draft(ahead: Call, tmp_path: Path) -> None:
    said = ahead("--to", "production", "--from", "dev", "--diff")

    assert said.code == 0, said
    assert said.lines[0] == "1 promotion for production"
    assert "+      version: 1.2.4" in said.lines
    [record] = opened(tmp_path)
    expected = ("flux-chart-bot/production/promotion", "main", True)
    assert (record["head"], record["base"], record["draft"]) == expected


def test_a_dry_run_writes_nothing_and_its_plan_keeps_to_the_schema(ahead: Call, tmp_path: Path) -> None:
    said = ahead("--to", "production", "--from", "dev", "--dry-run", "--json", "-")

    assert said.code == 0, said
    Draft202012Validator(schema()).validate(said.plan)
    assert [one["kind"] for one in said.plan["pull_requests"]] == ["promotion"]
    assert not (tmp_path / "forge").exists()


def test_options_come_from_the_environment_too(ahead: Call, tmp_path: Path) -> None:
    said = ahead(FLUX_CHART_BOT_TO="production", FLUX_CHART_BOT_FROM="dev", FLUX_CHART_BOT_DRY_RUN="true")

    assert (said.code, said.lines[0]) == (0, "1 promotion for production; a dry run, nothing was written"), said


def test_without_a_tier_before_production_it_ends_with_2_and_names_the_key(ahead: Call) -> None:
    said = ahead("--to", "production")

    assert said.code == 2, said
    assert "nothing says what runs before production" in said.err
    assert "Write `from` into the tier, or give --from dev" in said.err


def test_a_wrong_address_ends_with_2_and_writes_nothing(ahead: Call, registry: RegistryDouble, tmp_path: Path) -> None:
    said = ahead("--to", "production", "--from", "dev", "--chart", f"{registry.netloc}/charts/nginxx")

    assert said.code == 2, said
    assert "uses" in said.err
    assert not (tmp_path / "forge").exists()
