"""BC501: times without a time zone that are stored, sent, compared or returned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import Analyzer, FileContext, FixContext, JoinContext
from bugcatalog_ls.analysis.finding import Edit, Finding, Fix
from bugcatalog_ls.facts.clocks import (
    NOW,
    Clock,
    Clocks,
    clock_of_call,
    clock_of_limit,
    reading,
)
from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.facts.pytz_zones import PYTZ_ZONE, given_zones, is_fixed_zone, localised
from bugcatalog_ls.facts.time_columns import (
    column_edits,
    column_of,
    is_time_type,
    keeps_zone,
    time_columns,
    type_name,
    with_zone,
    zone_edits,
)
from bugcatalog_ls.facts.time_default_edits import callable_edits, lazy_edits
from bugcatalog_ls.facts.time_defaults import (
    default_callables,
    is_frozen,
    is_import_default,
    naive_type_with_aware_default,
    own_defaults,
)
from bugcatalog_ls.facts.time_edits import TimeWords, make_aware, without_zulu
from bugcatalog_ls.facts.time_functions import time_function, time_functions
from bugcatalog_ls.facts.time_uses import TimeUses, Uses
from bugcatalog_ls.facts.time_verdicts import constant_verdict, frozen_verdict, reading_verdict
from bugcatalog_ls.syntax.edits import replace_node
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, enclosing, text_of
from bugcatalog_ls.text.spans import TextEdit

Kind = Literal["reading", "callable", "frozen", "column", "zone", "own"]
"""What is found: it decides the fix. For an `own` function there is none: its result is found itself."""


class Awaited(Fact, frozen=True):
    """What is to be found if a name of another module, or an own function, is what it has to be.

    `kind` says what `symbol` has to be: a `reading` of the clock, a pytz `zone`, a column's `type`,
    a `column` with zones, or a function that gives times for a default: any (`frozen`), an `aware`
    one in a column of `type_symbol`, or a `naive` one.
    """

    path: str
    anchor: str
    kind: Literal["reading", "zone", "type", "column", "frozen", "aware", "naive"]
    symbol: str
    message: str
    variant: str = ""
    type_symbol: str = ""

    @property
    def key(self) -> str:
        return self.path


def _check(ctx: FileContext) -> Iterator[Finding]:
    times = TimeUses(ctx.file, Clocks(ctx.file))
    for call in ctx.file.nodes("call"):
        clock = clock_of_call(ctx.file, call, ctx.file.callee(call))
        if clock is not None:
            yield from _time(ctx, times, call, clock)
        for zone in given_zones(ctx.file, call):
            if zone.symbol == PYTZ_ZONE and not is_fixed_zone(ctx.file, zone.value):
                yield _found(ctx, zone.argument, "zone", _zone_message(zone.value))
        kind = naive_type_with_aware_default(times.clocks, call)
        if kind is not None and is_time_type(ctx.file.symbol(type_name(kind))):
            yield _found(ctx, kind, "column", _column_message(kind))
    for attribute in ctx.file.nodes("attribute"):
        if text_of(attribute).endswith((".min", ".max")) and clock_of_limit(ctx.file.symbol(attribute)):
            yield from _time(ctx, times, attribute, "fixed")
    for value in default_callables(ctx.file):
        clock = reading(ctx.file.symbol(value))
        if clock == "day":
            message = f"{text_of(value)} gives the day at the host as a default"
            yield _found(ctx, value, "callable", message, "date")
        elif clock in NOW:
            yield _found(ctx, value, "callable", _default_message(value))


def _time(ctx: FileContext, times: TimeUses, node: Node, clock: Clock) -> Iterator[Finding]:
    reads_now = reading(ctx.file.callee(node) if node.type == "call" else None) in ("utc", "local", "day")
    if reads_now and is_import_default(node):
        yield _found(ctx, node, "frozen", frozen_verdict(text_of(node)).message)
        return
    if clock in ("aware", "delta"):
        return
    uses = times.of(node)
    if clock == "day":
        if uses.roles & {"stored", "serialised", "frozen"}:
            message = f"{text_of(node)} is the day at the host, and it is stored"
            yield _found(ctx, node, "reading", message, "" if "frozen" in uses.roles else "date")
        return
    if clock in ("fixed", "parsed"):
        verdict = constant_verdict(times.clocks, node, clock, uses)
    else:
        verdict = reading_verdict(uses, clock, text_of(node))
    if verdict is not None:
        is_taken_once = clock in NOW and "frozen" in uses.roles and is_frozen(node)
        yield _found(ctx, node, "frozen" if is_taken_once else "reading", verdict.message, verdict.variant)


def _found(ctx: FileContext, node: Node, kind: Kind, message: str, variant: str = "") -> Finding:
    return ctx.find(node, message, variant=variant, data={"kind": kind})


# -- across files ------------------------------------------------------------------------------------


def _collect(file: PyFile, facts: Facts) -> None:
    for column in time_columns(file):
        facts.add(column)
    times = TimeUses(file, Clocks(file))
    for function in time_functions(times.clocks):
        facts.add(function)
    for call in file.nodes("call"):
        symbol = file.callee(call)
        if symbol is not None and _may_read_clock(symbol) and not any(arguments_of(call)):
            verdict = reading_verdict(times.of(call), "local", text_of(call))
            if verdict is not None:
                anchor = _anchor(file, facts, "time", call, call)
                facts.add(Awaited(file.path, anchor, "reading", symbol, verdict.message, verdict.variant))
        for zone in given_zones(file, call):
            if not zone.symbol.startswith(("pytz.", "datetime.", "zoneinfo.", "dateutil.")):
                anchor = _anchor(file, facts, "zone", zone.value, zone.argument)
                facts.add(Awaited(file.path, anchor, "zone", zone.symbol, _zone_message(zone.value)))
        kind = naive_type_with_aware_default(times.clocks, call)
        type_symbol = file.symbol(type_name(kind)) if kind is not None else None
        if kind is not None and type_symbol is not None and not is_time_type(type_symbol):
            anchor = _anchor(file, facts, "column", kind, kind)
            facts.add(Awaited(file.path, anchor, "type", type_symbol, _column_message(kind)))
        if clock_of_call(file, call, symbol) == "fixed":
            for attribute, other in _compared_attributes(file, call):
                message = f"the fixed time has no zone, but {text_of(attribute)} has one"
                facts.add(
                    Awaited(file.path, _anchor(file, facts, "fixed", call, call), "column", other, message)
                )
    _collect_own_defaults(times.clocks, facts)


def _collect_own_defaults(clocks: Clocks, facts: Facts) -> None:
    file = clocks.file
    for default in own_defaults(clocks):
        value, kind = default.value, default.kind
        if default.is_frozen:
            anchor = _anchor(file, facts, "default", value, value)
            message = frozen_verdict(text_of(value)).message
            facts.add(Awaited(file.path, anchor, "frozen", default.symbol, message))
        elif kind is not None and keeps_zone(kind):
            anchor = _anchor(file, facts, "default", value, value)
            facts.add(Awaited(file.path, anchor, "naive", default.symbol, _default_message(value)))
        elif kind is not None and (type_symbol := file.symbol(type_name(kind))) is not None:
            anchor = _anchor(file, facts, "column", kind, kind)
            message = _column_message(kind)
            facts.add(Awaited(file.path, anchor, "aware", default.symbol, message, type_symbol=type_symbol))


def _join(ctx: JoinContext) -> Iterator[Finding]:
    for awaited in ctx.index.in_file(ctx.path, Awaited):
        kind = _kind_found(ctx, awaited)
        if kind is not None:
            yield ctx.find(awaited.anchor, awaited.message, variant=awaited.variant, data={"kind": kind})


def _kind_found(ctx: JoinContext, awaited: Awaited) -> Kind | None:
    """What is found for what was awaited; None where it does not hold."""
    match awaited.kind:
        case "reading":
            return "reading" if reading(ctx.resolve(awaited.symbol)) in NOW else None
        case "zone":
            return "zone" if ctx.resolve(awaited.symbol) == PYTZ_ZONE else None
        case "type":
            return "column" if is_time_type(ctx.resolve(awaited.symbol)) else None
        case "column":
            owner, _, name = awaited.symbol.rpartition(".")
            column = column_of(ctx.index, ctx.resolve(owner).removesuffix("()"), name)
            return "reading" if column is not None and column[1].keeps_zone else None
    function = time_function(ctx.index, awaited.symbol, ctx.path)
    if function is None:
        return None
    if awaited.kind == "frozen":
        return "frozen"
    if awaited.kind == "naive":
        return None if function.is_aware else "own"
    return "column" if function.is_aware and is_time_type(ctx.resolve(awaited.type_symbol)) else None


def _anchor(file: PyFile, facts: Facts, what: str, named: Node, place: Node) -> str:
    return facts.anchor(f"{what} {file.qualname_at(named.start_byte)} {text_of(named)}", place)


def _may_read_clock(symbol: str) -> bool:
    """Whether a name of the workspace may stand for a reading of the clock."""
    head, name = symbol.split(".")[0], symbol.rpartition(".")[2]
    if name not in ("utcnow", "now", "today") or "()" in symbol:
        return False
    return head not in ("datetime", "builtins", "django", "arrow", "pendulum")


def _compared_attributes(file: PyFile, node: Node) -> Iterator[tuple[Node, str]]:
    parent = node.parent
    if parent is None or parent.type != "comparison_operator":
        return
    for other in parent.named_children:
        symbol = file.symbol(other) if other.type == "attribute" else None
        if symbol is not None:
            yield other, symbol


# -- messages ----------------------------------------------------------------------------------------


def _zone_message(zone: Node) -> str:
    return f"{text_of(zone)} is a pytz zone, which as tzinfo stands for its first recorded offset"


def _column_message(kind: Node) -> str:
    return f"the column's {text_of(kind)} drops the zone of its aware default"


def _default_message(value: Node) -> str:
    return f"{text_of(value)} gives times without a zone as a default"


# -- mending -----------------------------------------------------------------------------------------


def _fix(ctx: FixContext, finding: Finding) -> Iterable[Fix]:
    match finding.data.get("kind"):
        case "callable":
            yield from _fix_callable(ctx)
        case "frozen":
            yield from _fix_frozen(ctx)
        case "column":
            yield from _fix_column(ctx)
        case "zone":
            yield from _fix_zone(ctx)
        case "reading":
            yield from _fix_reading(ctx)


def _fix_reading(ctx: FixContext) -> Iterator[Fix]:
    times = TimeUses(ctx.file, Clocks(ctx.file))
    node = ctx.node
    sources, uses = times.group(node)
    words = _words(ctx)
    edits: list[TextEdit | Edit] = []
    for source in sources:
        made = make_aware(words, source)
        if made is None:
            return
        edits.extend(made)
    for use in uses:
        edits.extend(edit for zulu in use.zulu for edit in without_zulu(zulu))
    edits.extend(_columns_of_uses(ctx, uses, node))
    roles = set().union(*(use.roles for use in uses))
    clock = clock_of_call(ctx.file, node, ctx.file.callee(node)) if node.type == "call" else "fixed"
    is_safe = (
        bool(roles) and roles <= {"epoch", "compared-aware"} and clock in ("utc", "local", "stamp", None)
    )
    written = " ".join(text_of(node).split())
    title = f"Make {written if len(written) <= 40 else 'the time'} aware of UTC"
    if clock == "day":
        title = f"Take the day of {written} in UTC"
    yield ctx.fix(title, "safe" if is_safe else "suggested", edits)


def _fix_callable(ctx: FixContext) -> Iterator[Fix]:
    node = ctx.node
    if node.type not in ("attribute", "identifier"):
        found = ctx.node_of("attribute", "identifier")
        if found is None:
            return
        node = found
    title = f"Use aware times instead of {text_of(node)}"
    yield ctx.fix(title, "suggested", callable_edits(_words(ctx), node))


def _fix_frozen(ctx: FixContext) -> Iterator[Fix]:
    node = ctx.node_of("call")
    lazy = lazy_edits(_words(ctx), node) if node is not None else None
    if node is not None and lazy is not None:
        title = f"Compute {' '.join(text_of(node).split())} for each {lazy.owner}"
        yield ctx.fix(title, "suggested", lazy.edits)


def _fix_column(ctx: FixContext) -> Iterator[Fix]:
    kind = ctx.node
    yield ctx.fix(f"Let {text_of(kind)} keep the zone", "suggested", with_zone(ctx.file, kind))


def _columns_of_uses(ctx: FixContext, uses: list[Uses], node: Node) -> Iterator[TextEdit | Edit]:
    """`timezone=True` for the columns that the times are stored in, as far as they are known."""
    call = enclosing(node, "call")
    lambda_node = enclosing(node, "lambda")
    if lambda_node is not None and lambda_node.parent is not None:
        call = enclosing(lambda_node, "call") if lambda_node.parent.type == "keyword_argument" else None
        if call is not None:
            yield from zone_edits(ctx.index, ctx.imports(), ctx.file, call)
    wanted: dict[str, None] = {}
    for use in uses:
        for target, name in use.attributes:
            owner = ctx.file.symbol(target.child_by_field_name("object"))
            if owner is not None:
                wanted[f"{ctx.resolve(owner).removesuffix('()')}.{name}"] = None
        for made, keyword in use.keywords:
            owner = ctx.file.callee(made)
            if owner is not None and keyword:
                wanted[f"{ctx.resolve(owner)}.{keyword}"] = None
    for key in wanted:
        model, _, name = key.rpartition(".")
        column = column_of(ctx.index, model, name)
        if column is None or column[1].keeps_zone:
            continue
        path, fact = column
        other = ctx.file if path == ctx.file.path else ctx.open(path)
        if other is not None:
            for edit in column_edits(ctx.index, ctx.imports(other), other, fact):
                yield Edit(path, edit.span, edit.content)


def _fix_zone(ctx: FixContext) -> Iterator[Fix]:
    argument = ctx.node
    zone = argument.child_by_field_name("value") if argument.type == "keyword_argument" else argument
    found = localised(ctx.file, argument)
    if zone is not None and found is not None:
        yield ctx.fix(
            f"Localise the time with {text_of(zone)}", "suggested", replace_node(found.call, found.text)
        )


def _words(ctx: FixContext) -> TimeWords:
    return TimeWords(ctx.file, ctx.imports(), ctx.index, ctx.options.target_python)


ANALYZER = Analyzer(
    check=_check,
    collect=_collect,
    join=_join,
    fix=_fix,
    literals=(b"datetime", b"DateTime", b"TIMESTAMP", b"pytz", b"utcnow", b".now(", b"today"),
)
