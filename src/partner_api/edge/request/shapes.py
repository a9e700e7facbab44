"""What the types of bodies and queries say: their fields, and how much they allow."""

from __future__ import annotations

import types
from functools import cache
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct, UnsetType

from partner_api.edge.request.bounds import bound_of, in_all_of, max_length_of, size_problem

LISTS = (list, set, frozenset, tuple)


def bare_type(field_type: Any) -> Any:
    """Return a type without what is annotated on it."""
    return get_args(field_type)[0] if get_origin(field_type) is Annotated else field_type


def options_of(bare: Any) -> tuple[Any, ...]:
    """Return the types of a union, nothing for any other type."""
    return get_args(bare) if get_origin(bare) in (Union, types.UnionType) else ()


def without_none(field_type: Any) -> Any:
    """Return the one type that a field has besides null and unset; other unions stay."""
    options = options_of(bare_type(field_type))
    real = [option for option in options if option not in (type(None), UnsetType)]
    if len(real) != 1:
        return field_type
    if get_origin(field_type) is Annotated:
        return Annotated[real[0], *get_args(field_type)[1:]]
    return real[0]


def is_list_type(field_type: Any) -> bool:
    """Return whether a field takes several values."""
    return get_origin(bare_type(field_type)) in (list, set, frozenset)


class Field(NamedTuple):
    """A field of a Struct: its name on the wire, its type, and whether it has to be there.

    ``holds_more``: its value has a size that a client chooses, or contains what has.
    """

    name: str
    type: Any
    required: bool
    holds_more: bool


@cache
def fields_of(struct: type[Struct]) -> dict[str, Field]:
    """Return the fields of a Struct by their names on the wire."""
    hints = get_type_hints(struct, include_extras=True)
    return {
        field.encode_name: Field(
            field.encode_name, hints[field.name], field.required, _holds_more(hints[field.name])
        )
        for field in msgspec.structs.fields(struct)
    }


def most_values(field_type: Any, where: str) -> int:
    """Count the values in the largest that a type allows, names in objects included.

    Raises:
        TypeError: there is no largest; ``where`` is what the message calls the type.
    """
    bare = bare_type(field_type)
    if options := options_of(bare):
        inner = without_none(field_type)
        if not options_of(bare_type(inner)):
            return most_values(inner, where)
        return max(most_values(option, where) for option in options)
    if isinstance(bare, type) and issubclass(bare, Struct):
        return 1 + sum(
            most_values(field.type, f"{where}.{field.name}") for field in fields_of(bare).values()
        )
    if (bound := bound_of(field_type)) is not None:
        return 1 + bound.most_values
    origin = get_origin(bare) or bare
    if origin in (*LISTS, dict):
        most, inner = max_length_of(field_type), get_args(bare)
        if most is None or not inner:
            raise TypeError(f"{where} has no limit to what is in it")
        each = sum(most_values(each, f"{where}[]") for each in inner if each is not Ellipsis)
        if (in_all := in_all_of(field_type)) is None:
            return 1 + most * each
        # Each item has its list, and all lists together have no more elements than the limit says.
        held = fields_of(inner[0])[in_all.field].type
        (element,) = get_args(bare_type(held))
        each += 1 - most_values(held, where)
        return 1 + most * each + in_all.most * most_values(element, where)
    if bare is Any:
        raise TypeError(f"{where} has no limit to what is in it")
    return 1


def is_oversized(field_type: Any, value: Any) -> bool:
    """Return whether a list or object anywhere in a value is too large, looking into none that is."""
    inner = without_none(field_type)
    bare = bare_type(inner)
    if size_problem(inner, value, "") is not None:
        return True
    if isinstance(value, dict) and isinstance(bare, type) and issubclass(bare, Struct):
        return any(
            is_oversized(field.type, value[field.name])
            for field in fields_of(bare).values()
            if field.holds_more and field.name in value
        )
    origin = get_origin(bare)
    if isinstance(value, list) and origin in LISTS:
        item_type = get_args(bare)[0]
        return _holds_more(item_type) and any(is_oversized(item_type, item) for item in value)
    if isinstance(value, dict) and origin is dict:
        item_type = get_args(bare)[1]
        return _holds_more(item_type) and any(
            is_oversized(item_type, item) for item in value.values()
        )
    return False


@cache
def has_bounds(item_type: type) -> bool:
    """Return whether anything in a Struct is limited in a way that msgspec does not know; so is what is no Struct."""
    return not issubclass(item_type, Struct) or any(
        _has_bounds(field.type) for field in fields_of(item_type).values()
    )


def _has_bounds(field_type: Any) -> bool:
    inner = without_none(field_type)
    bare = bare_type(inner)
    if bound_of(inner) is not None or in_all_of(inner) is not None:
        return True
    if isinstance(bare, type) and issubclass(bare, Struct):
        return has_bounds(bare)
    return any(_has_bounds(argument) for argument in get_args(bare))


def limits_items_together(struct: type[Struct]) -> bool:
    """Return whether a list of a Struct has a limit on what its items hold together."""
    return any(in_all_of(field.type) is not None for field in fields_of(struct).values())


def _holds_more(field_type: Any) -> bool:
    bare = bare_type(field_type)
    if options := options_of(bare):
        return any(_holds_more(option) for option in options)
    if isinstance(bare, type) and issubclass(bare, Struct):
        return any(field.holds_more for field in fields_of(bare).values())
    return (get_origin(bare) or bare) in (*LISTS, dict)
