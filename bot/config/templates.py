"""From the file's `templates` to wordings that can be filled in whatever the charts are called."""

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from bot.config.located import Located
from bot.config.wording import dotted, shown
from bot.errors import Fault
from bot.model.templates import DEFAULT_TEMPLATES, InvalidTemplate, Template, Templates, Variable

LONGEST_TITLE = 120
"""Characters of a title's own words; with the values it stays below the 256 that GitHub takes."""
LONGEST_HEADER = 4000
_VARIABLES = ", ".join(f"{{{variable.value}}}" for variable in Variable)


def read_templates(located: Located, given: Mapping[str, object]) -> tuple[Templates, tuple[Fault, ...]]:
    """Every template whose shape is right, the default in place of others, and what is wrong with them.

    A commit's title is that of its pull request where the file does not say otherwise.
    """
    read = {key: _read(located, key, text) for key, text in given.items() if isinstance(text, str)}
    good = {key: template for key, (template, faults) in read.items() if template and not faults}
    title = good.get("title", DEFAULT_TEMPLATES.title)
    templates = replace(
        DEFAULT_TEMPLATES,
        title=title,
        commit_title=good.get("commit-title", title),
        rollback_title=good.get("rollback-title", DEFAULT_TEMPLATES.rollback_title),
        body_header=good.get("body-header", DEFAULT_TEMPLATES.body_header),
    )
    return templates, tuple(fault for _, faults in read.values() for fault in faults)


def _read(located: Located, key: str, text: str) -> tuple[Template | None, tuple[Fault, ...]]:
    route = ("templates", key)
    try:
        template = Template.parse(text)
    except InvalidTemplate as error:
        message = f"{dotted(route)} is {shown(text)}: {error.problem}"
        mend = f"Known here: {_VARIABLES}; write {{{{ for a brace"
        return None, (located.fault(route, message, mend, offset=error.offset),)
    problems = _header_problems(template) if key == "body-header" else _title_problems(template)
    return template, tuple(located.fault(route, f"{dotted(route)} {problem}", mend) for problem, mend in problems)


def _title_problems(template: Template) -> Iterator[tuple[str, str]]:
    words = "".join(part for part in template.parts if isinstance(part, str))
    if not words.isprintable():
        yield "is not one line of visible text", "Write one line without control characters"
    elif not words.strip() and words == "".join(map(str, template.parts)):
        yield "is empty", "Leave it out to have the default"
    if template.own_length > LONGEST_TITLE:
        yield f"has {template.own_length} characters beside its variables", f"Write at most {LONGEST_TITLE}"
    if any(template.parts.count(variable) > 1 for variable in Variable):
        yield "names a variable twice", "Name each once; titles are short"


def _header_problems(template: Template) -> Iterator[tuple[str, str]]:
    if template.own_length > LONGEST_HEADER:
        yield f"has {template.own_length} characters", f"Write at most {LONGEST_HEADER}, or link to a page of yours"
