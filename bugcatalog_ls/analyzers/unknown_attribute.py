"""BC901: an attribute read off a class, module or instance of the workspace that does not have it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import Analyzer, FixContext, JoinContext
from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.facts.attribute_uses import AttributeUse, AttributeUses
from bugcatalog_ls.facts.class_members import method_of
from bugcatalog_ls.facts.classes import Parameter, class_anchor
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.known_members import instances_of, names_of
from bugcatalog_ls.facts.likely_annotations import is_confirmed, is_made_as_annotated
from bugcatalog_ls.facts.member_owners import Owner
from bugcatalog_ls.facts.missing_counts import is_missing_too_often
from bugcatalog_ls.facts.missing_members import missing_in
from bugcatalog_ls.facts.module_imports import written_module
from bugcatalog_ls.facts.near_names import is_slip, nearest
from bugcatalog_ls.facts.other_words import means_another
from bugcatalog_ls.facts.replaced_classes import may_be_replaced
from bugcatalog_ls.facts.resolve import class_at, function_at
from bugcatalog_ls.facts.vendored import is_vendored
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import Arguments, ancestors, arguments_of, text_of
from bugcatalog_ls.text.spans import Span, TextEdit

_MAX_NAMES = 3
# Nobody slips as often as that in one file.
_MANY = 3
_MANY_IN_ALL = 8


def _join(ctx: JoinContext) -> Iterator[Finding]:
    missing = missing_in(ctx.index, ctx.path)
    own = {(owner.symbol, use.name) for use, owner in missing if _is_of_itself(use)}
    n_own = Counter(symbol for symbol, _ in own)
    n_places: Counter[tuple[str, str]] = Counter()
    for use, owner in missing:
        n_places[owner.symbol, use.name] += len(use.name_anchors)
    strange: dict[str, set[str]] = {}
    annotated: set[str] = set()
    for use, owner in missing:
        if not nearest(use.name, names_of(ctx.index, owner)):
            strange.setdefault(owner.symbol, set()).add(use.name)
            if use.annotated and not is_confirmed(ctx.index, use, owner, ctx.path):
                annotated.add(owner.symbol)
    for use, owner in missing:
        # One name like no other makes an annotation doubtful, several of them, or many names, all the rest.
        is_strange = use.annotated and owner.symbol in annotated and not is_made_as_annotated(use, owner)
        if len(strange.get(owner.symbol, ())) >= _MANY or len(n_places) > _MANY_IN_ALL:
            is_strange = True
        is_strange = is_strange and not _is_slip(ctx.index, use, owner)
        yield from _findings(
            ctx,
            use,
            owner,
            "unsure" if is_strange or _is_unsure(ctx, use, owner, (n_own, n_places)) else "",
        )


def _is_of_itself(use: AttributeUse) -> bool:
    """Whether it is read off `self` or `cls`: of the class around, or of one that derives from it."""
    return not (use.exact or use.annotated or use.links or use.owner.startswith("super("))


def _is_unsure(
    ctx: JoinContext,
    use: AttributeUse,
    owner: Owner,
    counts: tuple[Mapping[str, int], Mapping[tuple[str, str], int]],
) -> bool:
    """Whether the owner may be something else: a class lacks so much that it looks made to be mixed in, or
    the workspace so much that something must give it; unless the name is a slip of one that is there.

    `counts` tell how many names a class of this file lacks of its own, and at how many places each."""
    n_own, n_places = counts
    slips = _is_slip(ctx.index, use, owner)
    if is_vendored(ctx.index, ctx.path):
        return True
    if is_test_path(ctx.path) and not slips:
        # Tests are run: what they read is there most likely, or they are left from another version.
        return True
    if not slips and may_be_replaced(ctx.index, use, owner, ctx.path):
        return True
    if is_missing_too_often(ctx.index, owner, use.name, slips, is_test_path(ctx.path)):
        return True
    if (use.annotated or _is_of_itself(use)) and n_places[owner.symbol, use.name] >= _MANY:
        # A field that was given another name is read wherever it was.
        return not (use.annotated and slips and is_confirmed(ctx.index, use, owner, ctx.path))
    return _is_of_itself(use) and n_own[owner.symbol] > 1 and not slips


def _is_slip(index: FactIndex, use: AttributeUse, owner: Owner) -> bool:
    return is_slip(use.name, names_of(index, owner))


def _findings(ctx: JoinContext, use: AttributeUse, owner: Owner, variant: str) -> Iterator[Finding]:
    label = owner.symbol.rpartition(".")[2] if owner.kind != "module" else owner.symbol
    names = names_of(ctx.index, owner)
    closest = nearest(use.name, names)[:_MAX_NAMES]
    subject = f"the module {label}" if owner.kind == "module" else label
    message = f"{subject} has no attribute {use.name}"
    if closest:
        message += f"; the nearest it has: {', '.join(closest)}"
    found = class_at(ctx.index, owner.symbol) if owner.kind != "module" else None
    related = [ctx.related(found[0], class_anchor(owner.symbol), f"{label} is defined here")] if found else []
    data = {"owner": owner.symbol, "kind": owner.kind, "name": use.name}
    for anchor in use.name_anchors:
        yield ctx.find(anchor, message, variant=variant, related=related, data=data)


def _fix(ctx: FixContext, finding: Finding) -> Iterable[Fix]:
    name, symbol, kind = (finding.data.get(key, "") for key in ("name", "owner", "kind"))
    attribute = ctx.node_of("attribute")
    if kind == "outside":
        for other in finding.data.get("nearest", "").split():
            yield ctx.fix(f"Replace `{name}` by `{other}`", "suggested", [TextEdit(ctx.span, other)])
        return
    if attribute is None or kind not in ("module", "class", "instance"):
        return
    owner = Owner("module", symbol)
    if kind != "module":
        owner = Owner("class" if kind == "class" else "instance", symbol)
    parent = attribute.parent
    call = parent if parent is not None and parent.type == "call" and _calls(parent, attribute) else None
    # A function that calls itself in place of what is missing never ends.
    around = _functions_around(ctx.file, attribute)
    names = names_of(ctx.index, owner)
    meant = [
        other
        for other in names
        if _function(ctx.index, owner, other) not in around and not means_another(name, other)
    ]
    near = nearest(name, names)
    candidates = [
        other
        for other in near
        if other in meant and (call is None or _may_be_called(ctx.index, owner, other, name))
    ]
    fitting = [other for other in candidates if _takes(ctx.index, owner, other, call)]
    if not near and call is not None and (arguments_of(call).positional or arguments_of(call).keywords):
        public = [other for other in names if not other.startswith("_")]
        taking = [other for other in public if _takes(ctx.index, owner, other, call)]
        fitting = taking if len(taking) == 1 and taking[0] in meant else []
    for other in (fitting or candidates)[:_MAX_NAMES]:
        yield _renamed(ctx, attribute, owner, other)


ANALYZER = Analyzer(join=_join, joins=(AttributeUses,), fix=_fix, from_absence=True)


def _renamed(ctx: FixContext, attribute: Node, owner: Owner, name: str) -> Fix:
    """Use the other name; a method that was sought on the class goes to the module's instance."""
    written = attribute.child_by_field_name("object")
    old = attribute.child_by_field_name("attribute")
    edits = [TextEdit(ctx.span, name)]
    title = f"Replace `{text_of(old) if old is not None else ''}` by `{name}`"
    method = method_of(ctx.index, owner.symbol, name) if owner.kind == "class" else None
    if method is not None and method[1].member == "instance" and written is not None:
        instances = instances_of(ctx.index, owner.symbol)
        found = class_at(ctx.index, owner.symbol)
        defining = ctx.open(found[0]) if found is not None else None
        if instances and defining is not None:
            module = written_module(ctx.index, defining, ctx.file)
            if defining.path == ctx.file.path:
                instance = instances[0]
            else:
                instance = ctx.imports().need(module, instances[0], at=written.start_byte)
            edits.insert(0, TextEdit(Span(written.start_byte, written.end_byte), instance))
            title = f"Call `{name}` of `{instances[0]}`"
    return ctx.fix(title, "suggested", edits)


def _calls(call: Node, function: Node) -> bool:
    called = call.child_by_field_name("function")
    return called is not None and called.id == function.id


def _functions_around(file: PyFile, node: Node) -> set[str]:
    """The symbols of the functions in which a node stands."""
    outer = {parent.id for parent in ancestors(node) if parent.type == "function_definition"}
    return {definition.symbol for definition in file.functions if definition.node.id in outer}


def _function(index: FactIndex, owner: Owner, name: str) -> str:
    """The symbol of the function that an owner has under a name; empty where it is none."""
    if owner.kind == "module":
        return f"{owner.symbol}.{name}"
    method = method_of(index, owner.symbol, name)
    return method[1].symbol if method is not None else ""


def _may_be_called(index: FactIndex, owner: Owner, name: str, wanted: str) -> bool:
    """Whether a call may mean what stands under a name: no plain value, unless it is nearly that name."""
    if owner.kind == "module" or is_slip(wanted, (name,)):
        return True
    method = method_of(index, owner.symbol, name)
    return method is not None and method[1].member != "property"


def _takes(index: FactIndex, owner: Owner, name: str, call: Node | None) -> bool:
    """Whether what stands under a name can take the place: a function with fitting parameters for a
    call, anything that is no function for a plain read."""
    method = (
        function_at(index, f"{owner.symbol}.{name}")
        if owner.kind == "module"
        else method_of(index, owner.symbol, name)
    )
    if call is None:
        return method is None or method[1].member == "property"
    if method is None:
        return False
    is_bound = owner.kind != "module" and method[1].member in ("instance", "class")
    parameters = method[1].parameters[1:] if is_bound else method[1].parameters
    return method[1].member != "property" and accepts(parameters, arguments_of(call))


def accepts(parameters: tuple[Parameter, ...], arguments: Arguments) -> bool:
    """Whether a call with these arguments fits these parameters."""
    kinds = {parameter.kind for parameter in parameters}
    positional = [parameter for parameter in parameters if parameter.kind == "positional"]
    if arguments.list_unpacked or arguments.dict_unpacked:
        return True
    if len(arguments.positional) > len(positional) and "list" not in kinds:
        return False
    names = {parameter.name for parameter in parameters if parameter.kind in ("positional", "keyword")}
    if "dict" not in kinds and not arguments.keywords.keys() <= names:
        return False
    given = {
        parameter.name for parameter in positional[: len(arguments.positional)]
    } | arguments.keywords.keys()
    return all(
        parameter.has_default or parameter.name in given or parameter.kind in ("list", "dict")
        for parameter in parameters
    )
