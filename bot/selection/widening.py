"""Does a range take versions that another does not? Told by the versions at and between all that both name."""

from bot.model.references import RangePin
from bot.selection.width import witnesses
from bot.versions.constraint import Constraint, InvalidConstraint


def takes_more(new: RangePin, old: RangePin) -> bool:
    """Whether the new one takes a version that the old one did not; where that is not known, it does.

    Args:
        new: A range.
        old: The one in whose place it is.
    """
    if new.tag_filter != old.tag_filter:
        return bool(old.tag_filter) or takes_more(
            RangePin(constraint=new.constraint), RangePin(constraint=old.constraint)
        )
    try:
        wanted, had = Constraint.parse(new.constraint), Constraint.parse(old.constraint)
    except InvalidConstraint:
        return True
    bounds = [term.bound for one in (wanted, had) for group in one.groups for term in group.terms]
    numbers = {(0, 0, 0), *(bound.key[:3] for bound in bounds)}
    every = witnesses(numbers, ("0", *(bound.prerelease for bound in bounds if bound.prerelease)))
    return any(wanted.check(version) and not had.check(version) for version in every)
