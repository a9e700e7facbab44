"""The synchronous client: sends what the core has built, and waits for the answer."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from layers_partner.core.answers import Answer
from layers_partner.core.decisions import Tries
from layers_partner.core.headers import Headers
from layers_partner.core.operations import Operation
from layers_partner.core.requests import Request
from layers_partner.core.uploads import Upload
from layers_partner.errors import ConfigurationError
from layers_partner.pages import Page
from layers_partner.transport.base import BaseClient, page_of
from layers_partner.transport.connections import DEADLINE, Connections, own_client

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Self, Unpack

    import httpx2

    from layers_partner.core.configuration import Configuration
    from layers_partner.options import CallOptions, RequestOptions, UploadContent


class SyncClient(BaseClient):
    """Sends requests, and waits for their answers. Threads may share one."""

    _connections: Connections[httpx2.Client]

    def __init__(self, configuration: Configuration, http_client: httpx2.Client | None) -> None:
        super().__init__(configuration)
        import httpx2

        if http_client is not None and not isinstance(http_client, httpx2.Client):
            raise ConfigurationError("`http_client` must be an httpx2.Client.")
        self._connections = Connections(lambda: own_client(configuration.base_url), http_client)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; not those of an `http_client` that was given."""
        if self._closes and self._connections.is_own:
            self._connections.http.close()

    def request(
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
        return self._call(self._named(method, path), {}, query=query, body=body, options=options)

    def _call(
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
        return self._data(request, self._answer(request))

    def _list(
        self,
        operation: Operation,
        path: Mapping[str, object],
        *,
        query: Mapping[str, object] | None = None,
        headers: Mapping[str, object] | None = None,
        options: CallOptions,
    ) -> Page[Any]:
        request = Request(
            self._configuration, operation, options, path=path, query=query, headers=headers
        )
        rest: CallOptions = {**options}
        rest.pop("idempotency_key", None)

        def follow(cursor: str) -> Page[Any]:
            asked = {**(query or {}), "cursor": cursor}
            return self._list(operation, path, query=asked, headers=headers, options=rest)

        asked_for = self._cursor_of(query)
        items, next_cursor = page_of(request, self._answer(request), asked_for)
        return Page(items, next_cursor, follow, self._end_of(query))

    def _locate(
        self, operation: Operation, path: Mapping[str, object], *, options: CallOptions
    ) -> str:
        request = Request(
            self._configuration, operation, options, path=path, is_redirect_wanted=True
        )
        return self._location(request, self._answer(request))

    def _upload(
        self,
        operation: Operation,
        path: Mapping[str, object],
        *,
        query: Mapping[str, object] | None = None,
        headers: Mapping[str, object] | None = None,
        content: UploadContent,
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
        if isinstance(request.content, Upload) and request.content.is_asynchronous:
            raise TypeError("`content` of an asynchronous source needs an asynchronous client.")
        return self._data(request, self._answer(request))

    def _answer(self, request: Request) -> Answer:
        """Send a request until there is an answer to return, or an error."""
        import httpx2

        tries = Tries(request)
        while True:
            seconds = tries.begin()
            try:
                answer = self._send(request, seconds)
            except httpx2.RequestError as error:
                pause = self._failed(request, tries, error)
            else:
                again_in = self._answered(request, tries, answer)
                if again_in is None:
                    return answer
                pause = again_in
            time.sleep(pause)

    def _send(self, request: Request, seconds: float) -> Answer:
        import httpx2

        content = request.content
        if isinstance(content, Upload):
            content.rewind()
        built = self._connections.http.build_request(
            request.method,
            request.url,
            headers=httpx2.Headers(self._headers(request)),
            content=content.pieces() if isinstance(content, Upload) else content,
            timeout=seconds,
        )
        end = time.monotonic() + seconds
        token = DEADLINE.set(end)
        try:
            response = self._connections.http.send(
                built, stream=True, auth=None, follow_redirects=False
            )
            try:
                body = b"".join(_pieces(response, end))
            finally:
                response.close()
        finally:
            DEADLINE.reset(token)
        return Answer(
            response.status_code,
            Headers(response.headers.multi_items()),
            body,
            is_redirect_wanted=request.is_redirect_wanted,
        )


def _pieces(response: httpx2.Response, end: float) -> Iterator[bytes]:
    """Read an answer; through a caller's own client, the deadline is looked at between its pieces."""
    import httpx2

    for piece in response.iter_bytes():
        yield piece
        if time.monotonic() > end:
            raise httpx2.ReadTimeout("The deadline has passed.")
