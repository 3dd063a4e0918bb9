"""Launching the analysis process, with nothing but the standard library."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import NamedTuple

# The folder that the editor was started in must not be on the child's path: modules of the
# user's project would be imported from there.
_BOOT = (
    "import sys; sys.path[:] = sys.argv.pop(1).split('\\n');"
    " from bugcatalog_ls.server.analysis import main; main(*sys.argv[1:])"
)


class Launched(NamedTuple):
    """A process, and the service it was launched for (None: ours)."""

    process: subprocess.Popen[bytes]
    service: str | None


def launch(service: str | None = None) -> Launched:
    """Start an analysis process whose service is `module:factory`."""
    command = [sys.executable, "-I", "-X", "utf8", "-c", _BOOT, "\n".join(_import_path())]
    process = subprocess.Popen(
        [*command, service] if service else command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    return Launched(process, service)


def _import_path() -> list[str]:
    """Our own `sys.path` without the working folder, unless we ourselves live there."""
    home = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    here = os.getcwd()
    return [path for path in sys.path if path and (path == home or os.path.abspath(path) != here)]
