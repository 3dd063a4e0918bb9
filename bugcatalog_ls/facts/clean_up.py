"""Clean-up: code that lets go of what was used, and whose failure has nobody left to tell."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.loggers import LEVELS
from bugcatalog_ls.syntax.guards import statements_before
from bugcatalog_ls.syntax.handlers import handler_around
from bugcatalog_ls.syntax.nodes import (
    ancestors,
    arguments_of,
    body_of,
    called_name,
    callee_of,
    enclosing_function,
    text_of,
    unparenthesised,
)

_LETS_GO = frozenset(
    {
        *(
            "close",
            "aclose",
            "cancel",
            "terminate",
            "kill",
            "killpg",
            "disconnect",
            "shutdown",
            "cleanup",
            "unlink",
        ),
        *("remove", "rmtree", "stop", "release", "wait_closed", "join", "quit", "unsubscribe", "detach"),
        *(
            "punsubscribe",
            "deregister",
            "unregister",
            "dispose",
            "abort",
            "teardown",
            "abort_multipart_upload",
            "rmdir",
            "__exit__",
            "__aexit__",
            "empty_cache",
        ),
    }
)
_LETS_GO_OF = re.compile(
    r"_?(?:clean_?up|tear_?down|shutdown|dispose|disconnect|unsubscribe|unregister)_\w+"
    r"|_?release_(?:port|lock|slot|lease|semaphore|connection|conn)s?"
)
# What lets go where it follows another error: `except Exception: remove_file(temporary)`.
_REMOVES = re.compile(
    r"_?(?:remove|delete|unlink|rm)_?(?:\w+_)?(?:files?|folders?|dirs?|director(?:y|ies)|tmp|temp)"
)
# What lets go where the function is there to clean up.
_EMPTIES = frozenset({"clear", "purge"})
_CLEAN_UP = re.compile(r"_*(?:a?close|clean|shut_?down|tear_?down|dispose|release|stop|exit__)")
# `_kill_quietly`, `rollback_safely`: who calls it wants no word.
_QUIET = re.compile(r"(?:^|_)(?:safe|quiet|silent)(?:ly)?(?:_|$)")
# Called, or handed to who calls it in its own thread: `loop.call_soon_threadsafe(task.cancel)`.
_CANCELS = re.compile(rb"\.cancel\(|\b(?:call_soon_threadsafe|call_soon|call_later)\([^()\n]*\.cancel\b")
_ENDED = re.compile(rb"\.(?:kill|terminate)\(")
# Methods of handlers, filters and formatters: what they log comes back to them.
_OF_LOGGING = frozenset({"emit", "filter", "format", "handle", "formatException"})
_RECORD = re.compile(rb"\brecord\b")
# Not every `print_label`, which may send paper to a printer.
_PRINTS = re.compile(
    r"print|_?print_(?:exc|exception|stack|tb|traceback|last|debug|info|status|message|error|warning|usage|help)"
    r"|_?debug_\w+|\w+_debug"
)
_IMPORTS = ("import_statement", "import_from_statement")
_PASSING = frozenset(
    {
        *("wait_for", "shield", "gather", "to_thread", "run_until_complete", "ensure_future", "submit"),
        *("run_coroutine_threadsafe", "call_soon_threadsafe"),
    }
)
_WAITING = frozenset({"wait", "wait_for", "gather", "shield", "ensure_future"})


def is_last_resort(statement: Node) -> bool:
    """Whether a statement runs in a `finally`, in `__del__` or in a log handler: nobody is left to tell."""
    for parent in ancestors(statement):
        if parent.type == "finally_clause":
            return True
        name = parent.child_by_field_name("name") if parent.type == "function_definition" else None
        if name is not None and (text_of(name) == "__del__" or _is_of_logging(parent, text_of(name))):
            return True
    return False


def _is_of_logging(function: Node, name: str) -> bool:
    parameters = function.child_by_field_name("parameters")
    return (
        name in _OF_LOGGING and parameters is not None and _RECORD.search(parameters.text or b"") is not None
    )


def only_cleans_up(block: Node) -> bool:
    """Whether the body of a `try` or `with` does nothing but let go of things."""
    body = body_of(block)
    if body and all(child.type in _IMPORTS for child in body):
        return block.type == "try_statement"
    acts = [
        statement for statement in body if statement.type != "pass_statement" and not only_tells(statement)
    ]
    return bool(acts) and all(_cleans_up(statement) for statement in acts)


def is_clean_up(block: Node, takes_exits: bool) -> bool:
    """Whether a body only lets go of things where that is what is left to do: of nothing else can it tell.

    Elsewhere a `close` that fails is told like any other error, above all where `KeyboardInterrupt` and
    `SystemExit` are taken with it.
    """
    if not only_cleans_up(block):
        return False
    if handler_around(block) is not None or follows_cancel(block) or _follows_kill(block):
        return True
    if all(child.type in _IMPORTS or _awaits_task(child) for child in body_of(block)):
        return True
    function = enclosing_function(block)
    name = function.child_by_field_name("name") if function is not None else None
    if name is not None and text_of(name) in ("__exit__", "__aexit__"):
        return True
    says_so = name is not None and _QUIET.search(text_of(name)) is not None
    return not takes_exits and (says_so or ends_work(block))


def only_logs(block: Node) -> bool:
    """Whether a body does nothing but log: a logger that fails has nowhere to say so."""
    body = [child for child in body_of(block) if child.type not in _IMPORTS]
    return bool(body) and all(
        only_logs(statement) if statement.type == "if_statement" else only_tells(statement)
        for statement in body
    )


def only_tells(statement: Node) -> bool:
    """Whether a statement is a log call or prints, and nothing else."""
    return (call := _call_of(statement)) is not None and is_log_call(call)


def lets_go(call: Node) -> bool:
    """Whether a call lets go of something, or waits for calls that do."""
    name = called_name(call)
    if name.lstrip("_") in _LETS_GO or name in _LETS_GO or _LETS_GO_OF.fullmatch(name):
        return True
    function = enclosing_function(call)
    owner = function.child_by_field_name("name") if function is not None else None
    told = text_of(owner) if owner is not None else ""
    if name == "rollback":
        return handler_around(call) is not None or "rollback" in told
    is_clean_up = ends_work(call)
    if _REMOVES.fullmatch(name):
        return is_clean_up or handler_around(call) is not None
    if name in ("put", "put_nowait"):
        # An empty word in the queue tells who reads it that there is no more.
        return [text_of(value) for value in arguments_of(call).positional] == ["None"]
    if name in _EMPTIES:
        return is_clean_up
    if name not in _PASSING and not is_clean_up:
        return False
    arguments = arguments_of(call)
    inner = [unparenthesised(value) for value in (*arguments.positional, *arguments.list_unpacked)]
    return any(_lets_go_as_argument(value) for value in inner)


def ends_work(node: Node) -> bool:
    """Whether the function around is there to end things: `cleanup`, `stop`, `shutdown`."""
    function = enclosing_function(node)
    name = function.child_by_field_name("name") if function is not None else None
    return name is not None and _CLEAN_UP.match(text_of(name)) is not None


def follows_cancel(node: Node) -> bool:
    """Whether something was cancelled just before: whoever waits for it asked for the CancelledError."""
    return any(_CANCELS.search(statement.text or b"") for statement in statements_before(node))


def _cleans_up(statement: Node) -> bool:
    if statement.type in ("if_statement", "for_statement", "with_statement", "try_statement"):
        inner = body_of(statement)
        return bool(inner) and all(_cleans_up(child) for child in inner)
    if statement.type == "pass_statement" or statement.type in _IMPORTS:
        return True
    call = _call_of(statement)
    if call is not None:
        is_wait = called_name(call) in _WAITING
        return lets_go(call) or (is_wait and (follows_cancel(statement) or _follows_kill(statement)))
    value = statement.named_children[0] if statement.named_children else None
    is_await = statement.type == "expression_statement" and value is not None and value.type == "await"
    return _awaits_task(statement) or (is_await and follows_cancel(statement))


def _awaits_task(statement: Node) -> bool:
    """`await self.task` where work ends: what the task raises is its own."""
    value = statement.named_children[0] if statement.named_children else None
    if statement.type != "expression_statement" or value is None or value.type != "await":
        return False
    return value.named_children[0].type in ("identifier", "attribute") and ends_work(statement)


def _call_of(statement: Node) -> Node | None:
    """The call that a statement consists of, awaited or not."""
    value = statement.named_children[0] if statement.named_children else None
    if statement.type != "expression_statement" or value is None:
        return None
    if value.type == "await" and value.named_children:
        value = value.named_children[0]
    return value if value.type == "call" else None


def _lets_go_as_argument(value: Node) -> bool:
    """`conn.close()`, `conn.close` or `(conn.close() for conn in pool)` as an argument."""
    if value.type in ("generator_expression", "list_comprehension"):
        body = value.child_by_field_name("body")
        return body is not None and _lets_go_as_argument(body)
    if value.type == "call":
        return lets_go(value)
    return value.type == "attribute" and text_of(value).rpartition(".")[2] in _LETS_GO


def _follows_kill(statement: Node) -> bool:
    """Whether a process was ended just before, so that what waits for it lets go of it."""
    return any(_ENDED.search(before.text or b"") for before in statements_before(statement))


def is_log_call(call: Node) -> bool:
    """Whether a call logs or prints."""
    if _PRINTS.fullmatch(called_name(call)):
        return True
    owner, _, name = text_of(callee_of(call) or call).rpartition(".")
    is_level = name in LEVELS or name.removeprefix("a") in LEVELS
    if re.match(r"(?:logging|structlog)\.get_?logger\(", owner, re.IGNORECASE):
        return is_level
    return is_level and owner.rpartition(".")[2].lower().strip("_").startswith("log")
