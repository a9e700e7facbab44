"""What a worker and its rendering process say to each other, over pipes.

Each message is its length in four bytes, then msgpack.
"""

from __future__ import annotations

import struct
from typing import Any

import msgspec

from partner_api.rendering.assets import RenderedAsset

LENGTH = struct.Struct(">I")


class SlideshowOrder(msgspec.Struct, frozen=True, tag="slideshow"):
    """Render this hook, and use at most so much of a processor."""

    hook: str
    cpu_seconds: float


class SampleOrder(msgspec.Struct, frozen=True, tag="sample"):
    """Render what stands for this in a test environment, and use at most so much of a processor."""

    inputs: dict[str, Any]
    content_format: str
    cpu_seconds: float


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """The process takes orders. By script, whether it can be written; empty if it does not know its fonts yet."""

    scripts: dict[str, bool]


class Progress(msgspec.Struct, frozen=True, tag="progress"):
    """So much of a stage is done, 0 to 1."""

    stage: str
    progress: float


class Done(msgspec.Struct, frozen=True, tag="done"):
    """The result."""

    assets: list[RenderedAsset]


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """It cannot be rendered, for this reason; the process goes on."""

    reason: str


Order = SlideshowOrder | SampleOrder
Message = Ready | Progress | Done | Failed

_read_order = msgspec.msgpack.Decoder(Order).decode
_read_message = msgspec.msgpack.Decoder(Message).decode
_write = msgspec.msgpack.Encoder().encode


def read_order(content: bytes) -> Order:
    """Read what a worker says."""
    order: Order = _read_order(content)
    return order


def read_message(content: bytes) -> Message:
    """Read what a rendering process says."""
    message: Message = _read_message(content)
    return message


def framed(message: Order | Message) -> bytes:
    """Write a message with its length before it."""
    content = _write(message)
    return LENGTH.pack(len(content)) + content
