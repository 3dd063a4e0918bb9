"""Types of columns that only one database has, as models declare them."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.sql_guards import dialects_around
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.imports import Imports
from bugcatalog_ls.syntax.nodes import ancestors, callee_of, enclosing, text_of
from bugcatalog_ls.text.spans import Span, TextEdit

_TYPES = {
    "postgresql": (
        "JSONB", "ARRAY", "HSTORE", "TSVECTOR", "INET", "CIDR", "MACADDR", "BIT", "INT4RANGE", "INT8RANGE",
        "NUMRANGE", "DATERANGE",
        "TSRANGE", "TSTZRANGE", "CITEXT", "REGCLASS", "MONEY", "OID", "DOMAIN", "BYTEA",
    ),
    "mysql": ("TINYINT", "MEDIUMINT", "MEDIUMTEXT", "LONGTEXT", "TINYTEXT", "LONGBLOB", "MEDIUMBLOB",
    "TINYBLOB", "SET", "YEAR"),
}  # fmt: skip
# What every database can store in place of a type.
_GENERIC = {
    "JSONB": "JSON", "ARRAY": "JSON", "HSTORE": "JSON", "TSVECTOR": "Text", "INET": "String",
    "CIDR": "String", "MACADDR": "String",
    "CITEXT": "Text", "BYTEA": "LargeBinary", "TINYINT": "SmallInteger", "MEDIUMINT": "Integer",
    "MEDIUMTEXT": "Text",
    "LONGTEXT": "Text", "TINYTEXT": "Text", "LONGBLOB": "LargeBinary", "MEDIUMBLOB": "LargeBinary",
    "TINYBLOB": "LargeBinary",
}  # fmt: skip
_COLUMNS = frozenset({"Column", "mapped_column", "Field", "column"})


class DialectType(Fact, frozen=True):
    """A type of a model's column that only `dialects` have; `dialect` is the one whose module brings it."""

    name: str
    dialect: str
    dialects: frozenset[str]
    anchor: str

    @property
    def key(self) -> str:
        return self.name


def _collect(file: PyFile, facts: Facts) -> None:
    if b"down_revision" in file.source.data:
        return
    # A type with a variant for the others is one for all.
    for node in _named(file):
        found = _dialect_type(file.symbol(node))
        if found is None or not _is_columns_type(node) or _has_variant(node):
            continue
        around = dialects_around(file, node)
        if around is not None:
            continue
        dialect, name = found
        family = frozenset({"mysql", "mariadb"}) if dialect == "mysql" else frozenset({dialect})
        call = node.parent if node.parent is not None and node.parent.type == "call" else node
        place = file.qualname_at(node.start_byte)
        facts.add(DialectType(name, dialect, family, facts.anchor(f"type {place} {name}", call)))


VOCABULARY = Vocabulary(
    _collect, literals=(b"sqlalchemy.dialects", b"from sqlalchemy import", b"sqlalchemy.types", b"sa.ARRAY")
)


def type_edits(file: PyFile, span: Span, dialect: str, imports: Imports) -> tuple[str, list[TextEdit]] | None:
    """The edits that give the type at a span a generic one for the other databases, with their title."""
    written = file.source.slice(span)
    name = re.split(r"[(.]", written.split("(")[0])[-1]
    generic = _GENERIC.get(name)
    if generic is None:
        return None
    made = imports.need("sqlalchemy", generic, at=span.start)
    length = "(45)" if generic == "String" else "()"
    new = f'{made}{length}.with_variant({written}, "{dialect}")'
    return f"Give {name} a variant for the other databases", [TextEdit(span, new)]


def _named(file: PyFile) -> list[Node]:
    """The names of such types where they are used."""
    data = file.source.data
    is_imported = b"dialects import" in data
    names = [
        name
        for dialect, types in _TYPES.items()
        for name in (
            types if is_imported or f"dialects.{dialect}".encode() in data else {"ARRAY"}.intersection(types)
        )
        if name.encode() in data
    ]
    found: list[Node] = []
    for name in names:
        pattern = re.compile(rb"\b" + name.encode() + rb"\b")
        for match in pattern.finditer(data):
            node = file.root.named_descendant_for_byte_range(match.start(), match.end())
            if node is None or node.type != "identifier":
                continue
            parent = node.parent
            if parent is not None and parent.type == "attribute":
                if parent.child_by_field_name("attribute") != node:
                    continue
                node = parent
            if not any(
                each.type in ("import_from_statement", "import_statement") for each in ancestors(node)
            ):
                found.append(node)
    return found


def _dialect_type(symbol: str | None) -> tuple[str, str] | None:
    if symbol is None or not symbol.startswith("sqlalchemy"):
        return None
    name = symbol.rpartition(".")[2]
    for dialect, types in _TYPES.items():
        if name in types and (f".{dialect}." in symbol or (name == "ARRAY" and dialect == "postgresql")):
            return dialect, name
    return None


def _is_columns_type(node: Node) -> bool:
    """Whether a type stands among the arguments of a column, alone or inside of a wrapper."""
    for parent in ancestors(node):
        if parent.type == "call":
            function = callee_of(parent)
            if function is not None and function != node and text_of(function).rpartition(".")[2] in _COLUMNS:
                return True
        if parent.type in (
            "expression_statement",
            "function_definition",
            "class_definition",
            "keyword_argument",
        ) and not (
            parent.type == "keyword_argument"
            and text_of(parent).startswith(("type_", "sa_type", "sa_column"))
        ):
            return False
    return False


def _has_variant(node: Node) -> bool:
    call = enclosing(node, "call")
    while call is not None:
        if "with_variant" in text_of(call):
            return True
        function = callee_of(call)
        if function is not None and text_of(function).rpartition(".")[2] in _COLUMNS:
            return False
        call = enclosing(call, "call")
    return False
