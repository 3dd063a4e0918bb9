"""Which embedding models a file names, and the size of the vectors that it asks them for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.facts.embedding_models import EmbeddingModel, model_named, model_names
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, constant_value, string_value, text_of

ASKED = frozenset({"dimensions", "output_dimension", "output_dimensionality", "truncate_dim"})
"""The parameters by which a model is asked for vectors of a size."""
_LOADER = re.compile(r"SentenceTransformer|TextEmbedding|ImageEmbedding|\w+Embeddings?")
_LOADED = ("model_name_or_path", "model_name", "model", "model_id")


def model_uses(file: PyFile, asked: list[int]) -> Iterator[tuple[EmbeddingModel, int, Node]]:
    """The models named in a file, each with the size that it is asked for, and its string."""
    for match in model_names().finditer(file.source.data):
        node = file.root.descendant_for_byte_range(match.start() + 1, match.end() - 1)
        while node is not None and node.type != "string" and node.parent is not None and node.type != "block":
            node = node.parent
        text = string_value(node) if node is not None and node.type == "string" else None
        model = model_named(text) if text is not None else None
        if model is None or node is None or _is_listed(node):
            continue
        yield model, _size_of(file, model, asked), node


def unlisted_models(file: PyFile) -> Iterator[str]:
    """The models that a file loads by name and that the entry's table does not have."""
    for call in file.calls_where(_loads_models):
        arguments = arguments_of(call)
        given = next((value for key in _LOADED if (value := arguments.get(key)) is not None), None)
        name = string_value(given if given is not None else next(iter(arguments.positional), None))
        if name and model_named(name) is None:
            yield name


def asked_sizes(file: PyFile) -> Iterator[tuple[int, Node]]:
    """The sizes that calls of a file ask their model for (0: unknown), and where these are given."""
    data = file.source.data
    if not any(name.encode() in data for name in ASKED):
        return
    for argument in file.nodes("keyword_argument"):
        name, value = argument.child_by_field_name("name"), argument.child_by_field_name("value")
        if name is None or value is None or text_of(name) not in ASKED:
            continue
        call = argument.parent.parent if argument.parent is not None else None
        if call is not None and text_of(callee_of(call) or call).endswith("VectorField"):
            continue
        number = number_of(file, value)
        yield (number[1] if number is not None else 0), value
    for pair in file.nodes("pair"):
        key = string_value(pair.child_by_field_name("key"))
        value = pair.child_by_field_name("value")
        if key in ASKED and value is not None:
            number = number_of(file, value)
            yield (number[1] if number is not None else 0), value
    for assignment in file.nodes("assignment"):
        left, value = assignment.child_by_field_name("left"), assignment.child_by_field_name("right")
        item = (
            left.child_by_field_name("subscript") if left is not None and left.type == "subscript" else None
        )
        if value is not None and string_value(item) in ASKED:
            number = number_of(file, value)
            yield (number[1] if number is not None else 0), value


def number_of(file: PyFile, value: Node) -> tuple[Node, int] | None:
    """The literal that a value is, or that its name is bound to once."""
    if value.type == "identifier":
        bindings = file.names.bindings(value)
        bound = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "assign" else None
        if bound is None or bound.type != "integer":
            return None
        value = bound
    number = constant_value(value) if value.type == "integer" else None
    written = string_value(value) if value.type == "string" else None
    if written is not None and written.isdecimal():
        number = int(written)
    return (value, number) if isinstance(number, int) and 8 <= number <= 65536 else None


def _is_listed(node: Node) -> bool:
    """Whether a name stands in a table or list of models, or is what something is compared with."""
    parent = node.parent
    if parent is None or parent.type in ("list", "set", "tuple", "comparison_operator", "case_pattern"):
        return True
    if parent.type == "pair":
        key = parent.child_by_field_name("key")
        return key is not None and key.id == node.id
    return parent.type in ("expression_statement", "subscript", "concatenated_string")


def _size_of(file: PyFile, model: EmbeddingModel, asked: list[int]) -> int:
    """The size of the vectors that a use of the model makes; 0 where that is not known."""
    is_cut = not model.settable and b"truncate_dim" in file.source.data
    if not asked or (not model.settable and not is_cut):
        return model.size
    return asked[0] if len(set(asked)) == 1 else 0


def _loads_models(name: str) -> bool:
    return _LOADER.fullmatch(name) is not None
