"""The story, top to bottom. Read-only commands are its beginning, a dry run stops before `publish`."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.model.explanations import Explained, Spot
from bot.model.tiers import Branch, Configuration
from bot.ports import Progress, Registry
from bot.report.run_report import RunReport
from bot.steps.edit import TierEdits, edit
from bot.steps.look_up import confirm, look_up
from bot.steps.resolve import Resolved, resolve
from bot.steps.scan import Base, scan
from bot.steps.select_versions import select

if TYPE_CHECKING:
    from bot.steps.find import Remote


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a run is asked for, and the parts that it may use.

    Attributes:
        command: `scan` or `update`, for the report.
        bases: The trees to judge.
        default: The branch of tiers that name none; empty for a work tree.
        remote: Our side of the remote; None for `scan`, which ends before the plan.
        writes: Whether the plan is carried out.
    """

    command: str
    configuration: Configuration
    bases: tuple[Base, ...]
    default: Branch
    registry: Registry
    progress: Progress
    remote: "Remote | None" = None
    writes: bool = False


def explain(request: Request, spot: Spot) -> Explained:
    """Tell the beginning of the story for one place; only its charts are asked for, nothing is written."""
    from bot.steps.explain import explain as with_reasons  # noqa: PLC0415 - neither scan nor update needs it
    from bot.steps.explain import focus  # noqa: PLC0415 - as above

    configuration, registry = request.configuration, request.registry
    manifests = scan(request.bases)
    focused = focus(resolve(manifests, configuration, request.default), manifests, spot)
    answers = look_up(focused, configuration, registry, request.progress)
    verdicts = select(focused, answers, configuration)
    edits = edit(confirm(verdicts, registry, request.progress))
    return with_reasons(edits, answers, configuration, focused, spot)


def run(request: Request) -> RunReport:
    """Tell the story once."""
    configuration, registry, remote = request.configuration, request.registry, request.remote
    manifests = scan(request.bases)
    resolved = resolve(manifests, configuration, request.default)
    answers = look_up(resolved, configuration, registry, request.progress)
    verdicts = select(resolved, answers, configuration)
    confirmed = confirm(verdicts, registry, request.progress)
    if remote is None:
        return _report(request, resolved, edit(confirmed))
    # Only here: a scan has ended, and would take a fiftieth longer if it imported what is left.
    from bot.steps.carry import carry  # noqa: PLC0415 - see above
    from bot.steps.plan import plan  # noqa: PLC0415 - see above
    from bot.steps.prove import prove  # noqa: PLC0415 - see above
    from bot.steps.publish import publish  # noqa: PLC0415 - see above

    edits = prove(edit(carry(confirmed, remote, configuration)))
    intended = plan(edits, remote)
    published = publish(intended, remote, configuration) if request.writes else None
    return replace(_report(request, resolved, edits), plan=intended, published=published)


def _report(request: Request, resolved: Resolved, edits: tuple[TierEdits, ...]) -> RunReport:
    return RunReport(
        command=request.command,
        configuration=request.configuration,
        verdicts=tuple(verdict for tier in edits for verdict in tier.verdicts),
        changes=tuple(change for tier in edits for change in tier.changes),
        passed_over=(*(item for view in resolved.views for item in view.passed_over), *resolved.outside),
        dry_run=request.remote is not None and not request.writes,
    )
