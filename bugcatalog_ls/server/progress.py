"""Progress of long work, as the editor shows it and lets the user cancel it."""

from __future__ import annotations

import asyncio
import uuid
from typing import TYPE_CHECKING

from lsprotocol import types

from bugcatalog_ls.ide.api import events

if TYPE_CHECKING:
    from bugcatalog_ls.server.app import Server


class ProgressBars:
    """One bar per token of the analysis. The editor must accept a bar before it hears of it."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._bars: dict[str, _Bar] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def show(self, event: events.Progress) -> None:
        if event.stage == "begin":
            bar = self._bars[event.token] = _Bar()
            bar.events.append(event)
            task = asyncio.get_running_loop().create_task(self._create(bar))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            return
        bar_or_none = self._bars.get(event.token)
        if bar_or_none is None:
            return
        if event.stage == "end":
            del self._bars[event.token]
        if bar_or_none.is_accepted:
            self._say(bar_or_none.shown_token, event)
        else:
            bar_or_none.events.append(event)

    def token_of(self, shown_token: str | int) -> str | None:
        """The analysis's token of a bar."""
        return next((token for token, bar in self._bars.items() if bar.shown_token == shown_token), None)

    async def _create(self, bar: _Bar) -> None:
        params = types.WorkDoneProgressCreateParams(token=bar.shown_token)
        try:
            await self._server.window_work_done_progress_create_async(params)
        except Exception:  # The editor refuses: then nothing is shown.
            return
        bar.is_accepted = True
        for event in bar.events:
            self._say(bar.shown_token, event)
        bar.events.clear()

    def _say(self, token: str, event: events.Progress) -> None:
        value: types.WorkDoneProgressBegin | types.WorkDoneProgressReport | types.WorkDoneProgressEnd
        message = event.message or None
        if event.stage == "begin":
            value = types.WorkDoneProgressBegin(
                title=event.title,
                cancellable=event.cancellable,
                message=message,
                percentage=event.percentage,
            )
        elif event.stage == "report":
            # Whether it can be cancelled stays as it began: `False` would take the button away.
            value = types.WorkDoneProgressReport(message=message, percentage=event.percentage)
        else:
            value = types.WorkDoneProgressEnd(message=message)
        self._server.progress(types.ProgressParams(token=token, value=value))


class _Bar:
    def __init__(self) -> None:
        self.shown_token = str(uuid.uuid4())
        self.is_accepted = False
        self.events: list[events.Progress] = []
