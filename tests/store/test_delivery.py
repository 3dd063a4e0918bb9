"""Runs delivered to a store: once each, by several machines at once, past dead, dying and newer stores."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import text
from store_runs import Machine, batch_of, history_of, sighting, states_of

from bugcatalog_ls.catalog.store import StoreError, opened_store
from bugcatalog_ls.catalog.store_tables import VERSION_TABLE
from bugcatalog_ls.workspace import outbox
from bugcatalog_ls.workspace.delivery import deliver
from bugcatalog_ls.workspace.delivery_orders import Orders, Outcome, is_worth_a_try, order_for, send
from bugcatalog_ls.workspace.history_counts import Counts
from bugcatalog_ls.workspace.history_writing import write_batch


def waiting(machine: Machine) -> list[Path]:
    return outbox.waiting(machine.address.outbox)


def test_what_was_found_and_mended_is_remembered(store_url: str, tmp_path: Path) -> None:
    anna = Machine("Anna", tmp_path, store_url)
    assert anna.sees(models=(sighting("BC1", 3, 7), sighting("BC2", 5, 8)))
    assert anna.sees(models=(sighting("BC2", 15, 8, "suppressed", reason="by hand"),))
    assert not anna.sees(models=(sighting("BC2", 16, 8, "suppressed", reason="by hand"),))
    assert deliver(anna.address, store_url).problem == ""
    assert waiting(anna) == []
    history = history_of(store_url, tmp_path)
    assert [each.name for each in history.repositories] == ["git.example/acme/shop"]
    assert states_of(history) == [("BC1", "mended", "Anna"), ("BC2", "suppressed", "Anna")]
    assert [(each.code, each.n_mended, each.reason) for each in history.occurrences] == [
        ("BC1", 1, ""),
        ("BC2", 0, "by hand"),
    ]
    happened = [(each.before, each.after) for each in history.events]
    assert sorted(happened) == [("", "open"), ("", "open"), ("open", "mended"), ("open", "suppressed")]
    count = Counts(anna.address.of_root("counts")).of("BC1")
    assert count is not None
    assert (count.n_seen, count.n_mended, count.last_person) == (1, 1, "Anna")


def test_a_batch_that_comes_twice_counts_once(store_url: str, tmp_path: Path) -> None:
    anna = Machine("Anna", tmp_path, store_url)
    anna.sees(models=(sighting("BC1", 3),))
    batch = batch_of(waiting(anna)[0])
    with opened_store(store_url, tmp_path) as store:
        assert write_batch(store, batch)
        assert not write_batch(store, batch)
    assert deliver(anna.address, store_url).problem == ""
    history = history_of(store_url, tmp_path)
    assert (len(history.occurrences), len(history.events)) == (1, 1)


def test_the_same_finding_of_two_machines_is_one(store_url: str, tmp_path: Path) -> None:
    anna, ben = Machine("Anna", tmp_path, store_url), Machine("Ben", tmp_path, store_url)
    anna.sees(models=(sighting("BC1", 3),))
    ben.sees(models=(sighting("BC1", 30),))
    # The later run is delivered first, and still decides.
    ben.sees(models=())
    for machine in (ben, anna):
        assert deliver(machine.address, store_url).problem == ""
    history = history_of(store_url, tmp_path)
    assert states_of(history) == [("BC1", "mended", "Ben")]
    assert history.occurrences[0].first_person == "Anna"


def test_an_edit_that_two_machines_see_is_one_finding_still(store_url: str, tmp_path: Path) -> None:
    anna, ben = Machine("Anna", tmp_path, store_url), Machine("Ben", tmp_path, store_url)
    for machine in (anna, ben):
        machine.sees(models=(sighting("BC1", 3, 7),))
        machine.sees(models=(sighting("BC1", 4, 8),))
        deliver(machine.address, store_url)
    assert states_of(history_of(store_url, tmp_path)) == [("BC1", "open", "Anna")]


def test_two_machines_write_at_once_and_nothing_is_lost(team_url: str, tmp_path: Path) -> None:
    n_runs, n_findings = 6, 120
    machines = [Machine(name, tmp_path, team_url) for name in ("Anna", "Ben", "Carla")]
    for number in range(n_runs):
        for own, machine in enumerate(machines):
            shared = tuple(sighting("BC1", 3, mark) for mark in range(n_findings - number))
            alone = tuple(sighting("BC2", 3, 1000 * (own + 1) + mark) for mark in range(n_findings))
            machine.sees(models=shared, views=alone)
    processes = [start_delivery(machine) for machine in machines]
    for process in processes:
        assert process.wait(120) == 0
    for machine in machines:
        # Whoever had to give way tries again.
        assert deliver(machine.address, team_url).problem == ""
        assert waiting(machine) == []
    history = history_of(team_url, tmp_path)
    by_code = {code: [each for each in history.occurrences if each.code == code] for code in ("BC1", "BC2")}
    assert len(by_code["BC1"]) == n_findings
    assert sum(each.state == "mended" for each in by_code["BC1"]) == n_runs - 1
    assert len(by_code["BC2"]) == 3 * n_findings
    assert {each.state for each in by_code["BC2"]} == {"open"}


def start_delivery(machine: Machine) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-m", "bugcatalog_ls.workspace.delivery"], stdin=subprocess.PIPE
    )
    assert process.stdin is not None
    process.stdin.write(msgspec.json.encode(Orders((order_for(machine.address, machine.url),))))
    process.stdin.close()
    return process


def test_a_server_that_is_killed_in_mid_write_loses_nothing(
    postgres_server: Any, team_url: str, tmp_path: Path
) -> None:
    anna = Machine("Anna", tmp_path, team_url)
    anna.sees(models=(sighting("BC1", 3),))
    assert deliver(anna.address, team_url).problem == ""
    anna.sees(models=(sighting("BC1", 3), sighting("BC2", 4)), views=(sighting("BC3", 5),))
    anna.sees(models=(sighting("BC2", 4),), views=(sighting("BC3", 5),))
    outcomes: list[Outcome] = []
    worker = threading.Thread(target=lambda: outcomes.append(deliver(anna.address, team_url)))
    with pytest.raises(StoreError):
        kill_in_mid_write(postgres_server, team_url, tmp_path, worker)
    postgres_server.start()
    [outcome] = outcomes
    assert outcome.trouble == "unreachable"
    assert outcome.problem in ("stopped while it was used", "can't be reached")
    assert len(waiting(anna)) == 2
    assert states_of(history_of(team_url, tmp_path)) == [("BC1", "open", "Anna")]
    assert deliver(anna.address, team_url).problem == ""
    assert waiting(anna) == []
    history = history_of(team_url, tmp_path)
    assert [state[:2] for state in states_of(history)] == [
        ("BC1", "mended"),
        ("BC2", "open"),
        ("BC3", "open"),
    ]
    assert len(history.events) == 4


def kill_in_mid_write(server: Any, url: str, folder: Path, worker: threading.Thread) -> None:
    """Kill the server when a write has got as far as the events, and waits there with half of it done."""
    with opened_store(url, folder) as store, store.engine.connect() as connection:
        connection.execute(text("LOCK TABLE bugcatalog_event IN ACCESS EXCLUSIVE MODE"))
        worker.start()
        wait_for_a_blocked_write(connection)
        server.kill()
        worker.join(60)
        connection.execute(text("SELECT 1"))


def wait_for_a_blocked_write(connection: Any) -> None:
    for _ in range(300):
        waits = connection.execute(
            text(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'bugcatalog_event'::regclass"
            )
        ).scalar_one()
        if waits:
            return
        time.sleep(0.05)
    raise AssertionError("the write never came")


def test_a_dead_store_costs_nothing_and_gets_all_later(tmp_path: Path) -> None:
    url = "postgresql+psycopg://a:geheim@127.0.0.1:1/store"
    anna = Machine("Anna", tmp_path, url)
    anna.sees(models=(sighting("BC1", 3),))
    begun = time.monotonic()
    send([order_for(anna.address, url)])
    assert time.monotonic() - begun < 1
    outcome = deliver(anna.address, url)
    assert (outcome.problem, outcome.trouble) == ("can't be reached", "unreachable")
    assert not is_worth_a_try(anna.address)
    anna.sees(models=())
    assert len(waiting(anna)) == 2
    assert not any("geheim" in file.read_text(errors="replace") for file in files_in(anna.address.folder))


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_an_older_client_keeps_what_a_newer_store_refuses(store_url: str, tmp_path: Path) -> None:
    anna = Machine("Anna", tmp_path, store_url)
    with opened_store(store_url, tmp_path) as store, store.engine.begin() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '0097'"))
    anna.sees(models=(sighting("BC1", 3),))
    outcome = deliver(anna.address, store_url)
    assert outcome.trouble == "newer"
    assert outcome.problem.endswith(": update bugcatalog-ls")
    assert len(waiting(anna)) == 1
    assert not is_worth_a_try(anna.address)


def test_a_new_store_at_the_same_address_hears_all_again(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'team.db'}"
    anna = Machine("Anna", tmp_path, url)
    seen = (sighting("BC1", 3),)
    anna.sees(models=seen)
    deliver(anna.address, url)
    for file in tmp_path.glob("team.db*"):
        file.unlink()
    deliver(anna.address, url)
    assert anna.sees(models=seen)
    deliver(anna.address, url)
    assert states_of(history_of(url, tmp_path)) == [("BC1", "open", "Anna")]


def test_a_batch_that_cannot_be_read_is_kept_and_delays_nobody(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'team.db'}"
    anna = Machine("Anna", tmp_path, url)
    anna.sees(models=(sighting("BC1", 3),))
    broken = anna.address.outbox / "000000000000001-broken.batch"
    broken.write_bytes(b'{"id": "half')
    assert deliver(anna.address, url).problem == ""
    assert broken.with_suffix(".unreadable").exists()
    assert states_of(history_of(url, tmp_path)) == [("BC1", "open", "Anna")]


def test_two_programs_record_the_same_files_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'team.db'}"
    anna = Machine("Anna", tmp_path, url)
    seen = tuple(sighting("BC1", line, line) for line in range(200))
    threads = [threading.Thread(target=lambda: anna.sees(models=seen)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(waiting(anna)) == 1
    deliver(anna.address, url)
    assert len(history_of(url, tmp_path).occurrences) == 200
