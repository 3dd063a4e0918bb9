"""What the arguments of a retry say: which exceptions it is for, and whether it waits and ends."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import Arguments, arguments_of, called_name, is_none, text_of, unparenthesised

_EVERYTHING = frozenset({"Exception", "BaseException", "builtins.Exception", "builtins.BaseException"})


def retried_exceptions(file: PyFile, kind: str, arguments: Arguments) -> tuple[bool, bool]:
    """Whether every exception is retried: because the source says so, and because it says nothing."""
    given: Node | None
    match kind:
        case "tenacity":
            given = arguments.keywords.get("retry")
            if given is None:
                return False, True
            if given.type != "call" or called_name(given) != "retry_if_exception_type":
                return False, False
            inner = arguments_of(given)
            types = inner.get("exception_types", 0)
            return types is not None and _is_everything(types), types is None
        case "backoff":
            given = arguments.get("exception", 1)
            gives_up = "giveup" in arguments.keywords
            return given is not None and _is_everything(given) and not gives_up, False
        case "retrying":
            return False, not {"retry_on_exception", "retry_on_result", "wrap_exception"} & set(
                arguments.keywords
            )
        case "stamina":
            given = arguments.keywords.get("on")
            return given is not None and _is_everything(given), False
        case "celery":
            given = arguments.keywords.get("autoretry_for")
            excluded = "dont_autoretry_for" in arguments.keywords
            return given is not None and _is_everything(given) and not excluded, False
    return False, False


def missing_limits(kind: str, arguments: Arguments) -> Iterator[str]:
    """What a retry does without: `stop`, `wait`."""
    names = arguments.keywords
    match kind:
        case "tenacity":
            for part, never in (("stop", "stop_never"), ("wait", "wait_none")):
                given = names.get(part)
                if given is None or text_of(given).split("(")[0].rpartition(".")[2] == never:
                    yield part
        case "backoff":
            if all(is_none(names.get(name)) or name not in names for name in ("max_tries", "max_time")):
                yield "stop"
        case "retrying":
            if not any(name.startswith("stop") for name in names):
                yield "stop"
            if not any(name.startswith("wait") for name in names):
                yield "wait"
        case "stamina":
            if "attempts" in names and is_none(names["attempts"]) and is_none(names.get("timeout")):
                yield "stop"
        case "celery":
            if "max_retries" in names and is_none(names["max_retries"]):
                yield "stop"


def _is_everything(node: Node) -> bool:
    node = unparenthesised(node)
    if node.type in ("tuple", "list"):
        return any(text_of(child) in _EVERYTHING for child in node.named_children)
    return text_of(node) in _EVERYTHING
