"""What clients do when the network or the server fails: try again where that is safe, and only there."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from tests.sdk.callers import CallFailed, ClientSettings, Options
from tests.sdk.effects import ALLOCATE, EFFECTS, Effect
from tests.support.fault_proxy import (
    Answer,
    Cut,
    Drip,
    Fault,
    FaultProxy,
    Pass,
    Reset,
    Swallow,
    refusal,
)

if TYPE_CHECKING:
    from tests.sdk.callers import Caller
    from tests.sdk.conftest import OpenCaller
    from tests.support.installation import Family, Installation
    from tests.support.serving import Service

PAGE = Answer(502, b"<html>Bad gateway</html>", {"Content-Type": "text/html"})
# They meet the kinds of writes in turn: of each kind, one at least was done before the fault.
TRIED_AGAIN: dict[str, Fault] = {
    "reset before it arrived": Reset(),
    "reset after it was done": Reset(forwarded=True),
    "cut answer": Cut(),
    "proxy's page after it was done": Answer(504, PAGE.body, PAGE.headers, forwarded=True),
    "proxy's page": PAGE,
    "503": refusal(503, "UNAVAILABLE"),
    "500": refusal(500, "INTERNAL"),
    "408": refusal(408, "REQUEST_TIMEOUT"),
    "429": refusal(429, "RATE_LIMITED", Retry_After="0"),
    "409 while it is being done": refusal(409, "IDEMPOTENCY_IN_PROGRESS", Retry_After="0"),
    "unknown code with a hint": refusal(409, "LATER", X_Should_Retry="true"),
    "unknown 5xx": refusal(599, "NEW"),
}
GIVEN_UP: dict[str, tuple[Answer, str]] = {
    "kill switch": (refusal(503, "KILL_SWITCH"), "KillSwitchError"),
    "kill switch, whatever the hint": (
        refusal(503, "KILL_SWITCH", X_Should_Retry="true"),
        "KillSwitchError",
    ),
    "conflict": (refusal(409, "CONFLICT"), "ConflictError"),
    "other request with the key": (
        refusal(409, "IDEMPOTENCY_CONFLICT"),
        "IdempotencyConflictError",
    ),
    "no credits": (refusal(402, "BILLING_EXHAUSTED"), "BillingExhaustedError"),
    "not valid": (refusal(422, "VALIDATION"), "ValidationError"),
    "not found": (refusal(404, "NOT_FOUND"), "NotFoundError"),
    "no key": (refusal(401, "UNAUTHENTICATED"), "AuthenticationError"),
    "no scope": (refusal(403, "FORBIDDEN_SCOPE"), "PermissionDeniedError"),
    "no method": (refusal(405, "METHOD_NOT_ALLOWED"), "MethodNotAllowedError"),
    "too large": (refusal(413, "PAYLOAD_TOO_LARGE"), "PayloadTooLargeError"),
    "503 with a hint": (refusal(503, "UNAVAILABLE", X_Should_Retry="false"), "UnavailableError"),
    "429 with a hint": (refusal(429, "RATE_LIMITED", X_Should_Retry="false"), "RateLimitedError"),
    "too long to wait": (refusal(429, "RATE_LIMITED", Retry_After="61"), "RateLimitedError"),
    "unknown code": (refusal(409, "NEW"), "APIError"),
    "page of a proxy": (Answer(403, PAGE.body, PAGE.headers), "APIError"),
    "page of a hotel": (Answer(200, PAGE.body, PAGE.headers), "APIError"),
    "redirect": (Answer(307, headers={"Location": "http://127.0.0.1:9/"}), "APIError"),
    "not modified, which nobody asked": (Answer(304, headers={"ETag": "x"}), "APIError"),
    "nothing": (Answer(200), "APIError"),
}
# A late try is one by many seconds, a busy machine's by few.
_SLACK_SECONDS = 5.0


@pytest_asyncio.fixture
async def family(installation: Installation) -> Family:
    """A partner that has credits to give away."""
    return await installation.family(prepaid=10_000)


@contextlib.asynccontextmanager
async def behind(
    server: Service, family: Family, open_caller: OpenCaller, *faults: Fault
) -> AsyncIterator[tuple[FaultProxy, Caller]]:
    """A client of the family's partner, whose requests meet these faults."""
    with FaultProxy(server.port) as proxy:
        caller = await open_caller(ClientSettings(proxy.base_url, family.partner_key.text))
        proxy.script(*faults)
        yield proxy, caller
        await caller.close()


async def failing(caller: Caller, family: Family, options: Options | None = None) -> CallFailed:
    """The error of a write that fails."""
    with pytest.raises(CallFailed) as caught:
        await ALLOCATE.do(caller, family, options or Options())
    return caught.value


async def meet(
    server: Service,
    installation: Installation,
    open_caller: OpenCaller,
    pairs: Iterable[tuple[Fault, Effect]],
) -> None:
    """Have each write meet its fault twice, all at the same time, and be done once with one key."""

    async def meet_one(fault: Fault, effect: Effect) -> None:
        family = await installation.family(prepaid=10_000)
        async with behind(server, family, open_caller, fault, fault) as (proxy, caller):
            made = await effect.do(caller, family)
            assert await effect.made(installation, family) == [made], (fault, effect)
            assert len(proxy.exchanges) == 3, (fault, effect)
            (key,) = set(proxy.keys())
            assert key

    await asyncio.gather(*(meet_one(fault, effect) for fault, effect in pairs))


async def test_what_may_pass_is_tried_again_with_the_same_key_and_happens_once(
    server: Service, installation: Installation, open_caller: OpenCaller
) -> None:
    """Each fault with one kind of write, so that each kind meets several; the long test below has all pairs."""
    pairs = zip(TRIED_AGAIN.values(), itertools.cycle(EFFECTS), strict=False)
    await meet(server, installation, open_caller, pairs)


@pytest.mark.long
async def test_every_write_is_tried_again_after_every_fault_and_happens_once(
    server: Service, installation: Installation, open_caller: OpenCaller
) -> None:
    """Every pair of a fault and a kind of write: the twelve of the test above, and the others."""
    for effect in EFFECTS:
        pairs = ((fault, effect) for fault in TRIED_AGAIN.values())
        await meet(server, installation, open_caller, pairs)


async def test_a_read_is_tried_again_too(
    server: Service, family: Family, open_caller: OpenCaller
) -> None:
    faults = (Reset(), refusal(503, "UNAVAILABLE"))
    async with behind(server, family, open_caller, *faults) as (proxy, caller):
        assert (await caller.call("whoami"))["organizationName"]
        assert proxy.keys() == [None, None, None]


async def test_what_would_fail_again_is_not_tried_again(
    server: Service, family: Family, open_caller: OpenCaller
) -> None:
    for name, (answer, kind) in GIVEN_UP.items():
        async with behind(server, family, open_caller, answer) as (proxy, caller):
            error = await failing(caller, family)
            assert (error.kind, error.fields["status"]) == (kind, answer.status), name
            assert len(proxy.exchanges) == 1, name
            assert [error.idempotency_key] == proxy.keys(), name


async def test_an_organization_that_is_suspended_is_asked_once(
    server: Service, installation: Installation, family: Family, open_caller: OpenCaller
) -> None:
    await installation.set_status(family.partner, "suspended")
    async with behind(server, family, open_caller) as (proxy, caller):
        error = await failing(caller, family)
        assert (error.kind, error.fields["scope"]) == ("KillSwitchError", "organization")
        assert len(proxy.exchanges) == 1


async def test_there_are_two_more_tries_unless_said_otherwise(
    server: Service, family: Family, open_caller: OpenCaller
) -> None:
    for options, tries in (
        (Options(), 3),
        (Options(max_retries=0), 1),
        (Options(max_retries=3), 4),
    ):
        faults = [refusal(503, "UNAVAILABLE", Retry_After="0")] * 9
        async with behind(server, family, open_caller, *faults) as (proxy, caller):
            error = await failing(caller, family, options)
            assert error.kind == "UnavailableError"
            assert len(proxy.exchanges) == tries
            assert {error.idempotency_key} == set(proxy.keys())


async def test_a_key_of_one_s_own_is_kept(
    server: Service, installation: Installation, family: Family, open_caller: OpenCaller
) -> None:
    options = Options(idempotency_key="invoice 7")
    async with behind(server, family, open_caller, Reset(forwarded=True)) as (proxy, caller):
        made = {await ALLOCATE.do(caller, family, options) for _ in range(2)}
        assert proxy.keys() == ["invoice 7"] * 3
    assert await ALLOCATE.made(installation, family) == list(made)


async def test_retry_after_is_waited_for(
    server: Service, family: Family, open_caller: OpenCaller
) -> None:
    def pauses(proxy: FaultProxy) -> list[float]:
        began = [exchange.began for exchange in proxy.exchanges]
        return [after - before for before, after in itertools.pairwise(began)]

    async def wait_for_seconds() -> None:
        fault = refusal(429, "RATE_LIMITED", Retry_After="2")
        async with behind(server, family, open_caller, fault) as (proxy, caller):
            await caller.call("whoami")
            (pause,) = pauses(proxy)
            assert pause >= 1.9

    async def wait_for_a_date() -> None:
        # A date has whole seconds.
        began = time.time()
        date = format_datetime(datetime.fromtimestamp(began, UTC) + timedelta(seconds=4), True)
        fault = refusal(503, "UNAVAILABLE", Retry_After=date)
        async with behind(server, family, open_caller, fault) as (proxy, caller):
            await caller.call("whoami")
            assert len(proxy.exchanges) == 2
        assert time.time() >= began + 2.5

    await asyncio.gather(wait_for_seconds(), wait_for_a_date())


async def test_no_try_begins_after_the_deadline(
    server: Service, family: Family, open_caller: OpenCaller
) -> None:
    faults = [refusal(503, "UNAVAILABLE")] * 1_000
    tries: list[float] = []
    # One try alone can take the shortest on a busy machine, and then it may be under way at the deadline.
    for seconds in (2, 8, 32):
        if len(tries) > 1:
            break
        async with behind(server, family, open_caller, *faults) as (proxy, caller):
            began = time.monotonic()
            options = Options(timeout_seconds=seconds, max_retries=1_000)
            error = await failing(caller, family, options)
            assert error.kind in {"UnavailableError", "APITimeoutError"}
            tries = [exchange.began - began for exchange in proxy.exchanges]
            assert tries[-1] < seconds + _SLACK_SECONDS, tries
    assert len(tries) > 1
    # A pause that would pass it is not begun.
    fault = refusal(503, "UNAVAILABLE", Retry_After="59")
    async with behind(server, family, open_caller, fault) as (proxy, caller):
        began = time.monotonic()
        error = await failing(caller, family, Options(timeout_seconds=55, max_retries=1_000))
        assert error.kind == "UnavailableError"
        assert len(proxy.exchanges) == 1
        assert time.monotonic() - began < 55


async def test_an_answer_that_does_not_end_is_given_up_at_the_deadline(
    server: Service, family: Family, open_caller: OpenCaller
) -> None:
    async def meet(fault: Fault) -> None:
        async with behind(server, family, open_caller, *[fault] * 9) as (proxy, caller):
            began = time.monotonic()
            error = await failing(caller, family, Options(timeout_seconds=1))
            # The whole of what drips would take minutes.
            assert time.monotonic() - began < 60, fault
            assert error.kind == "APITimeoutError", fault
            assert {error.idempotency_key} == set(proxy.keys()), fault

    drip = Drip(piece_bytes=1, pause_seconds=0.5)
    faults: list[Fault] = [Swallow(), Swallow(forwarded=True), drip]
    await asyncio.gather(*map(meet, faults))


async def test_a_server_that_is_not_there(family: Family, open_caller: OpenCaller) -> None:
    with FaultProxy(1) as proxy:
        url = proxy.base_url
    caller = await open_caller(ClientSettings(url, family.partner_key.text))
    error = await failing(caller, family)
    assert error.kind == "APIConnectionError"
    assert error.idempotency_key


async def test_a_page_that_fails_on_the_way_is_neither_left_out_nor_repeated(
    server: Service, family: Family, open_caller: OpenCaller
) -> None:
    faults: Sequence[Fault] = (Pass(), Cut(), Pass(), refusal(503, "UNAVAILABLE"), Reset(True))
    async with behind(server, family, open_caller) as (proxy, caller):
        for _ in range(9):
            await ALLOCATE.do(caller, family)
        whole = (await caller.call("credits.events.list", limit=100))["items"]
        proxy.script(*faults)
        walked = await caller.walk("credits.events.list", limit=2)
        assert walked == whole
        assert len(proxy.exchanges) == 5 + 3
