"""What is said of a version in use that should not be, beside that it does not exist."""

from bot.reason import ReasonKind, Weight

IN_USE_SKIPPED = ReasonKind(
    "in-use-skipped",
    "{version} is in use and {why}",
    "{cure}",
    Weight.WARNING,
    "which a rule skips",
)
IN_USE_HELD = ReasonKind(
    "in-use-held",
    "{version} is in use and {why}",
    "{cure}",
    Weight.WARNING,
    "which a person holds",
)
IN_USE_TAKEN_BACK = ReasonKind(
    "in-use-taken-back",
    "{version} is in use and {why}",
    "Go back by hand as well; where it is fine here, release it, or take it up again there",
    Weight.WARNING,
    "which {tier} went back from",
)
NO_WAY_BACK = ReasonKind(
    "no-way-back",
    "{what}, and there is no version to go back to: {why}",
    "Move it by hand",
    Weight.WARNING,
)
