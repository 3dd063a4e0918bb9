"""Old Pythons: code that runs only under Python 2, by what it asks of the version."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.function_checks import FunctionChecks
from bugcatalog_ls.syntax.guards import Condition, conditions_at, implied
from bugcatalog_ls.syntax.nodes import enclosing_function, text_of

_ASKS_VERSION = (b"version_info", b"PY2", b"PY3")
# The first versions of Python 3 count as well: nobody runs them either.
_THREE = r"\(\s*3\s*(?:,\s*(?:[0-5]\s*(?:,\s*\d+\s*)?)?)?\)"
_MAJOR = r"(?:\w+\.)?version_info(?:\[0\]|\.major)"
_IS_NEW = re.compile(
    rf"(?:\w+\.)?version_info\s*>=?\s*{_THREE}|{_MAJOR}\s*(?:>=|==)\s*3|{_MAJOR}\s*(?:>|!=)\s*2|(?:\w+\.)*PY3"
)
_IS_OLD = re.compile(
    rf"(?:\w+\.)?version_info\s*<\s*{_THREE}|{_MAJOR}\s*(?:<|!=)\s*3|{_MAJOR}\s*(?:<=|==)\s*2|(?:\w+\.)*PY2"
)


def runs_only_on_python_2(file: PyFile, node: Node, depth: int = 3) -> bool:
    """Whether a node stands on a branch for Python 2, or in a function that is read only on such ones."""
    if not any(word in file.source.data for word in _ASKS_VERSION):
        return False
    if any(_says_old(part) for one in conditions_at(node, beyond_functions=True) for part in implied(one)):
        return True
    function = enclosing_function(node)
    name = function.child_by_field_name("name") if function is not None else None
    if name is None or function is None or depth <= 0 or file.scopes.at(function.start_byte).kind != "module":
        return False
    reads = [
        read
        for read in file.once(FunctionChecks).references(text_of(name), is_method=False)
        if not (function.start_byte <= read.start_byte < function.end_byte or _is_defined(read))
    ]
    return bool(reads) and all(runs_only_on_python_2(file, read, depth - 1) for read in reads)


def _is_defined(name: Node) -> bool:
    """Whether a name stands where another function is given it."""
    return name.parent is not None and name.parent.type == "function_definition"


def _says_old(condition: Condition) -> bool:
    written = text_of(condition.node)
    return (_IS_OLD if condition.holds else _IS_NEW).fullmatch(written) is not None
