"""BC603: work beside the requests that an error ends, or that ends the application with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import Analyzer, FileContext, FixContext, JoinContext
from bugcatalog_ls.analysis.file_loggers import file_logger
from bugcatalog_ls.analysis.finding import Edit, Finding, Fix
from bugcatalog_ls.facts.background_work import TaskTarget
from bugcatalog_ls.facts.clean_up import is_last_resort
from bugcatalog_ls.facts.endless_loops import EndlessLoop
from bugcatalog_ls.facts.guarded_functions import catches_all, function_behind
from bugcatalog_ls.facts.round_edits import guarded_round
from bugcatalog_ls.facts.scheduled_jobs import ScheduledJob
from bugcatalog_ls.facts.startup_hooks import StartupCall
from bugcatalog_ls.facts.startup_work import work_of
from bugcatalog_ls.syntax.comprehension_loops import as_loop
from bugcatalog_ls.syntax.edits import replace_node
from bugcatalog_ls.syntax.file import Definition, PyFile
from bugcatalog_ls.syntax.nodes import (
    body_of,
    enclosing,
    is_docstring,
    statement_of,
    text_of,
    walk,
)
from bugcatalog_ls.syntax.statement_edits import insert_after, replace_statement, wrap
from bugcatalog_ls.syntax.statement_readers import with_readers
from bugcatalog_ls.text.spans import Span, TextEdit

_MAKERS = frozenset(
    {"asyncio.create_task", "asyncio.ensure_future"}
    | {f"asyncio.{loop}().create_task" for loop in ("get_event_loop", "get_running_loop", "new_event_loop")}
    | {"asyncio.AbstractEventLoop().create_task"}
)
_SET_NAMES = ("background_tasks", "running_tasks", "_background_tasks")
_TASK_NAMES = ("task", "background_task", "new_task")


def _check(context: FileContext) -> Iterator[Finding]:
    if context.is_test:
        return
    for call in context.file.calls_named("create_task", "ensure_future"):
        if _is_dropped(context.file, call):
            message = "nobody holds this task, so that it may vanish half-way and its error with it"
            yield context.find(call, message, data={"kind": "task"})


def _join(context: JoinContext) -> Iterator[Finding]:
    index, path = context.index, context.path
    for startup in index.in_file(path, StartupCall):
        found = function_behind(index, startup.symbol, path) if startup.symbol is not None else None
        if found is not None and catches_all(index, found[1].symbol):
            continue
        work = work_of(index, found[1].symbol) if found is not None and startup.is_optional else None
        if work == "nothing":
            continue
        variant = "" if startup.is_optional and work != "unknown" else "startup"
        message = f"an error of {startup.written} in {startup.hook} keeps the application from starting"
        yield context.find(startup.anchor, message, variant=variant, data={"kind": "startup"})
    for loop in index.in_file(path, EndlessLoop):
        if not _is_run_aside(context, loop.function) or all(
            _cannot_fail(context, call) for call in loop.calls
        ):
            continue
        name = loop.function.rpartition(".")[2]
        yield context.find(
            loop.anchor, f"the first error ends the loop of {name} for good", data={"kind": "loop"}
        )
    for job in index.in_file(path, ScheduledJob):
        found = function_behind(index, job.symbol, path)
        if found is not None and not catches_all(index, found[1].symbol):
            message = f"the job {job.written} catches nothing, and an error in it is left to the scheduler"
            data = {"kind": "job", "path": found[0], "symbol": found[1].symbol}
            yield context.find(job.anchor, message, variant="job", data=data)


def _is_run_aside(context: JoinContext, function: str) -> bool:
    name = function.rpartition(".")[2]
    for path, target in context.index.get(TaskTarget, name):
        found = function_behind(context.index, target.symbol, path)
        if target.symbol == function or (found is not None and found[1].symbol == function):
            return True
    return False


def _cannot_fail(context: JoinContext, call: str | None) -> bool:
    found = function_behind(context.index, call, context.path) if call is not None else None
    return found is not None and catches_all(context.index, found[1].symbol)


def _is_dropped(file: PyFile, call: Node) -> bool:
    """Whether a task is made and its result is kept nowhere."""
    parent = call.parent
    if parent is None or file.callee(call) not in _MAKERS or is_last_resort(call):
        return False
    if parent.type == "expression_statement" or _is_in_dropped_list(parent):
        return True
    left = parent.child_by_field_name("left") if parent.type == "assignment" else None
    if left is None or left.type != "identifier":
        return False
    if text_of(left) == "_":
        return True
    function = enclosing(call, "function_definition")
    scope = file.scopes.at(left.start_byte)
    if (
        function is None
        or scope.kind != "function"
        or text_of(left) in scope.global_names | scope.nonlocal_names
    ):
        return False
    names = [node for node in walk(function, into_scopes=True) if node.type == "identifier"]
    return sum(text_of(node) == text_of(left) for node in names) == 1


def _is_in_dropped_list(parent: Node) -> bool:
    """Whether a list is made for its tasks only: `[create_task(work(x)) for x in all]`."""
    statement = parent.parent
    return (
        parent.type in ("list_comprehension", "set_comprehension")
        and statement is not None
        and statement.type == "expression_statement"
    )


# -- mending ---------------------------------------------------------------------------------------


def _fix(context: FixContext, finding: Finding) -> Iterator[Fix]:
    match finding.data["kind"]:
        case "task":
            yield from _keep_task(context)
        case "startup":
            yield from _guard_startup(context)
        case "loop":
            yield from _guard_loop(context)
        case "job":
            yield from _guard_job(context, finding)


def _keep_task(context: FixContext) -> Iterator[Fix]:
    call, file = context.node_of("call"), context.file
    if call is None or call.parent is None:
        return
    statement = statement_of(call)
    kept = _task_set(context)
    if call.parent.type == "assignment" and text_of(call.parent.named_children[0]) != "_":
        name, edits = text_of(call.parent.named_children[0]), list[TextEdit]()
    else:
        free = (name for name in _TASK_NAMES if file.scopes.lookup(name, call.start_byte) is None)
        name = next(free, "task_")
        edits = [TextEdit(Span(statement.start_byte, call.start_byte), f"{name} = ")]
    keeping = f"{kept}.add({name})\n{name}.add_done_callback({kept}.discard)"
    if _is_in_dropped_list(call.parent):
        loop = as_loop(file, call.parent, f"{name} = {text_of(call)}\n{keeping}")
        if loop is None:
            return
        edits = replace_statement(file, statement, loop)
    else:
        edits += insert_after(file, statement, keeping)
    yield context.fix(f"Keep the task in {kept} until it is done", "safe", edits)


def _task_set(context: FixContext) -> str:
    """The file's set of tasks, or a new one."""
    scope = context.file.scopes.module
    for name, bindings in scope.bindings.items():
        value = bindings[0].value
        if "task" in name.lower() and len(bindings) == 1 and value is not None and text_of(value) == "set()":
            return name
    name = next((name for name in _SET_NAMES if name not in scope.bindings), "tasks_of_background")
    imports = context.imports()
    imports.define(
        lambda place: f"{name}: set[{imports.need('asyncio', 'Task', at=place)}] = set()",
        at=context.span.start,
    )
    return name


def _guard_startup(context: FixContext) -> Iterator[Fix]:
    call, file = context.node_of("call"), context.file
    if call is None:
        return
    statement = statement_of(call)
    if statement.type not in ("expression_statement", "with_statement"):
        return
    guarded = with_readers(call, statement)
    if not guarded or any(node.type == "yield" for part in guarded for node in walk(part)):
        return
    if _keeps_what_is_needed(guarded):
        return  # What reads it below would fail in its place.
    yield _wrapped(context, file, guarded[0], guarded[-1], "Catch and log what goes wrong at start-up")


def _keeps_what_is_needed(guarded: list[Node]) -> bool:
    """Whether statements give an attribute a value that the same function reads behind them."""
    function = enclosing(guarded[0], "function_definition")
    assigned = (node for part in guarded for node in walk(part) if node.type == "assignment")
    kept = {
        text_of(node.named_children[0]) for node in assigned if node.named_children[0].type == "attribute"
    }
    return function is not None and any(
        node.type == "attribute" and node.start_byte >= guarded[-1].end_byte and text_of(node) in kept
        for node in (walk(function) if kept else ())
    )


def _guard_loop(context: FixContext) -> Iterator[Fix]:
    loop, file = context.node_of("while_statement"), context.file
    if loop is None:
        return
    told = _told(context, file, loop)
    edits = guarded_round(file, context.imports(), loop, told)
    if edits:
        yield context.fix("Catch and log what goes wrong in one round", "suggested", edits)


def _guard_job(context: FixContext, finding: Finding) -> Iterator[Fix]:
    file = context.file if finding.data["path"] == context.file.path else context.open(finding.data["path"])
    if file is None:
        return
    definition = next((d for d in file.functions if d.symbol == finding.data["symbol"]), None)
    if definition is None:
        return
    body = [statement for statement in body_of(definition.node) if not is_docstring(statement)]
    if not body:
        return
    title, footer = f"Catch and log what goes wrong in {definition.name}", ""
    edits: list[TextEdit] = []
    if any(node.type == "return_statement" and node.named_children for node in walk(definition.node)):
        if _is_called(file, definition):
            return  # Who calls it would take a failure for an answer.
        footer, edits = "\n    return None", _may_be_none(context, file, definition.node)
    yield _wrapped(context, file, body[0], body[-1], title, footer, edits)


def _is_called(file: PyFile, definition: Definition) -> bool:
    """Whether the file uses what a job returns."""
    return any(
        call.parent is not None and call.parent.type not in ("expression_statement", "decorator")
        for call in file.calls_named(definition.name)
        if enclosing(call, "function_definition") != definition.node
    )


def _may_be_none(context: FixContext, file: PyFile, function: Node) -> list[TextEdit]:
    """`-> int` of a function that answers None after an error becomes `-> int | None`."""
    given = function.child_by_field_name("return_type")
    written = text_of(given) if given is not None else "None"
    if given is None or re.search(r"\b(?:None|Any|Optional|object)\b", written):
        return []
    if written[0] in "\"'":
        return replace_node(given, f"{written[0]}{written[1:-1]} | None{written[0]}")
    is_old = context.options.target_python < (3, 10) and "annotations" not in file.scopes.module.bindings
    if b"Optional[" in file.source.data or is_old:
        return replace_node(given, f"{context.imports(file).need('typing', 'Optional')}[{written}]")
    return replace_node(given, f"{written} | None")


def _told(context: FixContext, file: PyFile, node: Node) -> str:
    """The statement that logs an error in the function around a node."""
    logger = file_logger(context, file, node.start_byte)
    function = enclosing(node, "function_definition")
    name = function.child_by_field_name("name") if function is not None else None
    what = text_of(name) if name is not None else "start-up"
    return f'{logger.name}.exception("{what} failed")'


def _wrapped(
    context: FixContext,
    file: PyFile,
    first: Node,
    last: Node,
    title: str,
    footer: str = "",
    more: Sequence[TextEdit] = (),
) -> Fix:
    told = f"except Exception:\n    {_told(context, file, first)}{footer}"
    edits = [*more, *wrap(file, first, last, "try:", told)]
    return context.fix(title, "suggested", [Edit(file.path, edit.span, edit.content) for edit in edits])


ANALYZER = Analyzer(
    check=_check,
    join=_join,
    joins=(EndlessLoop, ScheduledJob, StartupCall),
    fix=_fix,
    literals=(b"create_task", b"ensure_future"),
)
