"""File paths: which expressions are `pathlib` paths, through `/`, variables and attributes."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.fact import Fact
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.resolve import resolve
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, text_of, unparenthesised
from bugcatalog_ls.syntax.reads import own_attributes

_PATH = re.compile(r"(?:pathlib|anyio|aiopath)\.(?:Path|PosixPath|WindowsPath|AsyncPath)(?P<rest>.*)")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SAME = _words("""parent joinpath resolve absolute with_suffix with_name with_stem with_segments expanduser
    relative_to readlink rename replace cwd home""")
_MANY = frozenset({"parents", "glob", "rglob", "iterdir"})
_DEPTH = 8


class PathName(Fact, frozen=True):
    """A module's variable that holds a path in a way that its symbol does not tell (`ROOT / "x"`).

    `base` is the symbol of what the path is made of; empty where it is known to be a path.
    """

    symbol: str
    base: str

    @property
    def key(self) -> str:
        return self.symbol


def is_path_symbol(symbol: str | None) -> bool:
    """Whether a (resolved) symbol is an instance of a path class."""
    match = _PATH.fullmatch(symbol or "")
    if match is None:
        return False
    rest = match["rest"]
    if not rest.startswith("()") and not re.match(r"\.(?:cwd|home)\(\)", rest):
        return False
    parts = re.findall(r"\.(\w+)|(\(\))|(\[\])", rest.removeprefix("()"))
    many = False
    for name, _, element in parts:
        if name in _MANY:
            many = True
        elif element and many:
            many = False
        elif (name and name not in _SAME) or element:
            return False
    return not many


def path_base(file: PyFile, node: Node | None, depth: int = _DEPTH) -> str | None:
    """What makes an expression a path: empty where this file shows that it is one, else the symbol
    that has to be one; None where it is none or cannot be told."""
    if node is None or depth <= 0:
        return None
    node = unparenthesised(node)
    symbol = file.symbol(node)
    if is_path_symbol(symbol):
        return ""
    if node.type == "binary_operator":
        operator = node.child_by_field_name("operator")
        if operator is None or text_of(operator) != "/":
            return None
        left = path_base(file, node.child_by_field_name("left"), depth - 1)
        return left if left is not None else path_base(file, node.child_by_field_name("right"), depth - 1)
    if node.type == "identifier":
        bases = {
            _element_base(file, binding.value, depth - 1)
            if binding.kind == "for"
            else path_base(file, binding.value, depth - 1)
            for binding in file.names.bindings(node)
            if binding.value is None or binding.value.type != "none"
        }
        if len(bases) == 1 and (base := bases.pop()) is not None:
            return base
        return symbol if _is_foreign(symbol) else None
    if node.type == "call":
        function = node.child_by_field_name("function")
        if function is not None and function.type == "attribute":
            name = function.child_by_field_name("attribute")
            if name is not None and text_of(name) in _SAME - {"replace"}:
                return path_base(file, function.child_by_field_name("object"), depth - 1)
        return symbol if _is_foreign(symbol) else None
    if node.type == "attribute":
        name = node.child_by_field_name("attribute")
        if name is not None and text_of(name) == "parent":
            return path_base(file, node.child_by_field_name("object"), depth - 1)
        values = _assigned(file, node)
        if values:
            bases = {path_base(file, value, depth - 1) for value in values if value.type != "none"}
            return bases.pop() if len(bases) == 1 else None
        return symbol if _is_foreign(symbol) else None
    return None


def _element_base(file: PyFile, node: Node | None, depth: int) -> str | None:
    """What makes the elements of an expression paths: those of `folder.glob(…)`, sorted or not."""
    function = node.child_by_field_name("function") if node is not None and node.type == "call" else None
    if node is None or function is None or depth <= 0:
        return None
    if file.symbol(function) in ("builtins.sorted", "builtins.list", "builtins.reversed", "builtins.set"):
        arguments = arguments_of(node).positional
        return _element_base(file, arguments[0], depth - 1) if arguments else None
    name = function.child_by_field_name("attribute")
    if name is None or text_of(name) not in ("glob", "rglob", "iterdir"):
        return None
    return path_base(file, function.child_by_field_name("object"), depth - 1)


def path_names(file: PyFile) -> list[PathName]:
    """The variables of a module that hold paths."""
    found = []
    for name, bindings in file.scopes.module.bindings.items():
        if len(bindings) == 1 and bindings[0].kind == "assign" and bindings[0].value is not None:
            base = path_base(file, bindings[0].value)
            if base is not None:
                found.append(PathName(f"{file.module}.{name}", base))
    return found


def is_path(index: FactIndex, symbol: str, path: str) -> bool:
    """Whether a symbol written in the file at `path` is a path, followed across the workspace."""
    for _ in range(_DEPTH):
        resolved = resolve(index, symbol, path)
        if is_path_symbol(resolved):
            return True
        found = index.one(PathName, resolved)
        if found is None:
            return False
        path, symbol = found[0], found[1].base
        if not symbol:
            return True
    return False


def _is_foreign(symbol: str | None) -> bool:
    """Whether a symbol may be explained by another module of the workspace."""
    return symbol is not None and not symbol.startswith(("builtins.", "pathlib.", "os.", "types."))


def _assigned(file: PyFile, attribute: Node) -> list[Node]:
    written = text_of(attribute)
    if not written.startswith("self.") or written.count(".") != 1:
        return []
    owner = file.symbol(attribute.child_by_field_name("object"))
    values = []
    for left in own_attributes(file, written):
        assignment = left.parent
        if assignment is None or assignment.type != "assignment":
            continue
        right = assignment.child_by_field_name("right")
        if right is None or left.start_byte != assignment.start_byte:
            continue
        if file.symbol(left.child_by_field_name("object")) == owner:
            values.append(right)
    return values
