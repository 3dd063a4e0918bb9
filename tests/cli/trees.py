"""Small trees on disk, and the real command run in them."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from bugcatalog_ls.testing.checks import split_fixture

TEAM_PAGE = """---
code: TEAM-1
name: bare-print
severity: warning
rules:
  - language: python
    rule: {pattern: print($$$ARGS)}
    message: print goes nowhere in a service
    fix: log($$$ARGS)
    applicability: safe
---
# Print in a service
What is printed here is lost.

## Root cause
Nobody reads the standard output of a service.

## Flagged
```python
print("x")
# <------- TEAM-1 print goes nowhere
```

## Fixed
```python
log("x")
```
"""
HINT_PAGE = """---
code: TEAM-2
name: stray-breakpoint
severity: hint
rules:
  - language: python
    rule: {pattern: breakpoint()}
    message: breakpoint stops the service
---
# Breakpoint in a service
A call of breakpoint stops the service.
"""


class Result(NamedTuple):
    """How a run of the command ended, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Tree:
    """A folder of files, and the command run in it."""

    def __init__(self, folder: Path, cache: Path) -> None:
        self.folder = folder
        self._environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "PYTHON"))},
            "XDG_CACHE_HOME": str(cache),
            "LOCALAPPDATA": str(cache),
            "HOME": str(cache),
            "XDG_STATE_HOME": str(folder.parent / "state"),
            "COLUMNS": "110",
            "NO_COLOR": "1",
        }

    def set(self, **variables: str) -> None:
        """Run what comes with these in the environment."""
        self._environment.update(variables)

    def write(self, fixture: str) -> None:
        """Write the files of a fixture in one string."""
        for path, text in split_fixture(fixture).items():
            self.put(path, text)

    def put(self, path: str, content: str | bytes) -> Path:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        return file

    def read(self, path: str) -> str:
        return (self.folder / path).read_bytes().decode("utf-8")

    def run(self, *arguments: str, stdin: bytes = b"", cwd: str = ".", as_anyone: bool = False) -> Result:
        """Run the command; `as_anyone` by somebody whom permissions concern, even if the tests are root's."""
        return self._run(["-m", "bugcatalog_ls", *arguments], stdin, cwd, as_anyone)

    def python(self, code: str) -> Result:
        """Run a piece of Python where the command would run."""
        return self._run(["-c", code], b"", ".")

    def _run(self, arguments: list[str], stdin: bytes, cwd: str, as_anyone: bool = False) -> Result:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder / cwd,
            env=self._environment,
            input=stdin,
            capture_output=True,
            timeout=120,
            preexec_fn=_obey_permissions if as_anyone and is_root() else None,
        )
        return Result(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))

    def start(
        self, *arguments: str, stderr: int = subprocess.PIPE, stdin: int = subprocess.DEVNULL
    ) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "bugcatalog_ls", *arguments],
            cwd=self.folder,
            env=self._environment,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=stderr,
        )

    def git(self, *arguments: str) -> None:
        identity = ("-c", "user.name=test", "-c", "user.email=test@example.org")
        subprocess.run(
            ["git", *identity, *arguments],
            cwd=self.folder,
            env=self._environment,
            check=True,
            capture_output=True,
        )


def is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _obey_permissions() -> None:
    """Give up, for what is run next, the capabilities by which root reads and writes what it may not."""
    drop_from_bounding_set = 24
    for capability in (_DAC_OVERRIDE, _DAC_READ_SEARCH):
        if ctypes.CDLL(None).prctl(drop_from_bounding_set, capability, 0, 0, 0) != 0:
            raise OSError("a capability can't be given up")


_DAC_OVERRIDE, _DAC_READ_SEARCH = 1, 2
"""Numbers of capabilities of Linux, from `capabilities(7)`."""


def lines_about(text: str, word: str) -> list[str]:
    """The lines of a text that hold a word."""
    return [line for line in text.splitlines() if word in line]
