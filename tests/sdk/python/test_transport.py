"""Both kinds of client against a real server: tries, deadlines, connections and uploads."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from tests.sdk.python.conftest import KEY
from tests.sdk.python.scripted import (
    Asked,
    Reply,
    Scripted,
    Step,
    cut,
    drip_body,
    drip_head,
    hang,
    refusal,
    reset,
)

from layers_partner import (
    APIConnectionError,
    APIError,
    APITimeoutError,
    AsyncLayers,
    ConflictError,
    IdempotencyInProgressError,
    KillSwitchError,
    Layers,
    RateLimitedError,
    UnavailableError,
)

if TYPE_CHECKING:
    from tests.sdk.python.conftest import Caller

SECRET = KEY.rpartition("F_")[2]
GENEROUS_SECONDS = 60
PASSING: list[Step] = [
    refusal(503, "UNAVAILABLE", Retry_After="0"),
    refusal(429, "RATE_LIMITED", Retry_After="0"),
    refusal(409, "IDEMPOTENCY_IN_PROGRESS", Retry_After="0"),
    refusal(408, "REQUEST_TIMEOUT"),
    Reply(502, b"<html>Bad gateway</html>", {"Content-Type": "text/html"}),
    reset,
    cut,
]


def create(layers: Any, **options: Any) -> Any:
    return layers.organizations.create(name="Corner Coffee", **options)


async def test_a_request_says_who_asks_and_for_whom(caller: Caller, scripted: Scripted) -> None:
    await caller(lambda layers: create(layers, organization="org_1"))
    (asked,) = scripted.asked
    assert (asked.method, asked.target) == ("POST", "/v1/organizations")
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert asked.headers["x-layers-organization"] == "org_1"
    assert asked.headers["content-type"] == "application/json"
    assert asked.headers["user-agent"].startswith("layers-partner-python/")
    assert asked.json == {"name": "Corner Coffee"}


@pytest.mark.parametrize("step", PASSING)
@pytest.mark.usefixtures("short_pauses")
async def test_a_passing_failure_is_tried_again_with_the_same_key(
    caller: Caller, scripted: Scripted, step: Step
) -> None:
    scripted.script(step, step, Reply(201, {"id": "org_1"}))
    assert await caller(create) == {"id": "org_1"}
    assert len(scripted.asked) == 3
    assert len({asked.headers["idempotency-key"] for asked in scripted.asked}) == 1
    assert {asked.body for asked in scripted.asked} == {b'{"name":"Corner Coffee"}'}


@pytest.mark.usefixtures("short_pauses")
async def test_the_last_error_tells_the_key(caller: Caller, scripted: Scripted) -> None:
    scripted.otherwise = refusal(503, "UNAVAILABLE", {"outcome": "unknown"}, Retry_After="0")
    with pytest.raises(UnavailableError) as caught:
        await caller(create)
    assert len(scripted.asked) == 3
    key = scripted.asked[0].headers["idempotency-key"]
    assert (caught.value.idempotency_key, caught.value.outcome) == (key, "unknown")
    assert key in str(caught.value)

    scripted.otherwise = reset
    with pytest.raises(APIConnectionError) as lost:
        await caller(lambda layers: create(layers, max_retries=1, idempotency_key="order-1"))
    assert len(scripted.asked) == 5
    assert lost.value.idempotency_key == "order-1"
    assert "order-1" in str(lost.value)
    assert isinstance(lost.value.__cause__, httpx2.RequestError)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (refusal(503, "KILL_SWITCH", {"scope": "key"}), KillSwitchError),
        (refusal(409, "CONFLICT", X_Should_Retry="true"), ConflictError),
        (refusal(503, "UNAVAILABLE", X_Should_Retry="false"), UnavailableError),
        (refusal(429, "RATE_LIMITED", Retry_After="61"), RateLimitedError),
        (Reply(302, b"", {"Location": "https://elsewhere.example/"}), APIError),
        (Reply(200, b"<html>Log in to the Wi-Fi</html>"), APIError),
        (Reply(200, b'{"a":' * 100_000), APIError),
    ],
)
async def test_what_is_final_is_not_tried_again(
    caller: Caller, scripted: Scripted, reply: Reply, kind: type[APIError]
) -> None:
    scripted.script(reply)
    with pytest.raises(kind) as caught:
        await caller(create)
    assert type(caught.value) is kind
    assert len(scripted.asked) == 1
    assert caught.value.idempotency_key == scripted.asked[0].headers["idempotency-key"]
    assert caught.value.request_id == "req_1"


async def test_no_retries_are_none(caller: Caller, scripted: Scripted) -> None:
    scripted.script(refusal(409, "IDEMPOTENCY_IN_PROGRESS", Retry_After="0"))
    with pytest.raises(IdempotencyInProgressError):
        await caller(lambda layers: create(layers, max_retries=0))


@pytest.mark.parametrize("step", [hang, drip_head, drip_body])
async def test_one_deadline_holds_over_whatever_the_server_does(
    caller: Caller, scripted: Scripted, step: Step
) -> None:
    scripted.otherwise = step
    begun = time.monotonic()
    with pytest.raises(APITimeoutError, match=r"within the 0\.5 seconds") as caught:
        await caller(lambda layers: create(layers, timeout=0.5, max_retries=5))
    # An answer that drips for ever ends: that is what is checked, not how exactly.
    assert 0.4 < time.monotonic() - begun < GENEROUS_SECONDS
    assert caught.value.idempotency_key == scripted.asked[0].headers["idempotency-key"]
    assert len(scripted.asked) == 1
    if step is not hang:
        assert scripted.has_left.wait(GENEROUS_SECONDS)


async def test_a_read_that_is_given_up_leaves_the_connections_usable(
    caller: Caller, scripted: Scripted
) -> None:
    scripted.script(hang, drip_body)
    for _ in range(2):
        with pytest.raises(APITimeoutError):
            await caller(lambda layers: layers.whoami(timeout=0.2))
    scripted.otherwise = Reply(200, {"organizationId": "org_1"})
    for _ in range(3):
        assert await caller(lambda layers: layers.whoami()) == {"organizationId": "org_1"}


async def test_no_server_is_an_error_without_the_key(caller: Caller) -> None:
    client = type(caller.client)(api_key=KEY, base_url="http://127.0.0.1:1", max_retries=0)
    with pytest.raises(APIConnectionError, match=r"no answer from 127\.0\.0\.1:1") as caught:
        await caller(lambda layers: layers.whoami(), client)
    assert not isinstance(caught.value, APITimeoutError)
    assert caught.value.idempotency_key is None
    closed = client.close()
    if closed is not None:
        await closed


async def test_connections_are_kept_and_shared_with_clients_of_other_options(
    caller: Caller, scripted: Scripted
) -> None:
    other = caller.client.with_options(organization="org_1", extra_headers={"X-Trace": "1"})
    await caller(lambda layers: layers.whoami())
    await caller(lambda layers: layers.whoami(), other)
    closed = other.close()
    if closed is not None:
        await closed
    await caller(lambda layers: layers.whoami())
    assert scripted.connections == 1
    assert [asked.headers.get("x-layers-organization") for asked in scripted.asked] == [
        None,
        "org_1",
        None,
    ]
    assert scripted.asked[1].headers["x-trace"] == "1"


async def test_a_callers_own_client_is_used_and_not_closed(scripted: Scripted) -> None:
    scripted.otherwise = Reply(302, b"", {"Location": "/elsewhere"})
    seen: list[object] = []
    with httpx2.Client(
        follow_redirects=True,
        auth=("user", "password"),
        event_hooks={"request": [seen.append]},
    ) as http:
        with (
            Layers(api_key=KEY, base_url=scripted.url, http_client=http) as layers,
            pytest.raises(APIError),
        ):
            layers.whoami()
        assert not http.is_closed
    async with httpx2.AsyncClient(follow_redirects=True) as http_async:
        async with AsyncLayers(
            api_key=KEY, base_url=scripted.url, http_client=http_async
        ) as async_layers:
            with pytest.raises(APIError):
                await async_layers.whoami()
        assert not http_async.is_closed
    assert len(seen) == 1
    # No redirect was followed, and the key is ours.
    assert [asked.path for asked in scripted.asked] == ["/v1/whoami"] * 2
    assert {asked.headers["authorization"] for asked in scripted.asked} == {f"Bearer {KEY}"}


def test_through_a_callers_own_client_the_deadline_holds_between_pieces(
    scripted: Scripted,
) -> None:
    scripted.script(drip_body)
    with (
        httpx2.Client(trust_env=False) as http,
        Layers(api_key=KEY, base_url=scripted.url, http_client=http) as layers,
        pytest.raises(APITimeoutError),
    ):
        layers.whoami(timeout=0.3)


def test_a_release_of_httpx2_that_looks_different_inside_still_works(
    scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Moved(httpx2.HTTPTransport):
        def __init__(self) -> None:
            self.inner = httpx2.HTTPTransport()

        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            return self.inner.handle_request(request)

        def close(self) -> None:
            self.inner.close()

    client = httpx2.Client
    monkeypatch.setattr(httpx2, "Client", lambda **given: client(transport=Moved(), **given))
    scripted.script(drip_body)
    with Layers(api_key=KEY, base_url=scripted.url) as layers, pytest.raises(APITimeoutError):
        layers.whoami(timeout=0.3)


def test_threads_share_a_client(scripted: Scripted) -> None:
    def answer(asked: Asked) -> Reply:
        return Reply(200, {"path": asked.path})

    scripted.otherwise = answer
    wrong: list[object] = []
    with Layers(api_key=KEY, base_url=scripted.url) as layers:

        def ask(number: int) -> None:
            for turn in range(10):
                project_id = f"prj_{number}_{turn}"
                told: Any = layers.projects.retrieve(project_id)
                if told != {"path": f"/v1/projects/{project_id}"}:
                    wrong.append(told)

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(GENEROUS_SECONDS)
    assert wrong == []
    assert len(scripted.asked) == 80


async def test_a_task_that_is_cancelled_leaves_the_client_usable(scripted: Scripted) -> None:
    arrived = asyncio.Event()
    loop = asyncio.get_running_loop()

    def wait(_: Asked) -> Reply:
        loop.call_soon_threadsafe(arrived.set)
        scripted.is_over.wait()
        return Reply(200, {})

    scripted.script(*[wait] * 5)
    scripted.otherwise = Reply(200, {"organizationId": "org_1"})
    async with (
        httpx2.AsyncClient(limits=httpx2.Limits(max_connections=1), trust_env=False) as http,
        AsyncLayers(api_key=KEY, base_url=scripted.url, http_client=http) as layers,
    ):
        for _ in range(5):
            arrived.clear()
            task = asyncio.create_task(layers.whoami())
            await asyncio.wait_for(arrived.wait(), GENEROUS_SECONDS)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        assert (await layers.whoami())["organizationId"] == "org_1"


async def test_a_callers_own_time_limit_stays_the_callers(scripted: Scripted) -> None:
    scripted.otherwise = hang
    async with AsyncLayers(api_key=KEY, base_url=scripted.url) as layers:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await layers.whoami()
        assert len(scripted.asked) == 1


async def test_a_location_is_returned_and_not_followed(caller: Caller, scripted: Scripted) -> None:
    scripted.script(
        Reply(302, b"", {"Location": "https://files.example/a.png?signature=x"}),
        Reply(302, b"", {"Location": "/files/a.png"}),
        Reply(200, {}),
    )

    def locate(layers: Any) -> Any:
        return layers.content.assets.retrieve_url("cnt_1", "a_1")

    assert await caller(locate) == "https://files.example/a.png?signature=x"
    assert await caller(locate) == f"{scripted.url}/files/a.png"
    with pytest.raises(APIError, match="not one of the API"):
        await caller(locate)
    assert len(scripted.asked) == 3


async def test_a_route_without_a_method_is_called_like_one_with(
    caller: Caller, scripted: Scripted
) -> None:
    scripted.script(Reply(200, {"items": []}), Reply(204, None))
    found = await caller(
        lambda layers: layers.request("GET", "/v1/events", query={"type": ["a", "b"], "limit": 1})
    )
    assert found == {"items": []}
    assert scripted.asked[0].query == [("type", "a"), ("type", "b"), ("limit", "1")]
    done = await caller(
        lambda layers: layers.request(
            "post", "/v1/webhook-endpoints", body={"a_b": None}, idempotency_key="k1"
        )
    )
    assert done is None
    assert scripted.asked[1].json == {"a_b": None}
    assert scripted.asked[1].headers["idempotency-key"] == "k1"
    for method, path in (("GET", f"{scripted.url}/v1/whoami"), ("CONNECT", "/v1/whoami")):
        with pytest.raises(ValueError, match="must"):
            await caller(lambda layers, m=method, p=path: layers.request(m, p))  # type: ignore[misc]
    assert len(scripted.asked) == 2


async def test_nothing_says_the_key(
    caller: Caller, scripted: Scripted, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    scripted.script(
        refusal(503, "UNAVAILABLE", Retry_After="0"), refusal(422, "VALIDATION", {"issues": []})
    )
    with pytest.raises(APIError) as caught:
        await caller(
            lambda layers: layers.projects.update("prj_1", name="body", idempotency_key="k1")
        )
    said = [line.getMessage() for line in caplog.records if line.name == "layers_partner"]
    assert len(said) == 2
    assert said[0].startswith("PATCH /v1/projects/{projectId}: 503, request req_1, ")
    assert said[0].endswith(" ms, try 1")
    assert said[1].endswith(" ms, try 2")
    told = [
        *(line.getMessage() for line in caplog.records),
        str(caught.value),
        repr(caught.value),
        repr(caught.value.__dict__),
        repr(caller.client),
        repr(caller.client._configuration),
        repr(caller.operator),
        repr(caller.client.projects),
    ]
    assert [text for text in told if SECRET in text] == []
    assert "prj_1" not in "".join(said)


async def test_the_environments_proxy_is_used_and_the_deadline_holds_through_it(
    caller: Caller, scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", scripted.url)
    client = type(caller.client)(api_key=KEY, base_url="http://api.example.test/below")
    scripted.script(Reply(200, {"organizationId": "org_1"}), drip_head)
    assert await caller(lambda layers: layers.whoami(), client) == {"organizationId": "org_1"}
    with pytest.raises(APITimeoutError):
        await caller(lambda layers: layers.whoami(timeout=0.3), client)
    assert {asked.target for asked in scripted.asked} == {"http://api.example.test/below/v1/whoami"}
    closed = client.close()
    if closed is not None:
        await closed
