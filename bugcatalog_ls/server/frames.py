"""Frames between the protocol's process and the analysis: a length, then one msgpack value.

Both ends are of one version and one machine, so a frame that doesn't decode is a defect.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Literal

import msgspec

from bugcatalog_ls.ide.api import events, requests, responses


class Ask(msgspec.Struct, frozen=True, tag=True):
    """A question; its answer carries the same id."""

    id: int
    question: requests.Question


class Tell(msgspec.Struct, frozen=True, tag=True):
    """A notice, which has no answer."""

    notice: requests.Notice


class Cancel(msgspec.Struct, frozen=True, tag=True):
    """The question of this id is no longer wanted; it is answered by a `Failure` all the same."""

    id: int


class Hello(msgspec.Struct, frozen=True, tag=True):
    """The analysis has been imported and waits."""


class Busy(msgspec.Struct, frozen=True, tag=True):
    """A job begins: the question `id` (0: none), named `what`, about `path`."""

    what: str
    path: str = ""
    id: int = 0


class Idle(msgspec.Struct, frozen=True, tag=True):
    """All that was asked is done, and there is no background work."""


class Answer(msgspec.Struct, frozen=True, tag=True):
    id: int
    response: responses.Response | None


class Failure(msgspec.Struct, frozen=True, tag=True):
    """Why a question has no answer."""

    id: int
    kind: Literal["cancelled", "superseded", "refused", "error"]
    message: str = ""


class Happened(msgspec.Struct, frozen=True, tag=True):
    event: events.Event


ToAnalysis = Ask | Tell | Cancel
FromAnalysis = Hello | Busy | Idle | Answer | Failure | Happened

_HEAD = struct.Struct("<I")
_encode = msgspec.msgpack.encode
decode_to_analysis = msgspec.msgpack.Decoder(ToAnalysis).decode
decode_from_analysis = msgspec.msgpack.Decoder(FromAnalysis).decode


def encode(frame: ToAnalysis | FromAnalysis) -> bytes:
    body = _encode(frame)
    return _HEAD.pack(len(body)) + body


def read(read_exactly: Callable[[int], bytes]) -> bytes | None:
    """The body of the next frame, or None at the end of the stream, in mid-frame too."""
    head = read_exactly(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    (size,) = _HEAD.unpack(head)
    body = read_exactly(size)
    return body if len(body) == size else None
