"""Threat 17 and 18: whatever others wrote, every renderer shows it and none lets it act."""

import io
import json
import re
import sys
from typing import TextIO, cast

import jsonschema
import pytest
from doubles.hostile import CORPUS, a_hostile_change, a_hostile_report, a_hostile_verdict
from doubles.told import a_configuration, a_tier, a_verdict, held
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from msgspec.structs import replace

from bot.errors import Fault
from bot.model.promotions import LowerChange, Promoted, Ran
from bot.model.templates import DEFAULT_TEMPLATES, Template, Templates
from bot.model.verdicts import Held, Update
from bot.planning.commit_trailers import word
from bot.planning.grouping import promotion_key
from bot.promotion.promotion_reasons import NO_SUCH_VERSION
from bot.report.annotations import annotations_of, annotations_of_faults
from bot.report.document import document, document_lines, output_text, schema
from bot.report.escape import code, log_line, markdown, prose, visible
from bot.report.promotion_wording import promotion_texts
from bot.report.run_report import RunReport
from bot.report.runner import Runner, outputs_of
from bot.report.sink import Sink
from bot.report.statuses import LONGEST, base_status, head_status
from bot.report.summary import summary
from bot.report.terminal import plain_lines, show_diff, show_report
from bot.report.wording import pull_request_texts

_OUR_HTML = {"<code>", "</code>", "<br>"}
_BOX = re.compile(r"<!-- flux-chart-bot box=(?:[0-9a-f]{12}|rebuild) -->")
_MARKER = re.compile(r"<!-- flux-chart-bot v1 tier=dev key=(?:all|promotion) versions=[0-9a-f]{16} -->")
_ACTING = re.compile(r"(?:@\w|#\d|GH-\d|://|www\.\w)", re.IGNORECASE)
_COMMAND = re.compile(r"^\s*::|##\[", re.MULTILINE)
_OUR_LINK = "https://github.com/"
_LONGEST = max(map(len, CORPUS))

hostile = pytest.mark.parametrize("text", CORPUS, ids=range(len(CORPUS)))


def inline(text: str) -> list[Token]:
    """Every inline token of a Markdown text, tables read as GitHub reads them."""
    tokens = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(text)
    blocks = [token for token in tokens if token.type == "html_block"]
    assert all(_MARKER.fullmatch(token.content.strip()) for token in blocks), blocks
    assert not [
        token for token in tokens if token.type in {"fence", "code_block", "blockquote_open", "ordered_list_open"}
    ]
    return [child for token in tokens for child in token.children or ()]


def assert_inert_markdown(text: str) -> None:
    inside_code = False
    for token in inline(text):
        if token.type == "html_inline":
            assert token.content in _OUR_HTML or _BOX.fullmatch(token.content)
            inside_code = {"<code>": True, "</code>": False}.get(token.content, inside_code)
        elif token.type == "link_open":
            assert str(token.attrs["href"]).startswith(_OUR_LINK)
        elif token.type == "text":
            assert inside_code or not _ACTING.search(token.content), token.content
        else:
            assert token.type in {
                "link_close",
                "strong_open",
                "strong_close",
                "softbreak",
                "code_inline",
                "text_special",
            }, token
    assert_visible(text.replace("&#8203;", ""))


def assert_visible(text: str) -> None:
    assert visible(text.replace("\n", "")) == text.replace("\n", "")


def columns(text: str) -> set[int]:
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    rows: list[int] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append(0)
        elif token.type in {"td_open", "th_open"}:
            rows[-1] += 1
    return set(rows)


def strong(text: str) -> int:
    return sum(token.type == "strong_open" for token in inline(text))


def _comments(text: str, *, charts: int) -> int:
    """How many comments a body has: a box for each chart that fits, the one that rebuilds, and the marker.

    The row of the last chart does not fit where every field of it is the longest text.
    """
    return charts + 2 - (len(text) == _LONGEST)


@hostile
def test_a_pull_request_body_shows_it_and_is_not_steered(text: str) -> None:
    body = pull_request_texts(a_tier(), a_hostile_verdict(text)).body
    harmless = pull_request_texts(a_tier(), a_hostile_verdict("x")).body
    assert_inert_markdown(body)
    assert body.count("<!--") == _comments(text, charts=2)
    assert _MARKER.fullmatch(body.splitlines()[-1])
    assert columns(body) == columns(harmless) == {5}
    assert strong(body) == strong(harmless)


def a_promotion(text: str) -> str:
    """The body of a promotion in which everything foreign is the text."""
    change = LowerChange(tier="staging", commit="1" * 40, subject=text, paths=(text, text))
    ran = Ran(tier="staging", commit="2" * 40, green=(f"{text} of {text}",))
    promoted = Promoted(digest=f"sha256:{'a' * 64}", ran=(ran,), changes=(change,), whole=False, reason=text)
    verdicts = a_hostile_verdict(text)
    updates = [
        replace(one, decision=replace(one.decision, promoted=promoted, carried=None))
        for one in verdicts
        if isinstance(one.decision, Update)
    ]
    behind = [one for one in verdicts if isinstance(one.decision, Held)]
    return promotion_texts(a_tier(), updates, behind, DEFAULT_TEMPLATES, promotion_key(), ()).body


@hostile
def test_a_promotion_shows_it_and_is_not_steered(text: str) -> None:
    body, harmless = a_promotion(text), a_promotion("x")
    assert_inert_markdown(body)
    assert _MARKER.fullmatch(body.splitlines()[-1])
    assert columns(body) == columns(harmless) == {5}
    assert strong(body) == strong(harmless)


@hostile
def test_a_title_is_one_line_of_validated_words(text: str) -> None:
    title = pull_request_texts(a_tier(), a_hostile_verdict(text)[:1]).title
    assert re.fullmatch(r"chore\(deps\): update [A-Za-z0-9._+/~% -]+ in dev", title)
    assert len(title) <= 72


@hostile
def test_a_teams_own_wordings_are_not_steered_either(text: str) -> None:
    own = Template.parse("{what} ({jump}) {charts} {tier}")
    templates = Templates(title=own, commit_title=own, body_header=own)
    made = pull_request_texts(a_tier(), a_hostile_verdict(text)[:1], templates)
    assert_inert_markdown(made.body)
    assert made.body.count("<!--") == _comments(text, charts=1)
    assert columns(made.body) == {5}
    for title in (made.title, made.commit_message.split("\n")[0]):
        assert re.fullmatch(r"[A-Za-z0-9._+/~%: -]+ \((?:minor|patch|major)\) 1 dev", title)


@hostile
def test_a_commit_message_holds_words_and_our_own_trailers_only(text: str) -> None:
    message = pull_request_texts(a_tier(), a_hostile_verdict(text)).commit_message
    subject, body, trailers = message.rstrip("\n").split("\n\n")
    assert "[" not in message
    assert "#" not in message
    assert "@" not in message
    assert all(line.startswith("- ") for line in body.split("\n"))
    tier, *rows, key = trailers.split("\n")
    assert tier == "Flux-Chart-Bot-Tier: dev"
    assert key == "Flux-Chart-Bot-Key: all"
    assert len(rows) == 2
    assert all(re.fullmatch(r"Flux-Chart-Bot-Chart: [A-Za-z0-9._+/~%: -]+", row) for row in rows)
    assert subject == "chore(deps): update 2 charts in dev"
    assert message.isascii()


@hostile
def test_the_summary_shows_it_and_is_not_steered(text: str) -> None:
    text_of_all = summary(a_hostile_report(text))
    assert_inert_markdown(text_of_all)
    assert columns(text_of_all) == {2}
    assert "<!--" not in text_of_all
    assert strong(text_of_all) == strong(summary(a_hostile_report("x")))


@hostile
def test_a_status_is_short_and_visible(text: str) -> None:
    report = a_hostile_report(text)
    verdicts = a_hostile_verdict(text)
    assert report.plan
    for status in (
        base_status(a_tier(), verdicts, report.passed_over),
        base_status(a_tier(), verdicts[3:4], ()),
        head_status(a_tier(), report.plan.pull_requests[1]),
    ):
        assert len(status.description) <= LONGEST
        assert_visible(status.description)


@hostile
def test_plain_lines_hold_no_command_and_nothing_invisible(text: str) -> None:
    raw = io.StringIO()
    sink = cast("TextIO", Sink(raw))
    show_report(a_hostile_report(text), sink)
    show_diff([a_hostile_change(text)], sink)
    sink.writelines(document_lines(a_hostile_report(text)))
    sink.flush()
    assert not _COMMAND.search(raw.getvalue())
    assert_visible(raw.getvalue().replace("\t", ""))


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@hostile
def test_a_terminal_gets_no_sequence_but_our_colours(text: str) -> None:
    stream = _Terminal()
    show_report(a_hostile_report(text), stream)
    show_diff([a_hostile_change(text)], stream)
    assert_visible(re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue()))


@hostile
def test_annotations_are_single_commands_of_ours(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    raw = io.StringIO()
    faults = [Fault(path=text, line=1, column=2, message=text, mend=text)]
    runner = Runner(raw)
    runner.annotate(annotations_of(a_hostile_report(text)))
    runner.annotate(annotations_of_faults(faults))
    with runner.group(text):
        pass
    assert all(
        re.match(r"::(?:error|warning) title=flux-chart-bot[^:]*::|::group::|::endgroup::", line)
        for line in raw.getvalue().splitlines()
    )
    assert "##[" not in raw.getvalue()
    assert_visible(raw.getvalue().replace("\t", ""))


@hostile
def test_the_document_keeps_it_whole_in_ascii(text: str) -> None:
    report = a_hostile_report(text)
    told = document(report)
    jsonschema.Draft202012Validator(schema()).validate(told)
    assert json.loads("".join(document_lines(report))) == told
    assert "".join(document_lines(report)).isascii()
    assert all(value.isascii() and "\n" not in value for value in outputs_of(report).values())
    told = json.loads(output_text(report))
    assert not told["complete"] or told["verdicts"][0]["decision"]["new"] == text


def test_the_document_keeps_half_of_a_pair_of_surrogates() -> None:
    report = a_hostile_report("\udc80")
    assert json.loads("".join(document_lines(report))) == document(report)


def test_json_survives_the_sink() -> None:
    raw = io.StringIO()
    report = a_hostile_report("::x ##[error]y")
    sink = Sink(raw)
    sink.writelines(document_lines(report))
    assert json.loads(raw.getvalue()) == document(report)


@given(st.text())
def test_any_text_as_markdown_is_inert(text: str) -> None:
    assert_inert_markdown(
        f"- {markdown(text)}\n- {code(text)}\n- {prose(text)}\n- {prose(f'a `{text}` b {text} `c`')}\n"
    )


@given(st.text())
def test_any_text_as_markdown_still_reads_as_it_is(text: str) -> None:
    shown = "".join(token.content for token in inline(f"x{markdown(text)}x"))
    assert shown.replace("\u200b", "") == f"x{visible(text)}x"


@given(st.text())
def test_any_text_in_a_log_is_one_line_without_a_command(text: str) -> None:
    line = log_line(text)
    assert not _COMMAND.search(line)
    assert "\n" not in line
    assert "\r" not in line


@given(st.lists(st.text(alphabet="#[:e\n \t", max_size=5)))
def test_a_command_written_in_pieces_is_none(pieces: list[str]) -> None:
    raw = io.StringIO()
    sink = Sink(raw)
    for piece in pieces:
        sink.write(piece)
        sink.flush()
    assert not _COMMAND.search(raw.getvalue())


@given(st.text())
def test_any_text_in_a_commit_is_one_word(text: str) -> None:
    assert re.fullmatch(r"(?:[A-Za-z0-9._+/~%-]|:(?=[0-9]))*", word(text))


def test_an_uncaught_exception_goes_through_the_sink(tmp_path: object) -> None:
    import subprocess

    program = (
        "from bot.report.sink import install\n"
        "install()\n"
        "print('a', end='')\n"
        "raise ValueError('x\\n::error::boom ##[error]boom \\x1b[31m')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout == "a\n"
    assert "boom" in done.stderr
    assert "please report" in done.stderr
    assert not _COMMAND.search(done.stderr)
    assert "\x1b" not in done.stderr


@hostile
def test_the_first_line_of_a_refused_promotion_stays_one_line(text: str) -> None:
    refused = a_verdict(held(NO_SUCH_VERSION(chart=text, version=text)))
    report = RunReport(command="promote", configuration=a_configuration(), verdicts=(refused,))
    first, *_ = plain_lines(report)

    assert first.startswith("nothing promoted: ")
    assert first == visible(first)
    assert_inert_markdown(summary(report).splitlines()[0])
