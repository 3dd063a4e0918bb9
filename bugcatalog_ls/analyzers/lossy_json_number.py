"""BC503: values that JSON does not have, and money in binary floats."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import Analyzer, FileContext, FixContext, JoinContext
from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.facts.float_money import float_money
from bugcatalog_ls.facts.float_money_edits import decimal_edits
from bugcatalog_ls.facts.json_values import (
    DECIMAL,
    ENCODER_NAMES,
    ENCODERS,
    Encoder,
    json_type,
    type_of_symbol,
    values_in,
)
from bugcatalog_ls.facts.money import MONEY, is_money
from bugcatalog_ls.facts.orm import OrmClass, TableFact
from bugcatalog_ls.facts.wide_ids import wide_ids
from bugcatalog_ls.syntax.edits import replace_node, set_keyword
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import (
    Arguments,
    ancestors,
    arguments_of,
    constant_value,
    enclosing,
    text_of,
    unparenthesised,
)

_WORD = re.compile(rb"price|amount|total|balance|cost|fee|salary|tax")
# What stands right behind a name that arithmetic uses, and right before one.
_BEHIND = re.compile(rb"\w*\)?[ \t]*[-+*/]=?[ \t]*[\w.(]")
_BEFORE = re.compile(rb"[\w.)][ \t]*[-+*/]=?[ \t]*\(?[\w.]*$")
_REACH = 60
_SUM = re.compile(rf"{MONEY.pattern}|spend|budget|usd|eur|_sat\b", re.IGNORECASE)


class EncodedValues(Fact, frozen=True):
    """Attributes that an encoder is given, as written, with their symbols, and what it refuses."""

    path: str
    encoder: str
    anchor: str
    values: dict[str, str]
    refuses: tuple[str, ...]

    @property
    def key(self) -> str:
        return self.path


_OPERATORS = frozenset({"+", "-", "*", "/", "+=", "-=", "*=", "/="})


def _check(context: FileContext) -> Iterator[Finding]:
    if context.is_test:
        return
    file = context.file
    for call in file.calls_named(*ENCODER_NAMES):
        encoder = ENCODERS.get(file.callee(call) or "")
        if encoder is not None:
            yield from _encoded(context, call, encoder)
    if b"Decimal" in file.source.data:
        for call in file.calls_named("float"):
            value = next(iter(arguments_of(call).positional), None)
            if value is not None and _is_decimal_money(file, call, value):
                yield context.find(
                    call, f"{_short(value)} is a Decimal, and float rounds it", data={"kind": "float"}
                )
    yield from _arithmetic(context)


def _collect(file: PyFile, facts: Facts) -> None:
    """What encoders are given of other files' classes, where nothing else in it tells."""
    if is_test_path(file.path):
        return
    for call in file.calls_named(*ENCODER_NAMES):
        encoder = ENCODERS.get(file.callee(call) or "")
        if encoder is None or not _is_plain(arguments_of(call), encoder):
            continue
        values = [value for given in _data(arguments_of(call), encoder) for value in values_in(file, given)]
        if any(json_type(file, value) in encoder.refuses for value in values):
            continue
        found = {text_of(v): symbol for v in values if v.type == "attribute" and (symbol := file.symbol(v))}
        if found:
            anchor = facts.anchor(f"encoded {file.qualname_at(call.start_byte)}", call)
            name = text_of(call.children[0])
            facts.add(EncodedValues(file.path, name, anchor, found, tuple(sorted(encoder.refuses))))


def _join(context: JoinContext) -> Iterator[Finding]:
    if is_test_path(context.path):
        return
    for encoded in context.index.in_file(context.path, EncodedValues):
        for written, symbol in encoded.values.items():
            kind = type_of_symbol(context.resolve(symbol))
            if kind in encoded.refuses:
                message = f"{written} is a {kind}, which {encoded.encoder} cannot encode"
                yield context.find(encoded.anchor, message, data={"kind": "encode"})
                break
    for money in float_money(context.index, context.path):
        message = f"{money.name} is money in a binary float, which cannot hold most cents"
        yield context.find(money.anchor, message, data={"kind": money.kind})
    for wide in wide_ids(context.index, context.path):
        message = f"{wide.name} is a BIGINT in {wide.model}; browsers round numbers beyond 2**53"
        yield context.find(wide.anchor, message, variant="wide", data={"kind": "wide"})


def _encoded(context: FileContext, call: Node, encoder: Encoder) -> Iterator[Finding]:
    file, arguments = context.file, arguments_of(call)
    if not _is_plain(arguments, encoder):
        return
    for given in _data(arguments, encoder):
        for value in values_in(file, given):
            kind = json_type(file, value)
            if kind in encoder.refuses:
                name = text_of(call.children[0])
                message = f"{_short(value)} is a {kind}, which {name} cannot encode"
                yield context.find(call, message, data={"kind": "encode"})
                return


def _is_plain(arguments: Arguments, encoder: Encoder) -> bool:
    """Whether the encoder is taught nothing."""
    return not (arguments.dict_unpacked or encoder.taught_by & arguments.keywords.keys())


def _data(arguments: Arguments, encoder: Encoder) -> list[Node]:
    if encoder.keyword:
        given = arguments.get(encoder.keyword, encoder.position)
        return [given] if given is not None else []
    return [*arguments.positional[:1], *arguments.keywords.values()]


def _is_decimal_money(file: PyFile, call: Node, value: Node) -> bool:
    if json_type(file, value) != DECIMAL:
        return False
    names = re.findall(r"[A-Za-z_]\w*", text_of(value))
    parent = call.parent
    left = parent.child_by_field_name("left") if parent is not None and parent.type == "assignment" else None
    key = parent.child_by_field_name("key") if parent is not None and parent.type == "pair" else None
    names += [text_of(node).strip("\"'") for node in (left, key) if node is not None]
    return any(is_money(name, ("price",)) for name in names)


def _arithmetic(context: FileContext) -> Iterator[Finding]:
    file, told = context.file, set[int]()
    data = file.source.data
    for match in _WORD.finditer(data):
        if _BEHIND.match(data, match.end()) is None and not _follows_operator(data, match.start()):
            continue
        node = file.root.descendant_for_byte_range(match.start(), match.end() - 1)
        while node is not None and node.type not in (
            "binary_operator",
            "augmented_assignment",
            "block",
            "module",
        ):
            node = node.parent
        if node is None or node.type not in ("binary_operator", "augmented_assignment") or node.id in told:
            continue
        function = enclosing(node, "function_definition", "module")
        if function is None or function.id in told:
            continue
        money = _money_in_float(file, node)
        if money is not None:
            told |= {node.id, function.id}
            yield context.find(node, f"{_short(money)} is money, and this is arithmetic of binary floats")


def _follows_operator(data: bytes, start: int) -> bool:
    before = data[max(start - _REACH, 0) : start].rpartition(b"\n")[2]
    return any(sign in before for sign in (b"+", b"-", b"*", b"/")) and _BEFORE.search(before) is not None


def _money_in_float(file: PyFile, node: Node) -> Node | None:
    """The operand that is money, where it or the other is surely a float and neither a Decimal."""
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    operator = node.child_by_field_name("operator")
    if left is None or right is None or operator is None or text_of(operator) not in _OPERATORS:
        return None
    sides = [unparenthesised(left), unparenthesised(right)]
    money = next((side for side in sides if _names_money(side)), None)
    if money is None or any(json_type(file, side) == DECIMAL for side in sides):
        return None
    other = sides[1] if money is sides[0] else sides[0]
    is_ratio = text_of(operator) in ("/", "/=") and _SUM.search(text_of(other)) is not None
    if is_ratio or _is_rounded(node):
        return None
    known = file.symbol(money)
    if known == "builtins.float()":
        return money
    is_unknown = known is None or not known.startswith(("builtins.int", "builtins.str", "builtins.list"))
    is_small = other.type == "float" and constant_value(other) not in (1e3, 1e6, 1e9, 100.0)
    return money if is_small and is_unknown else None


def _is_rounded(node: Node) -> bool:
    """Whether the result is rounded where it is computed."""
    for parent in ancestors(node):
        if parent.type == "call":
            return text_of(parent.children[0]).rpartition(".")[2] in ("round", "ceil", "floor", "quantize")
        if parent.type not in ("argument_list", "parenthesized_expression", "binary_operator"):
            return False
    return False


def _names_money(node: Node) -> bool:
    if node.type not in ("identifier", "attribute"):
        return False
    return is_money(text_of(node).rpartition(".")[2])


def _short(node: Node) -> str:
    line = " ".join(text_of(node).split())
    return line if len(line) <= 40 else line[:37] + "..."


# -- mending ---------------------------------------------------------------------------------------


def _fix(context: FixContext, finding: Finding) -> Iterator[Fix]:
    kind = finding.data.get("kind", "")
    if kind == "encode":
        yield from _fix_encoding(context)
    elif kind == "float":
        yield from _fix_float(context)
    elif kind:
        made = decimal_edits(context.file, context.imports(), context.span, kind)
        if made is not None:
            yield context.fix(made.title, "suggested", made.edits)


def _fix_encoding(context: FixContext) -> Iterator[Fix]:
    call = context.node_of("call")
    encoder = ENCODERS.get(context.file.callee(call) or "") if call is not None else None
    if call is None or encoder is None:
        return
    if encoder.fixed_by == "default":
        edits = set_keyword(context.file, call, "default", "str")
        yield context.fix("Encode what JSON does not have as text", "suggested", edits)
    elif encoder.fixed_by == "jsonable_encoder" and b"fastapi" in context.file.source.data:
        given = _data(arguments_of(call), encoder)
        name = context.imports().need("fastapi.encoders", "jsonable_encoder", at=call.start_byte)
        edits = [edit for node in given for edit in replace_node(node, f"{name}({text_of(node)})")]
        yield context.fix("Encode the content with jsonable_encoder", "suggested", edits)


def _fix_float(context: FixContext) -> Iterator[Fix]:
    call = context.node_of("call")
    value = next(iter(arguments_of(call).positional), None) if call is not None else None
    if call is None or value is None or call.parent is None:
        return
    if call.parent.type in ("binary_operator", "augmented_assignment", "unary_operator"):
        return
    yield context.fix(f"Keep {_short(value)} a Decimal", "suggested", replace_node(call, text_of(value)))


ANALYZER = Analyzer(
    check=_check,
    collect=_collect,
    join=_join,
    joins=(EncodedValues, OrmClass, TableFact),
    fix=_fix,
    literals=(
        *(b"dumps", b"JSONResponse", b"json", b"price", b"amount", b"total", b"balance", b"cost", b"fee"),
        *(b"salar", b"tax"),
    ),
)
