import pytest
from doubles.versions import parse_loose

from bot.versions.constraint import Constraint
from bot.versions.patterns import Pattern
from bot.versions.tags import TaggedVersion, TagRule, choose, newer, read_pin, see_pinnable, see_tags, tag_of

LAYER, PLAIN, HELM = TagRule.OCI_REPOSITORY_CHART_LAYER, TagRule.OCI_REPOSITORY, TagRule.HELM_REPOSITORY


def seen(tags: list[str], rule: TagRule, only: str | None = None) -> list[str]:
    return [str(found.version) for found in see_tags(tags, rule, Pattern.parse(only) if only else None).versions]


@pytest.mark.parametrize(
    ("tag", "layer", "plain", "helm"),
    [
        # The table "Comparison of the three tag filters"
        ("1.2.3", "1.2.3", "1.2.3", "1.2.3"),
        ("v1.2.3", "1.2.3", "1.2.3", None),
        ("1.2.3_b", "1.2.3+b", None, "1.2.3+b"),
        ("01.2.3", "1.2.3", "1.2.3", None),
        ("1.2-rc.1", "1.2.0-rc.1", "1.2.0-rc.1", None),
        # "becomes 1.2.3-rc+1", every `_` is replaced
        ("1.2.3-rc_1", "1.2.3-rc+1", None, "1.2.3-rc+1"),
        ("1.2.3-a_b_c", None, None, None),
        ("1.2", None, None, None),
        ("latest", None, None, None),
        # A name that only looks like a signature is a version to Flux, so it is one to us.
        ("1.2.3-rc.sig", "1.2.3-rc.sig", "1.2.3-rc.sig", "1.2.3-rc.sig"),
    ],
)
def test_each_rule_sees_its_own_versions(tag: str, layer: str | None, plain: str | None, helm: str | None) -> None:
    assert [seen([tag], rule) for rule in (LAYER, PLAIN, HELM)] == [
        [] if version is None else [version] for version in (layer, plain, helm)
    ]


def test_the_spelling_of_a_tag_is_kept_for_writing() -> None:
    (oci,) = see_tags(["v01.2.3_b"], LAYER).versions
    assert (oci.tag, oci.text, oci.version.original) == ("v01.2.3_b", "v01.2.3_b", "v01.2.3+b")
    (helm,) = see_tags(["1.2.3_b"], HELM).versions
    assert (helm.tag, helm.text) == ("1.2.3_b", "1.2.3+b")


@pytest.mark.parametrize("rule", TagRule)
def test_tags_outside_the_grammar_and_signatures_are_dropped(rule: TagRule) -> None:
    digest = "a" * 64
    hostile = ["1.2.3\n", '1.2.3"\n  insecure: true', "1.2.3+b", "", "-1.2.3", ".1.2.3", "1.2.3-" + "a" * 123, "1.2.3é"]
    signatures = [f"sha256-{digest}", f"sha256-{digest}.sig", f"sha256-{digest}.att", f"sha256-{digest}.sbom"]
    found = see_tags([*hostile, *signatures, "latest", "sha256-1", "1.2.3"], rule)
    assert [version.tag for version in found.versions] == ["1.2.3"]


def test_the_filter_is_held_against_the_raw_tag_anywhere_in_it() -> None:
    tags = ["1.2.3_b", "1.2.4", "1.2.5-rc.1_b"]
    assert seen(tags, LAYER, "_b$") == ["1.2.3+b", "1.2.5-rc.1+b"]
    assert seen(tags, LAYER, r"\+") == []
    assert seen(tags, LAYER, r"rc") == ["1.2.5-rc.1+b"]


def test_flux_takes_the_highest_version_in_the_range() -> None:
    tags = see_tags(["1.2.0", "2.0.0", "1.10.0", "1.9.0", "1.11.0-rc.1"], PLAIN)
    choice = choose(tags.versions, Constraint.parse("1.x"))
    assert choice is not None
    assert (choice.chosen.tag, choice.tied) == ("1.10.0", ())


def test_nothing_in_the_range_is_no_choice() -> None:
    assert choose(see_tags(["1.2.0"], PLAIN).versions, Constraint.parse("2.x")) is None


@pytest.mark.parametrize(
    ("tags", "chosen", "tied"),
    [
        # Equal precedence: "differ only in build metadata, v prefix, leading zeros"; the tag listed first wins.
        (["1.0.0", "1.2.3_a", "1.2.3_b"], "1.2.3_a", ["1.2.3_b"]),
        (["1.2.3_b", "1.2.3_a"], "1.2.3_b", ["1.2.3_a"]),
        (["v1.2.3", "1.0.0", "1.2.3", "01.2.3"], "v1.2.3", ["1.2.3", "01.2.3"]),
        (["1.2.2", "v1.2.2", "1.2.3"], "1.2.3", []),
    ],
)
def test_a_tie_goes_to_the_tag_listed_first_and_is_told(tags: list[str], chosen: str, tied: list[str]) -> None:
    choice = choose(see_tags(tags, LAYER).versions, Constraint.parse("*"))
    assert choice is not None
    assert (choice.chosen.tag, [other.tag for other in choice.tied]) == (chosen, tied)


def test_newest_first_keeps_the_registry_order_of_equal_versions() -> None:
    found = see_tags(["1.0.0", "1.2.3_b", "1.2.3_a", "1.2.4-rc"], LAYER)
    assert [version.tag for version in found.newest_first()] == ["1.2.4-rc", "1.2.3_b", "1.2.3_a", "1.0.0"]
    assert [version.tag for version in found.equals(parse_loose("v1.2.3"))] == ["1.2.3_b", "1.2.3_a"]


@pytest.mark.parametrize(
    ("text", "rule", "version"),
    [
        ("1.2.3", PLAIN, "1.2.3"),
        ("v1.2.3", HELM, "1.2.3"),
        # helm-controller maps `_` to `+` in the tag of any OCIRepository
        ("1.2.3_b", PLAIN, "1.2.3+b"),
        ("1.2.3_b", LAYER, "1.2.3+b"),
        # source-controller takes the text of a HelmRelease as it stands
        ("1.2.3_b", HELM, None),
        ("1.2.3+b", HELM, "1.2.3+b"),
        # an OCI tag cannot hold `+`
        ("1.2.3+b", PLAIN, None),
        ("latest", PLAIN, None),
        ("1", PLAIN, None),
        ("1.2", PLAIN, None),
        ("v1", LAYER, None),
        ("1.x", HELM, None),
        ("", HELM, None),
        ("${version}", PLAIN, None),
    ],
)
def test_an_exact_version_is_told_from_a_floating_one(text: str, rule: TagRule, version: str | None) -> None:
    found = read_pin(text, rule)
    assert (None if found is None else str(found)) == version


def test_the_tag_of_a_helm_version_has_an_underscore_for_its_plus() -> None:
    assert tag_of("1.2.3+b.1", HELM) == "1.2.3_b.1"
    assert tag_of("1.2.3+b.1", PLAIN) == "1.2.3+b.1"


@pytest.mark.parametrize("rule", TagRule)
def test_a_pin_moves_only_to_tags_of_its_own_prefix(rule: TagRule) -> None:
    tags = ["1.2.3", "v1.2.3", "v1.3.0", "1.4.0", "latest", "v2"]

    def pinnable(pin: str) -> list[str]:
        return [version.tag for version in see_pinnable(tags, rule, prefixed=pin.startswith("v")).versions]

    assert pinnable("1.2.3") == ["1.2.3", "1.4.0"]
    assert pinnable("v1.2.3") == ["v1.2.3", "v1.3.0"]


def test_a_pin_sees_tags_that_a_range_of_the_same_rule_does_not() -> None:
    (plain,) = see_pinnable(["1.2.3_b"], PLAIN, prefixed=False).versions
    assert (str(plain.version), plain.text) == ("1.2.3+b", "1.2.3_b")
    (helm,) = see_pinnable(["v1.2.3_b"], HELM, prefixed=True).versions
    assert (str(helm.version), helm.text) == ("1.2.3+b", "v1.2.3+b")


@pytest.mark.parametrize("rule", TagRule)
def test_what_is_written_is_read_back_as_the_same_version_and_tag(rule: TagRule) -> None:
    written: TaggedVersion
    for written in see_pinnable(["1.2.3", "1.2.3-rc.1_b.2", "01.2.3"], rule, prefixed=False).versions:
        assert read_pin(written.text, rule) == written.version
        assert tag_of(written.text, rule) == written.tag


@pytest.mark.parametrize("than", ["0.9.0", "1.0.0-rc.1", "1.0.0", "1.5.0", "2.0.0", "3.0.0"])
def test_newer_are_those_of_higher_precedence_and_no_tie(than: str) -> None:
    found = see_tags(["1.0.0", "1.0.0_b", "2.0.0-rc.1", "2.0.0", "1.9.0", "1.0.0-rc.1"], LAYER).newest_first()
    version = parse_loose(than)
    assert newer(found, version) == tuple(one for one in found if one.version > version)
