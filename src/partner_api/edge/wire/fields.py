"""Types of single fields: how ids, times and amounts look on the wire.

The id classes are for what comes in, in paths, queries and bodies: they are UUIDs. The ``…Text``
aliases are for what goes out.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar, Self, TypeAlias
from uuid import UUID

from msgspec import Meta

from partner_api.clock import parse_timestamp
from partner_api.ids import ULID_PREFIXES, MalformedId, Prefix, decode_id, decode_uuid, format_id

MAX_AMOUNT = 2**53 - 1


def capped(total: int) -> int:
    """Return a total of many amounts as the wire has it: what is beyond the largest exact number of JSON is that."""
    return min(total, MAX_AMOUNT)


_UUID_PATTERN = "[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_ULID_PATTERN = "[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}"
_EXAMPLE = UUID("01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05")


class PublicId(UUID):
    """An id that a client sent. In a path, a malformed one is as absent as an unknown one."""

    __slots__ = ()
    prefix: ClassVar[Prefix]
    invalid_when_malformed: ClassVar[bool] = False

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the id, with its prefix or bare.

        Raises:
            ValueError: it is not one; the message says how one looks.
        """
        try:
            return cls(int=decode_id(cls.prefix, text))
        except MalformedId:
            raise ValueError(f"Expected an id such as {format_id(cls.prefix, _EXAMPLE)}") from None


class OrganizationId(PublicId):
    """``org_…``; malformed is 422 also in a path (seed page of the child wallet)."""

    __slots__ = ()
    prefix = "org"
    invalid_when_malformed = True


class ApiKeyId(PublicId):
    """``key_…``; malformed is 422 also in a path."""

    __slots__ = ()
    prefix = "key"
    invalid_when_malformed = True


class ProjectId(PublicId):
    """``prj_…``."""

    __slots__ = ()
    prefix = "prj"


class JobId(PublicId):
    """``job_…``."""

    __slots__ = ()
    prefix = "job"


class ContainerId(PublicId):
    """``cnt_…``."""

    __slots__ = ()
    prefix = "cnt"


class SocialAccountId(PublicId):
    """``sa_…``."""

    __slots__ = ()
    prefix = "sa"


class LeaseRequestId(PublicId):
    """``lreq_…``."""

    __slots__ = ()
    prefix = "lreq"


class PoolAccountId(PublicId):
    """``pool_…``."""

    __slots__ = ()
    prefix = "pool"


class OperatorId(PublicId):
    """``opr_…``."""

    __slots__ = ()
    prefix = "opr"


class SessionId(PublicId):
    """``ses_…``."""

    __slots__ = ()
    prefix = "ses"


class BareId(UUID):
    """A UUID without a prefix. In a path, a malformed one is as absent as an unknown one."""

    __slots__ = ()
    invalid_when_malformed: ClassVar[bool] = False

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the id in its canonical form.

        Raises:
            ValueError: it is not one; the message says how one looks.
        """
        try:
            return cls(int=decode_uuid(text))
        except MalformedId:
            raise ValueError(f"Expected an id such as {_EXAMPLE}") from None


class LedgerSequence(int):
    """The place of a row in its ledger, from 1 on. In a path, a malformed one is as absent as an unknown one."""

    __slots__ = ()
    invalid_when_malformed: ClassVar[bool] = False

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a sequence.

        Raises:
            ValueError: it is none; the message says how one looks.
        """
        is_number = text.isascii() and text.isdigit() and len(text) <= len(str(MAX_AMOUNT))
        if not (is_number and 0 < int(text) <= MAX_AMOUNT):
            raise ValueError("Expected a number such as 12")
        return cls(text)


class Instant(datetime):
    """A UTC time that a client sent, cut to milliseconds."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a time that ends in ``Z``.

        Raises:
            ValueError: another form; the message says which is right.
        """
        value = parse_timestamp(text)
        return cls(*value.timetuple()[:6], value.microsecond, value.tzinfo)


def decode_field(field_type: type, value: Any) -> Any:
    """Read the types of this module; the hook that msgspec calls for them."""
    if not issubclass(field_type, PublicId | BareId | Instant):
        raise NotImplementedError(f"{field_type} is not a type of the wire")
    if not isinstance(value, str):
        raise ValueError("Expected a string")
    return field_type.parse(value)


def schema_of_field(field_type: type) -> dict[str, Any]:
    """Describe the types of this module in the OpenAPI document."""
    if issubclass(field_type, PublicId):
        is_ulid = field_type.prefix in ULID_PREFIXES
        form = "ULID" if is_ulid else "UUID"
        bare = f"({_ULID_PATTERN}|{_UUID_PATTERN})" if is_ulid else _UUID_PATTERN
        return {
            "type": "string",
            "description": f"`{field_type.prefix}_` and a {form}, or the bare {form}.",
            "pattern": f"^({field_type.prefix}_)?{bare}$",
            "examples": [format_id(field_type.prefix, _EXAMPLE)],
        }
    if issubclass(field_type, LedgerSequence):
        return {"type": "integer", "minimum": 1, "maximum": MAX_AMOUNT, "examples": [12]}
    if issubclass(field_type, BareId):
        return {
            "type": "string",
            "format": "uuid",
            "pattern": f"^{_UUID_PATTERN}$",
            "examples": [str(_EXAMPLE)],
        }
    return {
        "type": "string",
        "format": "date-time",
        "pattern": "Z$",
        "description": "RFC 3339, in UTC, ending in `Z`.",
        "examples": ["2026-06-01T00:00:00.000Z"],
    }


def _id_meta(prefix: Prefix) -> Meta:
    return Meta(examples=[format_id(prefix, _EXAMPLE)])


OrganizationIdText: TypeAlias = Annotated[str, _id_meta("org")]
ProjectIdText: TypeAlias = Annotated[str, _id_meta("prj")]
ApiKeyIdText: TypeAlias = Annotated[str, _id_meta("key")]
SocialAccountIdText: TypeAlias = Annotated[str, _id_meta("sa")]
ContainerIdText: TypeAlias = Annotated[str, _id_meta("cnt")]
LeaseRequestIdText: TypeAlias = Annotated[str, _id_meta("lreq")]
JobIdText: TypeAlias = Annotated[str, _id_meta("job")]
EventIdText: TypeAlias = Annotated[str, _id_meta("evt")]
PoolAccountIdText: TypeAlias = Annotated[str, _id_meta("pool")]
OperatorIdText: TypeAlias = Annotated[str, _id_meta("opr")]
SessionIdText: TypeAlias = Annotated[str, _id_meta("ses")]
TransferIdText: TypeAlias = Annotated[str, _id_meta("txn")]
BareIdText: TypeAlias = Annotated[
    str, Meta(examples=[str(_EXAMPLE)], extra_json_schema={"format": "uuid"})
]
MillisecondsText: TypeAlias = Annotated[
    str, Meta(examples=["2026-06-01T00:00:00.000Z"], extra_json_schema={"format": "date-time"})
]
SecondsText: TypeAlias = Annotated[
    str, Meta(examples=["2026-04-20T16:12:02Z"], extra_json_schema={"format": "date-time"})
]
Amount: TypeAlias = Annotated[int, Meta(ge=0, le=MAX_AMOUNT)]
PositiveAmount: TypeAlias = Annotated[int, Meta(ge=1, le=MAX_AMOUNT)]
SignedAmount: TypeAlias = Annotated[int, Meta(ge=-MAX_AMOUNT, le=MAX_AMOUNT)]
