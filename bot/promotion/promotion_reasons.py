"""Why production does not take a version over, beside what `bot.reasons` says of every reference."""

from bot.reason import ReasonKind, Weight

NOT_USED_BELOW = ReasonKind(
    "not-used-below",
    "nothing in {tier} uses {chart}, so there is no version to promote",
    "Use it in {tier} first, or give the version and a reason",
    short="not used in {tier}",
)
OTHER_CHART = ReasonKind(
    "other-chart",
    "{object} takes its chart from {ours} here, and from {theirs} in {tier} ({where})",
    "Where one is a copy of the other, say so under `same-as`; else let both take the same chart",
    Weight.WARNING,
)
SUSPENDED_BELOW = ReasonKind(
    "suspended-below",
    "{where} is suspended, so {tier} does not run its version",
    "Resume it there, or give the version and a reason",
    short="suspended in {tier}",
)
NO_EXACT_VERSION = ReasonKind(
    "no-exact-version",
    "no exact version is written in {where} of {tier}, so what it runs is not in Git",
    "Write the exact version there",
    short="{tier} writes no version",
)
NO_SUCH_VERSION = ReasonKind(
    "no-such-version", "{chart} has no version {version}", "Give one that its registry has, or push it there first"
)
DIFFERS_BELOW = ReasonKind(
    "differs-below",
    "the tiers before it run different versions, and none is chosen: {versions}",
    "Bring them to one version, or give the version and a reason",
    short="{tiers}",
)
NO_COUNTERPART = ReasonKind(
    "no-counterpart",
    "{tier} has nothing called {name}, and its references to {chart} do not run the same version: {versions}",
    "Give the release one name in both tiers, or give the version and a reason",
    short="{tier} has none of its name",
)
LOWER_BELOW = ReasonKind(
    "lower-below",
    "{tier} runs {version}, which is lower than what runs here",
    "To go back, give the version and a reason",
    short="{tier} runs {version}, which is lower",
)
PROMOTION_NOT_SOAKED = ReasonKind(
    "promotion-not-soaked",
    "{version} has not soaked: {why}",
    "Promote it later, or give the version and a reason",
    short="{version} has not soaked",
)
PROMOTION_NOT_GREEN = ReasonKind(
    "promotion-not-green",
    "{version} is not green: {why}",
    "Promote it once the status says success on a commit that holds it; check context and creator in `with-status`",
    short="{version} not green yet",
)
PROMOTION_HELD = ReasonKind(
    "promotion-held",
    "{version} is not promoted: {why}",
    "Release it, or take another version",
    short="{version} held by a person",
)
PROMOTION_TAKEN_BACK = ReasonKind(
    "promotion-taken-back",
    "{version} was taken back: {why}",
    "Take a newer version; or give this one and a reason",
    short="{version} was rolled back",
)
PROMOTION_EXCLUDED = ReasonKind(
    "promotion-excluded",
    "{version} is {why}",
    "Change what is said on its line, or take another version",
    short="{version} is not for this one",
)
LOST_ROW = ReasonKind(
    "lost-row",
    "{chart} {version} was asked for what was {old} in {paths}, and no single release here can be told to be that now",
    "Ask for it anew with `promote`",
    Weight.WARNING,
)
TAG_MOVED = ReasonKind(
    "tag-moved",
    "{name} {version} is not what {tier} wrote beside it: {now} under its tag now, {was} there, in {chart}",
    "Find out who pushed the tag again, from {written} to {found}; promote another version",
    Weight.ALARM,
)
TAG_MOVED_SINCE = ReasonKind(
    "tag-moved-since",
    "{name} {version} is not what was proposed: {now} under its tag now, {was} then, in {chart}",
    "Find out who pushed the tag again, from {written} to {found}; promote another version, or ask for this one anew",
    Weight.ALARM,
)
TAG_PUSHED_AGAIN = ReasonKind(
    "tag-pushed-again",
    "{name} {version} was pushed again: {now} under its tag now, {was} when it was seen to run ({at}), in {chart}",
    "Find out who pushed the tag again, from {seen} to {found}. Take another version; or, to have what it is now, write"
    " that digest beside it, in the tier before where it is promoted, or say"
    " `release --chart {chart} --version {version}`. Where that version is"
    " held, the first release only ends the hold, and a second one accepts the tag",
    Weight.ALARM,
)
COPY_DIFFERS = ReasonKind(
    "copy-differs",
    "{version} is {here} in {chart}, and {there} in {other}, from where {tier} takes it",
    "Copy it anew so that it keeps its digest, as replication does; `helm push` makes another one",
    Weight.WARNING,
)
