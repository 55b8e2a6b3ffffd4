"""Whole repositories before and after `update`, compared byte by byte: nothing moves that is not named.

`before` and `after` hold the tree of the default branch, or one folder a branch; `verdicts.txt` a line a verdict. The
charts' own addresses are used: a proxy leads every host to one real registry. A digest depends on how a machine
compresses, so `after` names it as `DIGEST_OF_<chart>_<version>`.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from doubles.bot_runs import Ended, run_here
from doubles.docker_registry import Pusher, docker_registry
from doubles.forwarder import certificate, forwarding

from bot.demo.charts import SampleChart
from bot.repository.seeding import seed

HERE = Path(__file__).parent
CONFIGURATION = ".github/flux-chart-bot.yaml"
BRANCHES = ("main", "develop", "staging")
HOSTS = ("ghcr.io", "quay.io", "registry-1.docker.io", "mirror.corp.example", "harbor.corp.example")
CHARTS = {
    "stefanprodan/charts/podinfo": ("6.5.0", "6.5.2", "6.5.3", "6.5.4", "6.6.0", "7.0.0"),
    "stefanprodan/charts/ingress-nginx": ("4.11.2", "4.11.3", "4.12.0"),
    "jetstack/charts/cert-manager": ("v1.14.4", "v1.15.1", "v1.15.3", "v1.16.0", "v1.17.0-beta.0", "v2.0.0"),
    "charts/podinfo": ("6.5.0", "6.5.4"),
    "charts/ingress-nginx": ("4.10.1", "4.11.3"),
    "kedacore/charts/keda": ("2.12.0", "2.13.1", "2.13.2", "2.14.0", "2.15.0", "3.0.0"),
    "proxy/kedacore/charts/keda": ("2.12.0", "2.15.0"),
    "bitnamicharts/nginx": ("6.4.1", "6.4.2", "6.5.0", "7.0.0"),
}
Files = dict[str, bytes]


@pytest.fixture(scope="module")
def digests(registry: str) -> dict[str, str]:
    """Placeholder to digest of every chart, pushed to the registry."""
    found: dict[str, str] = {}
    with Pusher(registry) as pusher:
        for repository, versions in CHARTS.items():
            name = repository.rpartition("/")[2]
            for version in versions:
                made = pusher.push(repository, SampleChart(name=name, version=version))
                found[f"DIGEST_OF_{name}_{version}"] = made
    return found


@pytest.fixture(scope="module")
def registry() -> Iterator[str]:
    with docker_registry() as netloc:
        yield netloc


@pytest.fixture(scope="module")
def internet(registry: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """An environment in which every host of the charts is our registry, over TLS and through a proxy."""
    folder = tmp_path_factory.mktemp("authority")
    authority, context = certificate(folder, *HOSTS)
    with forwarding(int(registry.rpartition(":")[2]), tls=context, proxy=True) as proxy:
        yield {"HTTPS_PROXY": f"http://127.0.0.1:{proxy.port}", "SSL_CERT_FILE": str(authority)}


def files_below(folder: Path) -> Files:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def branches_of(folder: Path, filled: Mapping[str, str]) -> dict[str, Files]:
    """Branch to files; one tree is the default branch's."""
    parts = {path.name for path in folder.iterdir()}
    trees = {name: files_below(folder / name) for name in BRANCHES} if parts == set(BRANCHES) else {}
    trees = trees or {"main": files_below(folder)}
    return {branch: {path: _filled(data, filled) for path, data in files.items()} for branch, files in trees.items()}


def _filled(data: bytes, filled: Mapping[str, str]) -> bytes:
    for name, digest in filled.items():
        data = data.replace(name.encode(), digest.encode())
    return data


def update(remote: Path, tmp_path: Path, environment: Mapping[str, str]) -> Ended:
    told = ("--forge", "files", "--forge-folder", str(tmp_path / "forge"), "--json", str(tmp_path / "plan.json"))
    arguments = ("update", "--remote", str(remote), *told)
    return run_here(arguments, {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), **environment})


def verdicts(plan: Path) -> str:
    """A line a verdict: tier, object, where it stands, what was decided, and the reason's id."""
    lines = []
    for each in json.loads(plan.read_bytes())["verdicts"]:
        decision = each["decision"]
        kind, reason = decision["kind"], decision.get("reason") or decision.get("remark")
        version = f"{decision['old']} -> {decision['new']}" if kind == "update" else decision["version"]
        runs = f" runs {decision['runs']}" if decision.get("runs") else ""
        why = f": {reason['id']}" if reason else ""
        lines.append(f"{each['tier']} {each['object']} in {each['path']}:{each['line']} {kind} {version}{runs}{why}\n")
    return "".join(lines)


def git(remote: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", f"--git-dir={remote}", *arguments], check=True, capture_output=True).stdout


def tree_of(remote: Path, branch: str) -> Files:
    paths = git(remote, "ls-tree", "-r", "-z", "--name-only", branch).decode().split("\0")[:-1]
    return {path: git(remote, "cat-file", "blob", f"{branch}:{path}") for path in paths}


def proposed(remote: Path, before: Mapping[str, Files]) -> dict[str, Files]:
    """Every branch as it would be with what is proposed for it: our branches' changed files put over it."""
    after = {branch: dict(files) for branch, files in before.items()}
    ours = git(remote, "for-each-ref", "--format=%(refname:short)", "refs/heads/flux-chart-bot").decode().split()
    for name in ours:
        base = git(remote, "rev-parse", f"{name}^").decode().strip()
        (branch,) = (each for each in before if git(remote, "rev-parse", each).decode().strip() == base)
        for path, data in tree_of(remote, name).items():
            if data != before[branch].get(path):
                assert after[branch][path] == before[branch][path], f"{path} is proposed twice"
                after[branch][path] = data
        assert tree_of(remote, name).keys() == before[branch].keys()
    return after


@pytest.mark.parametrize(
    "layout", ["3-copy-per-cluster", "4-file-per-environment", "6-branch-per-environment", "ranges"]
)
def test_what_is_proposed_is_the_golden_tree(
    layout: str, digests: dict[str, str], internet: dict[str, str], tmp_path: Path
) -> None:
    before = branches_of(HERE / layout / "before", {})
    before["main"][CONFIGURATION] = (HERE / layout / "flux-chart-bot.yaml").read_bytes()
    remote = seed(tmp_path / "remote", before)
    ended = update(remote, tmp_path, internet)
    assert ended.code == 0, ended
    assert verdicts(tmp_path / "plan.json") == (HERE / layout / "verdicts.txt").read_text(encoding="utf-8")
    after = branches_of(HERE / layout / "after", digests)
    after["main"][CONFIGURATION] = before["main"][CONFIGURATION]
    assert proposed(remote, before) == after
    assert {branch: tree_of(remote, branch) for branch in before} == before, "no branch of others moved"
    assert update(remote, tmp_path, internet).code == 0
    assert proposed(remote, before) == after
