"""The history of a repository, asked of git: commits, what they changed, and the content of blobs.

The working tree is neither read nor touched, and nothing that a repository's own configuration names is run.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, NamedTuple


class GitError(Exception):
    """Git can't answer; one sentence for people."""


class FileChange(NamedTuple):
    """A file that a commit changed: its path and blob before and after, empty where there is none."""

    old_path: str
    old_blob: str
    path: str
    blob: str


class Commit(NamedTuple):
    """A commit, and what it changed against its first parent."""

    sha: str
    parent: str
    date: str
    author: str
    subject: str
    changes: tuple[FileChange, ...] = ()

    @property
    def short(self) -> str:
        return self.sha[:10]


class GitHistory:
    """A repository; `with` ends the process that reads its blobs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._reader: subprocess.Popen[bytes] | None = None
        self._prefix = self.run("rev-parse", "--show-prefix").strip() if not self._is_bare() else ""

    def __enter__(self) -> GitHistory:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._reader is not None:
            for stream in (self._reader.stdin, self._reader.stdout):
                if stream is not None:
                    stream.close()
            self._reader.kill()
            self._reader.wait()
            self._reader = None

    def commit(self, revision: str) -> Commit:
        """One commit, with what it changed."""
        found = list(self._log(["--max-count=1", *_RAW], revision))
        if not found:
            raise GitError(f"git knows no commit `{revision}`")
        return found[0]

    def commits(self, since: str = "", limit: int = 0, revision: str = "HEAD") -> list[Commit]:
        """The commits of the first-parent history, oldest first; the newest `limit` of them, where given."""
        options = ["--first-parent", *_RAW]
        options += [f"--since={since}"] if since else []
        options += [f"--max-count={limit}"] if limit else []
        return list(reversed(list(self._log(options, revision))))

    def message(self, revision: str) -> str:
        """The whole message of a commit."""
        return self.run("show", "--no-patch", "--format=%B", *_rev(revision)).strip()

    def tree(self, revision: str) -> dict[str, str]:
        """The blobs of a commit's files, by path."""
        said = self.run("ls-tree", "-r", "-z", "--full-tree", *_rev(revision))
        found = {}
        for line in filter(None, said.split("\0")):
            head, _, path = line.partition("\t")
            mode, kind, blob = head.split(" ")
            # Links are no sources, and submodules have no blobs here.
            if kind == "blob" and mode != "120000" and path.startswith(self._prefix):
                found[path[len(self._prefix) :]] = blob
        return found

    def blob(self, sha: str) -> bytes | None:
        """The content of a blob, or None where the repository lacks it."""
        if self._reader is None:
            self._reader = subprocess.Popen(
                self._command("cat-file", "--batch"),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        stdin, stdout = _pipes(self._reader)
        stdin.write(sha.encode("ascii") + b"\n")
        stdin.flush()
        head = stdout.readline().split()
        if len(head) != 3:
            return None
        data = stdout.read(int(head[2]))
        stdout.read(1)
        return data

    def run(self, *arguments: str) -> str:
        """What git says; raises `GitError` where it fails."""
        try:
            done = subprocess.run(
                self._command(*arguments), capture_output=True, stdin=subprocess.DEVNULL, check=False
            )
        except FileNotFoundError:
            raise GitError("git is not installed") from None
        if done.returncode == 0:
            return done.stdout.decode("utf-8", "surrogateescape")
        said = done.stderr.decode("utf-8", "replace").strip()
        if "not a git repository" in said.lower():
            raise GitError(f"{self.folder} is in no git repository")
        if any(
            word in said for word in ("unknown revision", "bad revision", "bad object", "ambiguous argument")
        ):
            raise GitError(
                f"git knows no commit `{arguments[-1] if arguments[-1] != '--' else arguments[-2]}`"
            )
        raise GitError(said.splitlines()[0] if said else "git failed")

    def _is_bare(self) -> bool:
        return self.run("rev-parse", "--is-inside-work-tree").strip() != "true"

    def _command(self, *arguments: str) -> list[str]:
        # A partial clone must not go and fetch what it lacks.
        options = ("-c", "core.quotepath=off", "-c", "core.fsmonitor=false", "-c", "protocol.allow=never")
        return ["git", "--no-optional-locks", *options, "-C", str(self.folder), *arguments]

    def _log(self, options: Sequence[str], revision: str) -> Iterator[Commit]:
        form = "--format=%x1e%H%x1f%P%x1f%cs%x1f%an%x1f%s%x1f"
        try:
            said = self.run("log", form, "--no-color", "-z", "--find-renames", *options, *_rev(revision))
        except GitError as error:
            if "unable to read" not in str(error):
                raise
            # To find files moved and changed at once git reads them, and a partial clone lacks some.
            exact = "--find-renames=100%"
            said = self.run("log", form, "--no-color", "-z", exact, *options, *_rev(revision))
        for record in said.split("\x1e")[1:]:
            sha, parents, date, author, subject, raw = record.split("\x1f", 5)
            yield Commit(sha, parents.split(" ")[0], date, author, subject, tuple(self._changes(raw)))

    def _changes(self, raw: str) -> Iterator[FileChange]:
        fields = raw.lstrip("\0\n").split("\0")
        index = 0
        while index < len(fields) and fields[index].lstrip("\n").startswith(":"):
            head = fields[index].lstrip("\n").split(" ")
            moved = head[4][:1] in ("R", "C")
            old_path = fields[index + 1]
            path = fields[index + 2] if moved else old_path
            index += 3 if moved else 2
            modes = {head[0].lstrip(":"), head[1]}
            if modes & {"120000", "160000"}:
                continue
            old_blob, blob = (sha if set(sha) != {"0"} else "" for sha in head[2:4])
            yield from self._below(FileChange(old_path, old_blob, path, blob))

    def _below(self, change: FileChange) -> Iterator[FileChange]:
        """The change as the folder sees it, which may be a part of the repository."""
        n_prefix = len(self._prefix)
        was, is_ = change.old_path.startswith(self._prefix), change.path.startswith(self._prefix)
        if was or is_:
            old = (change.old_path[n_prefix:], change.old_blob) if was else (change.path[n_prefix:], "")
            new = (change.path[n_prefix:], change.blob) if is_ else (change.old_path[n_prefix:], "")
            yield FileChange(*old, *new)


_RAW = ("--raw", "--no-abbrev", "--diff-merges=first-parent", "--no-ext-diff", "--root")


def _rev(revision: str) -> tuple[str, str]:
    if revision.startswith("-") or not revision:
        raise GitError(f"`{revision}` is not a commit")
    return revision, "--"


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    assert process.stdin is not None
    assert process.stdout is not None
    return process.stdin, process.stdout
