"""Types of single fields: how ids, times, amounts and metadata look on the wire.

The id classes are for what comes in, in paths, queries and bodies: they are UUIDs. The ``…Text``
aliases are for what goes out.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar, Self, TypeAlias
from uuid import UUID

from msgspec import Meta, UnsetType

from partner_api.clock import parse_timestamp
from partner_api.errors import Issue, invalid
from partner_api.ids import ULID_PREFIXES, MalformedId, Prefix, format_id, parse_id, parse_uuid

MAX_AMOUNT = 2**53 - 1

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
            return cls(int=parse_id(cls.prefix, text).int)
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
            return cls(int=parse_uuid(text).int)
        except MalformedId:
            raise ValueError(f"Expected an id such as {_EXAMPLE}") from None


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
PoolAccountIdText: TypeAlias = Annotated[str, _id_meta("pool")]
OperatorIdText: TypeAlias = Annotated[str, _id_meta("opr")]
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

METADATA_MAX_KEYS = 50
METADATA_MAX_KEY_CHARACTERS = 40
METADATA_MAX_VALUE_CHARACTERS = 500
METADATA_MAX_BYTES = 16 * 1024
# As many as it may have, all removed, and as many new ones.
METADATA_PATCH_MAX_KEYS = 2 * METADATA_MAX_KEYS


class MetadataBound:
    """The limits of metadata; those of a change are known after the merge only, but for its size."""

    def __init__(self, max_keys: int, *, is_patch: bool = False) -> None:
        self._max_keys = max_keys
        self._is_patch = is_patch

    @property
    def most_values(self) -> int:
        """Keys and values."""
        return 2 * self._max_keys

    def too_large(self, value: dict[str, Any], path: str) -> Issue | None:
        """Check how many keys there are."""
        return _too_many_keys(value, self._max_keys, path)

    def issues(self, value: dict[str, Any], path: str) -> list[Issue]:
        """List what is too long."""
        return [] if self._is_patch else metadata_issues(value, path)


Metadata: TypeAlias = Annotated[
    dict[str, str],
    Meta(
        description=f"Your own keys and values: at most {METADATA_MAX_KEYS} keys of "
        f"{METADATA_MAX_KEY_CHARACTERS} characters, values of {METADATA_MAX_VALUE_CHARACTERS}, "
        "16 KiB in all.",
        examples=[{"tier": "gold"}],
        extra={"bound": MetadataBound(METADATA_MAX_KEYS)},
        extra_json_schema={
            "maxProperties": METADATA_MAX_KEYS,
            "propertyNames": {"maxLength": METADATA_MAX_KEY_CHARACTERS},
            "additionalProperties": {
                "type": "string",
                "maxLength": METADATA_MAX_VALUE_CHARACTERS,
            },
        },
    ),
]
MetadataPatch: TypeAlias = Annotated[
    dict[str, str] | UnsetType | None,
    Meta(
        description="Merges key by key: an empty value removes its key, `null` removes all. "
        f"At most {METADATA_PATCH_MAX_KEYS} keys in one change.",
        examples=[{"tier": "gold", "old": ""}],
        extra={"bound": MetadataBound(METADATA_PATCH_MAX_KEYS, is_patch=True)},
    ),
]


def metadata_issues(metadata: dict[str, str], path: str = "metadata") -> list[Issue]:
    """List what is over the limits of metadata (contract: conventions).

    Of too many keys none is looked at.
    """
    if too_many := _too_many_keys(metadata, METADATA_MAX_KEYS, path):
        return [too_many]
    issues = []
    for key, value in metadata.items():
        if len(key) > METADATA_MAX_KEY_CHARACTERS:
            issues.append(
                Issue(f"{path}.{key}", f"Expected a key of length <= {METADATA_MAX_KEY_CHARACTERS}")
            )
        if len(value) > METADATA_MAX_VALUE_CHARACTERS:
            issues.append(
                Issue(
                    f"{path}.{key}",
                    f"Expected a string of length <= {METADATA_MAX_VALUE_CHARACTERS}",
                )
            )
    size = sum(len(key.encode()) + len(value.encode()) for key, value in metadata.items())
    if size > METADATA_MAX_BYTES:
        issues.append(Issue(path, "Expected at most 16 KiB in all"))
    return issues


def merged_metadata(
    current: dict[str, str], patch: dict[str, str] | UnsetType | None
) -> dict[str, str]:
    """Apply a PATCH of metadata: ``""`` removes a key, None removes all, unset changes nothing.

    Raises:
        ApiError: VALIDATION when the result is over the limits, which hold after the merge.
    """
    if isinstance(patch, UnsetType):
        return current
    if patch is None:
        return {}
    merged = {key: value for key, value in {**current, **patch}.items() if patch.get(key) != ""}
    if issues := metadata_issues(merged):
        raise invalid(issues)
    return merged


def _too_many_keys(metadata: dict[str, Any], most: int, path: str) -> Issue | None:
    return Issue(path, f"Expected at most {most} keys") if len(metadata) > most else None
