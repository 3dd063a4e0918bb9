"""The cache: what it gives back, when it refuses to, and that damage costs no more than time."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bugcatalog_ls.workspace.cache import Cache, cache_folder, open_cache, prune_caches
from bugcatalog_ls.workspace.files import UNSETTLED, FileStamp, settled_stamp_of

STAMP = FileStamp(1, 2, 3, 4)


def reopened(tmp_path: Path, fingerprint: bytes = b"v1", root: str = "root") -> Cache:
    return open_cache(tmp_path / root, fingerprint, tmp_path / "cache")


def filled(tmp_path: Path) -> Cache:
    cache = reopened(tmp_path)
    cache.put("a.py", b"A" * 16, b"result of a", STAMP)
    cache.put("b/é.py", b"B" * 16, b"", UNSETTLED)
    cache.put("c.py", b"C" * 16, bytes(range(256)) * 40, STAMP)
    assert cache.save()
    return cache


def test_gives_back_what_was_put(tmp_path: Path) -> None:
    for cache in (filled(tmp_path), reopened(tmp_path)):
        assert len(cache) == 3
        assert cache.by_stamp("a.py", STAMP) == b"result of a"
        assert cache.by_stamp("c.py", STAMP) == bytes(range(256)) * 40
        assert cache.by_content("b/é.py", b"B" * 16) == b""


def test_a_changed_file_has_no_result(tmp_path: Path) -> None:
    cache = filled(tmp_path)
    for stamp in (STAMP._replace(mtime_ns=9), STAMP._replace(ctime_ns=9), STAMP._replace(inode=9), UNSETTLED):
        assert cache.by_stamp("a.py", stamp) is None
    assert cache.by_stamp("b/é.py", UNSETTLED) is None
    assert cache.by_content("a.py", b"X" * 16) is None
    assert cache.by_stamp("none.py", STAMP) is None


def test_a_touched_file_is_recognised_by_its_content_and_then_by_its_stamp(tmp_path: Path) -> None:
    cache, touched = filled(tmp_path), STAMP._replace(mtime_ns=9)
    assert cache.by_content("a.py", b"A" * 16, touched) == b"result of a"
    assert cache.by_stamp("a.py", touched) == b"result of a"
    assert cache.save()
    assert reopened(tmp_path).by_stamp("a.py", touched) == b"result of a"


def test_saves_are_added_to(tmp_path: Path) -> None:
    filled(tmp_path)
    cache = reopened(tmp_path)
    cache.put("a.py", b"Z" * 16, b"new", STAMP)
    cache.keep_only({"a.py", "c.py"})
    assert cache.save()
    again = reopened(tmp_path)
    assert len(again) == 2
    assert again.by_stamp("a.py", STAMP) == b"new"
    assert again.by_stamp("c.py", STAMP) == bytes(range(256)) * 40


def test_another_catalog_or_root_starts_empty(tmp_path: Path) -> None:
    cache = filled(tmp_path)
    assert len(reopened(tmp_path, b"v2")) == 0
    assert len(reopened(tmp_path, root="other")) == 0
    os.replace(cache.file, reopened(tmp_path, root="other").file)
    assert len(reopened(tmp_path, root="other")) == 0


def test_of_two_writers_the_later_wins_and_both_stay_sound(tmp_path: Path) -> None:
    first = filled(tmp_path)
    second = reopened(tmp_path)
    second.put("d.py", b"D" * 16, b"d", STAMP)
    first.put("a.py", b"Z" * 16, b"longer than it was before", STAMP)
    assert second.save()
    assert first.by_stamp("c.py", STAMP) == bytes(range(256)) * 40
    assert first.save()
    assert second.by_stamp("d.py", STAMP) == b"d"
    assert reopened(tmp_path).by_stamp("a.py", STAMP) == b"longer than it was before"
    assert reopened(tmp_path).by_stamp("d.py", STAMP) is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_damage_costs_results_and_never_changes_them(tmp_path: Path, data: st.DataObject) -> None:
    reopened(tmp_path).file.unlink(missing_ok=True)
    file = filled(tmp_path).file
    raw = bytearray(file.read_bytes())
    if data.draw(st.booleans()):
        del raw[data.draw(st.integers(0, len(raw))) :]
    else:
        raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    file.write_bytes(bytes(raw))
    cache = reopened(tmp_path)
    assert cache.by_stamp("a.py", STAMP) in (None, b"result of a")
    cache.put("e.py", b"E" * 16, b"e", STAMP)
    assert cache.save()
    again = reopened(tmp_path)
    assert again.by_stamp("e.py", STAMP) == b"e"
    assert again.by_stamp("c.py", STAMP) in (None, bytes(range(256)) * 40)


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("in the way")
    cache = reopened(tmp_path)
    cache.put("a.py", b"A" * 16, b"a", STAMP)
    assert not cache.save()
    assert cache.by_stamp("a.py", STAMP) == b"a"


def test_old_caches_are_pruned(tmp_path: Path) -> None:
    now = time.time()
    for name, age_days in (("new.cache", 0), ("old.cache", 31), ("x.tmp", 2), ("y.tmp", 0), ("note.txt", 90)):
        (tmp_path / name).write_bytes(b"12345678")
        os.utime(tmp_path / name, (now - age_days * 86_400,) * 2)
    prune_caches(tmp_path)
    assert sorted(os.listdir(tmp_path)) == ["new.cache", "note.txt", "y.tmp"]
    prune_caches(tmp_path, max_bytes=7)
    assert sorted(os.listdir(tmp_path)) == ["note.txt", "y.tmp"]


def test_an_opened_cache_counts_as_used(tmp_path: Path) -> None:
    file = filled(tmp_path).file
    os.utime(file, (1, 1))
    assert reopened(tmp_path).save()
    assert time.time() - file.stat().st_mtime < 60


def test_the_folder_is_the_users() -> None:
    assert not cache_folder().is_relative_to(Path.cwd())


@pytest.mark.parametrize(("age_ns", "settled"), [(10_000_000, False), (100_000_001, True)])
def test_stamps_settle(tmp_path: Path, age_ns: int, settled: bool) -> None:
    (tmp_path / "a").touch()
    status = os.stat(tmp_path / "a")
    changed_ns = max(status.st_mtime_ns, status.st_ctime_ns)
    assert (settled_stamp_of(status, changed_ns + age_ns) != UNSETTLED) is settled
    os.utime(tmp_path / "a", (1, 1))
    status = os.stat(tmp_path / "a")
    assert settled_stamp_of(status, status.st_ctime_ns + 1_000_000_000) == UNSETTLED
