"""The words of a file that may be names which its import reads and does not find; a cheap first look."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.import_paths import is_for_typing
from bugcatalog_ls.syntax.literals import Words
from bugcatalog_ls.syntax.scopes import BUILTINS, Binding

ALWAYS = frozenset(
    {
        *BUILTINS,
        # What other versions or systems have, and what the import system gives each module.
        *(
            "BaseExceptionGroup",
            "EncodingWarning",
            "ExceptionGroup",
            "PythonFinalizationError",
            "WindowsError",
        ),
        *("aiter", "anext", "__annotations__", "__builtins__", "__cached__", "__conditional_annotations__"),
        *("__file__", "__path__", "__dict__", "__module__", "__qualname__", "__firstlineno__"),
        # What consoles, notebooks and `gettext.install` put into the built-in names.
        *("_", "get_ipython", "get_config", "display"),
        # What only type checkers run.
        *("reveal_type", "reveal_locals"),
    }
)
"""Names that are there in every module, or may be put there from outside."""

_TYPING = Words(b"TYPE_CHECKING")
_KNOWN = {name.encode(): -1 for name in (*ALWAYS, *keyword.kwlist)}
_LONG = rb'"""[^\\"]*(?:(?:\\.|"(?!""))[^\\"]*)*"""|' + rb"'''[^\\']*(?:(?:\\.|'(?!''))[^\\']*)*'''"
_SHORT = rb'"[^"\\\r\n]*(?:\\.[^"\\\r\n]*)*"|' + rb"'[^'\\\r\n]*(?:\\.[^'\\\r\n]*)*'"
# Groups: 1 a name that is no attribute, 2 a formatted string. What stands between belongs to what follows,
# and attributes to what they are read off: each match costs more than its bytes. Names in headers,
# attributes and numbers are passed over; the commonest come first.
_TOKEN = re.compile(
    rb"[^\w\"'#.\x80-\xff]*"
    rb"(?:(?:def\s+\w+(?:\(\s*(?:self|cls)\b)?|class\s+\w+|from\s+[\w.]+)"
    rb"|(?<!\.)([A-Za-z_\x80-\xff][\w\x80-\xff]*)(?![\w\x80-\xff\"'])[.\w]*"
    rb"|#[^\r\n]*"
    rb"|[rR]?[fFtT][rR]?(" + _LONG + rb"|" + _SHORT + rb")"
    rb"|[rRbBuU]{0,2}(?:" + _LONG + rb"|" + _SHORT + rb")"
    rb"|[.\w]+|[\"'\x80-\xff]?)",
    re.DOTALL,
)
_NAME = re.compile(rb"(?<![\w.])[A-Za-z_\x80-\xff][\w\x80-\xff]*")


def first_bindings(file: PyFile) -> dict[bytes, int]:
    """From where on each name of the module may be bound."""
    has_typing = file.holds(_TYPING)
    found: dict[bytes, int] = {}
    for name, bindings in file.scopes.module.bindings.items():
        if any(binding.kind in ("delete", "except") for binding in bindings):
            continue
        offsets = [
            bound_from(file, binding) if has_typing else _bound_from(file, binding) for binding in bindings
        ]
        found[name.encode()] = min(offsets)
    return found


def candidates(file: PyFile, bound: dict[bytes, int]) -> Iterator[tuple[bytes, int]]:
    """The words that run at import and that the module has not bound above them."""
    data, table = file.source.data, _KNOWN | bound
    for start, end in _regions(file):
        for match in _TOKEN.finditer(data, start, end):
            kind = match.lastindex
            if kind == 1:
                word, begin = match[1], match.start(1)
                if table.get(word, end) > begin and not _is_keyword(data, begin, match.end(1)):
                    yield word, begin
            elif kind == 2 and b"{" in match[2]:
                for inner in _NAME.finditer(data, *match.span(2)):
                    if table.get(inner[0], end) > inner.start():
                        yield inner[0], inner.start()


def _is_keyword(data: bytes, start: int, end: int) -> bool:
    """Whether what `=` follows is an argument's name, or a target that begins a line, and no annotation
    (a cheap test; the tree has the last word)."""
    behind = data[end : end + 3].lstrip(b" ")
    if behind[:1] != b"=" or behind[1:2] == b"=":
        return False
    before = data[max(start - _MAX_INDENT, 0) : start]
    text = before.rstrip()
    last = text[-1:]
    return last in (b"(", b",") or (last not in _GOING_ON and b"\n" in before[len(text) :])


_MAX_INDENT = 40
_GOING_ON = frozenset({b":", b"|", b"&", b"\\"})


def _regions(file: PyFile) -> Iterator[tuple[int, int]]:
    """The text without the bodies of functions and without imports."""
    start = 0
    for node in file.nodes("function_definition", "import_statement", "import_from_statement"):
        if node.start_byte < start:
            continue
        body = node.child_by_field_name("body") if node.type == "function_definition" else node
        if body is not None:
            yield start, body.start_byte
            start = body.end_byte
    yield start, len(file.source.data)


def bound_from(file: PyFile, binding: Binding) -> int:
    """From where on a name is bound: a function or class only behind its end."""
    return len(file.source.data) + 1 if is_for_typing(binding.node) else _bound_from(file, binding)


def _bound_from(file: PyFile, binding: Binding) -> int:
    if binding.kind in ("function", "class"):
        return binding.node.end_byte
    if binding.kind in ("annotation", "delete", "augmented"):
        return len(file.source.data) + 1
    return binding.offset
