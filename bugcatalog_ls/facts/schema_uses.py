"""Which functions are given update schemas, and whether they copy what these hold onto something else."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Container, Iterator

from tree_sitter import Node

from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.syntax.file import Definition, PyFile
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import parameter_name, string_value, text_of, walk
from bugcatalog_ls.syntax.scopes import Scope
from bugcatalog_ls.syntax.words import identifiers_named, word_offsets

UPDATE = re.compile(r"Update|Patch|Edit(?!or)")
"""What the name of an update schema holds."""


class SchemaUse(Fact, frozen=True):
    """A function that is given an update schema, by the schema's last name.

    `copies` tells that it dumps the schema or sets attributes by name; `passes` are the symbols of
    what it hands the schema on to; `left_out` the names that it leaves out of a copy or sets itself.
    """

    name: str
    symbol: str
    function: str
    path: str
    copies: bool
    passes: tuple[str, ...]
    left_out: tuple[str, ...]
    parameters: tuple[str, ...]

    @property
    def key(self) -> str:
        return self.name


class CopyingFunction(Fact, frozen=True):
    """A function that copies what one of its parameters holds onto something else."""

    symbol: str
    left_out: tuple[str, ...]

    @property
    def key(self) -> str:
        return self.symbol


def _collect(file: PyFile, facts: Facts) -> None:
    if is_test_path(file.path):
        return
    mentions = _Mentions(file.source.data)
    for definition in file.functions:
        scope = definition.scope
        if scope is None:
            continue
        is_given = mentions.of_updates(definition.node.start_byte, scope.start)
        may_parse = mentions.of_updates(scope.start, scope.end)
        copied = mentions.copied(scope.start, scope.end)
        if is_given or may_parse or copied is not None:
            _collect_function(file, definition, scope, may_parse, copied or (), facts)


VOCABULARY = Vocabulary(
    _collect, (b"Update", b"Patch", b"Edit", b"setattr(", b"model_dump", b".dict(", b"jsonable_encoder")
)

_UPDATES = (b"Update", b"Patch", b"Edit")
_DUMPS = (b"model_dump", b"dict", b"model_fields_set", b"__fields_set__", b"__dict__")
_COPIERS = frozenset({b"jsonable_encoder", b"asdict", b"to_builtins", b"vars", b"dict"})
_ENDS_OF_COPIERS = (b"encoder(", b"dict(", b"to_builtins(", b"vars(")
_FIRST_ARGUMENT = re.compile(rb"\s*(\w+)")
_ALL = b"setattr("


class _Mentions:
    """Where a text mentions update schemas, and copies what a name holds."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._updates = sorted(
            offset
            for word in _UPDATES
            for offset in _offsets(data, word)
            if not data.startswith(b"Editor", offset)
        )
        self._copies = sorted({*self._dumped(), *self._given_to_copiers(), *self._set_by_name()})

    def of_updates(self, start: int, end: int) -> bool:
        position = bisect_left(self._updates, start)
        return position < len(self._updates) and self._updates[position] < end

    def copied(self, start: int, end: int) -> set[str] | None:
        """The names whose values are copied in a range; None where nothing copies."""
        position = bisect_left(self._copies, (start, b""))
        found: set[str] = set()
        while position < len(self._copies) and self._copies[position][0] < end:
            name = self._copies[position][1]
            if name == _ALL:
                found.update(_WORD.findall(self._data[start:end].decode("utf-8", "replace")))
            else:
                found.add(name.decode("utf-8", "replace"))
            position += 1
        return found or None

    def _dumped(self) -> Iterator[tuple[int, bytes]]:
        """`name.model_dump`, `name.dict` …"""
        data = self._data
        for word in _DUMPS:
            for offset in word_offsets(data, word):
                before = data[max(offset - 120, 0) : offset].rstrip()
                if before.endswith(b".") and (name := _LAST_WORD.search(before[:-1].rstrip())) is not None:
                    yield offset, name[0]

    def _given_to_copiers(self) -> Iterator[tuple[int, bytes]]:
        """`jsonable_encoder(name`, `asdict(name` …"""
        data = self._data
        for end in _ENDS_OF_COPIERS:
            for offset in _offsets(data, end):
                opening = offset + len(end) - 1
                function = _LAST_WORD.search(data, max(offset - 20, 0), opening)
                if function is not None and function[0] in _COPIERS:
                    argument = _FIRST_ARGUMENT.match(data, opening + 1)
                    if argument is not None:
                        yield offset, argument[1]

    def _set_by_name(self) -> Iterator[tuple[int, bytes]]:
        """`setattr(` may copy whatever the function has a name for."""
        return ((offset, _ALL) for offset in _offsets(self._data, _ALL))


_WORD = re.compile(r"\w+")
_LAST_WORD = re.compile(rb"[\w\x80-\xff]+$")


def _offsets(data: bytes, word: bytes) -> Iterator[int]:
    offset = data.find(word)
    while offset >= 0:
        yield offset
        offset = data.find(word, offset + 1)


def _collect_function(
    file: PyFile, definition: Definition, scope: Scope, may_parse: bool, copied: Container[str], facts: Facts
) -> None:
    parameters = definition.node.child_by_field_name("parameters")
    body = definition.node.child_by_field_name("body")
    if parameters is None or body is None:
        return
    names: list[str] = []
    given: list[tuple[str, str]] = []
    for child in parameters.named_children:
        name = parameter_name(child)
        names.append(name)
        annotation = child.child_by_field_name("type")
        for symbol in _update_schemas(file, annotation) if annotation is not None else ():
            given.append((name, symbol))
    if may_parse:
        given += _parsed(file, scope)
    is_copying = any(name in copied for name in names if name not in ("self", "cls", ""))
    if not given and not is_copying:
        return
    left_out = tuple(sorted(_left_out(file, body)))
    if is_copying:
        facts.add(CopyingFunction(definition.symbol, left_out))
    for name, symbol in given:
        passes = tuple(sorted(set(_passes(file, scope, body, name))))
        facts.add(
            SchemaUse(
                symbol.rpartition(".")[2],
                symbol,
                definition.symbol,
                file.path,
                name in copied,
                passes,
                left_out,
                tuple(other for other in names if other != name),
            )
        )


def _update_schemas(file: PyFile, annotation: Node) -> Iterator[str]:
    """The update schemas that an annotation names, also in `Annotated[…]` and unions."""
    for node in walk(annotation):
        if node.type in ("identifier", "attribute", "string") and UPDATE.search(text_of(node)):
            symbol = file.names.annotation_symbol(node) if node.type == "string" else file.symbol(node)
            symbol = symbol.removesuffix("()") if symbol is not None else None
            if symbol is not None and UPDATE.search(symbol.rpartition(".")[2]) and "(" not in symbol:
                yield symbol


def _parsed(file: PyFile, function: Scope) -> Iterator[tuple[str, str]]:
    """Variables that hold an update schema made in the function itself."""
    for name, bindings in function.bindings.items():
        for binding in bindings:
            call = binding.value if binding.kind == "assign" else None
            if call is None or call.type != "call":
                continue
            symbol = file.callee(call) or ""
            for maker in (".model_validate", ".parse_obj", ".model_validate_json", ".parse_raw"):
                symbol = symbol.removesuffix(maker)
            last = symbol.rpartition(".")[2]
            if "(" not in symbol and UPDATE.search(last) and last[:1].isupper():
                yield name, symbol
            elif last in _DECODERS:
                yield from ((name, given) for given in _asked_for(file, call))


# `msgspec.json.decode(raw, type=HeroPatch)`, `cattrs.structure(raw, HeroPatch)`
_DECODERS = frozenset({"decode", "convert", "structure", "from_dict"})


def _asked_for(file: PyFile, call: Node) -> Iterator[str]:
    """The update schemas that a decoder is asked for."""
    arguments = call.child_by_field_name("arguments")
    for given in arguments.named_children if arguments is not None else ():
        value = given.child_by_field_name("value") if given.type == "keyword_argument" else given
        if value is not None and value.type in ("identifier", "attribute") and UPDATE.search(text_of(value)):
            symbol = file.symbol(value) or ""
            if "(" not in symbol and symbol.rpartition(".")[2][:1].isupper() and UPDATE.search(symbol):
                yield symbol


def _passes(file: PyFile, function: Scope, body: Node, name: str) -> Iterator[str]:
    """What a function itself hands a variable on to."""
    for node in identifiers_named(body, file.source.data, name.encode()):
        given = node.parent
        if given is not None and given.type == "keyword_argument" and given.end_byte == node.end_byte:
            given = given.parent
        call = given.parent if given is not None and given.type == "argument_list" else None
        if call is None or call.type != "call":
            continue
        scope = file.scopes.at(call.start_byte)
        while scope.kind == "comprehension" and scope.parent is not None:
            scope = scope.parent
        if scope is function and (symbol := file.callee(call)) is not None:
            yield symbol


def _left_out(file: PyFile, body: Node) -> set[str]:
    """The names that a function leaves out of a copy (`exclude=`, `if name == …`, `pop`), or sets itself."""
    found: set[str] = set()
    for node in walk(body):
        match node.type:
            case "assignment" | "augmented_assignment":
                left = node.child_by_field_name("left")
                attribute = left.child_by_field_name("attribute") if left is not None else None
                if left is not None and left.type == "attribute" and attribute is not None:
                    found.add(text_of(attribute))
            case "keyword_argument" if text_of(node.children[0]) in ("exclude", "include"):
                found |= _words(file, node.child_by_field_name("value"))
            case "comparison_operator" | "delete_statement":
                for child in node.named_children:
                    found |= _words(file, child)
            case "call" if text_of(node.children[0]).rpartition(".")[2] in ("pop", "discard", "difference"):
                arguments = node.child_by_field_name("arguments")
                found |= _words(file, arguments)
    return found


def _words(file: PyFile, node: Node | None, depth: int = 3) -> set[str]:
    """The texts in an expression, and in the constants that it names."""
    if node is None or depth <= 0:
        return set()
    found: set[str] = set()
    for each in (node, *walk(node)):
        value = string_value(each) if each.type == "string" else None
        if value is not None:
            found.add(value)
        elif each.type == "identifier":
            for binding in file.names.bindings(each):
                constant = binding.value if binding.kind == "assign" else None
                if constant is not None and _is_constant(constant):
                    found |= _words(file, constant, depth - 1)
    return found


def _is_constant(value: Node) -> bool:
    return value.type in ("set", "list", "tuple") or text_of(value).startswith(("frozenset(", "set("))
