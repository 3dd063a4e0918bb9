"""Vectors: where their size is declared, and which embedding model a file makes them with.

It knows pgvector, Qdrant, Milvus, Pinecone, FAISS, Elasticsearch, Redis, LangChain's and LlamaIndex'
stores, and settings and constants that are named after a size.
"""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.declared_sizes import VectorSize, declared_sizes, model_beside
from bugcatalog_ls.facts.embedding_makers import is_made_without, sizeless_calls
from bugcatalog_ls.facts.embedding_uses import asked_sizes, model_uses, unlisted_models
from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.vector_rows import made_rows
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import ancestors, arguments_of, called_name, string_value, text_of


class ModelUse(Fact, frozen=True):
    """A file names an embedding model; `size` is what it asks it for (0: unknown)."""

    path: str
    model: str
    size: int

    @property
    def key(self) -> str:
        return "model"


class AskedSize(Fact, frozen=True):
    """A file asks a model for vectors of a size of its own choice, whichever model that is."""

    path: str

    @property
    def key(self) -> str:
        return "asked"


class SizelessAsking(Fact, frozen=True):
    """A file asks a model for vectors and leaves their size to it."""

    path: str

    @property
    def key(self) -> str:
        return "sizeless"


class VectorField(Fact, frozen=True):
    """A field's declared size, by the field."""

    field: str
    size: int
    path: str

    @property
    def key(self) -> str:
        return self.field


class MadeRow(Fact, frozen=True):
    """A file makes rows of a class whose attribute it gives vectors; the symbol of what makes the vectors,
    where that is called."""

    owner: str
    attribute: str
    path: str
    maker: str

    @property
    def key(self) -> str:
        return self.owner.rpartition(".")[2]


_ALTERED = re.compile(
    r"ALTER\s+TABLE\s+(?P<table>[\w.]+)\s+ALTER\s+(?:COLUMN\s+)?(?P<column>\w+)\s+(?:SET\s+DATA\s+)?TYPE"
    r"\s+(?:half)?vec(?:tor)?\s*\((?P<size>\d+)\)",
    re.IGNORECASE,
)


def _collect(file: PyFile, facts: Facts) -> None:
    if is_test_path(file.path):
        return
    asked = list(asked_sizes(file))
    if asked:
        facts.add(AskedSize(file.path))
    if next(sizeless_calls(file), None) is not None:
        facts.add(SizelessAsking(file.path))
    uses = list(model_uses(file, [size for size, _ in asked]))
    for known, size, _ in uses:
        facts.add(ModelUse(file.path, known.name, size))
    for name in unlisted_models(file):
        facts.add(ModelUse(file.path, name, 0))
    for node, value, place in declared_sizes(file, uses, [given for _, given in asked]):
        field, owner = _field_of(file, place)
        anchor = facts.anchor(f"vector size {file.qualname_at(node.start_byte)}", node)
        beside = "?" if is_made_without(file, node, place, uses) else model_beside(node, uses)
        facts.add(VectorSize(file.path, value, anchor, beside, field, owner))
        if field:
            facts.add(VectorField(field, value, file.path))
    if b"ALTER" in file.source.data:
        for match in _ALTERED.finditer(file.source.text):
            facts.add(VectorField(f"{match['table']}.{match['column']}", int(match["size"]), file.path))
    for owner, attribute, maker in made_rows(file):
        facts.add(MadeRow(owner, attribute, file.path, maker))


VOCABULARY = Vocabulary(
    _collect,
    (
        *(b"mbed", b"MBED", b"Vector", b"VECTOR", b"HALFVEC", b"FieldSchema", b"dense_vector", b"knn_vector"),
        *(
            b"faiss.",
            b"pinecone",
            b"MilvusClient",
            b"SentenceTransformer",
            b"TYPE vector",
            b"distance_metric",
        ),
    ),
)


def _field_of(file: PyFile, node: Node) -> tuple[str, str]:
    """The column that a size belongs to, as `table.column` and as the class's attribute."""
    column = ""
    for parent in ancestors(node):
        if parent.type == "call":
            name = called_name(parent)
            first = string_value(arguments_of(parent).get("", 0))
            if name == "Column" and first is not None:
                column = first
            elif name == "alter_column" and first is not None:
                altered = string_value(arguments_of(parent).get("column_name", 1))
                return (f"{first}.{altered}" if altered else ""), ""
            elif name in ("create_table", "add_column", "Table") and first is not None and column:
                return f"{first}.{column}", ""
        elif parent.type == "assignment":
            left = parent.child_by_field_name("left")
            scope = file.scopes.at(parent.start_byte)
            if left is not None and scope.kind == "class":
                table = scope.bindings.get("__tablename__")
                written = string_value(table[0].value) if table else None
                symbol = f"{file.module}.{scope.qualname}"
                attribute = column or text_of(left)
                return (f"{written}.{attribute}" if written else ""), f"{symbol}.{text_of(left)}"
        elif parent.type in ("function_definition", "class_definition") and not column:
            return "", ""
    return "", ""
