import textwrap

import pytest

from bot.config.loading import load
from bot.errors import ConfigurationError
from bot.model.templates import DEFAULT_TEMPLATES, Template, Templates
from bot.model.tiers import CommitPolicy, Configuration

TIERS = "tiers: {dev: {paths: [a/**]}}\n"


def loaded(text: str) -> Configuration:
    return load((TIERS + textwrap.dedent(text)).encode(), "c.yaml")


def faults(text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        loaded(text)
    return [str(fault) for fault in caught.value.faults]


def test_without_them_the_wordings_are_the_projects() -> None:
    assert loaded("").templates == DEFAULT_TEMPLATES
    assert loaded("").commit is CommitPolicy.GIT
    assert loaded("commit: api").commit is CommitPolicy.API


def test_each_wording_is_read() -> None:
    text = """\
        templates:
          title: "a {what}"
          commit-title: "b {{}} {tier}"
          body-header: |
            c {jump}
            {charts}
        """
    assert loaded(text).templates == Templates(
        title=Template.parse("a {what}"),
        commit_title=Template.parse("b {{}} {tier}"),
        body_header=Template.parse("c {jump}\n{charts}\n"),
    )


def test_a_commit_is_titled_as_its_pull_request_where_nothing_else_is_said() -> None:
    templates = loaded('templates: {title: "x {tier}"}').templates
    assert templates.commit_title == templates.title == Template.parse("x {tier}")
    assert templates.body_header == DEFAULT_TEMPLATES.body_header


KNOWN = "Known here: {tier}, {what}, {charts}, {jump}; write {{ for a brace"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        pytest.param(
            'templates:\n  title: "x {chart}"',
            f"c.yaml:3:13: `templates.title` is `x {{chart}}`: there is no variable {{chart}}. {KNOWN}",
            id="an unknown variable, at its brace",
        ),
        pytest.param(
            "templates:\n  commit-title: update {what",
            f"c.yaml:3:24: `templates.commit-title` is `update {{what`: a single {{ stands in it. {KNOWN}",
            id="a brace that stays open",
        ),
        pytest.param(
            "templates:\n  title: what}",
            f"c.yaml:3:14: `templates.title` is `what}}`: a single }} stands in it. {KNOWN}",
            id="a brace that closes nothing",
        ),
        pytest.param(
            'templates:\n  title: "{what.__class__}"',
            "c.yaml:3:11: `templates.title` is `{what.__class__}`: there is no variable {what.__class__}. " + KNOWN,
            id="an attribute",
        ),
        pytest.param(
            'templates:\n  title: "{what!r:>99}"',
            "c.yaml:3:11: `templates.title` is `{what!r:>99}`: there is no variable {what!r:>99}. " + KNOWN,
            id="a conversion",
        ),
        pytest.param(
            'templates:\n  title: "a\\nFixes #1"',
            "c.yaml:3:10: `templates.title` is not one line of visible text. Write one line without control characters",
            id="a second line",
        ),
        pytest.param(
            'templates:\n  title: "  "',
            "c.yaml:3:10: `templates.title` is empty. Leave it out to have the default",
            id="blanks",
        ),
        pytest.param(
            f"templates:\n  title: {'x' * 121}",
            "c.yaml:3:10: `templates.title` has 121 characters beside its variables. Write at most 120",
            id="a long title",
        ),
        pytest.param(
            'templates:\n  title: "{tier} {tier}"',
            "c.yaml:3:10: `templates.title` names a variable twice. Name each once; titles are short",
            id="a variable twice",
        ),
        pytest.param(
            f"templates:\n  body-header: {'x' * 4001}",
            "c.yaml:3:16: `templates.body-header` has 4001 characters. Write at most 4000, or link to a page of yours",
            id="a long header",
        ),
        pytest.param(
            "templates:\n  header: x",
            "c.yaml:3:3: `header` is not a key of `templates`. Did you mean `body-header`?",
            id="an unknown key",
        ),
        pytest.param(
            "templates: x",
            "c.yaml:2:12: `templates` must be keys with values",
            id="no mapping",
        ),
        pytest.param(
            "commit: github",
            "c.yaml:2:9: `commit` is `github`. Write one of: git, api",
            id="an unknown way to commit",
        ),
    ],
)
def test_a_fault_is_told_at_its_place(text: str, fault: str) -> None:
    assert faults(text) == [fault]


def test_a_faulty_wording_hides_no_fault_of_another() -> None:
    assert [fault.split(":")[1] for fault in faults('templates:\n  title: "{x}"\n  commit-title: 3\n')] == ["3", "4"]
