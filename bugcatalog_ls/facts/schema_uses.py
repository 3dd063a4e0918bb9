"""Which functions are given update schemas, and whether they copy what these hold onto something else."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.syntax.file import Definition, PyFile
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import callee_of, string_value, text_of, walk

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
    for definition in file.functions:
        _collect_function(file, definition, facts)


VOCABULARY = Vocabulary(
    _collect, (b"Update", b"Patch", b"Edit", b"setattr(", b"model_dump", b".dict(", b"jsonable_encoder")
)


def _collect_function(file: PyFile, definition: Definition, facts: Facts) -> None:
    parameters = definition.node.child_by_field_name("parameters")
    body = definition.node.child_by_field_name("body")
    if parameters is None or body is None:
        return
    text = file.text(body)
    names: list[str] = []
    given: list[tuple[str, str]] = []
    for child in parameters.named_children:
        name = _parameter_name(child)
        annotation = child.child_by_field_name("type")
        names.append(name)
        for symbol in _update_schemas(file, annotation) if annotation is not None else ():
            given.append((name, symbol))
    if UPDATE.search(text):
        given += _parsed(file, definition.node)
    copied = [name for name in names if name not in ("self", "cls", "") and _copies(text, name)]
    if not given and not copied:
        return
    left_out = tuple(sorted(_left_out(file, body)))
    if copied:
        facts.add(CopyingFunction(definition.symbol, left_out))
    for name, symbol in given:
        passes = tuple(sorted(set(_passes(file, definition.node, name))))
        facts.add(
            SchemaUse(
                symbol.rpartition(".")[2],
                symbol,
                definition.symbol,
                file.path,
                _copies(text, name),
                passes,
                left_out,
                tuple(other for other in names if other != name),
            )
        )


def _parameter_name(parameter: Node) -> str:
    if parameter.type == "identifier":
        return text_of(parameter)
    name = parameter.child_by_field_name("name")
    if name is None and parameter.named_children:
        name = parameter.named_children[0]
    return text_of(name).lstrip("*") if name is not None else ""


def _update_schemas(file: PyFile, annotation: Node) -> Iterator[str]:
    """The update schemas that an annotation names, also in `Annotated[…]` and unions."""
    for node in walk(annotation):
        if node.type in ("identifier", "attribute", "string") and UPDATE.search(text_of(node)):
            symbol = file.names.annotation_symbol(node) if node.type == "string" else file.symbol(node)
            symbol = symbol.removesuffix("()") if symbol is not None else None
            if symbol is not None and UPDATE.search(symbol.rpartition(".")[2]) and "(" not in symbol:
                yield symbol


def _parsed(file: PyFile, function: Node) -> Iterator[tuple[str, str]]:
    """Variables that hold an update schema made in the function itself."""
    for node in walk(function):
        if node.type != "assignment":
            continue
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None or left.type != "identifier" or right.type != "call":
            continue
        symbol = file.callee(right) or ""
        for maker in (".model_validate", ".parse_obj", ".model_validate_json", ".parse_raw"):
            symbol = symbol.removesuffix(maker)
        name = symbol.rpartition(".")[2]
        if "(" not in symbol and UPDATE.search(name) and name[:1].isupper():
            yield text_of(left), symbol


def _copies(text: str, name: str) -> bool:
    word = re.escape(name)
    if re.search(rf"\b{word}\b\s*\.\s*(?:model_dump|dict|model_fields_set|__fields_set__|__dict__)\b", text):
        return True
    if re.search(rf"\b(?:jsonable_encoder|asdict|to_builtins|vars|dict)\(\s*{word}\b", text):
        return True
    return "setattr(" in text and re.search(rf"\b{word}\b", text) is not None


def _passes(file: PyFile, function: Node, name: str) -> Iterator[str]:
    for node in walk(function):
        if node.type != "call" or (arguments := node.child_by_field_name("arguments")) is None:
            continue
        for child in arguments.named_children:
            value = child.child_by_field_name("value") if child.type == "keyword_argument" else child
            if value is not None and value.type == "identifier" and text_of(value) == name:
                symbol = file.symbol(callee_of(node))
                if symbol is not None:
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
