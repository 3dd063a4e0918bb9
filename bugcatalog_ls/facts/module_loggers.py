"""Module loggers: how the modules of the workspace come by the logger at their top level."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.loggers import USUAL_NAMES, is_logger
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.modules import absolute_module, is_test_path
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, text_of

_SAYS_LOGGER = re.compile(r"get\w*_?logger|_?loggers?|LOG(?:GER)?|log", re.IGNORECASE)
_OWN_NAME = frozenset({"", "__name__"})


class ModuleLogger(Fact, frozen=True):
    """A logger at the top level of a module: the symbol that it is, or that makes it.

    `written` is the callee as it is written there, empty where the logger itself is imported;
    `argument` what the callee is given.
    """

    path: str
    name: str
    symbol: str
    written: str
    argument: str

    @property
    def key(self) -> str:
        return self.path


class LoggerSource(NamedTuple):
    """Where a module gets its logger from, in the way of the others."""

    module: str
    attribute: str
    """What is imported from the module, or read off it (`reads_module`)."""
    reads_module: bool
    call: str | None
    """The arguments of the call that makes the logger; None where the import is one already."""
    name: str


def workspace_logger(index: FactIndex, path: str, resolve: Callable[[str], str]) -> LoggerSource | None:
    """How most other modules get their logger, those of the same package first; None for `logging`'s own."""
    others = [fact for fact in _loggers(index) if fact.path != path]
    package = path.partition("/")[0]
    near = [fact for fact in others if fact.path.partition("/")[0] == package]
    counted = Counter((fact.symbol, fact.written, fact.argument) for fact in near or others)
    ways = sorted(counted, key=lambda way: (-counted[way], way[0].startswith("logging."), way))
    if not ways or ways[0][0].startswith("logging."):
        return None
    symbol, written, argument = ways[0]
    names = Counter(fact.name for fact in near or others if fact.symbol == symbol)
    name = max(sorted(names), key=lambda one: names[one])
    module, _, attribute = symbol.rpartition(".")
    own = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    if not module or own == module or own.endswith(f".{module}") or module.startswith("."):
        return None
    # What the workspace's own function makes is a logger if it is called so.
    made = f"{symbol}()" if written else symbol
    if not is_logger(resolve(made)) and not _SAYS_LOGGER.fullmatch(attribute):
        return None
    reads_module = "." in written and "." not in module
    return LoggerSource(module, attribute, reads_module, argument if written else None, name)


@derived
def _loggers(index: FactIndex) -> tuple[ModuleLogger, ...]:
    """How the modules get theirs, but for tests."""
    known = (fact for key in index.keys(ModuleLogger) for _, fact in index.get(ModuleLogger, key))
    return tuple(fact for fact in known if not is_test_path(fact.path))


def _collect(file: PyFile, facts: Facts) -> None:
    if is_test_path(file.path):
        return
    scope = file.scopes.module
    for name in USUAL_NAMES:
        bindings = scope.bindings.get(name)
        if not bindings or len(bindings) > 1:
            continue
        binding = bindings[0]
        if binding.kind == "from":
            symbol = absolute_module(binding.target, file.path)
            if _SAYS_LOGGER.fullmatch(symbol.rpartition(".")[2]):
                facts.add(ModuleLogger(file.path, name, symbol, "", ""))
                return
        elif binding.kind == "assign" and binding.value is not None and binding.value.type == "call":
            made = _made(file, name, binding.value)
            if made is not None:
                facts.add(made)
                return


def _made(file: PyFile, name: str, call: Node) -> ModuleLogger | None:
    function, arguments = callee_of(call), arguments_of(call)
    given = [*arguments.positional, *arguments.keywords.values()]
    symbol = file.symbol(function) if function is not None else None
    if function is None or symbol is None or len(given) > 1 or not _says_logger(symbol):
        return None
    # A name that was chosen for the one module says nothing about another.
    argument = ", ".join(map(text_of, given))
    argument = argument if argument in _OWN_NAME else "__name__"
    return ModuleLogger(
        file.path, name, absolute_module(symbol, file.path), text_of(function).split("\n")[0], argument
    )


def _says_logger(symbol: str) -> bool:
    return "(" not in symbol and _SAYS_LOGGER.fullmatch(symbol.rpartition(".")[2]) is not None


VOCABULARY = Vocabulary(_collect, literals=(b"ogger", b"LOGGER", b"log =", b"LOG ="))
