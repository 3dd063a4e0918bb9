"""What the analysis of one file alone gives: findings, facts, anchors; and its packed form."""

from __future__ import annotations

import logging

import msgspec

from bugcatalog_ls.analysis.finding import Finding
from bugcatalog_ls.facts.fact import Fact
from bugcatalog_ls.facts.groups import (
    Groups,
    PackedGroup,
    expanded,
    grouped,
    is_known,
    packed,
    squeezed,
    unpacked,
)
from bugcatalog_ls.text.spans import Span

log = logging.getLogger(__name__)


class FileResult(msgspec.Struct, frozen=True):
    """The pure result for one text: the same text and catalog always give the same result.

    `has_error` tells that the text does not parse whole; `failures` names the analyzers and
    vocabularies that raised, with what they raised; `quarantined` the rules (code, index, reason) that
    were stopped; `has_suppressions` tells that it holds comments for the tool. `n_shared_facts` and
    `n_shared_anchors` count those at the beginning that the vocabularies gave, not the entries'.
    """

    findings: tuple[Finding, ...] = ()
    facts: tuple[Fact, ...] = ()
    anchors: dict[str, Span] = {}
    has_error: bool = False
    failures: tuple[tuple[str, str], ...] = ()
    quarantined: tuple[tuple[str, int, str], ...] = ()
    has_suppressions: bool = False
    n_shared_facts: int = 0
    n_shared_anchors: int = 0

    @property
    def groups(self) -> Groups:
        """The facts by their kind."""
        return grouped(self.facts)


class StoredResult(msgspec.Struct, frozen=True, array_like=True):
    """A result as it comes from the cache or another process. Facts and anchors stay packed until
    somebody reads them, and then are made anew each time: of most files nobody does."""

    findings: tuple[Finding, ...]
    packed_facts: tuple[PackedGroup, ...]
    packed_anchors: bytes
    has_error: bool
    failures: tuple[tuple[str, str], ...]
    quarantined: tuple[tuple[str, int, str], ...]
    has_suppressions: bool

    @property
    def groups(self) -> Groups:
        """The facts by their kind."""
        return unpacked(self.packed_facts)

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The facts, kind by kind."""
        return tuple(fact for group in self.groups.values() for fact in group.facts)

    @property
    def anchors(self) -> dict[str, Span]:
        return _ANCHORS.decode(expanded(self.packed_anchors))


Result = FileResult | StoredResult


def pack(result: FileResult) -> bytes:
    """A result as bytes, for the cache and between processes.

    A fact that holds what can't be packed (the number is too large, the string no text) is a fault
    of its vocabulary, is told in the log and costs only itself.
    """
    try:
        return _packed(result)
    except (TypeError, ValueError, OverflowError):
        log.exception("a result can't be packed whole")
        return _packed(
            msgspec.structs.replace(
                result,
                findings=tuple(filter(_can_be_packed, result.findings)),
                facts=tuple(filter(_can_be_packed, result.facts)),
                anchors={name: span for name, span in result.anchors.items() if _can_be_packed(name)},
            )
        )


def _can_be_packed(value: object) -> bool:
    try:
        _ENCODER.encode(value)
        if isinstance(value, Fact):
            _ENCODER.encode(value.key)
    except (TypeError, ValueError, OverflowError):
        return False
    return True


def _packed(result: FileResult) -> bytes:
    stored = StoredResult(
        result.findings,
        tuple(packed(result.facts)),
        _ENCODER.encode(result.anchors),
        result.has_error,
        result.failures,
        result.quarantined,
        result.has_suppressions,
    )
    return _ENCODER.encode(stored)


def unpack(data: bytes, *, squeeze: bool = False) -> StoredResult:
    """The result that `pack` gave; raises `msgspec.DecodeError` for anything else. One that is squeezed
    takes a third of the memory.

    The analyzers in force must be loaded, since they may bring facts of their own.
    """
    stored = _DECODER.decode(data)
    if not all(is_known(group) for group in stored.packed_facts):
        raise msgspec.DecodeError("it holds facts of a kind that is not loaded")
    if not squeeze:
        return stored
    groups = (PackedGroup(group.tag, group.keys, squeezed(group.facts)) for group in stored.packed_facts)
    return msgspec.structs.replace(
        stored, packed_facts=tuple(groups), packed_anchors=squeezed(stored.packed_anchors)
    )


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(StoredResult)
_ANCHORS = msgspec.msgpack.Decoder(dict[str, Span])
