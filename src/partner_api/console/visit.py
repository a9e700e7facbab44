"""A request for a page: who looks, what was asked for or sent, and the API behind it."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any, Final, TypeVar, cast, get_args, get_origin, overload
from urllib.parse import urlencode

import msgspec

from partner_api.console.form_data import parse_form
from partner_api.console.whole_numbers import whole_number_of
from partner_api.edge.identity.authentication import OperatorCaller
from partner_api.edge.wire.fields import MAX_AMOUNT
from partner_api.edge.wire.reply import Reply
from partner_api.errors import ApiError, Issue, invalid
from partner_api.ids import format_id

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from partner_api.console.components.form import Field
    from partner_api.console.kept_form import KeptForm
    from partner_api.console.submitted import Submitted
    from partner_api.edge.identity.authentication import Caller
    from partner_api.edge.in_process import Calls, Sent
    from partner_api.edge.request.api_request import ApiRequest

    Query = Mapping[str, object]

T = TypeVar("T")
FORM: Final = "form"
"""The field that says which form of a page was sent."""
KEY: Final = "idempotencyKey"
"""The field with the key that a form was rendered with."""
WHOSE: Final = "filledInBy"
"""The field that says for whom a form was rendered."""
CONFIRMED: Final = "confirmed"
"""The field that says that the operator was asked once more."""
_ANOTHERS: Final = (
    "Somebody else filled this in. You are {}, so nothing was done. Check it before you send it."
)


class Visit:
    """What the handlers of pages get.

    Args:
        request: as it came.
        caller: as whom the API is asked.
        calls: the API.
        name: who looks, as the page shows it.
        submitted: a form of this page to show again.

    ``path`` is the address of the page without its query, ``query`` its parameters, ``filters`` what it keeps of them
    when one is wrong, ``kept_form`` what is left of the session before; ``fields`` and ``files`` are of what was sent.

    Raises:
        ApiError: VALIDATION: the query is none.
    """

    def __init__(
        self,
        request: ApiRequest,
        caller: OperatorCaller | Caller,
        calls: Calls,
        name: str,
        submitted: Submitted | None = None,
    ) -> None:
        self.request = request
        self.caller = caller
        self.name = name
        self.submitted = submitted
        self.fields: dict[str, list[str]] = {}
        self.files: dict[str, IO[bytes]] = {}
        self.path: str = request.scope["raw_path"].decode("ascii")
        self.query: dict[str, list[str]] = parse_form(request.scope["query_string"])
        # Whether the form to show again has been; if not, the page says it above all.
        self.is_shown_again = False
        self.kept_form: KeptForm | None = None
        self.filters: Sequence[Field] = ()
        self._calls = calls

    def take_form(self, fields: dict[str, list[str]], page: str) -> None:
        """Take a form that was sent, and be on the page that it is on.

        Args:
            fields: of the form.
            page: the address of that page.
        """
        self.fields = fields
        self.path, _, query = page.partition("?")
        self.query = parse_form(query.encode())

    @property
    def whose(self) -> str:
        """Return the id of whoever looks: of the operator, or of the key."""
        if isinstance(self.caller, OperatorCaller):
            return format_id("opr", self.caller.operator_id)
        return format_id("key", self.caller.api_key_id)

    def require_own_form(self) -> None:
        """Check that the form that was sent was rendered for whoever is signed in now.

        Raises:
            ApiError: CONFLICT: somebody else has signed in since, in the same browser.
        """
        if self.field(WHOSE) not in ("", self.whose):
            raise ApiError("CONFLICT", _ANOTHERS.format(self.name))

    def shown_again(self, form: str) -> Submitted | None:
        """Return what was sent of a form that the page shows again; None for every other form."""
        if self.submitted is None or self.submitted.form != form:
            return None
        self.is_shown_again = True
        return self.submitted

    def require(self, handler: Callable[..., Awaitable[Any]]) -> None:
        """Check that whoever looks may use a route of the API, as its declaration says.

        For a form that asks before it does: the route itself refuses what is sent in any case.

        Raises:
            ApiError: FORBIDDEN_SCOPE.
        """
        access = self._calls.route(handler).declared.access
        if isinstance(self.caller, OperatorCaller):
            access.check_role(self.caller.role)
        else:
            access.check_scopes(self.caller.scopes)

    def may(self, handler: Callable[..., Awaitable[Any]]) -> bool:
        """Return whether whoever looks may use a route of the API: whether a page offers it."""
        try:
            self.require(handler)
        except ApiError:
            return False
        return True

    def parameter(self, name: str, default: str = "") -> str:
        """Return a parameter of the address; the first, if there are several."""
        return self.query.get(name, [default])[0]

    def field(self, name: str) -> str:
        """Return a field of the form that was sent; empty when it is not there."""
        return self.fields.get(name, [""])[0].strip()

    def optional(self, name: str) -> str | None:
        """Return a field of the form that was sent; None when it is empty."""
        return self.field(name) or None

    def whole_number(self, name: str) -> int | None:
        """Return a field that is a whole number, or one in groups of thousands; None when it is empty.

        Raises:
            ApiError: VALIDATION: it is none, or larger than any amount.
        """
        text = self.field(name)
        if not text:
            return None
        number = whole_number_of(text)
        if number is None:
            raise invalid([Issue(name, "Expected a whole number, such as 1500 or 1,500")])
        if abs(number) > MAX_AMOUNT:
            raise invalid([Issue(name, f"Expected no amount above {MAX_AMOUNT:,}")])
        return number

    def amount(self, name: str) -> int:
        """Return a field that is a whole number.

        Raises:
            ApiError: VALIDATION, also when it is empty.
        """
        number = self.whole_number(name)
        if number is None:
            raise invalid([Issue(name, "Expected an amount")])
        return number

    def address(self, **changes: str | None) -> str:
        """Return the address of this page with other parameters; None leaves one out."""
        query = {**self.query, **{k: [v] for k, v in changes.items() if v is not None}}
        kept = {k: v for k, v in query.items() if changes.get(k, "") is not None and any(v)}
        return f"{self.path}?{urlencode(kept, doseq=True)}" if kept else self.path

    @overload
    async def ask(
        self,
        handler: Callable[..., Awaitable[Reply[T]]],
        *,
        query: Query | None = None,
        **path: str,
    ) -> T: ...

    @overload
    async def ask(
        self, handler: Callable[..., Awaitable[T]], *, query: Query | None = None, **path: str
    ) -> T: ...

    async def ask(
        self,
        handler: Callable[..., Awaitable[Any]],
        *,
        query: Query | None = None,
        **path: str,
    ) -> Any:
        """Read something of the API.

        Args:
            handler: of a route of the API, such as ``ops.leases.routes.list_leases``.
            query: parameters by their names on the wire; None and empty ones are left out.
            path: the path's parameters, by the handler's names for them.

        Raises:
            ApiError: what the route refuses.
        """
        return await self._call(handler, path, query=_query_of(query))

    @overload
    async def do(
        self,
        handler: Callable[..., Awaitable[Reply[T]]],
        body: Mapping[str, object] | None = None,
        *,
        query: Query | None = None,
        upload: Sent | None = None,
        step: int | None = None,
        **path: str,
    ) -> T: ...

    @overload
    async def do(
        self,
        handler: Callable[..., Awaitable[T]],
        body: Mapping[str, object] | None = None,
        *,
        query: Query | None = None,
        upload: Sent | None = None,
        step: int | None = None,
        **path: str,
    ) -> T: ...

    async def do(
        self,
        handler: Callable[..., Awaitable[Any]],
        body: Mapping[str, object] | None = None,
        *,
        query: Query | None = None,
        upload: Sent | None = None,
        step: int | None = None,
        **path: str,
    ) -> Any:
        """Do what the form that was sent asks for, once however often it is sent.

        Args:
            handler: of a route of the API.
            body: what is sent, by the names on the wire; None members are left out.
            query: parameters by their names on the wire; None and empty ones are left out.
            upload: a file, for a route that takes one instead of a body.
            step: which of several calls of one form this is.
            path: the path's parameters, by the handler's names for them.

        Raises:
            ApiError: what the route refuses; VALIDATION when the form has lost its key.
        """
        key = self.field(KEY)
        if not key:
            raise invalid([Issue(KEY, "Expected the key of the form; open the page again")])
        if step is not None:
            key = f"{key}-{step}"
        sent = body and {name: value for name, value in body.items() if value is not None}
        return await self._call(
            handler,
            path,
            query=_query_of(query),
            body=sent,
            upload=upload,
            idempotency_key=key,
        )

    async def _call(
        self, handler: Callable[..., Awaitable[Any]], path: Mapping[str, str], **call: Any
    ) -> Any:
        body = await self._calls.call(self.request, self.caller, handler, path=path, **call)
        return msgspec.json.decode(body, type=_answer_of(self._calls.route(handler).returns))


def _query_of(query: Query | None) -> str:
    texts: dict[str, str | Sequence[str]] = {}
    for name, value in (query or {}).items():
        if isinstance(value, list | tuple):
            texts[name] = [str(one) for one in value if one not in (None, "")]
        elif isinstance(value, bool):
            texts[name] = "true" if value else "false"
        elif value not in (None, ""):
            texts[name] = str(value)
    return urlencode(texts, doseq=True)


def _answer_of(returns: Any) -> Any:
    """Return the type of a route's JSON."""
    return get_args(returns)[0] if get_origin(returns) is Reply else cast("Any", returns)
