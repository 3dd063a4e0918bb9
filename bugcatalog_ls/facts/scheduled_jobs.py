"""Functions that are handed to schedulers: APScheduler, schedule, Celery beat and arq."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.facts.fact import Fact
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, constant_value, string_value, text_of

_SCHEDULERS = (
    *("add_job", "add_schedule", "scheduled_job", "repeat_every", "cron", "add_periodic_task", "do"),
    *("interval_task", "periodic_task", "run_repeating", "run_daily", "task"),
)
# A job by its place: `app.jobs:clean`.
_REFERENCE = re.compile(r"\w+(?:\.\w+)*:\w+(?:\.\w+)*")
_DECORATORS = ("scheduled_job", "repeat_every", "periodic_task")


class ScheduledJob(Fact, frozen=True):
    """A function handed to a scheduler, and the place where it is."""

    path: str
    symbol: str
    written: str
    anchor: str

    @property
    def key(self) -> str:
        return self.path


def scheduled_jobs(file: PyFile) -> Iterator[tuple[Node, str]]:
    """Functions handed to schedulers, each with the call or decorator that does it."""
    for call in file.calls_named(*_SCHEDULERS):
        name = text_of(callee_of(call) or call)
        last = name.rpartition(".")[2]
        arguments = arguments_of(call)
        if call.parent is not None and call.parent.type == "decorator":
            if last in _DECORATORS or (last == "task" and "schedul" in name):
                definition = next(
                    (d for d in file.functions if any(x.id == call.id for x in d.decorators)), None
                )
                if definition is not None:
                    yield call, definition.symbol
            continue
        if last == "add_job":
            job = arguments.get("func", 0)
        elif last == "add_schedule":
            job = arguments.get("func_or_task_id", 0)
        elif last in ("run_repeating", "run_daily"):
            job = arguments.get("callback", 0) if "job_queue" in name else None
        elif last == "cron":
            symbol = file.callee(call) or ""
            job = arguments.get("coroutine", 0) if symbol.startswith("arq.") else None
        elif last == "add_periodic_task":
            signature = arguments.get("sig", 1)
            job = callee_of(signature) if signature is not None and signature.type == "call" else None
            job = job.child_by_field_name("object") if job is not None and job.type == "attribute" else None
        elif last == "do":
            job = arguments.get("job_func", 0) if (file.callee(call) or "").startswith("schedule.") else None
        else:
            job = None
        written = string_value(job) if job is not None and last in ("add_job", "add_schedule") else None
        if written is not None and _REFERENCE.fullmatch(written):
            yield call, written.replace(":", ".")
            continue
        symbol_of_job = (
            file.symbol(job) if job is not None and job.type in ("identifier", "attribute") else None
        )
        if symbol_of_job is not None and constant_value(job) is ...:
            yield call, symbol_of_job
