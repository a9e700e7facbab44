"""What a route declares: everything about it but its address and its handler."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from partner_api.edge.identity.acting import OrganizationStatus
    from partner_api.edge.identity.scopes import Access
    from partner_api.edge.request.api_request import ApiRequest
    from partner_api.edge.request.uploads import UploadRule
    from partner_api.errors import Code


class Declaration(msgspec.Struct, frozen=True, kw_only=True):
    """The keyword arguments of ``Routes.read`` and ``Routes.write``.

    Those of the first group are for both, the others for writes.
    """

    access: Access
    """Who may use the route; there is no default."""
    status: int = 200
    """Of the usual answer."""
    errors: Sequence[Code] = ()
    """Codes that it can answer beyond those that follow from what is declared."""
    also: Mapping[int, str] = {}
    """What other statuses mean that are no errors."""
    examples: Sequence[object] = ()
    """Answers to show in the reference."""
    allowed_through_status: OrganizationStatus | None = None
    """When a partner acts inside a child, the last status of the child in which the route works; without it,
    ``suspended`` for reads and ``active`` for writes."""

    idempotency_required: bool = False
    """It moves money and cannot do without Idempotency-Key."""
    secret_answer: bool = False
    """The answer has a secret in it; its idempotency record is encrypted."""
    long_running: bool = False
    """It starts a job, which has rate limits of its own."""
    uploads: UploadRule | None = None
    """What may be uploaded, for a handler with ``upload``."""
    replays: Callable[[dict[str, Any]], object] | None = None
    """For a route whose SQL function keeps the idempotency record: makes the answer of the facts that are stored."""
    prepare: Callable[[ApiRequest, dict[str, Any]], Awaitable[None]] | None = None
    """For a handler with ``connection``: takes the request and the handler's arguments before the transaction begins,
    and commits on its own what must not wait for it."""
