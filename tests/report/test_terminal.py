import io
import re
import subprocess
from pathlib import Path

import pytest
from doubles.told import a_configuration, a_tier, a_verdict, an_update, current

from bot.model.commits import EntryKind, FileChange
from bot.report.diff import diff_lines
from bot.report.run_report import RunReport
from bot.report.sink import report_uncaught
from bot.report.terminal import progress_on, show_diff, show_report


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def change(before: bytes, after: bytes) -> FileChange:
    return FileChange(path="a.yaml", kind=EntryKind.FILE, before=before, after=after)


def a_report() -> RunReport:
    return RunReport(
        command="scan",
        configuration=a_configuration(a_tier(), a_tier("staging")),
        verdicts=(a_verdict(an_update()), a_verdict(current(), tier=a_tier("staging"))),
    )


def test_a_terminal_gets_a_coloured_table() -> None:
    stream = Terminal()
    show_report(a_report(), stream)
    assert "\x1b[" in stream.getvalue()
    plain = re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue())
    row = next(line for line in plain.splitlines() if "podinfo" in line)
    assert [cell.strip() for cell in re.split("[│┃]", row)[2:4]] == ["6.5.3 -> 6.5.4", "current"]


def test_a_pipe_gets_plain_lines() -> None:
    stream = io.StringIO()
    show_report(a_report(), stream)
    assert stream.getvalue().splitlines() == [
        "1 update for dev",
        "",
        "dev: ghcr.io/stefanprodan/charts/podinfo 6.5.3 -> 6.5.4",
        "staging: ghcr.io/stefanprodan/charts/podinfo current",
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"a: 1\nb: 2\n", b"a: 1\nb: 3\n"),
        (b"a: 1", b"a: 2"),
        (b"a: 1\n\tb", b"a: 1\n\tb\n"),
        (b"x\n" * 20 + b"y", b"z"),
    ],
)
def test_a_diff_is_one_that_git_applies(before: bytes, after: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(before)
    stream = io.StringIO()
    show_diff([change(before, after)], stream)
    subprocess.run(["git", "apply", "-"], input=stream.getvalue().encode(), cwd=tmp_path, check=True)
    assert (tmp_path / "a.yaml").read_bytes() == after


def test_a_diff_names_the_file_and_shows_what_cannot_be_seen() -> None:
    lines = list(diff_lines([change(b"a\r\n", b"b\x1b[31m\xff\r\n")]))
    assert lines[:3] == ["diff --git a/a.yaml b/a.yaml", "--- a/a.yaml", "+++ b/a.yaml"]
    assert lines[-2:] == ["-a", "+b\\u001b[31m\\xff"]


def test_a_diff_on_a_terminal_is_coloured_and_not_wrapped() -> None:
    stream = Terminal()
    show_diff([change(b"a\n", b"b" * 300 + b"\n")], stream)
    assert "\x1b[32m+" + "b" * 300 in stream.getvalue()


def test_progress_counts_up_in_one_line_of_a_terminal() -> None:
    stream = Terminal()
    progress = progress_on(stream)
    progress(1, 2, 0)
    progress(2, 2, 0)
    assert stream.getvalue() == "\r1 of 2 answers from registries\r2 of 2 answers from registries\n"


def test_progress_is_one_whole_line_in_a_log() -> None:
    stream = io.StringIO()
    progress = progress_on(stream)
    for done in range(201):
        progress(done, 200, 0)
    assert stream.getvalue().splitlines() == ["200 of 200 answers from registries"]


@pytest.mark.parametrize(("stream", "said"), [(io.StringIO(), "0 of 4"), (Terminal(), "\r0 of 4")])
def test_only_what_answered_is_counted(stream: io.StringIO, said: str) -> None:
    progress_on(stream)(4, 4, 4)
    assert stream.getvalue() == f"{said} answers from registries\n"


def test_a_second_step_is_not_told_in_a_log() -> None:
    stream = io.StringIO()
    progress = progress_on(stream)
    for _ in range(2):
        progress(2, 2, 0)
    assert stream.getvalue().splitlines() == ["2 of 2 answers from registries"]


def test_an_unexpected_exception_is_shown_harmlessly_on_a_terminal_too(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    report_uncaught(ValueError, ValueError("\x1b[31mx\n::error::y"), None)
    assert stream.getvalue().splitlines()[0] == "ValueError: \\u001b[31mx"
    assert "::error" not in stream.getvalue()


def test_an_interrupt_is_no_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    report_uncaught(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert stream.getvalue() == "interrupted; running again completes what was begun\n"
