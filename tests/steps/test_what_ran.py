"""What a tier ran: a chart, a version of it, and the digest beside that; not whatever bears the same number."""

from datetime import timedelta
from textwrap import dedent

import pytest
from builders import configuration, digest, pace, source, tier
from doubles.memory_repository import Commit
from doubles.story import Story, oci, release, repository

from bot.model.verdicts import Current, Decision, Held, Update

DEV, STAGING = "apps/dev/a.yaml", "apps/staging/a.yaml"
VERSIONS = ("1.2.3", "1.2.5", "1.2.6")
PODINFO, OTHER = "ghcr.io/x/podinfo", "ghcr.io/x/other"
SOAKED = {"days": 4}
TIERS = (tier("dev", "exact"), tier("staging", "any", pace=pace(comes_from=["dev"], soak="3d")))


def story(wish: str = release("1.2.3")) -> Story:
    told = Story(configuration(*TIERS)).push(PODINFO, *VERSIONS, digests="356").push(OTHER, *VERSIONS)
    return told.write({STAGING: wish, DEV: wish})


def pinned(version: str, sign: str) -> str:
    return oci(f"{{tag: {version}, digest: '{digest(sign)}'}}")


def decided(told: Story) -> Decision:
    """What a run decides about the one reference of staging, or the only one that it judges."""
    [found] = [one for one in told.run().verdicts if one.tier.name == "staging"]
    return found.decision


def taken(told: Story) -> str:
    decision = decided(told)
    return decision.new if isinstance(decision, Update) else ""


def refused(told: Story) -> str:
    decision = decided(told)
    if isinstance(decision, Held):
        return decision.reason.id
    assert isinstance(decision, Current)
    return decision.remark.id if decision.remark else ""


def long_seen(told: Story) -> Story:
    """Four days later; something else of the branch was soaking, so that its tip is known."""
    told.run()
    return told.pass_by(**SOAKED)


def test_what_another_chart_ran_under_the_same_number_is_not_this_ones() -> None:
    told = story()
    told.write({"apps/staging/o.yaml": release("1.2.3", chart="other")})
    told.write({DEV: release("1.2.6", chart="other", name="podinfo")})
    long_seen(told)
    told.write({DEV: release("1.2.6"), "apps/staging/o.yaml": None})

    assert taken(told) == ""
    assert taken(told.pass_by(days=3)) == "1.2.6"


def test_nor_what_came_from_elsewhere_by_a_repository_in_another_file() -> None:
    told = story().push("ghcr.io/y/podinfo", *VERSIONS)
    told.write({"sources/d.yaml": repository("d", "oci://ghcr.io/y"), DEV: release("1.2.6", repository="d")})
    told.write({"apps/staging/o.yaml": release("1.2.3", repository="d", name="o")})
    long_seen(told)
    told.write({"sources/d.yaml": repository("d"), "apps/staging/o.yaml": None})

    assert taken(told) == ""
    assert taken(told.pass_by(days=3)) == "1.2.6"


def test_a_mirror_is_the_same_chart() -> None:
    told = story()
    told.configuration = configuration(*TIERS, same_as={"harbor.x/gh/*": "ghcr.io/x/*"})
    told.push("harbor.x/gh/podinfo", *VERSIONS, digests="356")
    told.write({"sources/d.yaml": repository("d", "oci://harbor.x/gh"), DEV: release("1.2.6", repository="d")})
    long_seen(told)
    told.write({"sources/d.yaml": repository("d")})

    assert taken(told) == "1.2.6"


def test_a_lower_version_of_another_chart_is_no_rollback() -> None:
    told = Story(configuration(tier("dev", "any"))).push(PODINFO, "1.2.3", "1.2.6")
    told.write({DEV: release("2.0.0", chart="other", name="podinfo")})
    told.write({DEV: release("1.2.6", chart="other", name="podinfo")})
    told.write({DEV: release("1.2.3")})

    [found] = told.run().verdicts
    assert isinstance(found.decision, Update)
    assert found.decision.new == "1.2.6"


def test_another_digest_soaks_anew() -> None:
    told = story(pinned("1.2.3", "3"))
    told.write({DEV: pinned("1.2.6", "5")})
    long_seen(told)
    told.write({DEV: pinned("1.2.6", "6")})

    assert taken(told) == ""
    assert taken(told.pass_by(days=3)) == "1.2.6"


def kustomization(name: str, version: str) -> str:
    return dedent(f"""\
        apiVersion: kustomize.toolkit.fluxcd.io/v1
        kind: Kustomization
        metadata: {{name: {name}, namespace: flux-system}}
        spec:
          path: ./base/x
          postBuild: {{substitute: {{V: {version}}}}}
          sourceRef: {{kind: GitRepository, name: flux-system}}
        """)


@pytest.mark.parametrize("versions", [("1.2.3", "1.2.6"), ("1.2.6", "1.2.3")])
def test_two_clusters_in_one_file_are_two(versions: tuple[str, str]) -> None:
    told = Story(configuration(tier("dev", "exact", paths=("clusters/dev/**",)), TIERS[1])).push(PODINFO, *VERSIONS)

    def both(eu: str, us: str) -> dict[str, str]:
        return {"clusters/dev/apps.yaml": f"{kustomization('eu', eu)}---\n{kustomization('us', us)}"}

    told.write({STAGING: release("1.2.3"), "base/x/a.yaml": release("${V}"), **both("1.2.3", "1.2.3")})
    long_seen(told.write(both(*versions)))

    assert refused(told) == "tier-disagrees"


@pytest.mark.parametrize("versions", [("1.2.3", "1.2.6"), ("1.2.6", "1.2.3")])
def test_two_documents_of_one_object_are_two(versions: tuple[str, str]) -> None:
    told = story()
    long_seen(told.write({DEV: "---\n".join(map(release, versions))}))

    assert refused(told) == "tier-disagrees"


def test_a_cluster_that_is_added_has_not_run_what_another_one_did() -> None:
    told = Story(configuration(tier("dev", "exact", paths=("clusters/dev/**",)), TIERS[1])).push(PODINFO, *VERSIONS)
    told.write({STAGING: release("1.2.3"), "base/x/a.yaml": release("${V}")})
    path, eu = "clusters/dev/apps.yaml", kustomization("eu", "1.2.6")
    long_seen(told.write({path: eu}))
    told.write({path: f"{eu}---\n{kustomization('us', '1.2.6')}"})

    assert taken(told) == ""
    assert taken(told.pass_by(days=3)) == "1.2.6"


def test_a_cluster_that_is_added_takes_nothing_from_what_another_one_ran() -> None:
    told = Story(configuration(tier("dev", "exact", paths=("clusters/dev/**",)), TIERS[1])).push(PODINFO, *VERSIONS)
    told.write({STAGING: release("1.2.3"), "base/x/a.yaml": release("1.2.3")})
    eu, us = "clusters/dev/eu.yaml", "clusters/dev/us.yaml"
    told.write({eu: kustomization("eu", "x"), "base/x/a.yaml": release("1.2.6")})
    told.run()
    told.pass_by(days=2).write({us: kustomization("us", "x")})

    assert taken(told.pass_by(days=1)) == "1.2.6"


def test_a_tag_that_was_pushed_again_is_not_what_dev_ran() -> None:
    told = story(pinned("1.2.3", "3"))
    long_seen(told.write({DEV: pinned("1.2.6", "6")}))
    told.registry.push(source(PODINFO), "1.2.6", digest("e"))

    decision = decided(told)
    assert isinstance(decision, Held)
    assert decision.reason.sentence == (
        "podinfo 1.2.6 is not what dev wrote beside it: sha256:eeeeeeeeeeee under its tag now, "
        f"sha256:666666666666 there, in {PODINFO}"
    )


def test_nor_is_it_where_staging_writes_no_digest() -> None:
    told = story(oci("{tag: 1.2.3}"))
    long_seen(told.write({DEV: pinned("1.2.6", "6")}))
    told.registry.push(source(PODINFO), "1.2.6", digest("e"))

    assert refused(told) == "tag-moved"


def test_a_version_with_the_digest_of_another_has_not_run() -> None:
    told = story(oci("{tag: 1.2.3}"))
    long_seen(told.write({DEV: pinned("1.2.6", "3")}))

    assert refused(told) == "tag-moved"


def test_nor_with_that_of_one_cluster_of_two() -> None:
    told = story(oci("{tag: 1.2.3}"))
    long_seen(told.write({DEV: pinned("1.2.6", "6"), "apps/dev/us/a.yaml": pinned("1.2.6", "5")}))

    assert refused(told) == "tag-moved"


def test_a_version_that_dev_left_is_taken_with_the_digest_that_it_had() -> None:
    told = story(pinned("1.2.3", "3")).push(PODINFO, "1.2.7", digests="7")
    long_seen(told.write({DEV: pinned("1.2.6", "6")}))
    told.write({DEV: pinned("1.2.7", "7")})
    assert taken(told) == "1.2.6"

    told.registry.push(source(PODINFO), "1.2.6", digest("e"))
    assert refused(told) == "tag-moved"


def test_a_copy_with_another_digest_than_is_written_below_says_so() -> None:
    told = story(oci("{tag: 1.2.3}"))
    told.configuration = configuration(*TIERS, same_as={"harbor.x/gh/*": "ghcr.io/x/*"})
    told.push("harbor.x/gh/podinfo", *VERSIONS, digests="356")
    elsewhere = f"{{tag: 1.2.6, digest: '{digest('6')}'}}"
    long_seen(told.write({DEV: oci(elsewhere, url="oci://harbor.x/gh/podinfo")}))
    assert taken(told) == "1.2.6"

    told.registry.push(source(PODINFO), "1.2.6", digest("e"))
    assert refused(told) == "copy-differs"


@pytest.mark.parametrize(("twin", "outcome"), [("6", ""), ("e", "other-tag")])
def test_a_tag_with_a_v_is_the_same_version_where_it_is_the_same_chart(twin: str, outcome: str) -> None:
    told = Story(configuration(*TIERS)).push(PODINFO, "1.2.3", "1.2.6", "v1.2.3", "v1.2.6", digests=f"363{twin}")
    told.write({STAGING: oci("{tag: v1.2.3}"), DEV: oci("{tag: 1.2.3}")})
    long_seen(told.write({DEV: oci("{tag: 1.2.6}")}))

    decision = decided(told)
    assert (decision.reason.id if isinstance(decision, Held) else "") == outcome


def test_where_the_tag_is_written_without_a_digest_it_is_asked_when_it_is_seen_and_when_it_is_taken() -> None:
    told = story(oci("{tag: 1.2.3}"))
    long_seen(told.write({DEV: oci("{tag: 1.2.6}")}))

    asked = (source(PODINFO), "1.2.6")
    assert (told.registry.resolved, told.registry.fetched) == ([asked], [])
    assert taken(told) == "1.2.6"
    assert (told.registry.resolved, told.registry.fetched) == ([asked, asked], [])


LISTS = "resources: [b.yaml]\n"
CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"


def built(**files: str) -> Story:
    """Staging comes from dev, whose folder is built; `files` of it by their stem."""
    told = Story(configuration(*TIERS)).push(PODINFO, *VERSIONS)
    told.write({STAGING: release("1.2.3")})
    return told.write({f"apps/dev/{name}.yaml": text for name, text in files.items()})


def test_a_file_that_no_kustomization_lists_has_not_run() -> None:
    told = built(a=release("1.2.3"), kustomization="resources: [a.yaml]\n")
    long_seen(told.write({DEV: release("1.2.6"), "apps/dev/kustomization.yaml": LISTS, "apps/dev/b.yaml": CONFIG_MAP}))

    assert refused(told) == "not-in-tier"


@pytest.mark.parametrize(
    "applier", [{}, {"clusters/dev.yaml": kustomization("dev", "x").replace("base/x", "apps/dev")}]
)
def test_it_says_nothing_against_what_the_others_ran(applier: dict[str, str]) -> None:
    told = built(a=release("1.2.3"), b=release("1.2.3"), kustomization=LISTS).write(applier)
    long_seen(told.write({"apps/dev/b.yaml": release("1.2.6")}))

    assert taken(told) == "1.2.6"


def test_what_flux_applies_leaves_out_whole_folders() -> None:
    told = built(kustomization=LISTS, b=CONFIG_MAP)
    told.write({"clusters/dev.yaml": kustomization("dev", "x").replace("base/x", "apps/dev")})
    long_seen(told.write({"apps/dev/more/a.yaml": release("1.2.6")}))

    assert refused(told) == "not-in-tier"


def test_while_it_was_not_listed_it_did_not_run() -> None:
    both = "resources: [a.yaml, b.yaml]\n"
    told = built(a=release("1.2.6"), b=release("1.0.0", chart="other"), kustomization=both)
    told.push(OTHER, "1.0.0").run()
    told.pass_by(hours=1).write({"apps/dev/kustomization.yaml": LISTS}).run()
    told.pass_by(days=4).write({"apps/dev/kustomization.yaml": both})

    assert taken(told) == ""
    assert taken(told.pass_by(days=3)) == "1.2.6"


def test_a_tree_without_kustomizations_is_what_its_files_say() -> None:
    told = built(a=release("1.2.3"))
    long_seen(told.write({DEV: release("1.2.6")}))

    assert taken(told) == "1.2.6"


def test_a_file_that_is_moved_runs_on() -> None:
    told = story()
    told.write({DEV: release("1.2.6")}).run()
    told.pass_by(days=2).write({DEV: None, "apps/dev/new.yaml": release("1.2.6")})
    assert taken(told) == ""

    assert taken(told.pass_by(days=1)) == "1.2.6"


def test_a_stretch_that_a_commit_of_tomorrow_ended_was_as_long_as_it_was_seen() -> None:
    told = story()
    told.write({DEV: release("1.2.6")}).run()
    tomorrow = told.pass_by(hours=1).now + timedelta(days=30)
    told.remote.commit("main", {DEV: release("1.2.6", extra="  suspend: true\n")}, date=int(tomorrow.timestamp()))
    told.pass_by(days=4).write({DEV: release("1.2.6")})

    assert taken(told) == ""
    assert taken(told.pass_by(days=3)) == "1.2.6"


def test_a_tip_that_was_seen_and_has_left_the_branch_begins_the_clock_anew() -> None:
    told = story()
    told.write(
        {"apps/staging/o.yaml": release("1.0.0", chart="other"), "apps/dev/o.yaml": release("1.0.0", chart="other")}
    )
    told.push(OTHER, "1.0.0", "1.1.0").write({DEV: release("1.2.6")}).run()
    first = told.remote.branches["main"]
    told.pass_by(hours=1).write({DEV: release("1.2.3"), "apps/dev/o.yaml": release("1.1.0", chart="other")}).run()
    second = told.remote.branches["main"]
    merge = Commit(
        files=told.remote.commits[first].files, parents=(first, second), email="b@e", message="Merge", at=told.now
    )
    told.pass_by(days=4).remote.branches["main"] = told.remote.store(merge)

    def podinfo() -> Decision:
        found = {one.reference.path: one.decision for one in told.run().verdicts}
        return found[STAGING]

    assert isinstance(podinfo(), Current)
    told.pass_by(days=3)
    assert isinstance(podinfo(), Update)
