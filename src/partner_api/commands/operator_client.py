"""The client of the operator's API, for ``layers ops``: the library, the settings, and errors for a person."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, TypeVar

from partner_api.commands.refusals import foreign_answer, lines_of_refusal, reason_of
from partner_api.settings.setting import SettingsError
from partner_api.time_limits import OPERATOR_CLIENT_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from layers_partner import APIConnectionError, APIError, LayersOperator, NotGiven

_T = TypeVar("_T")

# The largest page of most lists: few requests, each short.
PAGE = 100
_CLIENT_ERRORS = range(400, 500)
# The outcome is that of an earlier request with the same key, or of a body that was not read to its end.
_UNDECIDED = frozenset({"IDEMPOTENCY_IN_PROGRESS", "REQUEST_TIMEOUT"})
# These are decided before the server looks whether it has done the request already: said of another try, they do not
# say that the one before did nothing.
_SAID_FIRST = frozenset({"UNAUTHENTICATED", "FORBIDDEN_SCOPE", "RATE_LIMITED"})


class OperatorRequestError(Exception):
    """The server refused a request, or did not answer; the message is what it said.

    Attributes:
        is_refusal: it is certain that nothing was done.
    """

    def __init__(self, message: str, *, is_refusal: bool = False) -> None:
        super().__init__(message)
        self.is_refusal = is_refusal


class OperatorClient:
    """Calls the operator's API of the server at LAYERS_URL through the client library.

    The token is LAYERS_OPERATOR_TOKEN, else the one that the demo left in the data folder.

    Raises:
        SettingsError: there is no token, or another setting cannot be used.
    """

    def __init__(self) -> None:
        import httpx2

        from layers_partner import ConfigurationError, LayersOperator
        from partner_api.commands.environment import checked_settings

        settings = checked_settings()
        token = settings.operator_token
        if token is None:
            from partner_api.demo.credentials import read_demo_secrets

            secrets = read_demo_secrets(settings.data_dir)
            if secrets is None:
                raise SettingsError(
                    [
                        "There is no operator's token. Set LAYERS_OPERATOR_TOKEN; "
                        "`layers ops bootstrap` makes the first one."
                    ]
                )
            token = secrets.operator_token
        self._tries = 0
        address = httpx2.URL(settings.api_url)
        self._host = address.netloc.decode("ascii")
        http = httpx2.Client(
            timeout=OPERATOR_CLIENT_SECONDS,
            trust_env=False,
            # Loading the certificates takes as long as most requests, and http does not need them.
            verify=address.scheme != "http",
            # A command sends a few requests and ends; it keeps no connection open.
            limits=httpx2.Limits(max_keepalive_connections=0),
            event_hooks={"request": [self._count]},
        )
        try:
            self._layers = LayersOperator(
                token=token,
                base_url=settings.api_url,
                timeout=OPERATOR_CLIENT_SECONDS,
                http_client=http,
            )
        except ConfigurationError as error:
            # The library names its own variable.
            raise SettingsError([str(error).replace(_LIBRARY_URL, "LAYERS_URL")]) from None

    def ask(self, call: Callable[[LayersOperator], _T]) -> _T:
        """Return what one call of the library answers.

        Raises:
            OperatorRequestError: the server refused, or did not answer.
        """
        self._tries = 0
        with self._explained():
            return call(self._layers)

    def all(self, call: Callable[[LayersOperator], Iterable[_T]]) -> Iterator[_T]:
        """Read a whole list, page by page, as they are wanted.

        Raises:
            OperatorRequestError: the server refused, or did not answer.
        """
        self._tries = 0
        with self._explained():
            yield from call(self._layers)

    def _count(self, _: object) -> None:
        self._tries += 1

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        from layers_partner import APIConnectionError, APIError

        try:
            yield
        except APIError as error:
            raise _refused(error, is_first=self._tries == 1) from error
        except APIConnectionError as error:
            raise self._unanswered(error) from error
        except ValueError as error:
            # What cannot be sent, such as an id that is empty, and would make another path.
            if self._tries:
                raise
            raise OperatorRequestError(str(error), is_refusal=True) from error

    def _unanswered(self, error: APIConnectionError) -> OperatorRequestError:
        return OperatorRequestError(
            f"No answer from {self._host} ({reason_of(error)}). "
            "Is the server running, and LAYERS_URL right?"
        )


def given(value: _T | None) -> _T | NotGiven:
    """Return what the library takes for an option that was not typed: None would be sent."""
    from layers_partner import NOT_GIVEN

    return NOT_GIVEN if value is None else value


_NOT_KNOWN_HERE = (
    "The token is LAYERS_OPERATOR_TOKEN, or without it the demo's of LAYERS_DATA_DIR: "
    "is it one of the server at LAYERS_URL?"
)
_LIBRARY_URL = "`base_url` or LAYERS_BASE_URL"


def _refused(error: APIError, *, is_first: bool) -> OperatorRequestError:
    """Return the error that describes an answer without success."""
    advice = [_NOT_KNOWN_HERE] if error.code == "UNAUTHENTICATED" else []
    lines = lines_of_refusal(error, *advice)
    if not lines:
        return OperatorRequestError(foreign_answer(error, "LAYERS_URL"))
    return OperatorRequestError(
        "\n  ".join(lines),
        is_refusal=error.status in _CLIENT_ERRORS
        and error.code not in _UNDECIDED
        and (is_first or error.code not in _SAID_FIRST),
    )
