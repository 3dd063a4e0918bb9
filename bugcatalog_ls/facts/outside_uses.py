"""What one file reads off modules, classes and instances of installed packages, where the owner is exact.

It is no vocabulary: a scan of all files must not pay for it. Who wants to know asks for a file.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator

import msgspec
from tree_sitter import Node

from bugcatalog_ls.facts.attribute_doubts import Doubts
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import ancestors, arguments_of, text_of, unparenthesised
from bugcatalog_ls.syntax.scopes import Binding
from bugcatalog_ls.text.spans import Span

_DOTTED = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
# What asks which version of a package is there, or what it has.
_ASKS_FIRST = re.compile(rb"(?i)hasattr|getattr|version|_?v\d|\bhas_|_available|\bsys\.|find_spec|\bdir\(")
_QUOTED = re.compile(rb"[\"'](\w+)[\"']")
_LITERALS = frozenset(
    {"string", "concatenated_string", "integer", "float", "true", "false", "none"}
    | {"list", "dictionary", "set", "tuple", "lambda"}
)
_IMPORTED = frozenset({"import", "from"})
_MISSING = (b"ImportError", b"ModuleNotFoundError", b"AttributeError")


class OutsideUse(msgspec.Struct, frozen=True):
    """`name` is read off `owner`: `httpx`, `httpx.Client` or `httpx.Client()`.

    `entered` tells that the owner is what a `with` gave, `lacks_self` that it is called with nothing
    that may be an instance. `span` is the name's, `whole` that of the owner and the name.
    """

    owner: str
    name: str
    entered: bool
    lacks_self: bool
    span: Span
    whole: Span


def outside_uses(file: PyFile, is_package: Callable[[str], bool]) -> tuple[OutsideUse, ...]:
    """The reads of a file that may be judged by what a package has, in their order; `is_package` is
    told the first name of an owner."""
    data = file.source.data
    if b"import" not in data or file.path.endswith(".pyi"):
        return ()
    doubts = Doubts(file)
    # What the file sets, or asks for by its name as `hasattr` and `patch.object` do.
    given = {text_of(node) for node in _stored(file)}
    given.update(word.decode("utf-8", "replace") for word in _QUOTED.findall(data))
    packages: dict[str, bool] = {}
    found = []
    for node in file.nodes("attribute"):
        written, attribute = node.child_by_field_name("object"), node.child_by_field_name("attribute")
        if written is None or attribute is None:
            continue
        name = text_of(attribute)
        if name.startswith("__") or not name or name in given:
            continue
        owner = _owner(file, written)
        if owner is None:
            continue
        top = owner[0].partition(".")[0].removesuffix("()")
        if top not in packages:
            packages[top] = is_package(top)
        if not packages[top] or _is_doubtful(doubts, node, written):
            continue
        symbol, entered = owner
        span = Span(attribute.start_byte, attribute.end_byte)
        whole = Span(node.start_byte, node.end_byte)
        found.append(OutsideUse(symbol, name, entered, _lacks_self(node), span, whole))
    return tuple(sorted(found, key=lambda use: use.span))


def _owner(file: PyFile, written: Node) -> tuple[str, bool] | None:
    """The symbol of an owner that is surely what it is, and whether a `with` gave it."""
    node, entered = written, False
    if node.type == "identifier":
        binding = _only_binding(file, node)
        if binding is None or binding.annotation is not None:
            return None
        if binding.kind in ("assign", "with"):
            if binding.value is None:
                return None
            entered = binding.kind == "with"
            node = unparenthesised(binding.value)
            if node.type != "call":
                return None
        elif binding.kind not in _IMPORTED:
            return None
    if node.type == "call":
        function = node.child_by_field_name("function")
        symbol = _imported(file, function)
        return (f"{symbol}()", entered) if symbol is not None else None
    symbol = _imported(file, node)
    return (symbol, False) if symbol is not None else None


def _imported(file: PyFile, node: Node | None) -> str | None:
    """The symbol of a chain of names that begins with one that is imported, once, from a package."""
    root = node
    while root is not None and root.type == "attribute":
        root = root.child_by_field_name("object")
    if node is None or root is None or root.type != "identifier":
        return None
    binding = _only_binding(file, root)
    if binding is None or binding.kind not in _IMPORTED or binding.target.startswith("."):
        return None
    symbol = file.symbol(node)
    top = binding.target.partition(".")[0]
    if symbol is None or not _DOTTED.fullmatch(symbol) or symbol.partition(".")[0] != top:
        return None
    return None if top in sys.stdlib_module_names else symbol


def _only_binding(file: PyFile, name: Node) -> Binding | None:
    found = file.scopes.lookup(text_of(name), name.start_byte)
    if found is None or len(found[1]) != 1:
        return None
    return found[1][0]


def _stored(file: PyFile) -> Iterator[Node]:
    """The names of attributes that the file itself sets on whatever."""
    for node in file.nodes("assignment", "augmented_assignment"):
        left = node.child_by_field_name("left")
        if left is not None and left.type == "attribute":
            name = left.child_by_field_name("attribute")
            if name is not None:
                yield name


def _is_doubtful(doubts: Doubts, node: Node, written: Node) -> bool:
    root = written
    while root.type in ("attribute", "call") and (first := root.child(0)) is not None:
        root = first
    if doubts.use_of(node) != "read":
        return True
    if doubts.is_narrowed(node.start_byte, written.text or b"", root.text or b""):
        return True
    return any(_may_not_run(outer) for outer in ancestors(node))


def _may_not_run(outer: Node) -> bool:
    """Whether what stands in a node runs only where a version or a name is there."""
    if outer.type in ("if_statement", "conditional_expression", "elif_clause", "boolean_operator"):
        condition = outer.child_by_field_name("condition")
        told = condition.text if condition is not None else outer.text
        return _ASKS_FIRST.search(told or b"") is not None
    if outer.type == "try_statement":
        return any(
            child.type == "except_clause"
            and any(word in (child.text or b"").partition(b"\n")[0] for word in _MISSING)
            for child in outer.children
        )
    return outer.type == "decorator" and b"skip" in (outer.text or b"")


def _lacks_self(node: Node) -> bool:
    """Whether an attribute is called with no positional argument, or with one that is no instance."""
    parent = node.parent
    called = parent.child_by_field_name("function") if parent is not None and parent.type == "call" else None
    if parent is None or called is None or called.id != node.id:
        return False
    arguments = arguments_of(parent)
    if arguments.list_unpacked or arguments.dict_unpacked or "self" in arguments.keywords:
        return False
    return not arguments.positional or unparenthesised(arguments.positional[0]).type in _LITERALS
