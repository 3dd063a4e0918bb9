"""Memory that a long piece of work leaves behind."""

from __future__ import annotations

import gc
import sys


def give_back_memory() -> None:
    """Free what only refers to itself, and give the system what the allocator keeps for later.

    After a scan that is a seventh of all that the process has, on Linux with the GNU library; others
    have no such call, or need none.
    """
    gc.collect()
    if sys.platform == "linux":
        # Imported here: nobody else needs it.
        import ctypes

        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
