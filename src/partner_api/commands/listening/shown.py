"""What ``layers listen`` prints of events and answers: lines for people, or JSON for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from partner_api.commands.streams import OutputStream
from partner_api.commands.terminal import print_line
from partner_api.visible_text import json_text

if TYPE_CHECKING:
    from partner_api.commands.listening.feed import Event
    from partner_api.commands.listening.receiver import Answer

# Ids and names of events are shorter; whatever is not is no reason to fill the screen.
_LONGEST_FIELD: Final = 80
_LONGEST_BODY: Final = 200
_WIDTH_OF_A_TYPE: Final = 28


class Shown:
    """Where events are printed.

    Args:
        as_json: a JSON object for each event, with the answer to it.
        forwards: whether an answer comes to each event.
    """

    def __init__(self, *, as_json: bool, forwards: bool) -> None:
        self._as_json = as_json
        self._forwards = forwards

    def event(self, event: Event, cursor: str | None) -> None:
        """Print an event that has arrived.

        Args:
            event: of the feed.
            cursor: behind it, if there is one.

        Raises:
            OutputError: it cannot be printed.
        """
        if not self._as_json:
            fields = (event.created_at, event.type, event.id, event.organization_id)
            time, kind, *ids = (_cut(field, _LONGEST_FIELD) for field in fields)
            print_line("  ".join((time, kind.ljust(_WIDTH_OF_A_TYPE), *ids)))
        elif not self._forwards:
            self._print(event, cursor, None)

    def answer(self, event: Event, cursor: str | None, answer: Answer) -> None:
        """Print what the receiver answered to it.

        Raises:
            OutputError: it cannot be printed.
        """
        if self._as_json:
            self._print(event, cursor, answer)
            return
        told = answer.error or str(answer.status)
        line = f"    {told} in {answer.duration_ms} ms"
        if not answer.is_success and answer.body.strip():
            line += f": {_cut(answer.body.strip(), _LONGEST_BODY)}"
        print_line(line)

    @staticmethod
    def _print(event: Event, cursor: str | None, answer: Answer | None) -> None:
        told = answer and {
            "status": answer.status,
            "error": answer.error,
            "durationMs": answer.duration_ms,
            "body": answer.body,
        }
        stream = OutputStream()
        value = {"event": event.envelope, "answer": told, "cursor": cursor}
        stream.write_out(json_text(value, stream.encoding, indent=None) + "\n")


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
