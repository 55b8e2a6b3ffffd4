from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from doubles.github.plumbing import BareRepository
from doubles.ground import Ground
from doubles.registry import RegistryDouble

from bot.demo.charts import SampleChart


@pytest.fixture
def registry() -> Iterator[RegistryDouble]:
    """Holds podinfo, redis and nginx."""
    with RegistryDouble() as double:
        for name in ("podinfo", "redis", "nginx"):
            for version in ("1.2.3", "1.2.4", "1.3.0"):
                double.add(f"charts/{name}", SampleChart(name=name, version=version))
        yield double


@pytest.fixture
def ground(tmp_path: Path, registry: RegistryDouble) -> Ground:
    (tmp_path / "home").mkdir()
    return Ground(
        folder=tmp_path, git=BareRepository.create(tmp_path / "remote", default_branch="main"), registry=registry
    )
