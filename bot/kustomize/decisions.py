"""What a field of a built object is, and the one place that decides it: behind patches and behind variables."""

from collections.abc import Callable, Iterator
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from bot.kustomize.kustomize_reasons import NOT_FOLLOWED, VARIABLE_UNKNOWN
from bot.kustomize.nested_places import NestedPlace, place_of
from bot.kustomize.resources import Resource, effective
from bot.kustomize.tree import NULLS, Made, Part, Tree, Unknown, Written, get, is_null, items, known_text, table
from bot.kustomize.variables import Variable, pieces
from bot.model.places import Place
from bot.reason import Reason
from bot.reasons import NOT_A_STRING, NOT_EDITABLE
from bot.yamltext.comments import trailing_comment
from bot.yamltext.lookup import find
from bot.yamltext.nodes import Scalar
from bot.yamltext.reading import read
from bot.yamltext.strings import reads_as_string
from bot.yamltext.unreadable import UnreadableYaml

_DEEPEST = 5
_DISABLED = "kustomize.toolkit.fluxcd.io/substitute"
_LONGEST_SHOWN = 60


class Decision(Struct, frozen=True, kw_only=True):
    """The value of a field.

    Attributes:
        text: The value, as the cluster gets it.
        place: Where it is decided; or why it cannot be edited there.
        through: Scalars that lead there, the field's own first: each holds a variable.
        parts: Places that each decide a part of the value, where no one place decides all of it.
        read_again: Flux puts it into printed YAML that is read anew: it must stand there without quotes.
        written: What is written at the place; None for what a build makes itself.
    """

    text: str
    place: Place | Reason
    through: tuple[Place, ...] = ()
    parts: tuple[Place, ...] = ()
    read_again: bool = False
    written: Written | None = None

    @property
    def comment(self) -> str:
        """What stands behind the value on its line, empty for none."""
        node = self.written.node if self.written else None
        if self.written is None or not isinstance(node, Scalar):
            return ""
        return trailing_comment(self.written.source.file, self.written.document, node) or ""


Field = Decision | Reason | None
"""A value; why it cannot be told; or None where the object has none there."""


class Definitions(Struct, frozen=True, kw_only=True):
    """Where a `substituteFrom` entry looks: objects of that name in the cluster, each with its own scope."""

    kind: str
    name: str
    found: Callable[[], tuple[tuple[Resource, "Scope | None"], ...]]


class Scope(Struct, frozen=True, kw_only=True):
    """The variables of one Flux Kustomization.

    Attributes:
        inline: `postBuild.substitute`.
        sources: `postBuild.substituteFrom`, in order.
        always: Substitution runs without any variable too.
        above: The scope of the Kustomization that applies this one, in which its own fields are substituted.
    """

    inline: Tree | None = None
    sources: tuple[Definitions, ...] = ()
    always: bool = False
    above: "Scope | None" = None

    def names(self) -> Iterator[str]:
        """Names of all variables that are defined here, as far as is known."""
        for tree in (self.inline, *(get(each.tree, "data") for source in self.sources for each, _ in source.found())):
            found = table(tree)
            yield from found.entries if found else ()

    @property
    def substitutes(self) -> bool:
        """Whether Flux looks for variables at all."""
        return self.always or bool(self.sources) or bool((found := table(self.inline)) and found.entries)


def scope_of(resource: Resource, scope: Scope | None) -> Scope | None:
    """The scope that applies to an object: none where it is switched off for it."""
    for field in ("labels", "annotations"):
        if known_text(get(resource.tree, "metadata", field, _DISABLED)) == "disabled":
            return None
    return scope if scope and scope.substitutes else None


def field_of(resource: Resource, scope: Scope | None, *route: str | int) -> Field:
    """The value of a field of a built object."""
    if resource.doubt:
        return resource.doubt
    return decide(get(resource.tree, *route), scope_of(resource, scope))


def text_of(resource: Resource, scope: Scope | None, *route: str | int) -> str | Reason:
    """A field of a built object as a text, for reading only: of any scalar, a number and a truth value too."""
    if resource.doubt:
        return resource.doubt
    tree = get(resource.tree, *route)
    if isinstance(tree, Written) and isinstance(tree.node, Scalar) and "$" not in tree.node.text:
        return "" if is_null(tree) else tree.node.text
    found = _decide(tree, scope_of(resource, scope))
    if isinstance(found, Decision) and found.read_again:
        return _read_again(found.text)
    return plain_text(found)


def decide(tree: Tree | None, scope: Scope | None, depth: int = 0) -> Field:
    """The value of a text in a scope."""
    found = _decide(tree, scope, depth)
    if isinstance(found, Decision) and found.read_again and not _survives(found.text):
        return _no_text(found.text)
    return found


def _decide(tree: Tree | None, scope: Scope | None, depth: int = 0) -> Field:
    """The value of a scalar, which may be no text any more once its variables are filled in."""
    if tree is None or is_null(tree):
        return None
    match tree:
        case Unknown(reason):
            return reason
        case Made(found):
            base = Decision(text=found, place=NOT_EDITABLE(problem="a kustomization makes it"))
        case Part():
            base = _part(tree)
        case Written(node=Scalar() as node):
            if not node.style and node.tag is None and not reads_as_string(node.text):
                return NOT_A_STRING(field=_dotted(tree.route), text=node.text[:_LONGEST_SHOWN])
            base = Decision(text=node.text, place=place_of(tree), written=tree)
        case _:
            return NOT_EDITABLE(problem="it is no text") if items(tree) is not None or table(tree) else None
    return _substituted(base, tree, scope, depth)


def _part(tree: Part) -> Decision:
    place = place_of(tree.whole)
    if isinstance(place, Reason):
        return Decision(text=tree.text, place=place)
    narrowed = _narrowed(place, (tree.before, tree.behind), ("", ""), tree.text)
    return Decision(text=tree.text, place=narrowed, written=tree.whole)


def _narrowed(place: Place, around: tuple[str, str], beside: tuple[str, str], value: str) -> NestedPlace:
    """A place as a part of its scalar, or with texts of other scalars beside it, or both."""
    known = place if isinstance(place, NestedPlace) else None
    old_around, old_beside = (known.around, known.beside) if known else (("", ""), ("", ""))
    return NestedPlace(
        path=place.path,
        document=place.document,
        route=place.route,
        start=place.start,
        end=place.end,
        line=place.line,
        column=place.column,
        text=value,
        inner=known.inner if known else None,
        scalar=known.scalar if known else place.text,
        around=(old_around[0] + around[0], around[1] + old_around[1]),
        beside=(beside[0] + old_beside[0], old_beside[1] + beside[1]),
    )


def _substituted(base: Decision, tree: Tree, scope: Scope | None, depth: int) -> Field:
    if "$" not in base.text:
        return base
    if "${" in base.text and scope and scope.above and scope.above.substitutes and _in_patch_of_flux(tree):
        return NOT_FOLLOWED(what="a variable stands in a patch that is substituted before it is applied")
    found = tuple(pieces(base.text))
    variables = [each for each in found if isinstance(each, Variable)]
    if not scope or not scope.substitutes:
        if not variables:
            return base
        return VARIABLE_UNKNOWN(variable=variables[0].written[:_LONGEST_SHOWN], problem="nothing substitutes it")
    if depth >= _DEEPEST:
        return NOT_FOLLOWED(what="variables lead from one to another without end")
    values = [_value(each, base, scope, depth) if isinstance(each, Variable) else each for each in found]
    for value in values:
        if isinstance(value, Reason):
            return value
    told = [value for value in values if not isinstance(value, Reason)]
    return _joined(base, told)


def _in_patch_of_flux(tree: Tree) -> bool:
    """Whether a value comes from a patch that a Flux Kustomization holds, which is itself substituted."""
    holder = tree.source.holder if isinstance(tree, Written) else None
    return holder is not None and holder.route[:1] == ("spec",)


def _joined(base: Decision, values: list[str | Decision]) -> Field:
    """One value of texts and of what variables became."""
    text_now = "".join(each if isinstance(each, str) else each.text for each in values)
    own = (base.place,) if isinstance(base.place, Place) else ()
    deciding = [index for index, each in enumerate(values) if isinstance(each, Decision)]
    if len(deciding) != 1:
        what = "several variables make up this value" if deciding else "a `$` in this value is an escaped one"
        parts = tuple(part for each in values if isinstance(each, Decision) for part in _parts(each))
        return Decision(
            text=text_now, place=NOT_FOLLOWED(what=what), through=own, parts=parts if deciding else own, read_again=True
        )
    [index] = deciding
    decision = values[index]
    if not isinstance(decision, Decision) or isinstance(decision.place, Reason):
        place: Place | Reason = NOT_EDITABLE(problem="it is no text") if isinstance(decision, str) else decision.place
        parts = _parts(decision) if isinstance(decision, Decision) else ()
        return Decision(text=text_now, place=place, through=own, parts=parts, read_again=True)
    beside = tuple("".join(str(each) for each in part) for part in (values[:index], values[index + 1 :]))
    place = decision.place
    if any(beside):
        place = _narrowed(place, ("", ""), (beside[0], beside[1]), text_now)
    through = tuple(each for each in (*own, *decision.through) if (each.path, each.start) != (place.path, place.start))
    return Decision(text=text_now, place=place, through=through, read_again=True, written=decision.written)


@lru_cache(maxsize=1024)
def _survives(text_now: str) -> bool:
    """Whether a text is still that text behind a key in YAML, without quotes: Flux puts it there and reads it again."""
    node = _plain_scalar(text_now)
    return node is not None and node.text == text_now and reads_as_string(text_now)


def _read_again(text_now: str) -> str | Reason:
    """A text as Flux reads it again, a truth value or a number too."""
    node = _plain_scalar(text_now)
    if node is None:
        return _no_text(text_now)
    return "" if node.text in NULLS else node.text


def _plain_scalar(text_now: str) -> Scalar | None:
    found = read(f"a: {text_now}\n".encode(errors="replace"))
    if isinstance(found, UnreadableYaml) or len(found.documents) != 1:
        return None
    node = find(found.documents[0], ("a",))
    return node if isinstance(node, Scalar) and not node.style and node.tag is None else None


def _no_text(text_now: str) -> Reason:
    return NOT_A_STRING(field="a value with variables", text=text_now[:_LONGEST_SHOWN])


def _parts(decision: Decision) -> tuple[Place, ...]:
    """The places that an edit of could change the value."""
    return (decision.place,) if isinstance(decision.place, Place) else decision.parts


def _value(variable: Variable, base: Decision, scope: Scope, depth: int) -> Decision | Reason:
    """What a variable becomes: its definition, else its default at its own place."""
    shown = variable.written[:_LONGEST_SHOWN]
    if not variable.name:
        return NOT_FOLLOWED(what=f"`{shown}` is an expression")
    defined = _definition(variable.name, shown, scope, depth)
    if isinstance(defined, Reason):
        return defined
    if defined is not None and (made := defined.text.replace("\n", "")):
        if made != defined.text:
            lines = NOT_EDITABLE(problem="the value spans several lines")
            return replace(defined, text=made, place=lines, parts=_parts(defined))
        return defined
    if not variable.default:
        return VARIABLE_UNKNOWN(variable=shown, problem="nothing defines it")
    if isinstance(base.place, Reason):
        return Decision(text=variable.default, place=base.place)
    around = base.text[: variable.start] + variable.opening, "}" + base.text[variable.end :]
    place = _narrowed(base.place, around, ("", ""), variable.default)
    return Decision(text=variable.default, place=place, written=base.written)


def _definition(name: str, shown: str, scope: Scope, depth: int) -> Decision | Reason | None:
    """The definition that wins: inline before all sources, the last source before the others."""
    inline = get(scope.inline, name)
    if inline is not None:
        return decide(inline, scope.above, depth + 1)
    for source in reversed(scope.sources):
        found = source.found()
        if not found:
            return VARIABLE_UNKNOWN(variable=shown, problem=f"the {source.kind} {source.name} may define it")
        if len(found) > 1:
            return VARIABLE_UNKNOWN(variable=shown, problem=f"several objects are the {source.kind} {source.name}")
        [(holder, above)] = found
        defined = _in_source(holder, source.kind, name, shown)
        if isinstance(defined, Reason):
            return defined
        if defined is not None:
            return decide(defined, scope_of(holder, above), depth + 1)
    return None


def _in_source(holder: Resource, kind: str, name: str, shown: str) -> Tree | Reason | None:
    if holder.doubt:
        return holder.doubt
    fields = ("data", "stringData") if kind == "Secret" else ("data",)
    found = next((each for each in (get(holder.tree, field, name) for field in fields) if each is not None), None)
    if isinstance(found, Unknown):
        return found.reason
    if found is not None and kind == "Secret":
        return VARIABLE_UNKNOWN(variable=shown, problem=f"the Secret {holder.name} holds it")
    return found


def is_called(resource: Resource, kind: str, namespace: str, name: str) -> bool:
    """Whether an object has a name; a namespace that is not known fits every other."""
    if resource.kind != kind or resource.name != name or resource.hashed:
        return False
    return not namespace or not resource.namespace or effective(resource.namespace) == effective(namespace)


def plain_text(field: Field) -> str | Reason:
    """A field as a text, empty where there is none."""
    return "" if field is None else field if isinstance(field, Reason) else field.text


def _dotted(route: tuple[str | int, ...]) -> str:
    return ".".join(map(str, route))
