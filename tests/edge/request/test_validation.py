"""Bodies and queries: what is wrong is named, all of it, and what is unknown is judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.edges import issues_of
from tests.support.sample import NewThing, Reason, ThingQuery

from partner_api.edge.request.validation import BodyShape, QueryShape
from partner_api.edge.wire.fields import MAX_AMOUNT
from partner_api.errors import ApiError, Issue

if TYPE_CHECKING:
    import httpx2
    from tests.support.edges import Family

GOOD: dict[str, Any] = {"name": "x", "credits": 1}
BODY = BodyShape(NewThing)
QUERY = QueryShape(ThingQuery)


def _issues(body: bytes | dict[str, Any]) -> dict[str, str]:
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
    with pytest.raises(ApiError) as caught:
        BODY.decode(raw)
    assert (caught.value.code, caught.value.status) == ("VALIDATION", 422)
    assert caught.value.details is not None
    issues: list[Issue] = caught.value.details["issues"]
    assert len({issue.path for issue in issues}) == len(issues), issues
    return {issue.path: issue.message for issue in issues}


def test_a_good_body_is_read() -> None:
    project = uuid4()
    thing = BODY.decode(
        msgspec.json.encode(
            {
                **GOOD,
                "projectId": f"prj_{project}",
                "dueAt": "2026-06-01T00:00:00Z",
                "shape": {"kind": "round", "sides": [1, 2, 3]},
                "metadata": {"a": "b"},
            }
        )
    )
    assert thing.project_id == project
    assert thing.due_at is not None
    assert thing.due_at.isoformat() == "2026-06-01T00:00:00+00:00"
    assert thing.shape is not None
    assert thing.shape.sides == [1, 2, 3]


@pytest.mark.parametrize(
    ("change", "path", "message"),
    [
        ({"name": ""}, "name", "Expected a string of length >= 1"),
        ({"name": "123456789"}, "name", "Expected a string of length <= 8"),
        ({"name": None}, "name", "Expected a string, got null"),
        ({"credits": "1"}, "credits", "Expected a whole number, got a string"),
        ({"credits": 1.5}, "credits", "Expected a whole number, got a number"),
        ({"credits": True}, "credits", "Expected a whole number, got true or false"),
        ({"credits": 0}, "credits", "Expected a whole number >= 1"),
        ({"credits": MAX_AMOUNT + 1}, "credits", f"Expected a whole number <= {MAX_AMOUNT}"),
        ({"shape": []}, "shape", "Expected an object, got a list"),
        ({"shape": {}}, "shape.kind", "This is required"),
        ({"shape": {"kind": "flat"}}, "shape.kind", "Expected one of round, square"),
        ({"shape": {"kind": "round", "x": 1}}, "shape.x", "not known"),
        ({"shape": {"kind": "round", "sides": [1, 10]}}, "shape.sides[1]", "<= 9"),
        ({"shape": {"kind": "round", "sides": [1] * 4}}, "shape.sides", "length <= 3"),
        ({"shapes": [{"kind": "round"}, {}]}, "shapes[1].kind", "required"),
        ({"shapes": {}}, "shapes", "Expected a list, got an object"),
        ({"projectId": "org_x"}, "projectId", "Expected an id such as prj_"),
        ({"projectId": 5}, "projectId", "Expected a string"),
        ({"dueAt": "2026-06-01T00:00:00+02:00"}, "dueAt", "ending in Z"),
        ({"metadata": {"a": 1}}, "metadata.a", "Expected a string, got a whole number"),
        ({"metadata": None}, "metadata", "Expected an object, got null"),
        ({"metadata": {"k" * 41: ""}}, "metadata." + "k" * 41, "length <= 40"),
        ({"metadata": {"k": "v" * 501}}, "metadata.k", "length <= 500"),
        ({"metadata": {str(n): "" for n in range(51)}}, "metadata", "at most 50 keys"),
        ({"metadata": {str(n): "v" * 400 for n in range(42)}}, "metadata", "16 KiB"),
        ({"smallest": 1}, "smallest", "Expected both"),
        ({"smallest": -1, "largest": 1}, "smallest", "Expected a whole number >= 0"),
        ({"unknown": 1}, "unknown", "not known"),
        ({"some_number": 1}, "some_number", "not known"),
    ],
)
def test_one_problem_is_named_at_its_place(change: dict[str, Any], path: str, message: str) -> None:
    issues = _issues({**GOOD, **change})
    assert set(issues) == {path}
    assert message in issues[path]


def test_every_problem_is_named() -> None:
    issues = _issues(
        {
            "credits": "many",
            "shape": {"sides": [0, "x", 5], "colour": "red"},
            "shapes": [{"kind": "flat"}, 7],
            "dueAt": "soon",
            "metadata": {"a": 1, "b": "fine", "c": None},
            "smallest": [],
            "largest": 1.5,
            "other": {"deep": 1},
        }
    )
    assert set(issues) == {
        "name",
        "credits",
        "shape.kind",
        "shape.sides[0]",
        "shape.sides[1]",
        "shape.colour",
        "shapes[0].kind",
        "shapes[1]",
        "dueAt",
        "metadata.a",
        "metadata.c",
        "smallest",
        "largest",
        "other",
    }


def test_metadata_over_its_limits_is_named_beside_other_problems() -> None:
    issues = _issues({**GOOD, "credits": 0, "metadata": {"k" * 41: ""}})
    assert set(issues) == {"credits", "metadata." + "k" * 41}


@pytest.mark.parametrize("body", [b"[]", b"null", b'"x"', b"7"])
def test_a_body_that_is_no_object_is_invalid(body: bytes) -> None:
    assert set(_issues(body)) == {""}


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        (b'{"name":"a\\u0000","credits":1}', {"name"}),
        (b'{"name":"x","credits":1,"metadata":{"a":"\\u0000"}}', {"metadata.a"}),
        (b'{"name":"x","credits":1,"metadata":{"a\\u0000":"b"}}', {"metadata.a\\u0000"}),
        (b'{"name":"x","credits":1,"a\\u0000":1}', {"a\\u0000"}),
        (b'{"name":"a\\u0000","credits":0}', {"name", "credits"}),
        (b'{"name":"x","credits":1,"shapes":[{"kind":"\\u0000"}]}', {"shapes[0].kind"}),
    ],
)
def test_a_nul_is_refused_wherever_it_is(body: bytes, paths: set[str]) -> None:
    assert set(_issues(body)) == paths


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b'{"name":"\\ud800","credits":1}', "name"),
        (b'{"name":"x","credits":1,"metadata":{"a\\udc00":"b"}}', "metadata.a\\udc00"),
        (b'"\\ud800"', ""),
    ],
)
def test_half_a_surrogate_pair_is_json_that_is_no_text(body: bytes, path: str) -> None:
    assert set(_issues(body)) == {path}


def test_what_only_looks_like_a_nul_is_fine() -> None:
    assert BODY.decode(b'{"name":"\\\\u0000","credits":1}').name == "\\u0000"


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"{'name':'x'}", b'{"name":"x"} x', b"\xff\xfe", b'{"name":"\xff"}', b"name=x"],
)
def test_what_is_not_json_is_400(body: bytes) -> None:
    with pytest.raises(ApiError) as caught:
        BODY.decode(body)
    assert (caught.value.code, caught.value.status) == ("VALIDATION", 400)


def test_deep_nesting_is_refused_and_not_a_fault() -> None:
    with pytest.raises(ApiError) as caught:
        BODY.decode(b'{"name":' + b"[" * 100_000 + b"]" * 100_000 + b"}")
    assert caught.value.code == "VALIDATION"


def test_a_body_whose_fields_are_all_optional_may_be_empty() -> None:
    assert BodyShape(Reason).decode(b"").reason is None


def test_a_body_must_be_strict() -> None:
    with pytest.raises(TypeError, match="forbid_unknown_fields"):
        BodyShape(ThingQuery)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(
    st.dictionaries(
        st.sampled_from([field.encode_name for field in msgspec.structs.fields(NewThing)])
        | st.text(),
        JSON,
    )
)
def test_whatever_comes_is_read_or_every_problem_named(value: dict[str, Any]) -> None:
    """Never an accident, and never a refusal without a reason."""
    try:
        BODY.decode(msgspec.json.encode(value))
    except ApiError as error:
        assert error.status == 422
        assert error.details is not None
        assert error.details["issues"]
        paths = [issue.path for issue in error.details["issues"]]
        assert len(paths) == len(set(paths))


def _query(text: bytes) -> tuple[ThingQuery | None, dict[str, str]]:
    issues: list[Issue] = []
    query = QUERY.decode(text, issues)
    return query, {issue.path: issue.message for issue in issues}


def test_a_query_is_read_with_its_defaults() -> None:
    query, _ = _query(b"")
    assert query is not None
    assert (query.status, query.limit, query.cursor) == (None, 3, None)
    query, _ = _query(b"status=assigned&status=disconnected&limit=5&flag=true&unknown=%00&x")
    assert query is not None
    assert (query.status, query.limit, query.flag) == (["assigned", "disconnected"], 5, True)


@pytest.mark.parametrize(
    ("text", "path", "message"),
    [
        (b"status=foo", "status", "Expected one of assigned, disconnected"),
        (b"status=assigned&status=foo", "status", "Expected one of"),
        (b"status=", "status", "Expected one of"),
        (b"status=null", "status", "Expected one of"),
        (b"limit=0", "limit", ">= 1"),
        (b"limit=6", "limit", "<= 5"),
        (b"limit=", "limit", "whole number"),
        (b"limit=null", "limit", "whole number"),
        (b"limit=1.5", "limit", "whole number"),
        (b"limit=1e0", "limit", "whole number"),
        (b"limit=0x1", "limit", "whole number"),
        (b"limit=1_0", "limit", "whole number"),
        (b"limit=%D9%A1", "limit", "whole number"),
        (b"limit=1&limit=2", "limit", "once"),
        (b"since=2026-06-01T00:00:00%2B00:00", "since", "ending in Z"),
        (b"since=null", "since", "ending in Z"),
        (b"projectId=x", "projectId", "prj_"),
        (b"flag=maybe", "flag", "true or false"),
        (b"cursor=%00", "cursor", "U+0000"),
        (b"limit=%ff", "", "UTF-8"),
        (b"limit=\xff", "", "UTF-8"),
    ],
)
def test_a_bad_parameter_is_named(text: bytes, path: str, message: str) -> None:
    query, issues = _query(text)
    assert query is None
    assert set(issues) == {path}
    assert message in issues[path]


def test_every_bad_parameter_is_named() -> None:
    _, issues = _query(b"status=foo&limit=0&since=x&projectId=y")
    assert set(issues) == {"status", "limit", "since", "projectId"}


async def test_path_header_query_and_body_are_named_together(
    client: httpx2.AsyncClient, family: Family
) -> None:
    response = await client.post(
        "/v1/things",
        json={"credits": 0},
        headers={**family.partner.headers, "X-Layers-Organization": "x", "Idempotency-Key": ""},
    )
    assert set(issues_of(response)) == {
        "name",
        "credits",
        "X-Layers-Organization",
        "Idempotency-Key",
    }


async def test_a_body_is_json_whatever_its_content_type_says(
    client: httpx2.AsyncClient, family: Family
) -> None:
    headers = {**family.partner.headers, "Content-Type": "application/x-www-form-urlencoded"}
    body = b'{"name":"x","credits":1}'
    assert (await client.post("/v1/things", content=body, headers=headers)).status_code == 201
    assert issues_of(
        await client.post("/v1/things", content=b"name=x", headers=headers), status=400
    )


async def test_an_optional_body_may_be_left_out(client: httpx2.AsyncClient, family: Family) -> None:
    path = f"/v1/projects/{uuid4()}/thing"
    headers = family.partner.headers
    assert (await client.delete(path, headers=headers)).json() == {"reason": None}
    response = await client.request("DELETE", path, json={"reason": "why"}, headers=headers)
    assert response.json() == {"reason": "why"}
