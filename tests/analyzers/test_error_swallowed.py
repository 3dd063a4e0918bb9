"""BC601 in the corners that its page leaves out."""

import pytest

from bugcatalog_ls.testing.checks import apply_all_fixes, check_findings, check_fix


def test_a_loop_that_ends_at_an_error_is_left() -> None:
    check_findings(
        "BC601",
        """
        def read_all(source):
            rows = []
            while True:
                try:
                    rows.append(source.read())
                except Exception:
                    break
            return rows
        """,
    )


def test_everything_is_caught_under_any_name() -> None:
    check_findings(
        "BC601",
        """
        import builtins

        def f(x):
            try:
                x()
            except BaseException as e:
          # ^^^^^^^^^^^^^^^^^^^^^^^^^ BC601 the exception is caught here and what it said is lost
                ...
            try:
                x()
            except (ValueError, builtins.Exception):
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC601
                return
            try:
                x()
            except ValueError:
                pass
        """,
    )


def test_what_tells_somebody_is_no_silence() -> None:
    check_findings(
        "BC601",
        """
        import traceback

        def f(x, report, state):
            try:
                x()
            except Exception as e:
                return {"error": str(e)}
            try:
                x()
            except Exception:
                traceback.print_exc()
            try:
                x()
            except Exception:
                report()
                return None
            try:
                x()
            except Exception:
                state.failed = True
            try:
                x()
            except Exception:
                return compute_again(x)
        """,
    )


def test_rollback_alone_tells_nobody() -> None:
    check_findings(
        "BC601",
        """
        async def f(session, row):
            try:
                session.add(row)
                await session.commit()
            except Exception:
          # ^^^^^^^^^^^^^^^^ BC601
                await session.rollback()
                return False
        """,
    )


def test_reasons_are_sentences_not_directives() -> None:
    check_findings(
        "BC601",
        """
        def f(x):
            try:
                x()
            except Exception:  # noqa: BLE001, S110
          # ^^^^^^^^^^^^^^^^ BC601
                pass
            try:
                x()
            except Exception:
                pass  # the cache is only a convenience
            try:
                x()
            # best effort: telemetry must not break the caller
            except Exception:
                pass
            try:
                x()
            except Exception:
          # ^^^^^^^^^^^^^^^^ BC601
                pass  # TODO: handle this
            try:
                x()
            except Exception:  # noqa: BLE001 - the probe may fail in any way
                pass
        """,
    )


def test_tries_of_a_loop_that_ends_in_a_raise() -> None:
    check_findings(
        "BC601",
        """
        def f(urls, load):
            for url in urls:
                try:
                    return load(url)
                except Exception:
                    continue
            raise RuntimeError("none of the mirrors answered")
        """,
    )


def test_clean_up() -> None:
    check_findings(
        "BC601",
        """
        import asyncio
        import contextlib
        from contextlib import suppress

        async def stop(client, tasks, temporary):
            try:
                await client.aclose()
            except Exception:
                pass
            with suppress(Exception):
                temporary.unlink()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            with contextlib.suppress(BaseException):
               # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC601
                client.flush()
        """,
    )


def test_clean_up_that_can_tell_is_told() -> None:
    check_findings(
        "BC601",
        """
        from contextlib import suppress

        def close_index(index):
            try:
                index.close()
            except:
          # ^^^^^^ BC601 the exception is caught here and what it said is lost
                ...

        def leave(broker, path):
            with suppress(Exception):
               # ^^^^^^^^^^^^^^^^^^^ BC601.fallback
                broker.disconnect()
            with suppress(BaseException):
               # ^^^^^^^^^^^^^^^^^^^^^^^ BC601 every exception is suppressed here and what it said is lost
                broker.disconnect()
            try:
                path.unlink()
            except Exception:
          # ^^^^^^^^^^^^^^^^ BC601.fallback
                pass

        class Lease:
            def __exit__(self, *error):
                try:
                    self.lock.release()
                except:
                    pass

            async def stop(self):
                self.renewal.cancel()
                try:
                    await self.renewal
                except BaseException:
                    pass
                try:
                    self.lock.release()
                except Exception:
                    pass

        def save(session, row):
            try:
                session.add(row)
                session.commit()
            except Exception:
                try:
                    session.rollback()
                except:
                    pass
                raise
        """,
    )


def test_error_logs_are_followed_to_their_logger() -> None:
    check_findings(
        "BC601",
        """
        #- log.py
        import logging

        logger = logging.getLogger("app")

        #- use.py
        from log import logger
        from unknown import log

        def f(x):
            try:
                x()
            except Exception as e:
                logger.error("x failed: %s", e)
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC601.untraced logger.error logs the error
                log.error("x failed")
            try:
                x()
            except Exception as e:
                logger.error("x failed", exc_info=e)
            try:
                x()
            except Exception as e:
                logger.error("x failed")
                raise
            try:
                x()
            except KeyError:
                logger.error("no such key")
        """,
    )


def test_raises_in_handlers() -> None:
    check_findings(
        "BC601",
        """
        import sys
        from fastapi import HTTPException

        class Wrong(Exception): ...

        def f(x, stored):
            try:
                x()
            except ValueError as e:
                raise e
            except KeyError as e:
                raise Wrong
              # ^^^^^^^^^^^ BC601.uncaused
            except TypeError:
                raise SystemExit(2)
            except AttributeError:
                raise stored
            except OSError as error:
                raise HTTPException(500, detail=str(error))
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC601.unchained
            except MemoryError as error:
                said = f"it failed: {error}"
                raise Wrong(said)
              # ^^^^^^^^^^^^^^^^^ BC601.unchained
            except Exception:
                def later():
                    raise Wrong("later")
                return later
        """,
    )


def test_fix_uses_the_logger_that_the_file_imports() -> None:
    check_fix(
        "BC601",
        """
        #- use.py
        from log import audit_log as trail

        class Job:
            async def run(self, x):
                try: x()
                except Exception: pass

        #- log.py
        import logging

        audit_log = logging.getLogger("audit")
        """,
        """
        #- use.py
        from log import audit_log as trail

        class Job:
            async def run(self, x):
                try: x()
                except Exception: trail.exception("run failed")

        #- log.py
        import logging

        audit_log = logging.getLogger("audit")
        """,
    )


def test_fix_makes_a_logger_below_the_imports() -> None:
    check_fix(
        "BC601",
        '''
        """About this module."""

        from __future__ import annotations

        import json

        x = 1

        def f():
            try:
                return json.loads("{")
            except Exception as problem:
                return None
        ''',
        '''
        """About this module."""

        from __future__ import annotations

        import json
        import logging

        logger = logging.getLogger(__name__)

        x = 1

        def f():
            try:
                return json.loads("{")
            except Exception as problem:
                logger.exception("f failed")
                return None
        ''',
    )


def test_fix_chains_with_a_name_that_is_free() -> None:
    check_fix(
        "BC601",
        """
        def f(x, exc):
            try:
                x()
            except (KeyError, ValueError):
                raise RuntimeError(exc)
        """,
        """
        def f(x, exc):
            try:
                x()
            except (KeyError, ValueError) as error:
                raise RuntimeError(exc) from error
        """,
    )


@pytest.mark.parametrize(
    "answer",
    [
        "return f'cannot load {name}'",
        "return State.DOWN",
        "return math.nan",
        "return float('inf')",
        "return None, None",
        "return dict(total=0)",
        "return web.json_response({'error': 'internal'}, status=500)",
    ],
)
def test_generic_answers_swallow(answer: str) -> None:
    check_findings(
        "BC601",
        f"""
import math
from aiohttp import web
from states import State


def load(client, name):
    try:
        return client.load(name)
    except Exception:
  # ^^^^^^^^^^^^^^^^ BC601
        {answer}
""",
    )


def test_several_types_without_parentheses() -> None:
    check_findings(
        "BC601",
        """
        def load(client):
            try:
                return client.load()
            except ValueError, Exception:
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC601
                return None
        """,
    )


def test_results_that_nobody_reads() -> None:
    check_findings(
        "BC601",
        """
        import asyncio


        async def assigned(jobs):
            results = await asyncio.gather(*jobs, return_exceptions=True)
            #               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC601
            return "done"


        async def thrown_away(jobs):
            _ = await asyncio.wait_for(asyncio.gather(*jobs, return_exceptions=True), timeout=5)
            #                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC601


        async def stopped(tasks, pool):
            for task in tasks:
                task.cancel()
            if tasks:
                await asyncio.gather(*tasks, return_exceptions=True)


        async def closed(pool):
            await asyncio.gather(*(connection.close() for connection in pool), return_exceptions=True)


        async def kept(jobs):
            first, second = await asyncio.gather(*jobs, return_exceptions=True)
            return first or second
        """,
    )


def test_what_was_cancelled_and_loggers_that_fail_are_left() -> None:
    check_findings(
        "BC601",
        """
        import asyncio
        import contextlib
        import logging

        logger = logging.getLogger(__name__)


        async def stop(task):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await task
            try:
                await asyncio.wait_for(task, timeout=1)
            except BaseException:
                pass


        def report(error):
            with contextlib.suppress(Exception):
                logger.warning("gone: %s", error)


        def save(session, row):
            try:
                session.add(row)
            except Exception:
                with contextlib.suppress(Exception):
                    session.rollback()
                raise


        def publish(bus, event):
            with contextlib.suppress(Exception):
                # The bus is optional.
                bus.publish(event)
        """,
    )


def test_processes_that_were_ended_prints_and_syntax_checks_are_left() -> None:
    check_findings(
        "BC601",
        """
        import ast
        import contextlib


        def stop(process, log_file):
            with contextlib.suppress(Exception):
                process.kill()
            with contextlib.suppress(Exception):
                process.wait(timeout=2)
            try:
                print("killing it")
                process.kill()
            except:
                pass


        def _close_pools(managers):
            for manager in managers:
                with contextlib.suppress(Exception):
                    manager.clear()


        async def leave(manager, folder):
            try:
                await manager.__aexit__(None, None, None)
                folder.rmdir()
            except Exception:
          # ^^^^^^^^^^^^^^^^ BC601.fallback
                pass


        def forgets(manager):
            with contextlib.suppress(Exception):
               # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC601
                manager.clear()


        def told(text):
            try:
                print(text)
            except Exception:
                pass


        def labelled(parcel):
            try:
                print_label(parcel)
            except Exception:
          # ^^^^^^^^^^^^^^^^ BC601
                pass


        def is_code(text):
            try:
                ast.parse(text)
                return True
            except Exception:
                return False


        def waits(process):
            try:
                process.wait(timeout=2)
            except Exception:
          # ^^^^^^^^^^^^^^^^ BC601
                pass


        def is_stored(store, text):
            try:
                store.save(text)
                return True
            except Exception:
          # ^^^^^^^^^^^^^^^^ BC601
                return False
        """,
    )


def test_mend_suppress_and_gather_with_a_loguru_logger() -> None:
    check_fix(
        "BC601",
        """
        import asyncio
        from contextlib import suppress

        from loguru import logger


        async def warm_up(caches):
            with suppress(OSError, Exception):
                caches.load()
            outcomes = await asyncio.gather(*caches, return_exceptions=True)
            await asyncio.wait_for(asyncio.gather(*caches, return_exceptions=True), 5)


        def run(job):
            try:
                job()
            except Exception as exc:
                logger.critical("job failed: {}", exc)
        """,
        """
        import asyncio

        from loguru import logger


        async def warm_up(caches):
            try:
                caches.load()
            except (OSError, Exception):
                logger.exception("warm_up failed")
            outcomes = await asyncio.gather(*caches, return_exceptions=True)
            for result in outcomes:
                if isinstance(result, Exception):
                    logger.opt(exception=result).error("warm_up failed")
            results = await asyncio.wait_for(asyncio.gather(*caches, return_exceptions=True), 5)
            for outcome in results:
                if isinstance(outcome, Exception):
                    logger.opt(exception=outcome).error("warm_up failed")


        def run(job):
            try:
                job()
            except Exception as exc:
                logger.opt(exception=True).critical("job failed: {}", exc)
        """,
    )


@pytest.mark.parametrize(
    ("others", "wanted", "name"),
    [
        ("from app.log import get_logger\n\nlog = get_logger(__name__)\n", None, "log"),
        ("import structlog\n\nlogger = structlog.get_logger()\n", None, "logger"),
        ("from loguru import logger\n", None, "logger"),
        (
            'import logging\n\nlog = logging.getLogger("app.a")\n',
            "import logging\n\nlogger = logging.getLogger(__name__)\n",
            "logger",
        ),
    ],
)
def test_log_with_what_the_other_modules_use(others: str, wanted: str | None, name: str) -> None:
    body = "\n\ndef run(job):\n    try:\n        job()\n    except Exception:\n        %s\n"
    files = {
        "app/__init__.py": "",
        "app/log.py": "import logging\n\ndef get_logger(name):\n    return logging.getLogger(name)\n",
        "app/a.py": others,
        "app/b.py": (body % "pass").lstrip(),
    }
    fixed = apply_all_fixes("BC601", files, lambda fix: True)
    assert fixed["app/b.py"] == (wanted or others) + body % f'{name}.exception("run failed")'


def test_the_steps_of_behave_are_tests() -> None:
    check_findings(
        "BC601",
        """
        #- features/steps/replication.py
        def wait(context):
            try:
                context.query()
            except Exception:
                pass

        #- app/features/environment_flags.py
        def wait(context):
            try:
                context.query()
            except Exception:
          # ^^^^^^^^^^^^^^^^ BC601
                pass
        """,
    )


def test_what_a_try_says_may_fail_and_clean_up_by_name() -> None:
    check_findings(
        "BC601",
        """
        from contextlib import suppress
        def find(addr):
            try:  # can fail if addr is no address
                return decode(addr)
            except Exception:
                pass
            # the folder might not exist
            try:
                delete_folder(addr)
            except Exception:
                pass
            # what the user sees
            try:
                show(addr)
            except Exception:
          # ^^^^^^^^^^^^^^^^ BC601
                pass
        async def rollback_safely(session):
            with suppress(Exception):
                await session.rollback()
        async def close(self):
            with suppress(Exception):
                await in_browser_loop(self.session.close())
        """,
    )


def test_an_attempt_that_falls_back_in_words_or_tells_behind_weighs_less() -> None:
    check_findings(
        "BC601",
        """
        import uuid
        from django.http import JsonResponse
        def groups_of(user, ldap):
            try:
                return ldap.groups(user)
            except Exception:
          # ^^^^^^^^^^^^^^^^ BC601 the exception is caught here and what it said is lost
                return []
        def limit_of(config):
            '''The limit; falls back to ten where the configuration cannot be read.'''
            try:
                return load(config).limit
            except Exception:
          # ^^^^^^^^^^^^^^^^ BC601.fallback
                return 10
        def wait(url, client):
            for _ in range(9):
                try:
                    if client.get(url):
                        break
                except Exception:
              # ^^^^^^^^^^^^^^^^ BC601.fallback
                    pass
                print("not there yet")
        def answer(request):
            try:
                return JsonResponse({"id": str(uuid.UUID(request.GET["id"]))})
            except Exception:
          # ^^^^^^^^^^^^^^^^ BC601 the exception is caught here and what it said is lost
                return JsonResponse({"error": "no"}, status=500)
        """,
    )


def test_gathered_work_that_catches_or_is_waited_for_at_the_end() -> None:
    check_findings(
        "BC601",
        """
        import asyncio
        async def convert_all(paths):
            async def convert_one(path):
                async with limit:
                    try:
                        await convert(path)
                    except Exception as error:
                        log.error(f"{path}: {error}")
            await asyncio.gather(*[convert_one(path) for path in paths], return_exceptions=True)
            await asyncio.gather(*[convert(path) for path in paths], return_exceptions=True)
              #   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC601
        class Server:
            async def cleanup(self):
                await asyncio.gather(*self.workers, return_exceptions=True)
            async def stop(self, loop, task, waiting):
                loop.call_soon_threadsafe(task.cancel)
                await asyncio.gather(waiting, return_exceptions=True)
        """,
    )


def test_removals_after_an_error_and_reasons_without_spaces() -> None:
    check_findings(
        "BC601",
        """
        def save(path):
            try:
                write(path)
            except Exception:
                log.exception("no space?")
                try:
                    remove_file(path)
                except Exception:
                    pass
            try:
                remove_file(path)
            except Exception:
          # ^^^^^^^^^^^^^^^^ BC601
                pass
            try:
                write(path)
            except Exception:
                pass  # 忽略任何错误
            try:
                write(path)
            except Exception:
          # ^^^^^^^^^^^^^^^^ BC601
                pass  # ・・・・
            try:
                # This fails in certain environments, so guard it
                write(path)
            except Exception:
                pass
        """,
    )


def test_what_asks_tries_the_next_or_follows_an_error_weighs_less() -> None:
    check_findings(
        "BC601",
        """
        import logging
        def is_running(client):
            try:
                return client.ask("version") is not None
            except Exception:
          # ^^^^^^^^^^^^^^^^ BC601.fallback
                return False
        def decode(data):
            for encoding in ("utf-8", "cp1252"):
                try:
                    return read(data, encoding)
                except Exception:
              # ^^^^^^^^^^^^^^^^ BC601.fallback
                    continue
        def fetch(client):
            for _ in range(3):
                try:
                    return client.fetch()
                except Exception:
              # ^^^^^^^^^^^^^^^^ BC601 the exception is caught here and what it said is lost
                    continue
        def run(job, monitor):
            try:
                job()
            except ValueError:
                try:
                    monitor.count("failed")
                except Exception:
              # ^^^^^^^^^^^^^^^^ BC601.fallback
                    pass
                raise
        class Scrubber(logging.Filter):
            def filter(self, record):
                try:
                    record.msg = scrub(record)
                except Exception:
                    pass
                return True
        def load(path):
            try:
                return read(path)
            except Exception:  # pragma: no cover - defensive
                return None
        """,
    )


def test_answers_that_no_traceback_goes_with() -> None:
    check_findings(
        "BC601",
        """
        import logging
        from fastapi import HTTPException
        from flask import jsonify
        log = logging.getLogger(__name__)
        def cancel(session, order_id):
            try:
                session.cancel(order_id)
            except Exception as exc:
                session.rollback()
                log.error("cancel of %s failed: %s", order_id, exc)
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC601.untraced
                raise HTTPException(500, "no") from exc
        def load(session, order_id):
            try:
                session.load(order_id)
            except Exception as exc:
                log.error("load of %s failed: %s", order_id, exc)
                raise OrderError(order_id) from exc
        def rates(client):
            try:
                found = client.rates()
            except Exception:
          # ^^^^^^^^^^^^^^^^ BC601
                found = None
                return jsonify({"error": "internal error"}), 500
            return found
        def ping(host):
            try:
                return host.ask()
            except:
          # ^^^^^^ BC601
                return False
        """,
    )


def test_what_only_converts_or_is_meant_weighs_less() -> None:
    check_findings(
        "BC601",
        """
        import json
        from decimal import Decimal, InvalidOperation
        def amount_of(raw):
            try:
                return Decimal(raw.strip())
            except Exception:
          # ^^^^^^^^^^^^^^^^ BC601.fallback
                return None
        def settings_of(path):
            try:
                return json.loads(path.read_text())
            except Exception:
          # ^^^^^^^^^^^^^^^^ BC601 the exception is caught here and what it said is lost
                return {}
        def claims_of(token, jwt, key):
            try:
                return jwt.decode(token, key)
            except Exception:
          # ^^^^^^^^^^^^^^^^ BC601 the exception is caught here and what it said is lost
                return {}
        def text_of(raw):
            try:
                return raw.decode("utf-8")
            except:
          # ^^^^^^ BC601 the exception is caught here and what it said is lost
                return ""
        def warm_up(cache):
            try:
                cache.load()
            except Exception:  # noqa: BLE001
          # ^^^^^^^^^^^^^^^^ BC601.fallback
                pass
        """,
    )


def test_an_answer_with_what_the_attempt_came_to() -> None:
    check_findings(
        "BC601",
        """
        def post(client, content):
            try:
                response = client.post(content)
                return response.json()
            except Exception:
                return {"status": response.status_code, "text": response.text}
        def post_of(client, content):
            try:
                return client.post(content).json()
            except Exception:
          # ^^^^^^^^^^^^^^^^ BC601
                return {"status": "failed", "content": content}
        """,
    )
