"""The boxes in the body of a pull request of ours: written by us, ticked by people, and read back.

A body that people may edit is foreign text. Only boxes with a name that we give count, and those that stand there twice
and disagree count for nothing. https://docs.github.com/en/get-started/writing-on-github (task lists)
"""

import re

REBUILD = "rebuild"
"""The box that asks for the branch to be made anew from its base, whatever lies on it."""
_LONGEST = 100_000
_BOX = re.compile(r"[-*+] \[(?P<sign>[ xX])\] [^\r\n]*<!-- flux-chart-bot box=(?P<name>[0-9a-f]{12}|rebuild) -->")


def mark(name: str) -> str:
    """What follows a box's words: invisible, and by it the box is known again."""
    return f"<!-- flux-chart-bot box={name} -->"


def read_boxes(body: str) -> dict[str, bool]:
    """Whether each box is ticked, by name."""
    found: dict[str, set[bool]] = {}
    for line in body[:_LONGEST].splitlines():
        if box := _BOX.fullmatch(line.strip()):
            found.setdefault(box["name"], set()).add(box["sign"] != " ")
    return {name: signs.pop() for name, signs in found.items() if len(signs) == 1}
