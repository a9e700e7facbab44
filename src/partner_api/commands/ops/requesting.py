"""The two shapes that most commands of ``layers ops`` have: show what the server knows, or change it once."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from partner_api.commands.operator_client import OperatorClient
from partner_api.commands.repeating import repeatable
from partner_api.commands.terminal import print_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from layers_partner import LayersOperator, OperatorRequestOptions

_T = TypeVar("_T")


def show(call: Callable[[LayersOperator], _T]) -> _T:
    """Print what a call of the library answers, and return it.

    Raises:
        OperatorRequestError: the server refused, or did not answer.
        OutputError: it cannot be printed.
    """
    answer = OperatorClient().ask(call)
    print_json(answer)
    return answer


def change(
    call: Callable[[LayersOperator, OperatorRequestOptions], object], key: str | None
) -> None:
    """Change something once, and print the answer.

    Args:
        call: of the library; it passes on the options that it gets, which make a repetition harmless.
        key: the Idempotency-Key that was given, if one was.

    Raises:
        OperatorRequestError: the server refused, or did not answer.
        OutputError: the answer cannot be printed.
        Stopped: by a signal.
    """
    client = OperatorClient()
    with repeatable(key) as attempt:
        once: OperatorRequestOptions = {"idempotency_key": attempt.key}
        answer = client.ask(lambda layers: call(layers, once))
        attempt.done = True
        print_json(answer)
