"""Rules for single strings that an annotation of msgspec cannot express.

A rule is annotated on the type, ``Meta(extra={"rule": …})``, and holds for what a body says. It does not hold for
filters in a query, which may ask for what was stored before there was the rule, nor for anything that is read back.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, get_args, get_origin

from msgspec import Meta, Struct

from partner_api.edge.request.shapes import (
    LISTS,
    bare_type,
    fields_of,
    options_of,
    without_none,
)

# Says what would be right, or None of a string that is right.
Rule = Callable[[str], str | None]
Check = Callable[[Any], bool]


def rule_of(field_type: Any) -> Rule | None:
    """Return the rule that is annotated on a type, without null and unset."""
    # It is asked for every string of a large body, so without a list in between.
    for meta in getattr(field_type, "__metadata__", ()):
        if isinstance(meta, Meta) and meta.extra is not None and "rule" in meta.extra:
            rule: Rule = meta.extra["rule"]
            return rule
    return None


@cache
def rules_of(struct: type[Struct]) -> Check | None:
    """Return what ``compile_rules`` does, once for each Struct."""
    return compile_rules(struct)


def compile_rules(field_type: Any) -> Check | None:
    """Return what tells whether a value of a type keeps all rules in it, or None if there are none."""
    inner = without_none(field_type)
    bare = bare_type(inner)
    if (rule := rule_of(inner)) is not None:
        return _string_check(rule)
    if isinstance(bare, type) and issubclass(bare, Struct):
        return _struct_check(bare)
    if options := options_of(bare):
        if any(compile_rules(option) is not None for option in options):
            raise TypeError(f"{field_type}: in a choice of types, no rule would be looked for")
        return None
    origin, arguments = get_origin(bare), get_args(bare)
    if origin in LISTS:
        return _items_check(compile_rules(arguments[0]))
    if origin is dict:
        return _values_check(compile_rules(arguments[1]))
    return None


def _string_check(rule: Rule) -> Check:
    # Null and unset are no strings.
    return lambda value: not isinstance(value, str) or rule(value) is None


def _items_check(item: Check | None) -> Check | None:
    return item and (lambda value: not isinstance(value, LISTS) or all(map(item, value)))


def _values_check(item: Check | None) -> Check | None:
    return item and (lambda value: not isinstance(value, dict) or all(map(item, value.values())))


def _struct_check(struct: type[Struct]) -> Check | None:
    fields = fields_of(struct)
    checks = [
        (name, check)
        for name, wire_name in zip(
            struct.__struct_fields__, struct.__struct_encode_fields__, strict=True
        )
        if (check := compile_rules(fields[wire_name].type)) is not None
    ]

    def check_all(value: Any) -> bool:
        return not isinstance(value, struct) or all(
            check(getattr(value, name)) for name, check in checks
        )

    return check_all if checks else None
