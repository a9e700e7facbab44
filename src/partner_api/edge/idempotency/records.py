"""The same request twice has one effect and one answer.

The record of an answer commits with its effect. Writes made in Python run in a ``RecordedTransaction``;
functions that move money take the record as an argument and keep it themselves (``money.py``).
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from partner_api.database.arguments import Idempotency
from partner_api.database.outages import OutcomeUnknown, is_lost
from partner_api.database.tenants import tenant_transaction
from partner_api.edge.idempotency import store
from partner_api.edge.request.validation import MAX_QUERY_BYTES
from partner_api.edge.wire.reply import Reply, json_reply
from partner_api.errors import ApiError, not_found
from partner_api.refusals import refusal

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from asyncpg.transaction import Transaction

    from partner_api.database.arguments import Outcome
    from partner_api.database.connection import Connection
    from partner_api.edge.request.api_request import ApiRequest

T = TypeVar("T")
S = TypeVar("S", bound=msgspec.Struct)
Facts = dict[str, Any]
Shape = Callable[[dict[str, Any]], T | Reply[T]]
"""Makes the answer of the facts of a money function."""

REPLAYED_HEADER = {"Idempotent-Replayed": "true"}
# Operators act across tenants; their records are in the operator's own.
OPERATOR_TENANT = 0


def idempotency_argument(request: ApiRequest) -> Idempotency:
    """Return the SQL composite ``idempotency``: whose request, which route, key and fingerprint.

    The key is None when the request has none; then nothing is recorded.
    """
    if request.is_operators:
        owner, caller_id = OPERATOR_TENANT, request.operator.operator_id
    else:
        owner, caller_id = request.caller.tenant_id, request.caller.counted_as
    fingerprint = _fingerprint(request) if request.idempotency_key is not None else b""
    return Idempotency(
        owner, caller_id, request.method, request.template, request.idempotency_key, fingerprint
    )


class RecordedTransaction:
    """The transaction of a write, in which its idempotency record is kept.

    Args:
        request: the request.
        status_code: of the answer.
        sealed: the answer contains a secret, so its record is encrypted.
    """

    def __init__(self, request: ApiRequest, status_code: int, *, sealed: bool) -> None:
        self._request = request
        self._status_code = status_code
        self._sealed = sealed

    async def run(self, effect: Callable[[Connection], Awaitable[T]]) -> Reply[T]:
        """Do the write, or answer as the first time.

        Args:
            effect: does the write on the connection it gets, and returns the answer.

        Raises:
            ApiError: IDEMPOTENCY_CONFLICT, IDEMPOTENCY_IN_PROGRESS, or what ``effect`` raises.
            TooMuchInFlight, TimeoutError: its time was over. Nothing was done.
            OutcomeUnknown: the answer to the commit got lost.
        """
        request = self._request
        record = idempotency_argument(request)
        async with request.connection() as connection:
            committing = False
            try:
                async with self._begin(connection):
                    async with asyncio.timeout_at(request.deadline_from_now()):
                        reply = await self._effect(connection, record, effect)
                    committing = True
            except Exception as error:
                if committing and is_lost(error):
                    raise OutcomeUnknown from error
                raise
        return reply

    def _begin(self, connection: Connection) -> Transaction:
        """Return a transaction that holds the caller's tenant; what an operator does finds its tenant, and holds it."""
        if self._request.is_operators:
            return connection.transaction()
        return tenant_transaction(connection, self._request.caller.tenant_id)

    async def _effect(
        self,
        connection: Connection,
        record: Idempotency,
        effect: Callable[[Connection], Awaitable[T]],
    ) -> Reply[T]:
        if record.key is None:
            return json_reply(await effect(connection), self._status_code)
        replay = await _find(self._request, connection, record)
        if replay is not None:
            return replay
        reply = json_reply(await effect(connection), self._status_code)
        kept = self._kept(reply.body, record)
        await store.keep(connection, self._request.now, record, self._status_code, *kept)
        return reply

    def _kept(self, answer: bytes, record: Idempotency) -> tuple[msgspec.Raw | None, bytes | None]:
        """Return what is stored of an answer: its text, or its ciphertext."""
        if not self._sealed:
            return msgspec.Raw(answer), None
        return None, self._request.services.secret_keys.seal(answer, _context(record))


async def stored_reply(request: ApiRequest) -> Reply[Any] | None:
    """Look whether a write that can no longer be done was done before, and give that answer.

    Raises:
        ApiError: IDEMPOTENCY_CONFLICT, IDEMPOTENCY_IN_PROGRESS.
    """
    if request.idempotency_key is None:
        return None
    async with request.connection() as connection:
        return await _stored(request, connection)


async def require_found(request: ApiRequest, connection: Connection, found: T | None) -> T:
    """Return what a request is about, if it was found.

    Args:
        request: the request.
        connection: the one that it has.
        found: what a store found, or None.

    Raises:
        ApiError: NOT_FOUND; before that IDEMPOTENCY_CONFLICT or IDEMPOTENCY_IN_PROGRESS, if the
            request's key was used for another request, or is being used.
    """
    if found is None:
        if request.idempotency_key is not None:
            await _stored(request, connection)
        raise not_found()
    return found


def answer(
    outcome: Outcome,
    shape: Shape[T],
    status_code: int = 200,
) -> Reply[T]:
    """Turn the outcome of a money function into an answer.

    Args:
        outcome: of the one operation that the request is.
        shape: makes the answer of the facts; a ``Reply`` has a status of its own.
        status_code: of the answer.

    Raises:
        ApiError: the function refused.
    """
    if outcome.code is not None:
        raise refusal(outcome.code, outcome.facts)
    facts = outcome.facts or {}
    return shaped(facts, shape, status_code, replayed=outcome.status == "replayed")


def shaped(facts: dict[str, Any], shape: Shape[T], status_code: int, *, replayed: bool) -> Reply[T]:
    """Build the answer from the facts of a money function; see ``answer``."""
    shown = shape(facts)
    reply = shown if isinstance(shown, Reply) else json_reply(shown, status_code)
    return Reply(reply.status, reply.body, REPLAYED_HEADER) if replayed else reply


def shape_or_whole(shape: Callable[[Facts], S], whole: type[S]) -> Callable[[Facts], S]:
    """Return a shape that also takes a record which a server of the previous release has kept.

    That server kept the whole answer of these routes where the money functions now keep facts. A record answers for
    24 hours, so this goes a release later.

    Args:
        shape: makes the answer of the facts.
        whole: the answer; what has no other names than its own is one.
    """
    names = {field.encode_name for field in msgspec.structs.fields(whole)}

    def answer_of(facts: Facts) -> S:
        return msgspec.convert(facts, whole) if facts.keys() <= names else shape(facts)

    return answer_of


async def _stored(request: ApiRequest, connection: Connection) -> Reply[Any] | None:
    # The lock of a key lasts as long as the transaction.
    async with connection.transaction():
        return await _find(request, connection, idempotency_argument(request))


async def _find(
    request: ApiRequest, connection: Connection, record: Idempotency
) -> Reply[Any] | None:
    found = await store.find(connection, request.now, record)
    if found.verdict == "conflict":
        raise ApiError("IDEMPOTENCY_CONFLICT")
    if found.verdict == "in_progress":
        raise ApiError("IDEMPOTENCY_IN_PROGRESS")
    if found.status_code is None:
        return None
    if found.sealed is not None:
        body = request.services.secret_keys.unseal(found.sealed, _context(record))
    else:
        body = (found.answer or "").encode()
    return Reply(found.status_code, body, REPLAYED_HEADER)


def _context(record: Idempotency) -> bytes:
    """Name the record, so that its ciphertext opens nowhere else."""
    owner, caller_id, method, route, key, _ = record
    return msgspec.json.encode(["idempotency", owner, str(caller_id), method, route, key])


def _fingerprint(request: ApiRequest) -> bytes:
    """Digest what makes two requests the same: path, query, acting header and body.

    What moves money keeps it for ever, so it has to stay the same of the same request.
    """
    if request.upload is not None:
        content: Any = [request.upload.media_type, request.upload.digest]
    else:
        # It was read before, so it is JSON, and no deeper than all JSON may be.
        content = msgspec.json.decode(request.received_body) if request.received_body else None
    query = request.scope["query_string"]
    parts = [
        request.path_values,
        # Longer ones are read by no route, and not worth taking apart.
        sorted(query.split(b"&")) if len(query) <= MAX_QUERY_BYTES else [query],
        str(request.acting_for or ""),
        content,
    ]
    encoded = msgspec.json.encode(parts, enc_hook=str, order="deterministic")
    return hashlib.sha256(encoded).digest()
