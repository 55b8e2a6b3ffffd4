import html
import re

import pytest
from doubles.told import a_tier, a_verdict, an_update, current
from msgspec.structs import replace

from bot.config.loading import load
from bot.model.proposals import Texts
from bot.model.templates import Template, Templates
from bot.model.tiers import Rule
from bot.model.verdicts import Refused, Verdict
from bot.planning.grouping import Key
from bot.planning.ownership import TIER_TRAILER
from bot.reasons import UNREACHABLE
from bot.report.body_parts import LONGEST_BODY
from bot.report.wording import pull_request_texts
from bot.versions.constraint import Constraint


def texts(*verdicts: Verdict) -> Texts:
    return pull_request_texts(a_tier(), verdicts)


def body(*verdicts: Verdict) -> str:
    return texts(*verdicts).body


def test_one_chart_is_named_with_its_version() -> None:
    assert texts(a_verdict(an_update())).title == "chore(deps): update podinfo to 6.5.4 in dev"


def test_one_chart_with_several_versions_is_named_alone() -> None:
    first, second = a_verdict(an_update("1.0.0", "1.0.1")), a_verdict(an_update("2.0.0", "2.0.1"))
    assert texts(first, second).title == "chore(deps): update podinfo in dev"


def test_several_charts_are_counted() -> None:
    title = texts(a_verdict(an_update()), a_verdict(an_update(), chart="x/redis")).title
    assert title == "chore(deps): update 2 charts in dev"


@pytest.mark.parametrize(
    ("about", "shown"),
    [
        ("beyond follow", "beyond follow"),
        ("data-stores, majors", "data-stores, majors"),
        ("Größe 100%", "Größe 100%"),
        ("fixes #1 of @x [skip ci]", "fixes %231 of %40x %5Bskip ci%5D"),
        ("closes gh-1, http://x\n::error::", "closes gh%2D1, http%3A//x\\u000a::error::"),
    ],
)
def test_a_title_says_its_group_as_prose_that_no_forge_acts_on(about: str, shown: str) -> None:
    both = a_verdict(an_update()), a_verdict(an_update(), chart="x/redis")
    told = pull_request_texts(a_tier(), both, key=Key(text="group-01234567", about=about))
    assert told.title == f"chore(deps): update 2 charts ({shown}) in dev"
    assert told.commit_message.startswith(f"{told.title}\n")


def test_a_title_too_long_for_a_subject_says_less() -> None:
    assert texts(a_verdict(an_update(new="1" * 60))).title == "chore(deps): update podinfo in dev"
    assert texts(a_verdict(an_update(), chart="x/" + "n" * 80)).title == "chore(deps): update 1 chart in dev"


def test_verdicts_that_are_no_updates_are_left_out() -> None:
    assert texts(a_verdict(an_update()), a_verdict(current(), chart="x/redis")).title.endswith(
        "podinfo to 6.5.4 in dev"
    )


def test_a_row_shows_chart_versions_jump_and_place() -> None:
    row = "| <code>ghcr.io/stefanprodan/charts/podinfo</code> | <code>6.5.3</code> → <code>6.5.4</code> | patch |  |"
    assert f"{row} <code>apps/dev/podinfo.yaml&#58;12</code> |\n" in body(a_verdict(an_update()))


def test_places_of_the_same_move_share_a_row() -> None:
    found = body(*(a_verdict(an_update(path=f"apps/dev/{index}.yaml")) for index in range(8)))
    assert found.count("\n| <code>ghcr.io/") == 1
    assert found.count("- [x] <code>ghcr.io/") == 1
    assert "and 3 more |" in found


def test_why_nothing_newer_was_taken_is_said_newest_first_and_counted() -> None:
    whys = {"7.2.0": "outside ^6.5.3", "7.2.0-rc.1": "a prerelease", "7.1.0": "outside ^6.5.3", "6.9.0": "skipped"}
    refused = tuple(Refused(tag=tag, why=why) for tag, why in whys.items())
    said = "<code>7.2.0</code> and 1 more outside ^6.5.3<br><code>7.2.0-rc.1</code> a prerelease<br>and 1 more |"
    assert said in body(a_verdict(an_update(refused=refused)))


def test_a_line_kept_from_before_says_why() -> None:
    carried = UNREACHABLE(host="ghcr.io", problem="no answer within 20 s")
    assert "kept: the chart could not be looked up in the last run" in body(a_verdict(an_update(carried=carried)))


def test_a_major_jump_a_digest_and_a_suspended_object_are_things_to_check() -> None:
    quiet = body(a_verdict(an_update()))
    assert "new major version" not in quiet
    assert "digest" not in quiet
    assert "(suspended)" not in quiet
    loud = body(a_verdict(an_update(jump="major", digest="sha256:" + "0" * 64), suspended=True))
    assert "<code>podinfo</code>: a new major version" in loud
    assert "with the digests beside them" in loud
    assert "1 of the objects is (suspended)" in loud


def test_what_is_said_of_the_diff_is_about_the_bots_own_commits() -> None:
    assert "what the bot commits here changes 1 version, and nothing else." in body(a_verdict(an_update()))


def test_who_pushes_to_the_branch_is_told_what_becomes_of_it() -> None:
    moves = "stay: only its version moves then, by a commit on top of yours"
    left = "stay: it is left to you then"
    alone, both = body(a_verdict(an_update())), body(a_verdict(an_update()), a_verdict(an_update(), chart="charts/b"))
    assert (moves in alone, left in alone, moves in both, left in both) == (True, False, False, True)


def test_the_body_says_how_to_undo_and_ends_with_the_marker() -> None:
    found = body(a_verdict(an_update()))
    assert "`git revert -m 1 MERGE`" in found
    assert found.rstrip("\n").endswith("-->")


def test_the_marker_changes_with_the_versions_only() -> None:
    first = body(a_verdict(an_update(path="apps/dev/a.yaml"))).splitlines()[-1]
    assert body(a_verdict(an_update(path="apps/dev/b.yaml"))).splitlines()[-1] == first
    assert body(a_verdict(an_update(new="6.5.5"))).splitlines()[-1] != first


def test_a_long_body_is_cut_between_rows_and_says_how_many_are_left_out() -> None:
    verdicts = [a_verdict(an_update(), chart=f"charts/chart-{index:04}") for index in range(2000)]
    found = body(*verdicts)
    rows = found.count("\n| <code>ghcr.io/")
    assert rows == found.count("- [x] <code>ghcr.io/")
    assert LONGEST_BODY - 400 < len(found) <= LONGEST_BODY
    assert f"{2000 - rows} more lines are left out here" in found
    assert "-->" in found[-10:]
    assert all(line.endswith(" |") for line in found.splitlines() if line.startswith("|"))


@pytest.mark.parametrize("shuffled", [False, True])
def test_the_words_do_not_depend_on_the_order_of_the_verdicts(shuffled: bool) -> None:  # noqa: FBT001 - pytest's
    verdicts = [a_verdict(an_update(), chart=f"x/{name}") for name in "cab"]
    assert texts(*(reversed(verdicts) if shuffled else verdicts)) == texts(*verdicts)


def test_a_commit_message_has_a_line_a_chart_and_trailers_last() -> None:
    message = texts(a_verdict(an_update()), a_verdict(an_update(path="b.yaml"), chart="x/redis")).commit_message
    assert message == (
        "chore(deps): update 2 charts in dev\n\n"
        "- ghcr.io/stefanprodan/charts/podinfo 6.5.3 -> 6.5.4\n"
        "- ghcr.io/x/redis 6.5.3 -> 6.5.4\n\n"
        f"{TIER_TRAILER}: dev\n"
        "Flux-Chart-Bot-Chart: ghcr.io/stefanprodan/charts/podinfo 6.5.3 6.5.4 - apps/dev/podinfo.yaml\n"
        "Flux-Chart-Bot-Chart: ghcr.io/x/redis 6.5.3 6.5.4 - b.yaml\n"
        "Flux-Chart-Bot-Key: all\n"
    )


def test_a_row_of_a_commit_names_each_file_once() -> None:
    verdicts = [a_verdict(an_update(path=path, line=line)) for path in ("a.yaml", "b.yaml") for line in (3, 7)]
    message = texts(*verdicts).commit_message
    assert message.splitlines()[-2].endswith(" 6.5.3 6.5.4 - a.yaml b.yaml")


def test_a_long_commit_message_counts_the_lines_it_leaves_out_and_keeps_the_rows() -> None:
    message = texts(*(a_verdict(an_update(), chart=f"x/{index:03}") for index in range(130))).commit_message
    assert "- and 30 more\n\n" in message
    assert message.count("\nFlux-Chart-Bot-Chart: ") == 130


def templates(
    *, title: str = "x", commit_title: str = "y", body_header: str = "z", rollback_title: str = ""
) -> Templates:
    given = Templates(
        title=Template.parse(title),
        commit_title=Template.parse(commit_title),
        body_header=Template.parse(body_header),
    )
    return replace(given, rollback_title=Template.parse(rollback_title)) if rollback_title else given


def worded(given: Templates, *verdicts: Verdict) -> Texts:
    return pull_request_texts(a_tier(), verdicts, given)


def test_a_team_chooses_its_own_titles() -> None:
    given = templates(title="{tier}: {charts} ({jump})", commit_title="fix({tier}): {what} {{see wiki}}")
    made = worded(given, a_verdict(an_update()), a_verdict(an_update(jump="major"), chart="x/redis"))
    assert made.title == "dev: 2 (major)"
    assert made.commit_message.splitlines()[0] == "fix(dev): 2 charts {see wiki}"


def test_what_goes_back_has_a_title_of_its_own_whatever_the_others_are() -> None:
    back, up = an_update("6.5.4", "6.5.3", jump="rollback"), an_update()
    usual, own = templates(title="up {what}"), templates(title="up {what}", rollback_title="back {what} [{jump}]")
    assert worded(usual, a_verdict(back)).title == "fix(deps): roll back podinfo to 6.5.3 in dev"
    assert worded(own, a_verdict(back), a_verdict(up, chart="x/redis")).title == (
        "back podinfo to 6.5.3 and update 1 chart [rollback]"
    )
    assert worded(own, a_verdict(back)).commit_message.splitlines()[:3] == [
        "back podinfo to 6.5.3 [rollback]",
        "",
        "- ghcr.io/stefanprodan/charts/podinfo 6.5.4 -> 6.5.3 (rollback)",
    ]


def test_a_wording_of_its_own_says_less_as_well_where_it_is_too_long() -> None:
    given = templates(title="chore(deps): bring the environment {tier} up to date with {what} [charts]")
    assert worded(given, a_verdict(an_update())).title.endswith("with podinfo [charts]")


def test_a_team_chooses_the_words_above_the_table() -> None:
    given = templates(body_header="## {what} for {tier}\n\nSee [the wiki](https://wiki.example/x).\n")
    made = worded(given, a_verdict(an_update(new="6.5.4-@x")))
    assert made.body.startswith(
        "## podinfo to 6.5.4-%40x for dev\n\nSee [the wiki](https://wiki.example/x).\n\n| Chart"
    )


def test_the_rule_that_skips_a_version_is_there_to_be_pasted() -> None:
    found = html.unescape(body(a_verdict(an_update()), a_verdict(an_update(), chart="x/redis")))
    rule = re.search(r"<code>(- \{match: .*)</code>\.", found)
    assert rule is not None
    loaded = load(f"tiers: {{dev: {{paths: [a/**]}}}}\nrules:\n  {rule[1]}\n".encode())
    assert loaded.rules == (
        Rule(
            charts=("ghcr.io/stefanprodan/charts/podinfo",),
            tiers=("dev",),
            skip=(Constraint.parse("6.5.4"),),
            line=3,
        ),
    )
