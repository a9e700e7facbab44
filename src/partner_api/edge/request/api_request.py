"""A request on its way through the edge: what is known about it, and its body."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

from partner_api.database.lanes import Lane
from partner_api.database.pool import require_no_connection
from partner_api.edge.request.exchange import EXCHANGE, NO_DRAINING
from partner_api.edge.wire.fields import OrganizationId
from partner_api.errors import ApiError, Issue
from partner_api.time_limits import REQUEST_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping, Sequence
    from datetime import datetime

    from partner_api.database.pool import Acquisition
    from partner_api.edge.identity.authentication import Caller, OperatorCaller
    from partner_api.edge.identity.subject import Subject
    from partner_api.edge.request.exchange import Exchange
    from partner_api.edge.request.uploads import Upload
    from partner_api.services import Services

    Message = MutableMapping[str, Any]
    Scope = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]

MAX_BODY_BYTES = 256 * 1024
ACTING_HEADER = "X-Layers-Organization"
IDEMPOTENCY_HEADER = "Idempotency-Key"

_CUT_OFF = "The connection closed before the whole body had arrived. Send the request again."
_PRINTABLE = re.compile(rb"[\x20-\x7e]{1,255}")


class ApiRequest:
    """What handlers get. ``caller`` is whom it acts for, and set before a handler runs.

    Args:
        scope: the connection's, as ASGI has it.
        receive: gives the body.
        path_texts: the texts of the path's parameters, in their order.
    """

    __slots__ = (
        "_body_bytes",
        "_caller",
        "_operator",
        "acting_for",
        "admitted",
        "announced_bytes",
        "authorization",
        "cursor",
        "deadline",
        "exchange",
        "idempotency_key",
        "key_caller",
        "method",
        "now",
        "path_texts",
        "path_values",
        "raw_acting",
        "raw_idempotency_keys",
        "receive",
        "scope",
        "services",
        "subject",
        "success_status",
        "template",
        "upload",
    )

    def __init__(self, scope: Scope, receive: Receive, path_texts: Sequence[str]) -> None:
        self.scope = scope
        self.receive = receive
        self.path_texts = path_texts
        self.method: str = scope["method"]
        self.exchange: Exchange = scope[EXCHANGE]
        self.authorization: list[bytes] = []
        self.raw_acting: list[bytes] = []
        self.raw_idempotency_keys: list[bytes] = []
        self.announced_bytes = 0
        for name, value in scope["headers"]:
            if name == b"authorization":
                self.authorization.append(value)
            elif name == b"x-layers-organization":
                self.raw_acting.append(value)
            elif name == b"idempotency-key":
                self.raw_idempotency_keys.append(value)
            elif name == b"content-length" and value.isdigit():
                self.announced_bytes = int(value[:20])
        self.services: Services
        self.template: str
        # Of the usual answer of its route.
        self.success_status: int
        # When it has taken long enough, as the loop counts; None until its body has arrived, and where nothing says so.
        self.deadline: float | None = None
        # One instant for everything that the request does.
        self.now: datetime
        # Who asks, where a session of a browser has said so: the request then carries no token.
        self.admitted: Caller | OperatorCaller | None = None
        self.key_caller: Caller | None = None
        # What was read together with the key.
        self.subject: Subject | None = None
        self.acting_for: OrganizationId | None = None
        self.idempotency_key: str | None = None
        # The path parameters as they were read, by their names on the wire.
        self.path_values: dict[str, Any] = {}
        # What a verified cursor says, still encoded.
        self.cursor: bytes | None = None
        self._caller: Caller | None = None
        self._operator: OperatorCaller | None = None
        self._body_bytes: bytes | None = None
        # The body of a route for uploads, when it has arrived.
        self.upload: Upload | None = None

    @property
    def request_id(self) -> str:
        """The ``req_…`` that the answer carries."""
        return self.exchange.request_id

    @property
    def caller(self) -> Caller:
        """On whose behalf the request acts, on routes for API keys."""
        if self._caller is None:
            raise RuntimeError("only a route for API keys has a caller")
        return self._caller

    @caller.setter
    def caller(self, caller: Caller) -> None:
        self._caller = caller

    @property
    def operator(self) -> OperatorCaller:
        """The operator, on routes for operators."""
        if self._operator is None:
            raise RuntimeError("only a route for operators has an operator")
        return self._operator

    @operator.setter
    def operator(self, operator: OperatorCaller) -> None:
        self._operator = operator

    @property
    def is_operators(self) -> bool:
        """Return whether an operator is calling."""
        return self._operator is not None

    def connection(self, *, writes: bool | None = None) -> Acquisition:
        """Borrow a connection in the lane of the request: ``async with request.connection() as connection``.

        Args:
            writes: whether what it is for may wait for a lock; without it, whether the route writes.

        Raises:
            TooMuchInFlight, DatabaseUnreachable: there was none in time; see ``Pool.acquire``.
        """
        owner = self.operator.operator_id if self._caller is None else self._caller.tenant_id
        lane = Lane(owner, self.method != "GET" if writes is None else writes)
        return self.services.pool.acquire(lane, until=self.deadline_from_now())

    def deadline_from_now(self) -> float:
        """Return when the request has taken long enough; what waited for something else first has its time from now."""
        return self.deadline or asyncio.get_running_loop().time() + REQUEST_SECONDS

    def header(self, name: str) -> str | None:
        """Return the value of a header field, the first if there are several; None without one."""
        wanted = name.lower().encode()
        for found, value in self.scope["headers"]:
            if found == wanted:
                return str(value, "latin-1")
        return None

    def read_headers(self, issues: list[Issue], *, writes: bool) -> None:
        """Read the two headers that change what a request means.

        Args:
            issues: gets what is wrong with them.
            writes: whether the route writes; a read ignores Idempotency-Key.
        """
        if self.raw_acting:
            try:
                (value,) = self.raw_acting
                self.acting_for = OrganizationId.parse(value.decode("latin-1"))
            except ValueError:
                issues.append(Issue(ACTING_HEADER, "Expected one id of an organization"))
        if writes and self.raw_idempotency_keys:
            value = self.raw_idempotency_keys[0]
            if len(self.raw_idempotency_keys) > 1 or not _PRINTABLE.fullmatch(value):
                issues.append(
                    Issue(IDEMPOTENCY_HEADER, "Expected one key of 1 to 255 printable characters")
                )
            else:
                self.idempotency_key = value.decode("ascii")

    def check_announced_size(self, limit: int = MAX_BODY_BYTES) -> None:
        """Refuse a body that is too large before reading any of it.

        Raises:
            ApiError: PAYLOAD_TOO_LARGE.
        """
        if self.announced_bytes > limit:
            raise _too_large(limit)

    async def body_bytes(self, limit: int = MAX_BODY_BYTES) -> bytes:
        """Read the whole body, once; more than ``limit`` bytes are never kept.

        Raises:
            ApiError: PAYLOAD_TOO_LARGE; REQUEST_TIMEOUT; VALIDATION, see ``body_chunks``.
        """
        if self._body_bytes is None:
            self.check_announced_size(limit)
            try:
                async with asyncio.timeout(self.exchange.body_limits.json_seconds):
                    self._body_bytes = b"".join([chunk async for chunk in self.body_chunks(limit)])
            except TimeoutError:
                raise self._too_late() from None
        return self._body_bytes

    def set_body(self, body: bytes) -> None:
        """Set the body of a request that did not come from outside."""
        self._body_bytes = body

    @property
    def received_body(self) -> bytes:
        """The whole body of a write that is no upload: it was read before the handler was called."""
        if self._body_bytes is None:
            raise RuntimeError("the body was not read")
        return self._body_bytes

    async def body_chunks(self, limit: int) -> AsyncIterator[bytes]:
        """Yield the body as it arrives, once.

        Raises:
            ApiError: PAYLOAD_TOO_LARGE when more than ``limit`` bytes have come; REQUEST_TIMEOUT
                when nothing came for too long; VALIDATION when the connection closed before the end.
        """
        require_no_connection()
        size = 0
        while True:
            try:
                async with asyncio.timeout(self.exchange.body_limits.silence_seconds):
                    message = await self.receive()
            except TimeoutError:
                raise self._too_late() from None
            if message["type"] == "http.disconnect":
                raise ApiError("VALIDATION", _CUT_OFF, status=400)
            chunk: bytes = message["body"]
            size += len(chunk)
            if size > limit:
                raise _too_large(limit)
            yield chunk
            if not message.get("more_body"):
                return

    def _too_late(self) -> ApiError:
        # Nobody waits for the rest of such a body.
        self.exchange.drain_limit = NO_DRAINING
        return ApiError("REQUEST_TIMEOUT")


def _too_large(limit: int) -> ApiError:
    if limit == MAX_BODY_BYTES:
        return ApiError("PAYLOAD_TOO_LARGE")
    return ApiError(
        "PAYLOAD_TOO_LARGE", f"The upload is too large. Send at most {limit // 2**20} MiB."
    )
