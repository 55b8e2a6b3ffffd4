"""What is suspended: shown as it is, or judged all the same."""

from bot.model.references import Reference
from bot.model.tiers import Configuration, SuspendedPolicy


def only_reported(reference: Reference, configuration: Configuration) -> bool:
    """Whether it is suspended, and suspended objects are shown without being judged."""
    return reference.suspended and configuration.suspended is SuspendedPolicy.REPORT
