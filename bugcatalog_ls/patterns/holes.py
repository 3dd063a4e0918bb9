"""Metavariables put into a piece of code: what of it is telling, and what could be anything."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from bugcatalog_ls.patterns.engine import Node, place_of
from bugcatalog_ls.patterns.tree_changes import Tokens, is_comment, is_text, parts, tokens_of

# The qualified name of the expression at these byte offsets of the code, or None where it is not known.
NameOf = Callable[[int, int], str | None]


class Hole(NamedTuple):
    """A part of the code, from `start` to `end` of its characters, that a metavariable stands for."""

    start: int
    end: int
    name: str
    tokens: Tokens
    is_many: bool = False

    @property
    def written(self) -> str:
        return f"$$${self.name}" if self.is_many else f"${self.name}"


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
        _fill(after, list(self.holes), filled)
        strangers = [
            node.text()
            for node in _identifiers(after)
            if not any(start <= place_of(node)[0] < end for start, end, _ in filled)
            and _is_variable(node, name_of)
        ]
        template = _on_one_line(_written(after, filled), after)
        return template, list(dict.fromkeys(strangers))


def holes_of(before: Node, after: Node, name_of: NameOf | None, is_loose: bool = False) -> Holes:
    """The code of `before` as a pattern. Parts that are the same in `after` could be anything, as could the
    names of variables; a callee that resolves must resolve so, whatever it is called elsewhere. Where a
    callee is gone after the change, a loose pattern is about any call of it."""
    maker = _Maker(before, after, name_of, is_loose)
    maker.visit(before)
    pattern = _on_one_line(
        _written(before, [(hole.start, hole.end, hole.written) for hole in maker.holes]), before
    )
    without = tuple(_without_keyword(name) for name in maker.missing_keywords)
    return Holes(
        pattern, tuple(maker.holes), maker.resolves, without, bool(maker.resolves) or _is_telling(pattern)
    )


def is_callee(node: Node) -> bool:
    """Whether a node is what a call calls."""
    parent = node.parent()
    return parent is not None and _callee(parent) == node


_CALLS = ("call", "call_expression", "method_invocation", "invocation_expression", "function_call_expression")
_ARGUMENTS = ("argument_list", "arguments", "value_arguments", "call_suffix")
_NAMES = ("identifier", "simple_identifier", "shorthand_property_identifier", "variable_name")
_LITERALS = (
    "integer",
    "float",
    "number",
    "int_literal",
    "float_literal",
    "decimal_integer_literal",
    "integer_literal",
)
_SYNTAX = (
    "self cls this not and return await new None True False null true false async def for let const var if "
    "else elif try except finally pass with while raise yield lambda global class func function"
)
_EMPTY = frozenset(_SYNTAX.split())
_QUALIFIED = re.compile(r"\w+(?:\.\w+)+")


def _on_one_line(pattern: str, node: Node) -> str:
    """An expression without the line breaks that it happened to have."""
    if (
        "\n" not in pattern
        or any(_is_laid_out(each) for each in walk(node))
        or re.search(r"#|//|/\*", pattern)
    ):
        return pattern
    line = re.sub(r"\s*\n\s*", " ", pattern)
    return re.sub(r",?\s+([)\]}])", r"\1", re.sub(r"([(\[{])\s+", r"\1", line))


def _is_laid_out(node: Node) -> bool:
    return "block" in node.kind() or "statement" in node.kind() or (is_text(node) and "\n" in node.text())


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
        self._callees = {tokens_of(callee) for node in walk(after) if (callee := _callee(node)) is not None}
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
            and _is_value(node)
        ):
            self._dig(node, tokens)
            return
        if is_text(node) or node.kind() in _LITERALS:
            if is_value and tokens in self._same and node is not self._root:
                self._dig(node, tokens)
            return
        if node.kind() in _NAMES:
            if _is_variable(node, self._name_of) and node.text() not in ("self", "cls"):
                self._dig(node, tokens)
            return
        callee = _callee(node)
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
            if child.is_named() and tokens_of(child) in kept and not _is_stub(child):
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
            if child.kind() in _ARGUMENTS:
                self._visit_arguments(node, child)

    def _visit_any_arguments(self, call: Node) -> None:
        for child in parts(call):
            given = [part for part in parts(child) if part.is_named()]
            if child.kind() in _ARGUMENTS and given:
                self._dig_run(given, "ARGS", (",",))

    def _visit_arguments(self, call: Node, arguments: Node) -> None:
        given = [child for child in parts(arguments) if child.is_named()]
        other = _call_like(call, self._after_node)
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
            if part.kind() in _ARGUMENTS
            for child in parts(part)
            if child.is_named()
        ]
        self._note_missing(arguments, given, other)
        kept = {tokens_of(child) for child in later}
        if any(
            tokens_of(child) not in {tokens_of(own) for own in given} and not _keyword(child)
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
        before = {_keyword(child) for child in given}
        for part in parts(other):
            if part.kind() in _ARGUMENTS:
                for child in parts(part):
                    name = _keyword(child)
                    if name and name not in before and "**" not in arguments.text():
                        self.missing_keywords.append(name)

    def _dig_run(self, run: list[Node], wanted: str, separator: Tokens) -> None:
        if not run:
            return
        start, end = place_of(run[0])[0], place_of(run[-1])[1]
        tokens = _joined(run, separator)
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
        callee = _callee(call)
        return self._resolved(callee) if callee is not None else None

    def _resolved(self, node: Node) -> str | None:
        if self._name_of is None:
            return None
        symbol = _symbol(node, self._name_of)
        return symbol if symbol is not None and _QUALIFIED.fullmatch(symbol) else None


def _upper(node: Node) -> str:
    word = re.sub(r"\W+", "_", node.text()).strip("_").upper()
    if node.kind() in _NAMES and re.fullmatch(r"[A-Z_][A-Z0-9_]{0,24}", word) and not word.startswith("_"):
        return word
    return "TEXT" if is_text(node) else "VALUE"


def _callee(node: Node) -> Node | None:
    if node.kind() not in _CALLS:
        return None
    if node.field("name") is not None or node.field("method") is not None:
        # Receiver and method are children of the call itself.
        return None
    return node.field("function") or next(iter(parts(node)), None)


def _call_like(call: Node, after: Node) -> Node | None:
    """The call after the change that this one became: the same callee, else the only one in its place."""
    callee = _callee(call)
    calls = [node for node in walk(after) if _callee(node) is not None]
    same = [
        node
        for node in calls
        if (own := _callee(node)) is not None and callee is not None and tokens_of(own) == tokens_of(callee)
    ]
    if same:
        return same[0]
    # Another callee in the same place: its arguments may have stayed.
    return calls[0] if len(calls) == 1 else None


def _keyword(node: Node) -> str:
    if node.kind() != "keyword_argument":
        return ""
    name = node.field("name")
    return name.text() if name is not None else ""


def _without_keyword(name: str) -> dict[str, Any]:
    argument = {"kind": "keyword_argument", "has": {"field": "name", "regex": f"^{re.escape(name)}$"}}
    return {"has": {"kind": "argument_list", "has": argument}}


def _is_value(node: Node) -> bool:
    """Whether a node is an expression that another one could replace, not a part of syntax."""
    kind = node.kind()
    return not any(
        word in kind
        for word in (
            "statement",
            "block",
            "argument",
            "parameter",
            "clause",
            "body",
            "pair",
            "list_splat",
            "dictionary_splat",
            "definition",
            "operator",
        )
    )


def _is_variable(node: Node, name_of: NameOf | None) -> bool:
    """Whether an identifier is a variable, which is called otherwise elsewhere."""
    if node.kind() not in _NAMES:
        return False
    text, parent = node.text(), node.parent()
    if parent is not None:
        kind = parent.kind()
        if kind == "keyword_argument" and parent.field("name") == node:
            return False
        if kind == "attribute" and parent.field("attribute") == node:
            return False
        if kind in _CALLS and node in (parent.field("name"), parent.field("method")):
            return False
        if "suffix" in kind or "constant" in kind:
            return False
        if _callee(parent) == node and name_of is None:
            return False
        if (
            any(word in kind for word in ("type", "definition", "declaration", "import"))
            and kind != "type_conversion"
        ):
            return kind in ("variable_declaration", "short_var_declaration", "lexical_declaration")
    if name_of is not None:
        symbol = _symbol(node, name_of)
        # What a name was given is known of some variables; they are variables all the same.
        return (symbol is None or symbol.endswith(")")) and not (
            text[:1].isupper() and text != text.lower() and _is_called(node)
        )
    return text == text.lower() or not text[:1].isupper()


def _is_called(node: Node) -> bool:
    parent = node.parent()
    return parent is not None and (_callee(parent) == node or parent.kind() == "attribute")


def _symbol(node: Node, name_of: NameOf) -> str | None:
    text = node.get_root().root().text()
    start, end = place_of(node)
    if text.isascii():
        return name_of(start, end)
    left = len(text[:start].encode("utf-8"))
    return name_of(left, left + len(text[start:end].encode("utf-8")))


def _identifiers(node: Node) -> Iterator[Node]:
    return (each for each in walk(node) if each.kind() in _NAMES)


def walk(node: Node) -> Iterator[Node]:
    """A node and all below it, in the order of the text, without comments."""
    pending = [node]
    while pending:
        current = pending.pop()
        if is_comment(current):
            continue
        yield current
        pending.extend(reversed(current.children()))


def _fill(node: Node, holes: list[Hole], filled: list[tuple[int, int, str]]) -> None:
    """Find what metavariables stand for in the code after the change, the largest parts first."""
    tokens = tokens_of(node)
    whole = next((hole for hole in holes if not hole.is_many and hole.tokens == tokens), None)
    if whole is not None and (node.is_named() or node.is_leaf()):
        start, end = place_of(node)
        filled.append((start, end, whole.written))
        return
    if node.kind() in _ARGUMENTS or "block" in node.kind():
        children = [child for child in parts(node) if child.is_named()]
        separator = (",",) if node.kind() in _ARGUMENTS else ()
        for hole in (hole for hole in holes if hole.is_many):
            found = _run(children, hole.tokens, separator)
            if found is not None:
                first, last = found
                filled.append((place_of(children[first])[0], place_of(children[last])[1], hole.written))
                children = [child for index, child in enumerate(children) if not first <= index <= last]
            elif not hole.tokens and children and separator:
                start = place_of(children[0])[0]
                filled.append((start, start, f"{hole.written}, "))
        for child in children:
            _fill(child, holes, filled)
        return
    if node.kind() == "attribute":
        owner = parts(node)
        if owner:
            _fill(owner[0], holes, filled)
        return
    for child in parts(node)[1:] if node.kind() == "keyword_argument" else parts(node):
        _fill(child, holes, filled)


def _run(children: list[Node], tokens: Tokens, separator: Tokens) -> tuple[int, int] | None:
    """The first and last of the children that together are these tokens."""
    if not tokens:
        return None
    for first in range(len(children)):
        for last in range(first, len(children)):
            if _joined(children[first : last + 1], separator) == tokens:
                return first, last
    return None


def _joined(nodes: list[Node], separator: Tokens) -> Tokens:
    joined: Tokens = ()
    for number, node in enumerate(nodes):
        joined = (*joined, *(separator if number else ()), *tokens_of(node))
    return joined


def _is_stub(node: Node) -> bool:
    """Whether a statement says that nothing is done, which is telling."""
    return node.kind() in ("pass_statement", "return_statement", "continue_statement", "break_statement")


def _written(node: Node, filled: list[tuple[int, int, str]]) -> str:
    begin = place_of(node)[0]
    text, parts_written, done = node.text(), [], 0
    for start, end, written in sorted(filled):
        if start - begin < done:
            continue
        parts_written.append(text[done : start - begin])
        parts_written.append(written)
        done = end - begin
    return _dedented("".join([*parts_written, text[done:]]), node)


def _dedented(text: str, node: Node) -> str:
    """Code of several lines as it would stand at the beginning of a line."""
    if "\n" not in text:
        return text
    whole, begin = node.get_root().root().text(), place_of(node)[0]
    line = whole[whole.rfind("\n", 0, begin) + 1 : begin]
    indent = line[: len(line) - len(line.lstrip())]
    return text.replace(f"\n{indent}", "\n") if indent else text
