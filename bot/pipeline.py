"""The story, top to bottom. Read-only commands are its beginning, a dry run stops before `publish`."""

from dataclasses import dataclass

from bot.model.proposals import Plan, Published
from bot.model.tiers import Branch, Configuration
from bot.ports import Progress, Registry
from bot.steps.carry import carry
from bot.steps.edit import TierEdits, edit
from bot.steps.find import Remote
from bot.steps.look_up import confirm, look_up
from bot.steps.plan import plan
from bot.steps.publish import publish
from bot.steps.resolve import Resolved, resolve
from bot.steps.scan import Base, scan
from bot.steps.select import select


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a run is asked for, and the parts that it may use.

    Attributes:
        bases: The trees to judge.
        default: The branch of tiers that name none; empty for a work tree.
        remote: Our side of the remote; None for `scan`, which ends before the plan.
        writes: Whether the plan is carried out.
    """

    configuration: Configuration
    bases: tuple[Base, ...]
    default: Branch
    registry: Registry
    progress: Progress
    remote: Remote | None = None
    writes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Everything that a run found, decided and did; the report is made from this alone."""

    request: Request
    resolved: Resolved
    edits: tuple[TierEdits, ...]
    plan: Plan
    published: Published | None


def run(request: Request) -> Told:
    """Tell the story once."""
    configuration, registry, remote = request.configuration, request.registry, request.remote
    manifests = scan(request.bases)
    resolved = resolve(manifests, configuration, request.default)
    answers = look_up(resolved, registry, request.progress)
    verdicts = select(resolved, answers, configuration)
    confirmed = confirm(verdicts, registry, request.progress)
    edits = edit(carry(confirmed, remote))
    intended = plan(edits, remote) if remote else Plan()
    published = publish(intended, remote, configuration) if remote and request.writes else None
    return Told(request=request, resolved=resolved, edits=edits, plan=intended, published=published)
