"""Attributes that come from elsewhere than the class's or module's own text: set from outside, or
asked for by name; and which classes derive from which.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.facts.class_decorators import class_decorator
from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.indirect_stores import (
    handed_over,
    kept_from_with,
    lent_by,
    looped_over,
    named_in_calls,
)
from bugcatalog_ls.facts.subclasses import Subclass, derived_at_run_time, names_of_bases
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.literals import Words
from bugcatalog_ls.syntax.nodes import text_of, walk
from bugcatalog_ls.syntax.outside import is_outside
from bugcatalog_ls.syntax.scopes import Scope

# Words that are searched for one by one: as alternatives of one expression they take ten times as long.
_BY_NAME_WORDS = Words(
    *(b"hasattr", b"getattr", b"setattr", b"delattr", b"__setattr__", b"attrgetter", b"methodcaller"),
    *(b"patch.object", b"patch", b"backref", b"create_autospec"),
)
_IN_CALL = re.compile(rb"\s*\(([^()]{0,160}(?:\([^()]{0,80}\))?[^()]{0,80})")
_KEYWORDS = re.compile(rb"backref(?<!\wbackref)\s*=\s*[\"'](\w+)")
_SLOTS = re.compile(rb"__slots__[^=\n]*=\s*([^\n\[({]*(?:[\[({][^\])}]*[\])}])?[^\n]*)")
_QUOTED = re.compile(rb"[\"']([\w.]+)[\"']")
_QUOTED_WORDS = re.compile(rb"[\"']([\w\s,]+)[\"']")
_COMPUTED = (
    re.compile(rb"setattr\(\s*([\w.]+)\s*(?:\)|,\s*(?![\"']))"),
    re.compile(rb"vars\(\s*([\w.]+)\s*(?:\)|,\s*(?![\"']))"),
    re.compile(rb"\.__dict__\s*(?:\.|\[|=)"),
)
# A descriptor that is told where it keeps its value: `password = Hashed("_password")`.
_KEPT_UNDER = re.compile(rb"=\s*[\w.]+\(\s*[\"'](_\w+)[\"']")
_WORD = re.compile(rb"\w")
_WORD_BEFORE = re.compile(rb"[\w.]+$")
_ALLOWS_EXTRA = re.compile(rb"extra(?<!\wextra)[\"']?\s*[=:]\s*(?:[\"']allow|[\w.]*\.allow\b)")
_ENTERING, _OWN_ATTRIBUTES, _EXTRA = Words(b"with "), Words(b"self."), Words(b"extra")
_BACKREFS, _SLOTTED, _PRIVATE = Words(b"backref"), Words(b"__slots__"), Words(b'("_', b"('_")
_ALLOWING, _COMPUTING = Words(b"allow"), Words(b"setattr(", b"vars(", b"__dict__")

# What a class has by the words of something that stands elsewhere.
_BY_REFERENCE = (
    (_SLOTTED, re.compile(rb"__slots__\s*=\s*[A-Za-z_][\w.]*\s*(?:[\n+]|$)")),
    (
        Words(b"model_config"),
        re.compile(rb"model_config(?<!\wmodel_config)\s*=\s*(?:(?!\w*ConfigDict\b|dict\b)\w|\w+\(\*\*)"),
    ),
)


class AttributeStore(Fact, frozen=True):
    """A name that is set on, or asked of, something from outside; `owners` are symbols, empty where
    it is not known on what."""

    name: str
    owners: tuple[str, ...]

    @property
    def key(self) -> str:
        return self.name


class ComputedAttributes(Fact, frozen=True):
    """Something on which attributes with computed names are set; the key is its last plain name.

    With `lent`, that is so where this is a method of it, which is put on something else."""

    symbol: str
    lent: str = ""

    @property
    def key(self) -> str:
        return last_name(self.symbol)


class OtherResult(Fact, frozen=True):
    """A function that returns something else than its annotation says."""

    symbol: str

    @property
    def key(self) -> str:
        return self.symbol


class ReturnedAttribute(Fact, frozen=True):
    """A method or property without an annotation that returns an attribute of its object."""

    symbol: str
    owner: str
    name: str

    @property
    def key(self) -> str:
        return self.symbol


def last_name(symbol: str) -> str:
    return symbol.replace("()", "").rpartition(".")[2]


def _collect(file: PyFile, facts: Facts) -> None:
    owners: dict[str, set[str]] = {}
    lent: set[tuple[str, str]] = set()
    for node in _targets(file):
        _store(file, node, owners)
        lent |= lent_by(file, node)
    data = file.source.data
    for name in named_in_calls(file):
        owners.setdefault(name, set()).add("")
    if file.holds(_ENTERING) and file.holds(_OWN_ATTRIBUTES):
        kept_from_with(file, owners)
    for written in _calls_by_name(file):
        for name in _QUOTED.findall(written):
            owners.setdefault(name.decode().rpartition(".")[2], set()).add("")
    if file.holds(_BACKREFS):
        for match in _KEYWORDS.finditer(data):
            owners.setdefault(match[1].decode(), set()).add("")
    if file.holds(_SLOTTED):
        for match in _SLOTS.finditer(data):
            for words in _QUOTED_WORDS.findall(match[1]):
                for name in words.replace(b",", b" ").split():
                    owners.setdefault(name.decode("utf-8", "replace"), set()).add("")
    if file.holds(_PRIVATE):
        for match in _KEPT_UNDER.finditer(data):
            owners.setdefault(match[1].decode(), set()).add("")
    _imported_submodules(file, owners)
    for name, known in sorted(owners.items()):
        facts.add(AttributeStore(name, tuple(sorted(known))))
    for symbol in sorted(_computed(file) | derived_at_run_time(file) | handed_over(file)):
        facts.add(ComputedAttributes(symbol))
    for symbol, method in sorted(lent):
        facts.add(ComputedAttributes(symbol, method))
    may_allow = file.holds(_EXTRA) and file.holds(_ALLOWING)
    patterns = [_ALLOWS_EXTRA] if may_allow else []
    patterns += [pattern for words, pattern in _BY_REFERENCE if file.holds(words)]
    for definition in file.classes:
        if patterns and any(pattern.search(definition.node.text or b"") for pattern in patterns):
            facts.add(ComputedAttributes(definition.symbol))
        for base in sorted(names_of_bases(file, definition.node)):
            facts.add(Subclass(base, definition.symbol))
    others, returned = _results(file)
    for function in sorted(others):
        facts.add(OtherResult(function))
    for fact in returned:
        facts.add(fact)
    for definition in file.functions:
        decorator = class_decorator(definition)
        if decorator is not None:
            facts.add(decorator)


VOCABULARY = Vocabulary(_collect)


def _calls_by_name(file: PyFile) -> Iterator[bytes]:
    """The arguments of calls that set or read attributes by name; those inside of others are theirs."""
    data = file.source.data
    offsets: list[tuple[int, int]] = []
    for word in file.held(_BY_NAME_WORDS):
        offset = data.find(word)
        while offset >= 0:
            end = offset + len(word)
            if offset == 0 or not _WORD.match(data, offset - 1):
                offsets.append((offset, end))
            offset = data.find(word, end)
    offsets.sort()
    done = 0
    for offset, end in offsets:
        if done <= offset and (match := _IN_CALL.match(data, end)) is not None:
            done = match.end()
            yield match[1]


def _targets(file: PyFile) -> list[Node]:
    """The attribute nodes that are assigned to, apart from plain `self.x = …`, which classes know."""
    found: list[Node] = []
    data = file.source.data
    for node in file.nodes("assignment", "for_statement"):
        left = node.child_by_field_name("left")
        if left is None:
            continue
        kind = left.type
        if kind == "identifier":
            continue
        if kind == "attribute":
            written = data[left.start_byte : left.end_byte]
            is_known = node.type == "assignment" and written.startswith(b"self.")
            if not is_known or written.count(b".") != 1:
                found.append(left)
        elif kind != "subscript":
            found.extend(child for child in walk(left) if child.type == "attribute")
    for node in file.nodes("as_pattern"):
        alias = node.child_by_field_name("alias")
        if alias is not None and b"." in data[alias.start_byte : alias.end_byte]:
            found.extend(child for child in walk(alias) if child.type == "attribute")
    return found


def _store(file: PyFile, node: Node, owners: dict[str, set[str]]) -> None:
    owner, name = node.child_by_field_name("object"), node.child_by_field_name("attribute")
    if owner is None or name is None:
        return
    symbol = file.symbol(owner)
    written = text_of(owner)
    if written in ("self.__class__", "type(self)"):
        symbol = file.symbol(next(child for child in walk(owner) if text_of(child) == "self"))
    owners.setdefault(text_of(name), set()).add(symbol if symbol and "[" not in symbol else "")


def _computed(file: PyFile) -> set[str]:
    found: set[str] = set()
    data = file.source.data
    if not file.holds(_COMPUTING):
        return found
    for pattern in _COMPUTED:
        for match in pattern.finditer(data):
            start = match.start()
            if pattern.groups and start and _WORD.match(data, start - 1):
                continue
            word = match if pattern.groups else _WORD_BEFORE.search(data, max(start - 80, 0), start)
            if word is None:
                continue
            start, end = word.span(pattern.groups)
            node = file.root.named_descendant_for_byte_range(start, end)
            is_name = node is not None and node.type in ("identifier", "attribute")
            symbol = file.symbol(node) if is_name else None
            if (symbol is None or "[" in symbol) and node is not None and node.type == "identifier":
                found |= looped_over(file, node)
            if symbol is not None and "[" not in symbol and not symbol.startswith("builtins."):
                found.add(symbol)
    return found


def _imported_submodules(file: PyFile, owners: dict[str, set[str]]) -> None:
    """Submodules that may be missing here, or be made by a build: where they are not, they are attributes
    of their package."""
    for node in file.nodes("import_statement"):
        for name in node.children_by_field_name("name"):
            package, _, last = text_of(name).rpartition(".")
            if package and not is_outside(package, file.module):
                owners.setdefault(last, set()).add(package)


def _results(file: PyFile) -> tuple[set[str], list[ReturnedAttribute]]:
    """The functions that return something else than they say, and those that hand on an attribute."""
    found: set[str] = set()
    returned: list[ReturnedAttribute] = []
    expected: dict[int, str | None] = {}
    for node in file.nodes("return_statement"):
        scope = file.scopes.at(node.start_byte)
        if scope.kind != "function":
            continue
        key = id(scope)
        if key not in expected:
            annotation = scope.node.child_by_field_name("return_type")
            symbol = file.names.annotation_symbol(annotation)
            is_ours = symbol is not None and not is_outside(symbol, file.module)
            expected[key] = symbol if is_ours else None
        values = node.named_children
        value = values[0] if values else None
        if value is not None and (_is_entered(file, value, scope) or _is_of_chosen_class(file, value)):
            found.add(f"{file.module}.{scope.qualname}")
        if value is not None and value.type == "attribute":
            fact = _returned_attribute(file, scope, value)
            returned += [fact] if fact is not None else []
        if expected[key] is None:
            continue
        if value is None or value.type not in ("call", "identifier"):
            continue
        if file.symbol(value) not in (None, "None", expected[key]):
            found.add(f"{file.module}.{scope.qualname}")
    return found, returned


def _returned_attribute(file: PyFile, scope: Scope, value: Node) -> ReturnedAttribute | None:
    """The fact of `return self.x`, where it may be an object of a class of the workspace."""
    owner, name = value.child_by_field_name("object"), value.child_by_field_name("attribute")
    if owner is None or name is None or owner.text != b"self" or scope.parent is None:
        return None
    if scope.parent.kind != "class" or scope.node.child_by_field_name("return_type") is not None:
        return None
    symbol = file.symbol(value)
    if symbol is None or is_outside(symbol, file.module):
        return None
    around = f"{file.module}.{scope.parent.qualname}"
    return ReturnedAttribute(f"{file.module}.{scope.qualname}", around, text_of(name))


def _is_of_chosen_class(file: PyFile, value: Node) -> bool:
    """Whether a class that another class may choose is made: `return self.renderer_class(request)`."""
    if not file.source.data.startswith((b"self.", b"cls."), value.start_byte) or value.type != "call":
        return False
    function, scope = value.child_by_field_name("function"), file.scopes.at(value.start_byte)
    if function is None or scope.parent is None or scope.parent.kind != "class":
        return False
    owner, _, name = text_of(function).rpartition(".")
    path = f"{file.module}.{scope.parent.qualname}().{name}"
    return owner in ("self", "cls") and path in file.names.attributes


def _is_entered(file: PyFile, name: Node, scope: Scope) -> bool:
    if name.type != "identifier":
        return False
    bindings = scope.bindings.get(file.text(name), ())
    return any(binding.kind == "with" for binding in bindings)
