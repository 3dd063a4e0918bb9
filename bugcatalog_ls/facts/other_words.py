"""Whether a name that looks like another one stands for another thing, by the words in which they differ."""

from __future__ import annotations

from bugcatalog_ls.text.wording import in_snake_case

_PAIRS = """
debit/credit in/out input/output request/response min/max minimum/maximum first/last start/stop
start/end begin/end open/close open/closed enable/disable enabled/disabled add/remove add/delete
add/subtract insert/delete create/delete create/destroy create/update create/read update/read
update/delete push/pop push/pull load/save load/store load/dump loads/dumps read/write get/set
get/delete set/delete set/unset encode/decode encrypt/decrypt compress/decompress import/export
send/receive upload/download left/right top/bottom upper/lower up/down before/after source/target
show/hide lock/unlock locked/unlocked increment/decrement increase/decrease activate/deactivate
active/inactive connect/disconnect register/unregister subscribe/unsubscribe mount/unmount
bind/unbind parent/child parents/children next/previous next/prev old/new success/failure
success/error succeeded/failed allow/deny allowed/denied grant/revoke login/logout buy/sell
buyer/seller sender/receiver serialize/deserialize valid/invalid known/unknown public/private
sync/async user/admin true/false on/off
"""
_OPPOSITES = frozenset(frozenset(pair.split("/")) for pair in _PAIRS.split())
# From here on one word is a slip of another one.
_SAME_WORD = 70.0


def means_another(name: str, other: str) -> bool:
    """Whether two names differ by words of opposite meaning, or, where they are those of classes and
    constants, by a whole word: `DebitNote` is no slip of `CreditNote`."""
    words, others = (in_snake_case(each.strip("_")).split("_") for each in (name, other))
    own = [word for word in words if word not in others]
    its = [word for word in others if word not in words]
    if any(frozenset((one, two)) in _OPPOSITES for one in own for two in its):
        return True
    if not (own and its and name.strip("_")[:1].isupper() and other.strip("_")[:1].isupper()):
        return False
    # Imported where a name is unknown: it costs 6 ms.
    from rapidfuzz import fuzz

    return all(fuzz.ratio(one, two) < _SAME_WORD for one in own for two in its)
