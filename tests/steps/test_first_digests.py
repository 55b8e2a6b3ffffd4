"""A tag that is pushed again while its version soaks: what it was when it was first seen to run tells, and is told."""

from datetime import timedelta

import pytest
from builders import PODINFO, configuration, digest, pace, source, tier
from doubles.story import Story, oci, release, repository
from msgspec.structs import replace

from bot.errors import ExitCode
from bot.ledger.model import LEDGER_BRANCH, Matter, Word
from bot.model.proposing import Proposing, Rollback
from bot.model.tiers import Configuration, Mirror
from bot.model.verdicts import Current, Held, Update
from bot.reason import Reason
from bot.reasons import UNREACHABLE
from bot.report.exit_code import DEFAULT_FAIL_ON, exit_code
from bot.report.run_report import RunReport
from bot.steps.past.remember import keep_word, read_past

DEV, STAGING, LIVE = (f"apps/{name}/a.yaml" for name in ("dev", "staging", "live"))
CHART, MIRROR = source(PODINFO), source("harbor.x/gh/podinfo")
SOAKS = pace(comes_from=["dev"], soak="3d")
BRANCH = "flux-chart-bot/live/promotion"
FROM_DEV = configuration(tier("dev", "exact"), tier("staging", "any", pace=SOAKS))
DRAFTED = replace(tier("live", "exact", production=True, pace=SOAKS), standing_draft=True)
BEFORE_LIVE = configuration(tier("dev", "exact"), replace(DRAFTED, standing_draft=False))
STANDING = configuration(tier("dev", "exact"), DRAFTED)


def moved(settings: Configuration, takes: str = STAGING, wish: str = release("{}")) -> Story:
    """Dev moved to 1.2.6, which a run has seen, and ran it for its soak."""
    told = Story(settings).push(PODINFO, "1.2.3", "1.2.6", digests="36")
    told.write({takes: wish.replace("{}", "1.2.3"), DEV: wish.replace("{}", "1.2.3")})
    told.write({DEV: wish.replace("{}", "1.2.6")}).run()
    return told.pass_by(days=4)


def pushed_again(told: Story, sign: str = "e") -> Story:
    told.registry.push(CHART, "1.2.6", digest(sign))
    return told


def mirrored(*has: str) -> Story:
    """Staging takes the chart from a mirror, which has another manifest of it, and dev has moved to 1.2.6."""
    told = Story(replace(FROM_DEV, mirrors=(Mirror(copy="harbor.x/gh/*", original="ghcr.io/x/*"),)))
    told.push(PODINFO, "1.2.3", "1.2.6", digests="36").push(
        "harbor.x/gh/podinfo", *(has or ("1.2.3", "1.2.6")), digests="ab"
    )
    mirror = {"sources/m.yaml": repository("m", "oci://harbor.x/gh"), STAGING: release("1.2.3", repository="m")}
    told.write({**mirror, DEV: release("1.2.3")}).write({DEV: release("1.2.6")}).run()
    return told


def outcome(report: RunReport, name: str = "staging") -> str:
    """The version that a tier takes, or the reason why not; empty for what is current."""
    [found] = [one.decision for one in report.verdicts if one.tier.name == name]
    match found:
        case Update(new=new):
            return new
        case Held(reason=reason):
            return reason.id
        case Current(remark=remark):
            return remark.id if remark else ""


def reason(report: RunReport) -> Reason:
    [found] = [one.decision.reason for one in report.verdicts if isinstance(one.decision, Held)]
    return found


def says(told: Story, *, version: str = "1.2.6", held: bool = False, ends: bool = True, chart: str = PODINFO) -> Story:
    """A person's word, a minute later; a hold has ended when it is looked at, unless it does not end."""
    told.pass_by(minutes=1)
    past = read_past(told.repository, told.remote.branches.get(LEDGER_BRANCH))
    until = told.now + timedelta(minutes=1) if held and ends else None
    matter = Matter(chart=chart, version=version)
    keep_word(matter, Word(at=told.now, held=held, until=until), past, told.forge.us, "Said")
    return told.pass_by(minutes=1) if held else told


def kept(told: Story) -> dict[str, list[str]]:
    """The digests that the ledger has of each tag."""
    ledger = read_past(told.repository, told.remote.branches.get(LEDGER_BRANCH)).ledger
    return {tag: sorted(seen) for tag, seen in ledger.digests.get(PODINFO, {}).items()}


class TestWhatIsAsked:
    def test_each_version_that_a_tier_has_before_another_is_asked_about_once_and_kept(self) -> None:
        told = Story(FROM_DEV).push(PODINFO, "1.2.3", "1.2.6", digests="36")
        told.write({STAGING: release("1.2.3"), DEV: release("1.2.3"), "apps/dev/us.yaml": release("1.2.3")})
        told.run()
        assert (told.registry.resolved, kept(told)) == ([], {})
        told.write({DEV: release("1.2.6"), "apps/dev/us.yaml": release("1.2.6")}).run()
        told.run()
        assert (told.registry.resolved, told.registry.fetched) == ([(CHART, "1.2.6")], [])
        assert kept(told) == {"1.2.6": [digest("6")]}

    def test_also_where_one_cluster_of_several_is_behind(self) -> None:
        told = Story(FROM_DEV).push(PODINFO, "1.2.3", "1.2.6", digests="36")
        told.write({DEV: release("1.2.6"), STAGING: release("1.2.6"), "apps/staging/us.yaml": release("1.2.3")}).run()
        assert kept(told) == {"1.2.6": [digest("6")]}

    def test_and_where_the_version_is_there_already_and_does_not_run(self) -> None:
        told = Story(FROM_DEV).push(PODINFO, "1.2.3", "1.2.6", digests="36")
        told.write({DEV: release("1.2.6"), STAGING: release("1.2.6", extra="  suspend: true\n")}).run()
        assert kept(told) == {"1.2.6": [digest("6")]}

    def test_a_mirrors_tag_is_asked_about_too_where_it_has_one(self) -> None:
        told = mirrored()
        assert told.registry.resolved == [(CHART, "1.2.6"), (MIRROR, "1.2.6")]
        told.run()
        assert len(told.registry.resolved) == 2

    def test_a_run_with_nothing_new_writes_nothing(self) -> None:
        told = moved(FROM_DEV)
        told.run()
        ledger = told.remote.branches[LEDGER_BRANCH]
        told.run()
        assert told.remote.branches[LEDGER_BRANCH] == ledger
        pushed_again(told).run()
        with_both = told.remote.branches[LEDGER_BRANCH]
        told.pass_by(hours=1).run()
        assert told.remote.branches[LEDGER_BRANCH] == with_both != ledger

    @pytest.mark.parametrize(
        "settings",
        [
            configuration(tier("dev", "exact"), tier("staging", "exact")),
            configuration(tier("dev", "exact"), tier("staging", pace=replace(SOAKS, by_merge=True))),
        ],
        ids=["no tier takes from another", "by merges"],
    )
    def test_nothing_is_asked_where_nobody_would_compare(self, settings: Configuration) -> None:
        told = moved(settings)
        told.run()
        assert (told.registry.resolved, kept(told)) == ([], {})

    @pytest.mark.parametrize(
        "dev",
        [
            oci(f"{{tag: 1.2.6, digest: '{digest('6')}'}}"),
            release("1.2.6", extra="  suspend: true\n"),
            release("9.9.9"),
            release("1.x"),
            release("1.2.2"),
        ],
        ids=["a digest is written", "suspended", "a version that does not exist", "a range", "a lower one"],
    )
    def test_nor_about_what_cannot_be_taken_over_or_is_written(self, dev: str) -> None:
        told = Story(FROM_DEV).push(PODINFO, "1.2.3", "1.2.6", digests="36")
        told.write({STAGING: release("1.2.3"), DEV: dev}).run()
        assert (told.registry.resolved, kept(told)) == ([], {})
        told.pass_by(days=4).run()
        assert kept(told) == {}

    def test_a_registry_that_is_away_is_asked_again_and_fails_nothing(self) -> None:
        told = Story(FROM_DEV).push(PODINFO, "1.2.3", "1.2.6", digests="36")
        told.write({STAGING: release("1.2.3"), DEV: release("1.2.3")}).write({DEV: release("1.2.6")})
        told.registry.away[CHART] = UNREACHABLE(host="ghcr.io", problem="away")
        told.run()
        del told.registry.away[CHART]
        told.registry.lost.add((CHART, "1.2.6"))
        assert exit_code(told.run(), DEFAULT_FAIL_ON) == ExitCode.DONE
        assert kept(told) == {}
        told.registry.lost.clear()
        told.run()
        assert kept(told) == {"1.2.6": [digest("6")]}

    def test_a_version_of_which_no_digest_was_kept_is_refused_for_nothing(self) -> None:
        told = Story(FROM_DEV).push(PODINFO, "1.2.3", "1.2.6", digests="36")
        told.write({STAGING: release("1.2.3"), DEV: release("1.2.3")}).write({DEV: release("1.2.6")})
        told.registry.lost.add((CHART, "1.2.6"))
        told.run()
        told.registry.lost.clear()
        assert outcome(pushed_again(told).pass_by(days=4).run()) == "1.2.6"


class TestATierThatTakesFromAnother:
    def test_what_is_the_same_still_is_taken(self) -> None:
        assert outcome(moved(FROM_DEV).run()) == "1.2.6"

    @pytest.mark.parametrize("wish", [release("{}"), oci("{tag: {}}"), oci("{semver: {}}")])
    def test_a_tag_that_was_pushed_again_is_an_alarm_with_both_digests_and_the_mend(self, wish: str) -> None:
        told = moved(FROM_DEV, wish=wish)
        report = pushed_again(told).run()
        assert outcome(report) == "tag-pushed-again"
        assert reason(report).sentence == (
            "podinfo 1.2.6 was pushed again: sha256:eeeeeeeeeeee under its tag now, "
            f"sha256:666666666666 when it was seen to run (2026-01-01 00:00 UTC), in {PODINFO}"
        )
        assert f"from {digest('6')} to {digest('e')}" in reason(report).mend
        assert f"release --chart {PODINFO} --version 1.2.6" in reason(report).mend
        assert exit_code(report, DEFAULT_FAIL_ON) == ExitCode.ALARMED
        assert told.forge.pulls == {}

    def test_its_row_leaves_an_open_pull_request(self) -> None:
        told = moved(FROM_DEV)
        told.run()
        assert len(told.forge.pulls) == 1
        pushed_again(told).run()
        assert told.forge.pulls == {}

    def test_while_it_soaks_no_registry_is_asked_about_it(self) -> None:
        told = Story(FROM_DEV).push(PODINFO, "1.2.3", "1.2.6", digests="36")
        told.write({STAGING: release("1.2.3"), DEV: release("1.2.3")}).write({DEV: release("1.2.6")}).run()
        told.pass_by(days=1).run()
        assert told.registry.resolved == [(CHART, "1.2.6")]

    def test_a_tag_that_is_what_it_was_again_is_taken(self) -> None:
        told = moved(FROM_DEV)
        pushed_again(told).run()
        assert outcome(pushed_again(told, "6").run()) == "1.2.6"


class TestAMirror:
    def test_a_tag_of_its_own_that_was_pushed_again_is_an_alarm_there(self) -> None:
        told = mirrored().pass_by(days=4)
        assert outcome(told.run()) == "1.2.6"
        told.registry.push(MIRROR, "1.2.6", digest("f"))
        report = told.run()
        assert outcome(report) == "tag-pushed-again"
        assert f": {digest('f')[:19]} under its tag now" in reason(report).sentence
        assert reason(report).sentence.endswith(", in harbor.x/gh/podinfo")

    def test_a_release_of_the_version_takes_what_was_told_of_it(self) -> None:
        told = mirrored().pass_by(days=4)
        told.registry.push(MIRROR, "1.2.6", digest("f"))
        told.run()
        assert outcome(says(told).run()) == "1.2.6"

    def test_a_tag_that_came_later_is_kept_as_it_was_then(self) -> None:
        told = mirrored("1.2.3")
        assert told.registry.resolved == [(CHART, "1.2.6")]
        told.push("harbor.x/gh/podinfo", "1.2.6", digests="b").run()
        assert told.registry.resolved == [(CHART, "1.2.6"), (MIRROR, "1.2.6")]


class TestAWayBack:
    def story(self, back_to: str) -> Story:
        """Staging went from 1.2.5 to 1.2.6, both kept, and 1.2.6 is held."""
        proposing = Proposing(rollback=Rollback.PROPOSE)
        told = Story(configuration(tier("dev", "exact"), replace(FROM_DEV.tiers[1], proposing=proposing)))
        told.push(PODINFO, "1.2.3", "1.2.5", "1.2.6", digests="356")
        told.write({STAGING: release("1.2.3"), DEV: release("1.2.3")})
        for version in ("1.2.5", "1.2.6"):
            told.write({DEV: release(version)}).run()
            told.pass_by(days=4).write({STAGING: release(version)}).run()
        told.registry.push(CHART, "1.2.5", digest(back_to))
        return says(told, held=True, ends=False)

    def test_what_the_version_was_is_gone_back_to(self) -> None:
        assert outcome(self.story("5").run()) == "1.2.5"

    def test_a_tag_that_was_pushed_again_is_not_and_is_an_alarm(self) -> None:
        told = self.story("e")
        assert outcome(told.run()) == "tag-pushed-again"
        assert outcome(says(told, version="1.2.5").run()) == "1.2.5"


class TestTheWayOn:
    def test_a_release_of_the_version_takes_what_was_told(self) -> None:
        told = moved(FROM_DEV)
        pushed_again(told).run()
        assert outcome(says(told).run()) == "1.2.6"

    @pytest.mark.parametrize(("version", "held"), [("", False), ("1.2.3", False), ("1.2.6", True)])
    def test_no_other_word_does(self, version: str, *, held: bool) -> None:
        told = moved(FROM_DEV)
        pushed_again(told).run()
        assert outcome(says(told, version=version, held=held).run()) == "tag-pushed-again"

    def test_not_before_a_run_has_told_of_it(self) -> None:
        told = pushed_again(moved(FROM_DEV))
        assert outcome(says(told).run()) == "tag-pushed-again"
        assert outcome(says(told).run()) == "1.2.6"

    def test_what_is_pushed_after_that_word_is_another_one_again(self) -> None:
        told = moved(FROM_DEV)
        pushed_again(told).run()
        says(told).run()
        report = pushed_again(told, "f").pass_by(hours=1).run()
        assert outcome(report) == "tag-pushed-again"
        assert f", {digest('e')[:19]} when it was seen to run" in reason(report).sentence

    def test_after_a_restored_tag_it_takes_what_that_was_last_and_no_attackers_bytes(self) -> None:
        told = moved(FROM_DEV)
        pushed_again(told).run()
        pushed_again(told, "6").pass_by(hours=1).run()
        assert outcome(says(told).run()) == "1.2.6"
        assert outcome(pushed_again(told).pass_by(hours=1).run()) == "tag-pushed-again"

    def test_where_the_tag_was_restored_before_anybody_looked_it_was_about_nothing(self) -> None:
        told = moved(FROM_DEV)
        pushed_again(told).run()
        says(pushed_again(told, "6"))
        assert outcome(told.run()) == "1.2.6"
        assert outcome(pushed_again(told).pass_by(hours=1).run()) == "tag-pushed-again"

    def test_the_next_one_goes_back(self) -> None:
        told = moved(FROM_DEV)
        pushed_again(told).run()
        says(told).run()
        assert outcome(pushed_again(told, "6").pass_by(hours=1).run()) == "tag-pushed-again"
        assert outcome(says(told).pass_by(hours=1).run()) == "1.2.6"
        assert outcome(pushed_again(told).pass_by(hours=1).run()) == "tag-pushed-again"

    def test_one_that_ends_a_hold_only_ends_that(self) -> None:
        told = moved(FROM_DEV)
        pushed_again(told).run()
        says(told, held=True, ends=False).run()
        assert outcome(says(told).run()) == "tag-pushed-again"
        assert outcome(says(told).pass_by(hours=1).run()) == "1.2.6"

    def test_after_a_hold_and_a_restored_tag_what_ran_goes_on_and_nothing_else(self) -> None:
        told = moved(FROM_DEV)
        pushed_again(told).run()
        says(told, held=True, ends=False).run()
        pushed_again(told, "6").pass_by(hours=1).run()
        assert outcome(says(told).run()) == "1.2.6"
        assert outcome(pushed_again(told).pass_by(hours=1).run()) == "tag-pushed-again"

    def test_what_it_took_outlives_a_hold_and_a_release_of_the_whole_chart(self) -> None:
        told = moved(FROM_DEV)
        pushed_again(told).run()
        assert outcome(says(told).run()) == "1.2.6"
        says(told, held=True, ends=False).run()
        assert outcome(says(told, version="").run()) == "1.2.6"

    def test_a_digest_that_is_written_below_is_what_runs_and_soaks_anew(self) -> None:
        told = moved(FROM_DEV, wish=oci("{tag: {}}"))
        pushed_again(told).run()
        told.write({DEV: oci(f"{{tag: 1.2.6, digest: '{digest('e')}'}}")})
        assert outcome(told.run()) == "waits"
        assert outcome(told.pass_by(days=3).run()) == "1.2.6"


class TestProduction:
    def test_a_promotion_refuses_it_with_both_digests(self) -> None:
        told = pushed_again(moved(BEFORE_LIVE, LIVE))
        report = told.promote()
        assert outcome(report, "live") == "tag-pushed-again"
        assert all(value in reason(report).mend for value in (digest("6"), digest("e")))
        assert exit_code(report, DEFAULT_FAIL_ON) == ExitCode.ALARMED
        assert BRANCH not in told.remote.branches

    def test_what_it_told_of_may_be_released(self) -> None:
        told = pushed_again(moved(BEFORE_LIVE, LIVE))
        told.promote()
        assert outcome(says(told).promote(), "live") == "1.2.6"

    def test_a_persons_version_is_no_way_round(self) -> None:
        told = pushed_again(moved(BEFORE_LIVE, LIVE)).push(PODINFO, "1.2.7").write({DEV: release("1.2.7")})
        report = told.promote(chart=PODINFO, version="1.2.6", reason="now")
        assert outcome(report, "live") == "tag-pushed-again"

    def test_a_digest_that_is_written_below_counts_more(self) -> None:
        told = moved(BEFORE_LIVE, LIVE, wish=oci("{tag: {}}"))
        pushed_again(told).write({DEV: oci(f"{{tag: 1.2.6, digest: '{digest('e')}'}}")}).run()
        assert outcome(told.pass_by(days=4).promote(), "live") == "1.2.6"

    def test_one_that_was_pushed_again_below_is_an_alarm_also_where_production_has_a_mirror(self) -> None:
        told = moved(replace(BEFORE_LIVE, mirrors=(Mirror(copy="harbor.x/gh/*", original="ghcr.io/x/*"),)), LIVE)
        told.push("harbor.x/gh/podinfo", "1.2.3", "1.2.6", digests="36")
        told.write({"sources/m.yaml": repository("m", "oci://harbor.x/gh"), LIVE: release("1.2.3", repository="m")})
        assert outcome(told.promotion({}, writes=False), "live") == "1.2.6"
        assert outcome(pushed_again(told).promote(), "live") == "tag-pushed-again"

    def test_a_standing_draft_loses_it(self) -> None:
        told = moved(STANDING, LIVE)
        told.run()
        assert BRANCH in told.remote.branches
        report = pushed_again(told).run()
        assert outcome(report, "live") == "tag-pushed-again"
        assert exit_code(report, DEFAULT_FAIL_ON) == ExitCode.ALARMED
        assert told.forge.pulls == {}

    def test_the_evidence_says_since_when_the_digest_is_known(self) -> None:
        told = moved(BEFORE_LIVE, LIVE)
        told.promote()
        [pull] = told.forge.pulls.values()
        assert "its tag is this digest since 2026-01-01 00:00 UTC" in pull.body

    def test_what_ran_before_a_release_of_a_tag_that_was_pushed_again_is_not_said_to_prove_it(self) -> None:
        told = pushed_again(moved(BEFORE_LIVE, LIVE))
        told.promote()
        says(told).promote()
        [pull] = told.forge.pulls.values()
        again = "its tag was pushed again; it is this digest since 2026-01-05 00:00 UTC"
        assert (
            f"| {again}, and a person's release took that 2026-01-05 00:01 UTC<br>whatever its tag was then, dev"
            in (pull.body)
        )

    def test_a_release_without_a_second_push_leaves_the_evidence_as_it_is(self) -> None:
        told = says(moved(BEFORE_LIVE, LIVE))
        told.promote()
        [pull] = told.forge.pulls.values()
        assert "its tag is this digest since 2026-01-01 00:00 UTC" in pull.body
        assert "pushed again" not in pull.body

    def test_or_that_none_was_kept(self) -> None:
        told = Story(BEFORE_LIVE).push(PODINFO, "1.2.3", "1.2.6", digests="36")
        told.write({LIVE: release("1.2.3"), DEV: release("1.2.3")}).write({DEV: release("1.2.6")})
        told.registry.lost.add((CHART, "1.2.6"))
        told.run()
        told.registry.lost.clear()
        told.pass_by(days=4).promote()
        [pull] = told.forge.pulls.values()
        assert "no digest of its tag was kept before" in pull.body

    def test_a_digest_that_is_written_below_needs_no_such_word(self) -> None:
        told = Story(BEFORE_LIVE).push(PODINFO, "1.2.3", "1.2.6", digests="36")
        was, new = (oci(f"{{tag: {tag}, digest: '{digest(sign)}'}}") for tag, sign in (("1.2.3", "3"), ("1.2.6", "6")))
        told.write({LIVE: was, DEV: was}).write({DEV: new}).run()
        told.pass_by(days=4).promote()
        [pull] = told.forge.pulls.values()
        assert "its tag" not in pull.body
