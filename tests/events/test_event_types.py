"""The table of types: all of the contract's, each with a form, an example of it, and a sentence on when it is sent."""

from __future__ import annotations

import inspect
import re
from typing import Annotated, get_args, get_origin, get_type_hints

import pytest
from msgspec import Meta, Struct, convert, to_builtins

from partner_api.events.type_schemas import EVENT_TYPES, KNOWN_EVENTS, EventType

SENT = {
    *("job.completed", "job.failed", "job.canceled", "content.generated"),
    *("lease_request.assigned", "lease_request.rejected"),
    *("leased_account.renewed", "leased_account.past_due", "leased_account.disconnected"),
    *("credits.low", "credits.allocated"),
    *("organization.suspended", "organization.resumed", "organization.archived"),
    *("api_key.killed", "social_account.connected", "social_account.revoked"),
    *("webhook_endpoint.auto_paused", "test.ping"),
}
PLANNED = {"post.scheduled", "post.published", "post.failed", "post.canceled"}

every_type = pytest.mark.parametrize("event_type", EVENT_TYPES.values(), ids=EVENT_TYPES)


def test_they_are_those_of_the_contract() -> None:
    assert set(EVENT_TYPES) == SENT
    assert KNOWN_EVENTS == SENT | PLANNED


@every_type
def test_the_example_is_what_the_type_says(event_type: EventType) -> None:
    data = to_builtins(event_type.example)
    assert convert(data, event_type.data, strict=True) == event_type.example
    assert data
    if event_type.name != "test.ping":
        assert data["organizationId"].startswith("org_")


@every_type
def test_every_field_is_described(event_type: EventType) -> None:
    hints = get_type_hints(event_type.data, include_extras=True)
    assert hints
    assert [name for name, hint in hints.items() if not _described(hint)] == []
    assert inspect.getdoc(event_type.data)


@every_type
def test_it_says_when_it_is_sent(event_type: EventType) -> None:
    assert re.fullmatch(r"[A-Z].*[^.]", event_type.title)
    assert event_type.description.startswith("Sent ")
    assert event_type.description.endswith(".")


@pytest.mark.parametrize("name", ["organization.suspended", "organization.resumed"])
def test_each_type_has_a_form_of_its_own(name: str) -> None:
    others: set[type[Struct]] = {each.data for each in EVENT_TYPES.values() if each.name != name}
    assert EVENT_TYPES[name].data not in others


def _described(hint: object) -> bool:
    if get_origin(hint) is Annotated:
        return any(isinstance(each, Meta) and each.description for each in get_args(hint)[1:])
    return any(_described(each) for each in get_args(hint))
