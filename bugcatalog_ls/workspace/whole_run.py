"""What a run over all files found, kept for the next run over the same files: nothing is joined again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from hashlib import blake2b

import msgspec

from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.analysis.result import FileResult, Result


class WholeRun(msgspec.Struct, array_like=True):
    """The findings of files (their places included), the fixes made so far, and what stands in results
    besides facts and findings, of those files that have any of it.

    `others` are the texts that fixes looked at though nobody analyses them: path and digest, empty
    where there was no such file.
    """

    findings: dict[str, tuple[Finding, ...]] = {}
    fixes: dict[bytes, tuple[Fix, ...]] = {}
    others: dict[str, bytes] = {}
    remarks: dict[str, tuple[bool, tuple[tuple[str, str], ...], tuple[tuple[str, int, str], ...]]] = {}

    def note_result(self, path: str, result: Result) -> None:
        remark = (result.has_suppressions, result.failures, result.quarantined)
        if any(remark):
            self.remarks[path] = remark

    def results(self, paths: Iterable[str]) -> dict[str, FileResult]:
        """The results of files, without their facts and findings."""
        found = dict.fromkeys(paths, _NOTHING)
        for path, (has_suppressions, failures, quarantined) in self.remarks.items():
            found[path] = FileResult(
                has_suppressions=has_suppressions, failures=failures, quarantined=quarantined
            )
        return found

    def add(self, other: WholeRun) -> None:
        """Take over what another run found and made."""
        self.findings.update(other.findings)
        self.fixes.update(other.fixes)
        self.others.update(other.others)

    def is_about(self, digest_of: Callable[[str], bytes]) -> bool:
        """Whether the texts are as they were that fixes looked at besides the analysed ones."""
        return all(digest_of(path) == digest for path, digest in self.others.items())


def key_of(digests: Mapping[str, bytes]) -> bytes:
    """Stands for the files of a run and their contents."""
    digest = blake2b(digest_size=16)
    for path in sorted(digests):
        digest.update(b"%d %b " % (len(path), path.encode()))
        digest.update(digests[path])
    return digest.digest()


def name_of(finding: Finding) -> bytes:
    """Stands for a finding, so that its fixes are found again."""
    return blake2b(msgspec.msgpack.encode(finding), digest_size=16).digest()


def pack(run: WholeRun) -> bytes:
    return msgspec.msgpack.encode(run)


def unpack(data: bytes | None) -> WholeRun | None:
    """The run that `pack` gave; None for anything else."""
    if data is None:
        return None
    try:
        return _DECODER.decode(data)
    except msgspec.MsgspecError:
        return None


_NOTHING = FileResult()
_DECODER = msgspec.msgpack.Decoder(WholeRun)
