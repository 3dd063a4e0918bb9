"""BC501: times without a time zone that are stored, sent, compared or returned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import Analyzer, FileContext, FixContext, JoinContext
from bugcatalog_ls.analysis.finding import Edit, Finding, Fix
from bugcatalog_ls.facts.clocks import (
    NOW,
    Clock,
    Clocks,
    class_around,
    clock_of_call,
    clock_of_limit,
    reading,
)
from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.facts.resolve import mro
from bugcatalog_ls.facts.time_columns import (
    DEFAULTS,
    column_edits,
    column_of,
    is_time_type,
    keeps_zone,
    time_columns,
    time_type,
    type_name,
    with_zone,
    zone_edits,
)
from bugcatalog_ls.facts.time_edits import TimeWords, aware_now, make_aware, utc, without_zulu
from bugcatalog_ls.facts.time_uses import TimeUses, Uses
from bugcatalog_ls.syntax.edits import remove_argument, replace_node
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import (
    ancestors,
    arguments_of,
    callee_of,
    enclosing,
    enclosing_function,
    string_value,
    text_of,
    unparenthesised,
)
from bugcatalog_ls.text.spans import Span, TextEdit, apply_edits

_CALLABLES = frozenset({*DEFAULTS, "factory", "missing", "load_default", "dump_default"})
_ROLES = (
    ("frozen", "is computed once, when the module is imported"),
    ("stored", "is stored"),
    ("serialised", "is written out"),
    ("compared", "is compared"),
    ("compared-aware", "is compared with an aware one"),
    ("subtracted", "is compared"),
    ("returned", "is returned"),
    ("epoch", "is read as local time by timestamp()"),
)
_FIXED_ZONES = ("utc", "etc/", "gmt", "zulu", "uct", "universal", "greenwich")


class ForeignReading(Fact, frozen=True):
    """A call or a reference whose name comes from another module of the workspace."""

    path: str
    anchor: str
    symbol: str
    variant: str
    said: str

    @property
    def key(self) -> str:
        return self.path


class ForeignType(Fact, frozen=True):
    """A column with an aware default whose type's name comes from another module."""

    path: str
    anchor: str
    symbol: str
    written: str

    @property
    def key(self) -> str:
        return self.path


class ForeignZone(Fact, frozen=True):
    """A `tzinfo=` whose value comes from another module."""

    path: str
    anchor: str
    symbol: str
    written: str

    @property
    def key(self) -> str:
        return self.path


class FixedAgainst(Fact, frozen=True):
    """A naive constant compared with an attribute that may be a column."""

    path: str
    anchor: str
    symbol: str
    written: str

    @property
    def key(self) -> str:
        return self.path


def _check(ctx: FileContext) -> Iterator[Finding]:
    times = _Times(ctx.file)
    for call in ctx.file.nodes("call"):
        clock = clock_of_call(ctx.file, call, ctx.file.callee(call))
        if clock is not None:
            yield from _reading(ctx, times, call, clock)
        yield from _zones(ctx, call)
        yield from _column(ctx, times, call)
    for attribute in ctx.file.nodes("attribute"):
        if text_of(attribute).endswith((".min", ".max")) and clock_of_limit(ctx.file.symbol(attribute)):
            yield from _reading(ctx, times, attribute, "fixed")
    for value in _callables(ctx.file):
        symbol = ctx.file.symbol(value)
        clock = reading(symbol)
        if clock in ("utc", "local", "day"):
            given = "the day at the host" if clock == "day" else "times without a zone"
            said = f"{text_of(value)} gives {given} as a default"
            yield ctx.find(value, said, variant="date" if clock == "day" else "", data={"kind": "callable"})


def _collect(file: PyFile, facts: Facts) -> None:
    for column in time_columns(file):
        facts.add(column)
    times = _Times(file)
    for call in file.nodes("call"):
        symbol = file.callee(call)
        if symbol is not None and _may_be_reexported(file, symbol):
            arguments = arguments_of(call)
            if symbol.rpartition(".")[2] in ("utcnow", "now", "today") and not any(arguments):
                variant, said = _judged(times.uses.of(call), "local", text_of(call))
                if said:
                    anchor = facts.anchor(f"time {file.qualname_at(call.start_byte)} {text_of(call)}", call)
                    facts.add(ForeignReading(file.path, anchor, symbol, variant, said))
        for zone, zone_symbol in _zone_arguments(file, call):
            if not zone_symbol.startswith(("pytz.", "datetime.", "zoneinfo.", "dateutil.")):
                anchor = facts.anchor(
                    f"zone {file.qualname_at(zone.start_byte)} {text_of(zone)}", _argument(zone)
                )
                facts.add(ForeignZone(file.path, anchor, zone_symbol, text_of(zone)))
        kind = _naive_type_with_aware_default(file, times, call)
        type_symbol = file.symbol(type_name(kind)) if kind is not None else None
        if kind is not None and type_symbol is not None and not is_time_type(type_symbol):
            anchor = facts.anchor(f"column {file.qualname_at(call.start_byte)} {text_of(kind)}", kind)
            facts.add(ForeignType(file.path, anchor, type_symbol, text_of(kind)))
        if clock_of_call(file, call, symbol) == "fixed":
            for attribute, other in _compared_attributes(file, call):
                anchor = facts.anchor(f"fixed {file.qualname_at(call.start_byte)} {text_of(call)}", call)
                facts.add(FixedAgainst(file.path, anchor, other, text_of(attribute)))


def _join(ctx: JoinContext) -> Iterator[Finding]:
    for found in ctx.index.in_file(ctx.path, ForeignReading):
        if reading(ctx.resolve(found.symbol)) in NOW:
            yield ctx.find(found.anchor, found.said, variant=found.variant, data={"kind": "reading"})
    for zone in ctx.index.in_file(ctx.path, ForeignZone):
        if ctx.resolve(zone.symbol) == "pytz.timezone()":
            yield ctx.find(zone.anchor, _zone_message(zone.written), data={"kind": "zone"})
    for kind in ctx.index.in_file(ctx.path, ForeignType):
        if is_time_type(ctx.resolve(kind.symbol)):
            yield ctx.find(kind.anchor, _column_message(kind.written), data={"kind": "column"})
    for fixed in ctx.index.in_file(ctx.path, FixedAgainst):
        owner, _, name = fixed.symbol.rpartition(".")
        column = column_of(ctx.index, ctx.resolve(owner).removesuffix("()"), name)
        if column is not None and column[1].keeps_zone:
            message = f"the fixed time has no zone, but {fixed.written} has one"
            yield ctx.find(fixed.anchor, message, data={"kind": "reading"})


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
        case _:
            yield from _fix_reading(ctx)


ANALYZER = Analyzer(
    check=_check,
    collect=_collect,
    join=_join,
    fix=_fix,
    literals=(b"datetime", b"DateTime", b"TIMESTAMP", b"pytz", b"utcnow", b".now(", b"today"),
)


class _Times:
    """What is known of one file's times."""

    def __init__(self, file: PyFile) -> None:
        self.clocks = Clocks(file)
        self.uses = TimeUses(file, self.clocks)


# -- finding -----------------------------------------------------------------------------------------


def _reading(ctx: FileContext, times: _Times, node: Node, clock: Clock) -> Iterator[Finding]:
    if clock == "delta":
        return
    reads_now = reading(ctx.file.callee(node) if node.type == "call" else None) in ("utc", "local", "day")
    if reads_now and _is_import_default(node):
        yield ctx.find(node, _said(node, "frozen"), data={"kind": "frozen"})
        return
    if clock == "aware":
        return
    uses = times.uses.of(node)
    if clock == "day":
        if uses.roles & {"stored", "serialised", "frozen"}:
            variant = "" if "frozen" in uses.roles else "date"
            yield ctx.find(
                node,
                f"{text_of(node)} is the day at the host, and it is stored",
                variant=variant,
                data={"kind": "reading"},
            )
        return
    if clock in ("fixed", "parsed"):
        yield from _constant(ctx, times, node, clock, uses)
        return
    kind = "frozen" if "frozen" in uses.roles and _is_frozen(node) else "reading"
    variant, said = _judged(uses, clock, text_of(node))
    if said:
        yield ctx.find(node, said, variant=variant, data={"kind": kind})


def _judged(uses: Uses, clock: Clock, written: str) -> tuple[str, str]:
    """The variant and the message for a naive reading; an empty message where there is nothing to say."""
    name = " ".join(written.split())
    roles = uses.roles
    if (roles and roles <= {"file", "aware"}) or ({"aware", "epoch"} <= roles and not uses.lasts):
        return "", ""
    if "aware" in roles and uses.checks_zone:
        return "", ""
    if uses.is_day and not roles & {"epoch"} and not uses.lasts:
        return "unstored", f"{name} is the day at the host"
    for role, verb in _ROLES:
        if role in roles and (role != "epoch" or clock == "utc"):
            if role == "epoch" and not uses.lasts:
                return "", f"{name} has no zone and {verb}"
            if role == "epoch":
                continue
            variant = "date" if uses.is_day and role != "frozen" else ""
            return variant, f"{name} has no zone and {verb}"
    return "unstored", f"{name} has no zone"


def _constant(ctx: FileContext, times: _Times, node: Node, clock: Clock, uses: Uses) -> Iterator[Finding]:
    """A time made of its parts or of a text: only where it meets aware values, or lasts."""
    name = " ".join(text_of(node).split())
    if len(name) > 60:
        name = "the parsed time" if clock == "parsed" else "the fixed time"
    if "compared-aware" in uses.roles:
        yield ctx.find(
            node, f"{name} has no zone and is compared with an aware time", data={"kind": "reading"}
        )
    elif clock == "parsed":
        if uses.is_day:
            return
        is_compared = "compared" in uses.roles and not _only_parsed(times, uses)
        is_kept = "stored" in uses.roles and bool(uses.attributes or uses.keywords)
        if is_kept or is_compared:
            verb = "stored" if is_kept else "compared"
            yield ctx.find(node, f"{name} has no zone and is {verb}", data={"kind": "reading"})
    elif uses.lasts and _stands_with_aware(ctx.file, times, node):
        yield ctx.find(node, f"{name} has no zone and is stored with aware times", data={"kind": "reading"})


def _only_parsed(times: _Times, uses: Uses) -> bool:
    """Whether everything that a parsed time is compared with was parsed as well."""
    partners = list(uses.partners.values())
    return bool(partners) and all(times.clocks.clocks(node) <= {"parsed", "fixed"} for node in partners)


def _stands_with_aware(file: PyFile, times: _Times, node: Node) -> bool:
    """Whether a naive constant shares a variable, an attribute or a column with aware values."""
    parent = node.parent
    if parent is not None and parent.type == "keyword_argument":
        call = enclosing(parent, "call")
        name = parent.child_by_field_name("name")
        if call is not None and name is not None and text_of(name) in DEFAULTS:
            kind = time_type(file, call)
            return kind is not None and kind.type == "call" and keeps_zone(kind)
        return False
    while parent is not None and parent.type in (
        "boolean_operator",
        "conditional_expression",
        "parenthesized_expression",
    ):
        if parent.type == "boolean_operator":
            operands = [parent.child_by_field_name("left"), parent.child_by_field_name("right")]
        else:
            operands = [
                child for i, child in enumerate(parent.named_children) if i != 1 or parent.type[0] == "p"
            ]
        others = [child for child in operands if child is not None and not _holds(child, node)]
        if any(times.clocks.is_aware(other) for other in others):
            return True
        parent = parent.parent
    if parent is None or parent.type != "assignment":
        return False
    left = parent.child_by_field_name("left")
    if left is None:
        return False
    if left.type == "attribute":
        return any(times.clocks.is_aware(value) for value in times.clocks.assigned(left))
    if left.type != "identifier":
        return False
    found = file.scopes.lookup(text_of(left), left.start_byte)
    bindings = found[1] if found is not None else []
    return any(
        binding.value is not None and binding.node.id != left.id and times.clocks.is_aware(binding.value)
        for binding in bindings
    )


def _holds(outer: Node, inner: Node) -> bool:
    return outer.start_byte <= inner.start_byte and inner.end_byte <= outer.end_byte


def _is_import_default(node: Node) -> bool:
    """Whether a call is a default of a column or field that is computed when the module is imported."""
    parent = node.parent
    if parent is None or parent.type != "keyword_argument" or enclosing_function(node) is not None:
        return False
    name, call = parent.child_by_field_name("name"), enclosing(parent, "call")
    if name is None or call is None or text_of(name) not in _CALLABLES:
        return False
    if any(parent.type == "decorator" for parent in ancestors(call)):
        return False
    function = callee_of(call)
    last = text_of(function).split(".")[-1] if function is not None else ""
    return last not in ("add_argument", "option", "argument", "Option", "Argument", "get", "pop")


def _is_frozen(node: Node) -> bool:
    return any(
        parent.type in ("default_parameter", "typed_default_parameter", "assignment")
        for parent in ancestors(node)
    )


def _callables(file: PyFile) -> Iterator[Node]:
    """The values of `default=`, `onupdate=` and the like that are names, not calls."""
    for keyword in file.nodes("keyword_argument"):
        name, value = keyword.child_by_field_name("name"), keyword.child_by_field_name("value")
        if name is None or value is None or text_of(name) not in _CALLABLES:
            continue
        if value.type in ("attribute", "identifier"):
            yield value


def _may_be_reexported(file: PyFile, symbol: str) -> bool:
    head = symbol.split(".")[0]
    return head not in ("datetime", "builtins", "django", "arrow", "pendulum") and "()" not in symbol


# -- zones of pytz -----------------------------------------------------------------------------------


def _zones(ctx: FileContext, call: Node) -> Iterator[Finding]:
    for zone, symbol in _zone_arguments(ctx.file, call):
        if symbol == "pytz.timezone()" and not _is_fixed_zone(ctx.file, zone):
            yield ctx.find(_argument(zone), _zone_message(text_of(zone)), data={"kind": "zone"})


def _argument(value: Node) -> Node:
    parent = value.parent
    return parent if parent is not None and parent.type == "keyword_argument" else value


def _zone_arguments(file: PyFile, call: Node) -> Iterator[tuple[Node, str]]:
    """The values of `tzinfo=` of a call that makes a time, with their symbols."""
    arguments = arguments_of(call)
    zone = arguments.keywords.get("tzinfo")
    if zone is None:
        position = {"datetime.datetime": 7, "datetime.time": 4, "datetime.datetime.combine": 2}.get(
            file.callee(call) or ""
        )
        zone = arguments.get("tzinfo", position)
    if zone is not None and (symbol := file.symbol(zone)) is not None:
        yield zone, symbol


def _is_fixed_zone(file: PyFile, zone: Node) -> bool:
    """Whether a pytz zone is known by its name to have one fixed offset."""
    node: Node | None = unparenthesised(zone)
    if node is not None and node.type == "identifier":
        bindings = file.names.bindings(node)
        node = bindings[0].value if len(bindings) == 1 else None
    if node is None or node.type != "call":
        return False
    name = string_value(arguments_of(node).get("zone", 0))
    return name is not None and name.lower().startswith(_FIXED_ZONES)


def _zone_message(written: str) -> str:
    return f"{written} is a pytz zone, which as tzinfo stands for its first recorded offset"


# -- columns -----------------------------------------------------------------------------------------


def _column(ctx: FileContext, times: _Times, call: Node) -> Iterator[Finding]:
    kind = _naive_type_with_aware_default(ctx.file, times, call)
    if kind is not None and is_time_type(ctx.file.symbol(type_name(kind))):
        yield ctx.find(kind, _column_message(text_of(kind)), data={"kind": "column"})


def _naive_type_with_aware_default(file: PyFile, times: _Times, call: Node) -> Node | None:
    keywords = arguments_of(call).keywords
    given = [keywords[name] for name in DEFAULTS if name in keywords]
    if not given:
        return None
    kind = time_type(file, call)
    if kind is None or keeps_zone(kind):
        return None
    for value in given:
        if times.clocks.called(value) == {"aware"} or times.clocks.is_aware(value):
            return kind
    return None


def _column_message(written: str) -> str:
    return f"the column's {written} drops the zone of its aware default"


def _compared_attributes(file: PyFile, node: Node) -> Iterator[tuple[Node, str]]:
    parent = node.parent
    if parent is None or parent.type != "comparison_operator":
        return
    for other in parent.named_children:
        symbol = file.symbol(other) if other.type == "attribute" else None
        if symbol is not None:
            yield other, symbol


def _said(node: Node, role: str) -> str:
    verb = dict(_ROLES)[role]
    return f"{' '.join(text_of(node).split())} {verb}"


# -- mending -----------------------------------------------------------------------------------------


def _fix_reading(ctx: FixContext) -> Iterator[Fix]:
    times = _Times(ctx.file)
    node = ctx.node
    sources, uses = _group(times, node)
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


def _group(times: _Times, node: Node) -> tuple[list[Node], list[Uses]]:
    """A reading with all the naive ones that it meets, since aware and naive times do not mix."""
    pending, found, uses = [node], {node.id: node}, []
    while pending and len(found) < 20:
        current = pending.pop()
        use = times.uses.of(current)
        uses.append(use)
        if current.id != node.id and not use.roles & {"measured", "compared"}:
            continue
        for partner in use.partners.values():
            if partner.id not in found:
                found[partner.id] = partner
                pending.append(partner)
    return sorted(found.values(), key=lambda source: source.start_byte), uses


def _fix_callable(ctx: FixContext) -> Iterator[Fix]:
    node = (
        ctx.node if ctx.node.type in ("attribute", "identifier") else ctx.node_of("attribute", "identifier")
    )
    if node is None:
        return
    text = f"lambda: {aware_now(_words(ctx), node)}"
    if reading(ctx.resolve(ctx.file.symbol(node) or "")) == "day":
        made = ctx.imports().need("datetime", "datetime", at=node.start_byte)
        text = f"lambda: {made}.now({utc(_words(ctx), node)}).date()"
    edits = replace_node(node, text)
    call = enclosing(node, "call")
    if call is not None and "date()" not in text:
        for other in arguments_of(call).keywords.values():
            if other.id != node.id and reading(ctx.file.symbol(other)) in NOW and other.type != "call":
                edits += replace_node(other, f"lambda: {aware_now(_words(ctx), other)}")
        edits += _zone_edits(ctx, call)
    yield ctx.fix(f"Use aware times instead of {text_of(node)}", "suggested", edits)


def _fix_frozen(ctx: FixContext) -> Iterator[Fix]:
    node = ctx.node_of("call")
    parent = node.parent if node is not None else None
    if node is None or parent is None:
        return
    function = callee_of(node)
    if function is None:
        return
    text = f"lambda: {_lazy(ctx, node)}"
    title = f"Compute {' '.join(text_of(node).split())} for each row"
    if parent.type == "keyword_argument":
        call, name = enclosing(parent, "call"), parent.child_by_field_name("name")
        if call is None or name is None:
            return
        edits = replace_node(node, text)
        symbol = ctx.resolve(ctx.file.callee(call) or "")
        if symbol in ("pydantic.Field", "pydantic.fields.Field", "sqlmodel.Field", "dataclasses.field"):
            edits += replace_node(name, "default_factory")
            title = f"Compute {' '.join(text_of(node).split())} for each instance"
        edits += _zone_edits(ctx, call)
        yield ctx.fix(title, "suggested", edits)
        return
    owner = class_around(node)
    if parent.type != "assignment" or owner is None or enclosing_function(node) is not None:
        return
    field = _field_function(ctx, owner)
    if field is not None:
        made = ctx.imports().need(*field, at=node.start_byte)
        title = f"Compute {' '.join(text_of(node).split())} for each instance"
        yield ctx.fix(title, "suggested", replace_node(node, f"{made}(default_factory={text})"))


def _lazy(ctx: FixContext, node: Node) -> str:
    """The text of a call, aware if it was not."""
    function, symbol = callee_of(node), ctx.file.callee(node)
    if function is None or clock_of_call(ctx.file, node, symbol) == "aware":
        return text_of(node)
    if reading(symbol) == "day":
        made = ctx.imports().need("datetime", "datetime", at=node.start_byte)
        return f"{made}.now({utc(_words(ctx), node)}).date()"
    return aware_now(_words(ctx), function) if reading(symbol) in NOW else text_of(node)


def _field_function(ctx: FixContext, owner: Node) -> tuple[str, str] | None:
    definition = next((found for found in ctx.file.classes if found.node.id == owner.id), None)
    if definition is None:
        return None
    decorators = {(ctx.file.symbol(node) or "").removesuffix("()") for node in definition.decorators}
    if "dataclasses.dataclass" in decorators:
        return "dataclasses", "field"
    if "pydantic.dataclasses.dataclass" in decorators:
        return "pydantic", "Field"
    bases = set(mro(ctx.index, definition.symbol)[0])
    if "sqlmodel.SQLModel" in bases or "sqlmodel.main.SQLModel" in bases:
        return "sqlmodel", "Field"
    return ("pydantic", "Field") if bases & {"pydantic.BaseModel", "pydantic.main.BaseModel"} else None


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
            yield from _zone_edits(ctx, call)
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
    if zone is None:
        return
    call = enclosing(argument, "call")
    function = callee_of(call) if call is not None else None
    if call is None or function is None:
        return
    name = text_of(zone)
    arguments = arguments_of(call)
    title = f"Localise the time with {name}"
    if function.type == "attribute" and text_of(function).endswith(".replace"):
        inner = function.child_by_field_name("object")
        if inner is None:
            return
        others = len(arguments.positional) + len(arguments.keywords) > 1
        made = _without(ctx.file, call, argument) if others else text_of(inner)
    elif ctx.file.callee(call) in ("datetime.datetime", "datetime.datetime.combine"):
        made = _without(ctx.file, call, argument)
    else:
        return
    yield ctx.fix(title, "suggested", replace_node(call, f"{name}.localize({made})"))


def _without(file: PyFile, call: Node, argument: Node) -> str:
    """The text of a call without one of its arguments."""
    edits = [
        TextEdit(Span(edit.span.start - call.start_byte, edit.span.end - call.start_byte), edit.content)
        for edit in remove_argument(file, argument)
    ]
    return apply_edits((call.text or b""), edits).decode("utf-8")


def _words(ctx: FixContext) -> TimeWords:
    return TimeWords(ctx.file, ctx.imports(), ctx.index, ctx.options.target_python)


def _zone_edits(ctx: FixContext, call: Node) -> list[TextEdit]:
    return zone_edits(ctx.index, ctx.imports(), ctx.file, call)
