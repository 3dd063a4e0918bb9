"""Questions to single nodes of a Python tree that need no knowledge of names."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Collection, Iterator
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.text.spans import Span

_SURROGATE = re.compile("[\ud800-\udfff]")
# A literal without a prefix in which everything stands for itself.
_PLAIN_STRING = re.compile(r"""'([^'\\\r\n\0]*)'|"([^"\\\r\n\0]*)\"""")
FUNCTIONS = frozenset({"function_definition", "lambda"})
SCOPES = frozenset({"function_definition", "lambda", "class_definition", "module"})
LOOPS = frozenset({"for_statement", "while_statement"})
COMPREHENSIONS = frozenset(
    {"list_comprehension", "set_comprehension", "dictionary_comprehension", "generator_expression"}
)
BLOCKS = frozenset({"block", "module"})


class Arguments(NamedTuple):
    """The arguments of a call as written. `unpacked` holds the `*x` and `**x` expressions."""

    positional: tuple[Node, ...]
    keywords: dict[str, Node]
    list_unpacked: tuple[Node, ...]
    dict_unpacked: tuple[Node, ...]

    def get(self, name: str, position: int | None = None) -> Node | None:
        """The value given for a parameter by keyword, or at a position (from 0)."""
        if name in self.keywords:
            return self.keywords[name]
        if position is not None and position < len(self.positional) and not self.list_unpacked:
            return self.positional[position]
        return None


def text_of(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


def span_within(node: Node, start: int, end: int) -> Span:
    """A range of characters of a node's text, in bytes of the file."""
    text = text_of(node)
    first = node.start_byte + len(text[:start].encode())
    return Span(first, first + len(text[start:end].encode()))


def arguments_of(call: Node) -> Arguments:
    """The arguments of a `call` node; a generator argument counts as one positional."""
    positional: list[Node] = []
    keywords: dict[str, Node] = {}
    list_unpacked: list[Node] = []
    dict_unpacked: list[Node] = []
    arguments = call.child_by_field_name("arguments")
    if arguments is None:
        return Arguments((), {}, (), ())
    if arguments.type == "generator_expression":
        return Arguments((arguments,), {}, (), ())
    for child in arguments.named_children:
        if child.type == "keyword_argument":
            name, value = child.child_by_field_name("name"), child.child_by_field_name("value")
            if name is not None and value is not None:
                keywords[text_of(name)] = value
        elif child.type == "list_splat":
            list_unpacked.append(child.named_children[0])
        elif child.type == "dictionary_splat":
            dict_unpacked.append(child.named_children[0])
        elif child.type not in ("comment", "ERROR"):
            positional.append(child)
    return Arguments(tuple(positional), keywords, tuple(list_unpacked), tuple(dict_unpacked))


def callee_of(call: Node) -> Node | None:
    return call.child_by_field_name("function")


def called_name(call: Node) -> str:
    """The last name of what a call calls: `get` of `client.get(url)`; of anything else its own."""
    return text_of(callee_of(call) or call).rpartition(".")[2]


def ancestors(node: Node) -> Iterator[Node]:
    """The parents of a node, nearest first."""
    current = node.parent
    while current is not None:
        yield current
        current = current.parent


def enclosing(node: Node, *types: str) -> Node | None:
    """The nearest ancestor of one of the types."""
    return next((parent for parent in ancestors(node) if parent.type in types), None)


def is_within(node: Node, types: Collection[str]) -> bool:
    """Whether a node stands in one of the types, in the same function."""
    for parent in ancestors(node):
        if parent.type in types:
            return True
        if parent.type == "function_definition":
            return False
    return False


def enclosing_function(node: Node) -> Node | None:
    """The nearest `def` or lambda around a node; a class body in between ends the search."""
    for parent in ancestors(node):
        if parent.type in FUNCTIONS:
            return parent
        if parent.type == "class_definition":
            return None
    return None


def statement_of(node: Node) -> Node:
    """The statement that a node stands in: the ancestor (or itself) directly inside a block.

    A `case` is a part of its `match`, although the grammar has it in a block."""
    current = node
    while current.parent is not None and (current.parent.type not in BLOCKS or current.type == "case_clause"):
        current = current.parent
    return current


def unparenthesised(node: Node) -> Node:
    while node.type == "parenthesized_expression" and node.named_child_count == 1:
        node = node.named_children[0]
    return node


def unawaited(node: Node) -> Node:
    """What an expression awaits, or the expression itself; parentheses are left out."""
    node = unparenthesised(node)
    while node.type == "await" and node.named_children:
        node = unparenthesised(node.named_children[0])
    return node


def holds_node(outer: Node, inner: Node) -> bool:
    """Whether a node is another one, or stands in it."""
    return outer.start_byte <= inner.start_byte and inner.end_byte <= outer.end_byte


def parameter_name(parameter: Node) -> str:
    """The name of a parameter, without its stars, annotation and default."""
    if parameter.type == "identifier":
        return text_of(parameter)
    name = parameter.child_by_field_name("name")
    if name is None and parameter.named_children:
        name = parameter.named_children[0]
    return text_of(name).lstrip("*") if name is not None else ""


def body_of(node: Node) -> list[Node]:
    """The statements of a definition's or compound statement's body, comments left out."""
    body = node.child_by_field_name("body") or node.child_by_field_name("consequence")
    if body is None:
        body = next((child for child in node.children if child.type == "block"), None)
    return statements(body) if body is not None else []


def elements_of(container: Node) -> list[Node]:
    """What stands in brackets, without comments and what does not parse."""
    return [child for child in container.named_children if child.type not in ("comment", "ERROR")]


def operator_of(node: Node) -> str:
    """The operator of an operation or augmented assignment; empty where there is none."""
    operator = node.child_by_field_name("operator")
    return text_of(operator) if operator is not None else ""


def statements(block: Node) -> list[Node]:
    return [child for child in block.named_children if child.type != "comment"]


def is_docstring(statement: Node) -> bool:
    return (
        statement.type == "expression_statement"
        and statement.named_child_count == 1
        and statement.named_children[0].type in ("string", "concatenated_string")
    )


def walk(node: Node, *, into_scopes: bool = False) -> Iterator[Node]:
    """All named nodes below a node in order of the text; nested defs, lambdas and classes are
    yielded but not entered unless `into_scopes`."""
    stack = node.named_children[::-1]
    while stack:
        current = stack.pop()
        yield current
        children = current.named_children
        # Most nodes are leaves.
        if children and (
            into_scopes or current.type not in ("function_definition", "lambda", "class_definition")
        ):
            stack += reversed(children)


def definition_of(decorated: Node) -> Node | None:
    return decorated.child_by_field_name("definition")


def decorators_of(definition: Node) -> list[Node]:
    """The decorator expressions (call, name or attribute) of a def or class, first one first."""
    parent = definition.parent
    if parent is None or parent.type != "decorated_definition":
        return []
    return [
        child.named_children[0]
        for child in parent.children
        if child.type == "decorator" and child.named_children
    ]


def is_async(node: Node) -> bool:
    """Whether a def, for, with or comprehension clause is `async`."""
    return any(child.type == "async" for child in node.children[:1])


def string_value(node: Node | None) -> str | None:
    """The value of a plain string literal (or adjacent ones); None for f-strings with holes,
    bytes, and everything else."""
    if node is None:
        return None
    node = unparenthesised(node)
    if node.type == "concatenated_string":
        parts = [string_value(child) for child in node.named_children if child.type != "comment"]
        return None if any(part is None for part in parts) else "".join(part or "" for part in parts)
    if node.type != "string":
        return None
    written = text_of(node)
    if (plain := _PLAIN_STRING.fullmatch(written)) is not None:
        # Most are; Python's own reading of them takes ten times as long.
        return plain[plain.lastindex or 0]
    if any(child.type == "interpolation" for child in node.named_children):
        return None
    try:
        value = _evaluated(_without_f(written))
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    # Half of a surrogate pair is no text: it could not be written to any file.
    return value if isinstance(value, str) and not _SURROGATE.search(value) else None


def constant_value(node: Node | None) -> object:
    """The value of a literal number, string, boolean or None; `Ellipsis` means "not a constant"."""
    if node is None:
        return ...
    node = unparenthesised(node)
    if node.type == "string" or node.type == "concatenated_string":
        value = string_value(node)
        return ... if value is None else value
    if node.type in ("integer", "float", "true", "false", "none", "unary_operator"):
        try:
            literal: object = _evaluated(text_of(node))
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return ...
        return literal
    return ...


def is_none(node: Node | None) -> bool:
    return node is not None and unparenthesised(node).type == "none"


def _evaluated(literal: str) -> object:
    if "\\" not in literal:
        return ast.literal_eval(literal)
    with warnings.catch_warnings():
        # What Python warns of in somebody's escape sequences is not ours to print.
        warnings.simplefilter("ignore")
        return ast.literal_eval(literal)


def _without_f(literal: str) -> str:
    quote = min(index for index in (literal.find("'"), literal.find('"')) if index >= 0)
    prefix = literal[:quote].lower().replace("f", "")
    if prefix != literal[:quote].lower():
        return prefix + literal[quote:].replace("{{", "{").replace("}}", "}")
    return literal
