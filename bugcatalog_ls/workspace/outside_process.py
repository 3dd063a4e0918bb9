"""A process of its own that asks jedi: it neither holds up who types nor fills their memory.

It is started with our own import path, and never with the interpreter of the user's environment.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bugcatalog_ls.workspace.outside_members import Members, Packages

_BOOT = (
    "import sys; sys.path[:] = sys.argv.pop(1).split('\\n');"
    " from bugcatalog_ls.workspace.outside_process import main; main(sys.argv[1])"
)
_POLITE = 10


class _Answer(msgspec.Struct, array_like=True):
    owner: str
    members: Members


def ask(folder: Path, owners: Sequence[str], seconds: float | None = None) -> dict[str, Members]:
    """What owners have, by a process that is ended after some seconds where these are given.

    One that is not answered for by then, or on which the process ends, is unknown.
    """
    home = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    here = os.getcwd()
    own = [path for path in sys.path if path and (path == home or os.path.abspath(path) != here)]
    with subprocess.Popen(
        [sys.executable, "-I", "-X", "utf8", "-c", _BOOT, "\n".join(own), str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    ) as process:
        ending = threading.Timer(seconds, process.kill) if seconds is not None else None
        if ending is not None:
            ending.daemon = True
            ending.start()
        try:
            said, _ = process.communicate(msgspec.json.encode(list(owners)))
        finally:
            if ending is not None:
                ending.cancel()
            process.kill()
    answers = dict.fromkeys(owners, Members())
    for line in said.splitlines():
        try:
            answer = msgspec.json.decode(line, type=_Answer)
        except msgspec.MsgspecError:
            # The last line of a process that was ended.
            continue
        answers[answer.owner] = answer.members
    return answers


def main(folder: str) -> None:
    """Answer for the owners that standard input names, one line for each."""
    if hasattr(os, "nice"):
        os.nice(_POLITE)
    packages = Packages(Path(folder))
    for owner in msgspec.json.decode(sys.stdin.buffer.read(), type=list[str]):
        sys.stdout.buffer.write(msgspec.json.encode(_Answer(owner, packages.members(owner))) + b"\n")
        sys.stdout.buffer.flush()
