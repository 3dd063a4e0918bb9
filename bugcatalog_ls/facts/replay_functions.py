"""Calls of functions while migrations are replayed: the workspace's are followed, a library's are kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bugcatalog_ls.facts.column_types import is_column_type
from bugcatalog_ls.facts.expressions import (
    Attribute,
    Call,
    Expression,
    Starred,
    Subscript,
    dotted,
)
from bugcatalog_ls.facts.operations import Operation
from bugcatalog_ls.facts.replay_calls import call_builtin, call_method
from bugcatalog_ls.facts.replay_expressions import ExpressionReplay
from bugcatalog_ls.facts.replay_frames import BudgetError, Frame, RaisedError
from bugcatalog_ls.facts.replay_metadata import make_all
from bugcatalog_ls.facts.replay_operations import run_operation
from bugcatalog_ls.facts.replay_sql import may_change_schema
from bugcatalog_ls.facts.replay_values import (
    REST,
    UNKNOWN,
    Connection,
    Function,
    Inspector,
    Instance,
    Operations,
    Term,
    Unknowable,
    Value,
    closed,
)
from bugcatalog_ls.facts.resolve import resolve
from bugcatalog_ls.facts.schema import Schema
from bugcatalog_ls.facts.scripts import (
    Slot,
    Statement,
)

MAX_STEPS = 200_000
_MAX_DEPTH = 12


class CallReplay(ExpressionReplay):
    """Follows calls; statements and the schema are left to a subclass."""

    schema: Schema
    n_steps: int
    depth: int

    def apply(self, operation: Operation) -> None:
        """Apply an operation to the schema."""
        raise NotImplementedError

    def touch(self, table: str | None, reason: str) -> None:
        """Something unknown happens to a table, or to any (None)."""
        raise NotImplementedError

    def touch_all_of(self, method: str) -> None:
        """`create_all` or `drop_all` of a metadata."""
        raise NotImplementedError

    def execute(self, statement: Value) -> None:
        """Run SQL."""
        raise NotImplementedError

    def run(self, statements: Sequence[Statement], frame: Frame) -> bool:
        """Run statements; whether what stands behind them is reached."""
        raise NotImplementedError

    def merged(self, states: Iterable[Schema]) -> Schema:
        """What holds in whichever of the schemas."""
        raise NotImplementedError

    def either(self, one: Value, two: Value) -> Value:
        """The value that is one or the other."""
        raise NotImplementedError

    def call(self, call: Call, frame: Frame) -> Value:
        self.n_steps += 1
        if self.n_steps > MAX_STEPS:
            raise BudgetError
        arguments = self.arguments(call.arguments, frame)
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
        if isinstance(call.function, Attribute) and not self.is_of_module(call.function, frame):
            owner = self.evaluate(call.function.owner, frame)
            if not isinstance(owner, Instance):
                return self._method(owner, call.function.name, arguments, keywords)
            function = self.member(owner.symbol, call.function.name)
        else:
            function = self.evaluate(call.function, frame)
        if isinstance(function, Function):
            return self.call_function(function, arguments, keywords)
        if isinstance(call.function, Subscript | Call) and isinstance(function, Unknowable):
            # `globals()[f"upgrade_{name}"]()`, `{"sqlite": …}[dialect]()`.
            self.touch(None, "a function that is chosen at run time")
            return UNKNOWN
        if isinstance(function, Instance):
            if is_column_type(self.index, function.symbol):
                return self._construct(Term(closed(function)), arguments, keywords, frame)
            return function
        if isinstance(function, Term):
            return self._construct(function, arguments, keywords, frame)
        return UNKNOWN

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
        if last in ("create_all", "drop_all"):
            make_all(self, last, symbol.rpartition(".")[0], keywords, frame.path)
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
        if self.depth >= _MAX_DEPTH:
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
        self.depth += 1
        try:
            reached = self.run(function.body, frame)
        finally:
            self.depth -= 1
        if reached:
            frame.left.append(self.schema)
            frame.values.append(None)
        if not frame.left:
            raise RaisedError
        self.schema = self.merged(frame.left)
        value = frame.values[0]
        for other in frame.values[1:]:
            value = self.either(value, other)
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


def _argument(value: Value) -> Expression:
    return Starred(closed(value)) if value is REST else closed(value)
