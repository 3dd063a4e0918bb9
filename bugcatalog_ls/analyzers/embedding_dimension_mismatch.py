"""BC801: declared sizes of vectors that the embedding model does not produce."""

from __future__ import annotations

from collections.abc import Iterator

from bugcatalog_ls.analysis.analyzer import Analyzer, FixContext, JoinContext
from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.analysis.revision_steps import Step
from bugcatalog_ls.analysis.revisions import revision_fix
from bugcatalog_ls.analysis.vector_steps import resize_vector
from bugcatalog_ls.facts.declared_sizes import VectorSize
from bugcatalog_ls.facts.embedding_models import embedding_models
from bugcatalog_ls.facts.guarded_functions import function_behind
from bugcatalog_ls.facts.models import model
from bugcatalog_ls.facts.resolve import resolve
from bugcatalog_ls.facts.schema_replay import environments_of, table_of
from bugcatalog_ls.facts.vector_sizes import AskedSize, MadeRow, ModelUse, SizelessAsking, VectorField
from bugcatalog_ls.syntax.edits import replace_node
from bugcatalog_ls.syntax.nodes import constant_value, text_of


def _join(context: JoinContext) -> Iterator[Finding]:
    index, path = context.index, context.path
    for declared in index.in_file(path, VectorSize):
        found = _expected(context, declared)
        if found is not None:
            size, model, variant = found
            if size != declared.size:
                variant = variant or _weight(context, declared, size, model)
                message = (
                    f"vectors of {declared.size} numbers are declared here, {model} makes them with {size}"
                )
                data = {"size": str(size), "owner": declared.owner}
                yield context.find(declared.anchor, message, variant=variant, data=data)
            continue
        other = _elsewhere(context, declared)
        if other is not None:
            message = f"{declared.field} has {declared.size} numbers here and {other} in another declaration"
            data = {"size": str(other), "owner": ""}  # The other declaration is there already.
            yield context.find(declared.anchor, message, data=data)


def _expected(context: JoinContext, declared: VectorSize) -> tuple[int, str, str] | None:
    """The size that the model used with a declaration makes, its name, and the variant."""
    index = context.index
    if declared.model == "?" or _is_history(context, declared):
        return None
    uses = [use for _, use in index.get(ModelUse, "model")]
    if declared.model:
        own = {use.size for use in uses if use.path == declared.path and use.model == declared.model}
        return None if _is_asked_elsewhere(context, declared) else _one(own, declared.model, "")
    files = {declared.path, *_filling(context, declared)}
    near = {(use.model, use.size) for use in uses if use.path in files}
    variant = ""
    if not near:
        near, variant = {(use.model, use.size) for use in uses}, "lone"
    if len({model for model, _ in near}) != 1:
        return None
    found = _one({size for _, size in near}, next(iter(near))[0], variant)
    return None if found is not None and _is_of_another(context, declared, found[0], variant) else found


def _weight(context: JoinContext, declared: VectorSize, size: int, model: str) -> str:
    """Whether a model may be asked for the smaller vectors, by code that nobody sees here."""
    known = embedding_models().get(model.lower())
    if known is None or not known.settable or declared.size >= known.size or size != known.size:
        return ""
    sizeless = {path for path, _ in context.index.get(SizelessAsking, "sizeless")}
    is_asked = any(context.index.get(AskedSize, "asked"))
    return "" if declared.path in sizeless or (sizeless and not is_asked) else "lone"


def _is_of_another(context: JoinContext, declared: VectorSize, size: int, variant: str) -> bool:
    """Whether the model's vectors have a place of their own, so that this one may hold what another
    model makes: a second column of the class, or any declaration where the model merely is the only one."""
    index = context.index
    if variant == "lone":
        paths = {field.path for name in index.keys(VectorField) for _, field in index.get(VectorField, name)}
        others = [other for path in {declared.path, *paths} for other in index.in_file(path, VectorSize)]
        return any(other.size == size and other.owner != declared.owner for other in others)
    owner = declared.owner.rpartition(".")[0]
    for other in index.in_file(declared.path, VectorSize) if owner else ():
        if other.size == size and other.owner.rpartition(".")[0] == owner and other.owner != declared.owner:
            return not _makers(context, declared) & _makers(context, other)
    return False


def _makers(context: JoinContext, declared: VectorSize) -> set[str]:
    """What makes the vectors of a column, as far as the code says."""
    owner, _, attribute = declared.owner.rpartition(".")
    rows = context.index.get(MadeRow, owner.rpartition(".")[2])
    return {made.maker for _, made in rows if made.attribute == attribute and made.maker}


def _is_asked_elsewhere(context: JoinContext, declared: VectorSize) -> bool:
    """Whether another file asks for a size, so that the size beside a model's name may be the one asked."""
    known = embedding_models().get(declared.model.lower())
    if known is None or not known.settable or declared.field:
        return False
    return any(path != declared.path for path, _ in context.index.get(AskedSize, "asked"))


def _is_history(context: JoinContext, declared: VectorSize) -> bool:
    """Whether a revision declares a column that a model or another revision declares as well."""
    if declared.owner or not declared.field:
        return False
    return any(path != declared.path for path, _ in context.index.get(VectorField, declared.field))


def _one(sizes: set[int], model: str, variant: str) -> tuple[int, str, str] | None:
    known = embedding_models().get(model.lower())
    if len(sizes) != 1 or 0 in sizes or known is None:
        return None
    return sizes.pop(), model, variant


def _filling(context: JoinContext, declared: VectorSize) -> Iterator[str]:
    """The files that make the vectors of rows with this column."""
    owner, _, attribute = declared.owner.rpartition(".")
    for path, made in context.index.get(MadeRow, owner.rpartition(".")[2]) if owner else ():
        if made.attribute == attribute and resolve(context.index, made.owner, path) == owner:
            maker = function_behind(context.index, made.maker, path) if made.maker else None
            yield maker[0] if maker is not None else path


def _elsewhere(context: JoinContext, declared: VectorSize) -> int | None:
    """Another size that the same column is declared with, where there is exactly one."""
    if not declared.field or not declared.owner:
        return None
    sizes = {f.size for path, f in context.index.get(VectorField, declared.field) if path != declared.path}
    return next(iter(sizes)) if len(sizes) == 1 and declared.size not in sizes else None


def _fix(context: FixContext, finding: Finding) -> Iterator[Fix]:
    node = context.node_of("integer", "string")
    if node is not None:
        size = finding.data["size"]
        quote = text_of(node)[0] if node.type == "string" else ""
        title, edits = f"Declare vectors of {size} numbers", replace_node(node, f"{quote}{size}{quote}")
        written = constant_value(node)
        step = _resized(context, finding.data["owner"], written if isinstance(written, int) else 0, int(size))
        if step is None:
            yield context.fix(title, "suggested", edits)
        else:
            yield from revision_fix(context, step[0], [step[1]], edits=edits, title=title)


def _resized(context: FixContext, owner: str, old: int, new: int) -> tuple[list[str], Step] | None:
    """The step that gives the column of an attribute its new size, and where the column is there."""
    symbol, _, attribute = owner.rpartition(".")
    made = model(context.index, symbol) if symbol else None
    column = next((c for c in made.columns if c.attribute == attribute), None) if made is not None else None
    if made is None or column is None or column.type.name != "VECTOR" or not old:
        return None
    names: list[str] = []
    for name in environments_of(context.index, made.metadata):
        table = table_of(context.index, name, made.key)
        there = table.column(column.name) if table is not None and table.known else None
        if there is not None and there.column.nullable is not False:
            names.append(name)
    return (names, resize_vector(made.key, column.name, old, new)) if names else None


ANALYZER = Analyzer(join=_join, joins=(VectorSize,), fix=_fix, writes_revisions=True)
