"""Why a request was not answered, in sentences for the partner: nothing of what is inside our network."""

from __future__ import annotations

import ssl
from typing import Final

import httpcore2

from partner_api.time_limits import WEBHOOK_SECONDS

# X509_V_ERR_… of OpenSSL.
_OF_OTHER_NAMES: Final = {62, 64}
_OF_NOBODY_KNOWN: Final = {18, 19, 20, 21}


class SendFailure(Exception):
    """A request could not be sent or was not answered; ``str()`` is a sentence for the partner."""


class NothingAnswered(SendFailure):
    """The connection ended before the first byte of an answer."""


class TooLongAnswer(SendFailure):
    """More of an answer arrived than anybody reads."""


class Progress:
    """How far one connection has come."""

    def __init__(self) -> None:
        self.awaited = "answer"
        """What there is none of yet, as it is in a sentence."""

    def late(self) -> str:
        """Say what did not happen in time."""
        return f"There was no {self.awaited} within {WEBHOOK_SECONDS:g} s."


def failure_sentence(error: Exception, name: str) -> str | None:
    """Say why a request was not answered; None if that is not known of such an error.

    Args:
        error: what httpcore2 raised.
        name: of the receiver.
    """
    if isinstance(error, SendFailure):
        return str(error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return _certificate_sentence(error, name)
    if isinstance(error, ssl.SSLError):
        reason = (error.reason or "").replace("_", " ").lower()
        return f"The TLS handshake failed ({reason})." if reason else "The TLS handshake failed."
    if isinstance(error, httpcore2.ProxyError):
        return f"The server's proxy made no connection ({str(error)[:3]})."
    if isinstance(error, httpcore2.RemoteProtocolError):
        # 431: what h11 proposes to answer to too long a head.
        if getattr(error.__cause__, "error_status_hint", None) == 431:
            return "The head of the answer is too long."
        return "The answer is not HTTP, or ended early."
    if isinstance(error, OSError):
        return "The connection was closed before there was an answer."
    return None


def _certificate_sentence(error: ssl.SSLCertVerificationError, name: str) -> str:
    if error.verify_code in _OF_OTHER_NAMES:
        return f"The TLS certificate is not valid for the name {name}."
    if error.verify_code in _OF_NOBODY_KNOWN:
        return (
            "The TLS certificate is from no authority that is trusted, "
            "or certificates between it and that authority are missing."
        )
    return f"The TLS certificate is not valid ({error.verify_message})."
