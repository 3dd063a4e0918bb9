"""Files, processes and logs that are read or written as text, and whether their encoding is given."""

from __future__ import annotations

from tree_sitter import Node

from bugcatalog_ls.facts.paths import path_base
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import (
    Arguments,
    arguments_of,
    body_of,
    callee_of,
    constant_value,
    enclosing,
    is_none,
    string_value,
    text_of,
    unparenthesised,
)

# Where the mode and the encoding stand among the positional arguments, and the mode where none is given.
_OPENERS: dict[str, tuple[int | None, int, str]] = {
    "builtins.open": (1, 3, "r"),
    "io.open": (1, 3, "r"),
    "codecs.open": (1, 2, "r"),
    "os.fdopen": (1, 3, "r"),
    "aiofiles.open": (1, 3, "r"),
    "aiofiles.threadpool.open": (1, 3, "r"),
    "anyio.open_file": (1, 3, "r"),
    "gzip.open": (1, 3, "rb"),
    "bz2.open": (1, 3, "rb"),
    "lzma.open": (1, 99, "rb"),
    "tempfile.NamedTemporaryFile": (0, 2, "w+b"),
    "tempfile.TemporaryFile": (0, 2, "w+b"),
    "tempfile.SpooledTemporaryFile": (1, 3, "w+b"),
    "aiofiles.tempfile.NamedTemporaryFile": (0, 2, "w+b"),
    "aiofiles.tempfile.TemporaryFile": (0, 2, "w+b"),
    "logging.FileHandler": (None, 2, "a"),
    "logging.handlers.WatchedFileHandler": (None, 2, "a"),
    "logging.handlers.RotatingFileHandler": (None, 4, "a"),
    "logging.handlers.TimedRotatingFileHandler": (None, 4, "a"),
}
_DEFAULT_BINARY = frozenset({"gzip.open", "bz2.open", "lzma.open"})
_PATH_METHODS: dict[str, tuple[int | None, int, str]] = {
    "open": (0, 2, "r"),
    "read_text": (None, 0, "r"),
    "write_text": (None, 1, "w"),
}
_PROCESSES = frozenset(
    f"subprocess.{name}" for name in ("run", "Popen", "check_output", "check_call", "call")
)
_UNREAD_STREAMS = frozenset({"STDOUT", "DEVNULL"})
TEXT_METHODS = frozenset(_PATH_METHODS)
"""The methods of paths that handle text."""

TEXT_CALLS = tuple(
    {symbol.rpartition(".")[2] for symbol in (*_OPENERS, *_PROCESSES)}
    | TEXT_METHODS
    | {"basicConfig", "TextIOWrapper"}
)
"""The last names of all that handles text."""

LOG_HANDLERS = frozenset(name for name in _OPENERS if name.startswith("logging."))
_ASCII_ONLY = ("/proc/", "/sys/", "/dev/", "NUL")


def is_implicit(file: PyFile, call: Node, symbol: str | None) -> bool:
    """Whether a call surely handles text in whatever encoding the machine prefers."""
    if symbol is None:
        return False
    arguments = arguments_of(call)
    if symbol in _PROCESSES:
        if (
            arguments.dict_unpacked
            or not _is_absent(arguments, None)
            or _reads_no_stream(file, symbol, arguments)
        ):
            return False
        # What says how to take bytes that are no text asks for text, too.
        errors = arguments.keywords.get("errors")
        return (errors is not None and string_value(errors) is not None) or any(
            constant_value(arguments.keywords.get(name)) in (True, 1)
            for name in ("text", "universal_newlines")
        )
    if symbol == "logging.basicConfig":
        given = arguments.keywords.get("filename")
        return (
            given is not None
            and not is_none(given)
            and not arguments.dict_unpacked
            and _is_absent(arguments, None)
        )
    if symbol == "io.TextIOWrapper":
        return not any((arguments.list_unpacked, arguments.dict_unpacked)) and _is_absent(arguments, 1)
    places = _OPENERS.get(symbol)
    if places is None or not _is_text(file, arguments, *places, wants_t=symbol in _DEFAULT_BINARY):
        return False
    return not _is_ascii_only(file, arguments)


def _reads_no_stream(file: PyFile, symbol: str, arguments: Arguments) -> bool:
    """Whether a process surely has the streams of its parent or files, so that `text` decodes nothing."""
    if symbol == "subprocess.check_output" or (
        (given := arguments.keywords.get("input")) and not is_none(given)
    ):
        return False
    streams = [one for name in ("stdin", "stdout", "stderr") if (one := arguments.keywords.get(name))]
    captures = arguments.keywords.get("capture_output")
    if captures is not None and constant_value(captures) is not False:
        return False
    if captures is None and not streams:
        return False
    return all(
        is_none(one) or text_of(one).rpartition(".")[2] in _UNREAD_STREAMS or _is_opened(file, one)
        for one in streams
    )


def _is_opened(file: PyFile, stream: Node) -> bool:
    """Whether a stream is a file that was opened here: the process writes its bytes there itself."""
    bindings = file.names.bindings(stream) if stream.type == "identifier" else []
    values = [binding.value for binding in bindings] if bindings else [stream]
    return all(
        value is not None and value.type == "call" and (file.callee(value) in _OPENERS) for value in values
    )


def _is_text(
    file: PyFile,
    arguments: Arguments,
    mode: int | None,
    encoding: int,
    default: str,
    *,
    wants_t: bool = False,
) -> bool:
    if arguments.list_unpacked or arguments.dict_unpacked or not _is_absent(arguments, encoding):
        return False
    if mode is None:
        return True
    modes = _modes(file, arguments.get("mode", mode), default)
    return bool(modes) and all("t" in one if wants_t else "b" not in one for one in modes)


def _modes(file: PyFile, node: Node | None, default: str, depth: int = 4) -> list[str]:
    """The modes that an argument may give; none where that is not known."""
    if node is None:
        return [default]
    node = unparenthesised(node)
    if node.type == "conditional_expression" and len(node.named_children) == 3:
        first, _, second = node.named_children
        return _all_modes(file, [first, second], default, depth)
    if node.type == "identifier":
        bindings = file.names.bindings(node)
        if not bindings or any(binding.kind != "assign" for binding in bindings):
            return []
        return _all_modes(file, [binding.value for binding in bindings], default, depth)
    value = string_value(node)
    return [value] if value is not None else []


def _all_modes(file: PyFile, nodes: list[Node | None], default: str, depth: int) -> list[str]:
    """The modes of several values; none where one of them is not known."""
    found = [_modes(file, node, default, depth - 1) if node is not None and depth else [] for node in nodes]
    return [mode for modes in found for mode in modes] if all(found) else []


def _is_absent(arguments: Arguments, position: int | None) -> bool:
    given = arguments.get("encoding", position)
    return given is None or is_none(given)


def _is_ascii_only(file: PyFile, arguments: Arguments) -> bool:
    """Whether what is opened holds no text of people: a device, the kernel's files."""
    target = arguments.get("file", 0)
    if target is None:
        return False
    if file.symbol(target) == "os.devnull":
        return True
    if target.type == "string":
        return text_of(target).lstrip("rRfFbBuU").strip("'\"").startswith(_ASCII_ONLY)
    return False


def is_untouched(call: Node) -> bool:
    """Whether a file is only made or emptied: opened and closed with nothing read or written."""
    parent = call.parent
    if parent is not None and parent.type == "attribute":
        return text_of(parent).endswith(".close")
    if parent is None or parent.type != "with_item":
        return False
    statement = enclosing(parent, "with_statement")
    return statement is not None and all(child.type == "pass_statement" for child in body_of(statement))


def implicit_path(file: PyFile, call: Node) -> str | None:
    """What has to be a path for a call to be an implicit text access (empty: it is one)."""
    function = callee_of(call)
    if function is None or function.type != "attribute":
        return None
    name = function.child_by_field_name("attribute")
    places = _PATH_METHODS.get(text_of(name) if name is not None else "")
    if places is None or not _is_text(file, arguments_of(call), *places):
        return None
    owner = function.child_by_field_name("object")
    if owner is None or any(
        f"{quote}{start}" in text_of(owner) for quote in "'\"" for start in _ASCII_ONLY[:3]
    ):
        return None
    return path_base(file, owner)
