"""A form that was sent when the session had ended: the sign-in page carries it, and the new session keeps it."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any, Final

import msgspec

from partner_api.console.visit import FORM, KEY, WHOSE

if TYPE_CHECKING:
    from collections.abc import Mapping

# The largest form that is read, in this encoding: none is lost because it is large.
_MOST_CHARACTERS: Final = 640 * 1024


class KeptForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A form as it was sent.

    Attributes:
        path: of the page that it is on.
        form: its name.
        fields: what was filled in; a field may have several values.
    """

    path: str
    form: str
    fields: dict[str, list[str]]

    @property
    def whose(self) -> str:
        """Return who filled it in, as the form was rendered for; empty when it does not say."""
        return self.fields.get(WHOSE, [""])[0]

    @property
    def key(self) -> str:
        """Return the key that it was rendered with."""
        return self.fields.get(KEY, [""])[0]


def kept_form_of(path: str, fields: Mapping[str, list[str]]) -> KeptForm:
    """Return a form to be kept.

    Args:
        path: of the page that it is on.
        fields: as they were sent.
    """
    return KeptForm(path, fields.get(FORM, [""])[0], dict(fields))


def pack(form: KeptForm) -> str:
    """Write a form as the text of a hidden field; a line break in it stays as it is."""
    return base64.urlsafe_b64encode(msgspec.json.encode(form)).decode()


def unpack(text: str) -> KeptForm | None:
    """Return the form that a sign-in page carries; None for none, and for what is no form."""
    if not text or len(text) > _MOST_CHARACTERS:
        return None
    try:
        form = msgspec.json.decode(base64.urlsafe_b64decode(text), type=KeptForm)
    except (binascii.Error, msgspec.MsgspecError, ValueError):
        return None
    return form if _is_as_read(form) else None


def _is_as_read(form: KeptForm) -> bool:
    """Return whether a form could have been read from a request, and not only written by hand."""
    texts = [form.path, form.form, *form.fields]
    for values in form.fields.values():
        if not values:
            return False
        texts += values
    return not any("\0" in text for text in texts)


def read_kept(stored: dict[str, Any] | None) -> KeptForm | None:
    """Return the form that a session keeps."""
    return None if stored is None else msgspec.convert(stored, KeptForm)
