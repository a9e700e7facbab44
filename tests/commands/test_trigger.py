"""`layers trigger` and `layers listen` with a real server: what is made there arrives here, as the server sends it."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from tests.commands.listening import Listening
from tests.commands.standins import Receiver
from tests.support.fault_proxy import Cut, FaultProxy, Pass, Reset, refusal
from tests.support.serving import layers

from layers_partner import webhooks
from partner_api.events.type_schemas import EVENT_TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import httpx2
    from tests.support.commanding import Result, Run
    from tests.support.installation import Family, Installation, Key
    from tests.support.serving import Service

READY = "Stop with Ctrl-C."
SIGNED_ANEW = {"host", "x-layers-signature", "webhook-timestamp", "webhook-signature"}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest_asyncio.fixture
async def key(installation: Installation, family: Family) -> Key:
    """A key of the partner's test environment."""
    return await key_of_tests(installation, family)


@pytest_asyncio.fixture
async def reader(installation: Installation, family: Family) -> Key:
    """Another one, that may only read."""
    return await key_of_tests(installation, family, "webhooks:read")


@pytest.fixture
def trigger(run: Run, server: Service) -> Callable[..., Result]:
    """Run `layers trigger` in this process."""

    def trigger(key: Key | None, *words: str) -> Result:
        settings = {"LAYERS_BASE_URL": server.base_url}
        if key is not None:
            settings["LAYERS_API_KEY"] = key.text
        return run("trigger", *words, **settings)

    return trigger


def test_a_sample_is_in_the_feed_with_what_was_given_in_place_of_the_example(
    server: Service, key: Key, trigger: Callable[..., Result]
) -> None:
    ended = trigger(key, "credits.low", "--data", '{"available": 12}')
    assert ended.status == 0, ended
    event_id, kind = ended.output.split()
    assert kind == "credits.low"
    assert "`layers listen`" in ended.errors
    printed = trigger(key, "job.failed", "--json").json
    feed: list[Any] = []
    while len(feed) < 2:
        feed = server.get("/v1/events?wait=20", key.text).json()["items"]
    assert [event["id"] for event in feed] == [event_id, printed["id"]]
    assert feed[0]["data"]["available"] == 12
    assert feed[1] == printed


def test_what_is_no_sample_is_refused_with_what_to_do(
    family: Family, key: Key, reader: Key, trigger: Callable[..., Result]
) -> None:
    for caller, words, status, sentence in (
        (family.partner_key, ("credits.low",), 1, "Set it to one that begins with lp_test_."),
        (None, ("credits.low",), 1, "Set LAYERS_API_KEY"),
        (reader, ("credits.low",), 1, "a key that has the scope webhooks:write."),
        (key, ("credits.slow",), 1, "Expected one of job.completed"),
        (key, (), 2, "--list shows them all"),
        (key, ("credits.low", "--data", "[1]"), 2, "a JSON object"),
        (key, ("credits.low", "--data", "{"), 2, "It is not JSON"),
    ):
        ended = trigger(caller, *words)
        assert (ended.status, ended.output) == (status, "")
        assert sentence in ended.errors


def test_the_list_has_what_can_be_made(trigger: Callable[..., Result]) -> None:
    listed = trigger(None, "--list", "--json").json
    assert [one["type"] for one in listed] == [name for name in EVENT_TYPES if name != "test.ping"]
    shown = trigger(None, "--list")
    assert all(one["title"] in shown.output for one in listed)


async def test_what_is_forwarded_is_what_the_server_sends(
    server: Service, key: Key, api: httpx2.AsyncClient, receiver: Receiver, tmp_path: Path
) -> None:
    body = {"url": f"{receiver.url}/sent?x=1", "events": ["*"]}
    created = await api.post("/v1/webhook-endpoints", json=body, headers=key.headers)
    secret = created.json()["signingSecret"]
    words = ("--forward-to", f"{receiver.url}/forwarded?x=1")
    given = f"whsec_{'A' * 43}="
    with Listening(
        server.base_url, tmp_path, *words, key=key.text, LAYERS_WEBHOOK_SECRET=given
    ) as listener:
        await asyncio.to_thread(listener.says, READY)
        text = json.dumps({"description": 'café 茶 " \\ \u2028', "credits": 2**53 - 1})
        settings: dict[str, Any] = {"LAYERS_BASE_URL": server.base_url, "LAYERS_API_KEY": key.text}
        sample = ("trigger", "credits.allocated", "--data", text)
        made = await asyncio.to_thread(partial(layers, *sample, **settings))
        assert made.returncode == 0, made
        await asyncio.to_thread(receiver.wait_for, lambda: len(receiver.asked) == 2)
        status = await asyncio.to_thread(listener.interrupted)
    assert status == 130
    sent, forwarded = sorted(receiver.asked, key=lambda asked: asked.path, reverse=True)
    assert (sent.path, forwarded.path) == ("/sent?x=1", "/forwarded?x=1")
    assert forwarded.body == sent.body
    assert forwarded.headers.keys() == sent.headers.keys()
    assert {
        name for name, value in sent.headers.items() if forwarded.headers[name] != value
    } <= SIGNED_ANEW
    assert webhooks.verify(forwarded.body, forwarded.headers, given) == webhooks.verify(
        sent.body, sent.headers, secret
    )


async def test_over_a_bad_network_each_event_comes_once_and_in_order(
    server: Service, key: Key, api: httpx2.AsyncClient, receiver: Receiver, tmp_path: Path
) -> None:
    headers = key.headers
    with FaultProxy(server.port) as proxy:
        words = ("--forward-to", receiver.url)
        for restart in range(2):
            # The first request of a listener is not tried again: a wrong address would never be told.
            proxy.script()
            with Listening(proxy.base_url, tmp_path, *words, key=key.text) as listener:
                await asyncio.to_thread(listener.says, READY)
                proxy.script(
                    Pass(), Reset(), Cut(), refusal(503, "UNAVAILABLE"), Reset(forwarded=True)
                )
                for number in range(6):
                    sample = {"type": "job.completed", "data": {"number": number}}
                    await api.post("/v1/events/samples", json=sample, headers=headers)
                goal = restart * 6 + 3
                await asyncio.to_thread(receiver.wait_for, partial(has, receiver, goal))
                assert await asyncio.to_thread(listener.interrupted) == 130
        if missing := 12 - len(receiver.asked):
            last = (*words, "--count", str(missing))
            proxy.script()
            with Listening(proxy.base_url, tmp_path, *last, key=key.text) as listener:
                assert await asyncio.to_thread(listener.ended) == 0
    feed = (await api.get("/v1/events", headers=headers)).json()["items"]
    assert receiver.ids() == [event["id"] for event in feed]
    assert len(feed) == 12


async def key_of_tests(installation: Installation, family: Family, *scopes: str) -> Key:
    """A key of the partner's test environment."""
    wallet = await installation.test_tenant(family.partner)
    return await installation.key(wallet, *(scopes or ("*",)), env="test")


def has(receiver: Receiver, count: int) -> bool:
    """Whether so many events have arrived."""
    return len(receiver.asked) >= count
