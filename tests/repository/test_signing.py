"""Signed commits, judged by gpg, ssh-keygen and Git themselves."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from doubles.github.hosted import HostedRepository

from bot.errors import RepositoryFailed, UsageError
from bot.model.commits import EntryKind, FileChange
from bot.model.proposals import Identity
from bot.model.secret import Secret
from bot.repository import signing
from bot.repository.git_repository import open_repository

pytestmark = pytest.mark.skipif(
    not (shutil.which("gpg") and shutil.which("ssh-keygen")), reason="gpg or ssh-keygen is not here: nothing is signed"
)
BOT = Identity(login="bot", name="bot", email="7+bot@users.noreply.github.com")
OURS = "flux-chart-bot/dev/all"


class Keys:
    """Keys of a person, made and judged by the programs that everybody uses."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {"PATH": os.environ["PATH"], "GNUPGHOME": str(folder), "HOME": str(folder)}

    def run(self, *command: str | Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(command, env=self.environment, input=stdin, capture_output=True, check=False)

    def gpg(self, passphrase: str = "") -> Secret:
        call = ("gpg", "--batch", "--pinentry-mode", "loopback", "--passphrase", passphrase)
        made = self.run(*call, "--quick-gen-key", f"Bot <{BOT.email}>", "ed25519", "sign", "never")
        assert made.returncode == 0, made.stderr
        return Secret(self.run(*call, "--armor", "--export-secret-keys").stdout.decode())

    def ssh(self, passphrase: str = "", kind: str = "ed25519") -> Secret:
        file = self.folder / "id"
        made = self.run("ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-f", file)
        assert made.returncode == 0, made.stderr
        (self.folder / "allowed").write_text(f"{BOT.email} {file.with_suffix('.pub').read_text()}")
        return Secret(file.read_text())

    def judge(self, repository: Path, revision: str) -> str:
        """Git's word for the signature of a commit: G for a good one, N for none."""
        allowed = ("-c", f"gpg.ssh.allowedSignersFile={self.folder / 'allowed'}")
        done = self.run("git", "--git-dir", repository, *allowed, "log", "-1", "--format=%G? %ae %ce", revision)
        return done.stdout.decode().strip()


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[Keys]:
    folder = tmp_path / "keys"
    folder.mkdir(mode=0o700)
    made = Keys(folder)
    yield made
    made.run("gpgconf", "--kill", "all")


def signed(hosted: HostedRepository, key: Secret | None) -> str:
    change = FileChange(path="apps/dev/podinfo.yaml", kind=EntryKind.FILE, before=b"", after=b"version: 6.5.4\n")
    with open_repository(str(hosted.memory.git.path), signing_key=key) as repository:
        base = repository.fetch(["main"])["main"]
        made = repository.commit(parent=base, changes=[change], message="Bump\n\nKey: value\n", identity=BOT)
        assert [one.path for one in repository.differences(base, made)] == [change.path]
        (facts, *_) = repository.history(made, 1)
        assert (facts.committer_email, facts.subject) == (BOT.email, "Bump")
        assert facts.trailers == (("Key", "value"),)
        assert repository.push(OURS, made, expected=None) is None
    return made


def processes_that_name(folder: Path) -> list[bytes]:
    """Command lines of everything that runs with this folder; `gpg-agent` stays when nobody ends it."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found.append(file.read_bytes())
    return [line for line in found if bytes(folder) in line]


@pytest.fixture
def ours(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where our temporary folders go; not below pytest's, whose names are too long for gpg."""
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setattr("tempfile.tempdir", folder)
        yield Path(folder)


@pytest.mark.parametrize("kind", ["gpg", "ed25519", "ecdsa", "rsa"])
def test_a_commit_is_signed_and_others_find_it_good(
    hosted: HostedRepository, keys: Keys, ours: Path, kind: str
) -> None:
    key = keys.gpg() if kind == "gpg" else keys.ssh(kind=kind)
    made = signed(hosted, key)
    assert keys.judge(hosted.memory.git.path, made) == f"G {BOT.email} {BOT.email}"
    assert list(ours.iterdir()) == []
    assert processes_that_name(ours) == []


def test_a_commit_without_a_key_has_no_signature(hosted: HostedRepository, keys: Keys) -> None:
    assert keys.judge(hosted.memory.git.path, signed(hosted, None)).startswith("N ")


def test_line_ends_and_blanks_of_a_pasted_key_do_not_matter(hosted: HostedRepository, keys: Keys) -> None:
    pasted = Secret("  " + keys.ssh().reveal().strip().replace("\n", "\r\n"))
    assert keys.judge(hosted.memory.git.path, signed(hosted, pasted)).startswith("G ")


@pytest.mark.parametrize("kind", ["gpg", "ssh"])
def test_a_key_with_a_passphrase_is_refused_with_the_mend(
    hosted: HostedRepository, keys: Keys, ours: Path, kind: str
) -> None:
    key = keys.gpg("secret") if kind == "gpg" else keys.ssh("secret")
    with pytest.raises(RepositoryFailed, match="sign") as caught:
        signed(hosted, key)
    assert caught.value.mend == signing.MEND
    assert "PRIVATE" not in str(caught.value)
    assert list(ours.iterdir()) == []
    assert hosted.tip(OURS) is None


def test_a_folder_whose_path_is_too_long_for_gpg_is_named(
    hosted: HostedRepository, keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / ("x" * 60)
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    with pytest.raises(RepositoryFailed, match="too long for gpg"):
        signed(hosted, keys.gpg())


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nQ0FOQVJZ\n-----END PGP PRIVATE KEY BLOCK-----",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nQ0FOQVJZ\n-----END OPENSSH PRIVATE KEY-----",
    ],
)
def test_a_broken_key_is_refused_and_not_quoted(hosted: HostedRepository, text: str) -> None:
    with pytest.raises(RepositoryFailed) as caught:
        signed(hosted, Secret(text))
    assert caught.value.mend == signing.MEND
    assert "Q0FOQVJZ" not in f"{caught.value!r}{caught.value.__cause__!r}"


@pytest.mark.parametrize(
    "text",
    [
        "CANARY",
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\nCANARY",
        "-----BEGIN CERTIFICATE-----\nCANARY",
        "ssh-ed25519 CANARY",
        "/home/me/CANARY",
    ],
)
def test_what_is_no_private_key_is_refused_before_anything_is_done(hosted: HostedRepository, text: str) -> None:
    with (
        pytest.raises(UsageError, match="holds no private key") as caught,
        open_repository(str(hosted.memory.git.path), signing_key=Secret(text)),
    ):
        pytest.fail("it was opened")
    assert "CANARY" not in f"{caught.value!r}{caught.value.mend}"


@pytest.mark.parametrize("kind", ["gpg", "ssh"])
def test_the_key_is_on_disk_for_nobody_else_and_never_in_an_argument(
    hosted: HostedRepository, keys: Keys, ours: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """A program between Git and the one that signs sees what is there to be seen."""
    key = keys.gpg() if kind == "gpg" else keys.ssh()
    name = "gpg" if kind == "gpg" else "ssh-keygen"
    real = shutil.which(name)
    seen = tmp_path / "seen"
    between = tmp_path / "bin"
    between.mkdir()
    (between / name).write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" >> {seen}\nenv >> {seen}\n'
        f'find {ours} \\( -name key -o -name "*.key" -o -name "key-*" \\) -printf "%m %y\\n" >> {seen}\n'
        f'exec {real} "$@"\n'
    )
    (between / name).chmod(0o755)
    (between / "gpgconf").write_text(f'#!/bin/sh\nprintf "gpgconf %s %s\n" "$@" >> {seen}\n')
    (between / "gpgconf").chmod(0o755)
    monkeypatch.setenv("PATH", f"{between}:{os.environ['PATH']}")
    monkeypatch.setenv(signing.VARIABLE, key.reveal())
    signed(hosted, key)
    said = seen.read_text()
    assert not any(line in said for line in key.reveal().splitlines()[2:-1] if len(line) > 20)
    assert "700 d" in said
    assert {line for line in said.splitlines() if line.endswith(" f")} == {"600 f"}
    assert ("gpgconf --kill all" in said) == (kind == "gpg")
