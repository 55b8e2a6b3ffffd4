"""Threats 4 and 16: whatever bytes a tree holds, those of a version change and no others, and no file hides another."""

from __future__ import annotations

import pytest
from doubles.command_line import release
from doubles.github.seeding import Executable, Gitlink
from doubles.ground import Ground

DEV = "flux-chart-bot/dev/all"
BOTH = {"apps/dev/podinfo.yaml", "apps/dev/redis.yaml"}
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"4" * 64 + b"\nsize 12345\n"


@pytest.mark.parametrize(
    ("encoding", "moves"),
    [
        ("utf-8", True),
        ("utf-8-sig", True),
        ("utf-7", True),
        ("latin-1", False),
        ("utf-16", False),
        ("utf-16-le", False),
        ("utf-16-be", False),
        ("utf-32", False),
    ],
)
def test_a_file_in_another_encoding_is_never_half_edited(ground: Ground, encoding: str, *, moves: bool) -> None:
    data = ("# Grüße\n" + release("nginx", "1.2.3")).encode(encoding)
    ground.fleet({"apps/dev/odd.yaml": data})
    said = ground.update()
    assert said.code == 0, said
    edited = {"apps/dev/odd.yaml": (data.replace(b"1.2.3", b"1.3.0"), "100644")} if moves else {}
    changed = ground.changed(DEV)
    assert {path: change for path, change in changed.items() if path not in BOTH} == edited
    assert changed.keys() >= BOTH


def test_attributes_and_line_ends_change_no_byte(ground: Ground) -> None:
    text = release("nginx", "1.2.3").replace("\n", "\r\n").encode()
    attributes = "* text eol=lf ident working-tree-encoding=UTF-16 filter=evil diff=evil merge=evil\n"
    ground.fleet(
        {
            ".gitattributes": attributes,
            "apps/dev/.gitattributes": attributes + "*.yaml filter=lfs export-subst\n",
            "apps/dev/$Id$.yaml": Executable(b"# $Id$\r\n" + text),
            "apps/dev/lfs.yaml": LFS,
            "x": Gitlink("1" * 40),
        }
    )
    said = ground.update()
    assert said.code == 0, said
    changed = ground.changed(DEV)
    assert set(changed) == BOTH | {"apps/dev/$Id$.yaml"}
    assert changed["apps/dev/$Id$.yaml"] == (b"# $Id$\r\n" + text.replace(b"1.2.3", b"1.3.0"), "100755")


HOSTILE = {
    "bomb": "kind: HelmRelease\na0: &a0 [x]\n"
    + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30)),
    "deep": "kind: HelmRelease\n" + "[" * 100_000,
    "flow": "kind: HelmRelease\nx: " + "{a: " * 50_000,
    "number": release("nginx", "9" * 10_000),
    "date": release("nginx", "2024-99-99"),
    "tag": release("nginx", "!!python/object/apply:os.system [touch sprung]"),
    "nul": release("nginx") + "\0",
    "big": "kind: HelmRelease # " + "x" * 20_000_000,
    "endless scalars": "kind: HelmRelease\nx: [" + "a," * 500_000 + "]\n",
}


def test_a_hostile_file_does_not_hide_its_neighbours(ground: Ground) -> None:
    ground.fleet({f"apps/dev/{name}.yaml": text for name, text in HOSTILE.items()})
    said = ground.update("--json", "-")
    assert said.code == 0, said
    assert "Traceback" not in said.err
    assert set(ground.changed(DEV)) == BOTH
    told = {one["path"] for one in (*said.plan["passed_over"], *said.plan["verdicts"])}
    assert told >= {f"apps/dev/{name}.yaml" for name in HOSTILE if name != "bomb"}, "a bomb is a HelmRelease of nothing"
    assert not (ground.folder / "sprung").exists()


def test_git_itself_would_not_take_every_path(ground: Ground) -> None:
    """A tree may hold what no index takes (`.git`, `..`): made with `mktree`, which asks nothing."""
    ground.fleet()
    git = ground.git
    blob = git.write_blob(release("nginx", "1.2.3").encode())
    inner = made(ground, f"100644 blob {blob}\tx.yaml\n")
    dev = git.git("ls-tree", "main:apps/dev").decode()
    evil = made(ground, f"{dev}040000 tree {inner}\t.git\n040000 tree {inner}\t..\n")
    apps = made(ground, replaced(git.git("ls-tree", "main:apps").decode(), "dev", evil))
    tree = made(ground, replaced(git.git("ls-tree", "main").decode(), "apps", apps))
    parent = git.ref("refs/heads/main") or ""
    git.update_ref("refs/heads/main", git.git("commit-tree", "-p", parent, "-m", "x", tree).decode().strip())
    said = ground.update()
    assert said.code == 1, said
    assert "Traceback" not in said.err
    assert set(ground.branches()) == {"main"}


def made(ground: Ground, listing: str) -> str:
    return ground.git.git("mktree", stdin=listing.encode()).decode().strip()


def replaced(listing: str, name: str, tree: str) -> str:
    lines = [line for line in listing.splitlines() if not line.endswith(f"\t{name}")]
    return "\n".join([*lines, f"040000 tree {tree}\t{name}"]) + "\n"


def test_fifty_thousand_files_beside_the_fleet_change_nothing(ground: Ground) -> None:
    lines = [f"M 100644 inline docs/{n % 500}/{n}.yaml\ndata 9\nkind: x\n\n" for n in range(50_000)]
    ground.fleet()
    parent = ground.git.ref("refs/heads/main")
    head = f"commit refs/heads/main\ncommitter x <x@x> 1700000000 +0000\ndata 1\nx\nfrom {parent}\n"
    ground.git.git("fast-import", "--quiet", "--force", "--done", stdin=f"{head}{''.join(lines)}done\n".encode())
    said = ground.update()
    assert said.code == 0, said
    assert set(ground.changed(DEV)) == BOTH
