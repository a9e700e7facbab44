"""What is generated in each language is right and stays inside of its comments, whatever the document says."""

from __future__ import annotations

import ast
import re
from typing import Any

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
from tools.sdk.output import generate
from tools.sdk.prose import docstring

RESOURCE = "partner/resources/things"
# What would end a docstring or a comment, or begin a tag of one.
HOSTILE = 'Ends """ and \'\'\' and */ and `${1}` and \\ and \\""" and @returns {x} or "'


def python(operations: dict[str, Any], module: str = RESOURCE, /, **schemas: Any) -> str:
    return generate(document(operations, **schemas))[f"python/src/layers_partner/{module}.py"]


def typescript(operations: dict[str, Any], module: str = RESOURCE, /, **schemas: Any) -> str:
    return generate(document(operations, **schemas))[f"typescript/src/{module}.ts"]


def classes(code: str) -> dict[str, ast.ClassDef]:
    return {node.name: node for node in ast.parse(code).body if isinstance(node, ast.ClassDef)}


def function(code: str, name: str, owner: str = "ThingsResource") -> ast.FunctionDef:
    (found,) = (
        node
        for node in classes(code)[owner].body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name
    )
    assert isinstance(found, ast.FunctionDef)
    return found


def squeezed(text: str) -> str:
    return " ".join(text.split())


def without_comments(code: str) -> str:
    """Return TypeScript without its comments; strings have no comments in them here."""
    return re.sub(r"/\*.*?\*/|//[^\n]*", "", code, flags=re.S)


def test_a_method_of_python_takes_the_path_by_position_and_the_rest_by_name() -> None:
    operation = with_body("Body", "things.update", parameters=[parameter("thingId", "path")])
    code = python(
        {"PATCH /v1/things/{thingId}": operation},
        Body=structure(("fullName",), fullName=TEXT, note={"anyOf": [TEXT, {"type": "null"}]}),
    )
    assert squeezed(ast.unparse(function(code, "update").args)) == (
        "self, thing_id: str, *, full_name: str, note: str | NotGiven | None=NOT_GIVEN, "
        "**options: Unpack[RequestOptions]"
    )
    assert squeezed(ast.unparse(function(code, "update").body[1])) == (
        "answer: Thing = self._client._call(_UPDATE, {'thingId': thing_id}, "
        "body={'fullName': full_name, 'note': note}, options=options)"
    )


@pytest.mark.parametrize(
    ("operation", "call"),
    [
        (
            route("things.do", answer="ThingPage", parameters=[parameter("limit")]),
            "self._client._list(_DO, {}, query={'limit': limit}, options=options)",
        ),
        (
            route("things.do", responses={"302": {"description": "Found"}}),
            "self._client._locate(_DO, {}, options=options)",
        ),
        (
            route("things.do", requestBody={"content": {"image/png": {}}}),
            "self._client._upload(_DO, {}, content=content, content_type='image/png', options=options)",
        ),
        (
            route(
                "things.do",
                requestBody={"content": {"text/csv": {}, "text/plain": {}}},
                parameters=[parameter("X-Claim-Token", "header", required=True)],
            ),
            "self._client._upload(_DO, {}, headers={'X-Claim-Token': claim_token}, content=content, "
            "content_type=content_type, options=options)",
        ),
    ],
)
def test_each_kind_of_answer_has_its_call_in_python(operation: dict[str, Any], call: str) -> None:
    code = python({"POST /v1/things": operation})
    assert call in squeezed(ast.unparse(function(code, "do")))


def test_a_reserved_word_of_python_gets_an_underscore_and_keeps_its_name_on_the_wire() -> None:
    code = python({"GET /v1/things": route("things.list", parameters=[parameter("from")])})
    method = function(code, "list")
    assert [argument.arg for argument in method.args.kwonlyargs] == ["from_"]
    assert "query={'from': from_}" in ast.unparse(method)


def test_a_method_called_delete_or_list_works_in_both_languages() -> None:
    operations = {
        "DELETE /v1/things": route("things.delete"),
        "GET /v1/things": route("things.list", answer="ThingPage"),
        "POST /v1/things": with_body("Body", "things.create"),
    }
    body = structure(("ids",), ids={"type": "array", "items": TEXT})
    # `list` in a class with a method of this name is the method.
    assert "ids: Sequence[str]" in python(operations, Body=body)
    assert "  delete(options?: RequestOptions): ApiPromise<Thing> {" in typescript(
        operations, Body=body
    )


def test_types_of_python_are_open_and_say_what_may_be_missing() -> None:
    answer = structure(
        ("a", "b", "c"),
        a={"enum": ["x", 'y"'], "description": "What it is"},
        b={"anyOf": [named("Thing"), {"type": "null"}]},
        c={"type": "array", "items": {"type": "number"}},
        d={"type": "object", "additionalProperties": {"type": "integer"}},
    )
    code = python({"GET /v1/things": route(answer="Answer")}, "partner/types", Answer=answer)
    fields = {
        ast.unparse(node.target): ast.unparse(node.annotation)
        for node in classes(code)["Answer"].body
        if isinstance(node, ast.AnnAssign)
    }
    assert fields == {
        "a": "Literal['x', 'y\"'] | str",
        "b": "Thing | None",
        "c": "list[float]",
        "d": "NotRequired[dict[str, int]]",
    }
    assert '    """What it is."""' in code


def test_types_of_python_exist_when_the_code_runs_also_those_that_mention_each_other() -> None:
    one = structure(("a", "z"), a=named("Thing"), z={"anyOf": [named("Other"), {"type": "null"}]})
    other = structure(b=named("Answer"))
    code = python(
        {"GET /v1/things": route(answer="Answer")}, "partner/types", Answer=one, Other=other
    )
    found: dict[str, Any] = {"__name__": "types"}
    exec(compile(code, "types.py", "exec", dont_inherit=True), found)
    assert found["Answer"].__required_keys__ == {"a", "z"}
    assert found["Other"].__optional_keys__ == {"b"}


def test_a_point_in_time_may_be_sent_as_what_the_language_has_and_comes_as_text() -> None:
    time: dict[str, Any] = {"type": "string", "format": "date-time"}
    answer = structure(("at",), at=time)
    operations = {
        "GET /v1/things": route(
            "things.list", answer="Answer", parameters=[parameter("at", **time)]
        )
    }
    assert "at: str | datetime | NotGiven" in python(operations, Answer=answer)
    assert "    at: str\n" in python(operations, "partner/types", Answer=answer)
    assert "  at?: string | Date | undefined;" in typescript(operations, Answer=answer)
    assert "  at: string;" in typescript(operations, "partner/types", Answer=answer)


def test_an_operator_acts_for_no_organization() -> None:
    operations = {"GET /ops/v1/things": route("things.retrieve")}
    code = python(operations, "operator_api/resources/things")
    assert "**options: Unpack[OperatorRequestOptions]" in code
    code = typescript(operations, "operator-api/resources/things")
    assert "(options?: OperatorRequestOptions)" in code


def test_types_of_typescript_are_open_and_say_what_may_be_missing() -> None:
    answer = structure(
        ("a", "b", "c"),
        a={"enum": ["x", 'y"'], "description": "What it is"},
        b={"anyOf": [named("Thing"), {"type": "null"}]},
        c={"type": "array", "items": {"enum": ["x"]}},
        d={"type": "object", "additionalProperties": {"type": "integer"}},
        e={"type": "object"},
    )
    code = typescript({"GET /v1/things": route(answer="Answer")}, "partner/types", Answer=answer)
    assert (
        "export interface Answer {\n"
        "  /** What it is. */\n"
        '  a: "x" | "y\\"" | (string & {});\n'
        "  b: Thing | null;\n"
        '  c: Array<"x" | (string & {})>;\n'
        "  d?: Record<string, number>;\n"
        "  e?: Record<string, unknown>;\n"
        "}\n"
    ) in code


def test_a_method_of_typescript_takes_one_object_left_out_when_nothing_is_required() -> None:
    code = typescript(
        {
            "GET /v1/things": route(
                "things.list", answer="ThingPage", parameters=[parameter("limit")]
            ),
            "GET /v1/things/{thingId}": route(
                "things.retrieve", parameters=[parameter("thingId", "path", required=True)]
            ),
        }
    )
    assert (
        "  list(params: ThingsListParams = {}, options?: RequestOptions): PagePromise<Thing> {"
        in code
    )
    assert (
        "  retrieve(params: ThingsRetrieveParams, options?: RequestOptions): ApiPromise<Thing> {"
        in code
    )
    assert (
        "export interface ThingsListParams {\n  /** The limit. */\n  limit?: string | undefined;\n}"
        in code
    )
    assert (
        'this.client.list( { name: "things.list", method: "GET", path: "/v1/things" }, params, options, )'
        in squeezed(code)
    )


def test_typescript_says_where_arguments_go_that_are_not_in_the_body() -> None:
    code = typescript(
        {
            "PUT /v1/things/{thingId}": with_body(
                "Body",
                "things.replace",
                parameters=[
                    parameter("thingId", "path", required=True),
                    parameter("allOrNothing"),
                    parameter("X-Claim-Token", "header"),
                ],
            )
        },
        Body=structure(("thingId",), thingId=TEXT),
    )
    literal = squeezed(code.partition("this.client.call(")[2])
    assert 'query: ["allOrNothing"], alsoInBody: ["thingId"], ' in literal
    assert 'headers: { claimToken: "X-Claim-Token" }' in literal


def test_long_unions_have_a_line_for_each_type() -> None:
    values = [f"value_number_{number}" for number in range(6)]
    answer = structure(("a", "b"), a={"enum": values[:4]}, b={"enum": values})
    code = typescript({"GET /v1/things": route(answer="Answer")}, "partner/types", Answer=answer)
    listed = "".join(f'    | "{value}"\n' for value in values)
    assert (
        '  a: "value_number_0" | "value_number_1" | "value_number_2" | "value_number_3" | (string & {});\n'
        f"  b:\n{listed}    | (string & {{}});\n"
    ) in code


def test_a_type_that_just_fits_has_one_line_unless_a_semicolon_follows() -> None:
    def code(longest: str) -> str:
        values: dict[str, Any] = {"type": "array", "items": {"enum": [longest, "b"]}}
        many = parameter("a", **values)
        return typescript({"GET /v1/things": route("things.list", parameters=[many])})

    # With these it is 100 characters.
    just = "x" * (100 - len('    | ReadonlyArray<"" | "b" | (string & {})>'))
    assert f'    | ReadonlyArray<"{just}" | "b" | (string & {{}})>\n    | undefined;' in code(just)
    assert f'    | ReadonlyArray<\n        "{just}x" | "b"' in code(f"{just}x")


def hostile_operations() -> dict[str, Any]:
    said = {"422": {"description": f"`VALIDATION`: {HOSTILE}"}}
    return {
        "POST /v1/things/{thingId}": with_body(
            "Body",
            "things.create",
            summary=HOSTILE,
            description=f"{HOSTILE}\n\n@throws {{x}} {HOSTILE}",
            parameters=[{**parameter("thingId", "path"), "description": HOSTILE}],
            responses={**route(answer="Answer")["responses"], **said},
        )
    }


HOSTILE_SCHEMAS = {
    "Body": structure(note={**TEXT, "description": HOSTILE, "examples": [HOSTILE]}),
    "Answer": {**structure(note={**TEXT, "description": HOSTILE}), "description": HOSTILE},
}


@pytest.mark.parametrize("module", [RESOURCE, "partner/types"])
def test_nothing_that_is_said_ends_a_docstring(module: str) -> None:
    code = python(hostile_operations(), module, **HOSTILE_SCHEMAS)
    kinds = (ast.Expr, ast.Import, ast.ImportFrom, ast.Assign, ast.ClassDef, ast.If)
    tree = ast.parse(code)
    assert all(isinstance(node, kinds) for node in tree.body)
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert not names & {"Ends", "returns", "x"}
    docstrings = [
        squeezed(ast.get_docstring(node) or "")
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef | ast.FunctionDef)
    ]
    assert any(text.startswith(squeezed(HOSTILE)) for text in docstrings)


@pytest.mark.parametrize("module", [RESOURCE, "partner/types"])
def test_nothing_that_is_said_ends_a_comment_or_becomes_a_tag(module: str) -> None:
    code = typescript(hostile_operations(), module, **HOSTILE_SCHEMAS)
    assert "Ends" in code
    assert "Ends" not in without_comments(code)
    assert "returns {x}" not in without_comments(code)
    tags = re.findall(r"^ *(?:/\*)?\*+ *(@\w+ ?\{?\w*)", code, re.M)
    assert set(tags) <= {"@returns Ends", "@throws {ValidationError"}


def test_docstrings_call_arguments_by_their_names_in_the_language() -> None:
    operation = route(
        "things.list",
        parameters=[parameter("waitSeconds")],
        description="With `waitSeconds`, it waits; `otherThing` stays.",
    )
    operations = {"GET /v1/things": operation}
    assert "With `wait_seconds`, it waits; `otherThing` stays." in python(operations)
    assert "With `waitSeconds`, it waits; `otherThing` stays." in typescript(operations)


@pytest.mark.parametrize("text", ['"', 'He said "go"', '"""', "\\", '\\"', "a\\\nb", 'a\n"'])
def test_a_docstring_says_what_it_is_given(text: str) -> None:
    said = ast.literal_eval(docstring(text.split("\n"), 4).strip())
    assert [line.strip() for line in said.strip().split("\n")] == text.split("\n")
