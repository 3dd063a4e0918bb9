"""What makes vectors: calls that leave their size to the model, and classes that make them without it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.facts.embedding_models import EmbeddingModel
from bugcatalog_ls.facts.embedding_uses import ASKED
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import ancestors, arguments_of, callee_of, string_value, text_of

_Uses = list[tuple[EmbeddingModel, int, Node]]

_ASKS = re.compile(
    r"embeddings?\.(?:a?create|embed)$|(?:^|[._])a?embed(?:ding|dings|_content|_query|_documents)?$"
    r"|Embeddings?$|(?:^|\.)SentenceTransformer$"
)
_LAST = re.compile(r"a?create|\w*[eE]mbed\w*|SentenceTransformer")
_SIZE = re.compile(r"dim|size|length", re.IGNORECASE)
_MAKES = re.compile(r"_*a?(?:embed|encode|vectori[sz]e)\w*")


def sizeless_calls(file: PyFile) -> Iterator[Node]:
    """The calls that name an embedding model and no size, so that the model's own is what comes."""
    if b"mbed" not in file.source.data and b"SentenceTransformer" not in file.source.data:
        return
    for call in file.calls_where(_may_ask):
        arguments = arguments_of(call)
        if _ASKS.search(text_of(callee_of(call) or call)) is None or arguments.dict_unpacked:
            continue
        if any(name in ASKED or _SIZE.search(name) for name in arguments.keywords):
            continue
        given = [*arguments.positional, *arguments.keywords.values()]
        if any("model" in name for name in arguments.keywords) or any(
            "MODEL" in text_of(value).upper() for value in given
        ):
            yield call
    if b"/embed" in file.source.data:
        for mapping in file.nodes("dictionary"):
            keys = {string_value(pair.child_by_field_name("key")) for pair in mapping.named_children}
            if "model" in keys and keys & {"input", "inputs"} and not keys & ASKED:
                yield mapping


def is_made_without(file: PyFile, number: Node, place: Node, uses: _Uses) -> bool:
    """Whether a size is that of a class which makes vectors itself, while another one makes the models'."""
    places = {number.id: number, place.id: place}.values()
    makers = [maker for one in places for maker in _readers(file, one)] if uses else []
    if not makers or not all(maker is not None and _makes_vectors(maker) for maker in makers):
        return False
    names = {name for _, _, node in uses for name in (text_of(node), _constant_of(node)) if name}
    named = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in sorted(names)))
    if any(maker is not None and named.search(text_of(maker)) for maker in makers):
        return False
    classes = file.nodes("class_definition")
    return any(_makes_vectors(other) and named.search(text_of(other)) for other in classes)


def _readers(file: PyFile, node: Node) -> Iterator[Node | None]:
    """The classes that hold a number, or read the module's constant that it is; None for another reader."""
    around = _class_of(node)
    if around is not None:
        yield around
        return
    constant = _constant_of(node)
    if not constant or constant.encode() not in file.source.data:
        return
    for read in file.nodes("identifier"):
        if text_of(read) == constant and read.start_byte > node.end_byte:
            yield _class_of(read)


def _class_of(node: Node) -> Node | None:
    return next((parent for parent in ancestors(node) if parent.type == "class_definition"), None)


def _constant_of(node: Node) -> str:
    """The module's name that stands for a literal; empty where none does."""
    parent = node.parent
    left = parent.child_by_field_name("left") if parent is not None and parent.type == "assignment" else None
    statement = parent.parent if parent is not None else None
    is_module = statement is not None and statement.parent is not None and statement.parent.type == "module"
    return text_of(left) if left is not None and left.type == "identifier" and is_module else ""


def _makes_vectors(maker: Node) -> bool:
    body = maker.child_by_field_name("body")
    for statement in body.named_children if body is not None else ():
        inner = statement.child_by_field_name("definition") or statement
        name = inner.child_by_field_name("name") if inner.type == "function_definition" else None
        if name is not None and _MAKES.fullmatch(text_of(name)):
            return True
    return False


def _may_ask(name: str) -> bool:
    return _LAST.fullmatch(name) is not None
