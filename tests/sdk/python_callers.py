"""The clients of the Python library, as tests call them."""

from __future__ import annotations

import asyncio
import functools
import inspect
import itertools
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

from tests.sdk.callers import (
    NO_OPTIONS,
    CallFailed,
    ClientSettings,
    JsonObject,
    Options,
    RawAnswer,
)

import layers_partner
from layers_partner import AsyncLayers, AsyncLayersOperator, Followed, Layers, LayersOperator

_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")
# What each kind of error says of itself, by the names that tests use.
_FIELDS = {
    "status": "status",
    "code": "code",
    "requestId": "request_id",
    "details": "details",
    "idempotencyKey": "idempotency_key",
    "requiredScope": "required_scope",
    "allow": "allow",
    "issues": "issues",
    "reason": "reason",
    "required": "required",
    "available": "available",
    "retryAfter": "retry_after",
    "limit": "limit",
    "scope": "scope",
    "outcome": "outcome",
    "job": "job",
}


class SyncCaller:
    """``Layers`` or ``LayersOperator``, whose calls run in threads."""

    def __init__(self, settings: ClientSettings) -> None:
        self.called: set[str] = set()
        self._settings = settings
        self.client: Any = (Layers if settings.api == "partner" else LayersOperator)(
            **_arguments(settings)
        )

    async def call(self, name: str, /, options: Options = NO_OPTIONS, **arguments: Any) -> Any:
        """Call a method in a thread."""
        return await self._run(name, _method(self.client, name), options, arguments)

    async def raw(self, name: str, /, **arguments: Any) -> RawAnswer:
        """Call a method through ``with_raw_response``."""
        return _raw_answer(
            await self._run(name, _raw_method(self.client, name), NO_OPTIONS, arguments, raw=True)
        )

    async def walk(
        self, name: str, /, *, at_most: int | None = None, **arguments: Any
    ) -> list[Any]:
        """Iterate over all pages."""
        self.called.add(name)

        def iterate() -> list[Any]:
            pages = _method(self.client, name)(**_python_names(arguments))
            return list(map(_plain, itertools.islice(pages, at_most)))

        try:
            return await asyncio.to_thread(iterate)
        except layers_partner.LayersError as error:
            raise _failed(error) from error

    async def count(self, name: str, /, marks: list[int]) -> list[int]:
        """Walk all pages in a process of its own and measure it."""
        return await _count("Layers", self._settings, name, marks)

    async def methods(self) -> set[str]:
        """Return what its classes have."""
        return _methods(self.client)

    async def close(self) -> None:
        """Close it."""
        await asyncio.to_thread(self.client.close)

    async def _run(
        self, name: str, method: Any, options: Options, arguments: JsonObject, *, raw: bool = False
    ) -> Any:
        self.called.add(name)
        call = functools.partial(method, **_python_names(arguments), **_options(options))
        try:
            result = await asyncio.to_thread(call)
        except layers_partner.LayersError as error:
            raise _failed(error) from error
        return result if raw else _plain(result)


class AsyncCaller:
    """``AsyncLayers`` or ``AsyncLayersOperator``."""

    def __init__(self, settings: ClientSettings) -> None:
        self.called: set[str] = set()
        self._settings = settings
        self.client: Any = (AsyncLayers if settings.api == "partner" else AsyncLayersOperator)(
            **_arguments(settings)
        )

    async def call(self, name: str, /, options: Options = NO_OPTIONS, **arguments: Any) -> Any:
        """Await a method."""
        return _plain(await self._run(name, _method(self.client, name), options, arguments))

    async def raw(self, name: str, /, **arguments: Any) -> RawAnswer:
        """Await a method through ``with_raw_response``."""
        return _raw_answer(
            await self._run(name, _raw_method(self.client, name), NO_OPTIONS, arguments)
        )

    async def walk(
        self, name: str, /, *, at_most: int | None = None, **arguments: Any
    ) -> list[Any]:
        """Iterate over all pages."""
        self.called.add(name)
        items: list[Any] = []
        try:
            async for item in _method(self.client, name)(**_python_names(arguments)):
                items.append(_plain(item))
                if len(items) == at_most:
                    break
        except layers_partner.LayersError as error:
            raise _failed(error) from error
        return items

    async def count(self, name: str, /, marks: list[int]) -> list[int]:
        """Walk all pages in a process of its own and measure it."""
        return await _count("AsyncLayers", self._settings, name, marks)

    async def methods(self) -> set[str]:
        """Return what its classes have."""
        return _methods(self.client)

    async def close(self) -> None:
        """Close it."""
        await self.client.close()

    async def _run(self, name: str, method: Any, options: Options, arguments: JsonObject) -> Any:
        self.called.add(name)
        try:
            return await method(**_python_names(arguments), **_options(options))
        except layers_partner.LayersError as error:
            raise _failed(error) from error


async def _count(client: str, settings: ClientSettings, name: str, marks: list[int]) -> list[int]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(Path(__file__).with_name("walk_events.py")),
        client,
        name,
        *map(str, marks),
        stdout=asyncio.subprocess.PIPE,
        env={
            **os.environ,
            "LAYERS_API_KEY": settings.credential,
            "LAYERS_BASE_URL": settings.base_url,
        },
    )
    said, _ = await process.communicate()
    assert process.returncode == 0
    found: list[int] = json.loads(said)
    return found


def _arguments(settings: ClientSettings) -> JsonObject:
    credential = "api_key" if settings.api == "partner" else "token"
    given = {
        credential: settings.credential,
        "base_url": settings.base_url,
        "timeout": settings.timeout_seconds,
        "max_retries": settings.max_retries,
    }
    return {name: value for name, value in given.items() if value is not None}


def _options(options: Options) -> JsonObject:
    given = {
        "idempotency_key": options.idempotency_key,
        "organization": options.organization,
        "timeout": options.timeout_seconds,
        "max_retries": options.max_retries,
        "extra_headers": options.extra_headers,
    }
    return {name: value for name, value in given.items() if value is not None}


def _python_names(arguments: JsonObject) -> JsonObject:
    return {_CAPITAL.sub("_", name).lower(): value for name, value in arguments.items()}


def _method(client: Any, name: str) -> Any:
    return functools.reduce(getattr, name.split("."), client)


def _raw_method(client: Any, name: str) -> Any:
    resource, _, verb = name.rpartition(".")
    owner = _method(client, resource) if resource else client
    return getattr(owner.with_raw_response, verb)


def _plain(result: Any) -> Any:
    """A page as the object of the wire, and a look of a follower as one; everything else is plain already."""
    if isinstance(result, Followed):
        return result._asdict()
    if hasattr(result, "next_cursor"):
        return {"items": result["items"], "nextCursor": result["nextCursor"]}
    return result


def _raw_answer(raw: Any) -> RawAnswer:
    limit = raw.rate_limit
    return RawAnswer(
        raw.status,
        {name.lower(): value for name, value in raw.headers.items()},
        raw.request_id,
        {
            "endpointClass": limit.endpoint_class,
            "limit": limit.limit,
            "remaining": limit.remaining,
            "reset": limit.reset,
        },
        _plain(raw.data),
    )


def _failed(error: layers_partner.LayersError) -> CallFailed:
    fields = {
        name: getattr(error, attribute)
        for name, attribute in _FIELDS.items()
        if hasattr(error, attribute)
    }
    return CallFailed(type(error).__name__, str(error), fields)


def _methods(client: Any) -> set[str]:
    """Every public method of a client's generated classes, and of the resources that they have."""
    found: set[str] = set()

    def look(owner: Any, prefix: str) -> None:
        for kind in type(owner).__mro__:
            if not _is_of_api(kind):
                continue
            for name, value in vars(kind).items():
                if name.startswith("_") or name == "with_raw_response":
                    continue
                if isinstance(value, functools.cached_property | property):
                    look(getattr(owner, name), f"{prefix}{name}.")
                elif inspect.isfunction(value):
                    found.add(prefix + name)

    look(client, "")
    return found


def _is_of_api(kind: type) -> bool:
    """Whether a class speaks of the API: is generated, or is mixed into one that is."""
    generated = ("layers_partner.partner.", "layers_partner.operator_api.")
    by_hand = ("layers_partner.waiting", "layers_partner.following")
    return kind.__module__.startswith((*generated, *by_hand))
