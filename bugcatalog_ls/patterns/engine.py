"""The only importer of ast-grep: typed calls, and its errors and panics as `EngineError`. What it has no
grammar for is asked of our own trees."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from functools import lru_cache
from itertools import accumulate
from typing import Any, TypeAlias, cast

from ast_grep_py import SgNode, SgRoot

from bugcatalog_ls.patterns.languages import PYTHON, Language
from bugcatalog_ls.patterns.own_grammars import OwnNode, is_own
from bugcatalog_ls.patterns.own_matching import find_own, parse_own
from bugcatalog_ls.text.spans import Span

Node: TypeAlias = SgNode
Config: TypeAlias = Mapping[str, Any]


class EngineError(Exception):
    """ast-grep does not accept a rule; the text says why, in one sentence."""


def parse(text: str, language: Language) -> Node:
    """The root node of a text."""
    if is_own(language.name):
        return cast(Node, _guarded(parse_own, text, language.name))
    call: Any = SgRoot
    root: Node = _guarded(call, text, language.name.lower()).root()
    return root


def find_all(node: Node, config: Config) -> list[Node]:
    """All nodes at or below `node` that match, in the order of the text."""
    if isinstance(node, OwnNode):
        return _guarded(lambda: list(find_own(node, config)))
    call: Any = node.find_all
    return list(_guarded(call, dict(config)))


def find(node: Node, config: Config) -> Node | None:
    """The first node at or below `node` that matches."""
    if isinstance(node, OwnNode):
        return _guarded(lambda: next(find_own(node, config), None))
    call: Any = node.find
    result: Node | None = _guarded(call, dict(config))
    return result


def place_of(node: Node) -> tuple[int, int]:
    """Where a node begins and ends, in code points.

    An edit knows as much as `range()`, which also counts columns from the line's start: a second for each
    thousand nodes where a file is one long line.
    """
    edit = node.replace("")
    return edit.start_pos, edit.end_pos


@lru_cache(maxsize=1)
def binds_comments() -> bool:
    """Whether a pattern that is one metavariable matches a comment; older releases skip these."""
    root = parse("# comment\n", PYTHON)
    return find(root, {"rule": {"all": [{"kind": "comment"}, {"pattern": "$NODE"}]}}) is not None


class ByteOffsets:
    """Code points, which ast-grep counts, to the UTF-8 bytes that all else here counts."""

    __slots__ = ("_extra", "_wide")

    def __init__(self, text: str) -> None:
        self._wide: list[int] = []
        self._extra: list[int] = [0]
        if text.isascii():
            return
        wide = [(match.start(), ord(match[0])) for match in _NOT_ASCII.finditer(text)]
        self._wide = [index for index, _ in wide]
        self._extra.extend(accumulate(1 + (code > 0x7FF) + (code > 0xFFFF) for _, code in wide))

    def byte(self, index: int) -> int:
        return index + self._extra[bisect_left(self._wide, index)]

    def span(self, node: Node) -> Span:
        start, end = place_of(node)
        return Span(self.byte(start), self.byte(end))


_NOT_ASCII = re.compile(r"[^\x00-\x7f]")


def _guarded(call: Any, *arguments: Any) -> Any:
    try:
        return call(*arguments)
    except Exception as error:
        raise EngineError(_plain_text(str(error))) from error
    except BaseException as error:
        # A Rust panic comes as an exception that derives from BaseException on purpose.
        if type(error).__name__ != "PanicException":
            raise
        raise EngineError(_plain_text(str(error))) from error


_CAUSE = re.compile(r"^\s{4}(?:\s*\d+: )?(?=\S)", re.MULTILINE)
_UNTELLING = re.compile(
    r"is not configured correctly|^Rule contains invalid|^Invalid Kind$|^Parsing text matcher"
)


def _plain_text(message: str) -> str:
    """The innermost causes of an error, without the stack that may follow them."""
    message = message.partition("\n\nStack backtrace")[0].strip()
    _, found, causes = message.partition("Caused by:")
    if not found:
        return message
    if "regex parse error" in causes:
        return "invalid regular expression: " + causes.rpartition("error: ")[2].strip()
    told = [" ".join(cause.split()) for cause in _CAUSE.split(causes) if cause.strip()]
    return " ".join(cause for cause in told if not _UNTELLING.search(cause)) or " ".join(told)
