"""What a route declares: everything about it but its address and its handler."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from partner_api.edge.identity.scopes import Access
    from partner_api.edge.request.uploads import UploadRule
    from partner_api.errors import Code
    from partner_api.organizations.store import OrganizationStatus

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
_SDK_NAME = re.compile(r"([a-z]+(_[a-z]+)*\.)*[a-z]+(_[a-z]+)*")


class Runs(Enum):
    """How a handler runs, and who keeps the idempotency record of its request."""

    READ = "it changes nothing, so there is no record"
    TRANSACTION = "in a transaction, with a `connection`, in which the edge keeps the record"
    DEFERRED = "it waits or works first, then runs the `transaction` that keeps the record"
    MONEY = "it calls one SQL function, which is the transaction and keeps the record"
    UNRECORDED = "done again it changes nothing more, so there is no record"

    @property
    def is_recorded(self) -> bool:
        """Whether the answer of a request with Idempotency-Key is kept."""
        return self not in (Runs.READ, Runs.UNRECORDED)


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What the reference shows of a route beyond what follows from its declaration and its types."""

    notes: Sequence[str] = ()
    """What to know of the answer, in Markdown; each is a point of a list."""
    see: Sequence[str] = ()
    """Other methods of the same API, as ``sdk`` names them, that whoever reads this page may want next."""
    when: Mapping[Code, str] = {}
    """When it answers with a code, in Markdown, where that is more than the code's own sentence."""
    path: Mapping[str, str] = {}
    """What a parameter of the path names, in Markdown, by its name on the wire."""
    request: Mapping[str, Any] = {}
    """Parameters and fields of the body in the examples, by their names on the wire. The others that are required are
    made of their types, and what is optional is left out."""
    python: str = ""
    """Lines after the call in Python, which gives them ``result``."""
    typescript: str = ""
    """Lines after the call in TypeScript, which gives them ``result``, or of a list its ``items``."""


class Declaration(msgspec.Struct, frozen=True, kw_only=True):
    """The keyword arguments of ``Routes.read`` and ``Routes.write``.

    Those of the first group are for both, then come those of reads and those of writes.
    """

    access: Access
    """Who may use the route; there is no default."""
    sdk: str = ""
    """Its method in the client libraries, such as ``leased_accounts.list``; every route of an API has one."""
    status: int = 200
    """Of the usual answer."""
    errors: Sequence[Code] = ()
    """Codes that it can answer beyond those that follow from what is declared."""
    also: Mapping[int, str] = {}
    """What other statuses mean that are no errors."""
    examples: Sequence[object] = ()
    """Answers to show in the reference."""
    shown: Shown = Shown()
    """What else the reference shows."""
    allowed_through_status: OrganizationStatus | None = None
    """When a partner acts inside a child, the last status of the child in which the route works; without it,
    ``suspended`` for reads and ``active`` for writes."""

    wallet: bool = False
    """The handler reads the wallet of the child that the path names, or else of the caller's organization. It is looked
    up in the same round trip as the key, and ``require_wallet`` finds it there."""
    waits: bool = False
    """A GET that may wait for something to happen before it answers: each look at the database has its time, not all
    together."""

    runs: Runs = Runs.READ
    """How the handler runs; every write says it."""
    idempotency_required: bool = False
    """It moves money and cannot do without Idempotency-Key."""
    secret_answer: bool = False
    """The answer has a secret in it; its idempotency record is encrypted."""
    long_running: bool = False
    """It starts a job, which has rate limits of its own."""
    uploads: UploadRule | None = None
    """What may be uploaded, for a handler with ``upload``."""
    form: bool = False
    """The body is a form of a page, which the handler reads itself."""
    form_bytes: int = 0
    """So many bytes at most, of a form with files; 0: as many as other bodies."""
    headers: Mapping[str, Any] = {}
    """Headers that the handler itself reads and requires, with the types that the reference shows."""
    replays: Callable[[dict[str, Any]], object] | None = None
    """For ``Runs.MONEY``: makes the answer of the facts that the SQL function has kept."""

    def contradictions(self, method: Method, parameters: Collection[str]) -> Iterator[str]:
        """Say what does not go together in a declaration.

        Args:
            method: of the route.
            parameters: names of the handler's parameters.
        """
        runs = self.runs
        if bool(_SDK_NAME.fullmatch(self.sdk)) == (self.access.kind == "public"):
            yield "`sdk` names its method in the client libraries, of a route that is not public"
        if (method == "GET") != (runs is Runs.READ):
            yield "a GET runs as READ, and nothing else does"
        if ("connection" in parameters) != (runs is Runs.TRANSACTION):
            yield "TRANSACTION goes with a parameter `connection`"
        if ("transaction" in parameters) != (runs is Runs.DEFERRED):
            yield "DEFERRED goes with a parameter `transaction`"
        if self.replays is not None and runs is not Runs.MONEY:
            yield "the edge keeps the answer itself; `replays` is for MONEY"
        if self.secret_answer and runs not in (Runs.TRANSACTION, Runs.DEFERRED):
            yield "only the edge encrypts a secret answer"
        if self.idempotency_required and not runs.is_recorded:
            yield "a key is required, but no record is kept"
        if self.form and (method == "GET" or self.access.kind != "public"):
            yield "forms are posted, to pages that know who is signed in"
        if self.form_bytes and not self.form:
            yield "`form_bytes` is of a form"
        if self.waits and method != "GET":
            yield "`waits` is for a GET; a write that waits runs as DEFERRED"
        if self.wallet and (method != "GET" or self.access.kind != "key"):
            yield "a wallet is read together with an API key, and by a GET"
        if method == "GET" and (self.uploads is not None or self.long_running):
            yield "a GET uploads and starts nothing"
        taken = self.uploads is not None and not self.uploads.streamed
        if taken != ("upload" in parameters) or (self.uploads and "body" in parameters):
            yield "an upload is declared and taken, without a body"
