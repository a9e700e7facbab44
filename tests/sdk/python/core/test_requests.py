"""What is sent: paths, queries, headers and bodies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sdk.python.core.building import configuration

from layers_partner import NOT_GIVEN, RequestOptions
from layers_partner.core.operations import Operation
from layers_partner.core.requests import Request
from layers_partner.core.values import body_of, checked_path, path_of, query_of, timestamp

LIST = Operation("test.list", "GET", "/v1/projects/{projectId}/things")
CREATE = Operation("test.create", "POST", "/v1/things")
NAIVE = datetime(2026, 5, 28, 20, 26, 40)


def create(options: Any = None, **arguments: Any) -> Request:
    given: Any = options or {}
    return Request(configuration(), CREATE, given, **arguments)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_no_id_becomes_another_path(value: str) -> None:
    if value in {".", ".."}:
        return
    path = path_of("/v1/projects/{projectId}/things", {"projectId": value})
    before, between, after = path.partition("/v1/projects/")[2].partition("/")
    assert unquote(before) == value
    assert (between, after) == ("/", "things")
    assert path.isascii()
    assert not {"?", "#", " "} & set(path)


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_an_id_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="`project_id` must be an id"):
        Request(configuration(), LIST, {}, path={"projectId": value})


def test_an_id_that_is_no_text_is_refused() -> None:
    with pytest.raises(TypeError, match="`project_id` must be a str, not NoneType"):
        Request(configuration(), LIST, {}, path={"projectId": None})


def test_a_whole_number_is_a_part_of_a_path() -> None:
    assert path_of("/v1/events/{sequence}", {"sequence": 12}) == "/v1/events/12"
    with pytest.raises(TypeError, match="`sequence` must be a str, not bool"):
        path_of("/v1/events/{sequence}", {"sequence": True})


def test_a_value_with_braces_is_not_filled_in_again() -> None:
    path = path_of("/v1/{a}/{b}", {"a": "{b}", "b": "x"})
    assert path == "/v1/%7Bb%7D/x"


@pytest.mark.parametrize(
    "path",
    [
        "v1/whoami",
        "//evil.example/v1",
        "https://evil.example/v1",
        "/v1/../ops",
        "/v1/%2e%2E/ops",
        "/v1/./x",
        "/v1/a b",
        "/v1/a\\b",
        "/v1/a#b",
        "/v1/a\r\nX-Evil: 1",
        "",
        "@evil.example/",
        "\\\\evil.example",
    ],
)
def test_an_address_instead_of_a_path_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="The path must"):
        checked_path(path)


def test_a_path_of_ones_own_is_sent_as_it_is() -> None:
    assert checked_path("/v1/a%2Fb/c:d/@e") == "/v1/a%2Fb/c:d/@e"
    assert checked_path("/v1/é{x}?a=b") == "/v1/%C3%A9%7Bx%7D?a=b"
    named = Operation("request", "GET", checked_path("/v1/a?b=c"))
    assert Request(configuration(), named, {}, query={"d": 1}).url.endswith("/v1/a?b=c&d=1")


def test_a_query_repeats_lists_and_leaves_out_what_is_not_given() -> None:
    query = {
        "status": "assigned",
        "eventType": ["grant", "spend"],
        "both": ("a", "b"),
        "none": [],
        "limit": 5,
        "all": True,
        "not": False,
        "since": datetime(2026, 5, 28, 20, 26, 40, 123999, UTC),
        "cursor": NOT_GIVEN,
        "until": None,
        "search": "a&b=c d+é",
    }
    assert query_of(query) == (
        "status=assigned&eventType=grant&eventType=spend&both=a&both=b&limit=5&all=true&not=false"
        "&since=2026-05-28T20%3A26%3A40.123Z&search=a%26b%3Dc+d%2B%C3%A9"
    )
    with pytest.raises(TypeError, match="metadata cannot be a dict"):
        query_of({"metadata": {"a": 1}})
    with pytest.raises(TypeError, match="x cannot be a bytes"):
        query_of({"x": b"1"})


def test_times_are_sent_in_utc_with_milliseconds() -> None:
    lisbon = timezone(timedelta(hours=1))
    assert timestamp(datetime(2026, 5, 28, 20, tzinfo=lisbon)) == "2026-05-28T19:00:00.000Z"
    assert timestamp(datetime(2026, 5, 28, 20, 0, 0, 999_999, UTC)) == "2026-05-28T20:00:00.999Z"
    assert timestamp(datetime(1, 1, 1, tzinfo=UTC)) == "0001-01-01T00:00:00.000Z"
    with pytest.raises(ValueError, match="out of range"):
        timestamp(datetime(1, 1, 1, tzinfo=lisbon))


def test_a_time_without_a_zone_is_refused_wherever_it_is() -> None:
    for send in (
        lambda: query_of({"since": NAIVE}),
        lambda: query_of({"since": [NAIVE]}),
        lambda: body_of({"startedAt": NAIVE}),
        lambda: body_of({"deep": [{"at": NAIVE}]}),
    ):
        with pytest.raises(ValueError, match=r"no time zone.*tzinfo=UTC"):
            send()


def test_a_body_keeps_null_and_leaves_out_what_is_not_given() -> None:
    body = body_of(
        {
            "name": "Café ☕",
            "billingEmail": None,
            "metadata": {"snake_key": "1", "camelKey": "2", "": "3"},
            "scopes": ("a", "b"),
            "cap": NOT_GIVEN,
            "startedAt": datetime(2026, 5, 28, tzinfo=UTC),
            "frozen": MappingProxyType({"a_b": frozenset({1})}),
        }
    )
    assert body.decode() == (
        '{"name":"Café ☕","billingEmail":null,"metadata":{"snake_key":"1","camelKey":"2","":"3"},'
        '"scopes":["a","b"],"startedAt":"2026-05-28T00:00:00.000Z","frozen":{"a_b":[1]}}'
    )
    assert create(body={"cap": NOT_GIVEN}).content == b"{}"
    assert create().content is None


@pytest.mark.parametrize(
    "value", [{"a": object()}, {"a": b"x"}, {"a": float("nan")}, {"a": {"b": NOT_GIVEN}}]
)
def test_what_is_no_json_is_refused(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        body_of(value)


def test_a_write_has_one_key_and_a_read_none() -> None:
    first, second = create(), create()
    assert UUID(first.idempotency_key).version == 4
    assert first.idempotency_key != second.idempotency_key
    assert first.headers["idempotency-key"] == first.idempotency_key
    own = create({"idempotency_key": "order 1"})
    assert (own.idempotency_key, own.headers["idempotency-key"]) == ("order 1", "order 1")
    read = Request(configuration(), LIST, {"idempotency_key": "k"}, path={"projectId": "p"})
    assert read.idempotency_key is None
    assert "idempotency-key" not in read.headers


@pytest.mark.parametrize("key", ["", "a" * 256, "é", "a\nb", " a", 7])
def test_a_key_that_the_api_would_refuse_is_refused(key: Any) -> None:
    with pytest.raises(ValueError, match="`idempotency_key` must be 1 to 255"):
        create({"idempotency_key": key})


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer x"},
        {"IDEMPOTENCY-KEY": "k"},
        {"X-Layers-Organization": "org_1"},
        {"Content-Length": "5"},
        {"Host": "evil.example"},
        {"Transfer-Encoding": "chunked"},
        {"X-A": "b\r\nX-C: d"},
        {"X-A\r\nX-B": "c"},
        {"X A": "b"},
        {"X-A": "é"},
        {"X-A": 1},
        {"": "b"},
    ],
)
def test_headers_that_cannot_be_added(headers: Any) -> None:
    with pytest.raises(ValueError, match="`extra_headers`"):
        create({"extra_headers": headers})


def test_headers_are_those_of_the_call_before_those_of_the_client() -> None:
    settings = configuration(organization="org_1").changed(
        NOT_GIVEN, NOT_GIVEN, NOT_GIVEN, {"X-One": "client", "X-Two": "client"}
    )
    options: RequestOptions = {"organization": "org_2", "extra_headers": {"x-one": "call"}}
    request = Request(settings, CREATE, options)
    assert request.headers["x-one"] == "call"
    assert request.headers["x-two"] == "client"
    assert request.headers["x-layers-organization"] == "org_2"
    assert request.headers["user-agent"].startswith("layers-partner-python/0.")


def test_an_option_that_is_none_is_refused() -> None:
    with pytest.raises(TypeError, match="no option or argument retries"):
        create({"retries": 3})
    for options in ({"timeout": 0}, {"max_retries": -1}, {"organization": "a b"}):
        with pytest.raises(ValueError, match="must be"):
            create(options)


def test_an_option_that_is_not_given_is_the_clients() -> None:
    request = create({"timeout": NOT_GIVEN, "max_retries": NOT_GIVEN})
    assert (request.timeout, request.max_retries) == (60.0, 2)
