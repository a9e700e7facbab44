"""One route: what its declaration means, and the order in which every request is checked."""

from __future__ import annotations

import asyncio
import inspect
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, get_type_hints

import msgspec

from partner_api.database.outages import ROLLED_BACK
from partner_api.edge.declaration import Method, Runs
from partner_api.edge.idempotency.records import (
    RecordedTransaction,
    shaped,
    stored_reply,
)
from partner_api.edge.identity.admission import admit_key, admit_operator, note_refusal
from partner_api.edge.identity.scopes import ORG_ADMIN, covers, forbidden
from partner_api.edge.identity.subject import SubjectRule
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.request.uploads import Upload, receive_upload, upload_drain_limit
from partner_api.edge.request.validation import BodyShape, QueryShape, require_no_body
from partner_api.edge.wire.pagination import check_cursor
from partner_api.edge.wire.reply import Reply, json_reply
from partner_api.errors import KINDS, ApiError, Issue, invalid, not_found
from partner_api.ids import format_id
from partner_api.time_limits import IMPORT_SECONDS, REQUEST_SECONDS

if TYPE_CHECKING:
    from partner_api.edge.declaration import Declaration
    from partner_api.edge.identity.scopes import Access
    from partner_api.edge.limits.rate_limits import EndpointClass
    from partner_api.organizations.store import OrganizationStatus

Handler = Callable[..., Awaitable[Any]]

PARAMETER = re.compile(r"\{(\w+)\}")
_MAX_PATH_TEXT = 255
_STOPPING = (
    "This server is stopping. Send the request again, with the same Idempotency-Key if it had one, "
    "after the seconds in Retry-After."
)
# A handler's module need not import these for anything but types.
_ANNOTATIONS = {
    "ApiRequest": ApiRequest,
    "Connection": object,
    "RecordedTransaction": RecordedTransaction,
    "Upload": Upload,
}
# The others wait for what is no database first, as long as they say.
_BOUNDED = (Runs.READ, Runs.TRANSACTION, Runs.MONEY)
_PARAMETERS = ("request", "query", "body", "upload", "connection", "transaction")


class PathParameter(msgspec.Struct, frozen=True):
    """A parameter in a path: its name there and in the function, and its type."""

    wire_name: str
    name: str
    type: Any


class Route:
    """One route, taken apart once, when the server starts."""

    def __init__(
        self, method: Method, template: str, tag: str, handler: Handler, declared: Declaration
    ) -> None:
        self.method = method
        self.template = template
        self.tag = tag
        self.handler = handler
        self.declared = declared
        self.writes = method != "GET"
        # Without Idempotency-Key.
        self.is_repeatable = declared.runs in (Runs.READ, Runs.UNRECORDED)
        self.allowed_through_status: OrganizationStatus = declared.allowed_through_status or (
            "active" if self.writes else "suspended"
        )
        self.endpoint_class: EndpointClass = (
            "long-running"
            if declared.long_running
            else "write-light"
            if self.writes
            else "read-light"
        )
        _check_access(template, declared.access)

        hints = get_type_hints(handler, include_extras=True, localns=_ANNOTATIONS)
        names = list(inspect.signature(handler).parameters)
        self.returns: Any = hints["return"]
        named = {_snake_case(wire_name): wire_name for wire_name in PARAMETER.findall(template)}
        if missing := named.keys() - set(names):
            raise TypeError(f"{method} {template}: not taken: {', '.join(sorted(missing))}")
        self.path = [
            PathParameter(wire_name, name, hints[name]) for name, wire_name in named.items()
        ]
        if unknown := set(names) - {*_PARAMETERS, *named}:
            raise TypeError(f"{method} {template}: no such thing as {', '.join(sorted(unknown))}")
        for contradiction in declared.contradictions(method, names):
            raise TypeError(f"{method} {template}: {contradiction}")
        self._subject = SubjectRule(
            {parameter.wire_name: parameter.type for parameter in self.path},
            writes=self.writes,
            wallet=declared.wallet,
        )
        self.wants_request = "request" in names
        self.query = QueryShape(hints["query"]) if "query" in names else None
        self.body = BodyShape(hints["body"]) if "body" in names else None

    async def run(self, request: ApiRequest) -> Reply[Any]:
        """Check a request in the order of the contract, then do what it asks for.

        Raises:
            ApiError: the first check that fails.
        """
        request.template = request.exchange.template = self.template
        request.success_status = self.declared.status
        services = request.exchange.services
        if services is None:
            raise ApiError("UNAVAILABLE")
        if services.development_over.is_set():
            raise ApiError("UNAVAILABLE", _STOPPING)
        request.services = services
        request.now = services.clock.now()
        if self.declared.uploads is not None:
            request.exchange.drain_limit = upload_drain_limit(self.declared.uploads.max_bytes)
        elif self.declared.form_bytes:
            request.exchange.drain_limit = upload_drain_limit(self.declared.form_bytes)

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
        if self.declared.runs in _BOUNDED and not self.declared.waits:
            seconds = REQUEST_SECONDS if request.upload is None else IMPORT_SECONDS
            request.deadline = asyncio.get_running_loop().time() + seconds
        if self.declared.idempotency_required and request.idempotency_key is None:
            raise ApiError("IDEMPOTENCY_REQUIRED")
        try:
            if arguments is None:
                raise not_found()
            if request.acting_for is not None and request.key_caller is not None:
                request.caller = await request.services.children.act_for(
                    request.key_caller,
                    request.acting_for,
                    self.allowed_through_status,
                    request.subject,
                )
        except ApiError:
            # What was done before is answered as it was, also when it could not be done any more. And a key that
            # was used for something else is a conflict, whatever else is wrong.
            if (stored := await self._stored(request)) is not None:
                return stored
            raise
        try:
            return await self._call(request, arguments)
        except ROLLED_BACK:
            return await self._call(request, arguments)

    async def _stored(self, request: ApiRequest) -> Reply[Any] | None:
        """Find the answer that is kept for a request which fails a check of what it is about.

        Raises:
            ApiError: IDEMPOTENCY_CONFLICT, IDEMPOTENCY_IN_PROGRESS.
        """
        if not self.declared.runs.is_recorded:
            return None
        stored = await stored_reply(request)
        if stored is None or self.declared.runs is not Runs.MONEY:
            return stored
        if self.declared.replays is None:
            return None
        facts = msgspec.json.decode(stored.body)
        return shaped(facts, self.declared.replays, self.declared.status, replayed=True)

    async def _authorize(self, request: ApiRequest) -> None:
        access = self.declared.access
        if access.kind == "key":
            caller = await admit_key(request, self.endpoint_class, self._subject.look_up(request))
            request.caller = request.key_caller = caller
            request.exchange.caller_id = format_id("key", caller.api_key_id)
            try:
                is_childs = caller.parent_organization_id is not None
                access.check_scopes(caller.scopes, is_childs=is_childs)
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
        elif self.declared.uploads is not None:
            media_type = self.declared.uploads.read_media_type(request, issues)
            request.check_announced_size(self.declared.uploads.max_bytes)
        elif self.writes and not self.declared.form:
            # Nobody waits for it with a connection in hand.
            require_no_body(await request.body_bytes())
        elif request.announced_bytes and not self.declared.form:
            request.check_announced_size()
        if issues:
            raise invalid(issues)
        if self.declared.uploads is not None and not self.declared.uploads.streamed:
            arguments["upload"] = await receive_upload(
                request, media_type, self.declared.uploads.max_bytes
            )
        return None if absent else arguments

    def _read_path(
        self, request: ApiRequest, arguments: dict[str, Any], issues: list[Issue]
    ) -> bool:
        """Read the path's parameters; the answer is whether one of them names nothing."""
        absent = False
        for parameter, text in zip(self.path, request.path_texts, strict=True):
            if parameter.wire_name in request.path_values:
                # It was parsed for what is read with the key.
                value = request.path_values[parameter.wire_name]
            elif parameter.type is str:
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
        declared = self.declared
        if declared.runs is Runs.TRANSACTION:
            return await self._transaction(request).run(
                lambda connection: self.handler(connection=connection, **arguments)
            )
        if declared.runs is Runs.DEFERRED:
            arguments["transaction"] = self._transaction(request)
        if declared.runs is Runs.READ:
            async with asyncio.timeout_at(request.deadline):
                result = await self.handler(**arguments)
        else:
            result = await self.handler(**arguments)
        return result if isinstance(result, Reply) else json_reply(result, declared.status)

    def _transaction(self, request: ApiRequest) -> RecordedTransaction:
        declared = self.declared
        return RecordedTransaction(request, declared.status, sealed=declared.secret_answer)


def _check_access(template: str, access: Access) -> None:
    """Hold a route to who its address is for."""
    expected = {"v1": "key", "ops": "operator"}.get(template.split("/")[1], "public")
    if access.kind != expected:
        raise TypeError(f"{template}: an address like this is for {expected}, not {access.kind}")


def _snake_case(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", lambda match: f"_{match[1].lower()}", name)
