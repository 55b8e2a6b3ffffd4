"""Which files of a tree a build needs: few, and found without parsing the others."""

from posixpath import dirname

from bot.kustomize.files import Files, inside, is_remote
from bot.kustomize.kustomization import Kustomization, read_kustomization
from bot.kustomize.needles import SUFFIXES
from bot.kustomize.tree import get, known_text, root_of, text
from bot.reason import Reason

_LONGEST_PATH = 4096


def files_named(path: str, data: bytes) -> frozenset[str]:
    """The files that a kustomization says something with: patches, replacements, configurations.

    Of its resources only those that are not called like YAML, which Kustomize reads as such all the same.

    Args:
        path: A file that `is_kustomization`.
        data: Its bytes; foreign.

    Returns:
        Paths of the tree, whether they exist or not; none where the file cannot be read.
    """
    source = Files((path,), {path: data}).source(path)
    if source is None or isinstance(source, Reason) or not source.file.documents:
        return frozenset()
    found = read_kustomization(root_of(source, source.file.documents[0]))
    if not isinstance(found, Kustomization):
        return frozenset()
    local = (each for each in _named(found) if each and not is_remote(each) and len(each) < _LONGEST_PATH)
    places = (inside(dirname(path), each) for each in local)
    return frozenset(each for each in places if each)


def _named(kustomization: Kustomization) -> tuple[str, ...]:
    patches = (each.path for each in (*kustomization.patches, *kustomization.json_patches))
    merges = (text(each) for each in kustomization.strategic)
    replacements = (known_text(get(each, "path")) for each in kustomization.replacements)
    return (
        *patches,
        *(each for each in merges if isinstance(each, str) and "\n" not in each),
        *replacements,
        *kustomization.configurations,
        *(each for each in kustomization.resources if not each.endswith(SUFFIXES)),
    )
