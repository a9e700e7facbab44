"""Metadata: the own keys and values of a partner, their limits, and how a change is merged."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from msgspec import Meta, UnsetType

from partner_api.errors import Issue, invalid

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
