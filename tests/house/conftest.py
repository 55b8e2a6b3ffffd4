from pathlib import Path

import pytest
from doubles.source import House, read_house

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def house() -> House:
    return read_house(ROOT)
