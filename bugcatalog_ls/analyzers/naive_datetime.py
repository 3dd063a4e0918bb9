"""BC501: times without a time zone that are stored, sent, compared or returned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import Analyzer, FileContext, FixContext, JoinContext
from bugcatalog_ls.analysis.finding import Edit, Finding, Fix
from bugcatalog_ls.facts.awaited_times import (
    Awaited,
    Kind,
    collect_awaited,
    column_message,
    default_message,
    kind_found,
    zone_message,
)
from bugcatalog_ls.facts.clocks import (
    NOW,
    READING_NAMES,
    Clock,
    clock_of_call,
    limits,
    reading,
)
from bugcatalog_ls.facts.django_clock import DjangoTime, asks_for_zones, has_naive_times, is_of_django
from bugcatalog_ls.facts.fact import Facts
from bugcatalog_ls.facts.pytz_zones import PYTZ_ZONE, given_zones, is_fixed_zone, localised
from bugcatalog_ls.facts.time_columns import (
    column_edits,
    column_of,
    is_time_type,
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
    naive_types_with_aware_defaults,
)
from bugcatalog_ls.facts.time_edits import TimeWords, make_aware, without_zulu
from bugcatalog_ls.facts.time_functions import time_functions
from bugcatalog_ls.facts.time_roles import Uses
from bugcatalog_ls.facts.time_uses import TimeUses
from bugcatalog_ls.facts.time_verdicts import constant_verdict, frozen_verdict, reading_verdict
from bugcatalog_ls.syntax.edits import replace_node
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import enclosing, text_of
from bugcatalog_ls.syntax.wrapping import fitted
from bugcatalog_ls.text.spans import TextEdit

# Times taken once at import, and zones of pytz: what settings say changes nothing.
_WRONG_ANYWAY = ("frozen", "zone")


def _check(ctx: FileContext) -> Iterator[Finding]:
    if is_of_django(ctx.file):
        return  # What its settings say decides.
    for found in _naive_times(ctx.file):
        variant = found.variant or _place(ctx.file.path)
        yield ctx.find(found.node, found.message, variant=variant, data={"kind": found.kind})


def _place(path: str) -> str:
    """The variant of a place where a time without a zone bites nobody but who runs it."""
    return "test" if is_test_path(path) else ""


class _Found(NamedTuple):
    node: Node
    kind: Kind
    message: str
    variant: str = ""


def _naive_times(file: PyFile) -> Iterator[_Found]:
    times = file.once(TimeUses)
    for call in file.calls_named(*READING_NAMES):
        clock = clock_of_call(file, call, file.callee(call))
        if clock is not None and not asks_for_zones(file, call):
            yield from _time(file, times, call, clock)
    for zone in given_zones(file):
        if zone.symbol == PYTZ_ZONE and not is_fixed_zone(file, zone.value):
            yield _Found(zone.argument, "zone", zone_message(zone.value))
    for kind in naive_types_with_aware_defaults(file):
        if is_time_type(file.symbol(type_name(kind))):
            yield _Found(kind, "column", column_message(kind))
    for attribute in limits(file):
        yield from _time(file, times, attribute, "fixed")
    for value in default_callables(file):
        clock = reading(file.symbol(value))
        if clock == "day":
            message = f"{text_of(value)} gives the day at the host as a default"
            yield _Found(value, "callable", message, "date")
        elif clock in NOW:
            yield _Found(value, "callable", default_message(value))


def _time(file: PyFile, times: TimeUses, node: Node, clock: Clock) -> Iterator[_Found]:
    reads_now = reading(file.callee(node) if node.type == "call" else None) in ("utc", "local", "day")
    if reads_now and is_import_default(node):
        yield _Found(node, "frozen", frozen_verdict(text_of(node)).message)
        return
    if clock in ("aware", "delta"):
        return
    uses = times.of(node)
    if clock == "day":
        if uses.roles & {"stored", "serialised", "frozen"}:
            verb = "compared" if uses.is_only_asked_for else "stored"
            message = f"{text_of(node)} is the day at the host, and it is {verb}"
            yield _Found(node, "reading", message, "" if "frozen" in uses.roles else "date")
        return
    if clock in ("fixed", "parsed"):
        verdict = constant_verdict(times.clocks, node, clock, uses)
    else:
        verdict = reading_verdict(uses, clock, text_of(node))
    if verdict is not None:
        is_taken_once = clock in NOW and "frozen" in uses.roles and is_frozen(node)
        yield _Found(node, "frozen" if is_taken_once else "reading", verdict.message, verdict.variant)


def _collect(file: PyFile, facts: Facts) -> None:
    for column in time_columns(file):
        facts.add(column)
    times = file.once(TimeUses)
    for function in time_functions(times.clocks):
        facts.add(function)
    collect_awaited(times, facts)
    for found in _naive_times(file) if is_of_django(file) else ():
        label = f"{found.kind} {file.qualname_at(found.node.start_byte)} {text_of(found.node)}"
        anchor = facts.anchor(label, found.node)
        facts.add(DjangoTime(file.path, anchor, found.kind, found.message, found.variant))


def _join(ctx: JoinContext) -> Iterator[Finding]:
    for time in ctx.index.in_file(ctx.path, DjangoTime):
        if time.kind in _WRONG_ANYWAY or not has_naive_times(ctx.index):
            variant = time.variant or _place(ctx.path)
            yield ctx.find(time.anchor, time.message, variant=variant, data={"kind": time.kind})
    for awaited in ctx.index.in_file(ctx.path, Awaited):
        kind = kind_found(ctx.index, awaited)
        if kind is not None:
            variant = awaited.variant or _place(ctx.path)
            yield ctx.find(awaited.anchor, awaited.message, variant=variant, data={"kind": kind})


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
    times = ctx.file.once(TimeUses)
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
    # A constant counts from another moment where only its seconds are read.
    is_read = clock in ("utc", "local", "stamp", None)
    is_safe = bool(roles) and (
        roles <= {"epoch", "compared-aware"} if is_read else clock != "day" and roles <= {"compared-aware"}
    )
    written = " ".join(text_of(node).split())
    title = f"Make {written if len(written) <= 40 else 'the time'} aware of UTC"
    if clock == "day":
        title = f"Take the day of {written} in UTC"
    yield ctx.fix(title, "safe" if is_safe else "suggested", _fitted(ctx, edits))


def _fix_callable(ctx: FixContext) -> Iterator[Fix]:
    node = ctx.node
    if node.type not in ("attribute", "identifier"):
        found = ctx.node_of("attribute", "identifier")
        if found is None:
            return
        node = found
    title = f"Use aware times instead of {text_of(node)}"
    yield ctx.fix(title, "suggested", _fitted(ctx, callable_edits(_words(ctx), node)))


def _fix_frozen(ctx: FixContext) -> Iterator[Fix]:
    node = ctx.node_of("call")
    lazy = lazy_edits(_words(ctx), node) if node is not None else None
    if node is not None and lazy is not None:
        title = f"Compute {' '.join(text_of(node).split())} for each {lazy.owner}"
        yield ctx.fix(title, "suggested", _fitted(ctx, lazy.edits))


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


def _fitted(ctx: FixContext, edits: Iterable[TextEdit | Edit]) -> list[TextEdit | Edit]:
    """The edits, with the lines of the finding's file that they make too long split."""
    edits = list(edits)
    own = [edit for edit in edits if isinstance(edit, TextEdit)]
    others = [edit for edit in edits if isinstance(edit, Edit)]
    here = [edit for edit in others if edit.path == ctx.file.path]
    return [*others, *(own if here else fitted(ctx.file, own, ctx.read("pyproject.toml")))]


def _words(ctx: FixContext) -> TimeWords:
    return TimeWords(ctx.file, ctx.imports(), ctx.index, ctx.options.target_python)


ANALYZER = Analyzer(
    check=_check,
    collect=_collect,
    join=_join,
    joins=(Awaited, DjangoTime),
    fix=_fix,
    literals=(b"datetime", b"DateTime", b"TIMESTAMP", b"pytz", b"utcnow", b".now(", b"today"),
)
