"""Where entries overlap with rules of Ruff: what both report, and where the catalog differs on purpose.

Each line of a snippet that one of the two reports ends in `#! both`, or in `#! ruff` or `#! ours` with the
reason of the difference, which the entry's page gives too. The snippets are ours; they follow the shapes that
Ruff's own fixtures try.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bugcatalog_ls.testing.checks import project_of

SNIPPETS = {
    ("S113", "BC201"): """
        import requests
        from requests import get as fetch
        requests.get("https://x.org")  #! both
        requests.get("https://x.org", timeout=None)  #! both
        requests.get("https://x.org", timeout=5)
        requests.post("https://x.org", json={})  #! both
        requests.put("https://x.org", timeout=None)  #! both
        requests.delete("https://x.org")  #! both
        requests.options("https://x.org")  #! both
        requests.head("https://x.org", timeout=(3, 5))
        requests.request("GET", "https://x.org")  #! both
        fetch("https://x.org")  #! both
        import httpx
        httpx.get("https://x.org")
        httpx.get("https://x.org", timeout=None)  #! both
        httpx.AsyncClient(timeout=None)  #! both
        requests.Session().get("https://x.org")  #! ours: sessions have no limit either
    """,
    ("DTZ003", "BC501"): """
        import datetime
        from datetime import datetime as moment
        datetime.datetime.utcnow()  #! both
        moment.utcnow()  #! both
        moment.utcnow().astimezone()
        moment.now(datetime.timezone.utc)
    """,
    ("DTZ004", "BC501"): """
        import datetime
        from datetime import datetime as moment
        datetime.datetime.utcfromtimestamp(1234)  #! both
        moment.utcfromtimestamp(1234)  #! both
        moment.utcfromtimestamp(1234).replace(tzinfo=datetime.timezone.utc)  #! ruff: aware on the spot
    """,
    ("DTZ005", "BC501"): """
        import datetime
        from datetime import datetime as moment
        datetime.datetime.now()  #! both
        moment.now()  #! both
        moment.now(tz=None)  #! both
        moment.now(None)  #! both
        moment.now(datetime.timezone.utc)
        moment.now(tz=datetime.timezone.utc)
        moment.now().astimezone()
        moment.now().astimezone  #! ours: nobody calls it
    """,
    ("DTZ006", "BC501"): """
        import datetime
        from datetime import datetime as moment
        datetime.datetime.fromtimestamp(1234)  #! both
        moment.fromtimestamp(1234)  #! both
        moment.fromtimestamp(1234, None)  #! both
        moment.fromtimestamp(1234, tz=None)  #! both
        moment.fromtimestamp(1234, tz=datetime.timezone.utc)
        moment.fromtimestamp(1234, datetime.timezone.utc)
    """,
    ("PLW1514", "BC502"): """
        import codecs
        import io
        import tempfile
        from pathlib import Path
        open("a.txt")  #! both
        open("a.txt", "w")  #! both
        open("a.txt", mode="at")  #! both
        open("a.txt", encoding="utf-8")
        open("a.txt", "rb")
        open("a.txt", encoding=None)  #! ours: None is what leaves it to the machine
        io.open("a.txt")  #! ours: it is the same function
        codecs.open("a.txt")  #! both
        codecs.open("a.txt", "r", "utf-8")
        io.TextIOWrapper(open("a.txt", "rb"))  #! both
        tempfile.NamedTemporaryFile("w")  #! both
        tempfile.TemporaryFile("w+")  #! both
        tempfile.SpooledTemporaryFile(0, "w")  #! both
        tempfile.NamedTemporaryFile()
        Path("a.txt").open()  #! both
        Path("a.txt").read_text()  #! both
        Path("a.txt").write_text("x")  #! both
        Path("a.txt").read_text("utf-8")
        Path("a.txt").read_bytes()
        def guessed(mode, *args, **kwargs):
            open("a.txt", mode)
            open("a.txt", *args)
            open("a.txt", **kwargs)
    """,
    ("S110", "BC601"): """
        def swallowing(work, log, lock):
            try:
                work()
            except Exception:  #! both
                pass
            try:
                work()
            except:  #! both
                pass
            try:
                work()
            except ValueError:
                pass
            try:
                work()
            except BaseException:  #! both
                pass
            try:
                lock.close()
            except Exception:  #! both
                pass
            try:
                work()
            except Exception:  #! ruff: gives its reason
                pass  # The cache is filled again by the next request.
            try:
                log.info("done")
            except Exception:  #! ruff: a logger that fails has nowhere to say so
                pass
    """,
    ("S112", "BC601"): """
        def skipping(works):
            for work in works:
                try:
                    work()
                except Exception:  #! both
                    continue
                try:
                    work()
                except:  #! both
                    continue
                try:
                    work()
                except (Exception,):  #! both
                    continue
                try:
                    work()
                except (Exception, ValueError):  #! both
                    continue
                try:
                    work()
                except ValueError:
                    continue
    """,
    ("B904", "BC601"): """
        class Failed(Exception): ...
        def renaming(work, other):
            try:
                work()
            except ValueError:
                raise Failed  #! both
            except AssertionError:
                raise
            except KeyError as error:
                raise Failed("no such thing") from error
            except LookupError:
                raise Failed("no such thing") from None
            except OSError as error:
                raise error
            except ArithmeticError as error:
                raise error.with_traceback(None)  #! ruff: the caught error itself
            except RuntimeError:
                raise other  #! ruff: not known to be a new error
            except Exception as error:
                if work:
                    raise Failed("cause unknown")  #! both
                def later():
                    raise Failed("raised elsewhere")
                raise Failed(f"failed: {error}")  #! both
    """,
    ("SIM115", "BC402"): """
        import contextlib
        import gzip
        import pathlib
        import shelve
        import tarfile
        import tempfile
        HELD = open("a.txt")  #! ruff: held as long as the process
        def reading():
            f = open("a.txt")  #! both
            return f.read()
        def path():
            f = pathlib.Path("a.txt").open()  #! both
            return f.read()
        def packed():
            f = gzip.open("a.gz")  #! both
            return f.read()
        def archive():
            f = tarfile.open("a.tar")  #! both
            return f.getnames()
        def shelf():
            f = shelve.open("a")  #! both
            return f["x"]
        def temporary():
            f = tempfile.TemporaryFile()  #! both
            f.write(b"x")
        def entered():
            with contextlib.ExitStack() as stack:
                return stack.enter_context(open("a.txt")).read()
        def emptied():
            open("a.txt", "w").close()
        def closed_at_once():
            f = open("a.txt")  #! ruff: nothing can fail before the close
            f.close()
        def guarded():
            f = open("a.txt")  #! ruff: closed in a finally
            try:
                return f.read()
            finally:
                f.close()
        def given_on():
            f = open("a.txt")  #! ruff: the caller closes it
            return f
    """,
}
_MARK = re.compile(r" +#! (both|ruff|ours)\b.*$")


@pytest.mark.parametrize(("rule", "code"), SNIPPETS, ids=[rule for rule, _ in SNIPPETS])
def test_agrees(rule: str, code: str, tmp_path: Path) -> None:
    marked = [line.removeprefix("        ") for line in SNIPPETS[rule, code].strip("\n").split("\n")]
    lines = [_MARK.sub("", line) for line in marked]
    path = tmp_path / "example.py"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    by_ruff, by_us = _reported_by_ruff(rule, path), _reported_by_us(code, path)
    told = []
    for number, line in enumerate(lines, 1):
        who = {(True, True): "both", (True, False): "ruff", (False, True): "ours"}
        written = who.get((number in by_ruff, number in by_us))
        mark = _MARK.search(marked[number - 1])
        told.append(marked[number - 1] if mark and mark[1] == written else f"{line}  #! {written}")
        if written is None:
            told[-1] = line
    assert "\n".join(told) == "\n".join(marked)


def _reported_by_ruff(rule: str, path: Path) -> set[int]:
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--preview", "--no-cache", "--exit-zero"]
    command += ["--select", rule, "--output-format", "json", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True, timeout=60)
    return {found["location"]["row"] for found in json.loads(done.stdout)}


def _reported_by_us(code: str, path: Path) -> set[int]:
    text = path.read_text(encoding="utf-8")
    spans = [finding.span for finding in project_of(code, {path.name: text}, None).findings(path.name)]
    return {text.encode()[: span.start].count(b"\n") + 1 for span in spans if span is not None}
