"""What the page of a route says, made of the route's declaration and of the OpenAPI document.

Texts are Markdown. The pages are written twice, as HTML and as Markdown, and both say what is here.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import msgspec

from partner_api.reference.examples import sample
from partner_api.reference.fields import Field, fields_of
from partner_api.reference.names import Place, camel_case, place_of
from partner_api.reference.possible_errors import PossibleError, possible_errors
from partner_api.reference.snippets import LABELS, Language
from partner_api.reference.words import linked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.edge.route import Route
    from partner_api.reference.examples import Json

# How to write each language for a reader, and for what colours it.
LEXERS: Final[dict[Language, str]] = {
    "curl": "bash",
    "typescript": "typescript",
    "python": "python",
}
_PARTS: Final = (("path", "Path"), ("query", "Query"), ("header", "Headers"))
_MOST_SEE: Final = 8


class Link(msgspec.Struct, frozen=True):
    """A link to a page; ``text`` is plain."""

    text: str
    path: str


class Fact(msgspec.Struct, frozen=True):
    """A line of the table at the head of a page: a plain name and a text."""

    name: str
    text: str


class Section(msgspec.Struct, frozen=True):
    """The fields of a part of the request."""

    title: str
    text: str
    fields: Sequence[Field]


class Snippet(msgspec.Struct, frozen=True):
    """The call in a language."""

    language: Language
    label: str
    source: str


class Answer(msgspec.Struct, frozen=True):
    """An answer that is no error: its status, an example of its JSON, and its fields."""

    status: int
    meaning: str
    examples: Sequence[str] = ()
    fields: Sequence[Field] = ()


class MethodPage(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the page of a route says."""

    place: Place
    title: str
    method: str
    address: str
    sdk: str
    is_partners: bool
    text: str
    facts: Sequence[Fact]
    sections: Sequence[Section]
    snippets: Sequence[Snippet]
    answers: Sequence[Answer]
    notes: Sequence[str]
    errors: Sequence[PossibleError]
    see: Sequence[Link]


def method_pages(routes: Sequence[Route], document: Json) -> list[MethodPage]:
    """Return the page of every route, in their order.

    Args:
        routes: those that the document describes.
        document: the OpenAPI document.

    Raises:
        KeyError: a route points to a method that there is none of.
    """
    places = {f"{route.method} {route.template}": place_of(route).path for route in routes}
    links = [Link(_operation(route, document)["summary"], place_of(route).path) for route in routes]
    linked_routes = list(zip(routes, links, strict=True))
    return [_page(route, document, places, _see(route, linked_routes)) for route in routes]


def _operation(route: Route, document: Json) -> Json:
    operation: Json = document["paths"][route.template][route.method.lower()]
    return operation


def _page(route: Route, document: Json, places: dict[str, str], see: Sequence[Link]) -> MethodPage:
    operation = _operation(route, document)
    return MethodPage(
        place=place_of(route),
        title=operation["summary"],
        method=route.method,
        address=route.template,
        sdk=route.declared.sdk,
        is_partners=route.declared.access.kind == "key",
        text=linked(operation["description"], places),
        facts=_facts(route, operation),
        sections=_sections(operation, document),
        snippets=[
            Snippet(one["lang"], LABELS[one["lang"]], one["source"])
            for one in operation["x-codeSamples"]
        ],
        answers=_answers(route, operation, document),
        notes=[linked(note, places) for note in route.declared.shown.notes],
        errors=[
            PossibleError(error.status, error.code, linked(error.when, places))
            for error in sorted(possible_errors(route), key=lambda error: error.status)
        ],
        see=see,
    )


def _facts(route: Route, operation: Json) -> list[Fact]:
    access = route.declared.access
    if access.kind == "public":
        return [Fact("Authentication", "None: it is open to everybody.")]
    facts = []
    if access.kind == "key":
        facts.append(Fact("Authentication", "`Authorization: Bearer` with an API key, `lp_…`"))
        facts.append(Fact("Scope", f"`{access.scope}`" if access.scope else "Any valid key"))
        facts.append(Fact("Rate limit", f"`{route.endpoint_class}`"))
        facts.append(
            Fact("Inside a child", _STATUSES[route.allowed_through_status]),
        )
    else:
        facts.append(
            Fact("Authentication", "`Authorization: Bearer` with an operator's token, `lpo_…`")
        )
        facts.append(Fact("Role", f"`{access.role}`, or one that includes it"))
    if route.declared.idempotency_required:
        facts.append(Fact("Idempotency", "`Idempotency-Key` is required"))
    elif route.declared.runs.is_recorded:
        facts.append(Fact("Idempotency", "`Idempotency-Key` makes a repetition safe"))
    else:
        facts.append(Fact("Idempotency", "Safe to repeat"))
    client = "layers" if access.kind == "key" else "operator"
    typescript = ".".join(map(camel_case, route.declared.sdk.split(".")))
    # Often it is the same in both.
    names = dict.fromkeys((route.declared.sdk, typescript))
    facts.append(Fact("Python and TypeScript", ", ".join(f"`{client}.{name}`" for name in names)))
    facts.append(Fact("Stability", "Stable: fields may be added, none is removed or changed"))
    return facts


_STATUSES: Final = {
    "active": "Works while the child is active",
    "suspended": "Works while the child is active or suspended",
    "archived": "Works in every state of the child",
}


def _sections(operation: Json, document: Json) -> list[Section]:
    components = document["components"]["schemas"]
    sections = []
    for place, title in _PARTS:
        found = [one for one in operation["parameters"] if one["in"] == place]
        if found:
            schema: Json = {
                "properties": {
                    one["name"]: one["schema"] | {"description": one.get("description", "")}
                    for one in found
                },
                "required": [one["name"] for one in found if one.get("required")],
            }
            sections.append(Section(title, "", fields_of(schema, components, place)))
    body = operation.get("requestBody")
    if body is None:
        return sections
    content = body["content"]
    if "application/json" in content:
        schema = content["application/json"]["schema"]
        fields = fields_of(schema, components, "body")
        text = "JSON." if body["required"] else "JSON; it may be left out."
        sections.append(Section("Body", text, fields))
    else:
        kinds = " or ".join(f"`{kind}`" for kind in content)
        sections.append(Section("Body", f"The bytes of a file, as {kinds}.", ()))
    return sections


def _answers(route: Route, operation: Json, document: Json) -> list[Answer]:
    components = document["components"]["schemas"]
    answers: list[Answer] = []
    shown: Any = None
    for status in sorted({route.declared.status, *route.declared.also}):
        response = operation["responses"][str(status)]
        meaning = route.declared.also.get(status) or HTTPStatus(status).phrase
        media = response.get("content", {}).get("application/json")
        if media is None:
            answers.append(Answer(status, meaning))
            continue
        examples = [one["value"] for one in media.get("examples", {}).values()]
        examples = examples or [sample(media["schema"], components)]
        if media == shown:
            answers.append(Answer(status, f"{meaning} The fields are the same."))
            continue
        shown = media
        answers.append(
            Answer(
                status,
                meaning,
                [json.dumps(one, indent=2, ensure_ascii=False) for one in examples],
                fields_of(media["schema"], components, "answer", of_answer=True),
            )
        )
    return answers


def _see(route: Route, all_links: Sequence[tuple[Route, Link]]) -> list[Link]:
    """Return the links to what is declared, then to the neighbours in the same section."""
    kind = route.declared.access.kind
    # Routes without a key have no name in the libraries.
    named = {
        other.declared.sdk: link
        for other, link in all_links
        if other.declared.access.kind == kind and other.declared.sdk
    }
    links = [named[name] for name in route.declared.shown.see]
    links += [
        link
        for other, link in all_links
        if other.tag == route.tag and other is not route and link not in links
    ]
    return links[: max(_MOST_SEE, len(route.declared.shown.see))]
