"""The README is built, not remembered."""

import re

from docs.tables import README, ROOT, rendered

from bot import reasons
from bot.model import forge_reasons
from bot.reason import ReasonKind

BOT = ROOT / "bot"


def test_the_tables_are_those_of_the_code() -> None:
    text = README.read_text(encoding="utf-8")
    assert text == rendered(text), "run `PYTHONPATH=.:tests python -m docs.tables`"


def test_every_reason_is_one_that_something_says() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in BOT.rglob("*.py") if "reasons" not in path.name)
    modules = (reasons, forge_reasons)
    kinds = [name for one in modules for name, value in vars(one).items() if isinstance(value, ReasonKind)]
    assert len(kinds) == len(reasons.all_kinds())
    assert [name for name in kinds if not re.search(rf"\b{name}\(", code)] == []
