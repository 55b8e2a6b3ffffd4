"""What holds for every registry: ours in the process, and a real one."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from doubles.charts import digest_of_tag, manifest_of, no_progress, refusal, source, tags_of

from bot.demo.charts import SampleChart, digest_of, pack
from bot.model.charts import ChartSource, ManifestFacts, TagList, Unreachable
from bot.ports import Registry
from bot.reason import Reason
from bot.registry.adapter import OciRegistry

Asker = Callable[..., OciRegistry]


@pytest.fixture(params=["own_registry", "real_registry"])
def chart(request: pytest.FixtureRequest) -> ChartSource:
    return source(request.getfixturevalue(request.param), "contract/demo")


@pytest.fixture
def known() -> str:
    return digest_of(pack(SampleChart(name="demo", version="1.1.0+build.7")).manifest)


def test_the_adapter_is_the_port() -> None:
    registry: Registry = OciRegistry(environment={})  # held by the type checker
    assert registry.tags([], no_progress) == {}


def test_lists_all_tags(asker: Asker, chart: ChartSource) -> None:
    assert sorted(tags_of(asker(), chart)) == ["1.0.0", "1.1.0_build.7"]


def test_a_manifest_has_the_digest_of_its_bytes_and_its_version(asker: Asker, chart: ChartSource, known: str) -> None:
    created = datetime(2026, 1, 1, tzinfo=UTC)
    expected = ManifestFacts(digest=known, version="1.1.0+build.7", created=created)
    assert manifest_of(asker(), chart, "1.1.0_build.7") == expected
    assert manifest_of(asker(), chart, known) == expected


def test_a_digest_is_resolved_without_the_manifest(asker: Asker, chart: ChartSource, known: str) -> None:
    assert digest_of_tag(asker(), chart, "1.1.0_build.7") == known


def test_an_unknown_chart_is_not_found(asker: Asker, chart: ChartSource) -> None:
    assert refusal(asker(), source(chart.address.host, "contract/none")).id == "chart-not-found"


def test_an_unknown_tag_is_not_found(asker: Asker, chart: ChartSource) -> None:
    reason = digest_of_tag(asker(), chart, "9.9.9")
    assert isinstance(reason, Reason)
    assert reason.id == "manifest-not-found"
    assert "contract/demo has no 9.9.9" in reason.sentence


@pytest.mark.parametrize("reference", ["../../token", "a b", "", "sha512:00", "x" * 129, "1.0.0?x=y"])
def test_a_reference_outside_the_grammar_is_never_sent(asker: Asker, chart: ChartSource, reference: str) -> None:
    reason = manifest_of(asker(), chart, reference)
    assert isinstance(reason, Reason)
    assert reason.id == "manifest-not-found"


def test_one_failing_chart_takes_nothing_from_the_others(asker: Asker, chart: ChartSource) -> None:
    missing, elsewhere = source(chart.address.host, "contract/none"), source("127.0.0.1:9", "x")
    found = asker().tags([missing, chart, elsewhere, chart], no_progress)
    assert isinstance(found[chart], TagList)
    assert isinstance(found[missing], Unreachable)
    assert isinstance(found[elsewhere], Unreachable)


def test_progress_ends_with_all_and_with_how_many_got_no_answer(asker: Asker, chart: ChartSource) -> None:
    seen: list[tuple[int, int, int]] = []
    missing = source(f"{chart.address}-missing")
    asked = asker().tags([chart, missing], lambda done, total, lost: seen.append((done, total, lost)))
    assert {one for one in asked if isinstance(asked[one], Unreachable)} == {missing}
    assert seen[-1] == (2, 2, 1)


def test_nothing_asked_is_nothing_answered(asker: Asker) -> None:
    assert asker().tags([], no_progress) == {}
