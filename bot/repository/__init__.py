"""Git on the other side of a wire, and folders on this side: the Repository and Tree ports."""
