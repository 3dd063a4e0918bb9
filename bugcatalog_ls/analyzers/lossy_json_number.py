"""BC503: values that JSON does not have, and money in binary floats."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import Analyzer, FileContext, FixContext, JoinContext
from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.facts.column_values import ColumnRead, column_read, kind_of_column
from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.facts.float_arithmetic import float_arithmetic, is_only_shown
from bugcatalog_ls.facts.float_money import float_money
from bugcatalog_ls.facts.float_money_edits import decimal_edits, unrounded_edits
from bugcatalog_ls.facts.float_rounding import RoundedValue, is_decimal_money, weight_of_rounding
from bugcatalog_ls.facts.json_dumps import Dumped, dumped_object, element_of, kept_value
from bugcatalog_ls.facts.json_value_edits import plain_edits, text_edits
from bugcatalog_ls.facts.json_values import (
    BYTES,
    DECIMAL,
    ENCODER_NAMES,
    ENCODERS,
    SET,
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
    arguments_of,
    text_of,
)
from bugcatalog_ls.syntax.outside import is_outside


class EncodedValues(Fact, frozen=True):
    """Attributes that an encoder is given, as written, with their symbols, and what it refuses.

    `dumped` are the objects that it is given dumped to mappings.
    """

    path: str
    encoder: str
    anchor: str
    values: dict[str, str]
    refuses: tuple[str, ...]
    columns: dict[str, ColumnRead]
    dumped: dict[str, Dumped]

    @property
    def key(self) -> str:
        return self.path


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
            if value is not None and not is_only_shown(call) and is_decimal_money(file, call, value):
                message = f"{_short(value)} is a Decimal, and float rounds it"
                variant = weight_of_rounding(file, call)
                yield context.find(call, message, variant=variant, data={"kind": "float"})
    for found in float_arithmetic(file):
        message = f"{_short(found.money)} is money, and this is arithmetic of binary floats"
        yield context.find(found.node, message, variant="" if found.is_sure else "unsure")


def _collect(file: PyFile, facts: Facts) -> None:
    """What encoders are given of other files' classes, where nothing else in it tells."""
    if is_test_path(file.path):
        return
    for call in file.calls_named(*ENCODER_NAMES):
        encoder = ENCODERS.get(file.callee(call) or "")
        if encoder is None or not encoder.is_plain(arguments_of(call)):
            continue
        values = [value for given in encoder.data(arguments_of(call)) for value in values_in(file, given)]
        if any(json_type(file, value) in encoder.refuses for value in values):
            continue
        found = {_short(value): symbol for value in values if (symbol := _to_resolve(file, value))}
        columns = {_short(value): read for value in values if (read := column_read(file, value)) is not None}
        dumped = {_short(value): made for value in values if (made := dumped_object(file, value))}
        if found or columns or dumped:
            anchor = facts.anchor(f"encoded {file.qualname_at(call.start_byte)}", call)
            name, refuses = text_of(call.children[0]), tuple(sorted(encoder.refuses))
            facts.add(EncodedValues(file.path, name, anchor, found, refuses, columns, dumped))
    for call in file.calls_named("float"):
        value = next(iter(arguments_of(call).positional), None)
        if value is None or not MONEY.search(text_of(value)) or not is_money(_last_name(value), ("price",)):
            continue
        read = None if is_only_shown(call) else column_read(file, value)
        if read is not None and not is_decimal_money(file, call, value):
            anchor = facts.anchor(f"rounded {file.qualname_at(call.start_byte)}", call)
            variant = weight_of_rounding(file, call)
            facts.add(RoundedValue(file.path, anchor, _short(value), read, variant))


def _join(context: JoinContext) -> Iterator[Finding]:
    if is_test_path(context.path):
        return
    for encoded in context.index.in_file(context.path, EncodedValues):
        kinds = {
            **{text: type_of_symbol(context.resolve(symbol)) for text, symbol in encoded.values.items()},
            **{text: _kind_of(context, read) for text, read in encoded.columns.items()},
        }
        for written, kind in kinds.items():
            if kind in encoded.refuses:
                message = f"{written} is a {kind}, which {encoded.encoder} cannot encode"
                yield context.find(encoded.anchor, message, data={"kind": "encode"})
                break
        else:
            yield from _dumped(context, encoded)
    for rounded in context.index.in_file(context.path, RoundedValue):
        if _kind_of(context, rounded.read) == DECIMAL:
            message = f"{rounded.value} is a Decimal, and float rounds it"
            yield context.find(rounded.anchor, message, variant=rounded.variant, data={"kind": "float"})
    for money in float_money(context.index, context.path):
        message = f"{money.name} is money in a binary float, which cannot hold most cents"
        variant = "" if money.is_sure else "unsure"
        yield context.find(money.anchor, message, variant=variant, data={"kind": money.kind})
    for wide in wide_ids(context.index, context.path):
        message = f"{wide.name} is a BIGINT in {wide.model}; browsers round numbers beyond 2**53"
        yield context.find(wide.anchor, message, variant="wide", data={"kind": "wide"})


def _to_resolve(file: PyFile, value: Node) -> str | None:
    """The symbol of a value whose type another place tells: an attribute, or what a function gives."""
    owner = element_of(file, value.named_children[0]) if value.type == "attribute" else None
    if owner is not None:
        return f"{owner}.{_last_name(value)}"
    symbol = file.symbol(value) if value.type in ("attribute", "identifier", "call") else None
    if symbol is None or value.type == "attribute":
        return symbol
    return symbol if symbol.endswith("()") and not is_outside(symbol, file.module) else None


def _dumped(context: JoinContext, encoded: EncodedValues) -> Iterator[Finding]:
    for written, made in encoded.dumped.items():
        owner = context.resolve(made.symbol).removesuffix("()")
        kept = kept_value(context.index, owner, made.by_method)
        if kept is not None and kept[1] in encoded.refuses:
            message = f"{kept[0]} in {written} is a {kept[1]}, which {encoded.encoder} cannot encode"
            yield context.find(encoded.anchor, message, data={"kind": "encode"})
            return


def _kind_of(context: JoinContext, read: ColumnRead) -> str | None:
    return kind_of_column(context.index, context.path, read)


def _last_name(node: Node) -> str:
    return text_of(node).rpartition(".")[2]


def _encoded(context: FileContext, call: Node, encoder: Encoder) -> Iterator[Finding]:
    file, arguments = context.file, arguments_of(call)
    if not encoder.is_plain(arguments):
        return
    for given in encoder.data(arguments):
        for value in values_in(file, given):
            kind = json_type(file, value)
            if kind in encoder.refuses:
                name = text_of(call.children[0])
                message = f"{_short(value)} is a {kind}, which {name} cannot encode"
                yield context.find(call, message, data={"kind": "encode"})
                return


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
        given = [
            value for each in encoder.data(arguments_of(call)) for value in values_in(context.file, each)
        ]
        kinds = {kind for value in given if (kind := json_type(context.file, value)) in encoder.refuses}
        written = text_edits(context.file, call, given) if kinds == {BYTES} else None
        if written is not None:
            yield context.fix("Write the bytes as text", "suggested", written)
        elif SET not in kinds:
            edits = set_keyword(context.file, call, "default", "str")
            yield context.fix("Encode what JSON does not have as text", "suggested", edits)
        elif kinds == {SET}:
            # The text of a set is no list for whoever reads it.
            edits = set_keyword(context.file, call, "default", "list")
            yield context.fix("Encode sets as lists", "suggested", edits)
    elif encoder.fixed_by == "jsonable_encoder" and b"fastapi" in context.file.source.data:
        given = encoder.data(arguments_of(call))
        name = context.imports().need("fastapi.encoders", "jsonable_encoder", at=call.start_byte)
        edits = [edit for node in given for edit in replace_node(node, f"{name}({text_of(node)})")]
        yield context.fix("Encode the content with jsonable_encoder", "suggested", edits)
    else:
        refused = [
            value
            for node in encoder.data(arguments_of(call))
            for value in values_in(context.file, node)
            if json_type(context.file, value) in encoder.refuses
        ]
        plain = plain_edits(context.file, call, refused)
        if plain is not None:
            yield context.fix("Send what JSON does not have as text or as a list", "suggested", plain)


def _fix_float(context: FixContext) -> Iterator[Fix]:
    call = context.node_of("call")
    value = next(iter(arguments_of(call).positional), None) if call is not None else None
    if call is None or value is None:
        return
    edits = unrounded_edits(context.file, context.imports(), call, value)
    if edits is not None:
        yield context.fix(f"Keep {_short(value)} a Decimal", "suggested", edits)


ANALYZER = Analyzer(
    check=_check,
    collect=_collect,
    join=_join,
    joins=(EncodedValues, RoundedValue, OrmClass, TableFact),
    fix=_fix,
    literals=(
        *(
            b"dumps",
            b"JSONResponse",
            b"JsonResponse",
            b"json",
            b"price",
            b"amount",
            b"total",
            b"balance",
            b"cost",
            b"fee",
        ),
        *(b"salar", b"tax"),
    ),
)
