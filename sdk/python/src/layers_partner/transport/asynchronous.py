"""The asynchronous client: sends what the core has built, on the event loop of asyncio."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from layers_partner.core.answers import Answer
from layers_partner.core.decisions import Tries
from layers_partner.core.headers import Headers
from layers_partner.core.operations import Operation
from layers_partner.core.requests import Request
from layers_partner.core.uploads import Upload
from layers_partner.errors import ConfigurationError
from layers_partner.pages import AsyncPage, AsyncPages
from layers_partner.transport.base import BaseClient, page_of
from layers_partner.transport.connections import Connections, own_async_client

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from typing import Self, Unpack

    import httpx2

    from layers_partner.core.configuration import Configuration
    from layers_partner.options import AsyncUploadContent, CallOptions, RequestOptions


class AsyncClient(BaseClient):
    """Sends requests on the event loop of asyncio. Tasks of one loop may share one."""

    _connections: Connections[httpx2.AsyncClient]

    def __init__(
        self, configuration: Configuration, http_client: httpx2.AsyncClient | None
    ) -> None:
        super().__init__(configuration)
        import httpx2

        if http_client is not None and not isinstance(http_client, httpx2.AsyncClient):
            raise ConfigurationError("`http_client` must be an httpx2.AsyncClient.")
        self._connections = Connections(
            lambda: own_async_client(configuration.base_url), http_client
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections; not those of an `http_client` that was given."""
        if self._closes and self._connections.is_own:
            await self._connections.http.aclose()

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        body: object = None,
        **options: Unpack[RequestOptions],
    ) -> Any:
        """Call a route that has no method yet, with all that a method has: retries, errors, an `Idempotency-Key`.

        Args:
            method: such as ``GET``.
            path: such as ``/v1/whoami``; the key goes to no other server.
            query: values by their names on the wire; a list repeats its parameter.
            body: what to send as JSON; None sends no body.
            **options: of this call.

        Returns:
            What the answer says.

        Raises:
            LayersError: the API refused, or there was no answer.
            ValueError: the path is an address, or leads elsewhere.
        """
        named = self._named(method, path)
        return await self._call(named, {}, query=query, body=body, options=options)

    async def _call(
        self,
        operation: Operation,
        path: Mapping[str, object],
        *,
        query: Mapping[str, object] | None = None,
        headers: Mapping[str, object] | None = None,
        body: object = None,
        options: CallOptions,
    ) -> Any:
        request = Request(
            self._configuration,
            operation,
            options,
            path=path,
            query=query,
            headers=headers,
            body=body,
        )
        return self._data(request, await self._answer(request))

    def _list(
        self,
        operation: Operation,
        path: Mapping[str, object],
        *,
        query: Mapping[str, object] | None = None,
        headers: Mapping[str, object] | None = None,
        options: CallOptions,
    ) -> AsyncPages[Any]:
        rest: CallOptions = {**options}
        rest.pop("idempotency_key", None)

        async def follow(cursor: str) -> AsyncPage[Any]:
            asked = {**(query or {}), "cursor": cursor}
            return await self._list(operation, path, query=asked, headers=headers, options=rest)

        async def first() -> AsyncPage[Any]:
            request = Request(
                self._configuration, operation, options, path=path, query=query, headers=headers
            )
            asked_for = self._cursor_of(query)
            items, next_cursor = page_of(request, await self._answer(request), asked_for)
            return AsyncPage(items, next_cursor, follow, self._end_of(query))

        return AsyncPages(first)

    async def _locate(
        self, operation: Operation, path: Mapping[str, object], *, options: CallOptions
    ) -> str:
        request = Request(
            self._configuration, operation, options, path=path, is_redirect_wanted=True
        )
        return self._location(request, await self._answer(request))

    async def _upload(
        self,
        operation: Operation,
        path: Mapping[str, object],
        *,
        query: Mapping[str, object] | None = None,
        headers: Mapping[str, object] | None = None,
        content: AsyncUploadContent,
        content_type: str,
        options: CallOptions,
    ) -> Any:
        request = Request(
            self._configuration,
            operation,
            options,
            path=path,
            query=query,
            headers=headers,
            upload=content,
            content_type=content_type,
        )
        return self._data(request, await self._answer(request))

    async def _answer(self, request: Request) -> Answer:
        """Send a request until there is an answer to return, or an error."""
        import asyncio

        import httpx2

        tries = Tries(request)
        while True:
            seconds = tries.begin()
            scope = asyncio.timeout(seconds)
            try:
                async with scope:
                    answer = await self._send(request, seconds)
            except httpx2.RequestError as error:
                pause = self._failed(request, tries, error)
            except TimeoutError as error:
                if not scope.expired():
                    # It is one of the caller's, from what is uploaded.
                    raise
                pause = self._failed(request, tries, error)
            else:
                again_in = self._answered(request, tries, answer)
                if again_in is None:
                    return answer
                pause = again_in
            await asyncio.sleep(pause)

    async def _send(self, request: Request, seconds: float) -> Answer:
        import httpx2

        content = request.content
        if isinstance(content, Upload):
            content.rewind()
        built = self._connections.http.build_request(
            request.method,
            request.url,
            headers=httpx2.Headers(self._headers(request)),
            content=_async_pieces(content) if isinstance(content, Upload) else content,
            timeout=seconds,
        )
        response = await self._connections.http.send(built, auth=None, follow_redirects=False)
        return Answer(
            response.status_code,
            Headers(response.headers.multi_items()),
            response.content,
            is_redirect_wanted=request.is_redirect_wanted,
        )


async def _async_pieces(upload: Upload) -> AsyncIterator[bytes]:
    if upload.is_asynchronous:
        async for piece in upload.asynchronous_pieces():
            yield piece
    elif upload.file is None:
        for piece in upload.pieces():
            yield piece
    else:
        import asyncio

        pieces = upload.pieces()
        # Reading a file may take its time, and others are on this loop.
        while piece_or_end := await asyncio.to_thread(next, pieces, b""):
            yield piece_or_end
