"""Availability: whether a use of an optional import can only run where the import was made."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from tree_sitter import Node

from bugcatalog_ls.syntax.chosen_by_name import (
    chosen_at,
    is_chosen_if,
    is_left_to_callers,
    is_offered_if,
    quotes,
    states_need,
)
from bugcatalog_ls.syntax.function_checks import CallStatement, FunctionChecks
from bugcatalog_ls.syntax.given_values import nones_of, values_of
from bugcatalog_ls.syntax.giving_up import conditions_after_giving_up
from bugcatalog_ls.syntax.guards import (
    Condition,
    conditions_at,
    implied,
    operands_joined,
    present,
    statements_before,
)
from bugcatalog_ls.syntax.nodes import (
    FUNCTIONS,
    SCOPES,
    ancestors,
    called_name,
    decorators_of,
    enclosing,
    operator_of,
    text_of,
    unparenthesised,
)
from bugcatalog_ls.syntax.none_cases import is_matched_otherwise
from bugcatalog_ls.syntax.optional_imports import OptionalImport
from bugcatalog_ls.syntax.refused_imports import hands_out_flag, is_refused
from bugcatalog_ls.syntax.words import has_word

_DEPTH = 3
_TELLING = ("avail", "install", "has_", "have_", "enabl", "use_", "support", "is_", "with_", "can_")
_BINDING = frozenset({"staticmethod", "classmethod", "property"})
_QUOTED_LOOKUPS = ("globals(", "locals(", "sys.modules", "find_spec", "vars(")


class Availability:
    """Answers for one optional import of one file; remembers what it found out about functions."""

    def __init__(self, functions: FunctionChecks, optional: OptionalImport) -> None:
        self._file = functions.file
        self._functions = functions
        self._absences = functions.absences
        self._names = optional.companions | {optional.name}
        self._flags = optional.flags
        top = optional.target.lstrip(".").split(".")[0]
        self._words = {word.lower() for word in (optional.name, top) if len(word) > 2}
        self._answers: dict[tuple[int, bool, int], bool] = {}
        self._checkers: dict[int, bool] = {}
        self._predicates: dict[int, bool] = {}
        self._checking_classes: dict[int, bool] = {}

    def is_sure_at(self, node: Node, depth: int = _DEPTH) -> bool:
        """Whether the name is surely there where the node runs, or its absence is handled there."""
        if any(self._tells(condition, depth) for condition in conditions_at(node, beyond_functions=True)):
            return True
        if any(self._is_check(made.call, made.name) for made in self._functions.calls_before(node)):
            return True
        if (
            self._is_given_up_before(node)
            or is_matched_otherwise(node, self._names)
            or self._is_choice_enough(chosen_at(node, self._words))
        ):
            return True
        if any(made.start < node.start_byte for made in self._module_checks):
            return True
        if self._is_module_skipped or self.is_caught(node) or self._is_sure_around(node, depth):
            return True
        if self._is_checked_for_others and enclosing(node, *FUNCTIONS) is not None:
            return True
        return self._is_refused_where_wanted(node)

    def is_tested_at(self, node: Node) -> bool:
        """Whether a test in the function around a node tells that the name is there."""
        return any(self._tells(condition, 0) for condition in conditions_at(node))

    def _is_given_up_before(self, node: Node) -> bool:
        """Whether a test before a node calls, where the import was not made, what ends the work
        (`abort(501)`)."""
        return any(
            self._tells(condition, 0)
            for statement in statements_before(node)
            if statement.type == "if_statement" and self._mentions(statement)
            for condition in conditions_after_giving_up(statement)
        )

    # -- conditions ------------------------------------------------------------------------------

    def _tells(self, condition: Condition, depth: int) -> bool:
        key = condition.node.id, condition.holds, depth
        told = self._answers.get(key)
        if told is None:
            # A long `elif` chain asks each of its conditions anew for every branch below.
            told = self._answers[key] = self._works_out(condition, depth)
        return told

    def _works_out(self, condition: Condition, depth: int) -> bool:
        if any(self._tells_part(part, depth) for part in implied(condition)):
            return True
        return self._tells_all(condition)

    def _tells_all(self, condition: Condition) -> bool:
        """Whether it is one of names that only come together: not `lib is None and other is None`."""
        node = unparenthesised(condition.node)
        if node.type != "boolean_operator":
            return False
        is_either = operator_of(node) == "or"
        if is_either != condition.holds:
            return False
        return all(
            (subject := present(Condition(unparenthesised(part), condition.holds))) is not None
            and text_of(subject) in self._names
            for part in (node.child_by_field_name("left"), node.child_by_field_name("right"))
            if part is not None
        )

    def _is_refused_where_wanted(self, node: Node) -> bool:
        """Whether `if wanted and lib is None: raise` stands before, where `wanted` holds."""
        conditions = list(conditions_at(node))
        refusals = [part for part in conditions if not part.holds and _is_and(part.node)]
        if not any(self._mentions(part.node) for part in refusals):
            return False
        known = {(text_of(part.node), part.holds) for one in conditions for part in implied(one)}
        for refusal in refusals:
            left = [
                part
                for part in _joined_by_and(refusal.node)
                if not {(text_of(one.node), one.holds) for one in implied(Condition(part, True))} <= known
            ]
            if len(left) == 1 and self._tells(Condition(left[0], False), 0):
                return True
        return False

    def _tells_part(self, part: Condition, depth: int) -> bool:
        subject = present(part)
        subject = unparenthesised(subject) if subject is not None else None
        if subject is not None and text_of(subject) in self._names:
            return True
        node, holds = part
        written = text_of(node)
        if written.endswith("TYPE_CHECKING"):
            return holds
        absent = present(Condition(node, not holds))
        if absent is not None and self._flags.get(text_of(absent)) == "none":
            return True
        if subject is not None and self._flags.get(text_of(subject)) == "true":
            return True
        if self._flags.get(written) == "false" and not holds:
            return True
        if self._flags.get(written.partition(" is ")[0]) and node.type == "comparison_operator":
            return True
        if any(lookup in written for lookup in _QUOTED_LOOKUPS) and quotes(written, self._words):
            return True
        if is_chosen_if(node, self._words, holds=holds) and self._is_choice_enough(node):
            return True
        if subject is None:
            return False
        if subject.type == "named_expression":
            parts = [subject.child_by_field_name(field) for field in ("name", "value")]
            return any(part is not None and text_of(part) in self._names for part in parts)
        if self._is_predicate(subject):
            return True
        words = written.lower()
        if any(word in words for word in self._words) and any(telling in words for telling in _TELLING):
            return True
        return depth > 0 and self._was_set_when_sure(subject, depth - 1)

    def _is_predicate(self, subject: Node) -> bool:
        """A call, or a property, of a function of this file that returns whether the import was made, or
        nothing true without it."""
        if subject.type == "call":
            functions = self._functions.named(called_name(subject))
        elif subject.type == "attribute":
            named = self._functions.named(text_of(subject).rpartition(".")[2])
            functions = [one for one in named if self._functions.is_decorated(one)]
        else:
            return False
        return any(
            self._is_named_in(self._functions.returned(function).encode()) or self._says_no(function)
            for function in functions
        )

    def _says_no(self, function: Node) -> bool:
        """Whether a function gives something true only where the import was made: behind
        `if not HAS_LIB: return False`."""
        known = self._predicates.get(function.id)
        if known is None:
            # Functions may ask each other, and themselves.
            self._predicates[function.id] = False
            given = self._functions.true_returns(function)
            known = bool(given) and all(
                any(self._tells(condition, 0) for condition in conditions_at(node)) for node in given
            )
            self._predicates[function.id] = known
        return known

    def _was_set_when_sure(self, subject: Node, depth: int) -> bool:
        """A variable that has a value only where the import was made (`client = lib.Client() if lib …`)."""
        if subject.type not in ("identifier", "attribute"):
            return False
        values = list(values_of(self._file, subject))
        if self._is_emptied_without(subject):
            return True
        if not any(self._mentions(value) for value in values):
            return False
        return all(self._mentions(value) or self.is_sure_at(value, depth) for value in values)

    def _is_emptied_without(self, subject: Node) -> bool:
        """Whether an attribute becomes None behind a test of a flag: `if not HAS_LIB: self.x = None`."""
        for node in nones_of(self._file, subject) if subject.type == "attribute" and self._flags else ():
            test = enclosing(node, "if_statement", *SCOPES)
            condition = test.child_by_field_name("condition") if test is not None else None
            if condition is not None and self._mentions(condition):
                return True
        return False

    def _mentions(self, node: Node) -> bool:
        return self._is_named_in(self._file.source.data, node.start_byte, node.end_byte)

    def _is_named_in(self, data: bytes, start: int = 0, end: int | None = None) -> bool:
        """Whether the name, one that comes with it, or a flag stands in a range of a text."""
        return any(has_word(data, word, start, end) for word in self._told)

    def _is_choice_enough(self, asked: Node | None) -> bool:
        """Whether who chooses the library by its name knows that it is there: a setting of the installation
        does, a caller of a function does where only what is there is on offer."""
        return asked is not None and (not is_left_to_callers(asked) or self._is_offered_if_there)

    # -- statements ------------------------------------------------------------------------------

    def _is_check(self, call: Node, name: str) -> bool:
        """Whether a call raises where the import was not made."""
        if any(self._is_checker(function) for function in self._functions.named(name)):
            return True
        name = name.lower()
        is_named_so = any(word in name for word in ("require", "check", "ensure", "import"))
        return is_named_so and (
            quotes(text_of(call), self._words) or any(word in name for word in self._words)
        )

    def _is_checker(self, function: Node) -> bool:
        known = self._checkers.get(function.id)
        if known is None:
            self._checkers[function.id] = False
            refusals = (
                condition
                for one in (function, *self._functions.within(function))
                for condition in self._functions.refusals(one)
            )
            known = any(self._tells(condition, 0) for condition in refusals)
            self._checkers[function.id] = known
        return known

    def is_caught(self, node: Node) -> bool:
        """Whether the failure is expected: a handler names it, or swallows everything."""
        return self._absences.is_expected_at(node)

    # -- definitions around ------------------------------------------------------------------------

    def _is_sure_around(self, node: Node, depth: int) -> bool:
        """Whether the definitions around a node are made, or used, only where the import was made."""
        for parent in ancestors(node):
            if parent.type not in ("function_definition", "class_definition"):
                continue
            body = parent.child_by_field_name("body")
            if body is None or not body.start_byte <= node.start_byte:
                continue
            if any(
                self._mentions(decorator) or self._is_skip(decorator) for decorator in decorators_of(parent)
            ):
                return True
            if parent.type == "class_definition" and self._is_checking_class(parent):
                return True
            if depth > 0 and self._is_used_when_sure(parent, depth - 1):
                return True
        return False

    def _is_skip(self, decorator: Node) -> bool:
        """Whether a decorator names the library, or is a function of this file that refuses without it."""
        written = text_of(decorator).lower()
        if any(word in written for word in self._words) and "patch" not in written:
            return True
        name = text_of(decorator).lstrip("@ ").partition("(")[0]
        return any(self._is_checker(function) for function in self._functions.named(name))

    def _is_checking_class(self, class_definition: Node) -> bool:
        if self._has_checking_method(class_definition):
            return True
        if is_refused(self._file, self._told, class_definition):
            return True
        body = class_definition.child_by_field_name("body")
        if body is not None and states_need(body, self._words):
            return True
        return hands_out_flag(self._file, class_definition, self._flags)

    def _has_checking_method(self, class_definition: Node) -> bool:
        known = self._checking_classes.get(class_definition.id)
        if known is None:
            self._checking_classes[class_definition.id] = False
            known = any(
                self._is_checker(function) or self._begins_with_check(body)
                for function, body in self._functions.methods(class_definition)
            ) or any(self._has_checking_method(base) for base in self._functions.bases(class_definition))
            self._checking_classes[class_definition.id] = known
        return known

    def _begins_with_check(self, body: Node | None) -> bool:
        calls = self._functions.calls_in(body) if body is not None else []
        return any(self._is_check(made.call, made.name) for made in calls)

    def _is_used_when_sure(self, definition: Node, depth: int) -> bool:
        if any(text_of(one).lstrip("@ ") not in _BINDING for one in decorators_of(definition)):
            return False
        name_node = definition.child_by_field_name("name")
        owner = enclosing(definition, *SCOPES)
        is_method = owner is not None and owner.type == "class_definition"
        references = [
            node
            for node in self._functions.references(
                text_of(name_node) if name_node is not None else "", is_method
            )
            if not definition.start_byte <= node.start_byte < definition.end_byte
        ]
        return bool(references) and all(self.is_sure_at(node, depth) for node in references)

    @cached_property
    def _is_module_skipped(self) -> bool:
        """Whether the module's tests are skipped where the import was not made (`pytestmark = …`)."""
        marks = self._file.scopes.module.bindings.get("pytestmark", ())
        values = [mark.value for mark in marks if mark.value is not None]
        return any("skip" in text_of(value) and self._mentions(value) for value in values)

    @cached_property
    def _module_checks(self) -> list[CallStatement]:
        """The checks that the module itself makes: `pytest.importorskip("redis")`."""
        calls = self._functions.calls_in(self._file.root)
        return [made for made in calls if self._is_check(made.call, made.name)]

    @cached_property
    def _is_checked_for_others(self) -> bool:
        """Whether the module has a function that raises without the import and calls it nowhere itself:
        whoever uses the module's other functions is to call it first."""
        return any(
            self._is_checker(function) and not self._functions.is_called(name)
            for name, function in self._functions.only_refusing
        )

    @cached_property
    def _is_offered_if_there(self) -> bool:
        return is_offered_if(self._file, self._words, self._told)

    @cached_property
    def _told(self) -> list[bytes]:
        return [name.encode() for name in sorted({*self._names, *self._flags})]


def _is_and(node: Node) -> bool:
    node = unparenthesised(node)
    return node.type == "boolean_operator" and operator_of(node) == "and"


def _joined_by_and(node: Node) -> Iterator[Node]:
    waiting = [node]
    while waiting:
        part = unparenthesised(waiting.pop())
        if _is_and(part):
            waiting += reversed(operands_joined(part))
        else:
            yield part
