"""Values that one layer takes and the next may be unable to hold, and where a request has room for them.

Where, the OpenAPI document says: so a new route, parameter or field is tried as soon as it is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.documented import Documented

Json = dict[str, Any]

FAR_TIMES = [
    "0001-01-01T00:00:00Z",
    "1969-12-31T23:59:59.999Z",
    "2016-12-31T23:59:60Z",
    "2026-06-01T24:00:00Z",
    "10000-01-01T00:00:00Z",
    "infinity",
]
EDGE_TIMES = ["1970-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z"]
# As JSON or in a query: no layer below can hold them, or they have another form than a whole number.
NO_INTEGERS = [
    "1.0",
    "1e400",
    "1" + "0" * 400,
    "9007199254740992",
    "-9223372036854775809",
    "99999999999999999999",
]
# More digits than Python reads.
ENDLESS = "1" * 5_000
NO_QUERY_INTEGERS = ["", "%00", "NaN", "1_0", "%D9%A3"]
NO_NUMBERS = ["1e400", "1" + "0" * 400, "1e308", "-5e-324"]
EDGE_NUMBERS = ["-0", "-0.0", "5e-324", "1e-400", "0.1000000000000000055511151231257827021181"]
# As JSON.
NO_TEXTS = ['"x\\u0000"', '"\\ud800"', '"\\ude00\\ud83d"']
# In a query: a character that cannot be stored, and bytes that are no UTF-8.
NUL = "x%00"
NO_UTF_8 = ["%ff", "%ED%A0%80"]
NO_CURSORS = ["", NUL, "A" * 22, "A" * 5_000, "%E2%82%AC", "AAAA===="]
NO_SEGMENTS = ["%00", "%ff", "x" * 5_000, "a%2Fb", "%0A", "9" * 36, "8" + "Z" * 25]
# Four bytes each, and hardly anything that an index could make shorter.
WIDE = "".join(chr(0x1F300 + number * 7 % 250) for number in range(97))


def nested(levels: int) -> bytes:
    """JSON of lists in lists."""
    return b"[" * levels + b"]" * levels


# What no route can read: bodies, their status, and the paths of what is wrong with them.
NO_BODIES: list[tuple[bytes, int, set[str]]] = [
    (b"\xff", 400, {""}),
    (b'{"name":"\xed\xa0\x80"}', 400, {""}),
    (b"\xef\xbb\xbf{}", 400, {""}),
    (b'{"a":NaN}', 400, {""}),
    (b"[" * 64, 400, {""}),
    (nested(64), 422, {""}),
    (nested(65), 422, {""}),
    (nested(2_000), 422, {""}),
    (b'{"a":' * 40_000 + b"0" + b"}" * 40_000, 422, {""}),
    (b"null", 422, {""}),
    (ENDLESS.encode(), 422, {""}),
    (b'{"metadata":{"\\udfff":1}}', 422, {"metadata.\\udfff"}),
    (b'{"twice":1,"x":{"y":[{"z":1,"\\u007a":2}]},"twice":1}', 422, {"twice", "x.y[0].z"}),
]


@dataclass(frozen=True, eq=False)
class Spot:
    """A place for one value: the names and positions that lead to it, and its schema."""

    steps: tuple[str | int, ...]
    schema: Json

    @property
    def path(self) -> str:
        """The place as an issue names it."""
        return "".join(
            f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.steps
        ).removeprefix(".")

    @property
    def is_time(self) -> bool:
        """Whether it is for a time."""
        return self.schema.get("format") == "date-time"

    def holds(self, *types: str) -> bool:
        """Return whether its values are of one of these types."""
        return self.schema.get("type") in types

    @property
    def extremes(self) -> list[Any]:
        """The least and the greatest value that the schema allows, as far as it says so."""
        schema = self.schema
        if "enum" in schema or "pattern" in schema:
            return []
        if self.is_time:
            return list(EDGE_TIMES)
        if self.holds("string"):
            most = min(schema.get("maxLength", 5_000), 5_000)
            return [(WIDE * (most // len(WIDE) + 1))[:most], "\U0010ffff", "\ufeff"]
        if self.holds("integer"):
            return [schema[bound] for bound in ("minimum", "maximum") if bound in schema]
        if self.holds("number"):
            return [msgspec.Raw(text.encode()) for text in EDGE_NUMBERS]
        return []


def body_spots(documented: Documented, name: str) -> list[Spot]:
    """The places of all values in the JSON body of a route; none if it takes no such body."""
    content = documented.operations[name].definition.raw.get("requestBody", {}).get("content", {})
    if "application/json" not in content:
        return []
    return list(_spots(documented, content["application/json"]["schema"], ()))


def parameters(documented: Documented, name: str, place: str) -> list[Spot]:
    """The parameters of a route that are in its path or its query."""
    return [
        Spot((parameter["name"],), option)
        for parameter in documented.operations[name].definition.raw["parameters"]
        if parameter["in"] == place
        for option in _options(documented, parameter["schema"])
    ]


def body_with(base: Any, values: dict[Spot, Any]) -> bytes:
    """A body with these values in their places, and what else it has from ``base``."""
    body: Any = msgspec.json.decode(msgspec.json.encode(base))
    for spot, value in values.items():
        held = body
        for step, following in zip(spot.steps, (*spot.steps[1:], None), strict=True):
            if isinstance(step, int):
                held[:] = held[:1] or [{}]
            fresh: Any = value if following is None else [] if following == 0 else {}
            if following is None or not isinstance(_get(held, step), type(fresh)):
                _set(held, step, fresh)
            held = _get(held, step)
    return msgspec.json.encode(body)


def _get(held: Any, step: str | int) -> Any:
    return held[step] if isinstance(step, int) else held.get(step)


def _set(held: Any, step: str | int, value: Any) -> None:
    held[step] = value


def _spots(documented: Documented, schema: Json, steps: tuple[str | int, ...]) -> Iterator[Spot]:
    for option in _options(documented, schema):
        if "properties" in option:
            for name, inner in option["properties"].items():
                yield from _spots(documented, inner, (*steps, name))
        elif option.get("type") == "object":
            inner = option.get("additionalProperties")
            yield from _spots(documented, inner if isinstance(inner, dict) else {}, (*steps, "a"))
        elif option.get("type") == "array":
            yield from _spots(documented, option["items"], (*steps, 0))
        else:
            yield Spot(steps, option)


def _options(documented: Documented, schema: Json) -> list[Json]:
    """The types that a value may have besides null, what stands beside their union included."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _options(documented, documented.schema.raw_schema["components"]["schemas"][name])
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    return [
        rest | option
        for inner in schema.get("anyOf", [{}])
        for option in ([inner] if inner == {} else _options(documented, inner))
        if (rest | option).get("type") != "null"
    ]
