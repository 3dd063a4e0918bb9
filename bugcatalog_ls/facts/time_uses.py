"""Where a time goes in its file: stored, sent, compared, or merely shown, measured, used as a name."""

from __future__ import annotations

from tree_sitter import Node

from bugcatalog_ls.facts.clocks import Clocks
from bugcatalog_ls.facts.time_destinations import (
    asks,
    dumps,
    is_file_text,
    is_span,
    keeps,
    makes_name,
    names_file,
    passes,
    shows,
)
from bugcatalog_ls.facts.time_meetings import meet
from bugcatalog_ls.facts.time_methods import made_by
from bugcatalog_ls.facts.time_roles import LASTING, Form, Uses, kept_role, returned_roles
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import (
    callee_of,
    enclosing,
    enclosing_function,
    is_none,
    string_value,
    text_of,
)
from bugcatalog_ls.syntax.reads import Reads


class TimeUses:
    """Follows values through the variables, attributes, texts and calls of one file."""

    def __init__(self, file: PyFile) -> None:
        self.file = file
        self.clocks = file.once(Clocks)
        self._reads = Reads(file)
        self._seen: set[tuple[int, Form]] = set()
        self._source: Node | None = None

    def of(self, node: Node, form: Form = "time") -> Uses:
        """All uses of an expression's value."""
        self._seen = set()
        self._source = node
        uses = Uses()
        self._follow(node, form, uses)
        return uses

    def group(self, node: Node) -> tuple[list[Node], list[Uses]]:
        """A reading with all the naive ones that it meets, since aware and naive times do not mix."""
        pending, found, uses = [node], {node.id: node}, []
        while pending and len(found) < 20:
            current = pending.pop()
            use = self.of(current)
            uses.append(use)
            if current.id != node.id and not use.roles & {"measured", "compared"}:
                continue
            for partner in use.partners.values():
                if partner.id not in found:
                    found[partner.id] = partner
                    pending.append(partner)
        return sorted(found.values(), key=lambda source: source.start_byte), uses

    def _follow(self, node: Node, form: Form, uses: Uses) -> None:
        if (node.id, form) in self._seen or len(self._seen) > 400:
            return
        self._seen.add((node.id, form))
        if form == "day":
            uses.is_day = True
        parent = node.parent
        if parent is None:
            return
        match parent.type:
            case "parenthesized_expression" | "await" | "list" | "tuple" | "set" | "expression_list":
                self._follow(parent, form, uses)
            case "list_splat" | "concatenated_string" | "slice" | "type" | "pattern_list":
                self._follow(parent, form, uses)
            case "list_comprehension" | "set_comprehension" | "generator_expression":
                if parent.child_by_field_name("body") == node:
                    self._follow(parent, form, uses)
            case "conditional_expression":
                if parent.named_children[1].id != node.id:
                    self._conditional(parent, form, uses)
            case "boolean_operator":
                self._follow(parent, form, uses)
            case "binary_operator":
                self._arithmetic(node, parent, form, uses)
            case "comparison_operator":
                self._comparison(node, parent, form, uses)
            case "attribute":
                self._member(parent, form, uses)
            case "subscript":
                if parent.child_by_field_name("value") == node and form in ("iso", "text"):
                    self._follow(parent, "text", uses)
            case "interpolation":
                self._interpolation(parent, form, uses)
            case "keyword_argument":
                call = enclosing(parent, "call", "class_definition")
                name = parent.child_by_field_name("name")
                if call is not None and call.type == "call" and name is not None:
                    self._argument(node, call, text_of(name), form, uses)
            case "argument_list":
                call = parent.parent
                if call is not None and call.type == "call":
                    self._argument(node, call, "", form, uses)
            case "pair":
                if parent.child_by_field_name("value") == node and parent.parent is not None:
                    self._pair(parent.parent, parent, form, uses)
            case "dictionary_splat":
                self._follow(parent, form, uses)
            case "assignment":
                self._assignment(node, parent, form, uses)
            case "augmented_assignment":
                uses.roles.add("unknown")
            case "named_expression":
                name = parent.child_by_field_name("name")
                if name is not None:
                    self._follow_reads(name, form, uses)
                self._follow(parent, form, uses)
            case "return_statement" | "yield":
                self._returned(parent, form, uses)
            case "lambda":
                if parent.child_by_field_name("body") == node:
                    self._returned(parent, form, uses)
            case "default_parameter" | "typed_default_parameter":
                if parent.child_by_field_name("value") == node and form != "mixed":
                    uses.roles.add("frozen")
            case "raise_statement" | "assert_statement":
                uses.roles.add("shown")
            case "expression_statement" | "if_statement" | "while_statement" | "not_operator":
                pass
            case _:
                uses.roles.add("unknown")

    # -- expressions -----------------------------------------------------------------------------

    def _arithmetic(self, node: Node, parent: Node, form: Form, uses: Uses) -> None:
        operator = parent.child_by_field_name("operator")
        sign = text_of(operator) if operator is not None else ""
        left, right = parent.child_by_field_name("left"), parent.child_by_field_name("right")
        other = right if left == node else left
        if other is None:
            return
        if form in ("iso", "text", "mixed"):
            if sign == "+" and string_value(other) == "Z" and left == node:
                if form == "iso":
                    uses.zulu.append(parent)
                self._follow(parent, form, uses)
            elif sign == "/" or is_file_text(string_value(other) or ""):
                uses.roles.add("file")
            else:
                self._follow(parent, "mixed", uses)
        elif form == "number":
            self._follow(parent, "number", uses)
        elif sign == "+":
            self._follow(parent, form, uses)
        elif sign == "-":
            if left == node and (self.clocks.is_delta(other) or is_span(text_of(other))):
                self._follow(parent, form, uses)
            else:
                self._against(other, form, uses, is_difference=True)
        elif sign == "%":
            self._follow(parent, "mixed", uses)
        else:
            uses.roles.add("unknown")

    def _conditional(self, parent: Node, form: Form, uses: Uses) -> None:
        condition = parent.named_children[1]
        others = [self.clocks.clocks(child) for child in (parent.named_children[0], parent.named_children[2])]
        if "tzinfo" in text_of(condition) or {"aware"} in others:
            # Whoever wrote this chose the naive branch for what has no zone.
            uses.roles.add("aware")
        else:
            self._follow(parent, form, uses)

    def _comparison(self, node: Node, parent: Node, form: Form, uses: Uses) -> None:
        for other in parent.named_children:
            if other.id == node.id or is_none(other):
                continue
            if form in ("day", "iso", "text"):
                uses.roles.add("compared")
            elif form == "number":
                uses.roles.add("epoch")
            elif form == "time":
                self._against(other, form, uses, is_difference=False)

    def _against(self, other: Node, form: Form, uses: Uses, *, is_difference: bool) -> None:
        """The time is compared with another, or one is subtracted from the other."""
        if form == "day":
            uses.roles.add("compared")
        else:
            meet(self.clocks, self._source, other, uses, is_difference=is_difference)

    def _member(self, attribute: Node, form: Form, uses: Uses) -> None:
        if attribute.child_by_field_name("object") is None:
            return
        name_node = attribute.child_by_field_name("attribute")
        name = text_of(name_node) if name_node is not None else ""
        call = attribute.parent
        is_called = call is not None and call.type == "call" and callee_of(call) == attribute
        if not is_called or call is None:
            uses.checks_zone = uses.checks_zone or name == "tzinfo"
            if name != "tzinfo":
                uses.roles.add("unknown")
            return
        match made_by(name, call, form):
            case "epoch":
                inner = Uses(roles={"epoch"})
                self._follow(call, "number", inner)
                # Whatever becomes of the number: the zone was asked for here.
                uses.roles |= inner.roles - {"unknown"}
            case "aware" | "file" | "unknown" as role:
                uses.roles.add(role)
            case made:
                self._follow(call, made, uses)

    def _interpolation(self, interpolation: Node, form: Form, uses: Uses) -> None:
        string = interpolation.parent
        if string is None or string.type != "string":
            # Inside a format specifier, or a text that did not parse.
            uses.roles.add("unknown")
            return
        words = "".join(text_of(child) for child in string.named_children if child.type == "string_content")
        holes = [child for child in string.named_children if child.type == "interpolation"]
        if form == "iso" and len(holes) == 1 and words == "Z":
            uses.zulu.append(string)
            self._follow(string, "iso", uses)
        elif "://" not in words and is_file_text(words):
            uses.roles.add("file")
        elif not words.strip() and len(holes) == 1:
            self._follow(string, "iso" if form == "iso" else "day" if form == "day" else "text", uses)
        else:
            self._follow(string, "mixed", uses)

    def _pair(self, dictionary: Node, pair: Node, form: Form, uses: Uses) -> None:
        inner = Uses()
        self._follow(dictionary, form, inner)
        uses.partners.update(inner.partners)
        key = pair.child_by_field_name("key")
        if inner.roles and inner.roles <= {"shown", "file"}:
            uses.roles |= inner.roles
        elif key is not None and names_file(string_value(key) or ""):
            uses.roles.add("file")
        elif form in ("time", "day"):
            uses.roles |= inner.roles - {"unknown", "returned"}
            uses.roles.add("stored")
        elif form == "iso":
            uses.roles |= inner.roles - {"unknown"}
            uses.roles.add("serialised")
        elif form == "text":
            uses.roles |= inner.roles or {"unknown"}
        else:
            uses.roles |= inner.roles - LASTING or {"unknown"}

    # -- calls -----------------------------------------------------------------------------------

    def _argument(self, node: Node, call: Node, keyword: str, form: Form, uses: Uses) -> None:
        function = callee_of(call)
        if function is None or function == node:
            return
        symbol = self.file.symbol(function)
        name = text_of(function).split(".")[-1].split("(")[-1].strip("[]'\" ")
        is_raised = enclosing(call, "raise_statement") is not None or name.endswith(("Error", "Exception"))
        if is_raised or shows(name, symbol):
            uses.roles.add("shown")
        elif makes_name(name, symbol, keyword):
            uses.roles.add("file")
        elif (
            name in ("localize", "make_aware")
            or keyword in ("tz", "tzinfo", "timezone")
            or _is_localised(call)
        ):
            uses.roles.add("aware")
        elif passes(name, symbol):
            passed: Form = form
            if name in ("str", "repr") and form == "time":
                passed = "iso"
            self._follow(call, passed, uses)
        elif name == "format":
            self._follow(call, "mixed", uses)
        elif name == "isinstance":
            return
        elif dumps(name):
            uses.roles.add("serialised" if form != "mixed" else "unknown")
        elif keeps(name, symbol):
            uses.roles.add(kept_role(form))
            if asks(name):
                uses.roles.add("queried")
            else:
                uses.is_kept = True
            uses.keywords.append((call, keyword))
        elif form == "iso":
            uses.roles.add("serialised" if keyword else "unknown")
        else:
            uses.roles.add("unknown")

    # -- statements ------------------------------------------------------------------------------

    def _assignment(self, node: Node, assignment: Node, form: Form, uses: Uses) -> None:
        if assignment.child_by_field_name("right") != node:
            return
        outer = assignment.parent
        if outer is not None and outer.type == "assignment":
            self._assignment(assignment, outer, form, uses)
        target = assignment.child_by_field_name("left")
        if target is None:
            return
        if target.type == "identifier":
            if self.file.scopes.at(target.start_byte).kind == "class":
                if form in ("time", "iso", "text", "day"):
                    uses.roles.add("frozen")
                return
            if form in ("text", "iso", "mixed") and names_file(text_of(target)):
                uses.roles.add("file")
                return
            self._follow_reads(target, form, uses)
        elif target.type == "attribute":
            self._attribute_target(target, form, uses)
        elif target.type == "subscript":
            uses.roles.add(kept_role(form))
        else:
            uses.roles.add("unknown")

    def _attribute_target(self, target: Node, form: Form, uses: Uses) -> None:
        name = target.child_by_field_name("attribute")
        written = text_of(name) if name is not None else ""
        if form in ("text", "iso", "mixed") and names_file(written):
            uses.roles.add("file")
            return
        reads = self._reads.of_attribute(target)
        if reads and (written.startswith("_") or not _is_model(enclosing(target, "class_definition"))):
            inner = Uses()
            for read in reads:
                self._follow(read, form, inner)
            uses.partners.update(inner.partners)
            if inner.roles and not inner.roles & {"unknown", *LASTING}:
                uses.roles |= inner.roles
                return
            uses.roles |= inner.roles
        uses.attributes.append((target, written))
        uses.roles.add(kept_role(form))

    def _follow_reads(self, target: Node, form: Form, uses: Uses) -> None:
        for read in self._reads.of_variable(target):
            self._follow(read, form, uses)

    def _returned(self, statement: Node, form: Form, uses: Uses) -> None:
        function = statement if statement.type == "lambda" else enclosing_function(statement)
        name = function.child_by_field_name("name") if function is not None else None
        if form in ("text", "mixed", "iso") and name is not None and names_file(text_of(name)):
            uses.roles.add("file")
        else:
            uses.roles |= returned_roles(form)


def _is_localised(call: Node) -> bool:
    """Whether what a call makes of the time is given its zone at once: `Timestamp(at).tz_localize(zone)`."""
    attribute = call.parent
    if attribute is None or attribute.type != "attribute":
        return False
    return text_of(attribute).rpartition(".")[2] in ("tz_localize", "tz_convert")


def _is_model(owner: Node | None) -> bool:
    """Whether a class says itself that its attributes are columns or fields."""
    if owner is None:
        return False
    superclasses = owner.child_by_field_name("superclasses")
    bases = text_of(superclasses) if superclasses is not None else ""
    return any(word in bases for word in ("Model", "Base", "Schema")) or "__tablename__" in text_of(owner)
