"""The envelope of an event, as the contract has it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import UUID

from partner_api.ids import format_id
from partner_api.webhooks.sending.schemas import event_body

EVENT = UUID("018bcfe5-6800-7000-8000-0123456789ab")
ORGANIZATION = UUID("d4e5f6a7-8b9c-4d0e-9f2a-3b4c5d6e7f80")
AT = datetime(2026, 6, 1, 12, 30, 0, 250_000, UTC)


def test_the_envelope_of_an_event() -> None:
    data = {"snake_key": {"innerKey": 2**60}, "text": "Grüße 🚀", "none": None, "list": [1.5]}
    body = event_body(EVENT, "job.completed", AT, ORGANIZATION, data)
    assert json.loads(body) == {
        "id": format_id("evt", EVENT),
        "type": "job.completed",
        "apiVersion": "v1",
        "createdAt": "2026-06-01T12:30:00.250Z",
        "organizationId": f"org_{ORGANIZATION}",
        "data": data,
    }
    assert "Grüße 🚀".encode() in body
    assert body == event_body(EVENT, "job.completed", AT, ORGANIZATION, data)


def test_a_replay_says_what_it_repeats() -> None:
    body = event_body(EVENT, "test.ping", AT, ORGANIZATION, {}, replay_of=EVENT)
    assert json.loads(body)["replayOf"] == str(EVENT)
