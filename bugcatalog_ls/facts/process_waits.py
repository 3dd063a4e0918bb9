"""Waits for a process that was started, and what ends or bounds them."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import enclosing_function, text_of

AWAITED = tuple(
    f"{module}.{name}"
    for module in ("asyncio", "asyncio.subprocess")
    for name in ("create_subprocess_exec()", "create_subprocess_shell()")
)
"""What starts a process of asyncio; its methods take no limit."""
AWAITED_PROCESS = "asyncio.subprocess.Process()"
_STARTED = ("subprocess.Popen()", *AWAITED)


def is_of_process(symbol: str) -> bool:
    """Whether a method is one of a process that was started."""
    return symbol.rpartition(".")[0] in (*_STARTED, AWAITED_PROCESS)


def is_started(symbol: str) -> bool:
    """Whether it is seen what starts the process of a method."""
    return symbol.rpartition(".")[0] in _STARTED


def takes_single_words(symbol: str) -> bool:
    """Whether the process's command is given word by word: `create_subprocess_exec("git", "pull")`."""
    return symbol.rpartition(".")[0].endswith(".create_subprocess_exec()")


def ends_soon(file: PyFile, call: Node, callee: Node) -> bool:
    """Whether the wait for a process is short, or is no wait: the process was told to end before
    (`proc.kill()`), or nothing awaits the coroutine there."""
    symbol = file.symbol(callee) or ""
    if not is_of_process(symbol):
        return False
    is_awaited = call.parent is not None and call.parent.type == "await"
    if symbol.startswith("asyncio.") and not is_awaited:
        return True
    function = enclosing_function(call)
    start = function.start_byte if function is not None else 0
    told = rf"\b{re.escape(text_of(callee).rpartition('.')[0])}\.(?:kill|terminate|send_signal)\("
    return re.search(told.encode(), file.source.data[start : call.start_byte]) is not None
