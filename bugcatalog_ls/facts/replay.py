"""Replaying the scripts of revisions on a schema, without running them.

Names, calls of the workspace's functions, loops over known lists and guards that ask the inspector
are followed. Where a condition is not known both ways are taken, and what differs afterwards is
uncertain. What may change a table in a way that is not known touches exactly that table, or all.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from bugcatalog_ls.facts.constants import ConstantFact
from bugcatalog_ls.facts.ddl import ddl_operations
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.migrations import ProcedureFact, step_anchor
from bugcatalog_ls.facts.operations import Operation, Touch
from bugcatalog_ls.facts.replay_frames import BudgetError, Frame, Loop, RaisedError
from bugcatalog_ls.facts.replay_functions import MAX_STEPS
from bugcatalog_ls.facts.replay_operators import items_of
from bugcatalog_ls.facts.replay_sql import is_query, text_of_clause
from bugcatalog_ls.facts.replay_values import (
    UNKNOWN,
    Function,
    Pattern,
    Value,
    joined,
    truth,
)
from bugcatalog_ls.facts.replay_ways import Opaque, WaysReplay, copied
from bugcatalog_ls.facts.schema import Schema
from bugcatalog_ls.facts.scripts import (
    Assign,
    Define,
    Evaluate,
    For,
    If,
    Leave,
    Return,
    Statement,
    Try,
    While,
    With,
)

_MAX_ROUNDS = 400


class Replay(WaysReplay):
    """Applies the revisions of one environment to a schema, one after the other."""

    def __init__(self, index: FactIndex, dialect: str = "") -> None:
        self.index = index
        self.dialect = dialect
        self.schema: Schema = Schema()
        self.opaque: list[Opaque] = []
        self.revision = ""
        self.anchor = ""
        self._passes_raises = False
        self.n_steps = 0
        self.depth = 0

    def upgrade(self, path: str, module: str) -> None:
        """Apply the `upgrade` of the revision at a path."""
        found = self.index.one(ProcedureFact, f"{module}.upgrade")
        self.revision, self.anchor, self.n_steps, self.depth = path, "", 0, 0
        if found is None:
            return
        procedure = found[1]
        before = self.schema.copy()
        function = Function(procedure.symbol, path, procedure.parameters, procedure.body)
        try:
            self.call_function(function, [], {})
        except RaisedError:
            # What certainly raises was not understood; it would never have been released.
            self._upgrade_past_raises(function, before, module)
        except (BudgetError, RecursionError):
            self._give_up(before, module, "more steps than a replay takes")

    def _upgrade_past_raises(self, function: Function, before: Schema, module: str) -> None:
        """Replay a revision once more as if none of its checks failed; what it changes is unknown."""
        reason = "a check that is not known before it runs"
        self.schema, self._passes_raises = before.copy(), True
        try:
            self.call_function(function, [], {})
        except (RaisedError, BudgetError, RecursionError):
            self._give_up(before, module, reason)
            return
        finally:
            self._passes_raises = False
        names = {*before.tables, *self.schema.tables}
        for name in sorted(names):
            if before.tables.get(name) != self.schema.tables.get(name):
                self.touch(name, reason)

    def _give_up(self, before: Schema, module: str, reason: str) -> None:
        """Leave a revision unreplayed: all tables that its file names are unknown from here on."""
        self.schema = before
        prefix = f"{module}."
        texts = self.index.in_file(self.revision, ProcedureFact)
        written = msgspec.json.encode([texts, self.index.in_file(self.revision, ConstantFact)])
        named = [name for name in before.tables if f'"{name.rpartition(".")[2]}"'.encode() in written]
        calls_others = any(
            f'"symbol":"{symbol}"'.encode() in written
            for symbol in self.index.keys(ProcedureFact)
            if not symbol.startswith(prefix)
        )
        if calls_others:
            self.touch(None, reason)
            return
        for name in named:
            self.touch(name, reason)
        self.schema.complete = False

    # -- changes of the schema -------------------------------------------------------------------

    def apply(self, operation: Operation) -> None:
        """Apply an operation, and note where it leaves something unknown."""
        if isinstance(operation, Touch):
            self.touch(operation.table, operation.reason)
        else:
            self.schema.apply(operation, self.revision)

    def touch(self, table: str | None, reason: str) -> None:
        self.schema.apply(Touch(table, reason), self.revision)
        note = Opaque(self.revision, self.anchor, reason, (table,) if table is not None else None)
        if note not in self.opaque:
            self.opaque.append(note)

    def touch_all_of(self, method: str) -> None:
        """`create_all` or `drop_all` of a metadata: the first leaves alone what is there."""
        reason = f"{method} of a metadata"
        if method != "create_all":
            self.touch(None, reason)
            return
        self.schema.apply(Touch(None, reason, only_creates=True), self.revision)
        note = Opaque(self.revision, self.anchor, reason, ())
        if note not in self.opaque:
            self.opaque.append(note)

    def execute(self, statement: Value) -> None:
        """Run what is given to `op.execute` or a connection's `execute`."""
        if isinstance(statement, (list, tuple)):
            for each in statement:
                self.execute(each)
            return
        text = text_of_clause(self.index, statement, self.revision)
        if text is not None:
            for operation in ddl_operations(text):
                self.apply(operation)
        elif not is_query(self.index, statement, self.revision):
            self.touch(None, "SQL that is not known before it runs")

    # -- statements --------------------------------------------------------------------------------

    def run(self, statements: Sequence[Statement], frame: Frame) -> bool:
        """Run statements; whether what stands behind them is reached."""
        for statement in statements:
            self.n_steps += 1
            if self.n_steps > MAX_STEPS:
                raise BudgetError
            if frame.path == self.revision and not isinstance(statement, (Try, Define, Leave, While)):
                self.anchor = step_anchor(frame.symbol, statement.place)
            if not self._run(statement, frame):
                return False
        return True

    def _run(self, statement: Statement, frame: Frame) -> bool:
        match statement:
            case Evaluate(value=value):
                self.evaluate(value, frame)
            case Assign():
                self._assign(statement, frame)
            case If(test=test, body=body, otherwise=otherwise):
                return self._branch(truth(self.evaluate(test, frame)), body, otherwise, frame)
            case For():
                return self._loop(statement, frame)
            case While(body=body):
                return self._perhaps(body, frame)
            case With(items=items, body=body):
                for context, target in items:
                    entered = self.evaluate(context, frame)
                    if target is not None:
                        self.bind(target, entered, frame)
                return self.run(body, frame)
            case Try():
                return self._try(statement, frame)
            case Return(value=value):
                frame.values.append(self.evaluate(value, frame) if value is not None else None)
                frame.left.append(self.schema)
                return False
            case Leave(keyword=keyword):
                return self._leave(keyword, frame)
            case Define(name=name, parameters=parameters, body=body):
                frame.names[name] = Function(
                    f"{frame.symbol}.{name}", frame.path, parameters, body, frame.names
                )
        return True

    def _leave(self, keyword: str, frame: Frame) -> bool:
        if keyword == "raise":
            if self._passes_raises:
                return True
            raise RaisedError
        if frame.loops:
            loop = frame.loops[-1]
            (loop.broken if keyword == "break" else loop.continued).append(self.schema)
        return False

    def _branch(
        self, known: bool | None, body: Sequence[Statement], otherwise: Sequence[Statement], frame: Frame
    ) -> bool:
        if known is not None:
            return self.run(body if known else otherwise, frame)
        before, names = self.schema, frame.names
        reached: list[Schema] = []
        environments: list[dict[str, Value]] = []
        raised = 0
        for way in (body, otherwise):
            self.schema, frame.names = before.copy(), copied(names)
            try:
                if self.run(way, frame):
                    reached.append(self.schema)
                    environments.append(frame.names)
            except RaisedError:
                raised += 1
        if raised == 2:
            frame.names = names
            raise RaisedError
        # Functions that close over these names see what is known after both ways.
        names.update(self.agreed(environments))
        frame.names = names
        if not reached:
            return False
        self.schema = self.merged(reached)
        return True

    def _perhaps(self, body: Sequence[Statement], frame: Frame) -> bool:
        """A loop's body that runs an unknown number of times: not at all, or once with unknown names."""
        loop = Loop()
        frame.loops.append(loop)
        before = self.schema.copy()
        try:
            reached = self._branch(None, body, (), frame)
        finally:
            frame.loops.pop()
        states = [before, *loop.continued, *loop.broken, *([self.schema] if reached else [])]
        self.schema = self.merged(states)
        return True

    def _loop(self, statement: For, frame: Frame) -> bool:
        items = items_of(self.evaluate(statement.iterable, frame))
        if items is None or len(items) > _MAX_ROUNDS:
            self.bind(statement.target, UNKNOWN, frame)
            return self._perhaps(statement.body, frame)
        broken: list[Schema] = []
        for item in items:
            loop = Loop()
            frame.loops.append(loop)
            self.bind(statement.target, item, frame)
            try:
                reached = self.run(statement.body, frame)
            finally:
                frame.loops.pop()
            broken.extend(loop.broken)
            ways = [*loop.continued, *([self.schema] if reached else [])]
            if not ways:
                # Every way of this round leaves the loop or the function.
                if not broken:
                    return False
                self.schema = self.merged(broken)
                return True
            self.schema = self.merged(ways)
        self.schema = self.merged([self.schema, *broken])
        return True

    def _try(self, statement: Try, frame: Frame) -> bool:
        before = self.schema.copy()
        try:
            if not self.run(statement.body, frame):
                return False
        except RaisedError:
            self.schema = before
            if not statement.handlers:
                raise
            return self.run(statement.handlers[0], frame)
        return self.run(statement.otherwise, frame)

    def _assign(self, statement: Assign, frame: Frame) -> None:
        value = self.evaluate(statement.value, frame)
        if statement.operator:
            old = self.evaluate(statement.target, frame)
            if statement.operator == "+=" and isinstance(old, str | Pattern):
                value = joined([old, value])
            elif statement.operator == "+=" and isinstance(old, list) and isinstance(value, (list, tuple)):
                value = [*old, *value]
            else:
                value = UNKNOWN
        self.bind(statement.target, value, frame)
