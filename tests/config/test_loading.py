import textwrap

import pytest

from bot.config.loading import load
from bot.errors import ConfigurationError
from bot.model.proposing import (
    Amounts,
    AutoMerge,
    Beyond,
    Extras,
    Grouping,
    Majors,
    Mode,
    NamedGroup,
    Proposing,
    ProposingRule,
    Rollback,
)
from bot.model.tiers import ImagePolicies, SuspendedPolicy
from bot.versions.constraint import Constraint
from bot.versions.follow import Reach

GOOD = """\
tiers:
  dev:
    paths: ["apps/dev/**", "clusters/dev/**"]
    branch: develop
    follow: minor
  staging:
    paths: ["apps/staging/**"]
    follow: "6.x"
  production:
    production: true
    paths: ["apps/production/**"]
rules:
  - match: {chart: "ghcr.io/stefanprodan/charts/*", tier: [dev, staging]}
    set: {follow: patch, skip: ["6.5.2"]}
  - match: {tier: dev}
    set: {skip: []}
registries:
  private-hosts: ["harbor.corp.example", "localhost:5000"]
  helper-hosts: ["x.azurecr.io"]
suspended: update
image-policies: apply
"""


def faults(text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        load(textwrap.dedent(text).encode(), "c.yaml")
    return [str(fault) for fault in caught.value.faults]


def tier(lines: str, name: str = "dev") -> str:
    body = lines if "paths:" in lines else f"paths: [x/**]\n{lines}"
    return f"tiers:\n  {name}:\n{textwrap.indent(body, '    ')}\n"


def rule(match: str, values: str = '{follow: "6.x"}') -> str:
    tiers = "tiers: {dev: {paths: [a/**]}, production: {paths: [p/**], production: true}}\n"
    return f"{tiers}rules:\n  - match: {match}\n    set: {values}\n"


def test_a_whole_file_becomes_tiers_in_its_order() -> None:
    loaded = load(GOOD.encode(), "c.yaml")
    assert [one.name for one in loaded.tiers] == ["dev", "staging", "production"]
    dev, staging, production = loaded.tiers
    assert (dev.paths, dev.branch, dev.follow) == (("apps/dev/**", "clusters/dev/**"), "develop", Reach.MINOR)
    assert (staging.branch, staging.follow, staging.line) == (None, Constraint.parse("6.x"), 6)
    assert (production.production, production.follow, production.production_said) == (True, Reach.EXACT, True)


def test_rules_hosts_and_suspended_are_read() -> None:
    loaded = load(GOOD.encode(), "c.yaml")
    first, second = loaded.rules
    assert (first.charts, first.tiers) == (("ghcr.io/stefanprodan/charts/*",), ("dev", "staging"))
    assert (first.follow, first.skip, first.line) == (Reach.PATCH, (Constraint.parse("6.5.2"),), 13)
    assert (second.charts, second.tiers, second.follow, second.skip) == ((), ("dev",), None, ())
    assert loaded.private_hosts == {"harbor.corp.example", "localhost:5000"}
    assert loaded.helper_hosts == {"x.azurecr.io"}
    assert loaded.suspended is SuspendedPolicy.UPDATE
    assert loaded.image_policies is ImagePolicies.APPLY


def test_what_a_rule_does_not_set_stays_as_it_is() -> None:
    assert load(rule('{chart: "ghcr.io/a/b"}').encode(), "c.yaml").rules[0].skip is None


def test_an_unknown_key_is_named_with_its_place_and_the_nearest_known_one() -> None:
    assert faults(tier("folow: minor")) == ["c.yaml:4:5: `folow` is not a key of `tiers.dev`. Did you mean `follow`?"]


def test_a_key_of_a_feature_that_is_not_built_is_unknown() -> None:
    assert "`signatures` is not a key of `tiers.dev`" in faults(tier("signatures: true"))[0]


def test_every_fault_is_told_at_once_in_the_order_of_the_file() -> None:
    found = faults("tier: 1\n" + tier("folow: x\nbranch: -x") + "suspended: maybe\n")
    assert [text.split(":")[1] for text in found] == ["1", "5", "6", "7"]


def test_a_wrong_shape_hides_no_wrong_value_of_another_tier() -> None:
    found = faults('tiers:\n  a: {paths: 1}\n  b: {paths: ["/x"], follow: "=>"}\n')
    assert [text.split(": ")[0] for text in found] == ["c.yaml:2:14", "c.yaml:3:15", "c.yaml:3:31"]


@pytest.mark.parametrize(
    ("written", "mend"),
    [
        ("wait: 2", "`tiers.dev.wait` is `2`, not a duration. Write its unit: `2h`, `2d` or `2w`"),
        ("soak: 90", "`tiers.dev.soak` is `90`, not a duration. Write hours, days or weeks, at most 52 weeks: "),
        ('settle: "2"', "`tiers.dev.settle` is `2`, not a duration. Write hours, days or weeks, at most 52 weeks: "),
        ('labels: [""]', "`tiers.dev.labels[0]` is empty. Write a text that is not empty"),
        ("paths: []", "`tiers.dev.paths` is empty. Write at least one value"),
    ],
)
def test_a_mend_says_what_to_write(written: str, mend: str) -> None:
    (said,) = faults(tier(written))
    assert mend in said


def test_a_rule_that_sets_nothing_is_told_what_it_may_set() -> None:
    (said,) = faults(rule("{tier: dev}", "{}"))
    assert "`rules[0].set` is empty. Write some of: follow, skip, wait, soak," in said


def test_a_version_that_yaml_reads_as_a_number_wants_quotes() -> None:
    assert 'Write it in quotes: "1.20"' in faults(tier("follow: 1.20"))[0]
    assert 'Write it in quotes: "1.20"' in faults(rule("{tier: dev}", "{skip: [1.20]}"))[0]


@pytest.mark.parametrize("number", ["1", "-1", "0x1F", "1e3", ".5", "1.", "9" * 5000])
def test_numbers_of_every_kind_are_no_texts(number: str) -> None:
    assert "reads as a number" in faults(tier(f"branch: {number}"))[0]


def test_a_bad_constraint_is_told_at_the_character_where_reading_stopped() -> None:
    (fault,) = faults(tier('follow: ">=1.2.0 <"'))
    assert fault.startswith("c.yaml:4:")
    assert int(fault.split(":")[2]) > len('    follow: "')
    assert "not a constraint" in fault


def test_a_bad_constraint_to_skip_is_told_at_its_place() -> None:
    (fault,) = faults(rule("{tier: dev}", '{skip: ["1.2.3", "one two"]}'))
    assert fault.startswith("c.yaml:4:28: `rules[0].set.skip[1]` is `one two`")


@pytest.mark.parametrize("name", ["prod", "prod-eu1", "eu-live", "production", "prd2", "non-prod"])
def test_a_name_that_looks_like_production_must_say_whether_it_is(name: str) -> None:
    (fault,) = faults(tier("follow: minor", name))
    assert "does not say whether it is production" in fault
    assert fault.startswith("c.yaml:2:3:")
    load(tier("follow: minor\nproduction: false", name).encode(), "c.yaml")


@pytest.mark.parametrize("path", ["clusters/prod/**", "clusters/eu-Live-1/**", "apps/*/production.yaml"])
def test_a_path_that_looks_like_production_must_say_whether_it_is(path: str) -> None:
    assert "does not say whether it is production" in faults(tier(f'paths: ["{path}"]'))[0]


@pytest.mark.parametrize("name", ["preprod", "delivery", "olive", "dev"])
def test_words_that_only_contain_production_do_not(name: str) -> None:
    (one,) = load(tier("follow: minor", name).encode(), "c.yaml").tiers

    assert (one.name, one.production) == (name, False)


def test_production_follows_nothing() -> None:
    assert "production is never edited by itself" in faults(tier("production: true\nfollow: patch", "prod"))[0]
    assert load(tier("production: true\nfollow: exact", "prod").encode(), "c.yaml").tiers[0].production


def test_production_has_no_drafts_of_what_lies_beyond() -> None:
    assert "wants drafts" in faults(tier("production: true\nbeyond: draft", "prod"))[0]
    (dev,) = load(tier("beyond: draft").encode(), "c.yaml").tiers
    assert dev.proposing.beyond is Beyond.DRAFT


def test_production_never_goes_back_by_itself_and_a_tier_that_moves_by_merges_neither() -> None:
    assert "wants rollbacks" in faults(tier("production: true\nrollback: propose", "prod"))[0]
    assert "`rollback` in a tier that moves by merges" in " ".join(
        faults(tier("moves-by: merge\nfrom: dev\nrollback: propose"))
    )
    (dev,) = load(tier("rollback: propose").encode(), "c.yaml").tiers
    assert dev.proposing.rollback is Rollback.PROPOSE


def test_a_rule_may_have_charts_go_back_but_not_by_how_far_they_jump() -> None:
    assert load(rule("{tier: dev}", "{rollback: propose}").encode(), "c.yaml").rules[0].proposing == ProposingRule(
        rollback=Rollback.PROPOSE
    )
    assert "sets `rollback`" in faults(rule("{jump: major}", "{rollback: propose}"))[0]


def test_a_rule_that_names_production_is_a_fault() -> None:
    (fault,) = faults(rule("{tier: [dev, production]}"))
    assert fault.startswith("c.yaml:3:25: the rule names `production`, which is production")


def test_a_rule_names_tiers_that_exist() -> None:
    assert faults(rule("{tier: dve}")) == ["c.yaml:3:19: there is no tier `dve`. Did you mean `dev`?"]


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("oci://ghcr.io/a/*", "has a scheme. Write `ghcr.io/a/*`"),
        ("ghcr.io/A/*", "upper-case"),
        ("ghcr.io/a/", "ends with /"),
    ],
)
def test_a_chart_pattern_that_could_never_match_is_a_fault(pattern: str, said: str) -> None:
    assert said in faults(rule(f'{{chart: "{pattern}"}}'))[0]


@pytest.mark.parametrize("name", ["Dev", "state", "-a", "a_b", "a" * 41, "a/b", '"dev\\n"', "1.0"])
def test_a_name_that_no_branch_and_status_can_carry_is_a_fault(name: str) -> None:
    assert "cannot be the name of a tier" in faults(tier("follow: minor", name))[0]


@pytest.mark.parametrize("branch", ["-x", "+a:b", "a..b", "refs/heads/x", "a b", "HEAD"])
def test_a_branch_that_git_would_read_as_something_else_is_a_fault(branch: str) -> None:
    assert "branch name" in faults(tier(f'branch: "{branch}"'))[0]


def test_a_branch_of_the_bot_is_no_base() -> None:
    assert "one of the bot's own branches" in faults(tier("branch: flux-chart-bot/dev/all"))[0]


@pytest.mark.parametrize("key", ["private-hosts", "helper-hosts"])
@pytest.mark.parametrize("host", ["https://x", "x/y", "X.example", "user@x", "", "x:123456"])
def test_a_host_is_a_host(host: str, key: str) -> None:
    assert faults(f"{tier('follow: minor')}registries: {{{key}: ['{host}']}}\n")


def test_a_wrong_shape_of_one_list_of_hosts_hides_no_wrong_host_of_the_other() -> None:
    registries = "registries: {private-hosts: 5, helper-hosts: ['https://x']}\n"
    assert len(faults(tier("follow: minor") + registries)) == 2


def test_a_key_twice_is_a_fault_that_names_the_first() -> None:
    assert faults(tier("follow: minor\nfollow: patch")) == [
        "c.yaml:5:5: the key `follow` again, first in line 4. Keep one of them"
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tiers: &a {dev: {paths: [x]}}", "the anchor &`a`"),
        ("tiers: {dev: {paths: [x], branch: *a}}", "the alias *`a`"),
        ("tiers: {dev: {paths: [x], branch: !!str a}}", "the tag"),
        ("tiers: {dev: {<<: {follow: any}, paths: [x]}}", "a key that is not a plain name"),
        ("tiers: {dev: {[a]: b, paths: [x]}}", "a key that is not a plain name"),
        ("tiers: {dev: {paths: [x]}}\n---\ntiers: {}", "a second YAML document"),
        ("tiers: {", "not YAML"),
        ("tiers: {dev: {paths: [x]}}\n\x00", "not YAML"),
        ("", "the file is empty"),
        ("# only a comment", "the file is empty"),
        ("- a", "the file must be keys with values"),
        ("tiers: {}", "`tiers` is empty"),
        ("tiers: {dev: {}}", "`tiers.dev` has no `paths`"),
        ("tiers: {dev: {paths: x}}", 'Write it as a list: ["x"]'),
        ("tiers: {dev: {paths: [x], production: yes}}", "Write `true` or `false`"),
        ("tiers: {dev: {paths: [x]}}\nrules: [{match: {tier: dev}}]", "has no `set`"),
        ("tiers: {dev: {paths: [x]}}\nrules: [{match: {}, set: {skip: []}}]", "is empty"),
        ("tiers: {dev: {paths: [x]}}\nsuspended: no", "Write one of: report, update"),
    ],
)
def test_what_the_file_cannot_hold_is_said_plainly(text: str, said: str) -> None:
    found = faults(text)
    assert any(said in fault for fault in found), found


def test_how_a_tier_proposes_is_read() -> None:
    keys = "group: chart\nmajors: together\nmode: report\nlimits: {open: 3, changes: 20}"
    (dev,) = load(tier(keys).encode(), "c.yaml").tiers
    assert dev.proposing == Proposing(
        group=Grouping.CHART, majors=Majors.TOGETHER, mode=Mode.REPORT, amounts=Amounts(open=3, changes=20)
    )


def test_what_a_pull_request_gets_is_read() -> None:
    keys = (
        "labels: [charts]\nassignees: [ann]\nreviewers: [ann, org/team]\nmilestone: 7\ndraft: true\nauto-merge: squash"
    )
    (dev,) = load(tier(keys).encode(), "c.yaml").tiers
    assert dev.proposing.draft
    assert dev.proposing.extras == Extras(
        labels=("charts",),
        assignees=("ann",),
        reviewers=("ann", "org/team"),
        milestone=7,
        auto_merge=AutoMerge.SQUASH,
    )


def test_windows_are_read_with_their_zone() -> None:
    text = tier("windows: [{cron: '* 9-16 * * mon-fri', zone: Europe/Berlin}, {cron: '* 0 * * *'}]")
    (dev,) = load(text.encode(), "c.yaml").tiers
    assert [(one.cron, one.name) for one in dev.proposing.windows] == [
        ("* 9-16 * * mon-fri", "Europe/Berlin"),
        ("* 0 * * *", "UTC"),
    ]


def test_a_rule_may_take_the_windows_away() -> None:
    (one,) = load(rule("{jump: patch}", "{windows: [], labels: [x], reviewers: []}").encode(), "c.yaml").rules
    assert one.proposing == ProposingRule(windows=(), labels=("x",), reviewers=())


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("windows: [{cron: '0 9 * * *'}]", "`0 9 * * *` names minutes"),
        ("windows: [{cron: '* 9 * *'}]", "does not have the five fields"),
        ("windows: [{cron: '* 9 * * *', zone: Mars/Base}]", "`Mars/Base` is no time zone"),
        ("windows: [{cron: '* 9 * * *', zone: ../etc/passwd}]", "is no time zone"),
        ("windows: [{cron: '* 9 * * *', zone: Europe}]", "is no time zone"),
        ("windows: [{zone: UTC}]", "has no `cron`"),
        ("assignees: ['@ann']", "`@ann` is not a login. Write a login, without @"),
        ("assignees: [org/team]", "`org/team` is not a login"),
        ("reviewers: [a/b/c]", "Write a login, or organisation/team"),
        (f"labels: ['{'x' * 51}']", "cannot be a label"),
        ("labels: [' ']", "cannot be a label"),
        ("auto-merge: true", "Write one of: merge, squash, rebase"),
        ("milestone: next", "must be a whole number"),
    ],
)
def test_what_a_pull_request_cannot_get_is_a_fault(keys: str, said: str) -> None:
    assert said in faults(tier(keys))[0]


def test_a_limit_that_is_not_written_is_the_usual_one() -> None:
    (dev,) = load(tier("limits: {open: 1}").encode(), "c.yaml").tiers
    assert dev.proposing.amounts == Amounts(open=1)


def test_a_rule_says_for_what_and_how_to_propose() -> None:
    match = "{paths: [apps/a/**, apps/b/**], namespace: shop, jump: [major, minor]}"
    (one,) = load(rule(match, "{group: observability, mode: report}").encode(), "c.yaml").rules
    assert (one.paths, one.namespaces, one.jumps) == (("apps/a/**", "apps/b/**"), ("shop",), ("major", "minor"))
    assert one.proposing == ProposingRule(group=NamedGroup(name="observability"), mode=Mode.REPORT)


@pytest.mark.parametrize("number", ["0", "-1", "1.5", "1e3", "x", '"3"', "true", "9" * 7, "9" * 5000])
def test_a_limit_is_a_whole_number_from_1(number: str) -> None:
    assert "`tiers.dev.limits.open`" in faults(tier(f"limits: {{open: {number}}}"))[0]


@pytest.mark.parametrize(
    ("match", "values", "said"),
    [
        ("{jump: huge}", "{mode: report}", "c.yaml:3:19: `huge` is no jump. Write major, minor, patch"),
        ("{jump: major}", "{follow: 6.x}", "a rule that matches a jump sets `follow`"),
        ("{jump: [major]}", "{skip: ['7.0.0']}", "a rule that matches a jump sets `skip`"),
        ("{paths: /x}", "{mode: report}", "the pattern `/x` begins with /"),
        ("{tier: dev}", "{group: Not a name}", "cannot be the name of a group"),
        ("{tier: dev}", "{mode: no}", "Write one of: propose, report"),
    ],
)
def test_a_rule_that_means_nothing_is_a_fault(match: str, values: str, said: str) -> None:
    assert said in faults(rule(match, values))[0]


def test_a_hostile_key_cannot_break_the_line() -> None:
    found = faults('"a\\n::error::x\\e[31m": 1\n' + tier("follow: minor"))
    assert found[0].startswith("c.yaml:1:1: `a\\u000a::error::x\\u001b[31m` is not a key of the file")
    assert all("\n" not in fault and "\x1b" not in fault for fault in found)
