"""What is given to functions that set attributes with computed names on it: `fill(self, values)`."""

from __future__ import annotations

import re

from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.resolve import mro
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.literals import Words
from bugcatalog_ls.syntax.words import offsets_of

# Each with what stands in every text that it finds something in.
_FILLS = (
    (Words(b"setattr"), re.compile(rb"\b(?:setattr|__setattr__)\(\s*(\w+)\s*,\s*(?![\"'\s])")),
    (Words(b"vars("), re.compile(rb"\bvars\(\s*(\w+)\s*\)\s*(?:\.update|\[)")),
    (
        Words(b".__dict__"),
        re.compile(rb"\b(\w+)\.__dict__\s*(?:\.(?:update|setdefault)|\|?=(?!=)|\[[^\]\n]*\]\s*=(?!=))"),
    ),
)
_OWN = frozenset({b"self", b"cls"})
_CALLED = re.compile(rb"([\w.]+)\((?:[^()\n]{0,60},\s*)?$")
# How far before its argument a call begins at the most.
_REACH = 160
_DEFINED = re.compile(rb"\s*(?:async\s+)?(?:def|class)\s")
# What is asked of objects everywhere, and sets nothing.
_HARMLESS = frozenset({"isinstance", "issubclass", "type", "id", "len", "str", "repr", "hash", "super"})


class FillingFunction(Fact, frozen=True):
    """A function, by its last name, that sets attributes with computed names on what it is given."""

    name: str

    @property
    def key(self) -> str:
        return self.name


class GivenObject(Fact, frozen=True):
    """A class, by its symbol, of which the text gives itself or its `self` to functions of these names."""

    symbol: str
    functions: tuple[str, ...]

    @property
    def key(self) -> str:
        return self.symbol


def is_filled(index: FactIndex, symbol: str) -> bool:
    """Whether a class or one of its bases gives itself to a function that sets what it likes on it."""
    return any(
        index.get(FillingFunction, function)
        for base in mro(index, symbol)[0]
        for _, given in index.get(GivenObject, base)
        for function in given.functions
    )


def _collect(file: PyFile, facts: Facts) -> None:
    data = file.source.data
    for name in sorted(_filling(file)):
        facts.add(FillingFunction(name))
    found: dict[str, set[str]] = {}
    for word in (b"(self", b", self)"):
        for start in offsets_of(data, word):
            offset = start + word.find(b"self")
            name = _called(data, offset)
            if name and (symbol := _class_around(file, offset)):
                found.setdefault(symbol, set()).add(name)
    for definition in file.classes:
        word = b"(" + definition.name.encode()
        for start in offsets_of(data, word):
            name = _called(data, start + 1, len(word) - 1)
            if name:
                found.setdefault(definition.symbol, set()).add(name)
    for symbol, functions in sorted(found.items()):
        facts.add(GivenObject(symbol, tuple(sorted(functions))))


VOCABULARY = Vocabulary(_collect, literals=(b"class ", b"setattr", b"vars(", b"__dict__"))


def _filling(file: PyFile) -> set[str]:
    """The functions of which a parameter gets attributes with computed names."""
    found: set[str] = set()
    data = file.source.data
    for words, pattern in _FILLS:
        for match in pattern.finditer(data) if file.holds(words) else ():
            looked_up = file.scopes.lookup(match[1].decode("utf-8", "replace"), match.start(1))
            if looked_up is None or not any(binding.kind == "parameter" for binding in looked_up[1]):
                continue
            outer = looked_up[0].parent
            if match[1] in _OWN and outer is not None and outer.kind == "class":
                continue
            # A decorator's inner function is called by the outer one's name, too, and a method by others.
            found.update(part for part in looked_up[0].qualname.split(".") if not part.startswith("<"))
            if outer is not None and outer.kind == "class":
                found.update(name for name, bound in outer.bindings.items() if bound[-1].kind == "function")
    return {name for name in found if not name.startswith("__")}


def _called(data: bytes, offset: int, length: int = 4) -> str:
    """The last name of what is called with the name at an offset as an argument of its own."""
    if data[offset + length : offset + length + 1] not in (b",", b")"):
        return ""
    line = data.rfind(b"\n", 0, offset) + 1
    if _DEFINED.match(data, line, offset) is not None:
        return ""
    match = _CALLED.search(data, max(line, offset - _REACH), offset)
    if match is None:
        return ""
    name = match[1].decode("utf-8", "replace").rpartition(".")[2]
    return "" if name in _HARMLESS or name.startswith("__") else name


def _class_around(file: PyFile, offset: int) -> str:
    scope = file.scopes.at(offset)
    while scope.parent is not None and scope.kind != "class":
        scope = scope.parent
    return f"{file.module}.{scope.qualname}" if scope.kind == "class" else ""
