"""What is generated is committed, and what the libraries cannot express is refused."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.openapi import (
    TEXT,
    document,
    named,
    parameter,
    route,
    structure,
    with_body,
)
from tools.sdk.names import RESERVED_TYPES
from tools.sdk.output import FOLDERS, generate, replace_files
from tools.sdk.reading import read
from tools.sdk.shapes import ANY, NULL, CannotExpress, Choice, Named, Scalar, Several, Table, Union

from partner_api.app import ROUTES
from partner_api.reference.document import build_document

if TYPE_CHECKING:
    from tools.sdk.model import Api, Argument, Method

SDK = Path(__file__).parents[2] / "sdk"
STRING = Scalar("string")


def test_no_schema_can_have_the_name_of_what_is_exported_beside_it() -> None:
    source = SDK / "typescript" / "src"
    exported: set[str] = set()
    for file in ("index.ts", "operator.ts", "errors.ts"):
        text = (source / file).read_text()
        for listed in re.findall(r"^export (?:type )?\{([^}]*)\}", text, re.MULTILINE):
            exported |= {name.strip().removeprefix("type ") for name in listed.split(",")}
        exported |= set(re.findall(r"^export (?:class|interface|const) (\w+)", text, re.MULTILINE))
    assert {"Layers", "Page", "RateLimit", "NotFoundError"} <= exported
    assert exported - {""} <= RESERVED_TYPES


def test_what_is_committed_is_what_the_routes_say() -> None:
    generated = generate(build_document(chain.from_iterable(ROUTES)))
    committed = {
        str(path.relative_to(SDK)): path.read_text()
        for folder in FOLDERS
        for path in (SDK / folder).rglob("*")
        if path.suffix in (".py", ".ts")
    }
    different = {
        name
        for name in generated.keys() | committed.keys()
        if generated.get(name) != committed.get(name)
    }
    assert not different, "the routes have changed: run `make sdk` and commit what it writes"


def test_files_that_are_not_generated_any_more_are_removed(tmp_path: Path) -> None:
    old = document({"GET /v1/olds": route("olds.list"), "GET /v1/things": route("things.list")})
    new = document({"GET /v1/things": route("things.list")})
    written_by_hand = tmp_path / "python/src/layers_partner/client.py"
    replace_files(tmp_path, generate(old))
    written_by_hand.write_text("")
    resources = tmp_path / "python/src/layers_partner/partner/resources"
    assert {path.stem for path in resources.iterdir()} == {"__init__", "olds", "things"}

    replace_files(tmp_path, generate(new))

    assert {path.stem for path in resources.iterdir()} == {"__init__", "things"}
    assert written_by_hand.exists()


def apis(operations: dict[str, Any], /, **schemas: Any) -> dict[str, Api]:
    return {api.key: api for api in read(document(operations, **schemas))}


def only_method(operation: dict[str, Any], /, path: str = "/v1/things", **schemas: Any) -> Method:
    api = apis({f"POST {path}": operation}, **schemas)["partner"]
    (method,) = (m for resource in api.root.all() for m in resource.methods.values())
    return method


def argument(method: Method, name: str) -> Argument:
    (found,) = (one for one in method.arguments if one.name == name)
    return found


def test_a_name_with_dots_is_a_resource_in_a_resource() -> None:
    api = apis({"GET /v1/a": route("things.parts.list"), "GET /v1/b": route("whoami")})["partner"]
    assert set(api.root.methods) == {"whoami"}
    assert set(api.root.children["things"].children["parts"].methods) == {"list"}


def test_the_prefix_of_its_path_decides_which_api_a_route_belongs_to() -> None:
    found = apis(
        {
            "GET /v1/things": route("things.list"),
            "GET /ops/v1/things": route("things.list"),
            "GET /healthz": {"summary": "Health", "responses": {}},
        }
    )
    assert {key: set(api.root.children) for key, api in found.items()} == {
        "partner": {"things"},
        "operator_api": {"things"},
    }
    assert [structure.name for structure in found["operator_api"].structures] == ["Thing"]


UNNAMED = {key: value for key, value in route().items() if key != "x-sdk"}
SECOND = {"application/json": {"schema": named("ThingPage")}}
# What cannot be expressed, and a part of what is said of it.
ADDRESS = {"302": {"description": "Found"}}
REFUSED: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"GET /v1/things": UNNAMED}, {}, "GET /v1/things: x-sdk is missing"),
    ({"GET /files": route()}, {}, "a path of no API"),
    ({"GET /v1/a": route("a.list"), "GET /v1/b": route("a.list")}, {}, "the same x-sdk"),
    ({"GET /v1/a": route("a.b"), "GET /v1/b": route("a.b.list")}, {}, "of a method and of a resou"),
    ({"GET /v1/a": route("a.b_1"), "GET /v1/b": route("a.b1.c")}, {}, "no name in snake_case"),
    ({"GET /v1/a": route("a.b_c1"), "GET /v1/b": route("a.b_c_1")}, {}, "alike in TypeScript"),
    ({"GET /v1/a": route("a.import")}, {}, "'import' in 'a.import' is a reserved word"),
    ({"GET /v1/a": route("a.then")}, {}, "reserved word"),
    ({"GET /v1/a": route("a.constructor")}, {}, "reserved word"),
    ({"GET /v1/a": route("a.with_raw_response")}, {}, "reserved word"),
    ({"GET /v1/a": route("leasedAccounts.list")}, {}, "no name in snake_case"),
    ({"GET /v1/a": route(parameters=[parameter("timeout")])}, {}, "an option of every call"),
    ({"GET /v1/a": route(parameters=[parameter("snake_case")])}, {}, "not in camelCase"),
    ({"GET /v1/a": route(parameters=[parameter("a", "cookie")])}, {}, "a parameter in cookie"),
    (
        {"POST /v1/a": with_body("Body", parameters=[parameter("name")])},
        {"Body": structure(name=TEXT)},
        "'name' is in the query and in the body",
    ),
    ({"GET /v1/a": route(answer="Inner")}, {"Inner": structure(a=structure(b=TEXT))}, "a name of"),
    ({"GET /v1/a": route(answer="Odd")}, {"Odd": structure(a={"enum": [1, 2]})}, "than strings"),
    (
        {"GET /v1/a": route(answer="Odd")},
        {"Odd": structure(a={"oneOf": [TEXT]})},
        "Odd.a: the type",
    ),
    ({"GET /v1/a": route(answer="Odd")}, {"Odd": structure(**{"class": TEXT})}, "Odd.class"),
    ({"GET /v1/a": route(answer="Odd")}, {"Odd": structure(**{"a-b": TEXT})}, "Odd.a-b"),
    ({"GET /v1/a": route(answer="Odd")}, {"Odd": TEXT}, "is not an object"),
    ({"GET /v1/a": route(answer="Promise")}, {"Promise": structure(a=TEXT)}, "another type"),
    ({"GET /v1/a": route(answer="Page")}, {"Page": structure(a=TEXT)}, "another type"),
    ({"GET /v1/a": route(answer="AResource")}, {"AResource": structure(a=TEXT)}, "another type"),
    ({"GET /v1/a": route(answer="AListParams")}, {"AListParams": structure(a=TEXT)}, "arguments"),
    (
        {"DELETE /v1/a": route(responses={"204": {"description": "Gone"}})},
        {},
        "neither JSON nor 302",
    ),
    (
        {"POST /v1/a": with_body("Thing", answer="ThingPage")},
        {},
        "with a body answers with an object",
    ),
    (
        {"GET /v1/a": route(responses=ADDRESS, parameters=[parameter("size")])},
        {},
        "by its path alone",
    ),
    (
        {"GET /v1/a": route(responses={**route()["responses"], "202": {"content": SECOND}})},
        {},
        "several types",
    ),
    (
        {"POST /v1/a": route(requestBody={"content": {"application/json": {"schema": TEXT}}})},
        {},
        "a body",
    ),
]


@pytest.mark.parametrize(("operations", "schemas", "said"), REFUSED)
def test_what_cannot_be_expressed_is_refused_with_the_reason(
    operations: dict[str, Any], schemas: dict[str, Any], said: str
) -> None:
    with pytest.raises(CannotExpress, match=r".+") as refused:
        apis(operations, **schemas)
    assert said in str(refused.value)


def test_the_path_decides_over_the_query_and_the_body() -> None:
    body = structure(("thingId", "name"), thingId=TEXT, name=TEXT, otherId=TEXT)
    here = [
        parameter("thingId", "path", required=True),
        parameter("otherId", "path", required=True),
        parameter("thingId"),
    ]
    method = only_method(
        with_body("Body", parameters=here), path="/v1/things/{thingId}/{otherId}", Body=body
    )
    assert [(one.name, one.place) for one in method.arguments] == [
        ("thing_id", "path"),
        ("other_id", "path"),
        ("name", "body"),
    ]
    # The server wants it in both places; what it only allows in the body stays away.
    assert argument(method, "thing_id").also_in_body
    assert not argument(method, "other_id").also_in_body


def test_what_is_required_comes_first_and_the_path_before_all() -> None:
    body = structure(("b",), a=TEXT, b=TEXT)
    method = only_method(
        with_body("Body", parameters=[parameter("c"), parameter("thingId", "path")]),
        path="/v1/things/{thingId}",
        Body=body,
    )
    assert [one.name for one in method.arguments] == ["thing_id", "b", "c", "a"]


def test_headers_are_arguments_but_for_those_of_the_core() -> None:
    names = ("X-Worker-Id", "Idempotency-Key", "X-Layers-Organization")
    method = only_method(route(parameters=[parameter(name, "header") for name in names]))
    assert [(one.name, one.wire_name) for one in method.arguments] == [("worker_id", "X-Worker-Id")]


def test_a_page_is_known_by_its_two_members_whatever_the_method_is_called() -> None:
    assert only_method(route("things.dry_run", answer="ThingPage")).answer == "page"
    assert only_method(route("things.dry_run", answer="ThingPage")).shape == Named("Thing")
    more = structure(
        items={"type": "array", "items": named("Thing")}, nextCursor=TEXT, total={"type": "integer"}
    )
    assert only_method(route("things.list", answer="More"), More=more).answer == "object"


def test_a_redirect_is_an_address() -> None:
    method = only_method(route(responses={"302": {"description": "Found"}}))
    assert (method.answer, method.shape) == ("location", STRING)


def test_several_statuses_with_one_type_are_one_answer() -> None:
    responses = route()["responses"]
    also = {"202": responses["200"], "304": {"description": "Not Modified"}}
    method = only_method(route(responses={**responses, **also}))
    assert (method.answer, method.shape) == ("object", Named("Thing"))


def test_an_upload_takes_content_and_its_type_where_there_are_several() -> None:
    two: dict[str, Any] = {"content": {"text/csv": {}, "application/x-ndjson": {}}}
    method = only_method(route(requestBody=two))
    assert [one.name for one in method.arguments] == ["content", "content_type"]
    assert method.media_types == ("text/csv", "application/x-ndjson")
    method = only_method(route(requestBody={"content": {"application/octet-stream": {}}}))
    assert [one.name for one in method.arguments] == ["content"]


@pytest.mark.parametrize(
    ("schema", "shape"),
    [
        ({"enum": ["b", "a"]}, Choice(("b", "a"))),
        ({"enum": ["a", None]}, Union((Choice(("a",)), NULL))),
        ({"anyOf": [{"enum": ["a"]}, {"enum": ["*", "a"]}]}, Choice(("a", "*"))),
        ({"anyOf": [TEXT, {"type": "null"}]}, Union((STRING, NULL))),
        ({"anyOf": [{"type": "null"}, TEXT, TEXT]}, Union((STRING, NULL))),
        ({"type": "object"}, Table(ANY)),
        ({"type": "object", "additionalProperties": TEXT}, Table(STRING)),
        ({"description": "Whatever there is"}, ANY),
        ({"type": "array", "items": TEXT}, Several(STRING)),
    ],
)
def test_types_of_parameters(schema: dict[str, Any], shape: object) -> None:
    method = only_method(route(parameters=[parameter("a", **schema)]))
    assert argument(method, "a").shape == shape


def test_an_answer_has_what_the_server_fills_in_and_a_body_may_lack_it() -> None:
    inner = structure(("a",), a=TEXT, b={**TEXT, "default": ""}, c=TEXT)
    outer = structure(("inner",), inner=named("Inner"))
    method_and_answer = {
        "POST /v1/a": with_body("Outer", "a.create", answer="Outer"),
        "POST /v1/b": with_body("Sent", "b.create"),
    }
    api = apis(method_and_answer, Inner=inner, Outer=outer, Sent=structure(a=named("Outer")))
    structures = {one.name: one for one in api["partner"].structures}
    assert set(structures) == {"Inner", "InnerParam", "Outer", "OuterParam", "Thing"}
    required = {
        name: [member.name for member in structures[name].properties if member.required]
        for name in ("Inner", "InnerParam")
    }
    assert required == {"Inner": ["a", "b"], "InnerParam": ["a"]}
    assert structures["OuterParam"].properties[0].shape == Named("InnerParam")
    assert structures["Outer"].properties[0].shape == Named("Inner")
    (create,) = api["partner"].root.children["b"].methods.values()
    assert argument(create, "a").shape == Named("OuterParam")


def test_arguments_say_what_they_are_and_their_bounds() -> None:
    method = only_method(
        route(
            parameters=[
                parameter(
                    "orgId",
                    examples=["org_1"],
                    type="string",
                    description="`org_` and a UUID, or the bare UUID.",
                ),
                parameter("limit", type="integer", minimum=1, maximum=1000, default=25),
                parameter("cents", type="integer", minimum=0, maximum=2**53 - 1),
                parameter(
                    "status", type="array", items=TEXT, description="These; repeat it for several."
                ),
            ]
        )
    )
    assert {one.name: one.description for one in method.arguments} == {
        "org_id": "Id of the organization. Example: `org_1`.",
        "limit": "The limit. From 1 to 1,000. Default: 25.",
        "cents": "The cents.",
        "status": "These; a list for several.",
    }


def test_errors_come_with_their_reasons() -> None:
    said = {
        "409": {
            "description": "`CONFLICT`: There is one. `IDEMPOTENCY_CONFLICT`: Another request."
        },
        "400": {"description": "`VALIDATION`: Not JSON."},
        "422": {"description": "`VALIDATION`: Bad; details.issues says what."},
    }
    method = only_method(route(responses={**route()["responses"], **said}))
    assert method.errors == (
        ("VALIDATION", "Bad; `issues` says what."),
        ("CONFLICT", "There is one."),
        ("IDEMPOTENCY_CONFLICT", "Another request."),
    )
