"""Texts that are put into attributes of objects: how long they can be, as far as the file tells."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.given_texts import row_class
from bugcatalog_ls.facts.made_texts import known_length, maker_of, returned
from bugcatalog_ls.facts.orm import is_revision
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.literals import Words
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import enclosing, string_value, text_of
from bugcatalog_ls.syntax.words import WORD_BYTES

# Begins with what is rare, for speed: what stands before the sign is looked at afterwards.
_CANDIDATE = re.compile(
    rb"=[ ]?(?:(f?[\"'])|(?:str\()?(?:hashlib|uuid\d?|secrets|bcrypt|sha\d+|md5|token_\w+)\b"
    rb"|(?:\w+\.)*(?:generate_password_hash|hash)\()"
)
_DEFAULT = re.compile(
    rb"default(?:_factory)?\s?=\s?(?:lambda\b|(?:[a-z_]\w*\.)*[a-z_]\w*(?=\s*[,)]))(?<!None)(?<!list)(?<!dict)"
)
_DECLARING = Words(b"Column(", b"mapped_column(", b"Field(")
# The makers of texts that a local name may hold.
_LOCAL = re.compile(
    rb"^(?:str\()?(?:\w+\.)*(?:hashlib|uuid|secrets|bcrypt|sha\d+|md5|token_|generate_pass|hash)"
)
_ATTRIBUTE = re.compile(rb"\.\w+[ ]?$")
_LETTERS = bytes(WORD_BYTES)
_KEYWORDS = frozenset(
    {b"message", b"msg", b"detail", b"description", b"help", b"title", b"text", b"content", b"prompt"}
)


class StoredText(Fact, frozen=True):
    """A text for an attribute of an instance of `owner`, a class's symbol.

    `length` is that of what is known of it; `parts` are the symbols of the attributes that stand in it.
    `maker` is the symbol of the function that makes it, where another file tells how long that is.
    """

    path: str
    owner: str
    attribute: str
    length: int
    parts: tuple[tuple[str, str], ...]
    is_composite: bool
    anchor: str
    maker: str = ""

    @property
    def key(self) -> str:
        return self.path


def _collect(file: PyFile, facts: Facts) -> None:
    if is_test_path(file.path) or is_revision(file):
        return
    seen: set[int] = set()
    data = file.source.data
    _collect_defaults(file, facts)
    for match in _CANDIDATE.finditer(data):
        before = data[max(0, match.start() - 80) : match.start()]
        if match[1] is not None and _ATTRIBUTE.search(before) is None:
            # A literal for an attribute is of interest, for a keyword only a text that is put together.
            keyword = before[len(before.rstrip(_LETTERS)) :]
            # What such keywords say is for people, mostly of exceptions.
            if not keyword or match[1][:1] != b"f" or keyword in _KEYWORDS:
                continue
        node: Node | None = file.root.descendant_for_byte_range(match.end() - 1, match.end())
        while node is not None and node.type not in ("assignment", "keyword_argument"):
            node = node.parent
        if node is None or node.id in seen:
            continue
        seen.add(node.id)
        for owner, attribute, value in _targets(file, node):
            measured = _measure(file, value)
            if measured is not None:
                length, parts, composite = measured
                anchor = facts.anchor(f"text {owner}.{attribute}", value)
                maker = "" if length or composite else maker_of(file, _held(file, value))
                facts.add(StoredText(file.path, owner, attribute, length, parts, composite, anchor, maker))


VOCABULARY = Vocabulary(
    _collect,
    (
        b'f"',
        b"f'",
        b"hashlib",
        b"uuid",
        b"secrets",
        b"bcrypt",
        b' = "',
        b" = '",
        b".hash(",
        b"password_hash(",
    ),
)


def _targets(file: PyFile, node: Node) -> Iterator[tuple[str, str, Node]]:
    if node.type == "assignment":
        left, value = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or value is None:
            return
        if left.type == "identifier":
            yield from _of_local(file, node, value)
        if left.type != "attribute":
            return
        # `self` is an object of a model only where there are models.
        if text_of(left).startswith("self.") and not _has_models(file):
            return
        owner = file.symbol(left.child_by_field_name("object"))
        name = left.child_by_field_name("attribute")
        if owner is None or not owner.endswith("()"):
            row = row_class(file, left.child_by_field_name("object"))
            owner = f"{row}()" if row is not None else None
        if owner is not None and name is not None and "(" not in owner[:-2]:
            yield owner[:-2], text_of(name), value
        return
    call = node.parent.parent if node.parent is not None else None
    name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
    if call is None or call.type != "call" or name is None or value is None:
        return
    callee = call.child_by_field_name("function")
    last = text_of(callee).rpartition(".")[2] if callee is not None else ""
    if not last[:1].isupper() or last in ("Field", "Column"):
        return
    symbol = file.callee(call)
    if symbol is not None and "(" not in symbol:
        yield symbol, text_of(name), value


def _of_local(file: PyFile, assignment: Node, value: Node) -> Iterator[tuple[str, str, Node]]:
    """Where a digest or token goes that a local name holds and nothing else is bound to."""
    left, function = assignment.child_by_field_name("left"), enclosing(assignment, "function_definition")
    if left is None or function is None or _LOCAL.match(value.text or b"") is None:
        return
    if not known_length(file, value) and not maker_of(file, value):
        return
    name = (left.text or b"").decode()
    used = re.compile(rb"=\s?(" + name.encode() + rb")\s*(?=[,)\n;#]|$)")
    for match in used.finditer(file.source.data, assignment.end_byte, function.end_byte):
        node = file.root.descendant_for_byte_range(match.start(1), match.end(1))
        taker = node.parent if node is not None else None
        if node is None or taker is None or taker.type not in ("assignment", "keyword_argument"):
            continue
        bindings = file.names.bindings(node)
        if len(bindings) == 1 and bindings[0].value == value and not _is_target(taker, node):
            yield from _targets(file, taker)


def _held(file: PyFile, value: Node) -> Node:
    """What a name holds that is bound once; anything else as it is."""
    bindings = file.names.bindings(value) if value.type == "identifier" else []
    held = bindings[0].value if len(bindings) == 1 else None
    return held if held is not None else value


def _is_target(assignment: Node, node: Node) -> bool:
    return assignment.child_by_field_name("left") == node


def _collect_defaults(file: PyFile, facts: Facts) -> None:
    """What functions give new rows (`default=lambda: str(uuid4())`), written in a class's body."""
    data = file.source.data
    for match in _DEFAULT.finditer(data) if file.holds(_DECLARING) else ():
        node: Node | None = file.root.descendant_for_byte_range(match.end() - 1, match.end())
        while node is not None and node.type != "keyword_argument":
            node = node.parent
        value = node.child_by_field_name("value") if node is not None else None
        statement = node
        while statement is not None and statement.type not in ("assignment", "block", "module"):
            statement = statement.parent
        left = statement.child_by_field_name("left") if statement is not None else None
        owner = (
            enclosing(statement, "class_definition") if left is not None and statement is not None else None
        )
        if value is None or left is None or owner is None or left.type != "identifier":
            continue
        made = _returned(file, value)
        length = known_length(file, made) if made is not None else 0
        maker = "" if made is not None else file.symbol(value) or ""
        if maker.startswith(f"{file.module}.") or maker.partition(".")[0] in sys.stdlib_module_names:
            maker = ""
        symbol = next((each.symbol for each in file.classes if each.node == owner), None)
        if (length or maker) and symbol is not None:
            name = text_of(left)
            anchor = facts.anchor(f"text {symbol}.{name}", value)
            facts.add(StoredText(file.path, symbol, name, length, (), False, anchor, maker))


def _returned(file: PyFile, value: Node) -> Node | None:
    """What a lambda, or a function of the file with one statement, returns."""
    if value.type == "lambda":
        return value.child_by_field_name("body")
    if value.type != "identifier":
        return None
    bindings = file.names.bindings(value)
    function = bindings[0].node if len(bindings) == 1 else None
    while function is not None and function.type not in ("function_definition", "module"):
        function = function.parent
    return returned(function) if function is not None else None


def _has_models(file: PyFile) -> bool:
    return b"__tablename__" in file.source.data or b"table=True" in file.source.data


def _measure(file: PyFile, value: Node) -> tuple[int, tuple[tuple[str, str], ...], bool] | None:
    value = _held(file, value)
    if value.type == "string":
        text = string_value(value)
        if text is not None:
            return len(text), (), False
        return _composite(file, value)
    length = known_length(file, value)
    return (length, (), False) if length or maker_of(file, value) else None


def _composite(file: PyFile, value: Node) -> tuple[int, tuple[tuple[str, str], ...], bool] | None:
    length = 0
    parts: list[tuple[str, str]] = []
    for child in value.named_children:
        if child.type == "string_content":
            length += len(text_of(child).replace("{{", "{").replace("}}", "}"))
        elif child.type == "interpolation":
            hole = child.child_by_field_name("expression")
            if hole is None or any(each.type == "format_specifier" for each in child.named_children):
                continue
            if hole.type == "attribute":
                owner = file.symbol(hole.child_by_field_name("object"))
                name = hole.child_by_field_name("attribute")
                if owner is not None and name is not None and owner.endswith("()"):
                    parts.append((owner[:-2], text_of(name)))
                    continue
            is_uuid = hole.type == "call" and (file.callee(hole) or "").startswith("uuid.uuid")
            length += 36 if is_uuid else known_length(file, hole)
    return length, tuple(parts), True
