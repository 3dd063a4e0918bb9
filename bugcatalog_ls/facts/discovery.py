"""Discovery: modules that are imported, or named, by strings, and what is deployed by itself."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from tree_sitter import Node

from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.variables import variable
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.import_lines import import_lines
from bugcatalog_ls.syntax.literals import Words
from bugcatalog_ls.syntax.modules import absolute_module
from bugcatalog_ls.syntax.nodes import (
    arguments_of,
    called_name,
    callee_of,
    string_value,
    text_of,
    unparenthesised,
)
from bugcatalog_ls.text.source import Source

_DYNAMIC = frozenset(
    {
        "importlib.import_module",
        "builtins.__import__",
        "pkgutil.iter_modules",
        "pkgutil.walk_packages",
        "importlib.util.spec_from_file_location",
        "importlib.machinery.SourceFileLoader",
        "werkzeug.utils.import_string",
        "werkzeug.utils.find_modules",
        "django.utils.module_loading.import_string",
        "runpy.run_path",
        "runpy.run_module",
        "builtins.exec",
    }
)
# An expression that begins with one plain character is searched for many times faster.
_NAMED = tuple(re.compile(rb"""%s([A-Za-z_][\w.]*[.:][\w.:]*\w)["']""" % quote) for quote in (b'"', b"'"))
_OBJECT = re.compile(rb":([A-Za-z_]\w*)")
_MODULE = re.compile(rb"[A-Za-z_].*", re.DOTALL)
_OF_MODULES = frozenset(b"._0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_DYNAMIC_NAMES = frozenset(name.rpartition(".")[2] for name in _DYNAMIC)
# One of these stands in every file that calls one of them.
_DYNAMIC_WORDS = Words(
    *(b"importlib", b"__import__", b"pkgutil", b"werkzeug", b"module_loading", b"runpy", b"exec("),
)
_NAMED_WORD = re.compile(rb"rout|blueprint|bp|view|api|endpoint|handler|controller|plugin", re.IGNORECASE)


class Discovery(Fact, frozen=True):
    """A module imported by a name that only the run knows; `package` is what it lies in, if known.

    `imports` is what its file imports.
    """

    package: str
    imports: tuple[str, ...]

    @property
    def key(self) -> str:
        return "discovery"


class NamedInString(Fact, frozen=True):
    """A module, or an object in one, named by a string; `is_import` where it is surely imported."""

    symbol: str
    is_import: bool

    @property
    def key(self) -> str:
        return self.symbol


class Distribution(Fact, frozen=True):
    """A folder that is packaged or deployed by itself."""

    folder: str

    @property
    def key(self) -> str:
        return "distribution"


@derived
def distribution_of(index: FactIndex, path: str) -> str:
    """The nearest folder above a file that is packaged by itself; the root where none is."""
    folders = {fact.folder for _, fact in index.get(Distribution, "distribution")}
    around = [str(parent) for parent in PurePosixPath(path).parents]
    return next((folder for folder in around if folder in folders), "")


def all_imports(file: PyFile) -> tuple[str, ...]:
    """All that a file imports, sorted."""
    lines = import_lines(file)
    targets = (imported.target for line in lines for imported in line.names)
    return tuple(
        sorted({*targets, *(absolute_module(line.module, file.path) for line in lines if line.module)})
    )


def _collect(file: PyFile, facts: Facts) -> None:
    data = file.source.data
    if file.holds(_DYNAMIC_WORDS):
        for call in file.calls_named(*_DYNAMIC_NAMES):
            if file.callee(call) in _DYNAMIC:
                _dynamic(file, call, facts)
    for pattern in _NAMED:
        for match in pattern.finditer(data):
            if _NAMED_WORD.search(match[1]):
                facts.add(NamedInString(match[1].decode().replace(":", "."), False))
    if file.path.rpartition("/")[2] == "setup.py":
        facts.add(Distribution(file.path.rpartition("/")[0]))
        _entry_points(data, facts)


def _read(path: str, source: Source, facts: Facts) -> None:
    facts.add(Distribution(path.rpartition("/")[0]))
    _entry_points(source.data, facts)


VOCABULARY = Vocabulary(_collect, read=_read, names=("pyproject.toml", "setup.cfg"))


def _entry_points(data: bytes, facts: Facts) -> None:
    """`package.module:name`, of which the module is read backwards from the colon: forwards, each letter of
    a long word would have to be tried."""
    done = 0
    for match in _OBJECT.finditer(data):
        start = match.start()
        while start > done and data[start - 1] in _OF_MODULES:
            start -= 1
        written = data[start : match.start()].rpartition(b"..")[2]
        module = _MODULE.search(written) if not written.endswith(b".") else None
        if module is not None:
            facts.add(NamedInString(f"{module[0].decode()}.{match[1].decode()}", True))
            done = match.end()


def _dynamic(file: PyFile, call: Node, facts: Facts) -> None:
    arguments = arguments_of(call)
    first = arguments.get("name", 0) or arguments.get("path", 0) or arguments.get("import_path", 0)
    literal = string_value(first)
    last = called_name(call)
    if literal is not None and last in ("import_module", "__import__", "import_string"):
        base = _package(file, arguments.get("package", 1)) if literal.startswith(".") else ""
        symbol = f"{base}.{literal.lstrip('.')}" if base else literal.lstrip(".")
        facts.add(NamedInString(symbol.replace(":", "."), True))
        return
    package = _discovered(file, last, first, arguments.get("package", 1), literal)
    facts.add(Discovery(package, all_imports(file)))


def _discovered(
    file: PyFile, function: str, first: Node | None, package: Node | None, literal: str | None
) -> str:
    if first is None:
        return ""
    if literal is not None:
        return literal if function in ("find_modules", "run_module") else ""
    if function == "import_module" or function == "__import__":
        prefix = _prefix(file, first)
        if prefix.startswith("."):
            base = _package(file, package)
            return ".".join(part for part in (base, prefix.strip(".")) if part)
        return prefix.rpartition(".")[0]
    node = unparenthesised(first)
    if node.type == "attribute" and text_of(node).endswith(".__path__"):
        return variable(file, node.child_by_field_name("object")) or ""
    return file.module if text_of(node) == "__path__" else ""


def _prefix(file: PyFile, node: Node) -> str:
    """How a computed module name surely begins."""
    node = unparenthesised(node)
    if node.type == "string":
        found = ""
        for child in node.named_children:
            if child.type == "interpolation":
                hole = child.named_children[0] if child.named_children else None
                if found == "" and hole is not None and text_of(hole) in ("__name__", "__package__"):
                    found = file.module
                    continue
                if hole is not None and text_of(hole).endswith(".__name__"):
                    owner = variable(file, hole.child_by_field_name("object"))
                    if found == "" and owner is not None:
                        found = owner
                        continue
                return found
            if child.type == "string_content":
                found += text_of(child)
        return found
    if node.type == "binary_operator":
        left = node.child_by_field_name("left")
        if left is None:
            return ""
        whole = string_value(left)
        return re.split(r"[%{]", whole)[0] if whole is not None else _prefix(file, left)
    if node.type == "call":
        function = callee_of(node)
        if function is not None and function.type == "attribute" and text_of(function).endswith(".format"):
            return (string_value(function.child_by_field_name("object")) or "").split("{")[0]
    if node.type == "identifier":
        values = [binding.value for binding in file.names.bindings(node) if binding.kind == "assign"]
        if len(values) == 1 and values[0] is not None and values[0].type != "identifier":
            return _prefix(file, values[0])
        if text_of(node) in ("__name__", "__package__"):
            return file.module
    return ""


def _package(file: PyFile, node: Node | None) -> str:
    if node is None or text_of(node) in ("__name__", "__package__"):
        is_package = file.path.endswith("__init__.py")
        return file.module if is_package else file.module.rpartition(".")[0]
    if text_of(node).endswith(".__name__"):
        return variable(file, node.child_by_field_name("object")) or ""
    return string_value(node) or ""
