"""`hold` and `release`: what a person says, read at the border, so that nothing unchecked gets into the ledger."""

import argparse
import re
from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import astuple, replace

from bot.cli.accepting import accepted
from bot.cli.idle_words import standing
from bot.errors import UsageError
from bot.flux.address import join_chart
from bot.ledger.model import Ledger, Matter, Word
from bot.ledger.returns import Left, ended_by
from bot.maturity.durations import moment_text, parse_duration
from bot.model.charts import ChartAddress
from bot.model.proposals import Identity
from bot.model.tiers import Configuration
from bot.planning.mirrors import canonical
from bot.ports import Repository
from bot.reason import Reason
from bot.report.run_report import RunReport, some
from bot.steps.pull_requests.free import free
from bot.versions.version import try_flux

LONGEST_REASON = 200
_SHORT = 10
_MOST_NAMED = 3
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\dZ)?")


class Said(Struct, frozen=True, kw_only=True):
    """A person's word, and what it is about.

    Attributes:
        freed: The refusals that it ends, in words.
        left: What tiers went back from that it frees.
        tags: What it is to tags that were pushed again, in words.
        idle: It releases what nobody held or went back from, ends no refusal and accepts no tag.
    """

    matter: Matter
    word: Word
    freed: tuple[str, ...] = ()
    left: tuple[Left, ...] = ()
    tags: str = ""
    idle: bool = False

    def __str__(self) -> str:
        """What becomes of it, in a line: `held: ghcr.io/x/podinfo 6.5.4 in staging until …`."""
        about = " ".join(filter(None, (self.matter.chart, self.matter.version)))
        where = f" in {self.matter.tier}" if self.matter.tier else " in every tier"
        until = f" until {moment_text(self.word.until)}" if self.word.until else ""
        freed = f", refused no longer: {', '.join(self.freed)}" if self.freed else ""
        idle = ", which nobody held or refused" if self.idle else ""
        return f"{'held' if self.word.held else 'released'}: {about}{where}{until}{freed}{self._left}{self.tags}{idle}"

    @property
    def _left(self) -> str:
        whats = (("it" if self.matter.version else one.version, one) for one in self.left)
        texts = [f"{what} where {one.tier} went back from it in {one.commit[:_SHORT]}" for what, one in whats]
        return f", which frees {some(texts, _MOST_NAMED)}" if texts else ""


def said(arguments: argparse.Namespace, configuration: Configuration, now: datetime) -> Said:
    """Read what `hold` or `release` were given.

    Args:
        arguments: Of the command line; `until` is there for `hold` only.
        configuration: Knows the tiers, and which addresses are one chart.
        now: The time of the run; a hold ends after it.

    Raises:
        UsageError: One of them is not what it should be.
    """
    held = arguments.command == "hold"
    matter = Matter(
        chart=str(chart_named(arguments.chart, configuration)),
        version=version_named(arguments.version),
        tier=_tier(arguments.tier, configuration),
    )
    until = _until(arguments.until, now) if held and arguments.until else None
    return Said(matter=matter, word=Word(at=now, held=held, until=until, why=reason_given(arguments.reason)))


def freeing(
    word: Said,
    before: Ledger,
    after: Ledger,
    configuration: Configuration,
    repository: Repository,
    us: Identity,
    *,
    writes: bool,
) -> tuple[Said, bytes | None]:
    """The word with what else a release ends or accepts, and the memory where that is not written.

    Args:
        word: What is said now.
        before: The ledger without it.
        after: The ledger with it.
        configuration: Knows the tiers, and which addresses are one chart.
        repository: Where refusals are kept.
        us: Who commits.
        writes: Whether what is left is written.
    """
    if word.word.held:
        return word, None
    freed = free(word.matter, configuration, repository, us, writes=writes)
    held = any(_overlaps(matter, word.matter) for matter in standing(before.words, word.word.at))
    tags, accepts = accepted(word.matter, before, after, configuration)
    left = tuple(ended_by(word.matter, before))
    idle = not (held or freed.told or left or accepts)
    return replace(word, freed=freed.told, left=left, tags=tags, idle=idle), freed.left


def _overlaps(one: Matter, other: Matter) -> bool:
    pairs = zip(astuple(one), astuple(other), strict=True)
    return all(mine == theirs or "" in {mine, theirs} for mine, theirs in pairs)


def word_alone(word: Said, configuration: Configuration, arguments: argparse.Namespace) -> RunReport:
    """A run that kept a word and did nothing else."""
    told = f"{word}; not checked, which the next update does"
    return RunReport(command=arguments.command, configuration=configuration, dry_run=arguments.dry_run, word=told)


def chart_named(text: str, configuration: Configuration) -> ChartAddress:
    """The address under which every tier knows the chart, written as the report writes it.

    Raises:
        UsageError: There is none, or it is no address.
    """
    if not text:
        raise UsageError("no chart is named", "Give --chart HOST/PATH/NAME, as the report shows it")
    host, _, name = text.removeprefix("oci://").partition("/")
    address = join_chart(f"oci://{host}", name)
    if isinstance(address, Reason):
        raise UsageError(f"--chart is no address: {address.sentence}", "Give HOST/PATH/NAME, as the report shows it")
    return canonical(address, configuration.mirrors)


def version_named(text: str) -> str:
    """In its one spelling: a tag may have a `v` before it, and `_` for `+`; empty for none.

    Raises:
        UsageError: It is no version.
    """
    if not text:
        return ""
    version = try_flux(text.replace("_", "+"))
    if version is None:
        raise UsageError(f"--version is {text!r}, which is no version", "Give one version, as in 1.2.3")
    return str(version)


def _tier(name: str, configuration: Configuration) -> str:
    names = [tier.name for tier in configuration.tiers]
    if name and name not in names:
        raise UsageError(f"--tier is {name!r}, and there is no such tier", f"Name one of {', '.join(names)}")
    return name


def _until(text: str, now: datetime) -> datetime:
    mend = "Give a duration (12h, 3d, 1w), a day (2026-12-31) or a time in UTC (2026-12-31T18:00Z)"
    if (duration := parse_duration(text)) is not None:
        until = now + duration
    else:
        try:
            until = datetime.fromisoformat(text.removesuffix("Z") if _DAY.fullmatch(text) else "").replace(tzinfo=UTC)
        except ValueError:
            raise UsageError(f"--until is {text!r}", mend) from None
    if until <= now:
        raise UsageError(f"--until is {text!r}, and {moment_text(until)} is past", mend)
    return until


def reason_given(text: str) -> str:
    """One line of text: it stands in reports, in pull requests and in commits of the ledger.

    Raises:
        UsageError: It is more than that.
    """
    if len(text) > LONGEST_REASON or not text.isprintable():
        problem = f"--reason is longer than {LONGEST_REASON} characters, or not one line of text"
        raise UsageError(problem, "Give a short sentence")
    if text and not text.strip():
        raise UsageError("--reason is blank", "Say why, in a short sentence")
    return text
