"""The README is built, not remembered."""

import re

from docs.tables import README, ROOT, reasons, rendered

BOT = ROOT / "bot"


def test_the_tables_are_those_of_the_code() -> None:
    text = README.read_text(encoding="utf-8")
    assert text == rendered(text), "run `PYTHONPATH=.:tests python -m docs.tables`"


def test_every_reason_is_one_that_something_says() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in BOT.rglob("*.py") if "reasons" not in path.name)
    assert [name for name in reasons() if not re.search(rf"\b{name}\(", code)] == []
