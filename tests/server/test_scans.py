"""Scans in the background: begun, cancelled and let go of, as the service does them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bugcatalog_ls.ide.api import events, requests
from bugcatalog_ls.ide.service import Service


class Voice:
    """What the service says, gathered."""

    def __init__(self) -> None:
        self.events: list[events.Event] = []

    def __call__(self, event: events.Event, /) -> None:
        self.events.append(event)

    def interrupted(self) -> bool:
        return False

    def bars(self) -> list[tuple[str, str]]:
        return [
            (event.stage, event.message)
            for event in self.events
            if isinstance(event, events.Progress) and event.stage != "report"
        ]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for number in range(3):
        (tmp_path / f"{number}.py").write_text("x = 1\n")
    return tmp_path


def work_until(service: Service, voice: Voice, is_done: Callable[[], bool]) -> None:
    for _ in range(1000):
        if is_done():
            return
        service.work(voice)
    raise AssertionError(voice.events)


def configure(service: Service, voice: Voice, *roots: Path) -> None:
    service.handle(
        requests.Configure(roots=tuple(requests.Root(root.as_posix(), {}) for root in roots)), voice
    )


def test_the_scan_of_a_folder_that_leaves_ends(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # So short that a slice of work is one step of the scan.
    monkeypatch.setattr("bugcatalog_ls.ide.service.SLICE_SECONDS", 0.0001)
    service, voice = Service(), Voice()
    configure(service, voice, root)
    work_until(service, voice, lambda: voice.bars() == [("begin", "")])
    configure(service, voice)
    assert voice.bars() == [("begin", ""), ("end", "")]
    assert not service.work(voice)


def test_a_cancellation_that_comes_late_cancels_nothing(root: Path) -> None:
    service, voice = Service(), Voice()
    configure(service, voice, root)
    work_until(service, voice, lambda: ("end", "3 files") in voice.bars())
    (begun, *_) = [event for event in voice.events if isinstance(event, events.Progress)]
    service.handle(requests.CancelProgress(begun.token), voice)
    voice.events.clear()
    service.handle(requests.Command("scanWorkspace", ()), voice)
    work_until(service, voice, lambda: len(voice.bars()) == 2)
    assert voice.bars() == [("begin", ""), ("end", "0 files")]
