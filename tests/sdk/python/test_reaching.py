"""Hosts of many addresses, requests too long for one, and answers that do not say whether a write happened."""

from __future__ import annotations

import asyncio
import pickle
import socket
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest
from tests.sdk.python.conftest import KEY
from tests.sdk.python.scripted import Reply, Scripted, cut

from layers_partner import APIConnectionError, APIError, APITimeoutError, Layers

if TYPE_CHECKING:
    from tests.sdk.python.conftest import Caller


async def test_the_deadline_holds_over_all_addresses_of_a_host(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with ExitStack() as stack:
        port = 0
        found: list[Any] = []
        for host in ("127.0.0.1", "127.0.0.2", "127.0.0.3"):
            silent = stack.enter_context(socket.socket())
            silent.bind((host, port))
            silent.listen(0)
            port = silent.getsockname()[1]
            found.append((socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port)))
            for _ in range(3):
                # More than its queue holds: nobody else gets a connection.
                other = stack.enter_context(socket.socket())
                other.setblocking(False)
                other.connect_ex((host, port))
        resolve = socket.getaddrinfo

        def getaddrinfo(host: Any, *given: Any, **named: Any) -> Any:
            if host == "many.example":
                return found
            return resolve(host, *given, **named)

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        with Layers(api_key=KEY, base_url=f"http://many.example:{port}", timeout=0.5) as layers:
            begun = time.monotonic()
            with pytest.raises(APITimeoutError):
                await asyncio.to_thread(layers.whoami)
            assert time.monotonic() - begun < 0.9


async def test_what_cannot_be_sent_is_refused_before_it_is(
    caller: Caller, scripted: Scripted
) -> None:
    with pytest.raises(ValueError, match="too long"):
        await caller(lambda layers: layers.organizations.retrieve("a" * 70_000))
    assert scripted.asked == []


async def test_a_write_whose_answer_is_cut_says_that_it_may_have_happened(
    caller: Caller, scripted: Scripted
) -> None:
    scripted.script(Reply(200, b'{"id": "org_'))
    with pytest.raises(APIError, match="may have happened") as raised:
        await caller(lambda layers: layers.organizations.create(name="a", idempotency_key="k1"))
    assert (raised.value.status, raised.value.idempotency_key) == (200, "k1")


async def test_the_cause_of_an_error_does_not_hold_the_key(
    caller: Caller, scripted: Scripted
) -> None:
    scripted.script(cut, cut)
    with pytest.raises(APIConnectionError) as raised:
        await caller(lambda layers: layers.whoami(max_retries=1))
    assert [asked.headers["authorization"] for asked in scripted.asked] == [f"Bearer {KEY}"] * 2
    assert KEY.encode() not in pickle.dumps(raised.value.__cause__)
