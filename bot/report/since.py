"""`2 majors behind since March 2026`: by the month, so that no text changes from day to day."""

from datetime import UTC

from bot.model.verdicts import Behind, Proof
from bot.report.run_report import counted

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
"""Of one language, whatever the machine speaks."""


def behind_text(behind: Behind) -> str:
    """How far behind, since when, and whose word that is."""
    majors = f"{counted(behind.majors, 'major')} behind"
    if behind.since is None:
        return majors
    at = behind.since.at.astimezone(UTC)
    month = f"{majors} since {_MONTHS[at.month - 1]} {at.year}"
    match behind.since.proof:
        case Proof.SEEN:
            return month
        case Proof.PUBLISHER:
            return f"{month}, by its publisher's word"
        case Proof.EARLIER:
            return f"{month} or before"
