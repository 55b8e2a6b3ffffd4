"""Why an update is not proposed although its tier may move there, and why a pull request is left alone."""

from bot.reason import ReasonKind, Weight

REFUSED = ReasonKind(
    "refused",
    "{version} was refused in #{number}",
    "A newer version is proposed again; to have this one back run `release --chart {chart}`; "
    "or, where #{number} was closed and not merged, restore its branch, reopen it and tick its box",
)
TAKEN_OUT = ReasonKind("taken-out", "{version} was taken out of #{number}", "Tick its box in #{shown} to have it back")
IN_TOUCHED = ReasonKind(
    "in-touched",
    "{version} is in #{number}, which has commits of others",
    "Merge #{number}; or hand it back by its last box, and it is grouped as the configuration says",
)
WAITS_FOR_ROOM = ReasonKind(
    "waits-for-room",
    "{version} waits: {what}",
    "Merge or close what is open; `limits` in the configuration says how much a tier proposes at once",
)
WAITS_FOR_OTHERS = ReasonKind(
    "waits-for-others",
    "{version} waits: others work on {where}, so no other chart gets in",
    "Merge it, or hand it back: tick its last box, or delete its branch",
)
WAITS_FOR_WINDOW = ReasonKind(
    "waits-for-window",
    "{version} waits until {until}",
    "`windows` in the configuration says when something is proposed",
)
ONLY_REPORTED = ReasonKind(
    "only-reported", "{version} is allowed here, and `mode: report` proposes nothing", "Move it by hand"
)
IN_SHARED_DRAFT = ReasonKind(
    "in-shared-draft",
    "{version} is for a draft that moves {tiers} at once, told under {tier}",
    "Give each tier a value of its own to move it alone",
)
NOT_KEPT = ReasonKind(
    "not-kept",
    "{version} leaves its open pull request although its chart could not be looked up: {why}",
    "It is proposed again once that ends and the chart answers",
)
EXTRA_REFUSED = ReasonKind(
    "extra-refused",
    "{what} of pull request {number} could not be set: {problem}",
    "{cure}",
    Weight.WARNING,
)
TOUCHED = ReasonKind(
    "touched",
    "{branch} holds commits of others and is left to them",
    "To hand it back, tick the last box of its pull request, or delete the branch",
    Weight.WARNING,
)
BRINGS_OTHERS = ReasonKind(
    "brings-others",
    "{branch} has {what}",
    "Do not merge it as it is. Tick the last box of its pull request, and it is made anew on {base} as that is now; "
    "or delete the branch",
    Weight.WARNING,
)
MARKED_READY = ReasonKind(
    "marked-ready",
    "#{number} is marked as ready for review and stays as it is",
    "Convert it to a draft, or tick its last box, to have it follow again; else merge or close it",
)
STILL_HOLDS = ReasonKind(
    "still-holds",
    "#{number} still has {rows}: {why}",
    "Do not merge it: {ways}, or run `release` for it",
    Weight.WARNING,
)
STILL_HOLDS_MOVED = ReasonKind(
    "still-holds-moved",
    "#{number} still has {rows}: {why}",
    "Do not merge it: find out who pushed the tag again, and {ways}",
    Weight.ALARM,
)
TOUCHED_HOLDS = ReasonKind(
    "touched-holds",
    "#{number}, on which others work, still has {what}: {why}",
    "Do not merge it as it is: mend it on its branch, tick its last box to have it made anew, or close it",
    Weight.WARNING,
)
ALSO_IN = ReasonKind(
    "also-in",
    "#{number} has {rows} as well as {branch}",
    "Merge one of them; what the other has then goes with the next update",
)
MOVES_ON_TOP = ReasonKind(
    "moves-on-top",
    "{branch} holds commits of others, so only its version moves, by a commit on top of them",
    "To hand it back, tick the last box of its pull request, or delete the branch",
)
FASTER_RUN = ReasonKind(
    "faster-run",
    "another run of this bot moved {branch} meanwhile and has what it found, so this run wrote nothing from there on",
    "Nothing is to be done: the next run looks again",
)
OVERTAKEN = ReasonKind(
    "overtaken",
    "#{number} moves {charts} from a version that its base no longer has",
    "As a draft without others' commits an update builds it anew; else run `promote` again, or close it",
)
FOREIGN_BRANCH = ReasonKind(
    "foreign-branch",
    "{branch} exists and holds no commit of this bot",
    "Delete the branch; nothing of ours is on it",
    Weight.WARNING,
)
FOREIGN_PULL_REQUEST = ReasonKind(
    "foreign-pull-request",
    "pull request {number} uses our branch name {branch} and is not ours ({why})",
    "Close it, or rename its branch",
    Weight.WARNING,
)
NOT_ASKED_FOR = ReasonKind(
    "not-asked-for",
    "#{number} is left alone although {ended}: {why}",
    "Merge it or close it; the bot does neither",
    Weight.WARNING,
)
REFUSALS_OF_NO_TIER = ReasonKind(
    "refusals-of-no-tier",
    "what people refused in {tier}, a tier that the configuration does not have, is refused in no other: {rows}",
    "Refuse it where it is proposed now; `release --chart ADDRESS` forgets it",
)

WAITING = frozenset(
    {
        WAITS_FOR_ROOM.id,
        WAITS_FOR_OTHERS.id,
        WAITS_FOR_WINDOW.id,
        REFUSED.id,
        TAKEN_OUT.id,
        ONLY_REPORTED.id,
        IN_SHARED_DRAFT.id,
        IN_TOUCHED.id,
    }
)
"""Ids of what may move and is not proposed: the matrix says which version, and why not."""
