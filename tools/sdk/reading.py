"""Reads an OpenAPI document into the model."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.sdk.model import (
    PREFIXES,
    Answer,
    Api,
    Argument,
    Method,
    header_argument,
    resources_of,
    without_clashes,
)
from tools.sdk.names import snake, words
from tools.sdk.prose import sentence
from tools.sdk.shapes import (
    TEXT,
    CannotExpress,
    Json,
    Listing,
    Named,
    Several,
    Shape,
    description_of,
    facts_of,
    reference,
    shape_of,
)
from tools.sdk.structures import types_of
from tools.sdk.unions import events_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_METHODS = ("get", "put", "post", "patch", "delete")
# The core sends these of its own accord; both are options of every call.
_HEADERS_OF_THE_CORE = {"Idempotency-Key", "X-Layers-Organization"}
# How an id is written says less than what it is the id of; the example shows the form.
_FORM_OF_AN_ID = re.compile(r"`\w+_` and a U[UL]ID, or the bare U[UL]ID\.?")
_FULL_WORDS = {"org": "organization"}
_WHEN = re.compile(r"`([A-Z_]+)`: (.*?)(?= `[A-Z_]+`: |$)")
_DETAIL = re.compile(r"`?\bdetails\.(\w+)`?")
# What the wire repeats, a library takes as a list.
_WIRE_WORDS = {"; repeat it for several": "; a list for several"}


def read(document: Json) -> list[Api]:
    """Return the APIs that a document describes.

    Raises:
        CannotExpress: it has something that the libraries cannot express, or lacks what they need.
    """
    schemas: dict[str, Json] = document.get("components", {}).get("schemas", {})
    methods: dict[str, list[Method]] = {key: [] for key in PREFIXES}
    for path, operations in document["paths"].items():
        for verb in _METHODS:
            if (operation := operations.get(verb)) is not None:
                where = f"{verb.upper()} {path}"
                key = _api_of(path)
                if key is not None and "x-sdk" not in operation:
                    raise CannotExpress(f"{where}: x-sdk is missing, the name of its method")
                if key is not None:
                    reader = _OperationReader(schemas, operation, verb.upper(), path, where)
                    methods[key].append(reader.read())
                elif "x-sdk" in operation:
                    raise CannotExpress(f"{where}: x-sdk on a path of no API that has a library")
    # They are sent to partners.
    others = {"partner": events_of(document)}
    apis = []
    for key, of_api in methods.items():
        structures, unions, typed = types_of(schemas, of_api, others.get(key, ()))
        apis.append(Api(key, resources_of(typed), structures, unions))
    return apis


def _api_of(path: str) -> str | None:
    return next((key for key, prefix in PREFIXES.items() if path.startswith(prefix)), None)


@dataclass
class _OperationReader:
    schemas: dict[str, Json]
    operation: Json
    verb: str
    path: str
    where: str

    def read(self) -> Method:
        answer, shape, answer_description = self._answer()
        arguments = without_clashes([*self._parameters(), *self._body()], self.where)
        places = {one.place for one in arguments}
        if answer != "object" and places & {"body", "content"}:
            raise CannotExpress(f"{self.where}: a request with a body answers with an object")
        if answer == "location" and places - {"path"}:
            raise CannotExpress(f"{self.where}: an address is asked for by its path alone")
        in_path = [one for one in arguments if one.place == "path"]
        others = [one for one in arguments if one.place != "path"]
        # `sorted` is stable: those that are required come first, each kind in the order of the document.
        arguments = (*in_path, *sorted(others, key=lambda one: not one.required))
        return Method(
            sdk=self.operation["x-sdk"],
            http_method=self.verb,
            path=self.path,
            summary=_prose(self.operation.get("summary", "")),
            description=_prose(self.operation.get("description", "")),
            access=self._access(),
            arguments=arguments,
            answer=answer,
            shape=shape,
            answer_description=answer_description,
            errors=tuple(self._errors()),
            media_types=self._media_types(),
            has_body="application/json" in self._content(),
        )

    def _access(self) -> str:
        for requirement in self.operation.get("security", []):
            for scopes in requirement.values():
                return " ".join(scopes)
        return ""

    def _content(self) -> Json:
        content: Json = self.operation.get("requestBody", {}).get("content", {})
        return content

    def _media_types(self) -> tuple[str, ...]:
        return tuple(name for name in self._content() if name != "application/json")

    def _parameters(self) -> Iterator[Argument]:
        for parameter in self.operation.get("parameters", []):
            name, place = parameter["name"], parameter["in"]
            if name in _HEADERS_OF_THE_CORE:
                continue
            if place not in ("path", "query", "header"):
                raise CannotExpress(f"{self.where}: a parameter in {place}, {name}")
            schema = parameter["schema"]
            shape = shape_of(schema, f"{self.where}, {name}")
            if isinstance(shape, Listing):
                shape = Several(shape.item)
            yield Argument(
                name=header_argument(parameter) if place == "header" else snake(name),
                wire_name=name,
                place=place,
                shape=shape,
                required=bool(parameter.get("required")),
                description=_described(
                    name, parameter.get("description") or description_of(schema), schema
                ),
            )

    def _body(self) -> Iterator[Argument]:
        content = self._content()
        if not content:
            return
        if "application/json" not in content:
            yield from self._upload()
            return
        schema = content["application/json"]["schema"]
        if "$ref" not in schema or len(content) > 1:
            raise CannotExpress(f"{self.where}: a body that is not one object with a name")
        body = self.schemas[reference(schema, self.where)]
        for name, member in body.get("properties", {}).items():
            yield Argument(
                name=snake(name),
                wire_name=name,
                place="body",
                shape=shape_of(member, f"{self.where}, {name}"),
                required=name in body.get("required", []),
                description=_described(
                    name, description_of(member) or self._of_reference(member), member
                ),
            )

    def _of_reference(self, schema: Json) -> str:
        if "$ref" not in schema:
            return ""
        return description_of(self.schemas[reference(schema, self.where)])

    def _upload(self) -> Iterator[Argument]:
        yield Argument("content", "", "content", TEXT, required=True, description="What to upload.")
        types = self._media_types()
        if len(types) > 1:
            said = " or ".join(f"`{name}`" for name in types)
            yield Argument(
                "content_type", "", "content", TEXT, required=True, description=f"{said}."
            )

    def _answer(self) -> tuple[Answer, Shape, str]:
        responses = self.operation["responses"]
        schemas = [
            response["content"]["application/json"]["schema"]
            for status, response in responses.items()
            if status.startswith("2") and "application/json" in response.get("content", {})
        ]
        if not schemas and "302" in responses:
            return "location", TEXT, "The address, which is not followed."
        if not schemas:
            raise CannotExpress(f"{self.where}: it answers neither JSON nor 302")
        if any(schema != schemas[0] for schema in schemas):
            raise CannotExpress(f"{self.where}: its answers have several types")
        shape = shape_of(schemas[0], f"{self.where}, answer")
        if not isinstance(shape, Named):
            raise CannotExpress(f"{self.where}: its answer is not an object with a name")
        if (item := _item_of_page(self.schemas[shape.name])) is not None:
            item_shape = shape_of(item, f"{shape.name}, items")
            return "page", item_shape, self._of_reference(item)
        return "object", shape, description_of(self.schemas[shape.name])

    def _errors(self) -> Iterator[tuple[str, str]]:
        seen = set()
        for status, response in sorted(self.operation["responses"].items(), reverse=True):
            # What is not JSON is 400, and the libraries send none.
            if not status.startswith(("4", "5")) or status == "400":
                continue
            for code, when in _WHEN.findall(response.get("description", "")):
                if code not in seen:
                    seen.add(code)
                    # What is in `details` on the wire is an attribute of the error.
                    yield code, _DETAIL.sub(r"`\1`", " ".join(when.split()))


def _item_of_page(schema: Json) -> Json | None:
    properties = schema.get("properties", {})
    if set(properties) != {"items", "nextCursor"} or properties["items"].get("type") != "array":
        return None
    item: Json = properties["items"]["items"]
    return item


def _described(name: str, description: str, schema: Json) -> str:
    """Return what a caller has to know of an argument, beginning with what it is."""
    named = " ".join(_FULL_WORDS.get(word, word) for word in words(name.removeprefix("X-")))
    if not description or _FORM_OF_AN_ID.fullmatch(description):
        is_id = named.endswith(" id")
        description = f"Id of the {named.removesuffix(' id')}" if is_id else f"The {named}"
    return " ".join(filter(None, (sentence(_prose(description)), facts_of(schema))))


def _prose(text: str) -> str:
    """Return text in the words of a library, paragraphs kept and lines joined."""
    for wire, library in _WIRE_WORDS.items():
        text = text.replace(wire, library)
    paragraphs = (" ".join(paragraph.split()) for paragraph in text.split("\n\n"))
    return "\n\n".join(filter(None, paragraphs))
