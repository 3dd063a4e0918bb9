"""How the revisions of a folder are written: names of files, imports, annotations, quotes, batches."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.facts.alembic_environments import EnvironmentFact
from bugcatalog_ls.facts.migration_graph import Environment, settings_of
from bugcatalog_ls.facts.migrations import RevisionFact
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import is_docstring, string_value, text_of

_IDENTIFIERS = ("revision", "down_revision", "branch_labels", "depends_on")
_DEFAULT_TEMPLATE = "%(rev)s_%(slug)s"
_MAX_SLUG = 40
_N_SIBLINGS = 6


@dataclass(frozen=True)
class RevisionStyle:
    """What a new revision takes over from its newest siblings.

    `next_id` is given where ids are numbers that count up. `identifiers` are the names that the
    head declares, with their annotations. `batch` tells that batches are in use, `always_batch` that
    every operation stands in one.
    """

    template: str
    next_id: str
    stamp: datetime
    identifiers: tuple[tuple[str, str], ...]
    identifiers_comment: str
    imports: tuple[str, ...]
    imports_of_annotations: str
    future_import: str
    returns_none: bool
    docstring_fields: bool
    docstring_period: bool
    docstring_blank_end: bool
    create_date: str
    quote: str
    batch: bool
    always_batch: bool
    newline: str

    def imports_for(self, dialects: Sequence[str], *, with_sa: bool = True) -> str:
        """The import block, without SQLAlchemy where nothing needs it; modules of dialects stand last."""
        lines = [line for line in self.imports if with_sa or line != "import sqlalchemy as sa"]
        if dialects:
            lines.append(f"from sqlalchemy.dialects import {', '.join(dialects)}")
        annotations = [self.imports_of_annotations] if self.imports_of_annotations else []
        return "\n\n".join([*annotations, "\n".join(lines)])


def style_of(
    ctx: FixContext, environment: Environment, order: Sequence[str], head: str, n_before: int = 0
) -> RevisionStyle | None:
    """The style of an environment's newest revisions; None where the head cannot be read.

    `n_before` new revisions are written with the one in question, and go before it.
    """
    newest = [head, *(path for path in reversed(order) if path != head)][:_N_SIBLINGS]
    files = [file for path in newest if (file := ctx.open(path)) is not None]
    if not files:
        return None
    first = files[0]
    docstring = _docstring(first)
    settings = settings_of(ctx.index, environment)
    template = (settings.file_template if settings is not None else "") or _template(files, ctx, n_before)
    homes = ctx.index.get(EnvironmentFact, environment.home) if environment.home else ()
    n_batches = sum(b"batch_alter_table" in file.source.data for file in files)
    renders = any(fact.render_as_batch for _, fact in homes)
    is_sqlite = settings is not None and settings.dialect == "sqlite"
    stamp = _stamp(docstring, head, template) + timedelta(minutes=n_before)
    return RevisionStyle(
        template=template,
        next_id=_next_id(ctx, environment, n_before),
        stamp=stamp,
        identifiers=_identifiers(first),
        identifiers_comment=_comment(first),
        imports=_imports(files),
        imports_of_annotations=_annotation_imports(first),
        future_import=_future_import(first),
        returns_none=any("-> None" in text_of(node)[:60] for node in first.nodes("function_definition")),
        docstring_fields="Revision ID:" in docstring,
        docstring_period=docstring.strip().split("\n")[0].endswith("."),
        docstring_blank_end=docstring.endswith("\n\n"),
        create_date=_create_date(docstring, stamp),
        quote=_quote(first),
        batch=renders or is_sqlite or n_batches > 0,
        always_batch=renders or (n_batches > 0 and n_batches == len(files)),
        newline=first.source.newline,
    )


def file_name(style: RevisionStyle, identifier: str, message: str) -> str:
    """The name of a new revision's file, by the folder's template."""
    stamp = style.stamp
    values: dict[str, object] = {
        "rev": identifier,
        "slug": slug_of(message),
        "year": stamp.year,
        "month": stamp.month,
        "day": stamp.day,
        "hour": stamp.hour,
        "minute": stamp.minute,
        "second": stamp.second,
        "epoch": int(stamp.timestamp()),
    }
    try:
        return style.template % values + ".py"
    except (KeyError, TypeError, ValueError):
        return _DEFAULT_TEMPLATE % values + ".py"


def slug_of(message: str) -> str:
    """A message as a part of a file's name, as Alembic shortens it."""
    slug = "_".join(re.findall(r"\w+", message)).lower()
    return slug if len(slug) <= _MAX_SLUG else slug[:_MAX_SLUG].rsplit("_", 1)[0] + "_"


def _template(files: list[PyFile], ctx: FixContext, n_before: int) -> str:
    """The template that the newest names follow, where no `alembic.ini` gives one."""
    for file in files:
        name = file.path.rpartition("/")[2].removesuffix(".py")
        facts = ctx.index.in_file(file.path, RevisionFact)
        revision = facts[0].revision if facts else ""
        if revision and name.startswith(f"{revision}_"):
            return _DEFAULT_TEMPLATE
        if revision and name.endswith(f"_{revision}"):
            return "%(slug)s_%(rev)s"
        dated = _DATED.match(name)
        if dated is not None and revision and name[dated.end() :].startswith(revision):
            parts = ("%(year)d", "%(month).2d", "%(day).2d", "%(hour).2d", "%(minute).2d", "%(second).2d")
            groups = dated.groups()
            # Separators and numbers alternate, the first number is the year.
            numbers = [f"{groups[at] or ''}{parts[at // 2 + 1]}" for at in range(0, 10, 2) if groups[at + 1]]
            return f"{parts[0]}{''.join(numbers)}_%(rev)s_%(slug)s"
    numbered = re.match(r"(\d{3,5})[-_]", files[0].path.rpartition("/")[2])
    if numbered and dated is None:
        width = len(numbered.group(1))
        return f"{int(numbered.group(1)) + 1 + n_before:0{width}d}_%(slug)s"
    return _DEFAULT_TEMPLATE


_DATED = re.compile(
    r"\d{4}([-_]?)([01]\d)([-_]?)([0-3]\d)(?:([-_T]?)([0-2]\d)([-_]?)([0-5]\d)(?:([-_]?)([0-5]\d))?)?_"
)


def _next_id(ctx: FixContext, environment: Environment, n_before: int) -> str:
    """The number after the last where all ids of an environment are numbers of one width."""
    ids = [fact.revision for folder in environment.folders for _, fact in ctx.index.get(RevisionFact, folder)]
    if not ids or not all(each.isdigit() and len(each) == len(ids[0]) < 8 for each in ids):
        return ""
    numbers = {int(each) for each in ids}
    # Ids that happen to be digits do not count up.
    if len(numbers) > 1 and 3 * len(numbers) < max(numbers) - min(numbers):
        return ""
    return f"{max(numbers) + 1 + n_before:0{len(ids[0])}d}"


def _docstring(file: PyFile) -> str:
    for child in file.root.named_children:
        if child.type != "comment":
            return (string_value(child.named_children[0]) or "") if is_docstring(child) else ""
    return ""


def _stamp(docstring: str, path: str, template: str) -> datetime:
    """A minute after the head was made, as far as that can be read: names sort behind it."""
    found = re.search(r"Create Date:\s*(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2})(?::(\d{2}))?", docstring)
    if found is None and "%(year)" in template:
        name = path.rpartition("/")[2]
        found = re.match(r"(\d{4})[-_]?(\d{2})[-_]?(\d{2})(?:[-_T]?(\d{2})[-_]?(\d{2}))?()", name)
    if found is None:
        return datetime(2000, 1, 1)
    try:
        year, month, day, hour, minute, second = (int(group or 0) for group in found.groups())
        return datetime(year, month, day, hour, minute, second) + timedelta(minutes=1)
    except ValueError:
        return datetime(2000, 1, 1)


def _create_date(docstring: str, stamp: datetime) -> str:
    found = re.search(r"Create Date:\s*(\S+[ T]\d{2}:\d{2}(:\d{2})?(\.\d+)?)", docstring)
    if found is None:
        return ""
    return stamp.strftime("%Y-%m-%d %H:%M" + (":%S" if found.group(2) else "")) + (
        ".000000" if found.group(3) else ""
    )


def _identifiers(file: PyFile) -> tuple[tuple[str, str], ...]:
    """The identifiers that a revision declares, in its order, with their annotations as written."""
    found: list[tuple[str, str]] = []
    for statement in file.root.named_children:
        node = statement.named_children[0] if statement.type == "expression_statement" else statement
        left = node.child_by_field_name("left") if node.type == "assignment" else None
        if left is None or text_of(left) not in _IDENTIFIERS:
            continue
        annotation = node.child_by_field_name("type")
        written = f": {_widened(text_of(left), text_of(annotation))}" if annotation is not None else ""
        found.append((text_of(left), written))
    names = [name for name, _ in found]
    return (
        tuple(found)
        if "revision" in names and "down_revision" in names
        else tuple((n, "") for n in _IDENTIFIERS)
    )


def _widened(name: str, annotation: str) -> str:
    """The annotation of a root revision says `None` where that of the next one needs `str`."""
    return "str" if name == "down_revision" and annotation == "None" else annotation


def _comment(file: PyFile) -> str:
    for child in file.root.named_children:
        if child.type == "comment" and "revision identifiers" in text_of(child):
            return text_of(child)
    return ""


def _imports(files: list[PyFile]) -> tuple[str, ...]:
    """The lines that import `op` and `sa`, from the newest revision that has both."""
    for file in files:
        lines = [_line(child) for child in file.root.named_children if child.type.startswith("import_")]
        op = [line for line in lines if line == "from alembic import op"]
        sa = [line for line in lines if line == "import sqlalchemy as sa"]
        if op and sa:
            return tuple(line for line in lines if line in (op[0], sa[0]))
    return ("import sqlalchemy as sa", "from alembic import op")


def _line(node: Node) -> str:
    return " ".join(text_of(node).split())


def _annotation_imports(file: PyFile) -> str:
    """The imports of names that the annotations of identifiers use."""
    written = " ".join(annotation for _, annotation in _identifiers(file))
    names = set(re.findall(r"[A-Za-z_]\w*", written))
    lines = [_line(child) for child in file.root.named_children if child.type == "import_from_statement"]
    needed = [line for line in lines if names & set(re.findall(r"\w+", line.partition(" import ")[2]))]
    return "\n".join(needed)


def _future_import(file: PyFile) -> str:
    found = [child for child in file.root.named_children if child.type == "future_import_statement"]
    return text_of(found[0]) if found else ""


def _quote(file: PyFile) -> str:
    starts = [
        text_of(node)[:1] for node in file.nodes("string") if not text_of(node).startswith(('"""', "'''"))
    ]
    return "'" if starts.count('"') < starts.count("'") else '"'
