"""What action.yml, our workflows and the README's workflows say, judged by linters and by our own rules."""

import re
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML  # noqa: TID251 - a test that reads our own action.yml

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(sys.executable).parent
OURS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
FENCED = re.compile(r"^ *```ya?ml\n(.*?)^ *```", re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def action() -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe", pure=True).load((ROOT / "action.yml").read_text())
    return loaded


@pytest.fixture(scope="module")
def readme_workflows(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The README's whole workflows, each as a file where the linters look for one."""
    folder = tmp_path_factory.mktemp("readme") / ".github" / "workflows"
    folder.mkdir(parents=True)
    fenced = [textwrap.dedent(block) for block in FENCED.findall((ROOT / "README.md").read_text())]
    blocks = [block for block in fenced if re.search(r"^jobs:", block, re.MULTILINE)]
    files = [folder / f"readme-{number}.yml" for number in range(len(blocks))]
    for file, block in zip(files, blocks, strict=True):
        file.write_text(block)
    return files


def findings(program: str, *arguments: str, files: Sequence[Path]) -> str:
    """What a linter says of files; nothing where it finds nothing."""
    assert files
    command = [str(PROGRAMS / program), *arguments, *map(str, files)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr if done.returncode else ""


def test_zizmor_finds_nothing_in_the_action_and_our_workflows() -> None:
    assert findings("zizmor", "--offline", "--persona", "auditor", files=[ROOT / "action.yml", ROOT / ".github"]) == ""


def test_the_action_and_our_workflows_match_githubs_schemas() -> None:
    assert findings("check-jsonschema", "--builtin-schema", "vendor.github-actions", files=[ROOT / "action.yml"]) == ""
    assert findings("check-jsonschema", "--builtin-schema", "vendor.github-workflows", files=OURS) == ""
    assert (
        findings(
            "check-jsonschema", "--builtin-schema", "vendor.dependabot", files=[ROOT / ".github" / "dependabot.yml"]
        )
        == ""
    )


def test_zizmor_finds_nothing_in_the_readmes_workflows(readme_workflows: list[Path]) -> None:
    assert findings("zizmor", "--offline", "--persona", "auditor", files=readme_workflows) == ""


def test_the_readmes_workflows_match_githubs_schema(readme_workflows: list[Path]) -> None:
    assert findings("check-jsonschema", "--builtin-schema", "vendor.github-workflows", files=readme_workflows) == ""


def test_the_readmes_workflows_use_only_inputs_that_exist(action: dict[str, Any], readme_workflows: list[Path]) -> None:
    loaded = [YAML(typ="safe", pure=True).load(file.read_text()) for file in readme_workflows]
    steps = [step for workflow in loaded for job in workflow["jobs"].values() for step in job["steps"]]
    ours = [step for step in steps if "flux-chart-bot@" in step.get("uses", "")]

    assert ours
    assert {name for step in ours for name in step.get("with", {})} <= set(action["inputs"])


def test_inputs_are_in_kebab_case_and_described(action: dict[str, Any]) -> None:
    for name, about in (action["inputs"] | action["outputs"]).items():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)
        assert about["description"].endswith("."), name
    assert all("default" in about for about in action["inputs"].values())


def test_every_input_reaches_the_program_by_name_and_none_by_text(action: dict[str, Any]) -> None:
    install, run = action["runs"]["steps"]
    expected = {f"FLUX_CHART_BOT_{name.upper().replace('-', '_')}": name for name in action["inputs"]}

    inputs = {variable: f"${{{{ inputs.{name} }}}}" for variable, name in expected.items()}
    assert run["env"] == inputs | {"GITHUB_TOKEN": "${{ github.token }}"}
    assert install["env"] == {"FLUX_CHART_BOT_PYTHON": "${{ inputs.python }}"}  # and above all no token
    for step in (install, run):
        assert "${{" not in step["run"]
        assert step["shell"] == "bash"


def test_the_action_uses_no_other_action(action: dict[str, Any]) -> None:
    assert [step for step in action["runs"]["steps"] if "uses" in step] == []


def test_every_output_comes_from_the_step_of_that_name(action: dict[str, Any]) -> None:
    assert {name: about["value"] for name, about in action["outputs"].items()} == {
        name: f"${{{{ steps.run.outputs.{name} }}}}" for name in action["outputs"]
    }


def test_our_workflows_pin_every_action_to_a_commit() -> None:
    uses = [line.strip() for file in OURS for line in file.read_text().splitlines() if "uses:" in line]

    assert uses
    for line in uses:
        assert re.search(r"uses: (\./( |$)|[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$)", line), line


def test_ci_runs_the_readmes_test_command() -> None:
    command = "python3 bot/bootstrap.py test"
    [line] = [line for line in (ROOT / ".ci" / "run").read_text().splitlines() if "bootstrap.py" in line]

    assert re.search(rf"^{re.escape(command)}$", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert line == f"exec {command} --long </dev/null"
