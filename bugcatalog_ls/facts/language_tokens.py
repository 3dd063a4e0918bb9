"""Tokens of a language: whether something called a token is a piece of text or of a program."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import ancestors, text_of

_LIBRARIES = frozenset(
    {
        "tiktoken", "transformers", "tokenizers", "tokenize", "pygments", "sqlparse", "sqlglot",
        "sentencepiece", "ply", "lark", "spacy", "nltk", "shlex", "antlr4", "pyparsing", "parsimonious",
        "vllm", "mistune", "markdown_it", "llama_cpp", "torch",
    }
)  # fmt: skip
_PLACES = re.compile(
    r"tokeni[sz]|token_(?:stream|count)|(?:^|_|\b)lex(?:er|ing)?(?:_|\b)|(?:^|_|\b)pars(?:er|ing)|scanner|grammar"
    r"|vocab|(?:llm_new|handle_new|next|peek|consume|expect|advance|emit|stream)_?\w*token|detok|decod(?:er|ing)"
    # What a limiter, a lock or a context variable hands out is a token of another kind.
    r"|limiter|limit_manager|lease|semaphore|(?:^|_)lock",
    re.IGNORECASE,
)
_MARKS = (
    "type",
    "kind",
    "text",
    "lineno",
    "pos",
    "pos_",
    "start",
    "end",
    "lemma_",
    "ttype",
    "lexeme",
    "line",
)
_SOURCES = re.compile(
    r"\btokens?\b\s*(?:\[|\.pop|\.popleft)|\bnext\(|next_token|peek|advance|consume|\.lex\b|\.split\(|tokenize"
    r"|\.acquire|\.set\(|\.choices|\.delta|\.decode\(\s*\[|id_to_token|convert_ids|\.chunk|\.pop\("
)


def is_language_token(file: PyFile, node: Node) -> bool:
    """Whether a bare `token` is one: of a loop, of a parser or of a language model."""
    if _libraries(file) or _PLACES.search(file.module.replace(".", "_")):
        return True
    for parent in ancestors(node):
        if parent.type in ("function_definition", "class_definition"):
            name = parent.child_by_field_name("name")
            written = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", text_of(name)) if name is not None else ""
            if _PLACES.search(written):
                return True
            if parent.type == "function_definition" and _has_marks(file, parent, node):
                return True
    return node.type == "identifier" and _comes_from_text(file, node)


def _libraries(file: PyFile) -> bool:
    for bindings in file.scopes.module.bindings.values():
        for binding in bindings:
            if binding.kind in ("import", "from") and binding.target.partition(".")[0] in _LIBRARIES:
                return True
    return False


def _has_marks(file: PyFile, function: Node, node: Node) -> bool:
    """Whether the function asks the token what kind it is or where it stands."""
    name = re.escape(text_of(node))
    marks = "|".join(_MARKS)
    return re.search(rf"(?<![\w.]){name}\.(?:{marks})\b", file.text(function)) is not None


def _comes_from_text(file: PyFile, node: Node) -> bool:
    for binding in file.names.bindings(node):
        if binding.kind in ("for", "with"):
            return True
        if binding.kind == "unpack":
            continue
        if binding.value is not None and _SOURCES.search(text_of(binding.value)):
            return re.search(r"auth|header|bearer|cookie", text_of(binding.value), re.IGNORECASE) is None
    return False
