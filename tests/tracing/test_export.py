"""A collector that is away, slow or refuses: nothing waits for it, nothing is hidden, and the log stays quiet."""

from __future__ import annotations

import contextlib
import logging
import time
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs
from tests.support.collector import Collector

from partner_api.metrics.registry import REGISTRY
from partner_api.settings.table import load_settings
from partner_api.tracing import live
from partner_api.tracing.errors import TracingUnavailable
from partner_api.tracing.starting import tracing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from partner_api.tracing.tracer import Tracer


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as collector:
        yield collector


def counted(outcome: str) -> float:
    return REGISTRY.get_sample_value("layers_trace_spans_total", {"outcome": outcome}) or 0.0


def until_counted(outcome: str, count: float) -> None:
    deadline = time.monotonic() + 60
    while counted(outcome) < count:
        assert time.monotonic() < deadline, (outcome, counted(outcome))
        time.sleep(0.005)


@contextlib.contextmanager
def on(
    monkeypatch: pytest.MonkeyPatch, url: str, *, form: str = "otlp", **variables: str
) -> Iterator[Tracer]:
    """Trace in the block, as a part of a server does."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "10")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with tracing(load_settings({"LAYERS_TRACING": form}), "api-7"):
        assert live.tracer is not None
        yield live.tracer
    assert live.tracer is None


def test_what_is_sent_says_whose_it_is(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = counted("sent")
    with on(monkeypatch, collector.url) as tracer:
        with tracer.batch("batch one") as batch:
            batch.error = "ValueError"
        span = collector.until(lambda span: span.name == "batch one")
        assert span.part == "api-7"
        assert span.is_error
        assert span.attributes == {"error.type": "ValueError"}
        tracer.batch("batch last").end()
    # A stop sends what is left.
    assert [span.name for span in collector.spans] == ["batch one", "batch last"]
    assert counted("sent") == sent + 2


@pytest.mark.parametrize("status", [400, 500])
def test_a_collector_that_refuses_is_named_once_a_minute(
    collector: Collector, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    collector.status = status
    failed = counted("failed")
    with capture_logs() as lines, on(monkeypatch, collector.url) as tracer:
        for number in range(1, 6):
            tracer.batch("batch").end()
            until_counted("failed", failed + number)
    assert [(line["event"], line["log_level"]) for line in lines] == [
        ("traces_not_sent", "warning")
    ]
    assert str(status) in lines[0]["reason"]


def test_what_the_library_would_log_stays_out_of_the_log(
    collector: Collector, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    collector.status = 500
    failed = counted("failed")
    with caplog.at_level(logging.DEBUG, "opentelemetry"), on(monkeypatch, collector.url) as tracer:
        tracer.batch("batch").end()
        until_counted("failed", failed + 1)
    assert [line for line in caplog.records if line.name.startswith("opentelemetry")] == []


def test_one_that_is_away_costs_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = counted("failed")
    # Nobody listens on the port of discard.
    with on(monkeypatch, "http://127.0.0.1:9", OTEL_EXPORTER_OTLP_TIMEOUT="0.2") as tracer:
        tracer.batch("batch").end()
        until_counted("failed", failed + 1)


def test_one_that_hangs_holds_up_neither_work_nor_a_stop(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What finds no room is dropped and counted; a stop waits for half a second, and this one for less."""
    collector.hangs.set()
    dropped = counted("dropped")
    variables = {"OTEL_BSP_MAX_QUEUE_SIZE": "20", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "10"}
    with on(monkeypatch, collector.url, **variables) as tracer:
        for _ in range(100):
            tracer.batch("batch").end()
        assert counted("dropped") - dropped >= 100 - 20 - 10
        assert counted("dropped") - dropped < 100
        stopping = time.monotonic()
    # The default of the library is thirty.
    assert time.monotonic() - stopping < 10


def test_on_a_terminal_each_span_is_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with on(monkeypatch, "", form="console") as tracer:
        tracer.batch("batch one").end()
        tracer.batch("batch two").end()
    shown = capsys.readouterr()
    assert shown.out == ""
    assert [line.count('"name": "batch ') for line in shown.err.splitlines()] == [1, 1]


def test_the_library_can_be_disabled_in_its_own_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    with tracing(load_settings({"LAYERS_TRACING": "otlp"}), "api-1"):
        assert live.tracer is None


@pytest.mark.parametrize(
    ("sampler", "sampled"),
    [("always_off", 0), ("parentbased_traceidratio", 0), ("parentbased_always_on", 20)],
)
def test_the_sampler_is_the_one_that_the_environment_names(
    collector: Collector, monkeypatch: pytest.MonkeyPatch, sampler: str, sampled: int
) -> None:
    variables = {"OTEL_TRACES_SAMPLER": sampler, "OTEL_TRACES_SAMPLER_ARG": "0"}
    with on(monkeypatch, collector.url, **variables) as tracer:
        made = [tracer.step("renewals") for _ in range(20)]
    assert sum(step is not None for step in made) == sampled


def test_a_variable_that_cannot_be_used_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        pytest.raises(TracingUnavailable, match="max_export_batch_size must be"),
        on(monkeypatch, "http://127.0.0.1:9", OTEL_BSP_MAX_QUEUE_SIZE="20"),
    ):
        pass
