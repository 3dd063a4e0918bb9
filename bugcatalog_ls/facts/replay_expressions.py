"""Expressions of migrations, evaluated without running them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bugcatalog_ls.facts.constants import constant_at, definition_of
from bugcatalog_ls.facts.exports import ModuleExports
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
from bugcatalog_ls.facts.migrations import ProcedureFact
from bugcatalog_ls.facts.replay_frames import Frame
from bugcatalog_ls.facts.replay_operators import applied, items_of
from bugcatalog_ls.facts.replay_values import (
    REST,
    UNKNOWN,
    Connection,
    Dialect,
    Function,
    Instance,
    Operations,
    Pattern,
    Term,
    Value,
    joined,
    truth,
)
from bugcatalog_ls.facts.resolve import class_at, mro

_LIBRARIES = ("alembic.", "sqlalchemy.", "builtins.")


class ExpressionReplay:
    """Evaluates expressions; what calls do is left to a subclass."""

    index: FactIndex
    revision: str
    dialect: str
    """The database that the migrations run on, by SQLAlchemy's name; empty where both ways are taken."""

    def call(self, call: Call, frame: Frame) -> Value:
        """What a call gives, with all that it does."""
        raise NotImplementedError

    def bind(self, target: Expression, value: Value, frame: Frame) -> None:
        """Give names their values."""
        match target:
            case Name(name=name):
                frame.names[name] = value
            case Collection(items=targets):
                values = value if isinstance(value, (list, tuple)) and len(value) == len(targets) else None
                for position, each in enumerate(targets):
                    self.bind(each, values[position] if values is not None else UNKNOWN, frame)
            case Subscript(owner=owner, items=(key,)):
                held = self.evaluate(owner, frame)
                name = self.evaluate(key, frame)
                if isinstance(held, dict) and isinstance(name, (str, int)):
                    held[name] = value

    def evaluate(self, value: Expression | None, frame: Frame) -> Value:
        match value:
            case Constant(value=constant):
                return constant
            case Name():
                return self._name(value, frame)
            case Attribute():
                return self._attribute(value, frame)
            case Call():
                return self.call(value, frame)
            case Collection(kind=kind, items=items):
                values = self.arguments(items, frame)
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
        is_library = symbol.startswith(_LIBRARIES) or symbol in ("sqlalchemy", "alembic")
        if is_library and not self._is_of_revisions(symbol):
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

    def _is_of_revisions(self, symbol: str) -> bool:
        """Whether it is the revisions' own: most of them stand in a folder that is called `alembic`, too."""
        segments = symbol.split(".") if symbol.startswith("alembic.") else []
        modules = (".".join(segments[:n]) for n in range(2, len(segments)))
        return any(self.index.one(ModuleExports, module) is not None for module in modules)

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
        if (symbol := dotted(value)) is not None and self.is_of_module(value, frame):
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
                return self.member(symbol, value.name)
            case Connection() if value.name in ("bind", "connection", "engine"):
                return owner
            case Connection() | Operations(is_context=True) if value.name == "dialect":
                return Dialect()
            case Dialect() | Connection() if value.name == "name" and self.dialect:
                return self.dialect
            case Operations(is_context=True) if value.name == "impl":
                return owner
            case Operations(is_context=True) if value.name in ("bind", "connection"):
                return Connection()
            case Operations(is_context=True) if value.name == "as_sql":
                return False
        return UNKNOWN

    def member(self, symbol: str, name: str) -> Value:
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
        items = items_of(self.evaluate(value.iterable, frame))
        if items is None:
            return UNKNOWN
        inner = Frame(frame.path, frame.symbol, dict(frame.names))
        found: list[Value] = []
        keyed: dict[Any, Value] = {}
        for item in items:
            self.bind(value.target, item, inner)
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
        return applied(value.operator, *operands) if len(operands) == 2 else UNKNOWN

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

    def is_of_module(self, function: Attribute, frame: Frame) -> bool:
        """Whether `a.b.c` is a name of a module or class, and not the method of a value."""
        symbol = dotted(function)
        owner = dotted(function.owner)
        if symbol is None or owner is None or "(" in symbol:
            return False
        return constant_at(self.index, definition_of(self.index, owner, frame.path)) is None

    def arguments(self, values: Sequence[Expression], frame: Frame) -> list[Value]:
        """Positional arguments or members; `REST` stands for those of a starred one that is not known."""
        found: list[Value] = []
        for value in values:
            if isinstance(value, Starred):
                items = items_of(self.evaluate(value.value, frame))
                found.extend([REST] if items is None else items)
            else:
                found.append(self.evaluate(value, frame))
        return found
