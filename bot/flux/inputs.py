"""One set of inputs of a ResourceSet: what the templates of its resources stand for, and where that is written."""

from collections.abc import Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from bot.flux.fields import Written
from bot.flux.manifest import Manifest
from bot.flux.remarks import narrowing
from bot.flux.templates import InputPath, Template, is_templated, pieces
from bot.imagepolicies.markers import marker_of
from bot.reason import Reason
from bot.reasons import INPUT_UNKNOWN, NOT_EDITABLE, TEMPLATE
from bot.yamltext.strings import may_stand_plain

_LONGEST_SHOWN = 60


class InputSet(Struct, frozen=True, kw_only=True):
    """The inputs with which all resources are made once.

    Attributes:
        values: The mapping that writes them: an item of `spec.inputs`, or `spec.defaultValues` of a provider.
        made: Inputs that the operator adds, by their dotted path.
        unknown: Why an input is not known that neither of the two holds.
        may_use: Values of providers that may be meant, where that is not known.
    """

    values: Manifest | None
    made: Mapping[str, str] = field(default_factory=dict)
    unknown: str = "nothing gives it"
    may_use: tuple[Manifest, ...] = ()

    def applies(self, text: str) -> bool:
        """Whether a text holds a template."""
        return is_templated(text)

    def text(self, text: str, field: str) -> str | Reason:
        """A text with its templates filled in."""
        parts = tuple(pieces(text))
        told: list[str] = []
        for part in parts:
            if part is None or (isinstance(part, Template) and part.quoted and len(parts) > 1):
                return _template(text, field)
            value = part if isinstance(part, str) else self._value(part.path)
            if isinstance(value, Reason):
                return value
            told.append(value)
        return "".join(told)

    def written(self, text: str, comment: str, field: str) -> Written | Reason | None:
        """The place of the input that one template stands for.

        Args:
            text: The scalar in the resource.
            comment: The comment behind it there; the one behind the input counts as well.
            field: For messages.
        """
        template, *more = pieces(text)
        if more or not isinstance(template, Template):
            return _template(text, field)
        known = self._value(template.path)
        if isinstance(known, Reason):
            return known
        found = self.values.written(*template.path) if self.values else None
        if not isinstance(found, Written):
            return found
        if not template.quoted and not may_stand_plain(found.place.text):
            return NOT_EDITABLE(problem=f"{field}: without `| quote` the template makes no text of its input")
        return _with_comment(replace(found, bare=not template.quoted), comment)

    def _value(self, path: InputPath) -> str | Reason:
        dotted = ".".join(path)
        if self.values is not None and self.values.has(*path):
            texts = self.values.texts(path)
            return texts if isinstance(texts, Reason) else texts[0]
        if dotted in self.made:
            return self.made[dotted]
        return INPUT_UNKNOWN(template=f"<< inputs.{dotted} >>"[:_LONGEST_SHOWN], problem=self.unknown)


def _template(text: str, field: str) -> Reason:
    return TEMPLATE(field=field, template=text[:_LONGEST_SHOWN])


def _with_comment(written: Written, comment: str) -> Written | Reason:
    """Both lines may say something: whose the value is on either, how far it may move on one of the two."""
    if marker_of(comment) and not marker_of(written.comment):
        return replace(written, comment=comment)
    if not narrowing(comment):
        return written
    if narrowing(written.comment):
        return NOT_EDITABLE(problem="a comment narrows it at the input, and another one at the template")
    return written if marker_of(written.comment) else replace(written, comment=comment)
