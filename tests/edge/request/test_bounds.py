"""A body costs what its schema allows, and its refusal is short, whatever is in the 256 KiB."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import pytest
from msgspec import Meta, Struct
from tests.edge.request.hostile_bodies import (
    ASSET,
    HOSTILE,
    ID,
    completion,
    counted,
    keys,
    named,
)
from tests.support.sample import NewThing, ThingQuery

from partner_api.edge.request.api_request import MAX_BODY_BYTES
from partner_api.edge.request.bounds import InAll, JsonBound
from partner_api.edge.request.json_text import REPEATED, TOO_DEEP
from partner_api.edge.request.validation import (
    MAX_QUERY_BYTES,
    MAX_QUERY_PARAMETERS,
    BodyShape,
    QueryShape,
)
from partner_api.edge.wire.metadata import Metadata
from partner_api.edge.wire.visible import VISIBLE
from partner_api.errors import MAX_ISSUES, ApiError, Issue, Unlisted, invalid
from partner_api.lease_requests.schemas import NewLeaseRequest
from partner_api.ops.jobs.bulk_schemas import Completions
from partner_api.ops.jobs.schemas import Completion
from partner_api.organizations.schemas import OrganizationPatch
from partner_api.projects.schemas import NewProject

MOST_STEPS = 60_000
MOST_ANSWER_BYTES = 64 * 1024


@pytest.mark.parametrize(
    ("shape", "body"), [pytest.param(shape, body, id=name) for name, shape, body in HOSTILE]
)
def test_no_body_costs_more_than_its_schema_allows(shape: type[Struct], body: bytes) -> None:
    assert len(body) <= MAX_BODY_BYTES
    reader = BodyShape(shape)
    with counted() as steps, pytest.raises(ApiError) as caught:
        reader.decode(body)
    assert steps[0] < MOST_STEPS
    assert caught.value.code == "VALIDATION"
    assert len(caught.value.body("req_1")) < MOST_ANSWER_BYTES
    assert caught.value.details is not None
    issues: list[Issue] = caught.value.details["issues"]
    assert 0 < len(issues) <= MAX_ISSUES + 1
    # What could not be read at all has no place, nor has what is said of further problems.
    assert all(issue.path for issue in issues[:-1])


def _issues(shape: type[Struct], body: bytes) -> list[Issue]:
    with pytest.raises(ApiError) as caught:
        BodyShape(shape).decode(body)
    assert caught.value.details is not None
    issues: list[Issue] = caught.value.details["issues"]
    return issues


@pytest.mark.parametrize("count", [250, 20_000])
def test_a_list_that_is_too_long_is_one_problem(count: int) -> None:
    body = b'{"niche":{"vertical":"x","geo":[%b]}}' % b",".join([b"0"] * count)
    found = {issue.path: issue.message for issue in _issues(NewLeaseRequest, body)}
    assert found["niche.geo"] == "Expected a list of length <= 249"
    assert not [path for path in found if "[" in path]


@pytest.mark.parametrize(
    ("count", "last"),
    [
        (99, "This field is not known here; remove it"),
        (100, "There is 1 more problem than these"),
        (101, "There are 2 more problems than these"),
        (20_000, "There are 19,901 more problems than these"),
    ],
)
def test_further_problems_are_counted(count: int, last: str) -> None:
    """Unknown names are counted without a look at each; there is a field missing too."""
    names = b",".join(b'"x%d":0' % number for number in range(count))
    issues = _issues(NewThing, b'{"name":"x",%b}' % names)
    assert [issues[0].path, issues[-1].message] == ["credits", last]
    assert len(issues) == min(count + 1, MAX_ISSUES + 1)


def test_what_would_have_to_be_searched_for_is_not_counted() -> None:
    issues = _issues(Completion, b'{"assets":[%b]}' % b",".join([b"{}"] * 200))
    assert len(issues) == MAX_ISSUES + 1
    assert issues[-1] == Unlisted("", "There may be more problems than these")


def test_a_long_name_is_cut() -> None:
    (issue,) = _issues(NewThing, b'{"name":"x","credits":1,"%b":0}' % (b"n" * 5_000))
    assert issue.path == "n" * 100 + "…"


def test_a_refusal_that_is_put_together_of_several_is_bounded_too() -> None:
    """What is wrong with path, query and body is listed together."""
    parts = [
        *[Issue(f"q{number}", "x") for number in range(60)],
        *_issues(NewThing, b'{"name":"x","credits":1,%b}' % keys(b"0")),
    ]
    error = invalid(parts)
    assert error.details is not None
    issues = error.details["issues"]
    assert len(issues) == MAX_ISSUES + 1
    assert issues[-1] == Unlisted("", "There may be more problems than these")


def test_an_answer_is_bounded_in_bytes_whatever_its_issues_are() -> None:
    error = invalid([Issue("\x01" * 200, "\x01" * 600)] * 90)
    assert len(error.body("req_1")) < MOST_ANSWER_BYTES
    assert error.details is not None
    shown = error.details["issues"]
    assert shown[-1].message == f"There are {90 - len(shown) + 1} more problems than these"


def test_the_last_of_many_items_is_found_wherever_it_is() -> None:
    body = b'{"workerId":"w","claimToken":"%b","creditsCharged":1,"assets":[%b]}' % (
        ID,
        b",".join([ASSET] * 199 + [ASSET.replace(b'"width":1', b'"width":0')]),
    )
    (issue,) = _issues(Completion, body)
    assert issue == Issue("assets[199].width", "Expected a whole number >= 1")


def test_a_number_that_nothing_can_hold_is_named_as_such() -> None:
    assert _issues(NewThing, b'{"credits":1e999}') == [Issue("", "A number in it is too great")]


def test_a_number_that_a_client_could_not_hold_is_named() -> None:
    body = b'{"name":"x","timezone":"UTC","metadata":{"a":[1,%b,{"b":-%b}]}}'
    assert _issues(NewProject, body % (b"9" * 309, b"9" * 4_000)) == [
        Issue("metadata.a[1]", "Expected a number that fits a double-precision one"),
        Issue("metadata.a[2].b", "Expected a number that fits a double-precision one"),
    ]
    assert BodyShape(NewProject).decode(body % (b"9" * 308, b"9" * 308)).metadata


def test_a_key_that_is_there_twice_is_named_beside_other_problems() -> None:
    body = b'{"name":1,"metadata":{"a":{"b":0,"b":1}},"name":"x","x":0}'
    found = {issue.path: issue.message for issue in _issues(NewProject, body)}
    assert {path for path, message in found.items() if message == REPEATED} == {
        "name",
        "metadata.a.b",
    }
    assert found.keys() == {"name", "metadata.a.b", "timezone", "x"}


@pytest.mark.parametrize(
    "metadata", [b'{"a":"b","a":"b"}', b'{"a":{"b":[{"c":0,"c":0}]}}', b'{"a":0,"\\u0061":0}']
)
def test_what_is_valid_but_for_a_key_that_is_there_twice_is_refused(metadata: bytes) -> None:
    body = b'{"name":"x","timezone":"UTC","metadata":%b}' % metadata
    (issue,) = _issues(NewProject, body)
    assert (issue.path[:10], issue.message) == ("metadata.a", REPEATED)


@pytest.mark.parametrize("count", [100, 101])
def test_a_change_of_metadata_names_at_most_100_keys(count: int) -> None:
    """Fifty that are there, all removed, and fifty new ones."""
    names = b",".join(b'"%d":""' % number for number in range(count))
    body = b'{"metadata":{%b}}' % names
    if count == 100:
        assert len(BodyShape(OrganizationPatch).decode(body).metadata) == 100  # type: ignore[arg-type]
    else:
        issues = _issues(OrganizationPatch, body)
        assert issues == [Issue("metadata", "Expected at most 100 keys")]


@pytest.mark.parametrize("levels", [62, 63])
def test_json_is_at_most_64_levels_deep(levels: int) -> None:
    """The body is one, and its metadata another."""
    inner = b'{"a":%b%b}' % (b"[" * (levels - 1), b"]" * (levels - 1))
    body = b'{"name":"x","timezone":"UTC","metadata":{"b":%b}}' % inner
    if levels < 63:
        assert BodyShape(NewProject).decode(body).metadata
    else:
        (issue,) = _issues(NewProject, body)
        assert issue == Issue("", TOO_DEEP)


def test_what_all_items_hold_together_is_limited() -> None:
    most = [completion(*named(200)), completion(*named(200))]
    body = b'{"workerId":"w","items":[%b]}'
    assert len(BodyShape(Completions).decode(body % b",".join(most)).items) == 2
    (issue,) = _issues(Completions, body % b",".join([*most, completion(ASSET)]))
    assert issue == Issue("items", "Expected at most 400 assets in all of them")
    # One of them has too many alone, and nothing is said of what is in it.
    (issue,) = _issues(Completions, body % completion(*named(201)))
    assert issue == Issue("items[0].assets", "Expected a list of length <= 200")


def test_such_a_limit_holds_for_small_bodies_too() -> None:
    shape = msgspec.defstruct(
        "Few",
        [
            (
                "items",
                Annotated[list[NewThing], Meta(max_length=5, extra={"in_all": InAll("shapes", 2)})],
            )
        ],
        forbid_unknown_fields=True,
    )
    one = b'{"name":"x","credits":1,"shapes":[{"kind":"round"}]}'
    BodyShape(shape).decode(b'{"items":[%b,%b]}' % (one, one))
    (issue,) = _issues(shape, b'{"items":[%b,%b,%b]}' % (one, one, one))
    assert issue == Issue("items", "Expected at most 2 shapes in all of them")


def test_what_a_limit_on_all_items_allows_counts_as_such() -> None:
    one = Annotated[list[int], Meta(max_length=1_000)]
    item = msgspec.defstruct("Item", [("numbers", one)])
    for most, allowed in ((4_700, True), (5_000, False)):
        several = Annotated[
            list[item], Meta(max_length=100, extra={"in_all": InAll("numbers", most)})  # type: ignore[valid-type]
        ]
        shape = msgspec.defstruct("Body", [("items", several)], forbid_unknown_fields=True)
        if allowed:
            BodyShape(shape)
        else:
            with pytest.raises(TypeError, match="over 5000 values"):
                BodyShape(shape)


@pytest.mark.parametrize(("number", "most"), [(1e300, 3), (-1.5e300, 3), (1e-300, 3), (1e20, 46)])
def test_numbers_count_as_long_as_they_are_kept(number: float, most: int) -> None:
    """Or an event of 16 KiB would be sent as 800 KiB."""
    bound = JsonBound(1024)
    assert bound.too_large({"x": [number] * most}, "data") is None
    issue = bound.too_large({"x": [number] * (most + 1)}, "data")
    assert issue is not None
    assert issue.message.startswith("Expected at most 1 KiB of JSON, with its numbers written")


def test_an_object_may_have_fewer_values_than_there_is_room_for() -> None:
    bound = JsonBound(1024, 6)
    assert bound.most_values == 6
    assert bound.too_large({"a": [1, {"b": 2}]}, "data") is None
    issue = bound.too_large({"a": [1, {"b": 2, "c": []}]}, "data")
    assert issue == Issue("data", "Expected at most 6 names and values in it")
    assert bound.too_large({"a": "x" * 1024}, "data") == Issue(
        "data", "Expected at most 1 KiB of JSON"
    )


@pytest.mark.parametrize("number", [1e300, -1e300, 5e-324])
def test_a_number_counts_with_all_its_digits_which_the_database_writes(number: float) -> None:
    bound = JsonBound(16 * 1024)
    assert bound.too_large({"a": [number] * 40}, "data") is None
    issue = bound.too_large({"a": [{"b": number}] * 60}, "data")
    assert issue == Issue(
        "data", "Expected at most 16 KiB of JSON, with its numbers written without exponents"
    )


class _Note(Struct, forbid_unknown_fields=True):
    text: str = ""
    seen: Annotated[str, Meta(extra=VISIBLE)] = "x"
    metadata: Metadata = msgspec.field(default_factory=dict)


class _Plain(Struct, forbid_unknown_fields=True):
    text: str = ""
    seen: Annotated[str, Meta(extra=VISIBLE)] = "x"


class _Notes(Struct, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1)]
    notes: Annotated[list[_Note], Meta(max_length=9)] = []
    plain: Annotated[list[_Plain], Meta(max_length=9)] = []


@pytest.mark.parametrize(
    ("item", "path"),
    [
        (b'"plain":[{"text":"a"},{"text":"a\\u0000b"}]', "plain[1].text"),
        (b'"plain":[{"seen":"a"},{"seen":" "}]', "plain[1].seen"),
        (b'"notes":[{"metadata":{"a":"b"}},{"metadata":{"a":""}}]', None),
        (b'"notes":[{"metadata":{"a":"b"}},{"metadata":{"%b":"b"}}]' % (b"k" * 41), "notes[1]"),
        (b'"notes":[{"seen":"a"},{"seen":" "}]', "notes[1].seen"),
    ],
)
def test_what_only_we_refuse_in_an_item_is_found_beside_other_faults(
    item: bytes, path: str | None
) -> None:
    """An item is taken as a whole only if it keeps the rules and bounds that msgspec does not know."""
    found = [issue.path for issue in _issues(_Notes, b'{"name":"",%b}' % item)]
    assert found[0] == "name"
    assert [place.partition(".metadata")[0] for place in found[1:]] == ([path] if path else [])


@pytest.mark.parametrize(
    ("held", "message"),
    [
        (list[str], "has no limit"),
        (dict[str, str], "has no limit"),
        (list, "has no limit"),
        (Any, "has no limit"),
        (list[str] | None, "has no limit"),
        (Annotated[list[list[str]], Meta(max_length=3)], "has no limit"),
        (Annotated[list[int], Meta(max_length=6_000)], "over 5000 values"),
    ],
)
def test_a_body_without_a_limit_cannot_be_declared(held: Any, message: str) -> None:
    shape = msgspec.defstruct("Loose", [("held", held)], forbid_unknown_fields=True)
    with pytest.raises(TypeError, match=message):
        BodyShape(shape)


HOSTILE_QUERIES = [
    ("many parameters", b"&".join([b"a"] * 8_000)),
    ("many empty ones", b"&" * 16_000),
    ("one parameter often", b"&".join([b"status=assigned"] * 1_000)),
    ("a long query", b"status=" + b"x" * 300_000),
    ("a long list", b"&".join([b"status=%00"] * 200_000)),
]


@pytest.mark.parametrize("query", [pytest.param(query, id=name) for name, query in HOSTILE_QUERIES])
def test_no_query_costs_more_than_its_limits(query: bytes) -> None:
    issues: list[Issue] = []
    reader = QueryShape(ThingQuery)
    with counted() as steps:
        assert reader.decode(query, issues) is None
    assert steps[0] < 100
    assert [issue.path for issue in issues] == [""]


def test_a_query_may_have_as_much_as_the_limits_say() -> None:
    issues: list[Issue] = []
    query = b"&".join([b"status=assigned"] * MAX_QUERY_PARAMETERS)
    assert QueryShape(ThingQuery).decode(query, issues) is not None
    assert QueryShape(ThingQuery).decode(query + b"&x", issues) is None
    (issue,) = issues
    assert issue.message == "Expected at most 256 parameters in the query"
    query = b"cursor=" + b"x" * (MAX_QUERY_BYTES - 7)
    assert QueryShape(ThingQuery).decode(query, issues) is not None
    assert QueryShape(ThingQuery).decode(query + b"x", issues) is None
    assert issues[-1].message == "Expected a query of at most 16 KiB"
