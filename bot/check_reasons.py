"""What speaks against a person's edit of a version, beside what `bot.reasons` says of every reference."""

from bot.reason import ReasonKind, Weight

BEYOND_TIER = ReasonKind(
    "beyond-tier",
    "{version} is not for {tier}: it is {why}",
    "Take one that the tier may have, or change what it may have on the default branch",
    Weight.WARNING,
)
NOT_SOAKED = ReasonKind(
    "not-soaked",
    "{version} is not for {tier} yet: {why}",
    "Wait for it, or take one that has soaked",
    Weight.WARNING,
)
NOT_GREEN_EDIT = ReasonKind(
    "not-green-edit",
    "{version} is not for {tier}: {why}",
    "See why it failed there, or take a version that is green",
    Weight.WARNING,
    "which is not green",
)
NOT_GREEN_YET = ReasonKind(
    "not-green-yet",
    "{version} is not for {tier} yet: {why}",
    "Wait until the status says success on a commit that holds it, or take a version that is green; check context and"
    " creator in `with-status`",
    Weight.WARNING,
)
HELD_EDIT = ReasonKind(
    "held-edit",
    "{version} is not for {tier}: {why}",
    "Take another, or release it",
    Weight.WARNING,
    "which a person holds",
)
TAKEN_BACK_EDIT = ReasonKind(
    "taken-back-edit",
    "{version} is not for {tier}: {why}",
    "Take another; or release it, or write it first in the tier that went back",
    Weight.WARNING,
    "which was rolled back",
)
RANGE_NOW = ReasonKind(
    "range-now",
    "Flux moves `{constraint}` in {tier} by itself, to versions that {what}",
    "Write the exact version",
    Weight.WARNING,
    "a range, which Flux moves by itself",
)
UNJUDGED_NOW = ReasonKind(
    "unjudged-now",
    "what {object} runs cannot be judged any more, which was {what} before: {why}",
    "Write the version where it can be read, or see what this reason says under its own name in a scan",
    Weight.WARNING,
)
DIGEST_DIFFERS = ReasonKind(
    "digest-differs",
    "the digest beside {version} is {written}, and the registry has {found} for it",
    "Write the digest of the version, or find out who moved the tag",
    Weight.WARNING,
)
DIGEST_NOT_RUN = ReasonKind(
    "digest-not-run",
    "{version} is {here} here, and {tier} ran {ran} as that version",
    "Take the chart that ran, or have this one run there first: write its digest beside the version in {tier}; or,"
    " where its tag was pushed again and `update` told of it, say `release --chart {chart} --version {version}`",
    Weight.WARNING,
    "not the chart that {tier} ran",
)
DIGEST_REMOVED = ReasonKind(
    "digest-removed",
    "{object} had a digest and has none beside {version}, so it runs whatever that tag is moved to",
    "Write the digest of the version",
    Weight.WARNING,
)
SEVERAL_TIERS = ReasonKind(
    "several-tiers",
    "one pull request changes versions of several tiers: {tiers}",
    "Make one for each, so that a version is seen in the first before it is in the next",
    Weight.WARNING,
)
EDIT_SUSPENDED = ReasonKind(
    "edit-suspended", "{object} is suspended, so its new version {version} does not run", "Resume it to see it run"
)
COMPARED_WITH_TIP = ReasonKind(
    "compared-with-tip",
    "where the pull request began was not found in {commits} commits, so it is compared with the tip of {branch}",
    "Bring the branch up to date with its base",
    Weight.WARNING,
)
