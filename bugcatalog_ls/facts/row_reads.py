"""Functions that make something of a row: which attributes they read of it, and what is loaded eagerly."""

from __future__ import annotations

import re

from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.literals import Words
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import arguments_of, string_value, text_of, walk

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
    """The attributes that a function which makes something of a row reads of its first parameter."""

    function: str
    attributes: tuple[str, ...]

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
        found = re.findall(rb"\b%s\.(\w+)\b(?!\s*(?:\(|=[^=]))" % re.escape(name.group().encode()), body)
        if found:
            attributes = sorted({each.decode("utf-8", "replace") for each in found})
            facts.add(FirstReads(definition.symbol, tuple(attributes)))


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
