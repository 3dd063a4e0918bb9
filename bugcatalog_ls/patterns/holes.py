"""Metavariables put into a piece of code: what of it is telling, and what could be anything."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from bugcatalog_ls.patterns.engine import Node, place_of
from bugcatalog_ls.patterns.hole_filling import Hole, fill_holes, joined, on_one_line, written
from bugcatalog_ls.patterns.node_roles import (
    ARGUMENTS,
    LITERALS,
    NAMES,
    NameOf,
    call_like,
    callee_of,
    could_be_any,
    identifiers,
    is_stub,
    is_variable,
    keyword_of,
    symbol_of,
    walk,
)
from bugcatalog_ls.patterns.tree_changes import Tokens, is_comment, is_text, parts, tokens_of


class Holes(NamedTuple):
    """A pattern, what its metavariables must resolve to, and what a match must not hold."""

    pattern: str
    holes: tuple[Hole, ...]
    resolves: Mapping[str, str]
    without: tuple[dict[str, Any], ...]
    has_anchor: bool

    def template(self, after: Node, name_of: NameOf | None) -> tuple[str, list[str]]:
        """The code after with the same metavariables, and the names in it that none of them stands for."""
        filled: list[tuple[int, int, str]] = []
        fill_holes(after, list(self.holes), filled)
        strangers = [
            node.text()
            for node in identifiers(after)
            if not any(start <= place_of(node)[0] < end for start, end, _ in filled)
            and is_variable(node, name_of)
        ]
        template = on_one_line(written(after, filled), after)
        return template, list(dict.fromkeys(strangers))


def holes_of(before: Node, after: Node, name_of: NameOf | None, is_loose: bool = False) -> Holes:
    """The code of `before` as a pattern. Parts that are the same in `after` could be anything, as could the
    names of variables; a callee that resolves must resolve so, whatever it is called elsewhere. Where a
    callee is gone after the change, a loose pattern is about any call of it."""
    maker = _Maker(before, after, name_of, is_loose)
    maker.visit(before)
    pattern = on_one_line(
        written(before, [(hole.start, hole.end, hole.written) for hole in maker.holes]), before
    )
    without = tuple(_without_keyword(name) for name in maker.missing_keywords)
    return Holes(
        pattern, tuple(maker.holes), maker.resolves, without, bool(maker.resolves) or _is_telling(pattern)
    )


_SYNTAX = (
    "self cls this not and return await new None True False null true false async def for let const var if "
    "else elif try except finally pass with while raise yield lambda global class func function"
)
_EMPTY = frozenset(_SYNTAX.split())
_QUALIFIED = re.compile(r"\w+(?:\.\w+)+")


def _is_telling(pattern: str) -> bool:
    """Whether a pattern holds a name that says what it is about, or compares with a constant."""
    words = re.findall(r"(?<![$\w])[^\W\d]\w+", re.sub(r"\$+[A-Z_]\w*", " ", pattern))
    if any(len(word) > 2 and word not in _EMPTY for word in words):
        return True
    return bool(
        re.search(
            r"(?:[=!]==?|\bis\b|\bin\b)\s*(?:None|True|False|null|true|false|undefined|\[\]|\"\")", pattern
        )
    )


class _Maker:
    def __init__(self, before: Node, after: Node, name_of: NameOf | None, is_loose: bool) -> None:
        self.holes: list[Hole] = []
        self.resolves: dict[str, str] = {}
        self.missing_keywords: list[str] = []
        self._root = before
        self._name_of = name_of
        self._is_loose = is_loose
        self._after = [tokens_of(node) for node in walk(after) if node.is_named()]
        self._same = set(self._after)
        self._callees = {tokens_of(callee) for node in walk(after) if (callee := callee_of(node)) is not None}
        self._after_node = after
        self._names: dict[Tokens, str] = {}

    def visit(self, node: Node, is_value: bool = False) -> None:
        """Dig holes in a node; `is_value` tells that any other expression could stand in its place."""
        if is_comment(node):
            return
        tokens = tokens_of(node)
        if (
            node is not self._root
            and is_value
            and tokens in self._same
            and not node.is_leaf()
            and could_be_any(node)
        ):
            self._dig(node, tokens)
            return
        if is_text(node) or node.kind() in LITERALS:
            if is_value and tokens in self._same and node is not self._root:
                self._dig(node, tokens)
            return
        if node.kind() in NAMES:
            if is_variable(node, self._name_of) and node.text() not in ("self", "cls"):
                self._dig(node, tokens)
            return
        callee = callee_of(node)
        if callee is not None:
            self._visit_call(node, callee)
            return
        if node.kind() == "keyword_argument":
            for child in parts(node)[1:]:
                self.visit(child, is_value=True)
            return
        if node.kind() in (
            "attribute",
            "member_expression",
            "selector_expression",
            "field_access",
            "navigation_expression",
        ):
            # What a name is asked for is telling; whom it is asked of may be any variable.
            children = parts(node)
            if children:
                self.visit(children[0], is_value=True)
            return
        if "block" in node.kind():
            self._visit_block(node)
            return
        for child in parts(node):
            self.visit(child, is_value=child.is_named())

    def _visit_block(self, block: Node) -> None:
        """Statements that stayed as they were could be any."""
        kept = {
            tokens_of(child)
            for node in walk(self._after_node)
            if "block" in node.kind()
            for child in parts(node)
        }
        run: list[Node] = []
        for child in parts(block):
            if child.is_named() and tokens_of(child) in kept and not is_stub(child):
                run.append(child)
                continue
            self._dig_run(run, "BODY", ())
            run = []
            self.visit(child, is_value=False)
        self._dig_run(run, "BODY", ())

    def _visit_call(self, node: Node, callee: Node) -> None:
        symbol = self._resolved(callee)
        if symbol is not None:
            name = self._dig(callee, tokens_of(callee), "FN")
            self.resolves[name] = symbol
        else:
            self.visit(callee, is_value=False)
        if self._is_loose and tokens_of(callee) not in self._callees and not callee.is_leaf():
            self._visit_any_arguments(node)
            return
        for child in parts(node):
            if child.kind() in ARGUMENTS:
                self._visit_arguments(node, child)

    def _visit_any_arguments(self, call: Node) -> None:
        for child in parts(call):
            given = [part for part in parts(child) if part.is_named()]
            if child.kind() in ARGUMENTS and given:
                self._dig_run(given, "ARGS", (",",))

    def _visit_arguments(self, call: Node, arguments: Node) -> None:
        given = [child for child in parts(arguments) if child.is_named()]
        other = call_like(call, self._after_node)
        if other is None or not given:
            if other is not None:
                self._note_missing(arguments, given, other)
                if self.missing_keywords:
                    self._dig_nothing(arguments)
            else:
                for child in given:
                    self.visit(child, is_value=True)
            return
        later = [
            child
            for part in parts(other)
            if part.kind() in ARGUMENTS
            for child in parts(part)
            if child.is_named()
        ]
        self._note_missing(arguments, given, other)
        kept = {tokens_of(child) for child in later}
        if any(
            tokens_of(child) not in {tokens_of(own) for own in given} and not keyword_of(child)
            for child in later
        ) and len(later) > len(given):
            # The call got more arguments by position: how many it has is what tells.
            for child in given:
                self.visit(child, is_value=True)
            return
        anonymous = self._resolved_callee(call) is None
        run: list[Node] = []
        for child in given:
            # Of some object's method, a class or function handed to it says what it is about.
            is_telling = anonymous and self._resolved(child) is not None
            if tokens_of(child) in kept and not is_telling:
                run.append(child)
                continue
            self._dig_run(run, "ARGS", (",",))
            run = []
            self.visit(child, is_value=True)
        self._dig_run(run, "ARGS", (",",))

    def _note_missing(self, arguments: Node, given: list[Node], other: Node) -> None:
        """Keywords that only the call after the change has: a match must lack them."""
        before = {keyword_of(child) for child in given}
        for part in parts(other):
            if part.kind() in ARGUMENTS:
                for child in parts(part):
                    name = keyword_of(child)
                    if name and name not in before and "**" not in arguments.text():
                        self.missing_keywords.append(name)

    def _dig_run(self, run: list[Node], wanted: str, separator: Tokens) -> None:
        if not run:
            return
        start, end = place_of(run[0])[0], place_of(run[-1])[1]
        tokens = joined(run, separator)
        self.holes.append(Hole(start, end, self._free(wanted), tokens, True))

    def _dig_nothing(self, arguments: Node) -> None:
        """Room for arguments in a call that has none."""
        start, end = place_of(arguments)
        self.holes.append(Hole(start + 1, end - 1, "ARGS", (), True))

    def _dig(self, node: Node, tokens: Tokens, wanted: str = "") -> str:
        name = self._names.get(tokens) or self._free(wanted or _upper(node))
        self._names[tokens] = name
        start, end = place_of(node)
        self.holes.append(Hole(start, end, name, tokens))
        return name

    def _free(self, wanted: str) -> str:
        taken = {hole.name for hole in self.holes}
        name, count = wanted, 1
        while name in taken:
            count += 1
            name = f"{wanted}{count}"
        return name

    def _resolved_callee(self, call: Node) -> str | None:
        callee = callee_of(call)
        return self._resolved(callee) if callee is not None else None

    def _resolved(self, node: Node) -> str | None:
        if self._name_of is None:
            return None
        symbol = symbol_of(node, self._name_of)
        return symbol if symbol is not None and _QUALIFIED.fullmatch(symbol) else None


def _upper(node: Node) -> str:
    word = re.sub(r"\W+", "_", node.text()).strip("_").upper()
    if node.kind() in NAMES and re.fullmatch(r"[A-Z_][A-Z0-9_]{0,24}", word) and not word.startswith("_"):
        return word
    return "TEXT" if is_text(node) else "VALUE"


def _without_keyword(name: str) -> dict[str, Any]:
    argument = {"kind": "keyword_argument", "has": {"field": "name", "regex": f"^{re.escape(name)}$"}}
    return {"has": {"kind": "argument_list", "has": argument}}
