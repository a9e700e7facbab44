"""The client of the operator's API, for ``layers ops``: requests, answers, and errors."""

from __future__ import annotations

import re
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import quote

from partner_api.settings.table import SettingsError
from partner_api.time_limits import OPERATOR_CLIENT_SECONDS, OPERATOR_UPLOAD_SECONDS
from partner_api.visible_text import json_text, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import httpx2

_CHUNK_BYTES = 128 * 1024
_PAGE = 100
_CLIENT_ERRORS = range(400, 500)
# The outcome is that of an earlier request with the same key, or of a body that was not read to its end.
_UNDECIDED = frozenset({"IDEMPOTENCY_IN_PROGRESS", "REQUEST_TIMEOUT"})


class OperatorRequestError(Exception):
    """The server refused a request, or did not answer; the message is what it said.

    Attributes:
        is_refusal: it is certain that nothing was done.
    """

    def __init__(self, message: str, *, is_refusal: bool = False) -> None:
        super().__init__(message)
        self.is_refusal = is_refusal


class OperatorClient:
    """Calls the operator's API of the server at LAYERS_URL.

    The token is LAYERS_OPERATOR_TOKEN, else the one that the demo left in the data folder. What is asked for is named
    by the parts of its path, such as ``("organizations", id)``: no id can become another path.

    Raises:
        SettingsError: there is no token, or another setting cannot be used.
    """

    def __init__(self) -> None:
        import httpx2

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
        self._http = httpx2.Client(
            base_url=f"{settings.api_url.rstrip('/')}/ops/v1",
            headers={"Authorization": f"Bearer {token}"},
            timeout=OPERATOR_CLIENT_SECONDS,
            trust_env=False,
            # Loading the certificates takes as long as most requests, and http does not need them.
            verify=httpx2.URL(settings.api_url).scheme != "http",
            # A command sends a few requests and ends; it keeps no connection open.
            limits=httpx2.Limits(max_keepalive_connections=0),
        )

    def get(self, *path: str, **query: object) -> Any:
        """Read a resource; a parameter of the query that is None is left out, and a list is repeated.

        Raises:
            OperatorRequestError: the server refused, or did not answer.
        """
        parameters = {
            name: list(map(str, value)) if isinstance(value, list) else str(value)
            for name, value in query.items()
            if value is not None
        }
        return self._send(self._http.build_request("GET", _address(path), params=parameters))

    def pages(
        self, *path: str, page_size: int = _PAGE, **query: object
    ) -> Iterator[dict[str, Any]]:
        """Read a whole list, page by page.

        Raises:
            OperatorRequestError: the server refused, or did not answer.
        """
        cursor: str | None = None
        while True:
            page = self.get(*path, limit=page_size, cursor=cursor, **query)
            try:
                items, cursor = list(page["items"]), page["nextCursor"]
            except (TypeError, KeyError):
                raise OperatorRequestError(_FOREIGN.format(200)) from None
            yield from items
            if cursor is None:
                return

    def write(self, method: str, *path: str, body: Mapping[str, Any], key: str) -> Any:
        """Change a resource, once.

        Args:
            method: POST, PUT or PATCH.
            path: of the resource.
            body: the change; fields that are None are left out.
            key: the Idempotency-Key.

        Raises:
            OperatorRequestError: the server refused, or did not answer.
        """
        sent = {name: value for name, value in body.items() if value is not None}
        headers = {"Idempotency-Key": key}
        return self._send(
            self._http.build_request(method, _address(path), json=sent, headers=headers)
        )

    def upload(
        self,
        *path: str,
        file: IO[bytes],
        size: int,
        media_type: str,
        on_sent: Callable[[int], None],
        query: Mapping[str, str],
        key: str,
    ) -> Any:
        """Send a file, once, piece by piece.

        Args:
            path: where to.
            file: its content.
            size: of the file, in bytes.
            media_type: of the file.
            on_sent: called with the number of bytes after each piece.
            query: of the address.
            key: the Idempotency-Key.

        Raises:
            OperatorRequestError: the server refused, or did not answer, or the file became shorter.
            OSError: the file cannot be read.
        """

        def pieces() -> Iterator[bytes]:
            left = size
            while left:
                piece = file.read(min(left, _CHUNK_BYTES))
                if not piece:
                    raise OperatorRequestError("The file became shorter while it was sent.")
                yield piece
                left -= len(piece)
                on_sent(len(piece))

        request = self._http.build_request(
            "POST",
            _address(path),
            params=dict(query),
            content=pieces(),
            headers={
                "Idempotency-Key": key,
                "Content-Type": media_type,
                "Content-Length": str(size),
            },
            timeout=OPERATOR_UPLOAD_SECONDS,
        )
        return self._send(request)

    def _send(self, request: httpx2.Request) -> Any:
        import httpx2

        try:
            response = self._http.send(request)
        except httpx2.RequestError as error:
            # Without the number of the system error; a time limit has no message of its own.
            reason = re.sub(r"^\[Errno -?\d+\] ", "", str(error)).rstrip(".")
            raise OperatorRequestError(
                f"No answer from {request.url.netloc.decode('ascii')} ({reason or type(error).__name__}). "
                "Is the server running, and LAYERS_URL right?"
            ) from error
        try:
            answer = response.json()
        except (ValueError, RecursionError):
            answer = None
        if response.is_success and answer is not None:
            return answer
        raise _error_of(response.status_code, answer)


_NOT_KNOWN_HERE = (
    "The token is LAYERS_OPERATOR_TOKEN, or without it the demo's of LAYERS_DATA_DIR: "
    "is it one of the server at LAYERS_URL?"
)
_FOREIGN = "The server answered {}, and not as its API does. Is LAYERS_URL right?"


def _address(path: Sequence[str]) -> str:
    """Return the path of these parts, whatever is in them.

    Raises:
        OperatorRequestError: one is empty, and the path would be another one's.
    """
    if not all(path):
        raise OperatorRequestError("An id is empty. Is a variable not set?", is_refusal=True)
    # A part of two dots would lead to the parent, and `quote` does not change dots.
    return "".join(f"/{quote(part, safe='').replace('.', '%2E')}" for part in path)


def _error_of(status: int, answer: Any) -> OperatorRequestError:
    """Return the error that describes an answer without success."""
    try:
        return _explain(status, answer["error"])
    except (AttributeError, KeyError, TypeError):
        return OperatorRequestError(_FOREIGN.format(status))


def _explain(status: int, error: Any) -> OperatorRequestError:
    """Format an error of the API, each of its parts on a line; their content is data."""
    code = str(error["code"])
    lines = [visible(f"{code}: {error['message']}")]
    details = dict(error.get("details") or {})
    lines += [
        visible(f"{issue['path'] or 'the request'}: {issue['message']}")
        for issue in details.pop("issues", [])
    ]
    if details:
        lines.append(json_text(details, indent=None))
    if code == "UNAUTHENTICATED":
        lines.append(_NOT_KNOWN_HERE)
    lines.append(visible(f"request {error['requestId']}"))
    return OperatorRequestError(
        "\n  ".join(lines), is_refusal=status in _CLIENT_ERRORS and code not in _UNDECIDED
    )
