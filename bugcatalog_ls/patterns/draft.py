"""A rule drafted from a piece of code: what is particular in it becomes metavariables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bugcatalog_ls.patterns.engine import EngineError, Node, find_all, parse, place_of
from bugcatalog_ls.patterns.languages import Language
from bugcatalog_ls.patterns.matcher import RuleSet
from bugcatalog_ls.patterns.rule import RuleError, compile_rule
from bugcatalog_ls.text.source import Source


def drafted_rule(code: str, language: Language, callee: str = "", whole: str = "") -> dict[str, Any] | None:
    """A rule that matches the code and its likes; the code as it is where nothing wider does; or None.

    `callee` is the qualified name of what the code calls, where it is one call of something known.
    `whole` is the text that the code stands in, where that is known.
    """
    code = code.strip()
    whole = whole if code in whole else code
    for pattern in dict.fromkeys(_patterns(code, language)):
        if not callee and (surroundings := _SURROUNDINGS.get(language.name)) is not None:
            for kind in ("call_expression", "binary_expression", "unary_expression"):
                context = {"context": surroundings.replace("CODE", pattern), "selector": kind}
                inside: dict[str, Any] = {"language": language.name, "rule": {"pattern": context}}
                if _matches(inside, code, whole, language):
                    return inside
        for resolved in (True, False) if callee else (False,):
            rule: dict[str, Any] = {"language": language.name, "rule": {"pattern": pattern}}
            if resolved:
                called = re.match(r"[\w.]+(?=\()", pattern)
                if called is None:
                    continue
                rule["rule"] = {"pattern": f"$FN{pattern[called.end() :]}"}
                rule["resolves"] = {"FN": [callee]}
            if _matches(rule, code, whole, language):
                return rule
    return None


def _patterns(code: str, language: Language) -> Iterator[str]:
    """The widest first."""
    try:
        root = parse(code, language)
        if find_all(root, {"rule": {"kind": "ERROR"}}):
            yield code
            return
    except EngineError:
        yield code
        return
    if language.name in _DATA:
        yield code
        return
    call = re.fullmatch(r"([\w.]+)\((?:[\w.]+(?:,\s*[\w.]+)*)\)", code)
    if call is not None:
        yield f"{call[1]}($$$ARGS)"
    node = _inner(root)
    text = code[slice(*place_of(node))]
    yield _generalised(node, code, whole_lists=True)
    yield _generalised(node, code, whole_lists=False)
    yield text
    yield code


def _inner(node: Node) -> Node:
    """The one expression that the code is, below the file and the statement."""
    while True:
        named = [child for child in node.children() if child.is_named()]
        wraps = node.kind() in _WRAPPERS or node.parent() is None
        if len(named) != 1 or not wraps:
            return node
        node = named[0]


def _generalised(root: Node, code: str, *, whole_lists: bool) -> str:
    """The node's text with metavariables for literals, for plain arguments and for bodies."""
    start, end = place_of(root)
    names: dict[str, str] = {}
    pieces: list[tuple[int, int, str]] = []
    n_lists = 0
    pending = [root]
    while pending:
        node = pending.pop()
        kind, place = node.kind(), place_of(node)
        text = code[slice(*place)]
        children = [child for child in node.children() if child.is_named()]
        if node != root and kind in _BODIES and children:
            inner = (place_of(children[0])[0], place_of(children[-1])[1])
            pieces.append((*inner, "$$$BODY"))
        elif node != root and _LITERAL.search(kind):
            pieces.append((*place, _variable(names, text)))
        elif kind in _LISTS and children:
            if whole_lists and all(_is_plain(child) for child in children):
                n_lists += 1
                inner = (place_of(children[0])[0], place_of(children[-1])[1])
                pieces.append((*inner, "$$$ARGS" if n_lists == 1 else f"$$$ARGS{n_lists}"))
                continue
            for child in children:
                if child.kind() in _NAMES:
                    child_place = place_of(child)
                    pieces.append((*child_place, _variable(names, code[slice(*child_place)])))
                else:
                    pending.append(child)
        else:
            pending.extend(children)
    out, reached = "", start
    for begin, stop, variable in sorted(pieces):
        if begin >= reached:
            out += code[reached:begin] + variable
            reached = stop
    return out + code[reached:end]


def _is_plain(node: Node) -> bool:
    """Whether an argument says nothing of its own."""
    return node.kind() in _NAMES or _LITERAL.search(node.kind()) is not None


def _variable(names: dict[str, str], text: str) -> str:
    if text not in names:
        names[text] = f"${_ALPHABET[len(names) % len(_ALPHABET)]}{len(names) // len(_ALPHABET) or ''}"
    return names[text]


def _matches(rule: dict[str, Any], code: str, whole: str, language: Language) -> bool:
    """Whether the rule finds the code in the text, as a whole or but for a sign at its end."""
    try:
        compiled = compile_rule(rule)
    except RuleError:
        return False
    targets = [name for names in compiled.resolves.values() for name in names]
    source = Source(whole)
    outcome = RuleSet([compiled]).match(
        source, language, (lambda start, end: targets[0]) if targets else None
    )
    return any(source.slice(match.span).rstrip(";") == code.rstrip(";") for match in outcome.matches)


# Where an expression by itself is read as something else.
_SURROUNDINGS = {"Go": "func f() { _ = CODE }"}
_DATA = frozenset(("Yaml", "Json", "Html", "Css", "Hcl"))
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_WRAPPERS = frozenset(
    ("expression_statement", "program", "module", "source_file", "document", "stream", "block_node")
)
_LISTS = frozenset(["argument_list", "arguments", "value_arguments", "call_suffix"])
_NAMES = frozenset(
    ("identifier", "simple_identifier", "attribute", "member_expression", "selector_expression")
)
_BODIES = frozenset(("block", "statement_block", "function_body", "compound_statement", "declaration_list"))
_LITERAL = re.compile(r"^(?:integer|float|number|string|template_string|character)$|_literal$|_scalar$")
