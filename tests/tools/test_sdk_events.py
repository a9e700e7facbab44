"""The events of a document are one type in both libraries: a union whose members say which of them they are."""

from __future__ import annotations

import ast
from typing import Any, get_args

import pytest
from tests.support.openapi import (
    TEXT,
    document,
    event,
    named,
    route,
    structure,
    with_body,
    with_events,
)
from tools.sdk.output import generate
from tools.sdk.reading import read
from tools.sdk.shapes import CannotExpress

TYPES = {"ThingMadeEvent": "thing.made", "ThingLostEvent": "thing.lost"}
LISTED = structure(
    ("items", "nextCursor"),
    items={"type": "array", "items": named("WebhookEvent")},
    nextCursor=TEXT,
)


def made(operations: dict[str, Any] | None = None, /, **schemas: Any) -> dict[str, Any]:
    return with_events(document(operations or {}, **schemas), **TYPES)


def python(written: dict[str, str], module: str) -> str:
    return written[f"python/src/layers_partner/partner/{module}.py"]


def typescript(written: dict[str, str], module: str) -> str:
    return written[f"typescript/src/partner/{module}.ts"]


def test_events_are_a_union_in_python_that_exists_when_the_code_runs() -> None:
    code = python(generate(made()), "types")
    found: dict[str, Any] = {"__name__": "types"}
    exec(compile(code, "types.py", "exec", dont_inherit=True), found)
    members = get_args(found["WebhookEvent"])
    assert [one.__name__ for one in members] == ["ThingMadeEvent", "ThingLostEvent"]
    assert get_args(members[0].__annotations__["type"]) == ("thing.made",)
    assert members[0].__annotations__["data"] is found["Thing"]
    assert ast.unparse(ast.parse(code).body[-1]) == "'One of them.'"


def test_events_are_a_union_in_typescript() -> None:
    code = typescript(generate(made()), "types")
    assert ('export interface ThingLostEvent {\n  type: "thing.lost";\n  data: Thing;\n}\n') in code
    assert code.endswith(
        "/** One of them. */\nexport type WebhookEvent = ThingMadeEvent | ThingLostEvent;\n"
    )


def test_many_events_have_a_line_each_in_typescript() -> None:
    types = {f"TheThing{number}ChangedEvent": f"thing.{number}" for number in "abcd"}
    code = typescript(generate(with_events(document({}), **types)), "types")
    lines = "".join(f"\n  | {name}" for name in types)
    assert code.endswith(f"export type WebhookEvent ={lines};\n")


def test_events_are_the_partners_alone() -> None:
    partner, operator = read(made())
    assert [one.name for one in partner.unions] == ["WebhookEvent"]
    assert (operator.unions, operator.structures) == ((), ())
    assert read(document({}))[0].unions == ()


def test_the_items_of_a_feed_are_the_same_union() -> None:
    operations = {
        "GET /v1/events": route("events.list", answer="EventPage"),
        "GET /v1/deliveries": route("deliveries.retrieve", answer="Delivery"),
    }
    delivery = structure(("payload",), payload=named("WebhookEvent"))
    written = generate(made(operations, EventPage=LISTED, Delivery=delivery))
    assert "-> Page[WebhookEvent]:" in python(written, "resources/events")
    assert "PagePromise<WebhookEvent>" in typescript(written, "resources/events")
    assert 'payload: "WebhookEvent"' in python(written, "types")
    assert "payload: WebhookEvent;" in typescript(written, "types")


def without_union(whole: dict[str, Any]) -> None:
    del whole["components"]["schemas"]["WebhookEvent"]


def without_member(whole: dict[str, Any]) -> None:
    whole["components"]["schemas"]["WebhookEvent"]["oneOf"].pop()


def with_another_member(whole: dict[str, Any]) -> None:
    whole["components"]["schemas"]["WebhookEvent"]["oneOf"].append(named("Other"))
    whole["components"]["schemas"]["Other"] = event("thing.other", "Thing")


def with_a_type_twice(whole: dict[str, Any]) -> None:
    whole["components"]["schemas"]["ThingLostEvent"] = event("thing.made", "Thing")


def with_exchanged_types(whole: dict[str, Any]) -> None:
    webhooks = whole["webhooks"]
    webhooks["thing.made"], webhooks["thing.lost"] = webhooks["thing.lost"], webhooks["thing.made"]


def without_discriminator(whole: dict[str, Any]) -> None:
    del whole["components"]["schemas"]["WebhookEvent"]["discriminator"]


def without_type(whole: dict[str, Any]) -> None:
    whole["components"]["schemas"]["ThingLostEvent"] = structure(("type",), type=TEXT)


def with_optional_type(whole: dict[str, Any]) -> None:
    whole["components"]["schemas"]["ThingLostEvent"]["required"] = ["data"]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (without_union, "no schema WebhookEvent"),
        (without_member, "ThingLostEvent: in one of"),
        (with_another_member, "Other: in one of"),
        (with_a_type_twice, "the same 'type'"),
        (with_exchanged_types, "the type of another one"),
        (without_discriminator, "oneOf needs a discriminator"),
        (without_type, "does not say by 'type'"),
        (with_optional_type, "does not say by 'type'"),
    ],
)
def test_events_that_cannot_be_told_apart_are_refused(spoil: Any, said: str) -> None:
    whole = made()
    spoil(whole)
    with pytest.raises(CannotExpress) as refused:
        read(whole)
    assert said in str(refused.value)


def test_a_union_that_is_sent_is_refused() -> None:
    body = structure(event=named("WebhookEvent"))
    with pytest.raises(CannotExpress) as refused:
        read(made({"POST /v1/events": with_body("Body", "events.create")}, Body=body))
    assert "can only be answered" in str(refused.value)
