"""What the analysis of one file alone gives: findings, facts, anchors; and its packed form."""

from __future__ import annotations

import logging
from functools import cache
from typing import Any, Union, cast

import msgspec

from bugcatalog_ls.analysis.finding import Finding
from bugcatalog_ls.facts.fact import Fact, fact_types
from bugcatalog_ls.text.spans import Span

log = logging.getLogger(__name__)


class FileResult(msgspec.Struct, frozen=True):
    """The pure result for one text: the same text and catalog always give the same result.

    `has_error` tells that the text does not parse whole; `failures` are the codes of analyzers that
    raised, with what they raised; `quarantined` the rules (code, index, reason) that were stopped;
    `has_suppressions` tells that it holds comments for the tool. `n_shared_facts` and
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


class _Packed(msgspec.Struct, array_like=True):
    findings: tuple[Finding, ...]
    facts: Any
    anchors: dict[str, Span]
    has_error: bool
    failures: tuple[tuple[str, str], ...]
    quarantined: tuple[tuple[str, int, str], ...]
    has_suppressions: bool
    n_shared_facts: int
    n_shared_anchors: int


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
                n_shared_facts=sum(map(_can_be_packed, result.facts[: result.n_shared_facts])),
                n_shared_anchors=sum(map(_can_be_packed, [*result.anchors][: result.n_shared_anchors])),
            )
        )


def _can_be_packed(value: object) -> bool:
    try:
        _encoder().encode(value)
    except (TypeError, ValueError, OverflowError):
        return False
    return True


def _packed(result: FileResult) -> bytes:
    packed = _Packed(
        result.findings,
        result.facts,
        result.anchors,
        result.has_error,
        result.failures,
        result.quarantined,
        result.has_suppressions,
        result.n_shared_facts,
        result.n_shared_anchors,
    )
    return _encoder().encode(packed)


def unpack(data: bytes) -> FileResult:
    """The result that `pack` gave; raises `msgspec.DecodeError` for anything else.

    The analyzers in force must be loaded, since they may bring facts of their own.
    """
    packed = _decoder(fact_types()).decode(data)
    return FileResult(*msgspec.structs.astuple(packed))


@cache
def _encoder() -> msgspec.msgpack.Encoder:
    return msgspec.msgpack.Encoder()


@cache
def _decoder(types: tuple[type[Fact], ...]) -> msgspec.msgpack.Decoder[Any]:
    facts: Any = tuple[cast(Any, Union)[types], ...] if types else tuple[()]  # type: ignore[misc]  # made at run time
    packed = msgspec.defstruct(
        "Packed",
        [
            ("findings", tuple[Finding, ...]),
            ("facts", facts),
            ("anchors", dict[str, Span]),
            ("has_error", bool),
            ("failures", tuple[tuple[str, str], ...]),
            ("quarantined", tuple[tuple[str, int, str], ...]),
            ("has_suppressions", bool),
            ("n_shared_facts", int),
            ("n_shared_anchors", int),
        ],
        array_like=True,
    )
    return msgspec.msgpack.Decoder(packed)
