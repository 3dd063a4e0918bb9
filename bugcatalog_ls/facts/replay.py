"""Replaying the scripts of revisions on a schema, without running them.

Names, calls of the workspace's functions, loops over known lists and guards that ask the inspector
are followed. Where a condition is not known both ways are taken, and what differs afterwards is
uncertain. What may change a table in a way that is not known touches exactly that table, or all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from bugcatalog_ls.facts.constants import ConstantFact, constant_at, definition_of
from bugcatalog_ls.facts.ddl import ddl_operations
from bugcatalog_ls.facts.expressions import (
    Attribute,
    Call,
    Collection,
    Comprehension,
    Conditional,
    Constant,
    Expression,
    Joined,
    Mapping,
    Name,
    Starred,
    Subscript,
    dotted,
)
from bugcatalog_ls.facts.expressions import Operation as OperatorExpression
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.migrations import ProcedureFact, step_anchor
from bugcatalog_ls.facts.operations import Operation, Touch
from bugcatalog_ls.facts.replay_calls import call_builtin, call_method
from bugcatalog_ls.facts.replay_operations import run_operation
from bugcatalog_ls.facts.replay_sql import is_query, may_change_schema, text_of_clause
from bugcatalog_ls.facts.replay_values import (
    REST,
    UNKNOWN,
    Connection,
    Function,
    Inspector,
    Instance,
    Operations,
    Pattern,
    Term,
    Unknowable,
    Value,
    closed,
    contains,
    either_text,
    equal,
    joined,
    truth,
)
from bugcatalog_ls.facts.resolve import class_at, mro, resolve
from bugcatalog_ls.facts.schema import Schema, merged
from bugcatalog_ls.facts.scripts import (
    Assign,
    Define,
    Evaluate,
    For,
    If,
    Leave,
    Return,
    Slot,
    Statement,
    Try,
    While,
    With,
)

_MAX_STEPS = 200_000
_MAX_DEPTH = 12
_MAX_ROUNDS = 400


class Opaque(msgspec.Struct, frozen=True):
    """Why something of a revision cannot be replayed, where, and which tables it may touch (None: any)."""

    revision: str
    anchor: str
    reason: str
    tables: tuple[str, ...] | None = None


class RaisedError(Exception):
    """The migration would raise here."""


class _Budget(Exception):
    """The replay of one revision took too many steps."""


class Frame:
    """One call of a function: its names, and the schemas with which it was left so far."""

    def __init__(self, path: str, symbol: str, names: dict[str, Value]) -> None:
        self.path = path
        self.symbol = symbol
        self.names = names
        self.left: list[Schema] = []
        self.values: list[Value] = []
        self.loops: list[_Loop] = []


class _Loop:
    def __init__(self) -> None:
        self.continued: list[Schema] = []
        self.broken: list[Schema] = []


class Replay:
    """Applies the revisions of one environment to a schema, one after the other."""

    def __init__(self, index: FactIndex) -> None:
        self.index = index
        self.schema: Schema = Schema()
        self.opaque: list[Opaque] = []
        self.revision = ""
        self.anchor = ""
        self._steps = 0
        self._depth = 0

    def upgrade(self, path: str, module: str) -> None:
        """Apply the `upgrade` of the revision at a path."""
        found = self.index.one(ProcedureFact, f"{module}.upgrade")
        self.revision, self.anchor, self._steps, self._depth = path, "", 0, 0
        if found is None:
            return
        procedure = found[1]
        before = self.schema.copy()
        function = Function(procedure.symbol, path, procedure.parameters, procedure.body)
        try:
            self.call_function(function, [], {})
        except RaisedError:
            # What certainly raises was not understood; it would never have been released.
            self._give_up(before, module, "a check that is not known before it runs")
        except (_Budget, RecursionError):
            self._give_up(before, module, "more steps than a replay takes")

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

    def execute(self, statement: Value) -> None:
        """Run what is given to `op.execute` or a connection's `execute`."""
        if isinstance(statement, (list, tuple)):
            for each in statement:
                self.execute(each)
            return
        text = text_of_clause(self.index, statement, self._path())
        if text is not None:
            for operation in ddl_operations(text):
                self.apply(operation)
        elif not is_query(self.index, statement, self._path()):
            self.touch(None, "SQL that is not known before it runs")

    # -- statements --------------------------------------------------------------------------------

    def run(self, statements: Sequence[Statement], frame: Frame) -> bool:
        """Run statements; whether what stands behind them is reached."""
        for statement in statements:
            self._steps += 1
            if self._steps > _MAX_STEPS:
                raise _Budget
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
                        self._bind(target, entered, frame)
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
            self.schema, frame.names = before.copy(), _copied(names)
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
        names.update(self._agreed(environments))
        frame.names = names
        if not reached:
            return False
        self.schema = self._merged(reached)
        return True

    def _perhaps(self, body: Sequence[Statement], frame: Frame) -> bool:
        """A loop's body that runs an unknown number of times: not at all, or once with unknown names."""
        loop = _Loop()
        frame.loops.append(loop)
        before = self.schema.copy()
        try:
            reached = self._branch(None, body, (), frame)
        finally:
            frame.loops.pop()
        states = [before, *loop.continued, *loop.broken, *([self.schema] if reached else [])]
        self.schema = self._merged(states)
        return True

    def _loop(self, statement: For, frame: Frame) -> bool:
        items = _items(self.evaluate(statement.iterable, frame))
        if items is None or len(items) > _MAX_ROUNDS:
            self._bind(statement.target, UNKNOWN, frame)
            return self._perhaps(statement.body, frame)
        broken: list[Schema] = []
        for item in items:
            loop = _Loop()
            frame.loops.append(loop)
            self._bind(statement.target, item, frame)
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
                self.schema = self._merged(broken)
                return True
            self.schema = self._merged(ways)
        self.schema = self._merged([self.schema, *broken])
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
        self._bind(statement.target, value, frame)

    def _bind(self, target: Expression, value: Value, frame: Frame) -> None:
        match target:
            case Name(name=name):
                frame.names[name] = value
            case Collection(items=targets):
                values = value if isinstance(value, (list, tuple)) and len(value) == len(targets) else None
                for position, each in enumerate(targets):
                    self._bind(each, values[position] if values is not None else UNKNOWN, frame)
            case Subscript(owner=owner, items=(key,)):
                held = self.evaluate(owner, frame)
                name = self.evaluate(key, frame)
                if isinstance(held, dict) and isinstance(name, (str, int)):
                    held[name] = value

    def _agreed(self, environments: list[dict[str, Value]]) -> dict[str, Value]:
        """The names after several ways: what differs is unknown, a text keeps what its versions share."""
        result: dict[str, Value] = dict(environments[0]) if environments else {}
        for other in environments[1:]:
            for name in {*result, *other}:
                result[name] = self._either(result.get(name, UNKNOWN), other.get(name, UNKNOWN))
        return result

    def _either(self, one: Value, two: Value) -> Value:
        """The value that is one or the other."""
        if one is two or equal(one, two) is True:
            return one
        if isinstance(one, Term) and isinstance(two, Term):
            if one == two or (
                is_query(self.index, one, self._path()) and is_query(self.index, two, self._path())
            ):
                return one
            return UNKNOWN
        if isinstance(one, str | Pattern) and isinstance(two, str | Pattern):
            return either_text(one, two)
        return one if type(one) is type(two) and not isinstance(one, Unknowable) and one == two else UNKNOWN

    def _merged(self, states: Iterable[Schema]) -> Schema:
        unique: list[Schema] = []
        for state in states:
            if all(state is not other for other in unique):
                unique.append(state)
        if len(unique) == 1:
            return unique[0]
        result = merged(unique)
        self._note_differences(unique, result)
        return result

    def _note_differences(self, states: list[Schema], result: Schema) -> None:
        """Note the tables that are there in one way and missing, or have other columns, in another."""
        names = {name for state in states for name in state.tables}
        for name in sorted(names):
            tables = [state.tables.get(name) for state in states]
            present = [table for table in tables if table is not None]
            columns = {frozenset(table.columns) for table in present}
            if len(present) < len(tables) or len(columns) > 1:
                note = Opaque(
                    self.revision, self.anchor, "a condition that is not known before it runs", (name,)
                )
                if note not in self.opaque:
                    self.opaque.append(note)

    # -- expressions ---------------------------------------------------------------------------------

    def evaluate(self, value: Expression | None, frame: Frame) -> Value:
        match value:
            case Constant(value=constant):
                return constant
            case Name():
                return self._name(value, frame)
            case Attribute():
                return self._attribute(value, frame)
            case Call():
                return self._call(value, frame)
            case Collection(kind=kind, items=items):
                values = self._arguments(items, frame)
                if REST in values:
                    return UNKNOWN
                return tuple(values) if kind == "tuple" else values
            case Mapping(items=pairs):
                return self._mapping(pairs, frame)
            case Joined(parts=parts):
                return joined([self.evaluate(part, frame) for part in parts])
            case Subscript(owner=owner, items=items):
                return self._subscript(self.evaluate(owner, frame), items, frame)
            case Conditional(test=test, body=body, otherwise=otherwise):
                known = truth(self.evaluate(test, frame))
                if known is None:
                    return UNKNOWN
                return self.evaluate(body if known else otherwise, frame)
            case OperatorExpression():
                return self._operate(value, frame)
            case Comprehension():
                return self._comprehend(value, frame)
        return UNKNOWN

    def _name(self, value: Name, frame: Frame) -> Value:
        if value.name in frame.names and not value.symbol:
            return frame.names[value.name]
        if not value.symbol:
            return frame.names.get(value.name, UNKNOWN)
        return self._symbol(value.symbol, frame.path)

    def _symbol(self, symbol: str, path: str) -> Value:
        """What a name of a module means."""
        if symbol == "alembic.op":
            return Operations()
        if symbol.startswith(("alembic.", "sqlalchemy.", "builtins.")) or symbol in ("sqlalchemy", "alembic"):
            return Term(Name(symbol.rpartition(".")[2], symbol))
        defined = definition_of(self.index, symbol, path)
        if defined == "alembic.op":
            return Operations()
        if (function := self._function(defined)) is not None:
            return function
        if class_at(self.index, defined) is not None:
            return Instance(defined)
        constant = constant_at(self.index, defined)
        if constant is not None:
            return self.evaluate(constant[1], Frame(constant[0], defined, {}))
        return Term(Name(symbol.rpartition(".")[2], defined))

    def _function(self, symbol: str) -> Function | None:
        found = self.index.one(ProcedureFact, symbol)
        if found is None:
            return None
        path, procedure = found
        owner = None
        if procedure.parameters and procedure.parameters[0].name == "cls":
            owner = Instance(symbol.rpartition(".")[0])
        return Function(procedure.symbol, path, procedure.parameters, procedure.body, {}, owner)

    def _attribute(self, value: Attribute, frame: Frame) -> Value:
        if (symbol := dotted(value)) is not None and self._is_of_module(value, frame):
            return self._symbol(symbol, frame.path)
        owner = self.evaluate(value.owner, frame)
        if value.name == "value" and isinstance(owner, (str, int)):
            # The value of an enum's member.
            return owner
        match owner:
            case Term(value=Call(function=made, arguments=(Constant(value=str(name)), *_))) if (
                value.name == "name" and (dotted(made) or "").endswith(("Column", "Table"))
            ):
                return name
            case Term(value=Call(function=made, arguments=(Constant(value=str(name)),))) if (
                dotted(made) == "importlib.import_module"
            ):
                return self._symbol(f"{name}.{value.name}", frame.path)
            case Term(value=inner):
                return Term(Attribute(inner, value.name))
            case Instance(symbol=symbol):
                return self._member(symbol, value.name)
            case Connection() if value.name in ("bind", "connection", "engine"):
                return owner
            case Operations(is_context=True) if value.name in ("bind", "connection"):
                return Connection()
            case Operations(is_context=True) if value.name == "as_sql":
                return False
        return UNKNOWN

    def _member(self, symbol: str, name: str) -> Value:
        for base in mro(self.index, symbol)[0]:
            function = self._function(f"{base}.{name}")
            if function is not None:
                return Function(
                    function.symbol, function.path, function.parameters, function.body, {}, Instance(symbol)
                )
            constant = constant_at(self.index, f"{base}.{name}")
            if constant is not None:
                return self.evaluate(constant[1], Frame(constant[0], base, {}))
        return UNKNOWN

    def _subscript(self, owner: Value, items: tuple[Expression, ...], frame: Frame) -> Value:
        if len(items) != 1:
            return UNKNOWN
        if isinstance(owner, str | Pattern):
            # A slice of a text mostly cuts its end off.
            return joined([owner, UNKNOWN])
        key = self.evaluate(items[0], frame)
        if isinstance(owner, dict) and isinstance(key, (str, int)):
            return owner.get(key, UNKNOWN)
        if isinstance(owner, (list, tuple)) and isinstance(key, int):
            return owner[key] if -len(owner) <= key < len(owner) else UNKNOWN
        return UNKNOWN

    def _mapping(self, pairs: Sequence[tuple[Expression | None, Expression]], frame: Frame) -> Value:
        made: dict[Any, Value] = {}
        for key, item in pairs:
            value = self.evaluate(item, frame)
            if key is None:
                if not isinstance(value, dict):
                    return UNKNOWN
                made.update(value)
                continue
            name = self.evaluate(key, frame)
            if not isinstance(name, (str, int)):
                return UNKNOWN
            made[name] = value
        return made

    def _comprehend(self, value: Comprehension, frame: Frame) -> Value:
        items = _items(self.evaluate(value.iterable, frame))
        if items is None:
            return UNKNOWN
        inner = Frame(frame.path, frame.symbol, dict(frame.names))
        found: list[Value] = []
        keyed: dict[Any, Value] = {}
        for item in items:
            self._bind(value.target, item, inner)
            kept: bool | None = True
            for condition in value.conditions:
                known = truth(self.evaluate(condition, inner))
                kept = False if known is False else kept if known else None
                if kept is False:
                    break
            if kept is None:
                return UNKNOWN
            if not kept:
                continue
            made = self.evaluate(value.element, inner)
            found.append(made)
            if value.key is not None:
                key = self.evaluate(value.key, inner)
                if not isinstance(key, (str, int)):
                    return UNKNOWN
                keyed[key] = made
        return found if value.key is None else keyed

    def _operate(self, value: OperatorExpression, frame: Frame) -> Value:
        if value.operator in ("and", "or"):
            return self._logic(value, frame)
        operands = [self.evaluate(operand, frame) for operand in value.operands]
        if value.operator == "not":
            known = truth(operands[0])
            return UNKNOWN if known is None else not known
        if len(operands) != 2:
            return UNKNOWN
        left, right = operands
        answer: bool | None
        match value.operator:
            case "==" | "is":
                answer = equal(left, right)
            case "!=" | "is not":
                same = equal(left, right)
                answer = None if same is None else not same
            case "in":
                answer = contains(right, left)
            case "not in":
                held = contains(right, left)
                answer = None if held is None else not held
            case "+" if isinstance(left, (str, Pattern)) or isinstance(right, (str, Pattern)):
                return joined([left, right])
            case "+" if isinstance(left, list) and isinstance(right, list):
                return [*left, *right]
            case "-" | "&" | "|" if isinstance(left, list) and isinstance(right, list):
                return _set_operation(value.operator, left, right)
            case "%" if isinstance(left, str):
                return _formatted(left, right)
            case "<" | "<=" | ">" | ">=" if isinstance(left, int) and isinstance(right, int):
                return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[
                    value.operator
                ]
            case _:
                answer = None
        return UNKNOWN if answer is None else answer

    def _logic(self, value: OperatorExpression, frame: Frame) -> Value:
        unknown = False
        result: Value = UNKNOWN
        for operand in value.operands:
            result = self.evaluate(operand, frame)
            known = truth(result)
            if known is (value.operator == "or"):
                return result if not unknown or value.operator == "or" else known
            unknown = unknown or known is None
        if unknown:
            return UNKNOWN
        return result

    # -- calls -----------------------------------------------------------------------------------------

    def _call(self, call: Call, frame: Frame) -> Value:
        self._steps += 1
        if self._steps > _MAX_STEPS:
            raise _Budget
        arguments = self._arguments(call.arguments, frame)
        keywords: dict[str, Value] | None = {}
        for key, expression in call.keywords:
            value = self.evaluate(expression, frame)
            if key == "**":
                if isinstance(value, dict) and keywords is not None:
                    keywords.update({str(name): item for name, item in value.items()})
                else:
                    keywords = None
            elif keywords is not None:
                keywords[key] = value
        if isinstance(call.function, Attribute) and not self._is_of_module(call.function, frame):
            owner = self.evaluate(call.function.owner, frame)
            if not isinstance(owner, Instance):
                return self._method(owner, call.function.name, arguments, keywords)
            function = self._member(owner.symbol, call.function.name)
        else:
            function = self.evaluate(call.function, frame)
        if isinstance(function, Function):
            return self.call_function(function, arguments, keywords)
        if isinstance(function, Instance):
            return function
        if isinstance(function, Term):
            return self._construct(function, arguments, keywords, frame)
        return UNKNOWN

    def _is_of_module(self, function: Attribute, frame: Frame) -> bool:
        """Whether `a.b.c` is a name of a module or class, and not the method of a value."""
        symbol = dotted(function)
        owner = dotted(function.owner)
        if symbol is None or owner is None or "(" in symbol:
            return False
        return constant_at(self.index, definition_of(self.index, owner, frame.path)) is None

    def _method(
        self, owner: Value, name: str, arguments: list[Value], keywords: dict[str, Value] | None
    ) -> Value:
        if isinstance(owner, Operations):
            return run_operation(self, owner, name, arguments, keywords)
        return call_method(self, owner, name, arguments, keywords)

    def _construct(
        self, function: Term, arguments: list[Value], keywords: dict[str, Value] | None, frame: Frame
    ) -> Value:
        """A call of something that is no function of the workspace."""
        symbol = dotted(function.value) or ""
        resolved = resolve(self.index, symbol, frame.path) if symbol else ""
        last = resolved.rpartition(".")[2]
        if resolved.startswith("alembic.op."):
            return run_operation(
                self, Operations(), resolved.removeprefix("alembic.op."), arguments, keywords
            )
        if resolved.startswith("builtins."):
            return call_builtin(resolved.removeprefix("builtins."), arguments, keywords)
        if last in ("inspect", "from_engine", "Inspector") and resolved.startswith("sqlalchemy"):
            return Inspector()
        if last in ("Session", "sessionmaker", "scoped_session", "create_engine") or (
            last == "get_bind" and resolved.startswith("alembic.")
        ):
            return Connection()
        if isinstance(function.value, Attribute) and last in ("create_all", "drop_all"):
            self.touch(None, f"{last} of a metadata")
            return None
        made: list[tuple[str, Expression]] = []
        for key, value in (keywords or {}).items():
            made.append((key, closed(value)))
        if keywords is None:
            made.append(("**", closed(UNKNOWN)))
        return Term(Call(function.value, tuple(map(_argument, arguments)), tuple(made)))

    def call_function(
        self, function: Function, arguments: list[Value], keywords: dict[str, Value] | None
    ) -> Value:
        """Run a function of the workspace with arguments, and give what it returns."""
        if self._depth >= _MAX_DEPTH:
            # A function that calls itself over data it walks changes no table.
            if may_change_schema(function.body):
                self.touch(None, "calls that go too deep")
            return UNKNOWN
        names = dict(function.closure)
        given = list(arguments)
        if (
            function.owner is not None
            and function.parameters[:1]
            and function.parameters[0].name in ("self", "cls")
        ):
            given.insert(0, function.owner)
        self._parameters(function, names, given, keywords)
        frame = Frame(function.path, function.symbol, names)
        self._depth += 1
        try:
            reached = self.run(function.body, frame)
        finally:
            self._depth -= 1
        if reached:
            frame.left.append(self.schema)
            frame.values.append(None)
        if not frame.left:
            raise RaisedError
        self.schema = self._merged(frame.left)
        value = frame.values[0]
        for other in frame.values[1:]:
            value = self._either(value, other)
        return value

    def _parameters(
        self,
        function: Function,
        names: dict[str, Value],
        given: list[Value],
        keywords: dict[str, Value] | None,
    ) -> None:
        left = dict(keywords or {})
        rest = given[: given.index(REST)] if REST in given else list(given)
        unknown = keywords is None or REST in given
        for slot in function.parameters:
            names[slot.name] = self._parameter(function, slot, rest, left, unknown)

    def _parameter(
        self, function: Function, slot: Slot, rest: list[Value], left: dict[str, Value], unknown: bool
    ) -> Value:
        if slot.kind == "*":
            values, rest[:] = list(rest), []
            return UNKNOWN if unknown else values
        if slot.kind == "**":
            return UNKNOWN if unknown else dict(left)
        if rest:
            return rest.pop(0)
        if slot.name in left:
            return left.pop(slot.name)
        if unknown:
            return UNKNOWN
        if slot.default is not None:
            return self.evaluate(slot.default, Frame(function.path, function.symbol, {}))
        return UNKNOWN

    def _arguments(self, values: Sequence[Expression], frame: Frame) -> list[Value]:
        """Positional arguments or members; `REST` stands for those of a starred one that is not known."""
        found: list[Value] = []
        for value in values:
            if isinstance(value, Starred):
                items = _items(self.evaluate(value.value, frame))
                found.extend([REST] if items is None else items)
            else:
                found.append(self.evaluate(value, frame))
        return found

    def _path(self) -> str:
        return self.revision


def _argument(value: Value) -> Expression:
    return Starred(closed(value)) if value is REST else closed(value)


def _items(value: Value) -> list[Value] | None:
    """The items to go through, where they are known."""
    if isinstance(value, (list, tuple)):
        return list(value)
    if isinstance(value, dict):
        return list(value)
    return None


def _copied(names: dict[str, Value]) -> dict[str, Value]:
    return {
        name: list(value) if isinstance(value, list) else dict(value) if isinstance(value, dict) else value
        for name, value in names.items()
    }


def _set_operation(operator: str, left: list[Value], right: list[Value]) -> Value:
    answers = [contains(right, item) for item in left]
    if None in answers:
        return UNKNOWN
    held = [item for item, answer in zip(left, answers, strict=True) if answer]
    if operator == "&":
        return held
    without = [item for item, answer in zip(left, answers, strict=True) if not answer]
    return (
        without if operator == "-" else [*left, *(item for item in right if contains(left, item) is not True)]
    )


def _formatted(text: str, values: Value) -> Value:
    given = list(values) if isinstance(values, (list, tuple)) else [values]
    parts: list[Value] = []
    pieces = text.split("%s")
    if len(pieces) - 1 != len(given) or isinstance(values, dict):
        return joined([text.split("%")[0], UNKNOWN])
    for position, piece in enumerate(pieces):
        parts.append(piece)
        if position < len(given):
            parts.append(given[position])
    return joined(parts)
