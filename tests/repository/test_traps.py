"""Nothing of the machine, the user, the environment or the tree runs or is obeyed (threats 3 and 19)."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from doubles.github.hosted import HostedRepository

from bot.model.secret import Secret
from bot.repository.surroundings import basic

ROOT = Path(__file__).parents[2]
HOOKS = ("pre-commit", "pre-push", "reference-transaction", "post-index-change", "post-commit", "prepare-commit-msg")
STORY = """
import sys
from bot.model.commits import EntryKind, FileChange
from bot.model.proposals import Identity
from bot.model.secret import Secret
from bot.repository.git_repository import open_repository
BOT = Identity(login="b", name="b[bot]", email="b@example.com")
PATH, OURS = "apps/dev/podinfo.yaml", "flux-chart-bot/dev/all"
with open_repository(sys.argv[1], token=Secret(sys.stdin.read())) as repository:
    base = repository.fetch([repository.heads().default])["main"]
    entries = repository.tree(base).entries()
    assert dict((entry.path, data) for entry, data in repository.tree(base).read(entries))[PATH] == b"version: 6.5.3\\n"
    change = FileChange(path=PATH, kind=EntryKind.FILE, before=b"", after=b"version: 6.5.4\\r\\n")
    new = repository.commit(parent=base, changes=[change], message="Bump", identity=BOT)
    assert [one.path for one in repository.differences(base, new)] == [PATH]
    assert len(repository.history(new, 9)) > 1
    assert repository.push(OURS, new, expected=None) is None
    assert repository.delete(OURS, expected=new) is None
    assert repository.push(OURS, new, expected=None) is None
print("done", new)
"""


@dataclass(frozen=True)
class Trap:
    """A hostile machine: where to stand, what the environment holds, and where a sprung trap leaves its mark."""

    folder: Path
    variables: dict[str, str]
    mark: Path
    calls: Path


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def settings(trap: Path, hooks: Path) -> str:
    """A configuration in which every key that runs a program, or sends things elsewhere, is set."""
    return f"""
[core]
\tfsmonitor = {trap}
\thooksPath = {hooks}
\tsshCommand = {trap}
\taskPass = {trap}
\tpager = {trap}
\teditor = {trap}
\tgitProxy = {trap}
\talternateRefsCommand = {trap}
\tautocrlf = input
\tattributesFile = {hooks.parent}/attributes
[filter "evil"]
\tclean = {trap}
\tsmudge = {trap}
\tprocess = {trap}
\trequired = true
[diff]
\texternal = {trap}
[diff "evil"]
\ttextconv = {trap}
\tcommand = {trap}
[credential]
\thelper = "!{trap}"
[commit]
\tgpgSign = true
[push]
\tgpgSign = if-asked
\tfollowTags = true
[gpg]
\tprogram = {trap}
[uploadpack]
\tpackObjectsHook = {trap}
[trace2]
\teventTarget = {hooks.parent}/mark
[http]
\tproxy = http://127.0.0.1:1
\tcurloptResolve = 127.0.0.1:80:127.0.0.2
\textraHeader = "Authorization: Basic ZXZpbA=="
\tsslVerify = false
[url "http://127.0.0.1:1/"]
\tinsteadOf = http://
[init]
\ttemplateDir = {hooks.parent}/template
"""


@pytest.fixture
def trapped(tmp_path: Path) -> Trap:
    mark, calls = tmp_path / "mark", tmp_path / "calls"
    calls.mkdir()
    trap = program(tmp_path / "trap", f'echo "$0 $*" >> {mark}; cat > /dev/null')
    hooks = tmp_path / "hooks"
    for name in HOOKS:
        program(hooks / name, f"echo hook {name} >> {mark}; cat > /dev/null")
        program(tmp_path / "template/hooks" / name, f"echo template {name} >> {mark}; cat > /dev/null")
    hostile = tmp_path / "gitconfig"
    hostile.write_text(settings(trap, hooks))
    (tmp_path / "attributes").write_text("* filter=evil diff=evil text eol=lf\n")
    home = tmp_path / "home"
    (home / ".config/git").mkdir(parents=True)
    (home / ".gitconfig").write_text(hostile.read_text())
    (home / ".config/git/config").write_text(hostile.read_text())
    (home / ".config/git/attributes").write_text((tmp_path / "attributes").read_text())
    (home / ".netrc").write_text("machine 127.0.0.1 login x password y\n")
    work = tmp_path / "work"
    subprocess.run(["git", "init", "-q", str(work)], check=True)
    (work / ".git/config").write_text("[core]\n\trepositoryFormatVersion = 0\n" + settings(trap, work / ".git/hooks"))
    for name in HOOKS:
        program(work / ".git/hooks" / name, f"echo own {name} >> {mark}; cat > /dev/null")
    (work / ".gitattributes").write_text((tmp_path / "attributes").read_text())
    recorder = 'f=$(mktemp "$CALLS/XXXXXX"); { printf "%s\\0" "$@"; printf "\\n"; env -0; } > "$f"; exec {git} "$@"'
    real = subprocess.run(["sh", "-c", "command -v git"], check=True, capture_output=True, text=True).stdout.strip()
    program(tmp_path / "bin/git", recorder.replace("{git}", real).replace("$CALLS", str(calls)))
    program(tmp_path / "libexec/git-remote-http", f"echo exec path >> {mark}")
    evil = str(trap)
    variables = {
        "PATH": f"{tmp_path}/bin:{os.environ['PATH']}",
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "PYTHONPATH": str(ROOT),
        "SSH_ASKPASS": evil,
        "PAGER": evil,
        "EDITOR": evil,
        "GIT_ASKPASS": evil,
        "GIT_SSH_COMMAND": evil,
        "GIT_PROXY_COMMAND": evil,
        "GIT_EXTERNAL_DIFF": evil,
        "GIT_PYTHON_GIT_EXECUTABLE": evil,
        "GIT_EXEC_PATH": str(tmp_path / "libexec"),
        "GIT_TEMPLATE_DIR": str(tmp_path / "template"),
        "GIT_CONFIG_GLOBAL": str(hostile),
        "GIT_CONFIG_SYSTEM": str(hostile),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.fsmonitor",
        "GIT_CONFIG_VALUE_0": evil,
        "GIT_CONFIG_PARAMETERS": f"'core.fsmonitor'='{evil}'",
        "GIT_DIR": str(work / ".git"),
        "GIT_WORK_TREE": str(work),
        "GIT_INDEX_FILE": str(work / "index"),
        "GIT_OBJECT_DIRECTORY": str(work / "objects"),
        "GIT_NAMESPACE": "evil",
        "GIT_SSL_NO_VERIFY": "1",
        "GIT_AUTHOR_NAME": "Somebody",
        "GIT_COMMITTER_DATE": "2001-01-01T00:00:00Z",
    }
    variables |= {name: str(mark) for name in ("GIT_TRACE", "GIT_TRACE_CURL", "GIT_TRACE_PACKET", "GIT_TRACE2_EVENT")}
    return Trap(folder=work, variables=variables, mark=mark, calls=calls)


def tell(trap: Trap, url: str, token: Secret, *, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The whole story in a process of its own, on the hostile machine, in the hostile folder."""
    job = {"GITHUB_TOKEN": token.reveal(), "INPUT_TOKEN": token.reveal()}
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", STORY, url],
        check=False,
        cwd=folder or trap.folder,
        env=trap.variables | job,
        input=token.reveal(),
        capture_output=True,
        text=True,
    )


def test_no_trap_of_the_machine_springs(trapped: Trap, hosted: HostedRepository, token: Secret) -> None:
    done = tell(trapped, hosted.clone_url, token)
    assert done.returncode == 0, done.stderr
    assert not trapped.mark.exists(), trapped.mark.read_text()
    assert hosted.files("flux-chart-bot/dev/all")["apps/dev/podinfo.yaml"] == b"version: 6.5.4\r\n"
    made = hosted.log("flux-chart-bot/dev/all")[0]
    assert (made.author.name, made.committer.name) == ("b[bot]", "b[bot]")
    assert made.committer.date > "2025"


def test_the_traps_are_real(trapped: Trap) -> None:
    subprocess.run(["git", "status"], check=False, cwd=trapped.folder, env=trapped.variables, capture_output=True)
    assert "trap" in trapped.mark.read_text()


def test_a_tracked_bare_repository_as_working_directory_is_not_used(
    trapped: Trap, hosted: HostedRepository, token: Secret
) -> None:
    bare = trapped.folder / "vendored"
    for name in ("objects", "refs", "hooks"):
        (bare / name).mkdir(parents=True)
    (bare / "HEAD").write_text("ref: refs/heads/main\n")
    (bare / "config").write_text((trapped.folder / ".git/config").read_text() + f"[core]\n\tworktree = {bare}\n")
    done = tell(trapped, hosted.clone_url, token, folder=bare)
    assert done.returncode == 0, done.stderr
    assert not trapped.mark.exists(), trapped.mark.read_text()


def test_a_local_remote_springs_no_trap_either(trapped: Trap, hosted: HostedRepository, token: Secret) -> None:
    done = tell(trapped, str(hosted.memory.git.path), token)
    assert done.returncode == 0, done.stderr
    assert not trapped.mark.exists(), trapped.mark.read_text()


def test_attributes_in_the_tree_choose_nothing(trapped: Trap, hosted: HostedRepository, token: Secret) -> None:
    hosted.commit("main", {".gitattributes": "* filter=evil diff=evil ident text eol=crlf\n"})
    done = tell(trapped, hosted.clone_url, token)
    assert done.returncode == 0, done.stderr
    assert not trapped.mark.exists(), trapped.mark.read_text()


def test_the_token_is_in_the_environment_of_network_commands_only(
    trapped: Trap, hosted: HostedRepository, token: Secret
) -> None:
    assert tell(trapped, hosted.clone_url, token).returncode == 0
    over_the_wire = set()
    for call in trapped.calls.iterdir():
        arguments, _, environment = call.read_bytes().partition(b"\n")
        command = arguments.split(b"\0")[0].decode()
        assert token.reveal().encode() not in arguments + environment
        assert basic(token).encode() not in arguments
        if basic(token).encode() in environment:
            over_the_wire.add(command)
    assert over_the_wire == {"ls-remote", "fetch", "push"}


def test_no_inherited_variable_reaches_git(trapped: Trap, hosted: HostedRepository, token: Secret) -> None:
    trapped.variables["GIT_CONFIG_COUNT"] = "01"  # a value that ours cannot have by chance
    assert tell(trapped, hosted.clone_url, token).returncode == 0
    for call in trapped.calls.iterdir():
        lines = call.read_bytes().partition(b"\n")[2].split(b"\0")
        seen = dict(line.decode().split("=", 1) for line in lines if b"=" in line)
        assert {name for name, value in trapped.variables.items() if seen.get(name) == value} == {"PATH"}


def test_no_process_of_the_machine_shows_the_token_while_a_push_runs(
    trapped: Trap, hosted: HostedRepository, token: Secret, tmp_path: Path
) -> None:
    seen = tmp_path / "arguments"
    hook = program(
        hosted.memory.git.path / "hooks/pre-receive", f"cat /proc/[0-9]*/cmdline >> {seen} 2>/dev/null; exit 0"
    )
    assert hook.stat().st_mode & stat.S_IXUSR
    assert tell(trapped, hosted.clone_url, token).returncode == 0
    arguments = seen.read_bytes()
    assert b"git-remote-http" in arguments
    assert token.reveal().encode() not in arguments
    assert basic(token).encode() not in arguments


def test_nothing_is_left_behind(trapped: Trap, hosted: HostedRepository, token: Secret, tmp_path: Path) -> None:
    place = tmp_path / "temporary"
    place.mkdir()
    trapped.variables["TMPDIR"] = str(place)
    assert tell(trapped, hosted.clone_url, token).returncode == 0
    assert list(place.iterdir()) == []
