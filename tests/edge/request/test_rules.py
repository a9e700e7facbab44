"""Rules of single strings: found wherever they are in a body, and forgotten in no body of the API."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec
import pytest
from msgspec import UNSET, Meta, Struct, UnsetType

from partner_api.app import create_app
from partner_api.edge.request.bounds import bound_of, metas_of
from partner_api.edge.request.problems import list_problems
from partner_api.edge.request.rules import compile_rules, rule_of
from partner_api.edge.request.shapes import (
    LISTS,
    bare_type,
    fields_of,
    options_of,
    without_none,
)
from partner_api.edge.request.validation import BodyShape, QueryShape
from partner_api.edge.wire.standards import NOT_A_COUNTRY, NOT_A_LANGUAGE
from partner_api.edge.wire.visible import NOTHING_VISIBLE, VISIBLE
from partner_api.errors import ApiError, Issue
from partner_api.jobs.schemas import VideoId
from partner_api.lease_requests.schemas import Country
from partner_api.ops.pool.schemas import Handle, Language
from partner_api.organizations.schemas import EmailAddress
from partner_api.projects.schemas import LanguageTag
from partner_api.settings.table import load_settings

Word = Annotated[str, Meta(min_length=1, max_length=9, extra=VISIBLE)]


class Inner(Struct, forbid_unknown_fields=True):
    words: Annotated[list[Word], Meta(max_length=9)] = []


class Body(Struct, rename="camel", forbid_unknown_fields=True):
    a_word: Word | UnsetType | None = UNSET
    described: Annotated[Word | None, Meta(description="What it is.")] = None
    inner: Inner | None = None
    mapping: Annotated[dict[str, Word], Meta(max_length=9)] = {}
    free: Annotated[str, Meta(max_length=9)] = ""


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ({"aWord": " "}, ["aWord"]),
        ({"described": " "}, ["described"]),
        ({"inner": {"words": ["a", " ", "b", "\u200b"]}}, ["inner.words[1]", "inner.words[3]"]),
        ({"mapping": {"a": "b", "c": " "}}, ["mapping.c"]),
        ({"aWord": " ", "described": "", "free": 1}, ["aWord", "described", "free"]),
    ],
)
def test_each_is_found_and_named(body: dict[str, Any], paths: list[str]) -> None:
    with pytest.raises(ApiError) as caught:
        BodyShape(Body).decode(msgspec.json.encode(body))
    assert (caught.value.code, caught.value.status) == ("VALIDATION", 422)
    assert [issue.path for issue in (caught.value.details or {})["issues"]] == paths


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"aWord": None, "described": None, "inner": None, "free": " "},
        {"aWord": "a", "described": "b", "inner": {"words": ["c"]}, "mapping": {" ": "d"}},
    ],
)
def test_what_keeps_them_passes(body: dict[str, Any]) -> None:
    BodyShape(Body).decode(msgspec.json.encode(body))


def test_a_query_may_ask_for_what_was_stored_before() -> None:
    class Query(Struct):
        word: Word | None = None

    issues: list[Any] = []
    query = QueryShape(Query).decode(b"word=%20", issues)
    assert (query and query.word, issues) == (" ", [])


def test_a_type_without_any_costs_nothing() -> None:
    class Plain(Struct):
        free: str
        number: int

    assert compile_rules(Plain) is None


def test_a_choice_of_types_with_one_in_it_cannot_be_declared() -> None:
    class Round(Struct, tag="round", forbid_unknown_fields=True):
        name: Word

    class Square(Struct, tag="square", forbid_unknown_fields=True):
        sides: int

    with pytest.raises(TypeError, match="in a choice of types"):
        compile_rules(Round | Square | None)


# All bodies of the API ---------------------------------------------------------------------------


def strings_of(field_type: Any, path: str) -> list[tuple[str, Any]]:
    """Every string in a type, with where it is."""
    inner = without_none(field_type)
    bare = bare_type(inner)
    if bare is str:
        return [(path, inner)]
    if isinstance(bare, type) and issubclass(bare, Struct):
        return [
            found
            for field in fields_of(bare).values()
            for found in strings_of(field.type, f"{path}.{field.name}")
        ]
    if options := options_of(bare):
        return [found for option in options for found in strings_of(option, path)]
    if bound_of(inner) is not None:
        # Keys and values of the client's own.
        return []
    origin, arguments = get_origin(bare), get_args(bare)
    if origin in LISTS:
        return strings_of(arguments[0], f"{path}[]")
    if origin is dict:
        return strings_of(arguments[1], f"{path}.*")
    assert origin is Literal or isinstance(bare, type), (path, bare)
    return []


def bodies() -> list[tuple[str, type[Struct]]]:
    application = create_app(
        load_settings(
            {"DATABASE_URL": "postgresql://x@127.0.0.1/x", "LAYERS_SECRET_KEYS": f"k1:{'0' * 64}"}
        )
    )
    return [
        (f"{route.method} {route.template}", route.body.struct)
        for route in application.routes
        if route.body
    ]


def test_every_string_of_every_body_has_a_rule_or_a_pattern() -> None:
    """A name, a note, a reference has something to see; a name of a standard is one that it lists."""
    strings = [
        (f"{route}{path}", found)
        for route, body in bodies()
        for path, found in strings_of(body, "")
    ]
    assert len(strings) > 60
    forgotten = [
        where
        for where, found in strings
        if rule_of(found) is None and not any(meta.pattern for meta in metas_of(found))
    ]
    assert forgotten == []


def test_every_rule_of_every_body_is_checked() -> None:
    for route, body in bodies():
        shape = BodyShape(body)
        ruled = [path for path, found in strings_of(body, "") if rule_of(found) is not None]
        assert (shape._keeps_rules is not None) == bool(ruled), route


def test_the_sentence_is_the_same_everywhere() -> None:
    with pytest.raises(ApiError) as caught:
        BodyShape(Body).decode(b'{"aWord": "\xe2\x80\x8b"}')
    (issue,) = (caught.value.details or {})["issues"]
    assert (issue.path, issue.message) == ("aWord", NOTHING_VISIBLE)


@pytest.mark.parametrize(
    ("field_type", "value", "message"),
    [
        (Language, "english", NOT_A_LANGUAGE),
        (Country, "uk", NOT_A_COUNTRY),
        (
            Handle,
            "Bad one",
            "Expected text such as coffee.reviews.daily, that matches ^[a-z0-9._]{1,64}$",
        ),
        (
            Handle | None,
            "Bad one",
            "Expected text such as coffee.reviews.daily, that matches ^[a-z0-9._]{1,64}$",
        ),
        (
            Annotated[str, Meta(pattern=r"^https://")],
            "x",
            "Expected text that matches ^https://",
        ),
        (Literal["a", "b"] | Literal["*"], "c", "Expected one of a, b, *"),
    ],
)
def test_what_has_the_wrong_form_is_told_the_right_one(
    field_type: Any, value: str, message: str
) -> None:
    assert list_problems(field_type, value) == ([Issue("", message)], 0)


def test_all_that_has_a_form_says_it_without_the_words_of_a_library() -> None:
    for field_type in (Language, Country, Handle, EmailAddress, LanguageTag, VideoId):
        ((issue,), _) = list_problems(field_type, "a b/ ")
        assert issue.message.startswith("Expected ")
        assert "regex" not in issue.message
        assert "(?" not in issue.message
