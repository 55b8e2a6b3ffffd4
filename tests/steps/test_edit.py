"""edit: the updates of one file, all or none of each, and each without the others."""

from collections.abc import Callable

import pytest
from builders import PODINFO, configuration, digest, reference, tier
from doubles.memory_repository import MemoryTree
from doubles.story import Story, oci, release
from msgspec.structs import replace

from bot.model.commits import EntryKind, TreeEntry
from bot.model.places import Place
from bot.model.references import ExactPin
from bot.model.verdicts import Current, Decision, Edit, Held, Update, Verdict
from bot.reasons import NO_TIER
from bot.steps.edit import TierEdits, edit
from bot.steps.edit_file import EditedFile, edit_file
from bot.steps.resolve import TierVerdicts, TierView
from bot.steps.scan import Base
from bot.yamltext.lookup import find
from bot.yamltext.nodes import Scalar, YamlText
from bot.yamltext.reading import read
from bot.yamltext.unreadable import DEFAULT_LIMITS

DEV = tier("dev", "any")
PATH = "apps/dev/a.yaml"
HELD = Held(version="1.2.3", reason=NO_TIER())


def a_place(data: bytes, *route: str, document: int = 0) -> Place:
    """The place of a value as the reader finds it; an absent one gets a place all the same."""
    file = read(data)
    assert isinstance(file, YamlText)
    node = find(file.documents[document], route)
    start, end, text = (node.start, node.end, node.text) if isinstance(node, Scalar) else (0, 0, "")
    return Place(path=PATH, document=document, route=route, start=start, end=end, line=1, column=1, text=text)


def moves(data: bytes, **texts: str) -> Verdict:
    """An update that gives top-level keys new texts; the first is the version, a second the digest."""
    places = [a_place(data, key) for key in texts]
    pin = ExactPin(version=places[0], digest=places[1] if len(places) > 1 else None)
    edits = tuple(Edit(place=place, text=text) for place, text in zip(places, texts.values(), strict=True))
    decision = Update(old=places[0].text, new=edits[0].text, tag=edits[0].text, edits=edits)
    return Verdict(tier=DEV, reference=reference(pin=pin, path=PATH), decision=decision)


def stays(data: bytes, key: str, decision: Decision) -> Verdict:
    pin = ExactPin(version=a_place(data, key))
    return Verdict(tier=DEV, reference=reference(pin=pin, path=PATH), decision=decision)


def edited(data: bytes, *verdicts: Verdict) -> EditedFile:
    entry = TreeEntry(path=PATH, kind=EntryKind.EXECUTABLE, size=len(data))
    return edit_file(entry, data, verdicts)


def after(one: EditedFile) -> bytes | None:
    return one.change.after if one.change else None


def problems(one: EditedFile) -> list[str]:
    return [each.decision.reason.id if isinstance(each.decision, Held) else "" for each in one.verdicts]


def test_several_updates_of_one_file_are_made_together() -> None:
    data = b"a: 1.2.3 # keep\r\nb: '1.2.3'\r\nc: \"1.2.3\"\r\n"
    one = edited(data, *(moves(data, **{key: "1.2.10"}) for key in "cab"))

    assert after(one) == b"a: 1.2.10 # keep\r\nb: '1.2.10'\r\nc: \"1.2.10\"\r\n"
    assert problems(one) == ["", "", ""]


def test_a_change_is_whole_and_keeps_its_mode() -> None:
    data = b"a: 1.2.3\n"
    change = edited(data, moves(data, a="1.2.4")).change

    assert change
    assert (change.path, change.kind, change.before) == (PATH, EntryKind.EXECUTABLE, data)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"a: &v 1.2.3\nother: *v\n", id="an alias repeats it"),
        pytest.param(b"a: |\n  1.2.3\n", id="a block scalar"),
        pytest.param(b'a: "1.2.\\x33"\n', id="written with escapes"),
        pytest.param(b"a: !version 1.2.3\n", id="a tag of its own"),
    ],
)
def test_an_update_that_cannot_be_made_is_held_and_its_neighbours_go_on(data: bytes) -> None:
    both = data + b"b: 1.2.3\n"
    one = edited(both, moves(both, a="1.2.4"), moves(both, b="1.2.4"))

    assert after(one) == data + b"b: 1.2.4\n"
    assert problems(one) == ["not-editable", ""]


@pytest.mark.parametrize("keys", [("a", "b"), ("b", "a")])
def test_version_and_digest_move_both_or_not_at_all(keys: tuple[str, str]) -> None:
    data = b"a: 1.2.3\nb: >-\n  x\nc: 1.2.3\n"
    one = edited(data, moves(data, **dict.fromkeys(keys, "new")), moves(data, c="1.2.4"))

    assert after(one) == b"a: 1.2.3\nb: >-\n  x\nc: 1.2.4\n"
    assert problems(one) == ["not-editable", ""]


def test_references_that_share_a_value_and_agree_are_one_edit() -> None:
    data = b"a: 1.2.3\n"
    one = edited(data, moves(data, a="1.2.4"), moves(data, a="1.2.4"))

    assert after(one) == b"a: 1.2.4\n"
    assert problems(one) == ["", ""]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(lambda data: moves(data, a="1.2.5"), id="wants another version"),
        pytest.param(lambda data: stays(data, "a", Current(version="1.2.3")), id="is current"),
        pytest.param(lambda data: stays(data, "a", HELD), id="is held"),
    ],
)
def test_a_shared_value_stays_where_one_of_its_references_does_not_want_it_so(
    other: Callable[[bytes], Verdict],
) -> None:
    data = b"a: 1.2.3\nb: 1.2.3\n"
    one = edited(data, moves(data, a="1.2.4"), other(data), moves(data, b="1.2.4"))

    assert after(one) == b"a: 1.2.3\nb: 1.2.4\n"
    assert problems(one)[0] == "not-editable"


def commented(verdict: Verdict, comment: str) -> Verdict:
    assert isinstance(verdict.decision, Update)
    edits = tuple(replace(each, comment=comment) for each in verdict.decision.edits)
    return replace(verdict, decision=replace(verdict.decision, edits=edits))


def test_a_comment_is_put_behind_its_value() -> None:
    data = b"a: 1.x # kept\nb: 1.x\nc: 1.x\n"
    one = edited(data, moves(data, c="1.2.3"), *(commented(moves(data, **{key: "1.2.3"}), "note") for key in "ab"))

    assert after(one) == b"a: 1.x # kept\nb: 1.2.3 # note\nc: 1.2.3\n"
    assert problems(one) == ["", "range-not-pinned", ""]


def test_references_that_want_one_value_with_other_comments_do_not_agree() -> None:
    data = b"a: 1.x\n"
    same, other = commented(moves(data, a="1.2.3"), "x"), commented(moves(data, a="1.2.3"), "y")

    assert after(edited(data, same, same)) == b"a: 1.2.3 # x\n"
    assert problems(edited(data, same, other)) == ["not-editable", "not-editable"]
    assert problems(edited(data, same, moves(data, a="1.2.3"))) == ["not-editable", "not-editable"]


def test_what_is_held_for_a_shared_value_holds_what_shares_its_other_values() -> None:
    data = b"a: 1.2.3\nb: x\nc: >-\n  y\n"
    one = edited(data, moves(data, a="1.2.4", b="z"), moves(data, b="z", c="w"))

    assert after(one) is None
    assert problems(one) == ["not-editable", "not-editable"]


def test_holding_goes_on_along_a_chain_of_shared_values() -> None:
    data = b"a: 1.2.3\nb: x\nc: y\nd: >-\n  z\n"
    one = edited(data, moves(data, a="1.2.4", b="w"), moves(data, b="w", c="v"), moves(data, c="v", d="u"))

    assert after(one) is None
    assert problems(one) == ["not-editable"] * 3


def test_a_file_that_moved_on_since_it_was_read_is_not_edited() -> None:
    data = b"a: 1.2.3\n---\nb: 1.2.3\n"
    verdicts = (moves(data, a="1.2.4"), _in_second_document(data))

    assert problems(edited(b"a: 1.2.9\n", *verdicts)) == ["not-editable", "not-editable"]
    assert problems(edited(b"z: 1\na: 1.2.3\n---\nb: 1.2.3\n", *verdicts)) == ["not-editable", "not-editable"]


def _in_second_document(data: bytes) -> Verdict:
    place = a_place(data, "b", document=1)
    decision = Update(old="1.2.3", new="1.2.4", tag="1.2.4", edits=(Edit(place=place, text="1.2.4"),))
    return Verdict(tier=DEV, reference=reference(pin=ExactPin(version=place), path=PATH), decision=decision)


def test_a_file_that_cannot_be_read_any_more_holds_its_updates() -> None:
    data = b"a: 1.2.3\n"
    one = edited(b"a: [", moves(data, a="1.2.4"), stays(data, "a", Current(version="1.2.3")))

    assert problems(one) == ["not-editable", ""]
    assert one.change is None


def test_where_the_whole_cannot_be_proved_what_can_be_proved_alone_is_made() -> None:
    head = b"a: 1.2.3\nb: 1.2.9\n"
    data = head + b"#" * (DEFAULT_LIMITS.size - len(head) - 1) + b"\n"
    one = edited(data, moves(data, a="1.2.4"), moves(data, b="1.2.10"))

    assert (after(one) or b"").startswith(b"a: 1.2.4\nb: 1.2.9\n")
    assert problems(one) == ["", "not-minimal"]


def view(data: bytes) -> TierView:
    tree = MemoryTree({PATH: (EntryKind.FILE, data)})
    return TierView(
        base=Base(branch="main", sha="a" * 40, tree=tree, tiers=(DEV,)), tier=DEV, references=(), passed_over=()
    )


def tier_edits(data: bytes, *verdicts: Verdict) -> TierEdits:
    (one,) = edit([TierVerdicts(view=view(data), verdicts=verdicts)])
    return one


def test_verdicts_keep_their_order() -> None:
    data = b"a: 1.2.3\nb: 1.2.3\nc: |\n  x\n"
    verdicts = (moves(data, c="y"), stays(data, "a", Current(version="1.2.3")), moves(data, b="1.2.4"))
    one = tier_edits(data, *verdicts)

    assert [type(each.decision) for each in one.verdicts] == [Held, Current, Update]
    assert one.updates == (verdicts[2],)


def test_a_tier_without_updates_reads_nothing() -> None:
    data = b"a: 1.2.3\n"
    one = tier_edits(data, stays(data, "a", Current(version="1.2.3")))

    assert one.changes == ()


def test_an_update_in_a_file_that_is_gone_is_held() -> None:
    data = b"a: 1.2.3\n"
    lost = moves(data, a="1.2.4")
    lost = replace(lost, reference=replace(lost.reference, path="apps/dev/gone.yaml"))

    assert [type(each.decision) for each in tier_edits(data, lost, moves(data, a="1.2.4")).verdicts] == [Held, Update]


def test_one_file_in_two_tiers_of_a_work_tree_is_edited_for_each_by_itself() -> None:
    data = b"a: 1.2.3\n"
    first, second = (TierVerdicts(view=view(data), verdicts=(moves(data, a=text),)) for text in ("1.2.4", "1.3.0"))

    assert [one.changes[0].after for one in edit([first, second])] == [b"a: 1.2.4\n", b"a: 1.3.0\n"]


def test_the_story_edits_many_objects_of_one_file_and_nothing_else() -> None:
    text = "\r\n".join(
        "\n---\n".join(
            [
                release("1.2.3"),
                release("'1.2.3' # pinned", name="quoted"),
                oci(f'{{tag: "1.2.3", digest: "{digest("a")}"}} # both', url=f"oci://{PODINFO}", name="beside"),
            ]
        ).splitlines()
    )
    story = Story(configuration(DEV)).write({PATH: text}).push(PODINFO, "1.2.3", "1.10.0", digests="ab")
    (one,) = story.edited()

    assert one.changes[0].after.decode() == text.replace("1.2.3", "1.10.0").replace(digest("a"), digest("b"))
    assert len(one.updates) == 3
