import pytest

from bot.report.escape import code, log_line, markdown, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain-1.2.3+x", "plain-1.2.3+x"),
        ("ünïcode 漢字", "ünïcode 漢字"),
        ("a\nb\r\tc", "a\\u000ab\\u000d\\u0009c"),
        ("\x1b[31m", "\\u001b[31m"),
        ("\u202e\u2066", "\\u202e\\u2066"),
        ("\u200b\u200d\ufeff", "\\u200b\\u200d\\ufeff"),
        ("\u115f\u3164\u2800\ufe0f\u034f", "\\u115f\\u3164\\u2800\\ufe0f\\u034f"),
        ("\U000e0041\U000e0101", "\\U000e0041\\U000e0101"),
        ("\u00a0\u2028", "\\u00a0\\u2028"),
        ("\udce4", "\\udce4"),
    ],
)
def test_what_cannot_be_seen_is_shown_by_its_number(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("6.5.3 is in use", "6.5.3 is in use"),
        ("1. one", "1&#46; one"),
        ("- item", "&#45; item"),
        ("@x", "&#64;&#8203;x"),
        ("#12 GH-12", "&#35;&#8203;12 GH-&#8203;12"),
        ("https://x", "https:&#8203;//x"),
        ("www.x", "www.&#8203;x"),
        ("a|b", "a&#124;b"),
        ("<!--", "&#60;&#33;--"),
    ],
)
def test_a_sentence_keeps_its_words_and_loses_its_markup(text: str, escaped: str) -> None:
    assert markdown(text) == escaped


def test_code_is_readable_in_its_source_too() -> None:
    assert code("ghcr.io/x/y-z") == "<code>ghcr.io/x/y-z</code>"
    assert code("</code>|`") == "<code>&#60;/code&#62;&#124;&#96;</code>"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a::b", "a::b"),
        ("::error::x", "\\u003a:error::x"),
        ("  ::error::x", "  \\u003a:error::x"),
        ("a ##[error]x", "a \\u0023#[error]x"),
        ("a\n::error::x", "a\\u000a::error::x"),
        ("\tindented", "\tindented"),
    ],
)
def test_a_log_line_is_no_command(text: str, line: str) -> None:
    assert log_line(text) == line
