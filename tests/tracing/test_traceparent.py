"""Reading the header traceparent as W3C Trace Context says, and nothing else."""

from __future__ import annotations

import pytest

from partner_api.tracing.span import SpanContext
from partner_api.tracing.traceparent import read_caller, write_traceparent

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
GOOD = f"00-{TRACE}-{SPAN}-01"


def read(*values: str, state: tuple[str, ...] = ()) -> object:
    return read_caller(
        [
            (b"host", b"localhost"),
            *((b"traceparent", value.encode("latin-1")) for value in values),
            *((b"tracestate", value.encode("latin-1")) for value in state),
        ]
    )


@pytest.mark.parametrize(
    ("value", "sampled"),
    [
        (GOOD, True),
        (f"00-{TRACE}-{SPAN}-00", False),
        (f"00-{TRACE}-{SPAN}-02", False),
        (f"00-{TRACE}-{SPAN}-03", True),
        (f" {GOOD}\t", True),
        # Of versions to come, what is known is read.
        (f"cc-{TRACE}-{SPAN}-01", True),
        (f"cc-{TRACE}-{SPAN}-01-what-comes-later", True),
    ],
)
def test_what_is_as_it_should_be_names_a_span(value: str, sampled: bool) -> None:
    context = SpanContext(int(TRACE, 16), int(SPAN, 16), "", True)
    assert read(value) == (context, sampled)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "00",
        GOOD[:-1],
        f"{GOOD}-more",
        f"{GOOD}0",
        f"ff-{TRACE}-{SPAN}-01",
        f"0-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        GOOD.upper(),
        GOOD.replace("4", "g", 1),
        GOOD.replace("-", "_"),
        f"00-{TRACE}-{SPAN}-0x",
        f"cc-{TRACE}-{SPAN}-01.more",
        f"cc-{TRACE}-{SPAN}-01-{'m' * 300}",
        GOOD.replace("4", "\xb2", 1),
        f"{GOOD}\n",
        f"{GOOD}, {GOOD}",
    ],
)
def test_anything_else_is_as_if_it_were_not_there(value: str) -> None:
    assert read(value) is None


def test_two_of_them_name_nothing() -> None:
    assert read(GOOD, GOOD) is None
    assert read() is None


@pytest.mark.parametrize(
    ("state", "kept"),
    [
        (("congo=t61rcWkgMzE, rojo=00f067aa0ba902b7",), "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7"),
        (("one=1", "two@vendor=2"), "one=1,two@vendor=2"),
        (("one=1,,two=2",), "one=1,two=2"),
        (("one=1,one=2",), ""),
        (("1one=1",), ""),
        (("one@2vendor=1",), ""),
        (("one@two@three=1",), ""),
        ((f"one@{'v' * 15}=1",), ""),
        (("One=1",), ""),
        (("one=",), ""),
        (("one=\xe9",), ""),
        (("one=1" + ",two=" + "2" * 520,), ""),
        ((",".join(f"k{number}=v" for number in range(33)),), ""),
    ],
)
def test_the_state_is_kept_only_whole_and_right(state: tuple[str, ...], kept: str) -> None:
    caller = read_caller(
        [
            (b"traceparent", GOOD.encode()),
            *((b"tracestate", one.encode("latin-1")) for one in state),
        ]
    )
    assert caller is not None
    assert caller.context.state == kept


@pytest.mark.parametrize(
    "state", ["congo=t6,1two@vendor=2", "1one=1", "one@two@three=1", "a*b/-_=~"]
)
def test_opentelemetry_takes_all_that_is_kept_and_logs_nothing_of_it(
    state: str, caplog: pytest.LogCaptureFixture
) -> None:
    trace_state = pytest.importorskip("opentelemetry.trace.span").TraceState
    caller = read_caller([(b"traceparent", GOOD.encode()), (b"tracestate", state.encode())])
    assert caller is not None
    kept = caller.context.state
    assert trace_state.from_header([kept] if kept else []).to_header() == kept
    assert not caplog.records


def test_what_is_written_is_read_again() -> None:
    context = SpanContext(1, 2)
    assert write_traceparent(context) == f"00-{1:032x}-{2:016x}-01"
    assert read(write_traceparent(context)) == (SpanContext(1, 2, "", True), True)
