"""One route: what its declaration means, and the order in which every request is checked."""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, get_type_hints

import asyncpg
import msgspec

from partner_api.edge.idempotency.records import REPLAYED_HEADER, perform, stored_reply
from partner_api.edge.identity.admission import admit_key, admit_operator, note_refusal
from partner_api.edge.identity.scopes import ORG_ADMIN, Access, covers, forbidden
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.request.uploads import Upload, UploadRule, receive_upload
from partner_api.edge.request.validation import BodyShape, QueryShape, require_no_body
from partner_api.edge.wire.pagination import check_cursor
from partner_api.edge.wire.reply import Reply, json_reply
from partner_api.errors import KINDS, ApiError, Code, Issue, invalid, not_found
from partner_api.ids import format_id

if TYPE_CHECKING:
    from partner_api.database.connection import Connection
    from partner_api.edge.identity.acting import OrganizationStatus
    from partner_api.edge.limits.rate_limits import EndpointClass

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Handler = Callable[..., Awaitable[Any]]

PARAMETER = re.compile(r"\{(\w+)\}")
_MAX_PATH_TEXT = 255
_STOPPING = (
    "This server is stopping. Send the request again, with the same Idempotency-Key if it had one, "
    "after the seconds in Retry-After."
)
# A handler's module need not import these for anything but types.
_ANNOTATIONS = {"ApiRequest": ApiRequest, "Connection": object, "Upload": Upload}


class PathParameter(msgspec.Struct, frozen=True):
    """A parameter in a path: its name there and in the function, and its type."""

    wire_name: str
    name: str
    type: Any


class Route:
    """One route, taken apart once, when the server starts."""

    def __init__(
        self,
        method: Method,
        template: str,
        handler: Handler,
        *,
        access: Access,
        status: int,
        errors: Sequence[Code],
        tag: str,
        works_until: OrganizationStatus,
        idempotency_required: bool,
        secret_answer: bool,
        examples: Sequence[object],
        also: Mapping[int, str],
        uploads: UploadRule | None = None,
        long_running: bool = False,
        replays: Callable[[dict[str, Any]], object] | None = None,
    ) -> None:
        self.method = method
        self.template = template
        self.handler = handler
        self.access = access
        self.status = status
        self.errors = tuple(errors)
        self.tag = tag
        self.works_until = works_until
        self.idempotency_required = idempotency_required
        self.secret_answer = secret_answer
        self.examples = tuple(examples)
        self.also = dict(also)
        self.replays = replays
        self.writes = method != "GET"
        self.endpoint_class: EndpointClass = (
            "long-running" if long_running else "write-light" if self.writes else "read-light"
        )
        _check_access(template, access)

        hints = get_type_hints(handler, include_extras=True, localns=_ANNOTATIONS)
        names = list(inspect.signature(handler).parameters)
        self.returns: Any = hints["return"]
        self.path = [
            PathParameter(wire_name, name, hints[name])
            for wire_name in PARAMETER.findall(template)
            for name in [_snake_case(wire_name)]
        ]
        known = {"request", "query", "body", "connection", "upload", *(p.name for p in self.path)}
        if unknown := set(names) - known:
            raise TypeError(f"{method} {template}: no such thing as {', '.join(sorted(unknown))}")
        self.wants_request = "request" in names
        self.wants_connection = "connection" in names
        self.query = QueryShape(hints["query"]) if "query" in names else None
        self.body = BodyShape(hints["body"]) if "body" in names else None
        self.uploads = uploads
        taken = uploads is not None and not uploads.streamed
        if taken != ("upload" in names) or (uploads and self.body):
            raise TypeError(f"{method} {template}: an upload is declared and taken, without a body")
        if self.wants_connection and not self.writes:
            raise TypeError(f"{method} {template}: a read has no transaction")

    def __deepcopy__(self, _memo: object) -> Route:
        """Give itself: it never changes, and Litestar copies what it is given."""
        return self

    async def run(self, request: ApiRequest) -> Reply[Any]:
        """Check a request in the order of the contract, then do what it asks for.

        Raises:
            ApiError: the first check that fails.
        """
        request.template = request.exchange.template = self.template
        services = request.exchange.services
        if services is None:
            raise ApiError("UNAVAILABLE")
        if services.development_over.is_set():
            raise ApiError("UNAVAILABLE", _STOPPING)
        request.services = services
        request.now = services.clock.now()
        if self.uploads is not None:
            request.exchange.patience = self.uploads.patience

        await self._authorize(request)
        try:
            return await self._answer(request)
        finally:
            if request.upload is not None:
                request.upload.close()

    async def _answer(self, request: ApiRequest) -> Reply[Any]:
        arguments = await self._read(request)
        # Its body may have taken a minute, and what happened meanwhile was before it.
        request.now = request.services.clock.now()
        if self.idempotency_required and request.idempotency_key is None:
            raise ApiError("IDEMPOTENCY_REQUIRED")
        try:
            if arguments is None:
                raise not_found()
            if request.acting_for is not None and request.key_caller is not None:
                request.caller = await request.services.children.act_for(
                    request.key_caller, request.acting_for, self.works_until
                )
        except ApiError:
            # What was done before is answered as it was, also when it could not be done any more.
            if (stored := await self._stored(request)) is not None:
                return stored
            raise
        try:
            return await self._call(request, arguments)
        except (
            asyncpg.DeadlockDetectedError,
            asyncpg.SerializationError,
            # A migration has changed the table of a statement that this process had prepared before.
            asyncpg.InvalidCachedStatementError,
        ):
            # The transaction was rolled back; alone, it will most likely pass.
            return await self._call(request, arguments)

    async def _stored(self, request: ApiRequest) -> Reply[Any] | None:
        if not (self.wants_connection or self.replays):
            return None
        stored = await stored_reply(request)
        if stored is None or self.replays is None:
            return stored
        # The record has facts, and no status that counts: what they are as an answer is the route's to say.
        shown = self.replays(msgspec.json.decode(stored.body))
        reply = shown if isinstance(shown, Reply) else json_reply(shown, self.status)
        return Reply(reply.status, reply.body, REPLAYED_HEADER)

    async def _authorize(self, request: ApiRequest) -> None:
        access = self.access
        if access.kind == "key":
            caller = await admit_key(request, self.endpoint_class)
            request.caller = request.key_caller = caller
            request.exchange.caller_id = format_id("key", caller.api_key_id)
            try:
                access.check_scopes(caller.scopes)
                if request.raw_acting and not covers(caller.scopes, ORG_ADMIN):
                    raise forbidden(ORG_ADMIN)
            except ApiError:
                note_refusal(request, caller, "auth.scope_denied")
                raise
        elif access.kind == "operator":
            operator = await admit_operator(request)
            request.operator = operator
            request.exchange.caller_id = format_id("opr", operator.operator_id)
            access.check_role(operator.role)

    async def _read(self, request: ApiRequest) -> dict[str, Any] | None:
        """Read everything that has a syntax, and name all that is wrong with it.

        Returns:
            The handler's arguments; None when an id in the path cannot be one of the caller's.

        Raises:
            ApiError: VALIDATION, PAYLOAD_TOO_LARGE.
        """
        issues: list[Issue] = []
        arguments: dict[str, Any] = {"request": request} if self.wants_request else {}
        absent = self._read_path(request, arguments, issues)
        media_type = ""
        request.read_headers(issues, writes=self.writes)
        if self.query is not None:
            query = self.query.decode(request.scope["query_string"], issues)
            arguments["query"] = query
            if query is not None:
                check_cursor(request, query, issues)
        if self.body is not None:
            try:
                arguments["body"] = self.body.decode(await request.body_bytes())
            except ApiError as error:
                if error.status != KINDS["VALIDATION"].status or error.details is None:
                    raise
                issues += error.details["issues"]
        elif self.uploads is not None:
            media_type = self.uploads.read_media_type(request, issues)
            request.check_announced_size(self.uploads.max_bytes)
        elif self.writes:
            # Nobody waits for it with a connection in hand.
            require_no_body(await request.body_bytes())
        elif request.announced_bytes:
            request.check_announced_size()
        if issues:
            raise invalid(issues)
        if self.uploads is not None and not self.uploads.streamed:
            arguments["upload"] = await receive_upload(request, media_type, self.uploads.max_bytes)
        return None if absent else arguments

    def _read_path(
        self, request: ApiRequest, arguments: dict[str, Any], issues: list[Issue]
    ) -> bool:
        """Read the path's parameters; the answer is whether one of them names nothing."""
        absent = False
        for parameter in self.path:
            text = request.path_params[parameter.wire_name]
            if parameter.type is str:
                absent = absent or "\0" in text or len(text) > _MAX_PATH_TEXT
                value = text
            else:
                try:
                    value = parameter.type.parse(text)
                except ValueError as error:
                    absent = True
                    if parameter.type.invalid_when_malformed:
                        issues.append(Issue(parameter.wire_name, str(error)))
                    continue
            arguments[parameter.name] = request.path_values[parameter.wire_name] = value
        return absent

    async def _call(self, request: ApiRequest, arguments: dict[str, Any]) -> Reply[Any]:
        if self.wants_connection:

            async def effect(connection: Connection) -> Any:
                return await self.handler(connection=connection, **arguments)

            return await perform(request, self.status, effect, sealed=self.secret_answer)
        result = await self.handler(**arguments)
        return result if isinstance(result, Reply) else json_reply(result, self.status)


def _check_access(template: str, access: Access) -> None:
    """Hold a route to who its address is for."""
    expected = {"v1": "key", "ops": "operator"}.get(template.split("/")[1], "public")
    if access.kind != expected:
        raise TypeError(f"{template}: an address like this is for {expected}, not {access.kind}")


def _snake_case(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", lambda match: f"_{match[1].lower()}", name)
