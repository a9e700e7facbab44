"""One attempt to send a delivery: its secrets, its bytes, its signatures of now, and what came of it."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Final

import structlog

from partner_api.crypto import UnsealError
from partner_api.ids import format_id
from partner_api.tracing import live
from partner_api.tracing.tracer import begin, outgoing_headers
from partner_api.visible_text import visible
from partner_api.webhooks.sending.client import Answer
from partner_api.webhooks.sending.schemas import event_body
from partner_api.webhooks.sending.signatures import secret_context, signature_headers
from partner_api.webhooks.sending_store import DeliveryResult

if TYPE_CHECKING:
    from datetime import datetime

    from partner_api.crypto import SecretKeys
    from partner_api.tracing.span import Span
    from partner_api.tracing.tracer import Tracer
    from partner_api.webhooks.sending.client import WebhookClient
    from partner_api.webhooks.sending_store import ClaimedDelivery

_log = structlog.get_logger(__name__)
_JITTER: Final = (0.9, 1.1)
# As many as the column takes.
_MOST_CHARACTERS: Final = 500
_UNREADABLE: Final = (
    "The signing secret of the endpoint cannot be read. Rotate it with rotate-secret."
)
_NOT_MADE: Final = "The request could not be made, by a fault of this server."


async def attempt(
    client: WebhookClient, secret_keys: SecretKeys, delivery: ClaimedDelivery, at: datetime
) -> DeliveryResult:
    """Send a delivery once.

    Args:
        client: sends the request.
        secret_keys: open the endpoint's signing secrets.
        delivery: claimed.
        at: the installation's time.

    Returns:
        What to report: whatever went wrong is an attempt that failed, with a sentence that says why.
    """
    span = None if live.tracer is None else _begin(live.tracer, delivery)
    try:
        answer = await _send(client, secret_keys, delivery)
    except UnsealError as error:
        _log.error(
            "webhook_secret_unreadable", endpoint_id=str(delivery.endpoint_id), reason=str(error)
        )
        answer = Answer(None, _UNREADABLE, b"", 0, None)
    except Exception:
        # A bug: the ladder goes on with it, so that it does not come round every thirty seconds for ever.
        _log.exception("webhook_not_made", delivery_id=str(delivery.id))
        answer = Answer(None, _NOT_MADE, b"", 0, None)
    if span is not None:
        _end(span, answer)
    return DeliveryResult(
        tenant_id=delivery.tenant_id,
        endpoint_id=delivery.endpoint_id,
        delivery_id=delivery.id,
        claim_token=delivery.claim_token,
        at=at,
        duration_ms=answer.duration_ms,
        status=answer.status,
        # Whatever a library has put into it: what the database does not take would hold up all reports.
        error=None if answer.error is None else visible(answer.error)[:_MOST_CHARACTERS],
        body=answer.body,
        retry_after_seconds=answer.retry_after_seconds,
        jitter=random.uniform(*_JITTER),  # noqa: S311
    )


async def _send(
    client: WebhookClient, secret_keys: SecretKeys, delivery: ClaimedDelivery
) -> Answer:
    context = secret_context(delivery.tenant_id, delivery.endpoint_id)
    sealed = [delivery.secret]
    if delivery.previous_secret is not None:
        sealed.append(delivery.previous_secret)
    secrets = [secret_keys.unseal(each, context).decode() for each in sealed]
    body = event_body(
        delivery.event_id,
        delivery.event_type,
        delivery.event_created_at,
        delivery.organization_id,
        delivery.data,
        delivery.replay_of,
    )
    event_id = format_id("evt", delivery.event_id)
    # The machine's time, not the installation's: receivers compare it with theirs.
    headers = signature_headers(secrets, event_id, body, int(time.time()))
    if live.tracer is not None and live.tracer.tells_receivers:
        headers |= outgoing_headers()
    return await client.send(delivery.url, headers, body, whose=delivery.tenant_id)


def _begin(tracer: Tracer, delivery: ClaimedDelivery) -> Span | None:
    """Begin the span of an attempt. It says nothing of its receiver, whose address may be a secret."""
    span = begin(tracer.delivery(delivery.event_type, delivery.request_ids))
    if span is None:
        return None
    span.attributes |= {
        "http.request.method": "POST",
        "layers.event.id": format_id("evt", delivery.event_id),
        "layers.event.type": delivery.event_type,
        "layers.delivery.id": str(delivery.id),
        "layers.endpoint.id": str(delivery.endpoint_id),
    }
    if len(delivery.request_ids) == 1:
        span.attributes["layers.request.id"] = delivery.request_ids[0]
    if delivery.attempt > 1:
        span.attributes["http.request.resend_count"] = delivery.attempt - 1
    return span


def _end(span: Span, answer: Answer) -> None:
    if answer.status is not None:
        span.attributes["http.response.status_code"] = answer.status
    if answer.error is not None:
        span.error = "no answer" if answer.status is None else str(answer.status)
    span.end()
