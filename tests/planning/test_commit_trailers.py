import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.places import ObjectId
from bot.planning.commit_trailers import LONGEST, ChartRow, CommitRecord, RowObject, read, word, written
from bot.repository.commit_text import trailers

DIGEST = "sha256:" + "0" * 64
PODINFO = ChartRow(chart="ghcr.io/x/podinfo", old="6.5.3", new="6.5.4", digest=DIGEST, paths=("a b.yaml", "c.yaml"))

_TEXTS = st.text(max_size=8) | st.text(st.characters(codec=None), max_size=8)
_OBJECTS = st.builds(RowObject, object=st.builds(ObjectId, kind=_TEXTS, namespace=_TEXTS, name=_TEXTS), path=_TEXTS)
_ROWS = st.builds(
    ChartRow,
    chart=_TEXTS,
    old=_TEXTS,
    new=_TEXTS,
    digest=st.sampled_from(["", DIGEST]),
    paths=st.lists(_TEXTS, max_size=3).map(tuple),
    objects=st.lists(_OBJECTS, max_size=2).map(tuple),
)


def message(record: CommitRecord) -> str:
    return f"subject\n\n- body: text\n\n{written(record)}"


def test_a_record_reads_as_the_grammar_says() -> None:
    assert written(CommitRecord(tier="dev", rows=(PODINFO, ChartRow(chart="h:5000/x", old="1", new="2")))) == (
        "Flux-Chart-Bot-Tier: dev\n"
        f"Flux-Chart-Bot-Chart: ghcr.io/x/podinfo 6.5.3 6.5.4 {DIGEST} a%20b.yaml c.yaml\n"
        "Flux-Chart-Bot-Chart: h:5000/x 1 2 -\n"
    )


def released(name: str, path: str, namespace: str = "") -> RowObject:
    return RowObject(object=ObjectId(kind="HelmRelease", namespace=namespace, name=name), path=path)


def test_the_objects_of_a_row_stand_behind_it() -> None:
    one = ChartRow(chart="x/a", old="1", new="2", paths=("a.yaml",), objects=(released("a", "a b.yaml", "apps"),))
    two = ChartRow(chart="x/a", old="1", new="3", objects=(released("b", "a.yaml"), released("c", "a.yaml")))
    made = written(CommitRecord(tier="live", rows=(one, two)))
    assert made == (
        "Flux-Chart-Bot-Tier: live\n"
        "Flux-Chart-Bot-Chart: x/a 1 2 - a.yaml\n"
        "Flux-Chart-Bot-Object: HelmRelease apps a a%20b.yaml\n"
        "Flux-Chart-Bot-Chart: x/a 1 3 -\n"
        "Flux-Chart-Bot-Object: HelmRelease % b a.yaml\n"
        "Flux-Chart-Bot-Object: HelmRelease % c a.yaml\n"
    )


def test_a_draft_for_several_tiers_names_them_all() -> None:
    record = CommitRecord(tier="dev", shared=("dev", "live"), rows=(PODINFO,))
    assert written(record).startswith("Flux-Chart-Bot-Tier: dev\nFlux-Chart-Bot-Shared: dev live\n")


_SHARED = st.sampled_from([(), ("dev", "live")])


@given(st.builds(CommitRecord, tier=st.just("dev"), shared=_SHARED, rows=st.lists(_ROWS, max_size=4).map(tuple)))
def test_what_was_written_is_read_back_whatever_it_held(record: CommitRecord) -> None:
    assert read(trailers(message(record))) == record
    assert re.fullmatch(r"[A-Za-z0-9._+/~%: \n-]+", written(record))


@pytest.mark.parametrize("reason", ["it mends #12", "@all: `x` <b>ü</b> ${{ x }}", "[skip ci]"])
def test_a_person_s_reason_is_read_back_and_says_nothing_to_a_forge(reason: str) -> None:
    record = CommitRecord(tier="live", rows=(PODINFO,), reason=reason)
    assert read(trailers(message(record))) == record
    assert re.fullmatch(r"[A-Za-z0-9._+/~% :\n-]+", written(record))


@pytest.mark.parametrize(
    ("said", "found"), [("as%20it%20is", "as it is"), ("as it is", "as it is"), ("a%0Ab", "a%0Ab"), ("%FF", "%FF")]
)
def test_a_reason_that_others_wrote_is_one_line_of_bounded_length(said: str, found: str) -> None:
    given_trailers = [("Flux-Chart-Bot-Tier", "live"), ("Flux-Chart-Bot-Reason", said + "x" * 500)]
    record = read(given_trailers)
    assert record is not None
    assert record.reason == (found + "x" * 500)[:200]


@given(text=_TEXTS)
def test_any_text_is_one_word(text: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9._+/~%:-]+", word(text))


def test_a_word_has_no_blank_bracket_or_sign_of_a_reference() -> None:
    assert word("[skip ci] Fixes #1") == "%5Bskip%20ci%5D%20Fixes%20%231"
    assert word("harbor.corp:5000/x") == "harbor.corp:5000/x"
    assert word("https://evil.example") == "https%3A//evil.example"
    assert word("x/gh-3") == "x/gh%2D3"
    assert word("x/gh-y") == "x/gh-y"


def test_where_all_would_be_too_long_paths_go_first() -> None:
    rows = tuple(ChartRow(chart=f"x/{n}", old="1", new="2", paths=("apps/dev/" + "p" * 90,)) for n in range(600))
    found = read(trailers(message(CommitRecord(tier="dev", rows=rows))))
    assert found is not None
    assert [row.chart for row in found.rows] == [row.chart for row in rows]
    assert {row.paths for row in found.rows} == {()}
    assert found.left_out == 0


def test_where_objects_would_be_too_long_the_later_rows_have_none() -> None:
    objects = (released("podinfo", "p" * 60), released("other", "p" * 60))
    rows = tuple(ChartRow(chart=f"x/{n:03}", old="1", new="2", paths=("p" * 60,), objects=objects) for n in range(200))
    made = written(CommitRecord(tier="live", rows=rows))
    found = read(trailers(f"s\n\n{made}"))
    assert found is not None
    assert [row.paths for row in found.rows] == [row.paths for row in rows]
    named = [row.objects for row in found.rows]
    whole = named.count(objects)
    assert named == [objects] * whole + [()] * (200 - whole)
    assert LONGEST - 300 < sum(map(len, made.splitlines()[1:])) <= LONGEST


def test_then_rows_are_left_out_and_counted() -> None:
    rows = tuple(ChartRow(chart=f"x/{n:05}", old="1.0.0", new="2.0.0") for n in range(3000))
    made = written(CommitRecord(tier="dev", rows=rows))
    found = read(trailers(f"s\n\n{made}"))
    assert found is not None
    assert len(found.rows) + found.left_out == 3000
    assert found.rows == rows[: len(found.rows)]
    assert LONGEST - 100 < sum(map(len, made.splitlines()[1:-1])) <= LONGEST


@pytest.mark.parametrize(
    "row",
    [
        "ghcr.io/x 1 2",
        "ghcr.io/x  1 2 -",
        "ghcr.io/x 1 2 sha256:12",
        "ghcr.io/x 1 2 - %FF",
        "ghcr.io/x 1 2 - ",
        "",
    ],
)
def test_a_row_of_another_form_counts_as_left_out(row: str) -> None:
    found = read([("Flux-Chart-Bot-Tier", "dev"), ("Flux-Chart-Bot-Chart", row)])
    assert found == CommitRecord(tier="dev", left_out=1)


@pytest.mark.parametrize("text", ["HelmRelease a b", "HelmRelease  a b", "HelmRelease a b c d", "x a b %FF", ""])
def test_a_row_with_an_object_of_another_form_counts_as_left_out(text: str) -> None:
    row, named = ("Flux-Chart-Bot-Chart", "ghcr.io/x 1 2 -"), ("Flux-Chart-Bot-Object", text)
    assert read([("Flux-Chart-Bot-Tier", "dev"), row, named]) == CommitRecord(tier="dev", left_out=1)


def test_an_object_before_any_row_is_of_none() -> None:
    named = ("Flux-Chart-Bot-Object", "HelmRelease % a a.yaml")
    assert read([("Flux-Chart-Bot-Tier", "dev"), named]) == CommitRecord(tier="dev")


@pytest.mark.parametrize("count", ["-1", "0", "1e9", "9" * 5000, ""])
def test_a_number_of_another_form_is_one(count: str) -> None:
    found = read([("Flux-Chart-Bot-Tier", "dev"), ("Flux-Chart-Bot-Left-Out", count)])
    assert found == CommitRecord(tier="dev", left_out=1)


def test_without_exactly_one_tier_it_is_no_record() -> None:
    assert read([("Flux-Chart-Bot-Chart", "ghcr.io/x 1 2 -")]) is None
    assert read([("Flux-Chart-Bot-Tier", "dev"), ("Flux-Chart-Bot-Tier", "staging")]) is None


def test_words_of_others_in_the_same_paragraph_do_not_matter() -> None:
    made = message(CommitRecord(tier="dev", rows=(PODINFO,))) + "Co-authored-by: a <b@c>\n"
    assert read(trailers(made)) == CommitRecord(tier="dev", rows=(PODINFO,))
