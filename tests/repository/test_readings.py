"""What Git writes, read without Git."""

from __future__ import annotations

import pytest

from bot.model.commits import EntryKind, PushRejected
from bot.repository import failures
from bot.repository.commit_text import commit_facts, trailers
from bot.repository.listings import entry_kind, remote_listing, tree_entries

SHA = "1" * 40
TREE = f"tree {SHA}\nparent {SHA}\nauthor A <a@x> 1 +0000\n"


def rejected(why: str, kind: str = "remote rejected") -> PushRejected | None:
    return failures.rejection(f"To https://x\n!\t{SHA}:refs/heads/x\t[{kind}] ({why})\nDone\n", "error: failed")


@pytest.mark.parametrize(
    ("why", "meaning"),
    [
        ("stale info", PushRejected.STALE),
        ("failed to update ref", PushRejected.STALE),
        ("cannot lock ref 'refs/heads/x': is at 1 but expected 2", PushRejected.STALE),
        ("incorrect old value provided", PushRejected.STALE),
        ("directory file conflict", PushRejected.STALE),
        ("pre-receive hook declined", PushRejected.PROTECTED),
        ("protected branch hook declined", PushRejected.PROTECTED),
        ("push declined due to repository rule violations", PushRejected.PROTECTED),
        ("deletion prohibited", PushRejected.PROTECTED),
        ("refusing to allow a GitHub App to create or update workflow", PushRejected.PROTECTED),
        ("permission denied", PushRejected.FORBIDDEN),
        ("unpacker error", PushRejected.NOT_STORED),
        ("something else", None),
    ],
)
def test_a_rejection_is_classified(why: str, meaning: PushRejected | None) -> None:
    assert rejected(why) is meaning


def test_words_of_the_server_classify_nothing() -> None:
    assert (
        failures.rejection("", "remote: stale info, hook declined\nfatal: the remote end hung up unexpectedly") is None
    )


@pytest.mark.parametrize(
    "errors", ["fatal: x: The requested URL returned error: 403", "ERROR: Permission to a/b denied"]
)
def test_a_refused_connection_of_a_push_is_forbidden(errors: str) -> None:
    assert failures.rejection("", errors) is PushRejected.FORBIDDEN


def test_an_error_shows_git_s_own_words_without_secrets_or_controls() -> None:
    errors = "remote: ::error::evil\nfatal: at https://me:tok3n@x.example/a?sig=tok3n2 with tok3n3 \x1b[31m\u202e\n"
    error = failures.failure("fetch", errors, ["tok3n3"])
    assert error.message == "Git could not fetch: fatal: at https://x.example/a with *** ?[31m?"


def test_an_endless_complaint_is_cut() -> None:
    assert len(failures.failure("fetch", "fatal: " + "x" * 100_000).message) < 400


def test_silence_is_said() -> None:
    assert failures.failure("fetch", "").message == "Git could not fetch: it ended without a word"


def test_a_listing_without_head_has_no_default() -> None:
    assert remote_listing(f"{SHA}\trefs/heads/main\n".encode()).default is None


def test_tags_and_pull_requests_are_no_branches() -> None:
    refs = ("HEAD", "refs/heads/main", "refs/tags/v1", "refs/pull/1/head")
    text = "ref: refs/heads/main\tHEAD\n" + "".join(f"{SHA}\t{ref}\n" for ref in refs)
    listing = remote_listing(text.encode())
    assert (listing.default, listing.tips) == ("main", {"main": SHA})


def test_a_branch_that_is_not_utf_8_is_left_out() -> None:
    assert remote_listing(f"{SHA}\trefs/heads/".encode() + b"\xff\n").tips == {}


def test_a_path_that_is_not_utf_8_keeps_its_bytes() -> None:
    (entry,) = tree_entries(f"100644 blob {SHA}       3\t".encode() + b"a\xff\t\n\0")
    assert entry.path.encode("utf-8", "surrogateescape") == b"a\xff\t\n"


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("100644", EntryKind.FILE),
        ("100664", EntryKind.FILE),
        ("100755", EntryKind.EXECUTABLE),
        ("100775", EntryKind.EXECUTABLE),
        ("120000", EntryKind.SYMLINK),
        ("160000", EntryKind.SUBMODULE),
    ],
)
def test_modes_of_old_repositories_are_files(mode: str, kind: EntryKind) -> None:
    assert entry_kind(mode) is kind


@pytest.mark.parametrize(
    ("committer", "email"),
    [
        ("B <b@x> 1 +0000", "b@x"),
        ("B <b@x> <evil@x> 1 +0000", ""),
        ("B <b@x>> 1 +0000", ""),
        ("B b@x 1 +0000", ""),
        (" <b@x> 1 +0000", "b@x"),
        ("B <> 1 +0000", ""),
    ],
)
def test_a_malformed_committer_is_nobody(committer: str, email: str) -> None:
    assert commit_facts(SHA, f"{TREE}committer {committer}\n\nx\n".encode()).committer_email == email


def test_a_second_committer_is_nobody() -> None:
    text = f"{TREE}committer B <b@x> 1 +0000\ncommitter C <c@x> 1 +0000\n\nx\n"
    assert commit_facts(SHA, text.encode()).committer_email == ""


def test_a_signature_does_not_pass_for_a_header() -> None:
    text = f"{TREE}committer B <b@x> 1 +0000\ngpgsig -----BEGIN\n parent {'2' * 40}\n committer C <c@x> 1 +0000\n\nx\n"
    facts = commit_facts(SHA, text.encode())
    assert (facts.parents, facts.committer_email) == ((SHA,), "b@x")


def test_headers_in_the_message_are_words() -> None:
    text = f"{TREE}committer B <b@x> 1 +0000\n\nparent {'2' * 40}\n\ncommitter C <c@x> 1 +0000\n"
    facts = commit_facts(SHA, text.encode())
    assert (facts.parents, facts.committer_email, facts.trailers) == ((SHA,), "b@x", ())


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ("Subject: not one\n", ()),
        ("s\n\nA: 1\nB: 2\n", (("A", "1"), ("B", "2"))),
        ("s\n\nA: 1\n\nB: 2\n", (("B", "2"),)),
        ("s\n\nA: 1\n\nlast words\n", ()),
        ("s\n\nwords\nA-b: x: y \n", (("A-b", "x: y"),)),
        ("s\n \nA: 1", (("A", "1"),)),
        ("", ()),
        ("s\n\nA : 1\nÄ: 2\nB:3\n", ()),
    ],
)
def test_trailers_are_lines_of_the_last_paragraph(message: str, found: tuple[tuple[str, str], ...]) -> None:
    assert trailers(message) == found
