"""The fixture `start`: servers that are ended with the test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import editor as editors
import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def start() -> AsyncIterator[Callable[..., Awaitable[editors.Editor]]]:
    started: list[editors.Editor] = []

    async def start_one(*args: Any, **options: Any) -> editors.Editor:
        editor = await editors.start(*args, **options)
        started.append(editor)
        return editor

    yield start_one
    for editor in started:
        await editors.stop(editor)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
