"""Which spans begin: whose word counts for it, and what they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import pytest

from partner_api.database.statements import read_statement
from partner_api.ids import decode_id, new_request_id
from partner_api.tracing import live
from partner_api.tracing.span import MOST_LINKS, SpanContext
from partner_api.tracing.tracer import Callers, Tracer, context_of_request

if TYPE_CHECKING:
    from tests.tracing.recording import Traced

STRANGER = SpanContext(0x4BF92F3577B34DA6A3CE929D0E0E4736, 0x00F067AA0BA902B7, "", True)


def header(flags: str) -> list[tuple[bytes, bytes]]:
    value = f"00-{STRANGER.trace_id:032x}-{STRANGER.span_id:016x}-{flags}"
    return [(b"traceparent", value.encode()), (b"tracestate", b"rojo=1")]


def id_that_is(*, sampled: bool) -> str:
    """The id of a request whose trace is sampled, if not all are, or is not."""
    while True:
        request_id = new_request_id(1_790_000_000_000)
        if (decode_id("req", request_id) % 2 == 0) is sampled:
            return request_id


def tracer(traced: Traced, callers: Callers) -> Tracer:
    traced.all = False
    return Tracer(traced.spans.append, traced.samples, callers=callers)


@pytest.mark.parametrize("flags", ["00", "01"])
@pytest.mark.parametrize("sampled", [True, False])
@pytest.mark.parametrize("callers", ["link", "ignore"])
def test_a_stranger_decides_nothing(
    traced: Traced, callers: Callers, sampled: bool, flags: str
) -> None:
    request_id = id_that_is(sampled=sampled)
    span = tracer(traced, callers).request(request_id, header(flags), "GET")
    assert (span is not None) is sampled
    if span is not None:
        assert span.context.trace_id == decode_id("req", request_id)
        assert span.parent is None
        assert [link[:2] for link in span.links] == [STRANGER[:2]] * (callers == "link")


@pytest.mark.parametrize(("flags", "sampled"), [("01", True), ("00", False)])
def test_a_caller_that_is_trusted_decides(traced: Traced, flags: str, sampled: bool) -> None:
    span = tracer(traced, "trust").request(id_that_is(sampled=not sampled), header(flags), "GET")
    assert (span is not None) is sampled
    if span is not None:
        assert span.parent is not None
        assert span.parent[:2] == STRANGER[:2]
        assert span.context.trace_id == STRANGER.trace_id
        assert span.context.state == "rojo=1"


def test_without_the_header_trust_changes_nothing(traced: Traced) -> None:
    own = tracer(traced, "trust")
    assert own.request(id_that_is(sampled=False), [], "GET") is None
    assert own.request(id_that_is(sampled=True), [(b"traceparent", b"no")], "GET") is not None


def test_a_delivery_is_recorded_with_its_request(traced: Traced) -> None:
    recorded, unrecorded = id_that_is(sampled=True), id_that_is(sampled=False)
    own = tracer(traced, "link")
    assert own.delivery("job.completed", [unrecorded]) is None
    both = own.delivery("job.completed", [recorded, unrecorded])
    assert both is not None
    assert both.links == [context_of_request(recorded)]
    assert both.context.trace_id != both.links[0].trace_id
    request = own.request(recorded, [], "GET")
    assert request is not None
    assert request.context == both.links[0]


def test_a_delivery_does_not_link_to_a_trace_that_may_be_the_callers(traced: Traced) -> None:
    traced.all = True
    delivery = Tracer(traced.spans.append, traced.samples, callers="trust").delivery(
        "job.completed", [id_that_is(sampled=True)]
    )
    assert delivery is not None
    assert delivery.links == []


def test_what_does_nothing_leaves_nothing(traced: Traced) -> None:
    assert live.tracer is not None
    for wanted in (False, True):
        step = live.tracer.step("renewals")
        assert step is not None
        with step:
            part = step.child("SELECT leases")
            part.end()
            late = step.child("COMMIT")
            assert traced.spans == []
            step.wanted = wanted
        late.end()
    assert [span.name for span in traced.spans] == ["sweep renewals", "SELECT leases", "COMMIT"]


def test_a_span_has_so_many_links_and_one_end(traced: Traced) -> None:
    assert live.tracer is not None
    batch = live.tracer.batch("batch")
    for number in range(1, 3 * MOST_LINKS):
        batch.link(SpanContext(number, number))
    assert len(batch.links) == MOST_LINKS
    batch.end()
    batch.end()
    assert traced.spans == [batch]


def test_every_setting_is_one_that_a_tracer_knows() -> None:
    from partner_api.settings.tracing import Callers as Setting

    assert get_args(get_args(Setting)[0]) == get_args(Callers)


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("SELECT credit_allocate($1, $2, $3)", "credit_allocate"),
        ("SELECT * FROM events_publish($1, $2, $3)", "events_publish"),
        ("SELECT set_config('lock_timeout', $1, false)", "SELECT"),
        ("\n  SELECT a FROM unnest($1::int[]) x JOIN leases l ON true", "SELECT leases"),
        ("/* SELECT x FROM y */ UPDATE jobs SET a = $1", "UPDATE jobs"),
        ("INSERT INTO outbox (a) VALUES ($1) -- FROM z", "INSERT outbox"),
        ("BEGIN;", "BEGIN"),
        ("", "STATEMENT"),
    ],
)
def test_a_statement_is_named_by_what_it_calls_or_touches(text: str, summary: str) -> None:
    assert read_statement(text).summary == summary
