"""BC802 beyond the page's examples."""

from __future__ import annotations

from bugcatalog_ls.testing.checks import check_findings, check_fix


def test_found() -> None:
    check_findings(
        "BC802",
        """
        #- warn.py
        import logging
        from cryptography.fernet import Fernet, InvalidToken
        logger = logging.getLogger(__name__)
        f = Fernet(b"x")
        def read(config):
            try:
                return f.decrypt(config.api_key_encrypted.encode()).decode()
            except InvalidToken:
                logger.warning("could not decrypt API key")
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC802
                return None

        #- exception_log.py
        import logging
        from cryptography import fernet
        logger = logging.getLogger(__name__)
        class Store:
            def __init__(self, key):
                self._fernet = fernet.Fernet(key)
            def get(self, provider_id, value):
                try:
                    return self._fernet.decrypt(value)
                except fernet.InvalidToken as e:
                    logger.error(f"Decryption failed: {e}")
                  # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC802
                    raise

        #- broad.py
        import logging
        from cryptography.fernet import Fernet
        logger = logging.getLogger(__name__)
        def get(cipher: Fernet, row):
            try:
                return cipher.decrypt(row["secret"])
            except Exception as e:
                logger.exception("decryption failed: %s", e)
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC802
                return ""

        #- raise_value_error.py
        from cryptography.fernet import Fernet, InvalidToken
        def get(cipher: Fernet, user):
            try:
                return cipher.decrypt(user.secret)
            except InvalidToken as e:
                raise ValueError("Invalid encryption key") from e
                    # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC802

        #- loop.py
        from cryptography.fernet import Fernet
        def load(rows, key):
            f = Fernet(key)
            out = []
            for row in rows:
                out.append(f.decrypt(row.value))
                         # ^^^^^^^^^^^^^^^^^^^^ BC802
            return out

        #- list_comp.py
        from cryptography.fernet import Fernet
        def load(rows, key):
            f = Fernet(key)
            return [f.decrypt(r.value).decode() for r in rows]
                  # ^^^^^^^^^^^^^^^^^^ BC802

        #- multifernet_loop_items.py
        from cryptography.fernet import Fernet, MultiFernet
        f = MultiFernet([Fernet(b"a"), Fernet(b"b")])
        def load(secrets):
            result = {}
            for name, sealed in secrets.items():
                result[name] = f.decrypt(sealed)
                             # ^^^^^^^^^^^^^^^^^ BC802
            return result

        #- aesgcm.py
        import logging
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        log = logging.getLogger(__name__)
        def open_(record, key):
            aes = AESGCM(key)
            try:
                return aes.decrypt(record.nonce, record.blob, None)
            except InvalidTag:
                log.error("cannot decrypt")
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC802
                return None

        #- aesgcm_loop.py
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        def open_all(records, key):
            aes = AESGCM(key)
            for record in records:
                yield aes.decrypt(record.nonce, record.blob, None)
                    # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC802

        #- itsdangerous_loop.py
        from itsdangerous import URLSafeSerializer
        s = URLSafeSerializer("k")
        def load(rows):
            return {r.id: s.loads(r.payload) for r in rows}
                        # ^^^^^^^^^^^^^^^^^^ BC802

        #- print.py
        from cryptography.fernet import Fernet, InvalidToken
        def get(cipher: Fernet, account):
            try:
                return cipher.decrypt(account.token)
            except InvalidToken:
                print("Decryption failed")
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^ BC802
                return None

        #- helper_loop.py
        from cryptography.fernet import Fernet
        f = Fernet(b"k")
        def decrypt_value(token: str) -> str:
            return f.decrypt(token.encode()).decode()
        def load(providers):
            for p in providers:
                p.key = decrypt_value(p.encrypted)
                      # ^^^^^^^^^^^^^^^^^^^^^^^^^^ BC802

        #- helper_try.py
        import logging
        from cryptography.fernet import Fernet, InvalidToken
        logger = logging.getLogger(__name__)
        f = Fernet(b"k")
        def decrypt_value(token: str) -> str:
            return f.decrypt(token.encode()).decode()
        def load(provider):
            try:
                return decrypt_value(provider.encrypted)
            except InvalidToken:
                logger.warning("bad key")
              # ^^^^^^^^^^^^^^^^^^^^^^^^^ BC802
                return None

        #- hidden_call.py
        import logging
        from cryptography.fernet import InvalidToken
        from .crypto import decrypt
        logger = logging.getLogger(__name__)
        def load(provider_id, value):
            try:
                return decrypt(value)
            except InvalidToken:
                logger.error("Could not decrypt the stored key")
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC802
                return None

        #- loop_with_intermediate.py
        from cryptography.fernet import Fernet
        def load(rows, key):
            f = Fernet(key)
            for row in rows:
                raw = row["secret"].encode()
                print(f.decrypt(raw))
                    # ^^^^^^^^^^^^^^ BC802

        #- tuple_except.py
        import logging
        from cryptography.fernet import Fernet, InvalidToken
        logger = logging.getLogger(__name__)
        def get(f: Fernet, item):
            try:
                return f.decrypt(item.value)
            except (InvalidToken, ValueError, TypeError) as exc:
                logger.warning("decrypt failed", exc_info=exc)
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC802
            return None

        #- async_loop.py
        from cryptography.fernet import Fernet
        class R:
            def __init__(self, key):
                self.f = Fernet(key)
            async def all(self, session):
                async for row in session.stream():
                    row.plain = self.f.decrypt(row.sealed)
                              # ^^^^^^^^^^^^^^^^^^^^^^^^^^ BC802

        #- log_in_loop.py
        import logging
        from cryptography.fernet import Fernet, InvalidToken
        def load(rows, f: Fernet):
            for row in rows:
                try:
                    row.value = f.decrypt(row.sealed)
                except InvalidToken:
                    logging.warning("skipping undecryptable row")
                  # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC802
                    continue

        #- getter.py
        import logging
        from cryptography.fernet import Fernet, InvalidToken
        logger = logging.getLogger(__name__)
        def get_fernet() -> Fernet:
            return Fernet(KEY)
        def load(rows):
            return [get_fernet().decrypt(r.secret) for r in rows]
                  # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC802

        #- class_getter.py
        from cryptography.fernet import Fernet
        class Box:
            def _cipher(self) -> Fernet:
                return Fernet(self.key)
            def all(self, items):
                for item in items:
                    item.plain = self._cipher().decrypt(item.data)
                               # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC802

        #- inline_fernet.py
        from cryptography.fernet import Fernet
        def load(rows, key):
            for row in rows:
                print(Fernet(key).decrypt(row.data))
                    # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC802
        """,
    )


def test_left_alone() -> None:
    check_findings(
        "BC802",
        """
        #- named.py
        import logging
        from cryptography.fernet import Fernet, InvalidToken
        logger = logging.getLogger(__name__)
        def get(f: Fernet, p):
            try:
                return f.decrypt(p.value)
            except InvalidToken:
                logger.warning("key of %s unreadable", p.name)

        #- fstring.py
        import logging
        from cryptography.fernet import Fernet, InvalidToken
        logger = logging.getLogger(__name__)
        def get(f: Fernet, p):
            try:
                return f.decrypt(p.value)
            except InvalidToken:
                logger.exception(f"key {p.id} unreadable")

        #- extra.py
        import logging
        from cryptography.fernet import Fernet, InvalidToken
        logger = logging.getLogger(__name__)
        def get(f: Fernet, p):
            try:
                return f.decrypt(p.value)
            except InvalidToken:
                logger.exception("key unreadable", extra={"provider_id": p.id})

        #- helper.py
        from cryptography.fernet import Fernet
        def decrypt(f: Fernet, token: bytes) -> bytes:
            return f.decrypt(token)

        #- helper_raising.py
        from cryptography.fernet import Fernet, InvalidToken
        class CryptoError(Exception): ...
        def decrypt(f: Fernet, token: bytes) -> bytes:
            try:
                return f.decrypt(token)
            except InvalidToken as exc:
                raise CryptoError("wrong key") from exc

        #- reraise.py
        from cryptography.fernet import Fernet, InvalidToken
        def decrypt(f: Fernet, p) -> bytes:
            try:
                return f.decrypt(p.token)
            except InvalidToken:
                raise

        #- loop_caught.py
        import logging
        from cryptography.fernet import Fernet, InvalidToken
        def load(rows, f: Fernet):
            for row in rows:
                try:
                    row.value = f.decrypt(row.sealed)
                except InvalidToken:
                    logging.warning("row %s", row.id)

        #- keys_loop.py
        from cryptography.fernet import Fernet, InvalidToken
        def try_keys(keys, token):
            for key in keys:
                try:
                    return Fernet(key).decrypt(token)
                except InvalidToken:
                    continue
            raise ValueError("no key")

        #- cookie.py
        from itsdangerous import BadSignature, URLSafeTimedSerializer
        s = URLSafeTimedSerializer("x")
        def session(request):
            try:
                return s.loads(request.cookies["s"])
            except BadSignature:
                return None

        #- http.py
        from fastapi import HTTPException
        from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer
        s = URLSafeTimedSerializer("x")
        def confirm(token, user_id):
            try:
                return s.loads(token, max_age=60)
            except SignatureExpired:
                raise HTTPException(400, "expired")
            except BadSignature:
                raise HTTPException(400, "bad")

        #- json_loads.py
        import json
        import logging
        from cryptography.fernet import Fernet
        def load(rows):
            for row in rows:
                print(json.loads(row.value))

        #- hash.py
        import hashlib
        from cryptography.hazmat.primitives import hashes
        def load(rows):
            return [hashlib.sha256(r.value).hexdigest() for r in rows]

        #- own_decrypt.py
        class Cipher:
            def decrypt(self, x): return x
        def load(rows):
            c = Cipher()
            return [c.decrypt(r.v) for r in rows]
        # cryptography

        #- domain_named.py
        from cryptography.fernet import Fernet, InvalidToken
        class E(Exception): ...
        def get(f: Fernet, record):
            try:
                return f.decrypt(record.v)
            except InvalidToken as exc:
                raise E(f"record {record.id}") from exc

        #- structlog.py
        import structlog
        from cryptography.fernet import Fernet, InvalidToken
        log = structlog.get_logger()
        def get(f: Fernet, record):
            try:
                return f.decrypt(record.v)
            except InvalidToken:
                log.warning("unreadable", record_id=record.id)
                return None

        #- encrypt_loop.py
        from cryptography.fernet import Fernet
        def seal(rows, f: Fernet):
            return [f.encrypt(r.v) for r in rows]

        #- raise_with_record_object.py
        from cryptography.fernet import Fernet, InvalidToken
        class E(Exception): ...
        def get(f: Fernet, record):
            try:
                return f.decrypt(record.v)
            except InvalidToken as exc:
                raise E(record) from exc

        #- getter_caught.py
        import logging
        from cryptography.fernet import Fernet, InvalidToken
        def get_fernet() -> Fernet:
            return Fernet(KEY)
        def load(rows):
            for r in rows:
                try:
                    print(get_fernet().decrypt(r.secret))
                except InvalidToken:
                    logging.exception("row %s", r.id)
        """,
    )


def test_mend_warn_() -> None:
    check_fix(
        "BC802",
        """
        import logging
        from cryptography.fernet import Fernet, InvalidToken
        logger = logging.getLogger(__name__)
        f = Fernet(b"x")
        def read(config):
            try:
                return f.decrypt(config.api_key_encrypted.encode()).decode()
            except InvalidToken:
                logger.warning("could not decrypt API key")
                return None
        """,
        """
        import logging
        from cryptography.fernet import Fernet, InvalidToken
        logger = logging.getLogger(__name__)
        f = Fernet(b"x")
        def read(config):
            try:
                return f.decrypt(config.api_key_encrypted.encode()).decode()
            except InvalidToken:
                logger.warning("could not decrypt API key: config.id=%s", config.id)
                return None
        """,
    )


def test_mend_fstring_() -> None:
    check_fix(
        "BC802",
        """
        import logging
        from cryptography import fernet
        logger = logging.getLogger(__name__)
        class Store:
            def __init__(self, key):
                self._fernet = fernet.Fernet(key)
            def get(self, provider_id, value):
                try:
                    return self._fernet.decrypt(value)
                except fernet.InvalidToken as e:
                    logger.error(f"Decryption failed: {e}")
                    raise
        """,
        """
        import logging
        from cryptography import fernet
        logger = logging.getLogger(__name__)
        class Store:
            def __init__(self, key):
                self._fernet = fernet.Fernet(key)
            def get(self, provider_id, value):
                try:
                    return self._fernet.decrypt(value)
                except fernet.InvalidToken as e:
                    logger.error(f"Decryption failed: {e}: provider_id={provider_id}")
                    raise
        """,
    )


def test_mend_percent() -> None:
    check_fix(
        "BC802",
        """
        import logging
        from cryptography.fernet import Fernet
        logger = logging.getLogger(__name__)
        def get(cipher: Fernet, row):
            print(row.name)
            try:
                return cipher.decrypt(row.secret)
            except Exception as e:
                logger.exception("decryption failed: %s", e)
                return ""
        """,
        """
        import logging
        from cryptography.fernet import Fernet
        logger = logging.getLogger(__name__)
        def get(cipher: Fernet, row):
            print(row.name)
            try:
                return cipher.decrypt(row.secret)
            except Exception as e:
                logger.exception("decryption failed: %s: row.name=%s", e, row.name)
                return ""
        """,
    )


def test_mend_raise() -> None:
    check_fix(
        "BC802",
        """
        from cryptography.fernet import Fernet, InvalidToken
        def get(cipher: Fernet, user):
            try:
                return cipher.decrypt(user.secret)
            except InvalidToken:
                raise ValueError("Invalid encryption key")
        """,
        """
        from cryptography.fernet import Fernet, InvalidToken
        def get(cipher: Fernet, user):
            try:
                return cipher.decrypt(user.secret)
            except InvalidToken as exc:
                raise ValueError(f"Invalid encryption key: user.id={user.id}") from exc
        """,
    )


def test_mend_loop_() -> None:
    check_fix(
        "BC802",
        """
        from cryptography.fernet import Fernet
        def load(rows, key):
            f = Fernet(key)
            out = []
            for row in rows:
                plain = f.decrypt(row.value)
                out.append(plain)
            return out
        """,
        """
        import logging

        from cryptography.fernet import Fernet, InvalidToken

        logger = logging.getLogger(__name__)
        def load(rows, key):
            f = Fernet(key)
            out = []
            for row in rows:
                try:
                    plain = f.decrypt(row.value)
                except InvalidToken:
                    logger.exception("decryption failed: row.id=%s", row.id)
                    continue
                out.append(plain)
            return out
        """,
    )


def test_mend_loop_items() -> None:
    check_fix(
        "BC802",
        """
        from cryptography.fernet import Fernet, MultiFernet
        f = MultiFernet([Fernet(b"a"), Fernet(b"b")])
        def load(secrets):
            result = {}
            for name, sealed in secrets.items():
                result[name] = f.decrypt(sealed)
            return result
        """,
        """
        import logging

        from cryptography.fernet import Fernet, InvalidToken, MultiFernet

        logger = logging.getLogger(__name__)
        f = MultiFernet([Fernet(b"a"), Fernet(b"b")])
        def load(secrets):
            result = {}
            for name, sealed in secrets.items():
                try:
                    result[name] = f.decrypt(sealed)
                except InvalidToken:
                    logger.exception("decryption failed: name=%s", name)
            return result
        """,
    )


def test_mend_aesgcm_loop_() -> None:
    check_fix(
        "BC802",
        """
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        def open_all(records, key):
            aes = AESGCM(key)
            for record in records:
                yield aes.decrypt(record.nonce, record.blob, None)
        """,
        """
        import logging

        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        logger = logging.getLogger(__name__)
        def open_all(records, key):
            aes = AESGCM(key)
            for record in records:
                try:
                    yield aes.decrypt(record.nonce, record.blob, None)
                except InvalidTag:
                    logger.exception("decryption failed: record.id=%s", record.id)
        """,
    )


def test_mend_loguru() -> None:
    check_fix(
        "BC802",
        """
        from loguru import logger
        from cryptography.fernet import Fernet, InvalidToken
        def get(cipher: Fernet, user):
            try:
                return cipher.decrypt(user.secret)
            except InvalidToken:
                logger.error("bad key")
        """,
        """
        from loguru import logger
        from cryptography.fernet import Fernet, InvalidToken
        def get(cipher: Fernet, user):
            try:
                return cipher.decrypt(user.secret)
            except InvalidToken:
                logger.error("bad key: user.id={}", user.id)
        """,
    )


def test_mend_structlog_() -> None:
    check_fix(
        "BC802",
        """
        import structlog
        from cryptography.fernet import Fernet, InvalidToken
        log = structlog.get_logger()
        def get(f: Fernet, record):
            try:
                return f.decrypt(record.v)
            except InvalidToken:
                log.warning("unreadable")
                return None
        """,
        """
        import structlog
        from cryptography.fernet import Fernet, InvalidToken
        log = structlog.get_logger()
        def get(f: Fernet, record):
            try:
                return f.decrypt(record.v)
            except InvalidToken:
                log.warning("unreadable", record_id=record.id)
                return None
        """,
    )


def test_mend_structlog_in_a_loop() -> None:
    head = "import structlog\nfrom cryptography.fernet import Fernet{error}\nlog = structlog.get_logger()\n"
    loop = "def get(f: Fernet, rows):\n    for row in rows:\n"
    check_fix(
        "BC802",
        f"{head.format(error='')}{loop}        use(f.decrypt(row.sealed))\n",
        f"{head.format(error=', InvalidToken')}{loop}        try:\n            use(f.decrypt(row.sealed))\n"
        '        except InvalidToken:\n            log.exception("decryption failed", row_id=row.id)\n',
    )


def test_mend_print_() -> None:
    check_fix(
        "BC802",
        """
        from cryptography.fernet import Fernet, InvalidToken
        def get(cipher: Fernet, account):
            try:
                return cipher.decrypt(account.token)
            except InvalidToken:
                print("Decryption failed")
                return None
        """,
        """
        from cryptography.fernet import Fernet, InvalidToken
        def get(cipher: Fernet, account):
            try:
                return cipher.decrypt(account.token)
            except InvalidToken:
                print(f"Decryption failed: account.id={account.id}")
                return None
        """,
    )


def test_mend_dict_row() -> None:
    check_fix(
        "BC802",
        """
        import logging
        from cryptography.fernet import Fernet, InvalidToken
        def load(rows, f: Fernet):
            for row in rows:
                try:
                    row["value"] = f.decrypt(row["sealed"])
                except InvalidToken:
                    logging.warning("skipping undecryptable row")
                    continue
                print(row["id"])
        """,
        """
        import logging
        from cryptography.fernet import Fernet, InvalidToken
        def load(rows, f: Fernet):
            for row in rows:
                try:
                    row["value"] = f.decrypt(row["sealed"])
                except InvalidToken:
                    logging.warning("skipping undecryptable row: row[id]=%s", row["id"])
                    continue
                print(row["id"])
        """,
    )


def test_mend_multi_line() -> None:
    check_fix(
        "BC802",
        """
        import logging
        from cryptography.fernet import Fernet, InvalidToken
        logger = logging.getLogger(__name__)
        def load(row_id, sealed, f: Fernet):
            try:
                return f.decrypt(sealed)
            except InvalidToken as exc:
                logger.error(
                    "could not decrypt the row",
                    exc_info=exc,
                )
                raise RuntimeError("no") from exc
        """,
        """
        import logging
        from cryptography.fernet import Fernet, InvalidToken
        logger = logging.getLogger(__name__)
        def load(row_id, sealed, f: Fernet):
            try:
                return f.decrypt(sealed)
            except InvalidToken as exc:
                logger.error(
                    "could not decrypt the row: row_id=%s", row_id,
                    exc_info=exc,
                )
                raise RuntimeError("no") from exc
        """,
    )


def test_flag_cross_helper() -> None:
    check_findings(
        "BC802",
        """
        #- crypto.py
        from cryptography.fernet import Fernet
        f = Fernet(b"x")
        def decrypt(value: str) -> str:
            return f.decrypt(value.encode()).decode()
        #- svc.py
        from crypto import decrypt
        def load(providers):
            out = {}
            for p in providers:
                out[p.id] = decrypt(p.api_key)
                          # ^^^^^^^^^^^^^^^^^^ BC802
            return out
        """,
    )


def test_leave_cross_helper_guarded() -> None:
    check_findings(
        "BC802",
        """
        #- crypto.py
        from cryptography.fernet import Fernet, InvalidToken
        f = Fernet(b"x")
        def decrypt(value: str) -> str | None:
            try:
                return f.decrypt(value.encode()).decode()
            except InvalidToken:
                return None
        #- svc.py
        from crypto import decrypt
        def load(providers):
            return [decrypt(p.api_key) for p in providers]
        """,
    )


def test_mend_cross_helper_() -> None:
    check_fix(
        "BC802",
        """
        #- crypto.py
        from cryptography.fernet import Fernet
        f = Fernet(b"x")
        def decrypt(value: str) -> str:
            return f.decrypt(value.encode()).decode()
        #- svc.py
        from crypto import decrypt
        def load(providers):
            out = {}
            for p in providers:
                out[p.id] = decrypt(p.api_key)
            return out
        """,
        """
        #- crypto.py
        from cryptography.fernet import Fernet
        f = Fernet(b"x")
        def decrypt(value: str) -> str:
            return f.decrypt(value.encode()).decode()
        #- svc.py
        import logging

        from cryptography.fernet import InvalidToken

        from crypto import decrypt

        logger = logging.getLogger(__name__)
        def load(providers):
            out = {}
            for p in providers:
                try:
                    out[p.id] = decrypt(p.api_key)
                except InvalidToken:
                    logger.exception("decryption failed: p.id=%s", p.id)
            return out
        """,
    )


def test_mend_getter_() -> None:
    check_fix(
        "BC802",
        """
        import logging
        from cryptography.fernet import Fernet
        logger = logging.getLogger(__name__)
        def get_fernet() -> Fernet:
            return Fernet(KEY)
        def load(rows):
            for r in rows:
                r.plain = get_fernet().decrypt(r.secret)
        """,
        """
        import logging
        from cryptography.fernet import Fernet, InvalidToken
        logger = logging.getLogger(__name__)
        def get_fernet() -> Fernet:
            return Fernet(KEY)
        def load(rows):
            for r in rows:
                try:
                    r.plain = get_fernet().decrypt(r.secret)
                except InvalidToken:
                    logger.exception("decryption failed: r.id=%s", r.id)
        """,
    )


def test_leaves_errors_about_what_the_try_would_have_told() -> None:
    check_findings(
        "BC802",
        """
        from itsdangerous import BadData, TimestampSigner
        def agent_of(token):
            try:
                agent_id = TimestampSigner("secret").unsign(token, max_age=60).decode()
            except BadData as error:
                raise ValueError("Invalid token") from error
            return agent_id
        """,
    )


def test_leaves_what_a_test_of_the_value_has_tried_out() -> None:
    check_findings(
        "BC802",
        """
        #- seals.py
        from cryptography.fernet import Fernet, InvalidToken
        from settings import key
        cipher = Fernet(key)
        def decrypt_data(data):
            return cipher.decrypt(data.encode()).decode()
        def is_encrypted(value):
            try:
                cipher.decrypt(value)
                return True
            except InvalidToken:
                return False

        #- configs.py
        from models import Config
        from seals import decrypt_data, is_encrypted
        def all_configs(session):
            for config in session.query(Config).all():
                if is_encrypted(config.value):
                    config.value = decrypt_data(config.value)
        def all_keys(session):
            for config in session.query(Config).all():
                if config.name == "key":
                    config.value = decrypt_data(config.value)
                                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^ BC802
        """,
    )


HELPER = """
#- app/crypto.py
import os
from cryptography.fernet import Fernet
def _fernet() -> Fernet:
    return Fernet(os.environ["KEY"])
def decrypt(value):
    return _fernet().decrypt(value.encode()).decode()
"""


def test_a_helper_behind_a_helper_in_another_file() -> None:
    check_findings(
        "BC802",
        HELPER
        + """
#- app/sync.py
import logging
from app.crypto import decrypt
log = logging.getLogger(__name__)
def sync(connections):
    for connection in connections:
        connection.open(decrypt(connection.password))
                      # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC802
def test(connection):
    try:
        return decrypt(connection.password)
    except Exception:
        log.warning("decryption failed", exc_info=True)
      # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC802
        return None
def named(connection):
    try:
        return decrypt(connection.password)
    except Exception:
        log.warning("decryption failed for %s", connection.id)
        return None
""",
    )


def test_a_logger_that_was_given_the_record() -> None:
    check_findings(
        "BC802",
        """
        import structlog
        from cryptography.fernet import Fernet, InvalidToken
        box = Fernet(b"")
        def read(row):
            log = structlog.get_logger().bind(row=row.id)
            try:
                return box.decrypt(row.secret)
            except InvalidToken:
                log.error("cannot decrypt")
        """,
    )


def test_the_one_secret_of_a_program_and_what_a_client_sent() -> None:
    check_findings(
        "BC802",
        """
        import logging
        import os
        from cryptography.fernet import Fernet, InvalidToken
        from itsdangerous import BadSignature, TimestampSigner
        log = logging.getLogger(__name__)
        signer = TimestampSigner("x")
        def load():
            try:
                return Fernet(os.environ["KEY"]).decrypt(os.environ["SECRET"].encode())
            except InvalidToken:
                raise SystemExit("wrong key")
        def user(request):
            try:
                return signer.unsign(request.cookies["session"])
            except BadSignature:
                log.warning("bad session cookie")
                return None
        """,
    )


def test_logs_that_were_given_the_record_around_the_try() -> None:
    check_findings(
        "BC802",
        """
        from cryptography.fernet import Fernet, InvalidToken
        from loguru import logger
        box = Fernet(b"")
        def read(row):
            with logger.contextualize(row=row.id):
                try:
                    return box.decrypt(row.secret)
                except InvalidToken:
                    logger.exception("cannot decrypt")
        """,
    )


def test_mend_detail_of_an_answer() -> None:
    check_fix(
        "BC802",
        """
        from cryptography.fernet import Fernet, InvalidToken
        from fastapi import HTTPException
        f = Fernet(KEY)
        def reveal(webhook_id):
            hook = load(webhook_id)
            try:
                return f.decrypt(hook.secret.encode())
            except InvalidToken:
                raise HTTPException(status_code=500, detail="Failed")
        """,
        """
        from cryptography.fernet import Fernet, InvalidToken
        from fastapi import HTTPException
        f = Fernet(KEY)
        def reveal(webhook_id):
            hook = load(webhook_id)
            try:
                return f.decrypt(hook.secret.encode())
            except InvalidToken as exc:
                raise HTTPException(status_code=500, detail=f"Failed: webhook_id={webhook_id}") from exc
        """,
    )


def test_flag_a_record_that_decrypts_itself() -> None:
    check_findings(
        "BC802",
        """
        from cryptography.fernet import Fernet
        class Provider:
            id: int
            def __init__(self, key):
                self.fernet = Fernet(key)
            def plain(self):
                try:
                    return self.fernet.decrypt(self.secret)
                except Exception as e:
                    logger.exception("decrypt failed: %s", e)
                  # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC802
                    raise
        """,
    )


def test_flag_a_helper_that_unseals() -> None:
    check_findings(
        "BC802",
        """
        #- sync.py
        from vault import unseal
        def sync_all(mailboxes):
            for mailbox in mailboxes:
                connect(unseal(mailbox.password))
                      # ^^^^^^^^^^^^^^^^^^^^^^^^ BC802
        #- vault.py
        from cryptography.fernet import Fernet
        vault = Fernet(KEY)
        def unseal(data):
            return vault.decrypt(data).decode()
        """,
    )


def test_flag_a_helper_that_reveals() -> None:
    check_findings(
        "BC802",
        """
        #- sync.py
        from vault import reveal
        def sync_all(mailboxes):
            for mailbox in mailboxes:
                connect(reveal(mailbox.password))
                      # ^^^^^^^^^^^^^^^^^^^^^^^^ BC802
        #- vault.py
        from cryptography.fernet import Fernet
        vault = Fernet(KEY)
        def reveal(data):
            return vault.decrypt(data).decode()
        """,
    )
