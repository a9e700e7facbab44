"""The clients of the Python library and a server that answers as a test says; each test runs with both kinds."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from tests.sdk.python.scripted import Scripted

from layers_partner import AsyncLayers, AsyncLayersOperator, Layers, LayersOperator
from layers_partner.core import decisions

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

KEY = "lp_test_0123456789ABCDEF_" + "s3cr_t-" * 6 + "X"
TOKEN = "lpo_0123456789ABCDEF_" + "s3cr_t-" * 6 + "X"


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the machine's settings is in the way."""
    for name in ("API_KEY", "OPERATOR_TOKEN", "BASE_URL", "ORGANIZATION"):
        monkeypatch.delenv(f"LAYERS_{name}", raising=False)
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    """A server."""
    with Scripted() as scripted:
        yield scripted


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses between tries are milliseconds."""
    monkeypatch.setattr(decisions, "FIRST_PAUSE_SECONDS", 0.001)


class Caller:
    """A client of either kind, whose methods are called in the same way."""

    def __init__(self, client: Any, operator: Any) -> None:
        self.client = client
        self.operator = operator
        self.is_async = isinstance(client, AsyncLayers)

    async def __call__(self, call: Callable[[Any], Any], client: Any = None) -> Any:
        """Call a method of the partner's client, or of another one."""
        client = client or self.client
        if self.is_async:
            return await call(client)
        return await asyncio.to_thread(call, client)

    async def walk(self, pages: Any) -> list[Any]:
        """Go through a list."""
        if self.is_async:
            return [item async for item in pages]
        return await asyncio.to_thread(list, pages)

    async def close(self) -> None:
        """Close both."""
        for client in (self.client, self.operator):
            closed = client.close()
            if closed is not None:
                await closed


@pytest_asyncio.fixture(params=["sync", "async"])
async def caller(request: pytest.FixtureRequest, scripted: Scripted) -> AsyncIterator[Caller]:
    """Clients of the scripted server."""
    given: dict[str, Any] = {"base_url": scripted.url}
    if request.param == "sync":
        caller = Caller(Layers(api_key=KEY, **given), LayersOperator(token=TOKEN, **given))
    else:
        caller = Caller(
            AsyncLayers(api_key=KEY, **given), AsyncLayersOperator(token=TOKEN, **given)
        )
    yield caller
    await caller.close()
