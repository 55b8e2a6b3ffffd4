"""Threat 6: nothing of production is edited, however it is called, whatever rules and comments say."""

from __future__ import annotations

import itertools

import pytest
from doubles.command_line import CONFIGURATION, fleet, release
from doubles.ground import Ground

FILE = ".github/flux-chart-bot.yaml"
COMMENTS = ("", "x", "any", "minor", "exact", ">=0", "1.x || 2.x", "production: false", "*")
RULES = (
    "",
    "rules: [{match: {tier: [dev]}, set: {follow: any}}]\n",
    'rules: [{match: {chart: "*/charts/*"}, set: {follow: any, skip: []}}]\n',
    'rules: [{match: {chart: "**", tier: dev}, set: {follow: ">0.0.0"}}]\n',
)
NAMED = [
    ("prod", "apps/x/**"),
    ("production", "apps/x/**"),
    ("prd", "apps/x/**"),
    ("live", "apps/x/**"),
    ("eu-prod-1", "apps/x/**"),
    ("dev", "clusters/prod/**"),
    ("dev", "apps/*/production/**"),
    ("dev", "apps/Production/**"),
]


def commented(comment: str, name: str) -> str:
    text = release("nginx").replace("name: nginx", f"name: {name}", 1)
    return text.replace("version: 1.2.3", f"version: 1.2.3 # flux-chart-bot: {comment}")


@pytest.mark.parametrize("rules", RULES)
def test_no_rule_and_no_comment_edits_production(ground: Ground, rules: str) -> None:
    files = {f"apps/production/{n}.yaml": commented(text, f"n{n}") for n, text in enumerate(COMMENTS)}
    ground.fleet(files, configuration=CONFIGURATION + rules)
    said = ground.update()
    assert said.code == 0, said
    assert set(ground.changed("flux-chart-bot/dev/all")) == {"apps/dev/podinfo.yaml", "apps/dev/redis.yaml"}
    assert set(ground.branches()) == {"main", "flux-chart-bot/dev/all"}


@pytest.mark.parametrize(("name", "path"), NAMED)
def test_what_looks_like_production_must_say_so(ground: Ground, name: str, path: str) -> None:
    folder = path.removesuffix("/**").replace("*", "x")
    ground.fleet({f"{folder}/a.yaml": release("nginx")}, f"tiers:\n  {name}: {{paths: ['{path}'], follow: any}}\n")
    said = ground.update()
    assert said.code == 2, said
    assert f"{FILE}:" in said.err
    assert "production" in said.err
    assert set(ground.branches()) == {"main"}


def test_a_value_that_production_shares_moves_for_nobody(ground: Ground) -> None:
    """One value, written in dev's folder and used by an object of production's: it belongs to both."""
    shared = (
        "apiVersion: fluxcd.controlplane.io/v1\nkind: ResourceSetInputProvider\n"
        "metadata: {name: shared, namespace: x, labels: {a: b}}\nspec:\n  type: Static\n  defaultValues:\n"
        "    version: 1.2.3\n"
    )
    made = release("nginx", "<< inputs.version >>").replace("metadata: {name: nginx", "metadata: {name: made")
    nested = "\n".join("        " + line for line in made.splitlines())[8:]
    uses = (
        "apiVersion: fluxcd.controlplane.io/v1\nkind: ResourceSet\nmetadata: {name: set, namespace: x}\nspec:\n"
        "  inputsFrom:\n    - kind: ResourceSetInputProvider\n      name: shared\n  resources:\n"
        f"      - {nested}\n"
    )
    ground.fleet({"apps/dev/inputs.yaml": shared, "apps/production/set.yaml": uses})
    said = ground.update("--json", "-")
    assert said.code == 0, said
    assert set(ground.changed("flux-chart-bot/dev/all")) == {"apps/dev/podinfo.yaml", "apps/dev/redis.yaml"}
    held = {one["decision"]["reason"]["id"] for one in said.plan["verdicts"] if one["decision"]["kind"] == "held"}
    assert "shared" in held


def test_a_tier_whose_patterns_reach_into_production_is_a_fault(ground: Ground) -> None:
    for reach, said_so in itertools.product(("apps/**", "**", "apps/*/nginx.yaml"), ("true", "false")):
        text = f"tiers:\n  all: {{paths: ['{reach}'], follow: any, production: false}}\n"
        text += f"  production: {{paths: ['apps/production/**'], production: {said_so}}}\n"
        ground.commit("main", fleet(ground.registry.netloc, text))
        said = ground.update()
        assert said.code == 2, said
        assert "apps/production/nginx.yaml" in said.err
        assert set(ground.branches()) == {"main"}
