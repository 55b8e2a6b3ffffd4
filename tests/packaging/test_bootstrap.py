"""bot/bootstrap.py as a person or a runner starts it; only uv is a recorder."""

import ast
import fcntl
import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from doubles.recorded_install import ROOT, Project

from bot import bootstrap
from bot.cli.explanations import COMMANDS

CANARY = """
import pathlib
(pathlib.Path({folder!r}) / {name!r}).touch()
"""
FOREIGN_MODULES = (
    *("ast.py", "contextlib.py", "hashlib.py", "json.py", "pathlib.py", "subprocess.py"),
    *("pip.py", "uv.py", "venv.py", "ensurepip/__init__.py", "ensurepip/__main__.py"),
    *("sitecustomize.py", "usercustomize.py", "bot/__init__.py", "bot/__main__.py"),
)


def test_the_first_run_installs_and_becomes_the_bot_in_the_callers_folder(project: Project) -> None:
    done = project.run("scan", "--diff", ".")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "argv": ["scan", "--diff", "."],
        "cwd": str(project.tree),
        "isolated": 1,
        "file": str(project.root / "bot" / "__main__.py"),
    }
    assert done.stderr.count("\n") == 1  # the one line of progress


def test_the_second_run_installs_nothing_and_says_nothing(project: Project) -> None:
    project.run("scan")
    done = project.run("scan")

    assert done.stderr == ""
    assert len(project.calls()) == 1


def test_a_changed_lock_makes_another_environment(project: Project) -> None:
    project.run("scan")
    (project.root / "requirements.txt").write_text("# changed\n")
    project.run("scan")

    assert len(project.calls()) == 2
    assert len(list(project.cache.glob("requirements-*/finished"))) == 2


def test_install_only_runs_nothing(project: Project) -> None:
    done = project.run("--install-only")

    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert len(project.calls()) == 1


def test_the_test_command_has_an_environment_of_its_own(project: Project) -> None:
    (project.root / "tests").mkdir()
    (project.root / "tests" / "suite.py").write_text("import sys; print(sys.argv[1:], sys.flags.isolated)")
    done = project.run("test", "--long", "-k", "x")

    assert done.stdout == "['--long', '-k', 'x'] 1\n"
    assert project.calls()[0]["argv"][-1] == str(project.root / "requirements-dev.txt")


def test_a_github_job_installs_below_its_own_folder_and_not_at_home(project: Project, tmp_path: Path) -> None:
    project.run("scan", GITHUB_ACTIONS="true", RUNNER_TEMP=str(tmp_path / "runner"))

    assert not project.cache.exists()
    assert list(project.tree.iterdir()) == []
    assert len(project.calls(tmp_path / "runner" / "flux-chart-bot")) == 1


def test_a_relative_cache_folder_is_no_folder(project: Project) -> None:
    project.run("scan", XDG_CACHE_HOME="cache")

    assert list(project.tree.iterdir()) == []
    assert len(project.calls()) == 1


def test_a_killed_install_is_never_taken_as_finished(project: Project) -> None:
    project.cache.mkdir(parents=True)
    (project.cache / "hold").touch()
    first = project.start("scan")
    _wait_for_call(project)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    [lock] = project.cache.glob("*.lock")
    with lock.open("w") as file, pytest.raises(BlockingIOError):  # the uv of the first still runs, and holds it
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    second = project.start("scan")
    (project.cache / "hold").unlink()
    out, _ = second.communicate(timeout=60)

    assert len(project.calls()) == 2
    assert json.loads(out)["argv"] == ["scan"]


def test_two_at_once_install_once(project: Project) -> None:
    both = [project.start("scan") for _ in range(2)]

    assert [json.loads(process.communicate(timeout=60)[0])["argv"] for process in both] == [["scan"], ["scan"]]
    assert len(project.calls()) == 1


def _wait_for_call(project: Project) -> None:
    end = time.monotonic() + 60
    while not project.calls():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("variables", "started_before_us"),
    [
        ({}, set()),
        # These two an interpreter loads before the first line of any program; everything after is ours.
        ({"PYTHONPATH": "."}, {"sitecustomize.py", "usercustomize.py"}),
    ],
)
def test_nothing_of_the_work_tree_runs(
    project: Project, tmp_path: Path, variables: dict[str, str], started_before_us: set[str]
) -> None:
    canaries = tmp_path / "canaries"
    canaries.mkdir()
    for name in FOREIGN_MODULES:
        file = project.tree / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(CANARY.format(folder=str(canaries), name=name.replace("/", ".")))
    (project.tree / "uv.toml").write_text("no-such-key = 1")
    (project.tree / "pip.conf").write_text("[global]\nindex-url = http://127.0.0.1:9/")

    done = project.run("scan", **variables)

    assert done.returncode == 0, done.stderr
    assert {path.name for path in canaries.iterdir()} <= started_before_us
    assert json.loads(done.stdout)["file"] == str(project.root / "bot" / "__main__.py")


def test_children_that_install_see_no_token(project: Project) -> None:
    names = ("GITHUB_TOKEN", "INPUT_TOKEN", "FLUX_CHART_BOT_TOKEN", "ACTIONS_RUNTIME_TOKEN", "AWS_SECRET_ACCESS_KEY")
    project.run("scan", **dict.fromkeys(names, "s3cret"), UV_INDEX_URL="http://127.0.0.1:9/", PYTHONPATH="/x")
    seen = project.calls()[0]["environ"]

    assert "s3cret" not in json.dumps(seen)
    assert set(seen) <= bootstrap.PASSED_ON | {"UV_FIND_LINKS", "UV_INDEX_STRATEGY", "UV_PYTHON_DOWNLOADS"} | {
        "UV_SYSTEM_CERTS",
        "LC_CTYPE",  # Python sets it for itself in the C locale: https://peps.python.org/pep-0538/
    }


def test_uv_takes_only_wheels_that_it_knows_by_hash_and_works_outside_the_work_tree(project: Project) -> None:
    project.run("scan")
    call = project.calls()[0]

    assert {"--require-hashes", "--no-build", "--no-config", "--no-index"} <= set(call["argv"])
    assert Path(call["cwd"]).parent == project.cache


def test_the_machines_settings_of_pip_are_handed_to_uv(project: Project) -> None:
    settings = project.home / ".config" / "pip" / "pip.conf"
    settings.parent.mkdir(parents=True)
    bundle = project.home / "bundle.pem"
    bundle.touch()
    settings.write_text(
        "[global]\nindex-url = https://me:pw@index.example/simple\nextra-index-url =\n  https://a.example\n"
        f"  https://b.example\ncert = {bundle}\n[install]\ntrusted-host = c.example d.example\n"
    )
    project.run("scan", PIP_CONFIG_FILE="", PIP_PROXY="http://proxy.example:3128", PIP_DEFAULT_TIMEOUT="7")
    call = project.calls()[0]
    given = call["environ"]

    assert given["UV_DEFAULT_INDEX"] == "https://me:pw@index.example/simple"
    assert given["UV_INDEX"] == "https://a.example https://b.example"
    assert given["UV_INSECURE_HOST"] == "c.example d.example"
    assert given["SSL_CERT_FILE"] == str(bundle)
    assert given["HTTPS_PROXY"] == given["https_proxy"] == "http://proxy.example:3128"
    assert given["UV_HTTP_TIMEOUT"] == "7"
    assert "me:pw" not in json.dumps(call["argv"])


def test_a_uv_with_another_hash_is_refused(project: Project) -> None:
    (project.root / "requirements-bootstrap.txt").write_text(f"uv==9.9.9 --hash=sha256:{'0' * 64}\n")
    done = project.run("scan")

    assert (done.returncode, done.stdout) == (1, "")
    assert "do not match the hashes" in done.stderr.lower()
    assert project.calls() == []
    assert list(project.cache.glob("*/finished")) == []


def test_what_an_index_says_cannot_command_the_runner(project: Project) -> None:
    project.cache.mkdir(parents=True)
    (project.cache / "fail").write_text("::add-mask::x\n  ::error::y\nsomething ##[error]z")
    done = project.run("scan")

    assert done.returncode == 1
    assert "something" in done.stderr
    assert "##[" not in done.stderr
    assert not [line for line in done.stderr.splitlines() if line.lstrip().startswith("::")]


def test_a_cache_folder_that_cannot_be_written_says_which_variable_helps(project: Project) -> None:
    (project.home / ".cache").write_text("a file")
    done = project.run("scan")

    assert done.returncode == 1
    assert "XDG_CACHE_HOME" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("lacking", "message"),
    [
        ({"git"}, "missing here: git. Add with: apt-get install -y git"),
        ({"pip"}, "missing here: Python's venv and pip. Add with: apt-get install -y python3.X-venv"),
        ({"git", "pip"}, "missing here: git, Python's venv and pip. Add with: apt-get install -y git python3.X-venv"),
        (
            {"pip", "apt-get"},
            "missing here: Python's venv and pip. Add with this system's package manager, then run again.",
        ),
    ],
)
def test_one_line_says_what_the_distribution_has_split_off(
    lacking: set[str], message: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("bot.bootstrap.shutil.which", lambda name: None if name in lacking else name)
    monkeypatch.setattr("bot.bootstrap._pip", lambda: () if "pip" in lacking else ("pip",))
    monkeypatch.setattr("bot.bootstrap.os.geteuid", lambda: 0)
    monkeypatch.setenv("XDG_CACHE_HOME", "/nonexistent")

    assert bootstrap.main(["demo"]) == 1
    expected = message.replace("3.X", f"{sys.version_info[0]}.{sys.version_info[1]}")
    assert capsys.readouterr().err == f"flux-chart-bot: {expected}\n"


def test_every_command_but_scan_says_at_once_that_it_needs_git() -> None:
    assert {*COMMANDS, "test"} - {"scan"} == bootstrap.NEED_GIT


def test_scan_runs_without_git(project: Project) -> None:
    done = project.run("scan", PATH="/nonexistent")

    assert done.returncode == 0, done.stderr


def test_pip_is_found_in_the_wheel_that_venv_would_unpack(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "pip-23.0-py3-none-any.whl").touch()
    monkeypatch.setattr("bot.bootstrap.importlib.util.find_spec", lambda _name: None)
    monkeypatch.setattr("bot.bootstrap.sysconfig.get_config_var", lambda _name: str(tmp_path))

    assert bootstrap._pip() == (sys.executable, "-I", str(tmp_path / "pip-23.0-py3-none-any.whl" / "pip"))


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ("", {}),
        ("global.index-url='https://a'\ninstall.index-url='https://b'", {"index-url": "https://b"}),
        (":env:.index-url='https://e'\nglobal.index-url='https://a'", {"index-url": "https://e"}),
        ("global.find-links='\\n/a\\n/b'", {"find-links": "/a\n/b"}),
        ("global.no-index='false'", {}),
        ("global.no-index='true'", {"no-index": "true"}),
        ("global.target='/usr'\nglobal.require-virtualenv='1'\nsomething else", {}),
        ("download.index-url='https://a'", {}),
    ],
)
def test_pips_own_list_of_settings_is_read(listed: str, expected: dict[str, str]) -> None:
    assert bootstrap.settings_from(listed) == expected


def test_only_certificates_of_a_file_that_was_named_replace_those_of_the_system() -> None:
    assert bootstrap.uv_environment({})["UV_SYSTEM_CERTS"] == "true"
    assert "UV_SYSTEM_CERTS" not in bootstrap.uv_environment({"cert": "/x.pem"})


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_a_bundle_set_for_other_programs_serves_pip_and_uv(project: Project, name: str) -> None:
    bundle = project.home / "bundle.pem"
    bundle.touch()
    project.run("scan", **{name: str(bundle)})

    assert project.calls()[0]["environ"]["SSL_CERT_FILE"] == str(bundle)


def test_an_old_python_can_read_the_file_and_gets_to_the_check_first() -> None:
    tree = ast.parse((ROOT / "bot" / "bootstrap.py").read_text(), feature_version=(3, 6))
    kinds = [type(node) for node in tree.body]
    before = [node.names[0].name for node in tree.body[: kinds.index(ast.If)] if isinstance(node, ast.Import)]

    assert before == ["os", "sys"]
    assert ast.ImportFrom not in kinds[: kinds.index(ast.If)]


def test_an_old_python_is_told_what_to_do(project: Project) -> None:
    old = next(filter(_runs, (f"python3.{minor}" for minor in range(6, 11))), None)
    if old is None:
        pytest.skip("no Python between 3.6 and 3.10 on PATH")
    command = [old, str(project.root / "bot" / "bootstrap.py"), "demo"]
    done = subprocess.run(command, env=project.environ, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stderr.startswith("flux-chart-bot: needs Python 3.11 or newer")
    assert done.stderr.count("\n") == 1


def _runs(name: str) -> bool:
    return (
        bool(shutil.which(name)) and not subprocess.run([name, "-c", ""], capture_output=True, check=False).returncode
    )
