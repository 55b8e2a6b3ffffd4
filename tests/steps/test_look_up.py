"""look up and confirm: what a registry is asked, and how often."""

from builders import PODINFO, configuration, digest, source, tier
from doubles.story import Story, oci, release

from bot.model.charts import ManifestFacts
from bot.model.tiers import SuspendedPolicy
from bot.model.verdicts import Held, Update
from bot.reasons import UNREACHABLE

SUSPENDED = "  suspend: true\n"
CHART = source(PODINFO)


def story(*files: str, suspended: SuspendedPolicy = SuspendedPolicy.REPORT) -> Story:
    one = Story(configuration(tier(follow="any"), suspended=suspended))
    return one.write({f"apps/dev/{index}.yaml": text for index, text in enumerate(files)})


def only(one: Story) -> Update | Held:
    (decision,) = one.decisions().values()
    assert isinstance(decision, Update | Held), decision
    return decision


def test_a_chart_is_listed_once_however_many_references_there_are() -> None:
    one = story(*(release("1.2.3", name=f"a{index}") for index in range(5))).push(PODINFO, "1.2.3")
    one.judged()

    assert one.registry.listed == [CHART]
    assert (one.registry.fetched, one.registry.resolved) == ([], [])


def test_a_suspended_object_that_is_only_reported_asks_nothing() -> None:
    one = story(release("1.2.3", extra=SUSPENDED), release("1.2.3", chart="other")).push("ghcr.io/x/other", "1.2.3")
    decision = one.decisions()["podinfo"]

    assert one.registry.listed == [source("ghcr.io/x/other")]
    assert isinstance(decision, Held)
    assert (decision.version, decision.reason.id) == ("1.2.3", "suspended")


def test_a_chart_that_an_active_object_uses_too_is_listed() -> None:
    one = story(release("1.2.3", extra=SUSPENDED), release("1.2.3", name="b")).push(PODINFO, "1.2.3", "1.2.4")
    decisions = one.decisions()

    assert isinstance(decisions["podinfo"], Held)
    assert isinstance(decisions["b"], Update)


def test_a_suspended_object_is_updated_where_that_is_asked() -> None:
    one = story(release("1.2.3", extra=SUSPENDED), suspended=SuspendedPolicy.UPDATE).push(PODINFO, "1.2.3", "1.2.4")

    assert isinstance(only(one), Update)


def test_a_suspended_lone_digest_asks_nothing() -> None:
    one = story(oci(f'{{digest: "{digest("a")}"}}').replace("spec:\n", "spec:\n  suspend: true\n"))
    one.judged()

    assert (one.registry.listed, one.registry.fetched) == ([], [])


def test_a_digest_that_moves_is_fetched_once_and_never_only_resolved() -> None:
    ref = f'{{tag: 1.2.3, digest: "{digest("a")}"}}'
    one = story(oci(ref), oci(ref, name="b", url=f"oci://{PODINFO}"))
    one.push(PODINFO, "1.2.3", "1.2.4", digests="ab")
    one.judged()

    assert one.registry.fetched == [(CHART, "1.2.4")]
    assert one.registry.resolved == []


def test_a_lone_digest_becomes_the_digest_of_the_newer_version() -> None:
    one = story(oci(f'{{digest: "{digest("a")}"}}')).push(PODINFO, "1.2.3", "1.2.4", digests="ab")
    decision = only(one)

    assert isinstance(decision, Update)
    assert [(edit.place.text, edit.text) for edit in decision.edits] == [(digest("a"), digest("b"))]
    assert (decision.old, decision.new, decision.digest) == ("1.2.3", "1.2.4", digest("b"))


def test_a_lone_digest_whose_tag_was_pushed_again_is_held() -> None:
    one = story(oci(f'{{digest: "{digest("a")}"}}')).push(PODINFO, "1.2.3", "0.0.1", digests="ca")
    one.registry.charts[CHART]["0.0.1"] = ManifestFacts(digest=digest("a"), version="1.2.3")
    decision = only(one)

    assert isinstance(decision, Held)
    assert decision.reason.id == "digest-unknown"


def test_a_lone_digest_that_the_registry_does_not_have_is_unknown() -> None:
    one = story(oci(f'{{digest: "{digest("f")}"}}')).push(PODINFO, "1.2.3", digests="a")
    decision = only(one)

    assert isinstance(decision, Held)
    assert (decision.version, decision.reason.id) == (digest("f"), "unreachable")


def test_a_tie_is_compared_by_head_and_held_where_the_charts_differ() -> None:
    one = story(oci("{tag: 1.2.3}")).push(PODINFO, "1.2.3", "1.2.4_a", "1.2.4_b", digests="abc")
    decision = only(one)

    assert one.registry.resolved == [(CHART, "1.2.4_a"), (CHART, "1.2.4_b")]
    assert isinstance(decision, Held)
    assert decision.reason.id == "same-precedence"


def test_a_tie_of_one_chart_is_taken() -> None:
    one = story(oci("{tag: 1.2.3}")).push(PODINFO, "1.2.3", "1.2.4_a", "1.2.4_b", digests="abb")
    decision = only(one)

    assert isinstance(decision, Update)
    assert decision.new == "1.2.4_a"


def test_a_chart_that_cannot_be_asked_is_held_and_its_neighbours_go_on() -> None:
    one = story(release("1.2.3"), release("1.2.3", chart="other")).push("ghcr.io/x/other", "1.2.3", "1.2.4")
    one.registry.away[CHART] = UNREACHABLE(host="ghcr.io", problem="timeout")
    decisions = one.decisions()

    assert isinstance(held := decisions["podinfo"], Held)
    assert held.reason.id == "unreachable"
    assert isinstance(decisions["other"], Update)


def test_an_update_whose_digest_cannot_be_fetched_is_held_whole() -> None:
    one = story(oci(f'{{tag: 1.2.3, digest: "{digest("a")}"}}')).push(PODINFO, "1.2.3", "1.2.4", digests="ab")
    one.registry.lost.add((CHART, "1.2.4"))
    decision = only(one)

    assert isinstance(decision, Held)
    assert (decision.version, decision.reason.id) == ("1.2.3", "unreachable")
