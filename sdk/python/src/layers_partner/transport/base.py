"""What both clients share: their settings, and what they make of failures and answers."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urljoin, urlsplit

from layers_partner.core.answers import NO_CONTENT, NotJson, foreign, parse_json
from layers_partner.core.operations import Operation
from layers_partner.core.values import checked_path
from layers_partner.errors import APIConnectionError, ConfigurationError
from layers_partner.options import NOT_GIVEN, NotGiven
from layers_partner.responses import note

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from layers_partner.core.answers import Answer
    from layers_partner.core.configuration import Configuration
    from layers_partner.core.decisions import Tries
    from layers_partner.core.requests import Request
    from layers_partner.transport.connections import Connections

_log: Final = logging.getLogger("layers_partner")
_METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})


class BaseClient:
    """The settings of a client, and its connections, which clients made of it share."""

    _connections: Connections[Any]

    def __init__(self, configuration: Configuration) -> None:
        import httpx2

        try:
            httpx2.URL(configuration.base_url)
        except httpx2.InvalidURL:
            raise ConfigurationError("`base_url` or LAYERS_BASE_URL is no address.") from None
        self._configuration = configuration
        self._closes = True

    def with_options(
        self,
        *,
        organization: str | NotGiven | None = NOT_GIVEN,
        timeout: float | NotGiven = NOT_GIVEN,
        max_retries: int | NotGiven = NOT_GIVEN,
        extra_headers: Mapping[str, str] | NotGiven = NOT_GIVEN,
    ) -> Self:
        """Return a client with other settings that shares the connections; closing it leaves them open.

        Args:
            organization: the child to act for; None acts for the key's own organization.
            timeout: seconds for each call, with all its tries and pauses.
            max_retries: how often a request is sent again after a passing failure.
            extra_headers: sent with each request, beside those that this client has.

        Raises:
            ConfigurationError: a setting cannot be used.
        """
        changed = object.__new__(type(self))
        changed._configuration = self._configuration.changed(
            organization, timeout, max_retries, extra_headers
        )
        changed._connections = self._connections
        changed._closes = False
        return changed

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self._configuration.base_url!r})"

    def _headers(self, request: Request) -> dict[str, str]:
        return {**request.headers, "authorization": f"Bearer {self._configuration.secret}"}

    @staticmethod
    def _named(method: str, path: str) -> Operation:
        if method.upper() not in _METHODS:
            raise ValueError(f"The method must be one of {', '.join(sorted(_METHODS))}.")
        return Operation("request", method.upper(), checked_path(path))

    @staticmethod
    def _cursor_of(query: Mapping[str, object] | None) -> str | None:
        cursor = (query or {}).get("cursor")
        return cursor if isinstance(cursor, str) else None

    @staticmethod
    def _end_of(query: Mapping[str, object] | None) -> str | None:
        """Return the cursor at which a list without items ends; a feed that is asked to wait has no end."""
        return None if (query or {}).get("wait") else BaseClient._cursor_of(query)

    def _failed(self, request: Request, tries: Tries, cause: Exception) -> float:
        """Return the pause before the next try, after one without an answer.

        Raises:
            APIConnectionError: there is no next try.
        """
        import httpx2

        _line(request, tries, type(cause).__name__)
        if isinstance(cause, httpx2.TimeoutException | TimeoutError):
            error: APIConnectionError = tries.timed_out()
        else:
            host = urlsplit(self._configuration.base_url).netloc
            error = APIConnectionError(
                f"There was no answer from {host}: {str(cause) or type(cause).__name__}",
                idempotency_key=request.idempotency_key,
            )
        error.__cause__ = cause
        # Whoever stores the cause of the error does not store the key. One of our own has no request.
        sent: httpx2.Request | None = getattr(cause, "_request", None)
        if sent is not None:
            sent.headers.pop("authorization", None)
        # These are faults of the request itself, such as a file that became shorter while it was sent.
        is_passing = not isinstance(cause, httpx2.LocalProtocolError | httpx2.UnsupportedProtocol)
        return tries.failed(error, is_passing=is_passing)

    def _answered(self, request: Request, tries: Tries, answer: Answer) -> float | None:
        """Return None for an answer to return, else the pause before the next try.

        Raises:
            APIError: the answer is an error that is not tried again.
        """
        _line(request, tries, answer.status, answer.headers.get("x-request-id"))
        pause = tries.answered(answer)
        if pause is None:
            note(answer)
        return pause

    @staticmethod
    def _data(request: Request, answer: Answer) -> Any:
        if not answer.body and (answer.status == NO_CONTENT or request.is_conditional):
            return None
        try:
            return parse_json(answer.body)
        except NotJson:
            raise foreign(answer, request.idempotency_key) from None

    @staticmethod
    def _location(request: Request, answer: Answer) -> str:
        try:
            return urljoin(request.url, answer.headers["location"])
        except ValueError:
            raise foreign(answer) from None


def page_of(
    request: Request, answer: Answer, asked_for: str | None
) -> tuple[list[Any], str | None]:
    """Return the items of the page at a cursor, and where the next one begins.

    Raises:
        APIError: the answer is no page.
    """
    data = BaseClient._data(request, answer)
    if isinstance(data, dict) and isinstance(data.get("items"), list):
        cursor = data.get("nextCursor")
        # Followed, a page that is followed by itself would never end.
        is_endless = bool(cursor and data["items"] and cursor == asked_for)
        if (cursor is None or isinstance(cursor, str)) and not is_endless:
            return data["items"], cursor
    raise foreign(answer, request.idempotency_key)


def _line(request: Request, tries: Tries, outcome: object, request_id: str | None = None) -> None:
    if _log.isEnabledFor(logging.DEBUG):
        _log.debug(
            "%s %s: %s, request %s, %.0f ms, try %d",
            request.method,
            request.template.partition("?")[0],
            outcome,
            request_id,
            (time.monotonic() - tries.begun) * 1000,
            tries.number,
        )
