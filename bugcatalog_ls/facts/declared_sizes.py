"""The numbers of one file that declare the size of vectors: in calls, mappings, constants and settings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.facts.embedding_models import EmbeddingModel, model_names
from bugcatalog_ls.facts.embedding_uses import ASKED, number_of
from bugcatalog_ls.facts.fact import Fact
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import ancestors, arguments_of, called_name, callee_of, string_value, text_of


class VectorSize(Fact, frozen=True):
    """A declared size. `group` names the construct that it shares with a model's name (a call, a class
    of settings, the module's constants); `model` the one named there; `field` is `table.column` or
    `Class.attribute` where it is a column's."""

    path: str
    size: int
    anchor: str
    model: str
    field: str
    owner: str

    @property
    def key(self) -> str:
        return self.path


_SIZES: dict[str, tuple[str, int | None]] = {
    "Vector": ("dim", 0),
    "HALFVEC": ("dim", 0),
    "HalfVector": ("dim", 0),
    "VECTOR": ("dim", 0),
    "VectorParams": ("size", 0),
    "FieldSchema": ("dim", None),
    "add_field": ("dim", None),
    "create_collection": ("dimension", None),
    "create_index": ("dimension", None),
    "IndexFlatL2": ("d", 0),
    "IndexFlatIP": ("d", 0),
    "IndexHNSWFlat": ("d", 0),
    "IndexLSH": ("d", 0),
    "VectorField": ("dimensions", None),
    "PGVector": ("embedding_length", None),
    "PGVectorStore": ("embed_dim", None),
    "from_params": ("embed_dim", None),
    "MilvusVectorStore": ("dim", None),
}
_LIBRARIES = ("pgvector.", "qdrant_client.", "pymilvus.", "faiss.", "pinecone.", "langchain", "llama_index.")
_SIZE_NAME = re.compile(
    r"(?:embed(?:ding)?s?_?(?:model_?)?)?(?:vector_?)?(?:dims?|dimensions?|(?:embed(?:ding)?|vector)_?(?:size|length))",
    re.IGNORECASE,
)
# The fields of Elasticsearch, OpenSearch and RedisVL.
_FIELD = re.compile(r"dense_vector|knn_vector|[\"']distance_metric[\"']")
_VECTORS = re.compile(
    r"embed(?!ding$)|vector|index|collection|store|milvus|pinecone|qdrant|faiss|chroma", re.IGNORECASE
)


def declared_sizes(
    file: PyFile, uses: list[tuple[EmbeddingModel, int, Node]], asked: list[Node]
) -> Iterator[tuple[Node, int, Node]]:
    """The numbers that declare a size, each once, with the place where they first do so: a constant's is
    where it is used; also one asked of a model that knows but its own."""
    seen: set[int] = set()
    fixed = {model.name for model, _, _ in uses if not model.settable}
    own = [*asked, *_presets(file)] if fixed else []
    wrong = [value for value in own if model_beside(value, uses) in fixed]
    for value in (*_in_calls(file), *_in_mappings(file), *_in_names(file), *wrong):
        number = number_of(file, value)
        if number is not None and number[0].id not in seen:
            seen.add(number[0].id)
            yield *number, value


def _in_calls(file: PyFile) -> Iterator[Node]:
    is_reduced = b"PCA" in file.source.data
    for call in file.calls_named(*_SIZES):
        name = called_name(call)
        symbol = file.callee(call) or ""
        keyword, position = _SIZES.get(name) or _SIZES.get(symbol.rpartition(".")[2]) or ("dim", None)
        value = arguments_of(call).get(keyword, position)
        is_known = (
            symbol.startswith(_LIBRARIES) or name in ("VectorParams", "FieldSchema") or position is None
        )
        if value is not None and is_known and not (is_reduced and name.startswith("Index")):
            yield value
    for argument in file.nodes("keyword_argument") if b"mbed" in file.source.data else ():
        label, given = argument.child_by_field_name("name"), argument.child_by_field_name("value")
        if label is None or given is None or text_of(label) in ASKED:
            continue
        if _SIZE_NAME.fullmatch(text_of(label)) and _is_of_vectors(argument, text_of(label)):
            yield given


def _is_of_vectors(argument: Node, label: str) -> bool:
    """Whether a size in a call is that of vectors: the layers of networks have a `dim`, too."""
    call = argument.parent.parent if argument.parent is not None else None
    if call is None or re.search("embed|vector", label, re.IGNORECASE):
        return True
    called = text_of(callee_of(call) or call)
    return _VECTORS.search(called) is not None or model_names().search(text_of(call).encode()) is not None


def _in_mappings(file: PyFile) -> Iterator[Node]:
    """`"dims"` beside what tells a field of vectors, `"DIM"`, and sizes beside a model's name."""
    if b"dim" not in file.source.data and b"DIM" not in file.source.data:
        return
    for pair in file.nodes("pair"):
        key = string_value(pair.child_by_field_name("key"))
        value = pair.child_by_field_name("value")
        if key is None or value is None or key in ASKED or not _SIZE_NAME.fullmatch(key):
            continue
        mapping = text_of(pair.parent) if pair.parent is not None else ""
        if _FIELD.search(mapping) or key == "DIM" or model_names().search(mapping.encode()):
            yield value


def _in_names(file: PyFile) -> Iterator[Node]:
    """Constants and settings that are named after a size: `EMBEDDING_DIM = 1536`."""
    for assignment in file.nodes("assignment"):
        left, right = assignment.child_by_field_name("left"), assignment.child_by_field_name("right")
        if (
            left is None
            or right is None
            or left.type != "identifier"
            or not _SIZE_NAME.fullmatch(text_of(left))
        ):
            continue
        if file.scopes.at(left.start_byte).kind in ("module", "class"):
            given = arguments_of(right).get("default", 0) if right.type == "call" else right
            if given is not None:
                yield given


def _presets(file: PyFile) -> Iterator[Node]:
    """The sizes that constants have where the environment says nothing."""
    for call in file.calls_named("getenv", "get"):
        value = _preset(call)
        statement = next((p for p in ancestors(call) if p.type in ("assignment", "block")), None)
        left = statement.child_by_field_name("left") if statement is not None else None
        if value is not None and left is not None and _SIZE_NAME.fullmatch(text_of(left)):
            yield value


def _preset(call: Node) -> Node | None:
    """What a size is where the environment says nothing: `"1536"` of `int(os.getenv("DIM", "1536"))`."""
    inner = next(iter(arguments_of(call).positional), None)
    asked = inner if inner is not None and inner.type == "call" else call
    if not re.search(r"(?:^|\.)(?:getenv|environ\.get)$", text_of(callee_of(asked) or asked)):
        return None
    return arguments_of(asked).get("default", 1)


def model_beside(node: Node, uses: list[tuple[EmbeddingModel, int, Node]]) -> str:
    """The model that the same call, mapping, class or module's constants name; empty where not one."""
    for parent in ancestors(node):
        if parent.type in ("call", "dictionary", "class_definition"):
            inside = {m.name for m, _, n in uses if parent.start_byte <= n.start_byte < parent.end_byte}
            if len(inside) == 1:
                return inside.pop()
            if inside:
                return "?"
        elif parent.type == "expression_statement" and (parent.parent or parent).type == "module":
            constants = {m.name for m, _, n in uses if _is_constant(n)}
            return constants.pop() if len(constants) == 1 else ""
    return ""


def _is_constant(node: Node) -> bool:
    """Whether a string is what a name of the module stands for, maybe where the environment says nothing."""
    parent = node.parent
    if parent is not None and parent.type == "argument_list" and parent.parent is not None:
        parent = parent.parent.parent if _preset(parent.parent) == node else None
    statement = parent.parent if parent is not None and parent.type == "assignment" else None
    return statement is not None and statement.parent is not None and statement.parent.type == "module"
