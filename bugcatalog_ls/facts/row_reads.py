"""Functions that make something of a row: which attributes they read of it, and what is loaded eagerly."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.guards import conditions_at, implied
from bugcatalog_ls.syntax.literals import Words
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import arguments_of, parameter_name, string_value, text_of, walk

MAKES = re.compile(
    r"(?:^|_)(?:to|as)_(?:\w*_)?(?:dict|json|schema|dto|response|out|model|payload|row)\b|seriali[sz]e|(?:^|_)to_dict"
    r"|to_representation|(?:^|_)(?:dump|present|describe|format|render)(?:_|$)"
)
"""Names of what makes something of a row."""

_LOADERS = (
    "selectinload",
    "joinedload",
    "subqueryload",
    "contains_eager",
    "select_related",
    "prefetch_related",
)


class FirstReads(Fact, frozen=True):
    """The attributes that a function which makes something of a row reads of its first parameter.

    `asked_for` are those of them that it only reads where another parameter is true that is not by
    default: the attribute, and that parameter with its place behind the first.
    """

    function: str
    attributes: tuple[str, ...]
    asked_for: tuple[tuple[str, str, int], ...] = ()

    @property
    def key(self) -> str:
        return self.function


class EagerlyLoaded(Fact, frozen=True):
    """A relationship that some query loads with its rows, by its name."""

    attribute: str

    @property
    def key(self) -> str:
        return self.attribute


def _collect_reads(file: PyFile, facts: Facts) -> None:
    if is_test_path(file.path):
        return
    for definition in file.functions:
        if MAKES.search(definition.name) is None:
            continue
        parameters = definition.node.child_by_field_name("parameters")
        first = next(iter(parameters.named_children), None) if parameters is not None else None
        name = re.match(r"\w+", text_of(first)) if first is not None else None
        if name is None:
            continue
        body = file.source.data[definition.node.start_byte : definition.node.end_byte]
        read = rb"\b%s\.(\w+)\b(?!\s*(?:\(|=[^=]))" % re.escape(name.group().encode())
        places: dict[str, list[int]] = {}
        for match in re.finditer(read, body):
            attribute = match.group(1).decode("utf-8", "replace")
            places.setdefault(attribute, []).append(definition.node.start_byte + match.start(1))
        if places:
            asked = tuple(_asked_for(file, parameters, places)) if parameters is not None else ()
            facts.add(FirstReads(definition.symbol, tuple(sorted(places)), asked))


def _asked_for(
    file: PyFile, parameters: Node, places: dict[str, list[int]]
) -> Iterator[tuple[str, str, int]]:
    """What is only read where a parameter is true that is not by default, with that and its place."""
    off = {
        parameter_name(child): n
        for n, child in enumerate(parameters.named_children)
        if (default := child.child_by_field_name("value")) is not None and default.type in ("false", "none")
    }
    if not off:
        return
    for attribute, offsets in sorted(places.items()):
        tests = [_true_at(file, offset) for offset in offsets]
        for name, place in off.items():
            if all(name in names for names in tests):
                yield attribute, name, place


def _true_at(file: PyFile, offset: int) -> set[str]:
    """The names that are surely true where something is read."""
    node = file.root.descendant_for_byte_range(offset, offset + 1)
    if node is None:
        return set()
    return {
        text_of(part.node)
        for condition in conditions_at(node, beyond_functions=True)
        for part in implied(condition)
        if part.holds
    }


def _collect_loaded(file: PyFile, facts: Facts) -> None:
    names: set[str] = set()
    for call in file.calls_named(*_LOADERS):
        arguments = arguments_of(call)
        for argument in arguments.positional:
            text = string_value(argument)
            names |= set(text.split("__")) if text is not None else set()
            names |= {
                text_of(n).rpartition(".")[2] for n in (argument, *walk(argument)) if n.type == "attribute"
            }
    for name in sorted(names):
        facts.add(EagerlyLoaded(name))


def _collect(file: PyFile, facts: Facts) -> None:
    if file.holds(_LOADING):
        _collect_loaded(file, facts)
    if file.holds(_MAKING):
        _collect_reads(file, facts)


_MAKING = Words(
    *(
        b"def to_",
        b"def as_",
        b"def _to_",
        b"_to_",
        b"serialis",
        b"serializ",
        b"def dump",
        b"_dump",
        b"present",
    ),
    *(b"describe", b"def format", b"_format", b"render"),
)

_LOADING = Words(*(word.encode() for word in _LOADERS))

VOCABULARY = Vocabulary(_collect, (*(word.encode() for word in _LOADERS), *_MAKING))
