"""Writing a new Alembic revision: after the head, in the folder's own style, from steps as data.

`revision_files(ctx, environment, steps)` takes all steps that one run needs of an environment, so
that they share one revision. Its id derives from its content: the same steps after the same head
give the same file. Where there are two heads, a revision that merges them goes before it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.analysis.finding import Applicability, Edit, Fix, NewFile
from bugcatalog_ls.analysis.revision_steps import OperationCall, Step
from bugcatalog_ls.analysis.revision_style import RevisionStyle, file_name, style_of
from bugcatalog_ls.facts.migration_graph import environments, graph
from bugcatalog_ls.facts.sources import quoted
from bugcatalog_ls.text.spans import TextEdit

_MAX_WIDTH = 88


def revision_files(ctx: FixContext, environment: str, steps: Sequence[Step]) -> tuple[NewFile, ...] | None:
    """A revision that does the steps after the head, behind one that merges the heads where there
    are several; None where there is no one place for it."""
    found, ordered = graph(ctx.index, environment), _ordered(steps)
    if not found.whole or not found.heads:
        return None
    if len(found.heads) == 1:
        head, path = found.heads[0]
        made = _file(ctx, environment, (head,), path, _message(ordered), ordered)
        return (made[1],) if made is not None else None
    # Branches with labels of their own are kept apart on purpose: which one is meant is not known.
    if len(found.problems) != len(found.heads) - 1:
        return None
    merged = _merge(ctx, environment)
    if merged is None:
        return None
    identifier, path, merge = merged
    made = _file(ctx, environment, (identifier,), path, _message(ordered), ordered, n_before=1)
    return (merge, made[1]) if made is not None else None


def revision_fix(
    ctx: FixContext,
    environments: Sequence[str],
    steps: Sequence[Step | None],
    *,
    applicability: Applicability = "suggested",
    edits: Sequence[TextEdit | Edit] = (),
    title: str = "",
) -> Iterator[Fix]:
    """The fix that writes a revision of the same steps for each environment; none where a step is
    not known or a revision cannot be written."""
    known = list(dict.fromkeys(step for step in steps if step is not None))
    if not known or None in steps:
        return
    made = [revision_files(ctx, environment, known) for environment in environments]
    new = [file for files in made for file in files or ()]
    if None in made or not new:
        return
    asked = [(environment, step) for environment in environments for step in known]
    more = f" and {len(known) - 1} more" if len(known) > 1 else ""
    first = "merges the heads and one that " if len(new) > len(made) else ""
    written = title or f"Write a revision that {first}{known[0].deed}{more}"
    yield ctx.fix(written, applicability, edits, creates=new, steps=asked)


def merge_file(ctx: FixContext, environment: str) -> NewFile | None:
    """A revision that merges all heads; None where there is only one, or the graph is broken otherwise."""
    found = graph(ctx.index, environment)
    if not found.whole or len(found.heads) < 2:
        return None
    made = _merge(ctx, environment)
    return made[2] if made is not None else None


def _merge(ctx: FixContext, environment: str) -> tuple[str, str, NewFile] | None:
    """The id of a merge of all heads, the path of the newest of these, and the merge."""
    found = graph(ctx.index, environment)
    ids = tuple(revision for revision, _ in found.heads)
    newest = next(path for path in reversed(found.order) if path in {path for _, path in found.heads})
    made = _file(ctx, environment, ids, newest, "Merge heads", [])
    return (made[0], newest, made[1]) if made is not None else None


def _file(
    ctx: FixContext,
    environment: str,
    parents: tuple[str, ...],
    head_path: str,
    message: str,
    steps: list[Step],
    *,
    n_before: int = 0,
) -> tuple[str, NewFile] | None:
    """The id of a new revision and its file; `n_before` others are written with it that go before."""
    place = next(each for each in environments(ctx.index) if each.name == environment)
    style = style_of(ctx, place, graph(ctx.index, environment).order, head_path, n_before)
    if style is None:
        return None
    up, down = _body(style, steps, "upgrade"), _body(style, steps[::-1], "downgrade")
    identifier = style.next_id or _derived_id(parents, up, down)
    name = file_name(style, identifier, message)
    folder = head_path.rpartition("/")[0]
    # A template with folders counts from the folder of all versions.
    for _ in range(name.count("/")):
        folder = folder.rpartition("/")[0]
    dialects = sorted({dialect for step in steps for dialect in step.dialects})
    body = f"{up}\n{down}"
    imports = style.imports_for(dialects, with_sa="sa." in body) if steps else style.imports_of_annotations
    text = _text(style, _header(style, identifier, parents, message, imports), up, down)
    if style.quote == "'":
        text = _single_quoted(text)
    return identifier, NewFile(f"{folder}/{name}" if folder else name, text.replace("\n", style.newline))


def _ordered(steps: Sequence[Step]) -> list[Step]:
    """The steps as they were asked for, but tables before what points to them."""
    waiting, done = list(steps), list[Step]()
    while waiting:
        missing = {step.table for step in waiting if step.slug.startswith("Create ")}
        ready = next((step for step in waiting if not missing & set(step.after)), waiting[0])
        waiting.remove(ready)
        done.append(ready)
    return done


def _message(steps: Sequence[Step]) -> str:
    if len(steps) == 1:
        return steps[0].slug
    tables = list(dict.fromkeys(step.table for step in steps))
    verb = steps[0].slug.split(" ")[0] if len({step.slug.split(" ")[0] for step in steps}) == 1 else "Change"
    if verb == "Create":
        return f"Create {' and '.join(tables)}" if len(tables) < 4 else "Create tables"
    return f"{verb} columns of {' and '.join(tables)}" if len(tables) < 4 else f"{verb} columns"


def _derived_id(parents: Sequence[str], upgrade: str, downgrade: str) -> str:
    text = "\n".join([*parents, upgrade, downgrade])
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:12]


def _header(
    style: RevisionStyle, identifier: str, parents: tuple[str, ...], message: str, imports: str
) -> str:
    blocks = [_docstring(style, identifier, parents, message), style.future_import, imports]
    return "\n\n".join(block for block in [*blocks, _identifiers(style, identifier, parents)] if block)


def _text(style: RevisionStyle, header: str, upgrade: str, downgrade: str) -> str:
    returns = " -> None" if style.returns_none else ""
    functions = f"def upgrade(){returns}:\n{upgrade}\n\n\ndef downgrade(){returns}:\n{downgrade}\n"
    return f"{header}\n\n\n{functions}"


def _docstring(style: RevisionStyle, identifier: str, parents: tuple[str, ...], message: str) -> str:
    first = message + ("." if style.docstring_period else "")
    if not style.docstring_fields:
        return f'"""{first}"""'
    lines = [f'"""{first}', "", f"Revision ID: {identifier}", f"Revises: {', '.join(parents)}"]
    if style.create_date:
        lines.append(f"Create Date: {style.create_date}")
    return "\n".join([*lines, *([""] if style.docstring_blank_end else []), '"""'])


def _identifiers(style: RevisionStyle, identifier: str, parents: tuple[str, ...]) -> str:
    down = quoted(parents[0]) if len(parents) == 1 else f"({', '.join(map(quoted, parents))})"
    values = {
        "revision": quoted(identifier),
        "down_revision": down,
        "branch_labels": "None",
        "depends_on": "None",
    }
    lines = [style.identifiers_comment] if style.identifiers_comment else []
    for name, annotation in style.identifiers:
        lines.append(f"{name}{annotation} = {values.get(name, 'None')}")
    return "\n".join(lines)


def _body(style: RevisionStyle, steps: list[Step], way: str) -> str:
    lines: list[str] = []
    for step in steps:
        calls = step.upgrade if way == "upgrade" else step.downgrade
        lines.extend(_calls(style, step.table, calls))
    return "\n".join(f"    {line}" for line in lines or ["pass"])


def _calls(style: RevisionStyle, table: str, calls: tuple[OperationCall, ...]) -> list[str]:
    lines: list[str] = []
    for owner, is_alone, group in _groups(table, calls):
        lines.extend(_group(style, owner, group, is_alone=is_alone))
    return lines


def _groups(
    table: str, calls: tuple[OperationCall, ...]
) -> list[tuple[str, bool, tuple[OperationCall, ...]]]:
    """The calls that stand together in one batch: neighbours of one table."""
    found: list[tuple[str, bool, tuple[OperationCall, ...]]] = []
    for call in calls:
        owner, is_alone = call.table or table, call.alone or bool(call.lines)
        if found and found[-1][0] == owner and not is_alone and not found[-1][1]:
            found[-1] = (owner, False, (*found[-1][2], call))
        else:
            found.append((owner, is_alone, (call,)))
    return found


def _group(
    style: RevisionStyle, table: str, calls: tuple[OperationCall, ...], *, is_alone: bool
) -> list[str]:
    if is_alone and calls[0].lines:
        then = calls[0].then
        inner = _group(style, table, (then,), is_alone=False) if then is not None else []
        return [*calls[0].lines, *(f"    {line}" for line in inner)]
    schema, _, plain = table.rpartition(".")
    schema_argument = f", schema={quoted(schema)}" if schema else ""
    in_batch = style.batch and (style.always_batch or any(call.needs_batch for call in calls))
    if in_batch and not is_alone:
        naming = next((f", naming_convention={call.naming}" for call in calls if call.naming), "")
        lines = [f"with op.batch_alter_table({quoted(plain)}{schema_argument}{naming}) as batch_op:"]
        for call in calls:
            if call.comment:
                lines.append(f"    {call.comment}")
            arguments = _batch_arguments(call)
            if call.batch_name:
                arguments[0] = call.batch_name
            inside = _call("batch_op", call.name, arguments, "")
            lines.extend(f"    {line}" for line in inside)
        return lines
    found: list[str] = []
    for call in calls:
        arguments = _arguments(call, quoted(plain))
        if call.comment:
            found.append(call.comment)
        takes_schema = call.name != "create_foreign_key"
        found.extend(_call("op", call.name, arguments, schema_argument if takes_schema else ""))
    return found


def _arguments(call: OperationCall, table: str) -> list[str]:
    """The arguments of an operation of `op`: the table first, or where an empty one keeps its place."""
    if "" in call.arguments or "table_name=" in call.arguments:
        return [
            table if argument == "" else f"table_name={table}" if argument == "table_name=" else argument
            for argument in call.arguments
        ]
    return [table, *call.arguments]


def _batch_arguments(call: OperationCall) -> list[str]:
    return [
        argument.replace("op.f(", "batch_op.f(")
        for argument in call.arguments
        if argument not in ("", "table_name=") and not argument.startswith("source_schema=")
    ]


def _call(owner: str, name: str, arguments: list[str], schema: str) -> list[str]:
    given = [*arguments, schema.removeprefix(", ")] if schema else arguments
    line = f"{owner}.{name}({', '.join(given)})"
    if len(line) + (8 if owner == "batch_op" else 4) <= _MAX_WIDTH:
        return [line]
    inner = [f"    {argument}," for argument in given]
    return [f"{owner}.{name}(", *inner, ")"]


def _single_quoted(text: str) -> str:
    """The text with single quotes around strings that hold none; docstrings keep theirs."""
    text = re.sub(r'(?<!")"(?!")([^"\'\\\n]*)"(?!")', r"'\1'", text)
    return re.sub(r'(?<=server_default=)""(?!")', "''", text)
