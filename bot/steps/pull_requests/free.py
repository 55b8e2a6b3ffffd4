"""free: at a person's word, what people refused is refused no longer."""

from msgspec import Struct

from bot.errors import RunFailed
from bot.ledger.model import Matter
from bot.model.charts import ChartAddress
from bot.model.commits import EntryKind, FileChange, PushRejected
from bot.model.proposals import Identity
from bot.model.tiers import Configuration
from bot.planning.memory import MEMORY_BRANCH, MEMORY_FILE, MEMORY_STATE, read_memory, written
from bot.planning.mirrors import canonical
from bot.planning.refusals import freed
from bot.planning.rows import Row
from bot.ports import Repository
from bot.steps.find import file_of_memory
from bot.steps.own_state import message_of
from bot.versions.version import try_flux

_ATTEMPTS = 5
_SUBJECT = "Forget what people refused, at a person's word"


class Freed(Struct, frozen=True, kw_only=True):
    """What is refused no longer.

    Attributes:
        told: In words: `1.2.4 in dev (#12)`.
        left: The memory's file without it; None where nothing changes.
    """

    told: tuple[str, ...] = ()
    left: bytes | None = None


def free(matter: Matter, configuration: Configuration, repository: Repository, us: Identity, *, writes: bool) -> Freed:
    """Forget the refusals that a person's word is about.

    Args:
        matter: What the word is about.
        configuration: Knows which addresses are one chart.
        repository: Where they are kept.
        us: Who commits.
        writes: Whether what is left is written.

    Raises:
        RunFailed: It could not be written, or somebody else made or changed what is there.
    """
    rejected = PushRejected.STALE
    for _ in range(_ATTEMPTS):
        exists = MEMORY_BRANCH in repository.heads().tips
        tip = repository.fetch([MEMORY_BRANCH])[MEMORY_BRANCH] if exists else None
        before = file_of_memory(repository, tip) if tip else None
        if before is None:
            return Freed()
        known = read_memory(before)
        tiers = {matter.tier} if matter.tier else set(known)
        left, told = freed(known, tiers, lambda row: _is_about(matter, row, configuration))
        result = Freed(told=told, left=written(left)) if told else Freed()
        if result.left is None or not writes:
            return result
        change = FileChange(path=MEMORY_FILE, kind=EntryKind.FILE, before=before, after=result.left)
        message = message_of(_SUBJECT, MEMORY_STATE)
        made = repository.commit(parent=tip, changes=[change], message=message, identity=us)
        found = repository.push(MEMORY_BRANCH, made, expected=tip)
        if found is None:
            return result
        rejected = found
        if rejected is not PushRejected.STALE:
            break
    raise RunFailed(f"what was refused could not be freed: {rejected.value}", "Run again; the rest of the word is kept")


def _is_about(matter: Matter, row: Row, configuration: Configuration) -> bool:
    host, _, name = row.chart.partition("/")
    chart = canonical(ChartAddress(host=host, name=name), configuration.mirrors)
    version = try_flux(row.version.replace("_", "+"))
    return str(chart) == matter.chart and version is not None and matter.version in {"", str(version)}
