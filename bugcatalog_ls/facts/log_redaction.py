"""Redaction by the logging itself: filters, formatters and processors that hide what is logged.

It knows the standard library's filters and formatters, structlog's processors and loguru's patchers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.resolve import resolve
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, string_value, text_of

_HIDES = re.compile(r"\bsub\(|redact|mask|scrub|censor|obfuscat|sanitiz|\*\*\*", re.IGNORECASE)
_RECORDS = re.compile(r"\b(?:record|event_dict)\b")
_METHODS = frozenset({"filter", "format", "__call__"})


class RedactingCode(Fact, frozen=True):
    """A class or function that rewrites what is logged, by its symbol."""

    symbol: str

    @property
    def key(self) -> str:
        return self.symbol


class InstalledCode(Fact, frozen=True):
    """What a file has its loggers run, by the symbol that it is written with."""

    symbol: str
    path: str

    @property
    def key(self) -> str:
        return "installed"


@derived
def is_log_redacted(index: FactIndex) -> bool:
    """Whether the workspace's logging hides secrets by itself."""
    return any(
        index.get(RedactingCode, resolve(index, code.symbol, path).replace("()", ""))
        for path, code in index.get(InstalledCode, "installed")
    )


def _collect(file: PyFile, facts: Facts) -> None:
    if is_test_path(file.path):
        return
    for definition in file.functions:
        parameters = definition.node.child_by_field_name("parameters")
        if parameters is None or not _RECORDS.search(text_of(parameters)):
            continue
        owner = definition.owner
        if (owner is None or definition.name in _METHODS) and _HIDES.search(text_of(definition.node)):
            symbol = definition.symbol
            facts.add(RedactingCode(symbol.rpartition(".")[0] if owner is not None else symbol))
    for symbol in dict.fromkeys(_installed(file)):
        facts.add(InstalledCode(symbol, file.path))


VOCABULARY = Vocabulary(
    _collect,
    (
        *(b"addFilter", b"setFormatter", b"event_dict", b"structlog.configure", b"patcher", b'"()"'),
        *(b"'()'", b"logging.Filter", b"logging.Formatter", b"import Filter", b"import Formatter"),
    ),
)


def _installed(file: PyFile) -> Iterator[str]:
    for call in file.calls_written("addFilter", "setFormatter"):
        for value in arguments_of(call).positional[:1]:
            yield from _symbol(file, value)
    for call in file.calls_written("configure"):
        keywords = arguments_of(call).keywords
        processors, patcher = keywords.get("processors"), keywords.get("patcher")
        if patcher is not None:
            yield from _symbol(file, patcher)
        for processor in processors.named_children if processors is not None else ():
            yield from _symbol(file, processor)
    if b"dictConfig" in file.source.data or b"LOGGING" in file.source.data:
        for pair in file.nodes("pair"):
            made = pair.child_by_field_name("value")
            if made is not None and string_value(pair.child_by_field_name("key")) == "()":
                written = string_value(made)
                if written is not None:
                    yield written
                else:
                    yield from _symbol(file, made)


def _symbol(file: PyFile, value: Node) -> Iterator[str]:
    function = callee_of(value) if value.type == "call" else value
    symbol = file.symbol(function) if function is not None else None
    if symbol is not None:
        yield symbol.removesuffix("()")
