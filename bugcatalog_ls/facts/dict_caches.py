"""The dicts of modules that functions fill by key and never empty."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, text_of

_EMPTY_DICT = re.compile(
    rb"\n\w+(?:\s*:[^=\n]+)?\s*=\s*(?:\{\}|(?:\w+\.)?(?:dict|OrderedDict|defaultdict)\()"
)
# Sessions that are kept in memory are no cache: what is thrown out of it logs somebody out.
_OF_SESSIONS = re.compile(r"(?:^|_)sessions$", re.IGNORECASE)
_CONTAINERS = frozenset({"builtins.dict()", "collections.OrderedDict()", "collections.defaultdict()"})


class DictCache(Fact, frozen=True):
    """A module's dict that functions fill by key and never empty."""

    path: str
    anchor: str
    name: str
    functions: tuple[str, ...]

    @property
    def key(self) -> str:
        return self.path


def may_hold_dicts(file: PyFile) -> bool:
    """Whether a line at the top level makes an empty dict; a cheap question before `collect_dicts`."""
    # A text that begins with a line's end can be searched for that, which is far faster than `^`.
    return _EMPTY_DICT.search(b"\n" + file.source.data) is not None


def collect_dicts(file: PyFile, facts: Facts) -> None:
    data = file.source.text
    for name, bindings in file.scopes.module.bindings.items():
        if len(bindings) != 1 or bindings[0].kind not in ("assign", "annotation"):
            continue
        value = bindings[0].value
        if value is None or not _is_empty_dict(file, value) or _OF_SESSIONS.search(name) is not None:
            continue
        if f"{name}[" not in data and f"{name}.setdefault(" not in data:
            continue
        word = re.escape(name)
        own = rf"(?<![\w.]){word}"
        stores = re.compile(rf"{own}\[(?!['\"\d])[^\n]+?\]\s*=(?!=)|{own}\.setdefault\(")
        if stores.search(data) is None:
            continue
        if re.search(rf"\bdel\s+{word}\b|{own}\.(?:pop|popitem|clear|update)\(|len\({word}\)", data):
            continue
        if re.search(rf"{own}\.get\(|\bin\s+{word}\b|except KeyError|setdefault", data) is None:
            continue
        functions = tuple(
            definition.symbol
            for definition in file.functions
            if stores.search(text_of(definition.node)) is not None
        )
        statement = bindings[0].node.parent
        if functions and statement is not None:
            facts.add(DictCache(file.path, facts.anchor(f"dict {name}", statement), name, functions))


def _is_empty_dict(file: PyFile, value: Node) -> bool:
    if value.type == "dictionary":
        return value.named_child_count == 0
    return value.type == "call" and file.symbol(value) in _CONTAINERS and not arguments_of(value).keywords
