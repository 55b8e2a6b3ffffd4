"""`scan --explain PATH[:LINE]`: one place, all that was thought of it; a place where nothing lies is a wrong call."""

from pathlib import Path

import pytest
from doubles.command_line import CONFIGURATION, Bot, release, repository, write
from doubles.registry import RegistryDouble

from bot.demo.charts import SampleChart
from bot.reasons import VARIABLE, WIDE_RANGE

PODINFO = "apps/dev/podinfo.yaml"
RULES = CONFIGURATION.replace(
    "tiers:",
    'rules:\n  - match: {chart: "127.0.0.1*/charts/*", tier: dev}\n    set: {skip: ["1.3.x"]}\ntiers:',
)


def explained(bot: Bot, checkout: Path, place: str) -> list[str]:
    said = bot("scan", checkout, "--explain", place)
    assert said.code == 0, said
    return said.lines


def test_a_place_is_told_with_everything_that_led_to_its_verdict(
    bot: Bot, checkout: Path, registry: RegistryDouble
) -> None:
    write(checkout, {PODINFO: release("podinfo", "1.2.3 # flux-chart-bot: 1.2.x")})
    write(checkout, {".github/flux-chart-bot.yaml": RULES})
    url = f"oci://{registry.netloc}/charts/podinfo"

    assert explained(bot, checkout, f"{PODINFO}:8") == [
        "apps/dev/podinfo.yaml:8 in tier dev",
        "  object      HelmRelease podinfo",
        "  namespace   x",
        f"  source      HelmRepository x/charts in sources/charts.yaml:1, {url} over plain HTTP",
        f"  chart       {registry.netloc}/charts/podinfo",
        "  written     1.2.3 in apps/dev/podinfo.yaml:8",
        "  limits      minor, here ^1.2.3 (tier dev, .github/flux-chart-bot.yaml:5)",
        "              never 1.3.x (a rule, .github/flux-chart-bot.yaml:2)",
        "              1.2.x (the comment on its line)",
        "  tags        3, of which 3 are versions for the HelmRepository of type oci",
        "  considered  1.3.0  skipped by a rule (1.3.x)",
        "              1.2.4  taken",
        "              1.2.3  in use",
        "  decision    1.2.3 -> 1.2.4 (patch)",
        "              1.2.4 into apps/dev/podinfo.yaml:8",
    ]


def test_only_the_chart_of_the_place_is_asked_for(bot: Bot, checkout: Path, registry: RegistryDouble) -> None:
    explained(bot, checkout, PODINFO)

    assert {asked.path for asked in registry.journal if "/tags/" in asked.path} == {"/v2/charts/podinfo/tags/list"}


def test_a_whole_file_tells_every_place_in_it(bot: Bot, checkout: Path) -> None:
    write(checkout, {PODINFO: f"{release('podinfo')}---\n{release('redis', '1.x')}---\n{release('nginx', '${V}')}"})
    lines = explained(bot, checkout, f"./{PODINFO}")
    variable = VARIABLE(field="spec.chart.spec.version", variable="${V}")

    assert [line for line in lines if line and not line.startswith(" ")] == [
        "apps/dev/podinfo.yaml:8 in tier dev",
        "apps/dev/podinfo.yaml:18 in tier dev",
        "apps/dev/podinfo.yaml:28 in tier dev",
    ]
    assert lines[lines.index("apps/dev/podinfo.yaml:28 in tier dev") :] == [
        "apps/dev/podinfo.yaml:28 in tier dev",
        "  object      HelmRelease nginx",
        "  namespace   x",
        f"  decision    passed over (variable): {variable}",
    ]


def test_a_range_tells_what_flux_runs_and_where_it_goes_too_far(
    bot: Bot, checkout: Path, registry: RegistryDouble
) -> None:
    write(checkout, {"apps/production/nginx.yaml": release("nginx", "1.2.x")})
    lines = explained(bot, checkout, "apps/production/nginx.yaml:8")
    why = "production is never edited by itself"
    wide = WIDE_RANGE(what="Flux moves `1.2.x` by itself", tier="production", why=why)

    assert lines[5:] == [
        "  written     1.2.x in apps/production/nginx.yaml:8",
        "  limits      1.2.x (the manifest's own range)",
        "              nothing moves by itself, it is production (tier production, .github/flux-chart-bot.yaml:5)",
        "  tags        3, of which 3 are versions for the HelmRepository of type oci",
        "  considered  1.3.0  outside 1.2.x",
        "              1.2.4  what Flux runs",
        "              1.2.3",
        "  decision    1.2.x runs 1.2.4, 1.3.0 is beyond, wide range",
        f"              {wide}",
    ]


def test_a_pin_tells_its_comment(bot: Bot, checkout: Path) -> None:
    write(
        checkout, {PODINFO: release("podinfo", "1.x"), ".github/flux-chart-bot.yaml": f"{CONFIGURATION}ranges: pin\n"}
    )

    assert explained(bot, checkout, PODINFO)[-2:] == [
        "  decision    1.x -> 1.3.0 (pin)",
        "              1.3.0 into apps/dev/podinfo.yaml:8 with the comment `flux-chart-bot: 1.x`",
    ]


def test_a_mirrored_chart_tells_its_own_address(bot: Bot, checkout: Path, registry: RegistryDouble) -> None:
    same_as = f'same-as: {{"{registry.netloc}/charts/*": "ghcr.io/x/*"}}\n'
    write(checkout, {".github/flux-chart-bot.yaml": f"{CONFIGURATION}{same_as}"})

    assert f"  chart       {registry.netloc}/charts/podinfo, told as ghcr.io/x/podinfo" in explained(
        bot, checkout, PODINFO
    )


def test_a_chart_that_cannot_be_asked_is_told_with_its_reason(bot: Bot, checkout: Path) -> None:
    write(checkout, {"sources/charts.yaml": repository("127.0.0.1:9")})
    lines = explained(bot, checkout, PODINFO)

    assert "  tags        not known" in lines
    assert lines[-1].startswith("  decision    1.2.3 is held: 127.0.0.1:9 could not be asked: ")


def test_many_versions_are_cut_after_the_newest(bot: Bot, checkout: Path, registry: RegistryDouble) -> None:
    write(checkout, {PODINFO: release("podinfo", "1.x")})
    for patch in range(30):
        registry.add("charts/podinfo", SampleChart(name="podinfo", version=f"0.1.{patch}"))
    lines = explained(bot, checkout, PODINFO)

    assert "              and 13 more, all older" in lines


def test_what_lies_in_no_tier_is_told_so(bot: Bot, checkout: Path) -> None:
    write(checkout, {"other/podinfo.yaml": release()})

    assert explained(bot, checkout, "other/podinfo.yaml:8") == [
        "other/podinfo.yaml:8 in no tier",
        "  object      HelmRelease podinfo",
        "  namespace   x",
        "  decision    passed over (no-tier): no tier of the configuration covers this path.",
    ]


def test_a_line_tells_nothing_of_its_neighbours(bot: Bot, checkout: Path) -> None:
    write(checkout, {PODINFO: f"{release('podinfo')}---\n{release('redis', '${V}')}---\n{release('nginx', '${V}')}"})
    lines = explained(bot, checkout, f"{PODINFO}:18")

    assert [line for line in lines if not line.startswith(" ")] == ["apps/dev/podinfo.yaml:18 in tier dev"]


@pytest.mark.parametrize(
    ("place", "said"),
    [
        pytest.param(
            f"{PODINFO}:3",
            "nothing is decided at apps/dev/podinfo.yaml:3\nThese lines of the file decide something:\n"
            "  8: HelmRelease x/podinfo\n",
            id="another line",
        ),
        pytest.param(
            "apps/dev/redis.yml",
            "--explain is 'apps/dev/redis.yml', and there is no such file\n"
            "Give the path from the top of the repository, as the report shows it\n",
            id="no such file",
        ),
        pytest.param(
            "sources/charts.yaml",
            "sources/charts.yaml holds no version of a chart\n"
            "Name a file that holds a HelmRelease, OCIRepository or HelmChart\n",
            id="a file without a version",
        ),
        pytest.param(
            "../fleet/a.yaml",
            "--explain is '../fleet/a.yaml', which is not a place within the repository\n"
            "Give the path from the top of the repository, and a line, as in apps/dev/podinfo.yaml:12\n",
            id="out of the tree",
        ),
    ],
)
def test_where_nothing_lies_the_call_is_wrong_and_what_does_is_named(
    bot: Bot, checkout: Path, registry: RegistryDouble, place: str, said: str
) -> None:
    answer = bot("scan", checkout, "--explain", place)

    assert (answer.code, answer.out, answer.err) == (2, "", said)
    assert registry.journal == []


def test_a_file_with_many_places_names_some_of_them(bot: Bot, checkout: Path) -> None:
    write(checkout, {PODINFO: "---\n".join(release(f"chart-{number}") for number in range(25))})
    answer = bot("scan", checkout, "--explain", f"{PODINFO}:1")

    assert answer.code == 2
    assert answer.err.splitlines()[-1] == "  and 5 more"


@pytest.mark.parametrize("options", [("--json", "-"), ("--diff",)])
def test_it_goes_together_with_no_other_form(bot: Bot, checkout: Path, options: tuple[str, ...]) -> None:
    answer = bot("scan", checkout, "--explain", PODINFO, *options)

    assert (answer.code, answer.err) == (2, "--explain tells of one place in words\nLeave out --json and --diff\n")


def test_the_tips_of_the_base_branches_are_explained_too(bot: Bot, remote: Path) -> None:
    answer = bot("scan", "--base", "--remote", remote, "--explain", f"{PODINFO}:8")

    assert answer.code == 0, answer
    assert answer.lines[0] == "apps/dev/podinfo.yaml:8 in tier dev"
    assert answer.lines[-2] == "  decision    1.2.3 -> 1.3.0 (minor)"
