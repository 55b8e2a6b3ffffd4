"""What must hold after every run, and what a team sees of the bot meanwhile."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from doubles.quarter.fleet import host_of
from doubles.quarter.people import People
from doubles.quarter.releases import Version
from doubles.quarter.truth import Spot, Truth
from doubles.quarter.world import World, tier_of

from bot.model.proposals import PullRequest
from bot.report.run_report import RunReport

MOST_OPEN, MOST_ROWS = 5, 10
"""Pull requests of a tier, and rows of one, by default."""
PATIENCE = 14 * 24
"""Hours: after two weeks a chart goes first, whatever its jump, and then a place has to become free."""
LONGEST_WAIT = 21 * 24
"""Hours, whatever the grouping."""
TIERS = ("dev", "staging")
HEAD = (
    "Grouping",
    "Tier",
    "Opened",
    "Pushes to open ones",
    "Comments",
    "Closed by the bot",
    "Merged",
    "Versions merged",
    "Closed by people",
    "Most open at once",
    "Longest wait of a chart",
)


@dataclass(kw_only=True)
class Watch:
    """Runs the bot and checks what it did.

    Attributes:
        saw: What a team sees of the bot, counted by tier; under the tier `state` what it does not see.
        waited: The longest time in hours that a chart which may move was in no pull request.
        runs: How often the bot ran.
    """

    world: World
    truth: Truth
    people: People
    saw: Counter[tuple[str, str]] = field(default_factory=Counter)
    waited: Counter[Spot] = field(default_factory=Counter)
    most_open: Counter[str] = field(default_factory=Counter)
    group: str = "tier"
    runs: int = 0
    _since: dict[Spot, int] = field(default_factory=dict)
    _there: set[Spot] = field(default_factory=set)
    _overtaken: Counter[Spot] = field(default_factory=Counter)

    def run(self) -> None:
        """One run, and a second one where the first wrote: that must find nothing to do."""
        before = self._lines()
        if self._observed() and (again := self._observed()):
            raise AssertionError(self._at(f"a second run wrote: {', '.join(again)}"))
        self._production_is_left_alone()
        self._limit_holds()
        self._only_what_may_be()
        self._no_line_is_lost(before)
        self._nobody_starves()

    def figures(self) -> tuple[tuple[str, ...], ...]:
        """What a team saw, a line a tier; the words for it are `HEAD`."""
        lines = []
        for tier in TIERS:
            saw, did = self.saw, self.people.did
            counts = (
                saw[tier, "opened"],
                saw[tier, "pushes to an open one"],
                saw[tier, "comments"],
                saw[tier, "closed by the bot"],
                did[tier, "merged"],
                did[tier, "rows"],
                did[tier, "closed by people"],
                self.most_open[tier],
            )
            days = max((hours for (name, _), hours in self.waited.items() if name == tier), default=0) / 24
            lines.append((self.group, tier, *map(str, counts), f"{days:.1f} days"))
        return tuple(lines)

    def table(self) -> str:
        """The same for a terminal, with what a team does not see."""
        hidden = ("reworded", "pushes to a new one", "branches deleted", "statuses")
        others = [f"{what}: {sum(n for (_, one), n in self.saw.items() if one == what)}" for what in hidden]
        others += [f"writes of state: {self.saw['state', 'ledger'] + self.saw['state', 'proposals']}"]
        others += [f"by people {what} in {tier}: {n}" for (tier, what), n in sorted(self.people.did.items())]
        lines = [HEAD, ("---",) * len(HEAD), *self.figures()]
        table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        return f"{table}\n{self.runs} runs in {self.world.hour} hours; {', '.join(others)}"

    def _observed(self) -> list[str]:
        """Run; what was written."""
        world, tips = self.world, self.world.heads()
        calls, comments = len(world.forge.writes), len(world.forge.comments)
        open_before, base = world.opened(), world.base
        report = world.run()
        self.runs += 1
        _no_trouble(report, self._at("trouble"))
        assert world.base == base, self._at("the base branch moved")
        now, made, said = world.heads(), world.forge.writes[calls:], world.forge.comments[comments:]
        assert len(said) == sum(call == "close_pull_request" for call, _ in made), self._at("it said too much")
        moved = sorted(branch for branch in tips.keys() | now.keys() if tips.get(branch) != now.get(branch))
        for branch in moved:
            self._count_push(branch, tips.get(branch), now.get(branch), open_before)
        for call, about in made:
            self._count_call(call, about, open_before)
        return [*moved, *(f"{call} {about}" for call, about in made)]

    def _count_push(self, branch: str, old: str | None, new: str | None, pulls: dict[int, PullRequest]) -> None:
        tier = branch.split("/")[1]
        if tier == "state":
            self.saw[tier, branch.rpartition("/")[2]] += 1
        elif new is None:
            self.saw[tier, "branches deleted"] += 1
        else:
            open_now = any(pull.head == branch for pull in pulls.values())
            self.saw[tier, "pushes to an open one" if old and open_now else "pushes to a new one"] += 1

    def _count_call(self, call: str, about: str, pulls: dict[int, PullRequest]) -> None:
        match call:
            case "create_pull_request":
                self.saw[about.split("/")[1], "opened"] += 1
            case "update_pull_request":
                self.saw[tier_of(pulls[int(about)]), "reworded"] += 1
            case "close_pull_request":
                self.saw[tier_of(pulls[int(about)]), "closed by the bot"] += 1
                self.saw[tier_of(pulls[int(about)]), "comments"] += 1  # as was asserted: one for each
            case _:
                self.saw[about.split(maxsplit=1)[0].rpartition("/")[2], "statuses"] += 1

    def _lines(self) -> dict[Spot, Version]:
        """What the open pull requests propose that people did not touch."""
        return {
            spot: version
            for number, pull in self.world.opened().items()
            if number not in self.people.touched
            for spot, version in self.world.proposed(pull).items()
        }

    def _production_is_left_alone(self) -> None:
        for pull in self.world.opened().values():
            tiers = {tier for tier, _ in self.world.proposed(pull)}
            assert tiers <= {tier_of(pull)}, self._at(f"#{pull.number} moves {tiers}")
            assert tier_of(pull) in TIERS, self._at(f"#{pull.number} is production's")

    def _limit_holds(self) -> None:
        found = Counter(tier_of(pull) for pull in self.world.opened().values())
        for tier, amount in found.items():
            self.most_open[tier] = max(self.most_open[tier], amount)
            assert amount <= MOST_OPEN, self._at(f"{tier} has {amount} open")
        for pull in self.world.opened().values():
            rows = len(self.world.proposed(pull))
            assert rows <= MOST_ROWS, self._at(f"#{pull.number} has {rows} rows")

    def _only_what_may_be(self) -> None:
        """Not what was refused or rolled back, nothing that dev did not run for its soak."""
        for (tier, chart), version in self._lines().items():
            known = f"{tier} {chart} {version}"
            assert (tier, chart, version) not in self.truth.refused, self._at(f"{known} was refused")
            assert not self.truth.was_left(tier, chart, version), self._at(f"{known} was taken back")
            if host_of(chart) not in self.world.away:  # unknown is not gone: what is open stays as it is
                assert self.truth.may_take(tier, chart, version, self.world.hour), self._at(f"{known} may not be")

    def _no_line_is_lost(self, before: dict[Spot, Version]) -> None:
        now = self._lines()
        for (tier, chart), version in before.items():
            wish = self.truth.wish(tier, chart, self.world.hour)
            # A new major goes to another group, where it may have to wait.
            if wish and wish.major == version.major and (tier, chart) not in now:
                raise AssertionError(self._at(f"{tier} {chart} {version} is lost, {wish} is wished"))
            if host_of(chart) in self.world.away and self.truth.runs(tier, chart) < version:
                refused = (tier, chart, version) in self.truth.refused or self.truth.was_left(tier, chart, version)
                assert refused or now.get((tier, chart)) == version, self._at(f"{tier} {chart} is unknown, not gone")

    def _nobody_starves(self) -> None:
        """Nobody waits for long; and who waited for two weeks is overtaken at most once by every other chart."""
        there = {spot for pull in self.world.opened().values() for spot in self.world.proposed(pull)}
        came, self._there = Counter(tier for tier, _ in there - self._there), there
        for tier in TIERS:
            for chart in self.world.publishers.charts:
                spot = (tier, chart)
                if spot in there or not self.truth.wish(*spot, self.world.hour):
                    self._since.pop(spot, None)
                    self._overtaken.pop(spot, None)
                elif host_of(chart) in self.world.away:
                    self._since[spot] = self._since.get(spot, self.world.hour) + 1
                else:
                    since = self._since.setdefault(spot, self.world.hour)
                    waits = self.world.hour - since
                    self.waited[spot] = max(self.waited[spot], waits)
                    self._overtaken[spot] += came[tier] if waits > PATIENCE else 0
                    starves = self._at(f"{tier} {chart} starves")
                    assert self._overtaken[spot] < len(self.world.publishers.charts), starves
                    assert waits <= LONGEST_WAIT, starves

    def _at(self, what: str) -> str:
        return f"hour {self.world.hour} ({self.world.remote.now:%a %d %b %H:%M}): {what}"


def _no_trouble(report: RunReport, what: str) -> None:
    published = report.published
    assert published, what
    problems = [one.problem for one in published.outcomes if one.problem]
    assert not problems, f"{what}: {problems}"
    assert not published.problems, f"{what}: {published.problems}"
