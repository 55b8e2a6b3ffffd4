"""Threat 7: links and submodules are neither read nor written, and nothing outside of the tree is opened or fetched."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from doubles.command_line import fleet, release, write
from doubles.github.seeding import Content, Gitlink, Symlink
from doubles.ground import Ground

FILE = ".github/flux-chart-bot.yaml"
DEV = "flux-chart-bot/dev/all"
PRODUCTION = "apps/production/nginx.yaml"
BOTH = {"apps/dev/podinfo.yaml", "apps/dev/redis.yaml"}
LINKS = {
    "production": Symlink("../production/nginx.yaml"),
    "a neighbour": Symlink("podinfo.yaml"),
    "absolute": Symlink("/etc/passwd"),
    "the environment": Symlink("/proc/self/environ"),
    "Git's own": Symlink("../../.git/config"),
    "itself": Symlink("link.yaml"),
    "nowhere": Symlink("absent.yaml"),
    "no path": Symlink("\n::error::x\n"),
    "a submodule": Gitlink("1" * 40),
}


@pytest.mark.parametrize("link", LINKS.values(), ids=LINKS)
def test_a_link_in_the_place_of_a_file_is_passed_over_with_a_reason(ground: Ground, link: Content) -> None:
    ground.fleet({"apps/dev/link.yaml": link})
    said = ground.update("--json", "-", FLUX_CHART_BOT_TOKEN="CANARY")
    assert said.code == 0, said
    (told,) = [one for one in said.plan["passed_over"] if one["path"] == "apps/dev/link.yaml"]
    assert told["reason"]["id"] == "link"
    assert set(ground.changed(DEV)) == BOTH
    assert "CANARY" not in said.out + said.err


@pytest.mark.parametrize("content", [Symlink("elsewhere"), Gitlink("1" * 40)], ids=["link", "submodule"])
@pytest.mark.parametrize(
    ("folder", "code", "told"),
    [(".github", 2, "there is no configuration"), ("apps/dev", 2, "matches no file"), ("sources", 0, "")],
)
def test_a_folder_that_is_a_link_or_a_submodule_is_not_entered(
    ground: Ground, content: Content, folder: str, code: int, told: str
) -> None:
    files = fleet(ground.registry.netloc)
    kept = {path: text for path, text in files.items() if not path.startswith(f"{folder}/")}
    behind = {f"elsewhere/{path.rpartition('/')[2]}": text for path, text in files.items() if path not in kept}
    ground.commit("main", {**kept, **behind, folder: content})
    before = ground.branches()
    said = ground.update()
    assert said.code == code, said
    assert told in said.err
    assert ground.branches() == before if code else set(ground.changed(DEV)) == BOTH


def test_what_stands_beside_the_change_goes_with_it(ground: Ground) -> None:
    """Their objects lie elsewhere, or nowhere: a tree that names them is pushed all the same."""
    beside: dict[str, Content] = {
        ".gitmodules": '[submodule "x"]\n\tpath = apps/dev/x\n\turl = ../x.git\n',
        "apps/dev/x": Gitlink("1" * 40),
        "apps/dev/link": Symlink("../production"),
    }
    ground.fleet(beside)
    said = ground.update()
    assert said.code == 0, said
    assert set(ground.changed(DEV)) == BOTH
    entries = {entry.path: entry.mode for entry in ground.git.tree(ground.branches()[DEV], recursive=True)}
    assert (entries["apps/dev/x"], entries["apps/dev/link"]) == ("160000", "120000")


def test_a_branch_whose_tree_the_server_will_not_store_stops_no_other_tier(ground: Ground) -> None:
    tiers = "tiers:\n  dev: {paths: ['apps/dev/**'], follow: minor, branch: develop}\n"
    tiers += "  qa: {paths: ['apps/dev/**'], follow: minor, branch: qa}\n"
    ground.fleet(configuration=tiers)
    ground.commit("qa", {"README.md": "x"})
    ground.commit("develop", {".gitmodules": '[submodule "x"]\n\tpath = x\n\turl = -u./evil\n'})
    said = ground.update()
    assert said.code == 1, said
    assert set(ground.branches()) == {"main", "develop", "qa", "flux-chart-bot/qa/all"}
    assert "`.gitmodules`" in said.out


def test_no_path_or_address_of_a_kustomization_is_followed_out_of_the_tree(ground: Ground, tmp_path: Path) -> None:
    outside = write(tmp_path / "outside", {"hr.yaml": release("nginx", "1.2.3")})
    away = f"http://{ground.registry.netloc}/away.yaml"
    listed = [away, f"{away}//x?ref=main", str(outside), "../../../outside", "/etc", "../../../../../../etc/passwd"]
    text = "resources: " + str(listed) + "\n"
    text += f"components: {listed!s}\npatches:\n" + "".join(f"- path: '{one}'\n" for one in listed)
    ground.fleet({"apps/dev/kustomization.yaml": text, "apps/dev/hr.yaml": release("nginx", "1.2.3")})
    tree = write(tmp_path / "tree", fleet(ground.registry.netloc) | {"apps/dev/kustomization.yaml": text})
    for said in (ground.update("--json", "-"), ground.run("scan", tree, "--json", "-")):
        assert said.code == 0, said
        assert {one["path"] for one in said.plan["verdicts"]} <= BOTH | {PRODUCTION, "apps/dev/hr.yaml"}
    assert not [one for one in ground.registry.journal if "away" in one.path]


def test_a_work_tree_that_means_harm_is_only_read(ground: Ground) -> None:
    tree = write(ground.folder / "tree", fleet(ground.registry.netloc))
    (ground.folder / "outside.yaml").write_text(release("nginx", "1.2.3"))
    (tree / "apps/dev/link.yaml").symlink_to(ground.folder / "outside.yaml")
    (tree / "apps/dev/environ.yaml").symlink_to("/proc/self/environ")
    (tree / "apps/dev/loop").symlink_to("..")
    (tree / "apps/dev/outside").symlink_to(ground.folder)
    os.mkfifo(tree / "apps/dev/pipe.yaml")
    subprocess.run(["git", "init", "-q", str(tree)], check=True)
    (tree / ".git/config").write_text(f"[core]\n\tfsmonitor = touch {ground.folder}/sprung\n")
    before = {path: path.lstat().st_mtime_ns for path in tree.rglob("*")}
    said = ground.run("scan", tree, "--diff", "--json", ground.folder / "plan.json", FLUX_CHART_BOT_TOKEN="CANARY")
    assert said.code == 0, said
    plan = (ground.folder / "plan.json").read_text()
    assert '"apps/dev/link.yaml"' in plan, "with its reason"
    assert '"nginx.yaml"' not in plan
    assert said.out.count("+++ ") == len(BOTH)
    assert "CANARY" not in said.out + said.err + plan
    assert not (ground.folder / "sprung").exists()
    assert {path: path.lstat().st_mtime_ns for path in tree.rglob("*")} == before


def test_the_configuration_of_a_work_tree_is_no_link_either(ground: Ground) -> None:
    tree = write(ground.folder / "tree", fleet(ground.registry.netloc))
    (tree / FILE).rename(ground.folder / "elsewhere.yaml")
    (tree / FILE).symlink_to(ground.folder / "elsewhere.yaml")
    said = ground.run("scan", tree)
    assert said.code == 2, said
    assert f"{FILE} is not a file that can be read" in said.err
