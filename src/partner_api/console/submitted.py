"""A form that was sent and is shown again."""

from __future__ import annotations

import msgspec

from partner_api.errors import ApiError


class Submitted(msgspec.Struct, frozen=True):
    """A form as it was sent, to be shown again.

    Attributes:
        form: its name.
        fields: what was filled in; a field may have several values.
        error: why it was refused; None when the session had ended before it was sent.
    """

    form: str
    fields: dict[str, list[str]]
    error: ApiError | None = None

    @property
    def issues(self) -> dict[str, str]:
        """What is wrong, by the field it is about."""
        details = (self.error and self.error.details) or {}
        return {issue.path: issue.message for issue in details.get("issues", [])}
