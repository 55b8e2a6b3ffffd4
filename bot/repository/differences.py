"""What differs between two commits, as Git prints it, to our nouns: each side with its kind, its name and its size."""

from collections.abc import Iterable, Mapping

from bot.model.commits import EntryKind, PathDifference, Sha, TreeEntry
from bot.repository.listings import RawDifference
from bot.repository.runner import GitRunner


def sizes_of(differences: Iterable[RawDifference], runner: GitRunner) -> Mapping[Sha, int]:
    """Sizes of all their blobs, in one call; submodules and the zeros of an absent side are missing here."""
    blobs = {blob for one in differences for blob in (one.old_blob, one.new_blob)}
    if not blobs:
        return {}
    asked = "".join(f"{blob}\n" for blob in blobs).encode("ascii")
    output = runner.run("measure files", "cat-file", "--batch-check=%(objectsize) %(objectname)", stdin=asked)
    lines = (line.split() for line in output.decode("ascii").splitlines() if not line.endswith(" missing"))
    return {blob: int(size) for size, blob in lines}


def with_sizes(differences: Iterable[RawDifference], sizes: Mapping[Sha, int]) -> tuple[PathDifference, ...]:
    """Both sides of each path, None where it does not exist."""
    return tuple(
        PathDifference(
            path=one.path,
            old=_side(one.path, one.old_kind, one.old_blob, sizes),
            new=_side(one.path, one.new_kind, one.new_blob, sizes),
        )
        for one in differences
    )


def _side(path: str, kind: EntryKind | None, blob: Sha, sizes: Mapping[Sha, int]) -> TreeEntry | None:
    return TreeEntry(path=path, kind=kind, size=sizes.get(blob, 0), blob=blob) if kind else None
