"""The README is built, not remembered."""

from docs.tables import README, rendered


def test_the_tables_are_those_of_the_code() -> None:
    text = README.read_text(encoding="utf-8")
    assert text == rendered(text), "run `PYTHONPATH=.:tests python -m docs.tables`"
