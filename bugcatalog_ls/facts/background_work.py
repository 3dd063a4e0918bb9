"""Work beside the requests: tasks, threads, endless loops and scheduled jobs, as each file starts it."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.facts.endless_loops import collect_loop
from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.scheduled_jobs import ScheduledJob, scheduled_jobs
from bugcatalog_ls.facts.watched_tasks import is_of_group, is_watched
from bugcatalog_ls.facts.worker_tasks import worker_tasks
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import arguments_of, body_of, called_name, callee_of


class TaskTarget(Fact, frozen=True):
    """A function that is run as a task or thread, by its symbol as written in the file at `path`."""

    symbol: str
    path: str

    @property
    def key(self) -> str:
        return self.symbol.replace("()", "").rpartition(".")[2]


TASK_MAKERS = {
    "create_task": 0,
    "ensure_future": 0,
    "run_coroutine_threadsafe": 0,
    "start_soon": 0,
    "spawn": 0,
    "start_background_task": 0,
    "to_thread": 0,
    "submit": 0,
    "run_in_executor": 1,
    "add_task": 0,
}


def _collect(file: PyFile, facts: Facts) -> None:
    if is_test_path(file.path):
        return
    data = file.source.data
    if b"while" in data:
        for loop in file.nodes("while_statement"):
            collect_loop(file, loop, facts)
    for symbol in _targets(file):
        facts.add(TaskTarget(symbol, file.path))
    tried = {definition.symbol for definition in file.functions if _is_tried(definition.node)}
    for call, symbol in (*scheduled_jobs(file), *worker_tasks(file)):
        if symbol in tried:
            continue
        anchor = facts.anchor(f"job {symbol}", call)
        facts.add(ScheduledJob(file.path, symbol, symbol.rpartition(".")[2], anchor))


VOCABULARY = Vocabulary(
    _collect,
    (
        *(b"create_task", b"ensure_future", b"Thread(", b"add_job", b"scheduled_job", b"while True"),
        *(
            b"while not",
            b"run_in_executor",
            b"start_soon",
            b"repeat_every",
            b"periodic_task",
            b"add_schedule",
            b"job_queue",
            b"scheduler.task(",
            b"gather(",
        ),
        *(b"schedule.every", b"import cron", b"arq.", b"add_task", b".submit("),
        *(b"celery", b"shared_task", b"WorkerSettings"),
    ),
)


def _targets(file: PyFile) -> Iterator[str]:
    """The functions that a file hands over to run beside it."""
    for call in file.calls_named(*TASK_MAKERS, "Thread", "Timer", "Process", "gather"):
        arguments = arguments_of(call)
        name = called_name(call)
        if name in ("Thread", "Process"):
            given = [arguments.get("target", 1)]
        elif name == "Timer":
            given = [arguments.get("function", 1)]
        elif name == "gather":
            given = list(arguments.positional)
        else:
            position = TASK_MAKERS.get(name, 0)
            given = [arguments.positional[position]] if position < len(arguments.positional) else []
            given = given or [arguments.keywords.get("coro") or arguments.keywords.get("func")]
            if is_watched(file, call) or is_of_group(file, call):
                continue
        for value in given:
            function = callee_of(value) if value is not None and value.type == "call" else value
            symbol = file.symbol(function) if function is not None else None
            if symbol is not None and not symbol.startswith("builtins."):
                yield symbol
    for definition in file.classes:
        bases = definition.node.child_by_field_name("superclasses")
        if bases is not None and any(
            file.symbol(base) == "threading.Thread" for base in bases.named_children
        ):
            yield f"{definition.symbol}.run"


def _is_tried(function: Node) -> bool:
    """Whether a function handles errors at its top: nobody but its author knows which it expects."""
    return any(
        statement.type == "try_statement" and any(part.type == "except_clause" for part in statement.children)
        for statement in body_of(function)
    )
