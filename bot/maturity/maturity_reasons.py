"""Every "not yet" that time says, beside those of `bot.reasons`."""

from bot.reason import ReasonKind, Weight

WAITS = ReasonKind(
    "waits", "{version} is allowed here, but not yet: {why}", "A later run takes it then", short="{version} waits"
)
NOT_IN_TIER = ReasonKind(
    "not-in-tier",
    "the tier takes only what {tier} ran, and no reference of {tier} that can be judged uses {chart}",
    "Use the chart in {tier} too, or put this release into a tier without `from`",
    Weight.WARNING,
    "not used in {tier}",
)
TIER_DISAGREES = ReasonKind(
    "tier-disagrees",
    "the references of {tier} do not run the same version, and only one that all of them ran is taken: {versions}",
    "Bring them to one version",
    short="{tier} runs several versions",
)
VERSION_NOT_WRITTEN = ReasonKind(
    "version-not-written",
    "{tier} leaves to Flux which version it runs ({places}), so nothing in Git proves how long it ran one",
    "Write the exact version there; `ranges: pin` does",
    Weight.WARNING,
    "{tier} writes no version",
)
NOTHING_SOAKED = ReasonKind(
    "nothing-soaked",
    "{tier} runs {versions}, and nothing that it ran for {soak} may be taken here: {why}",
    "Let the two tiers follow alike, or move this one by hand",
    Weight.WARNING,
    "nothing of {tier} may be taken",
)
NOT_GREEN = ReasonKind(
    "not-green",
    "{version} is allowed here, but {why}",
    "It is taken once the status says success on a commit that holds it; check context and creator in `with-status`",
    short="{version} not green yet",
)
OTHER_TAG = ReasonKind(
    "other-tag",
    "{tier} runs the tag {theirs}, which is {there}, and {ours} is {here}",
    "Write the version alike in both tiers, or find out why the two tags are different charts",
    Weight.WARNING,
)
MERGE_BRINGS = ReasonKind(
    "merge-brings",
    "a merge of {tier} brings {version}, {soaked}",
    "{cure}; the bot edits nothing in a tier that moves by merges",
)
ROLLED_BACK = ReasonKind(
    "rolled-back",
    "{version} is allowed here and was taken back: {why}",
    "A newer version moves by itself; `release` frees this one, or write it by hand in the tier that went back",
    short="{version} was rolled back",
)
HELD_BY_A_PERSON = ReasonKind(
    "held",
    "{version} is allowed here and {why}",
    "Release it to have it proposed",
    short="{version} held by a person",
)
WORD_ABOUT_NOTHING = ReasonKind(
    "word-about-nothing",
    "no reference of {where} uses {chart}, so what was said about it does nothing yet",
    "Check that the address is the one that the report shows; a release of the wrong one undoes it",
    Weight.WARNING,
    short="and no reference of {where} uses it",
)
WORD_ABOUT_NO_VERSION = ReasonKind(
    "word-about-no-version",
    "{chart} has no version {version}, so what was said about it does nothing yet",
    "Check that the version is one that the registry shows; a release of the wrong one undoes it",
    Weight.WARNING,
    short="and that chart has no such version",
)
HISTORY_UNKNOWN = ReasonKind(
    "history-unknown",
    "how long {tier} ran {version} is not known: {problem}",
    "`scan --base` and `update` read the branches' history; a soak has to fit into what they read",
    short="the history of {tier} does not tell",
)
LEDGER_NOT_WRITTEN = ReasonKind(
    "ledger-not-written",
    "what was seen first in this run could not be kept ({problem}), so its waits begin anew in the next",
    "{cure}",
    Weight.WARNING,
)
