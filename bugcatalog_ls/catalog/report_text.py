"""The text of an incident report, whatever it was saved as: encodings told apart, mangled ones mended."""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple


class ReportText(NamedTuple):
    """A report as text with `\\n` line ends, the encoding it was read as, and what was mended in it."""

    text: str
    encoding: str = "utf-8"
    repairs: tuple[str, ...] = ()


def decode_report(raw: bytes) -> ReportText:
    """The text of a report; nothing is refused, since a report that is half legible is still one."""
    text, encoding = _decoded(raw)
    repairs: list[str] = []
    # A text that went through wrong hands twice is mangled twice.
    for _ in range(_MAX_TIMES):
        mended = _mended(text)
        if mended is None:
            break
        text, through = mended
        repairs.append(f"UTF-8 that was read as {through}")
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    return ReportText(text, encoding, tuple(repairs))


_MAX_TIMES = 2
_WIDE_RUN = re.compile(r"[^\x00-\x7f]+")
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
# Bytes that Windows' code page leaves undefined come through as control characters.
_SINGLE_BYTE = {"mac_roman": "Mac Roman", "cp1252": "Windows-1252", "cp437": "code page 437"}


def _decoded(raw: bytes) -> tuple[str, str]:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if raw.startswith(mark):
            return raw.decode(encoding, "replace"), encoding.removesuffix("-sig")
    try:
        return raw.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    for encoding in _likely(raw):
        try:
            return raw.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "replace"), "utf-8"


def _likely(raw: bytes) -> list[str]:
    """Chinese encodings write pairs of high bytes; European ones put a single one between letters."""
    runs = _HIGH_RUN.findall(raw)
    paired = sum(len(run) for run in runs if len(run) >= 2)
    if sum(map(len, runs)) * 0.7 <= paired:
        return ["gb18030", "big5", "cp1252", "latin-1"]
    return ["cp1252", "latin-1"]


def _mended(text: str) -> tuple[str, str] | None:
    """The text with its mangled runs as they once were, and how they were read; None where none is."""
    best: tuple[int, str, str] = (0, "", "")
    for codec, name in _SINGLE_BYTE.items():
        made, n_mended, _ = _through(text, codec)
        if best[0] < n_mended:
            best = (n_mended, made, name)
    made, n_mended, n_runs = _through(text, "gb18030")
    # Chinese that was never mangled may by accident spell UTF-8 in a word or two, not in most.
    if best[0] < n_mended and n_runs * 0.6 <= n_mended:
        best = (n_mended, made, "GBK")
    return (best[1], best[2]) if best[0] else None


def _through(text: str, codec: str) -> tuple[str, int, int]:
    """The text with each run that spells UTF-8 in `codec` taken as such; how many do, of how many."""
    n_mended = n_runs = 0

    def mend(match: re.Match[str]) -> str:
        nonlocal n_mended, n_runs
        run = match[0]
        n_runs += len(run) > 1
        made = _as_utf8(run, codec) if len(run) > 1 else None
        n_mended += made is not None
        return run if made is None else made

    return _WIDE_RUN.sub(mend, text), n_mended, n_runs


def _as_utf8(run: str, codec: str) -> str | None:
    raw = bytearray()
    for character in run:
        try:
            raw += character.encode(codec)
        except UnicodeEncodeError:
            if character == "\ufffd" and codec == "gb18030":
                raw += b"?"
                continue
            if codec != "cp1252" or ord(character) > 0xFF:
                return None
            raw.append(ord(character))
    try:
        made = raw.decode("utf-8")
    except UnicodeDecodeError:
        return _as_far_as_it_goes(bytes(raw)) if codec == "gb18030" else None
    return made if len(made) < len(run) or codec == "gb18030" else None


def _as_far_as_it_goes(raw: bytes) -> str | None:
    """What is left of a text of which a byte here and there was lost on the way; else None."""
    made = raw.decode("utf-8", "replace")
    return made if _WIDE_RUN.search(made) and made.count("\ufffd") * 3 <= len(made) else None
