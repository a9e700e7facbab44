"""The two shapes that most commands of ``layers ops`` have: show what the server knows, or change it once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partner_api.commands.operator_client import OperatorClient
from partner_api.commands.repeating import repeatable
from partner_api.commands.terminal import print_json

if TYPE_CHECKING:
    from collections.abc import Mapping


def show(*path: str, **query: object) -> Any:
    """Print what is at a path, and return it.

    Raises:
        OperatorRequestError: the server refused, or did not answer.
        OutputError: it cannot be printed.
    """
    answer = OperatorClient().get(*path, **query)
    print_json(answer)
    return answer


def change(method: str, *path: str, body: Mapping[str, Any], key: str | None) -> None:
    """Change something once, and print the answer.

    Args:
        method: POST, PUT or PATCH.
        path: of what.
        body: to what; fields that are None are left out.
        key: the Idempotency-Key that was given, if one was.

    Raises:
        OperatorRequestError: the server refused, or did not answer.
        OutputError: the answer cannot be printed.
        Stopped: by a signal.
    """
    client = OperatorClient()
    with repeatable(key) as attempt:
        answer = client.write(method, *path, body=body, key=attempt.key)
        attempt.done = True
        print_json(answer)
