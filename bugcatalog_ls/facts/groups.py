"""The facts of one kind that one file gave, in packed form until somebody reads them.

Of the facts of a workspace few are ever read; the others need not be made into objects, which take
five times the memory of their bytes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from types import GenericAlias
from typing import Any
from zlib import compress, decompress

import msgspec

from bugcatalog_ls.facts.fact import Fact, fact_types

Groups = Mapping[type[Fact], "Group"]
"""All that one file says, by the kind of fact."""


class PackedGroup(msgspec.Struct, array_like=True, gc=False):
    """A group as it is written: the kind by its tag, the keys of its facts in their order, the facts."""

    tag: str
    keys: tuple[str, ...]
    facts: bytes


class Group:
    """Facts of one kind. `keys` are those of its facts, in their order, with repetitions."""

    __slots__ = ("_facts", "_packed", "keys", "kind")

    def __init__(
        self,
        kind: type[Fact],
        keys: tuple[str, ...],
        facts: tuple[Fact, ...] | None,
        packed: bytes = b"",
    ) -> None:
        self.kind = kind
        self.keys = keys
        self._facts = facts
        self._packed = packed

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The facts in the order in which the file gave them; made anew each time from packed ones."""
        if self._facts is not None:
            return self._facts
        found: tuple[Fact, ...] = _decoder(self.kind).decode(expanded(self._packed))
        return found

    def by_key(self) -> dict[str, tuple[Fact, ...]]:
        grouped: dict[str, list[Fact]] = defaultdict(list)
        for key, fact in zip(self.keys, self.facts, strict=True):
            grouped[key].append(fact)
        return {key: tuple(found) for key, found in grouped.items()}

    def equals(self, other: Group | None) -> bool:
        """Whether another group holds the same facts in the same order."""
        if other is None or self.keys != other.keys:
            return False
        if self._packed and self._packed == other._packed:
            return True
        return self.facts == other.facts


def grouped(facts: Iterable[Fact]) -> dict[type[Fact], Group]:
    """Facts by their kind."""
    by_kind: dict[type[Fact], list[Fact]] = defaultdict(list)
    for fact in facts:
        by_kind[type(fact)].append(fact)
    return {
        kind: Group(kind, tuple([fact.key for fact in found]), tuple(found))
        for kind, found in by_kind.items()
    }


def packed(facts: Iterable[Fact]) -> list[PackedGroup]:
    """Facts as they are written. Raises what msgspec raises for values that it can't encode."""
    return [
        PackedGroup(_tag(kind), group.keys, _ENCODER.encode(group.facts))
        for kind, group in grouped(facts).items()
    ]


def squeezed(data: bytes) -> bytes:
    """Packed data in less memory; it is read as before, and a little more slowly."""
    return compress(data, 1) if len(data) > _MIN_SQUEEZED else data


def expanded(data: bytes) -> bytes:
    # No packed array or map begins like the output of zlib.
    return decompress(data) if data[:1] == b"\x78" else data


def is_known(group: PackedGroup) -> bool:
    """Whether the kind of fact is one of those that are loaded."""
    if group.tag not in _KINDS:
        # An analyzer that was loaded meanwhile may have brought kinds of its own.
        _KINDS.update({_tag(kind): kind for kind in fact_types()})
    return group.tag in _KINDS


def unpacked(groups: Iterable[PackedGroup]) -> dict[type[Fact], Group]:
    """The groups that were packed; their kinds must be known."""
    kinds = ((_KINDS[group.tag], group) for group in groups)
    return {kind: Group(kind, group.keys, None, group.facts) for kind, group in kinds}


_ENCODER = msgspec.msgpack.Encoder()
_KINDS: dict[str, type[Fact]] = {}
_MIN_SQUEEZED = 400
"""Bytes below which squeezing saves nothing worth the time."""


@cache
def _decoder(kind: type[Fact]) -> msgspec.msgpack.Decoder[Any]:
    return msgspec.msgpack.Decoder(GenericAlias(tuple, (kind, ...)))


@cache
def _tag(kind: type[Fact]) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"
