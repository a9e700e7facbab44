"""What is read in the same statement as a key: the organization that a read is about, and its wallet.

Until the key's secret is verified all of it is on the word of whoever asks: nothing is done with it before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from partner_api.edge.wire.fields import OrganizationId

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from partner_api.credits.store import Wallet, WalletKey
    from partner_api.edge.identity.store import Child
    from partner_api.edge.request.api_request import ApiRequest


class SubjectLookup(NamedTuple):
    """What to read with a key: the child that a request names, None for the key's own organization, and its wallet."""

    child_id: UUID | None = None
    wallet: bool = False


class Subject(Struct, frozen=True):
    """What was read with a key, at the same instant. None is what was not there, or not asked for."""

    child: Child | None
    """A direct child of the key's organization."""
    wallet: Wallet | None
    """As it was stored: its period may be over."""
    wallet_key: WalletKey
    """Whose wallet that is, or would be."""


class SubjectRule:
    """What a route reads with the key of each request, if anything.

    Args:
        parameters: the types of its path's parameters by their names on the wire, in their order.
        writes: whether it writes. The body of a write may take a minute, and what was read before it is too old.
        wallet: whether its handler reads the wallet of the organization that it is about.
    """

    def __init__(self, parameters: Mapping[str, type], *, writes: bool, wallet: bool) -> None:
        self._writes = writes
        self._wallet = wallet
        self._child_place: int | None
        self._child_place, self._child_name = next(
            (
                (place, name)
                for place, (name, its_type) in enumerate(parameters.items())
                if its_type is OrganizationId
            ),
            (None, ""),
        )

    def look_up(self, request: ApiRequest) -> SubjectLookup | None:
        """Return what to read for a request; None for nothing.

        What is no id of an organization is refused later, in the order of checks.
        """
        if self._writes:
            return None
        if request.raw_acting:
            # Who acts for a child by the header and names another one in the path is answered in the usual way.
            wallet = self._wallet and self._child_place is None
            texts = [value.decode("latin-1") for value in request.raw_acting]
            return _child(texts, wallet=wallet)
        if not self._wallet:
            return None
        if self._child_place is None:
            return SubjectLookup(wallet=True)
        lookup = _child([request.path_texts[self._child_place]], wallet=True)
        if lookup is not None:
            # Parsed once: the route takes it from here when it is the path's turn.
            request.path_values[self._child_name] = lookup.child_id
        return lookup


def _child(texts: Sequence[str], *, wallet: bool) -> SubjectLookup | None:
    try:
        (text,) = texts
        child_id = OrganizationId.parse(text)
    except ValueError:
        return None
    return SubjectLookup(child_id, wallet)
