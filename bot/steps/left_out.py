"""left out: what Flux does not take into its sources, so that no cluster runs it."""

from msgspec.structs import replace

from bot.flux.references import Resolution
from bot.flux.source_ignore import Rule, SourceIgnore
from bot.kustomize.kustomize_reasons import LEFT_OUT
from bot.model.references import BuiltBy, Reference
from bot.steps.scan import Scanned


def with_left_out(one: Scanned, found: Resolution) -> Resolution:
    """With those references marked that nothing applies since their files are left out, and each told."""
    roots = one.graph.roots if one.graph else ()
    rules = {each.by: one.ignored.beside(each.pulled[0].ignore) for each in roots if each.pulled}
    out = {each: rule for each in found.references if (rule := _left_out(each, one.ignored, rules))}
    if not out:
        return found
    told = (each.passed_over(LEFT_OUT(path=path, rule=rule.text)) for each, (path, rule) in out.items())
    return replace(
        found,
        references=tuple(replace(each, unlisted=True) if each in out else each for each in found.references),
        passed_over=(*found.passed_over, *told),
    )


def _left_out(each: Reference, own: SourceIgnore, rules: dict[BuiltBy, SourceIgnore]) -> tuple[str, Rule] | None:
    """The file and the rule by which every source that has a reference leaves it out; of one of its files at least."""
    sources = [rules.get(root, own) for root in each.built] or [own]
    first: tuple[str, Rule] | None = None
    for source in sources:
        files = dict.fromkeys((each.path, *each.also_in))
        found = next(((path, rule) for path in files if (rule := source.leaves_out(path))), None)
        if found is None:
            return None
        first = first or found
    return first
