"""BC902: a plain method called on its class, so that `self` is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import Analyzer, FixContext, JoinContext
from bugcatalog_ls.analysis.finding import Edit, Finding, Fix
from bugcatalog_ls.facts.attribute_reads import CallShape
from bugcatalog_ls.facts.attribute_uses import AttributeUse, AttributeUses
from bugcatalog_ls.facts.class_members import method_of
from bugcatalog_ls.facts.classes import ClassFact, FunctionFact
from bugcatalog_ls.facts.given_objects import is_filled
from bugcatalog_ls.facts.instantiable_classes import has_silent_bases, is_instantiable
from bugcatalog_ls.facts.known_members import instances_of
from bugcatalog_ls.facts.member_owners import owner_of
from bugcatalog_ls.facts.module_imports import written_module
from bugcatalog_ls.facts.open_bases import has_open_base
from bugcatalog_ls.facts.outside_stores import is_set_from_outside
from bugcatalog_ls.facts.owner_links import are_links_sure
from bugcatalog_ls.facts.passing_decorators import PassingDecorator, collect_passing_decorators
from bugcatalog_ls.facts.plain_classes import is_plain_class
from bugcatalog_ls.facts.resolve import class_at, mro, resolve
from bugcatalog_ls.facts.vendored import is_vendored
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import ancestors, body_of, decorators_of, text_of
from bugcatalog_ls.syntax.statement_edits import insert_before
from bugcatalog_ls.text.spans import Span, TextEdit

_SELF_NAMES = frozenset({"self", "cls", "this", "_self", "self_", "mcs"})
_METACLASSES = frozenset({"builtins.type", "abc.ABCMeta", "enum.EnumMeta", "enum.EnumType"})
_PLAIN_DECORATORS = frozenset(
    {"abc.abstractmethod", "typing.override", "typing_extensions.override", "typing.final"}
    | {
        "contextlib.contextmanager",
        "contextlib.asynccontextmanager",
        "functools.lru_cache",
        "functools.cache",
        "tenacity.retry",
        "backoff.on_exception",
        "backoff.on_predicate",
        "stamina.retry",
        "retrying.retry",
        "deprecated.deprecated",
        "warnings.deprecated",
        "typing_extensions.deprecated",
        "async_lru.alru_cache",
    }
)


def _join(ctx: JoinContext) -> Iterator[Finding]:
    for fact in ctx.index.in_file(ctx.path, AttributeUses):
        for use in fact.uses:
            if use.call is None or not use.anchors or use.name.startswith("__"):
                continue
            owner = owner_of(ctx.index, use, ctx.path)
            if owner is None or owner.kind != "class" or not is_plain_class(ctx.index, owner.symbol):
                continue
            if not _METACLASSES.isdisjoint(mro(ctx.index, owner.symbol)[0]):
                continue  # Its instances are classes, and `cls` is one of them.
            if has_open_base(ctx.index, owner.symbol):
                continue
            method = method_of(ctx.index, owner.symbol, use.name)
            if method is None or not _is_plain(ctx, method[1], method[0]):
                continue
            if not _lacks_self(ctx, use.call, method[1], owner.symbol):
                continue
            if is_set_from_outside(ctx.index, use.name, owner, ctx.path) or is_filled(
                ctx.index, owner.symbol
            ):
                continue
            if not are_links_sure(ctx.index, use, ctx.path) or is_vendored(ctx.index, ctx.path):
                continue
            yield from _findings(ctx, use, owner.symbol, method)


def _findings(
    ctx: JoinContext, use: AttributeUse, symbol: str, method: tuple[str, FunctionFact]
) -> Iterator[Finding]:
    label = symbol.rpartition(".")[2]
    first = method[1].parameters[0].name
    message = (
        f"{use.name} is a method of instances and is called on the class {label}, so that {first} is missing"
    )
    data = {"class": symbol, "method": method[1].symbol, "path": method[0], "name": use.name}
    # Tests are run: what they call works most likely, or is meant to fail. And who annotates with
    # `Type[Client]` may mean an instance.
    variant = "unsure" if use.annotated or is_test_path(ctx.path) else ""
    for anchor in use.anchors:
        yield ctx.find(anchor, message, variant=variant, data=data)


def _fix(ctx: FixContext, finding: Finding) -> Iterable[Fix]:
    symbol, name = finding.data.get("class", ""), finding.data.get("name", "")
    attribute = ctx.node_of("attribute")
    written = attribute.child_by_field_name("object") if attribute is not None else None
    if finding.data.get("kind") == "outside":
        if written is not None and (label := finding.data.get("makes")):
            end = Span(written.end_byte, written.end_byte)
            yield ctx.fix(f"Call `{name}` on a new `{label}`", "suggested", [TextEdit(end, "()")])
        return
    method = method_of(ctx.index, symbol, name)
    found = class_at(ctx.index, symbol)
    if written is None or method is None or found is None:
        return
    if method[1].parameters[0].name == "cls":
        made = _as_class_method(ctx, method)
        if made is not None:
            yield made
        return
    label = symbol.rpartition(".")[2]
    span = Span(written.start_byte, written.end_byte)
    if _has_self(ctx.file, written, symbol):
        yield ctx.fix(f"Call `{name}` on `self`", "suggested", [TextEdit(span, "self")])
        return
    instances = instances_of(ctx.index, symbol)
    # What another module keeps to itself is taken where there is no other way.
    own = [each for each in instances if not each.startswith("_") or found[0] == ctx.file.path]
    makes_new = _needs_no_arguments(ctx, symbol)
    for each in own[:1] or ([] if makes_new else instances[:1]):
        instance = _reference(ctx, found[0], each, written)
        if instance is not None:
            yield ctx.fix(f"Call `{name}` on `{each}`", "suggested", [TextEdit(span, instance)])
            return
    if makes_new:
        yield ctx.fix(
            f"Call `{name}` on a new `{label}`", "suggested", [TextEdit(Span(span.end, span.end), "()")]
        )


ANALYZER = Analyzer(
    collect=collect_passing_decorators, join=_join, joins=(AttributeUses,), fix=_fix, from_absence=True
)


def _is_plain(ctx: JoinContext, method: FunctionFact, path: str) -> bool:
    """Whether a method is bound to instances, whatever its decorators do."""
    if method.member != "instance" or not method.parameters:
        return False
    if method.parameters[0].name not in _SELF_NAMES or method.parameters[0].has_default:
        return False
    return all(_keeps_self(ctx, decorator, path) for decorator in method.decorators)


def _keeps_self(ctx: JoinContext, decorator: str | None, path: str) -> bool:
    if decorator is None:
        return False
    plain = decorator.removesuffix("()")
    if plain in _PLAIN_DECORATORS:
        return True
    passing = ctx.index.one(PassingDecorator, resolve(ctx.index, plain, path))
    return passing is not None and passing[1].called == decorator.endswith("()")


def _lacks_self(ctx: JoinContext, call: CallShape, method: FunctionFact, symbol: str) -> bool:
    """Whether the call surely passes no instance: too few arguments, or the first one is something else."""
    own = method.parameters[0].name
    if call.unpacked or own in call.keywords:
        return False
    if call.n_positional == 0:
        return True
    positional = [parameter for parameter in method.parameters if parameter.kind == "positional"]
    given = {parameter.name for parameter in positional[: call.n_positional]} | {*call.keywords}
    lacking = [
        parameter.name
        for parameter in method.parameters
        if parameter.kind in ("positional", "keyword") and not parameter.has_default
    ]
    is_complete = call.unpacks_keywords or all(name in given for name in lacking)
    if call.first_is_literal and is_complete and is_test_path(ctx.path):
        # A test may give something else in place of `self`, where that is not looked at.
        return False
    if call.first is not None and call.first != "None":
        resolved = resolve(ctx.index, call.first, ctx.path)
        if resolved.endswith("()") and "(" not in resolved[:-2]:
            first = resolved[:-2]
            if first.startswith("builtins.") and not first.startswith("builtins.object"):
                return first not in mro(ctx.index, symbol)[0]
            if class_at(ctx.index, first) is not None:
                bases = mro(ctx.index, first)[0]
                if symbol in bases or method.owner in bases:
                    return False
    return call.first_is_literal or not is_complete


def _has_self(file: PyFile, node: Node, symbol: str) -> bool:
    """Whether `self` is an instance of the class where a node stands."""
    found = file.scopes.lookup("self", node.start_byte)
    if found is None or len(found[1]) != 1:
        return False
    return file.names.binding_symbol(found[1][0], found[0]) == f"{symbol}()"


def _reference(ctx: FixContext, path: str, name: str, written: Node) -> str | None:
    """How this file can name a module-level instance of the file at `path`, importing it where it must."""
    if path == ctx.file.path:
        runs_at_import = not any(
            parent.type in ("function_definition", "lambda") for parent in ancestors(written)
        )
        bindings = ctx.file.scopes.module.bindings.get(name, [])
        found = ctx.file.scopes.lookup(name, written.start_byte)
        if runs_at_import and bindings and bindings[0].offset > written.start_byte:
            return None
        return name if found is not None and found[0] is ctx.file.scopes.module else None
    defining = ctx.open(path)
    if defining is None:
        return None
    return ctx.imports().need(written_module(ctx.index, defining, ctx.file), name, at=written.start_byte)


def _needs_no_arguments(ctx: FixContext, symbol: str) -> bool:
    """Whether the class can be called with nothing, as far as the workspace tells."""
    if not is_instantiable(ctx.index, symbol):
        return False
    init = method_of(ctx.index, symbol, "__init__")
    if init is None:
        found = class_at(ctx.index, symbol)
        if found is None or not has_silent_bases(ctx.index, symbol):
            return False
        return not found[1].decorators or _has_defaults_only(ctx, found[0], found[1])
    return all(
        parameter.has_default or parameter.kind in ("list", "dict") for parameter in init[1].parameters[1:]
    )


def _has_defaults_only(ctx: FixContext, path: str, fact: ClassFact) -> bool:
    """Whether a dataclass without bases has a default for each of its fields."""
    file = ctx.file if path == ctx.file.path else ctx.open(path)
    if (
        file is None
        or fact.bases
        or fact.decorators not in (("dataclasses.dataclass",), ("dataclasses.dataclass()",))
    ):
        return False
    name = fact.symbol.rpartition(".")[2]
    for node in file.nodes("class_definition"):
        if text_of(node.child_by_field_name("name") or node) == name:
            return not any(
                (field.child_by_field_name("type") is not None and field.child_by_field_name("right") is None)
                or ("field(" in text_of(field) and "default" not in text_of(field))
                for statement in body_of(node)
                for field in statement.named_children
                if field.type == "assignment"
            )
    return False


def _as_class_method(ctx: FixContext, method: tuple[str, FunctionFact]) -> Fix | None:
    path, fact = method
    file = ctx.file if path == ctx.file.path else ctx.open(path)
    if file is None:
        return None
    definition = next((other for other in file.functions if other.symbol == fact.symbol), None)
    if definition is None or decorators_of(definition.node):
        return None
    edits = [
        Edit(path, edit.span, edit.content) for edit in insert_before(file, definition.node, "@classmethod")
    ]
    return ctx.fix(f"Make `{definition.name}` a class method", "suggested", edits)
