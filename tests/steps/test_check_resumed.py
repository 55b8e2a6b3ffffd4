"""What `check` says of versions that nobody edits, and that begin to run all the same."""

import pytest
from builders import PODINFO, configuration, digest, pace, rule, tier
from doubles.checking import DEV, LIVE, STAGING, TIERS, checked, noted, said, soaked, story
from doubles.story import Story, oci, release

from bot.ledger.model import Ledger, Matter, Word
from bot.report.headline import headline
from bot.steps.past.remember import read_past, remember

SUSPENDED = "  suspend: true\n"
RESUMED = ("", "  suspend: false\n")
APPLIER = "clusters/live/apps.yaml"
BUILT = (
    tier("dev", "any"),
    tier("live", "exact", production=True, paths=("apps/live/**", "clusters/live/**"), pace=TIERS[1].pace),
)


def suspended(version: str, days: float = 9, dev: str = "1.2.4") -> Story:
    """Production has a version that does not run; dev ran one for so long."""
    return soaked(dev, days=days).write({LIVE: release(version, extra=SUSPENDED)})


UNKNOWN = "  suspend: ${STOPPED}\n"
LEFT_OUT = (
    "annotations: {kustomize.toolkit.fluxcd.io/reconcile: disabled}",
    "labels: {kustomize.toolkit.fluxcd.io/reconcile: Disabled}",
    "annotations: {kustomize.toolkit.fluxcd.io/ssa: Ignore}",
)


def left_out(version: str, said: str) -> str:
    """A release that no Kustomization of Flux applies, for what its metadata say."""
    return release(version).replace("metadata:\n", f"metadata:\n  {said}\n", 1)


def applier(*, suspend: str = "") -> str:
    return (
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"
        "metadata: {name: live, namespace: flux-system}\n"
        "spec:\n  path: ./apps/live\n  prune: true\n  sourceRef: {kind: GitRepository, name: flux-system}\n" + suspend
    )


@pytest.mark.parametrize("extra", RESUMED)
def test_a_version_that_is_resumed_has_to_have_soaked(extra: str) -> None:
    assert said(checked(suspended("1.2.5"), {LIVE: release("1.2.5", extra=extra)})) == ["not-soaked"]
    report = checked(suspended("1.2.4"), {LIVE: release("1.2.4", extra=extra)})
    assert (said(report), headline(report)) == ([], "1 version changed, nothing speaks against it")


def test_so_it_has_where_it_is_lower_than_what_was_suspended() -> None:
    told = suspended("1.2.5")
    assert said(checked(told, {LIVE: release("1.2.4")})) == []
    assert said(checked(told, {LIVE: release("1.2.2")})) == ["not-soaked"]


def test_a_version_that_is_resumed_has_to_exist() -> None:
    assert said(checked(suspended("1.2.9"), {LIVE: release("1.2.9")})) == ["not-soaked", "tag-missing"]


def test_nor_may_it_be_skipped_or_held() -> None:
    told = suspended("1.2.4")
    told.configuration = configuration(*TIERS, rules=[rule(tiers=("live",), skip=["1.2.4"])])
    assert said(checked(told, {LIVE: release("1.2.4")})) == ["beyond-tier"]
    told.configuration = configuration(*TIERS)
    words = Ledger(words={Matter(chart=PODINFO): Word(at=told.now, held=True)})
    remember(words, read_past(told.repository, told.remote.tip("flux-chart-bot/state/ledger")), told.forge.us)
    assert said(checked(told, {LIVE: release("1.2.4")})) == ["held-edit"]


def test_its_digest_has_to_be_the_registrys() -> None:
    def written(sign: str) -> str:
        return oci(f"{{tag: 1.2.4, digest: '{digest(sign)}'}}")

    told = Story(configuration(tier("live", "exact", production=True))).push(PODINFO, "1.2.4", digests="4")
    told.write({LIVE: written("5").replace("spec:\n", "spec:\n  suspend: true\n")})
    assert said(checked(told, {LIVE: written("5")})) == ["digest-differs"]


def test_a_range_that_is_resumed_runs_what_nobody_saw() -> None:
    assert said(checked(suspended("1.x"), {LIVE: release("1.x")})) == ["range-now"]


def test_what_is_suspended_and_stays_so_is_nobodys_edit() -> None:
    told = suspended("1.2.9")
    report = checked(told, {LIVE: release("1.2.9", extra=f"  interval: 1h\n{SUSPENDED}")})
    assert headline(report) == "no version of a tier is changed"
    assert headline(checked(story(), {LIVE: release("1.2.3", extra=SUSPENDED)})) == "no version of a tier is changed"


def test_where_the_tier_runs_just_that_version_it_need_not_soak() -> None:
    told = suspended("1.2.5").write({"apps/live/b.yaml": release("1.2.5", name="other")})
    assert said(checked(told, {LIVE: release("1.2.5")})) == []


def test_another_name_is_no_way_round() -> None:
    told = suspended("1.2.5")
    assert said(checked(told, {LIVE: None, "apps/live/b.yaml": release("1.2.5", name="new")})) == ["not-soaked"]


def test_it_is_no_change_of_a_version_in_a_second_tier() -> None:
    told = suspended("1.2.4")
    report = checked(told, {LIVE: release("1.2.4"), STAGING: release("1.2.4")})
    assert (said(report), noted(report)) == ([], [])


def built(version: str, listed: str = "a.yaml", suspend: str = "") -> Story:
    """Production is applied by a Kustomization of Flux, from a folder with a kustomization."""
    told = Story(configuration(*BUILT)).push(PODINFO, "1.2.3", "1.2.4", "1.2.5")
    told.write({DEV: release("1.2.4"), LIVE: release("1.2.3"), APPLIER: applier()})
    told.write({"apps/live/kustomization.yaml": "resources: [a.yaml]\n"}).run()
    told.write({LIVE: release(version), APPLIER: applier(suspend=suspend)})
    return told.write({"apps/live/kustomization.yaml": f"resources: [{listed}]\n"}).pass_by(days=9)


def test_what_dev_ran_all_the_while_has_soaked_although_nothing_else_asked_for_it() -> None:
    told = story(configuration(TIERS[0], TIERS[2]))
    told.write({DEV: release("1.2.4"), LIVE: release("1.2.4", extra=SUSPENDED)}).run()
    assert said(checked(told.pass_by(days=4), {LIVE: release("1.2.4")})) == []


@pytest.mark.parametrize("extra", RESUMED)
def test_a_kustomization_that_is_resumed_runs_all_that_it_reaches(extra: str) -> None:
    assert said(checked(built("1.2.5", suspend=SUSPENDED), {APPLIER: applier(suspend=extra)})) == ["not-soaked"]
    assert said(checked(built("1.2.4", suspend=SUSPENDED), {APPLIER: applier(suspend=extra)})) == []


def test_so_does_one_without_a_kustomization_in_its_folder() -> None:
    told = built("1.2.5", suspend=SUSPENDED).write({"apps/live/kustomization.yaml": None})
    assert said(checked(told, {APPLIER: applier()})) == ["not-soaked"]


def test_so_does_a_kustomization_that_lists_a_file_anew() -> None:
    told = built("1.2.5", listed="").write({"apps/live/b.yaml": release("1.2.3", chart="other")})
    assert said(checked(told, {"apps/live/kustomization.yaml": "resources: [a.yaml]\n"})) == ["not-soaked"]


def test_what_dev_runs_already_from_the_same_file_is_judged_for_production() -> None:
    """One file for both, and production's Kustomization suspended."""
    dev, live = "clusters/dev/apps.yaml", APPLIER
    tiers = (tier("dev", "any", paths=("clusters/dev/**",)), *BUILT[1:])
    told = Story(configuration(*tiers)).push(PODINFO, "1.2.3", "1.2.4")
    shared = applier().replace("./apps/live", "./base")
    told.write({"base/a.yaml": release("1.2.4"), dev: shared.replace("live", "dev"), live: f"{shared}{SUSPENDED}"})
    told.write({"apps/live/b.yaml": release("1.2.3", chart="other")})

    report = checked(told, {live: shared})
    assert (said(report), [one.tier.name for one in report.verdicts]) == (["not-soaked"], ["live"])


def test_a_suspended_cluster_beside_one_that_runs_is_no_edit() -> None:
    settings = configuration(tier("dev", "any"), tier("live", "exact", production=True, pace=pace(comes_from=["dev"])))
    told = story(settings, {"apps/live/us/a.yaml": release("1.2.3", extra=SUSPENDED)})
    assert said(checked(told, {"apps/live/us/a.yaml": release("1.2.3")})) == []


@pytest.mark.parametrize("extra", RESUMED)
def test_what_may_have_been_suspended_and_surely_runs_now_is_judged(extra: str) -> None:
    told = suspended("1.2.3").write({LIVE: release("1.2.5", extra=UNKNOWN)})
    assert said(checked(told, {LIVE: release("1.2.5", extra=extra)})) == ["not-soaked"]
    told.write({LIVE: release("1.2.4", extra=UNKNOWN)})
    assert said(checked(told, {LIVE: release("1.2.4", extra=extra)})) == []


def test_what_was_suspended_and_may_run_now_is_judged() -> None:
    assert said(checked(suspended("1.2.5"), {LIVE: release("1.2.5", extra=UNKNOWN)})) == ["not-soaked"]


@pytest.mark.parametrize("extra", [UNKNOWN, SUSPENDED])
def test_what_may_be_suspended_and_stays_so_or_surely_is_now_is_nobodys_edit(extra: str) -> None:
    told = suspended("1.2.3").write({LIVE: release("1.2.9", extra=UNKNOWN)})
    report = checked(told, {LIVE: release("1.2.9", extra=f"  interval: 1h\n{extra}")})
    assert headline(report) == "no version of a tier is changed"


def test_another_name_for_what_may_be_suspended_is_no_edit_and_is_one_where_it_surely_runs() -> None:
    told = suspended("1.2.3").write({LIVE: release("1.2.5", extra=UNKNOWN)})
    assert said(checked(told, {LIVE: release("1.2.5", name="new", extra=UNKNOWN)})) == []
    assert said(checked(told, {LIVE: release("1.2.5", name="new")})) == ["not-soaked"]


@pytest.mark.parametrize("extra", RESUMED)
def test_so_is_a_kustomization_of_which_nobody_knew_whether_it_was_suspended(extra: str) -> None:
    for version, found in (("1.2.5", ["not-soaked"]), ("1.2.4", [])):
        assert said(checked(built(version, suspend=UNKNOWN), {APPLIER: applier(suspend=extra)})) == found
    same = {APPLIER: applier(suspend=f"{UNKNOWN}  interval: 1h\n")}
    assert headline(checked(built("1.2.5", suspend=UNKNOWN), same)) == "no version of a tier is changed"


@pytest.mark.parametrize("metadata", LEFT_OUT)
def test_a_release_that_flux_is_told_to_apply_again_is_judged(metadata: str) -> None:
    told = suspended("1.2.3").write({LIVE: left_out("1.2.5", metadata)})
    assert said(checked(told, {LIVE: release("1.2.5")})) == ["not-soaked"]
    told.write({LIVE: left_out("1.2.4", metadata)})
    assert said(checked(told, {LIVE: release("1.2.4")})) == []


def test_a_version_of_what_flux_does_not_apply_does_not_run() -> None:
    report = checked(suspended("1.2.3"), {LIVE: left_out("1.2.4", LEFT_OUT[0])})
    assert (said(report), noted(report)) == ([], ["edit-suspended"])


@pytest.mark.parametrize("value", ["true", "'${STOPPED}'"])
def test_so_is_a_suspend_that_productions_overlay_put_on_what_dev_runs_from_the_same_file(value: str) -> None:
    overlay = "resources: [../../base]\n"
    patch = "patches:\n- target: {kind: HelmRelease}\n  patch: |-\n    - {op: add, path: /spec/suspend, value: VALUE}\n"
    told = Story(configuration(tier("dev", "any"), BUILT[1])).push(PODINFO, "1.2.3", "1.2.4")
    told.write({"base/kustomization.yaml": "resources: [a.yaml]\n", "base/a.yaml": release("1.2.4")})
    stopped = {"apps/live/kustomization.yaml": overlay + patch.replace("VALUE", value), APPLIER: applier()}
    told.write({"apps/dev/kustomization.yaml": overlay, **stopped}).run()

    report = checked(told, {"apps/live/kustomization.yaml": overlay})
    assert (said(report), [one.tier.name for one in report.verdicts]) == (["not-soaked"], ["live"])
    assert said(checked(told.pass_by(days=9), {"apps/live/kustomization.yaml": overlay})) == []
    same = {"apps/live/kustomization.yaml": f"# A word.\n{overlay}{patch.replace('VALUE', value)}"}
    assert headline(checked(told, same)) == "no version of a tier is changed"


def test_what_dev_ran_has_soaked_for_what_may_have_been_suspended_although_nothing_else_asked_for_it() -> None:
    told = story(configuration(TIERS[0], TIERS[2]))
    told.write({DEV: release("1.2.4"), LIVE: release("1.2.4", extra=UNKNOWN)}).run()
    assert said(checked(told.pass_by(days=4), {LIVE: release("1.2.4")})) == []
