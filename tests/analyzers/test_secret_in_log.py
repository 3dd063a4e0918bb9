"""BC602 in the corners that its page leaves out."""

from bugcatalog_ls.testing.checks import check_findings, check_fix


def test_loggers_of_other_files_and_libraries() -> None:
    check_findings(
        "BC602",
        """
        #- app/log.py
        import logging
        import structlog

        def get_logger(name):
            return logging.getLogger(name)

        slog = structlog.get_logger()

        class Quiet:
            def info(self, *values): ...

        quiet = Quiet()

        #- app/use.py
        from loguru import logger as loud
        from vendor.logs import logger
        from app.log import get_logger, quiet, slog

        log = get_logger(__name__)

        class Client:
            def __init__(self, api_key):
                self.log = get_logger("client")
                self.api_key = api_key

            async def call(self, password):
                self.log.warning("key %s", self.api_key)
                  #                        ^^^^^^^^^^^^ BC602 self.api_key is written to the log
                log.info("password " + password)
                  #                    ^^^^^^^^ BC602
                slog.info("login", password=password)
                  #                         ^^^^^^^^ BC602
                await slog.ainfo("login", pw=password)
                  #                          ^^^^^^^^ BC602
                loud.bind(key=self.api_key).info("calling")
                  #           ^^^^^^^^^^^^ BC602
                logger.error("{}".format(password))
                  #                      ^^^^^^^^ BC602
                quiet.info(password)
        """,
    )


def test_where_a_secret_is_looked_up() -> None:
    check_findings(
        "BC602",
        """
        import logging
        import os

        def f(config, user, headers, name):
            logging.info("a %s", config["db_password"])
              #                  ^^^^^^^^^^^^^^^^^^^^^ BC602 db_password is written to the log
            logging.info("b %s", config.get("api_key", ""))
              #                  ^^^^^^^^^^^^^^^^^^^^^^^^^ BC602
            logging.info("c %s", os.environ["GITHUB_TOKEN"])
              #                  ^^^^^^^^^^^^^^^^^^^^^^^^^^ BC602
            logging.info("d %s", os.getenv("HOME"))
            logging.info("e %s", getattr(user, "password"))
              #                  ^^^^^^^^^^^^^^^^^^^^^^^^^ BC602
            logging.info("f %s", headers["X-Api-Key"])
              #                  ^^^^^^^^^^^^^^^^^^^^ BC602
            logging.info("g %s", headers.get("User-Agent"))
            logging.info("h %s", dict(os.environ))
              #                  ^^^^^^^^^^^^^^^^ BC602
            logging.info("i %s", list(os.environ))
            logging.info("j %(password)s", {"password": user.password, "name": name})
              #                                         ^^^^^^^^^^^^^ BC602
            logging.info("k %s", [user.token_count, user.access_token])
              #                                     ^^^^^^^^^^^^^^^^^ BC602
            logging.info("l %s", user.get_access_token())
              #                  ^^^^^^^^^^^^^^^^^^^^^^^ BC602
        """,
    )


def test_whole_requests_and_bodies() -> None:
    check_findings(
        "BC602",
        """
        #- schemas.py
        from pydantic import BaseModel, SecretStr

        class Login(BaseModel):
            name: str
            password: str

        class Hidden(BaseModel):
            name: str
            password: SecretStr

        #- main.py
        import logging
        from fastapi import APIRouter, Request
        import flask
        from schemas import Hidden, Login

        log = logging.getLogger(__name__)
        router = APIRouter()

        @router.post("/login")
        async def login(request: Request, form: Login, hidden: Hidden):
            body = await request.json()
            log.debug("body %s", body)
              #                  ^^^^ BC602
            log.debug("raw %s", (await request.body()).decode())
              #                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC602
            log.debug("cookies %r", request.cookies)
              #                     ^^^^^^^^^^^^^^^ BC602
            log.debug("form %s", form)
              #                  ^^^^ BC602
            log.debug("form %s", form.model_dump())
              #                  ^^^^^^^^^^^^^^^^^ BC602
            log.debug("form %s", form.model_dump(exclude={"password"}))
            log.debug("hidden %s", hidden)
            log.debug("secret %s", hidden.password)
            log.debug("secret %s", hidden.password.get_secret_value())
              #                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC602
            log.debug("path %s %s", request.url.path, request.headers.keys())
            log.debug("agent %s", request.headers.get("user-agent"))

        def old():
            log.info("got %s", flask.request.get_json())
              #                ^^^^^^^^^^^^^^^^^^^^^^^^ BC602
            log.info("got %s", flask.request.args)

        class View:
            def post(self, request):
                log.info("post %s", request.POST)
                  #                 ^^^^^^^^^^^^ BC602
        """,
    )


def test_errors_that_a_client_sees() -> None:
    check_findings(
        "BC602",
        """
        from fastapi import HTTPException
        from flask import abort

        class Refused(HTTPException):
            pass

        def f(api_key, token, name):
            if name:
                raise Refused(403, f"no such key: {api_key}")
                  #                                ^^^^^^^ BC602 api_key is sent to the client in an error
            abort(401, description="bad token %s" % token)
              #                                     ^^^^^ BC602
            raise ValueError(f"bad key {api_key}")
        """,
    )


def test_mentions_and_masks_are_left_alone() -> None:
    check_findings(
        "BC602",
        """
        import hashlib
        import logging
        from typing import Optional

        log = logging.getLogger(__name__)
        PASSWORD = "password"
        AUTH_HEADER_TOKEN = "x-token"

        def f(api_key: str, token: Optional[str], password, secret, n_tokens: int, credentials_path):
            log.info("key set: %s", api_key is not None)
            log.info("key %s", "set" if api_key else "unset")
            log.info("key %s", api_key and "***")
            log.info(f"{len(api_key)} letters, {bool(token)}, {not password}, {n_tokens}")
            log.info("hash %s", hashlib.sha256(token.encode()).hexdigest())
            log.info("key %s…", f"{api_key[:4]}…{api_key[-2:]}")
            log.info("field %s in %s", PASSWORD, credentials_path)
            log.info("type %s", type(secret))
            shown = redact(token)
            token = mask(token)
            log.info("token %s %s", token, shown)
            log.info("x", extra={"has_password": bool(password), "password": "***", "token": token is None})
            log.info("secrets", exc_info=password)
        """,
    )


def test_tokens_of_languages_are_no_secrets() -> None:
    check_findings(
        "BC602",
        """
        #- app/chat.py
        import logging

        log = logging.getLogger(__name__)

        class Handler:
            def on_llm_new_token(self, token: str) -> None:
                print(token, end="", flush=True)
                log.debug("token %s", token)

        async def answer(stream):
            async for token in stream:
                log.debug("token %s", token)

        def check(token: int, next_page_token: str, eos_token: str):
            log.debug("%s %s %s", token, next_page_token, eos_token)

        #- app/lexer.py
        import logging

        def scan(tokens):
            token = tokens.pop()
            logging.error("unexpected %s", token)

        #- app/rules.py
        import logging

        def expression(token):
            if token.kind == "name":
                logging.error("unexpected %s", token)

        #- app/login.py
        import logging

        def verify(header: str):
            scheme, token = header.split(" ")
            logging.error("bad %s %s", scheme, token)
              #                                ^^^^^ BC602
            token = header.split(" ")[1]
            logging.error("bad token %s", token)
              #                           ^^^^^ BC602
        """,
    )


def test_settings_are_judged_by_what_they_hold() -> None:
    check_findings(
        "BC602",
        """
        #- app/config.py
        from pydantic import SecretStr
        from pydantic_settings import BaseSettings

        class Settings(BaseSettings):
            secret_key: str
            port: int = 80

        class Careful(BaseSettings):
            secret_key: SecretStr
            port: int = 80

        settings = Settings()
        careful_settings = Careful()

        #- app/main.py
        import logging
        from app.config import careful_settings, settings

        logging.info("with %s", settings.model_dump())
          #                     ^^^^^^^^^^^^^^^^^^^^^ BC602
        logging.info("with %s", settings.dict(exclude={"secret_key"}))
        logging.info("with %s", careful_settings.dict())
        logging.info("with %s", settings.secret_key)
          #                     ^^^^^^^^^^^^^^^^^^^ BC602
        logging.info("with %s %s", settings.port, careful_settings.secret_key)
        """,
    )


def test_objects_show_nothing_of_themselves() -> None:
    check_findings(
        "BC602",
        """
        import logging
        from dataclasses import dataclass
        from enum import Enum
        from google.oauth2.credentials import Credentials

        class Kind(Enum):
            PASSWORD = 1

        class Token:
            def __init__(self, value): ...

        @dataclass
        class Account:
            name: str
            password: str

        def f(token: Token, credentials: Credentials, account: Account):
            logging.info("%s %s %s", token, credentials, Kind.PASSWORD)
            logging.info("%s", account)
              #                ^^^^^^^ BC602
        """,
    )


def test_the_mask_is_written_as_its_surroundings_are() -> None:
    check_fix(
        "BC602",
        """
        import logging

        def f(api_key, card_number, token, user, headers):
            logging.info('key %s', api_key)
            logging.info(f"{{key}} {api_key!r}")
            logging.info(f"{api_key=} for {user}")
            logging.info("card %d of %s", card_number, user)
            logging.info("token %s", token if token else "none")
            logging.info(f"{'none' if token is None else token}")
            logging.info(
                "login of %s with %s",
                user,
                user.password,
            )
        """,
        """
        import logging

        def f(api_key, card_number, token, user, headers):
            logging.info('key %s', '***')
            logging.info(f"{{key}} ***")
            logging.info(f"api_key=*** for {user}")
            logging.info("card %s of %s", "***", user)
            logging.info("token %s", "***" if token else "none")
            logging.info(f"{'none' if token is None else '***'}")
            logging.info(
                "login of %s with %s",
                user,
                "***",
            )
        """,
    )


def test_the_workspace_masks_in_its_own_way() -> None:
    check_fix(
        "BC602",
        """
        #- app/use.py
        import logging
        import os

        def f(api_key: str, token: str | None):
            logging.info(f"key {api_key!r}")
            logging.info("token %s", token)
            logging.info("environment %s", os.environ)

        #- app/redaction.py
        def redact_secret(value: str) -> str:
            return value[:2] + "…"
        """,
        """
        #- app/use.py
        import logging

        from app.redaction import redact_secret

        def f(api_key: str, token: str | None):
            logging.info(f"key {redact_secret(api_key)!r}")
            logging.info("token %s", "***")
            logging.info("environment %s", "***")

        #- app/redaction.py
        def redact_secret(value: str) -> str:
            return value[:2] + "…"
        """,
    )


def test_variables_that_hold_a_secret_under_another_name() -> None:
    check_findings(
        "BC602",
        """
        #- app/use.py
        import logging
        import os

        log = logging.getLogger(__name__)

        def f(settings, data, url, token, creds):
            key = settings.smtp_password
            log.info("with %s", key)
            #                   ^^^ BC602
            if value := os.getenv("STRIPE_SECRET_KEY"):
                print(value)
                #     ^^^^^ BC602
            headers = {"Authorization": f"Bearer {token}"}
            log.info("GET %s %s", url, headers)
            #                          ^^^^^^^ BC602
            host, masked = settings.smtp_host, settings.api_key[:4]
            kind = data.get("token_type")
            user = creds["username"]
            shown = settings.api_key[:4] + "..."
            log.info("%s %s %s %s %s", host, masked, kind, user, shown)
            log.info("set", extra={"password": f"{len(url)} letters"})

        def g(token, api_key):
            if token is None:
                log.info("no token: %s", token)
            if not api_key:
                log.info("no key: %s", api_key)
            else:
                log.info("the key: %s", api_key)
                #                       ^^^^^^^ BC602
            if isinstance(api_key, str):
                api_key = api_key[:4] + "*" * 8
            log.info("the key: %s", api_key)
        """,
    )


FILTER = """
#- app/logs.py
import logging
import re
class RedactSecrets(logging.Filter):
    def filter(self, record):
        record.msg = re.sub(r"token=\\S+", "token=***", record.getMessage())
        record.args = ()
        return True
"""
WRITER = """
#- app/api.py
import logging
def login(token):
    logging.info("token=%s", token)
                           # ^^^^^ BC602
    print(token)
        # ^^^^^ BC602
"""


def test_a_filter_of_the_workspace_redacts() -> None:
    check_findings("BC602", FILTER + WRITER)  # Nobody installs it.
    quiet = WRITER.replace("                           # ^^^^^ BC602\n", "")
    for installed in (
        "#- app/main.py\nimport logging\nfrom app.logs import RedactSecrets\n"
        "logging.getLogger().addFilter(RedactSecrets())\n",
        '#- app/main.py\nLOGGING = {"filters": {"redact": {"()": "app.logs.RedactSecrets"}}}\n',
    ):
        check_findings("BC602", FILTER + installed + quiet)
    processor = """
#- app/logs.py
import structlog
def mask_secrets(logger, name, event_dict):
    for key in ("password", "token"):
        if key in event_dict:
            event_dict[key] = "***"
    return event_dict
structlog.configure(processors=[mask_secrets, structlog.processors.JSONRenderer()])
"""
    check_findings("BC602", processor + quiet)


def test_names_of_secrets_are_no_secrets() -> None:
    check_findings(
        "BC602",
        """
        import logging

        log = logging.getLogger(__name__)

        async def wanted(service, expressions, declared, args_secrets: set[str], known_secrets):
            optional_secrets: set[str] = set()
            required_secrets = set()
            oauth_secrets: dict[str, Declaration] = {}
            for secret in declared:
                optional_secrets.add(secret.name)
                required_secrets.add(secret.name)
                oauth_secrets[secret.name] = secret
            all_secrets = required_secrets | optional_secrets | args_secrets
            listed_secrets = sorted(s.name for s in declared)
            defined_secret = await service.search_secrets(names=expressions)
            log.info("%s %s %s", optional_secrets, required_secrets, oauth_secrets)
            log.info("%s %s %s", all_secrets, args_secrets, known_secrets)
            log.info("%s %s", listed_secrets, defined_secret)
            log.info("done", secrets=expressions, defined_secret=defined_secret)

        class Sandbox:
            def __init__(self, optional_secrets=None):
                self._optional_secrets = set(optional_secrets or [])
                log.info("optional: %s", self._optional_secrets)

        def fetched(store, declared):
            secrets: dict[str, str] = {}
            made_secrets = [store.read(name) for name in declared]
            vault_secrets = get_secrets()
            log.info("%s", secrets)
                  #        ^^^^^^^ BC602
            log.info("%s", made_secrets)
                  #        ^^^^^^^^^^^^ BC602
            log.info("%s", vault_secrets)
                  #        ^^^^^^^^^^^^^ BC602
        """,
    )


def test_paths_rows_locks_and_what_was_blanked() -> None:
    check_findings(
        "BC602",
        """
        import logging
        from pathlib import Path

        log = logging.getLogger(__name__)

        def load(settings, private_key):
            log.debug("from %s, %s", settings.DB_ENCRYPTION_KEY, private_key)
            with open(settings.DB_ENCRYPTION_KEY, "rb") as file:
                return file.read(), Path(private_key).read_text()

        def save(token):
            log_token = {}
            log_token.update(token)
            for key in ("access_token", "refresh_token"):
                log_token[key] = "REDACTED"
            log.debug("saving %s", log_token)

        def revoke(db, token):
            db.session.delete(token)
            log.info("%s was revoked", token)

        def acquire(redis_lock, user):
            log.info("got %s", redis_lock.local.token)
            log.info("got %s", user.access_token)
                  #            ^^^^^^^^^^^^^^^^^ BC602
        """,
    )


def test_tokens_that_are_positions() -> None:
    check_findings(
        "BC602",
        """
        #- app/since.py
        import logging

        logger = logging.getLogger(__name__)

        def told(since_token, batch_token, stream_token):
            logger.info("since %s", since_token)
            logger.info("batch %s of %s", batch_token, stream_token)

        async def caught_up(stream, command, rows):
            current_token = stream.current_token(command.name)
            logger.info("at %s", current_token)
            for_row = rows.new_token
            logger.info("%s to %d", stream, rows.new_token)
            logger.info(f"{for_row} {rows.last_token:,}")
            return "%s up to %i" % (stream, rows.new_token)

        def discard(token, current_token, new_token):
            if token <= current_token:
                logger.info("%s is before %s", token, current_token)
            logger.info("next is %s", new_token)
              #                       ^^^^^^^^^ BC602
            return new_token

        def annotated(token: "int | None", from_token: float):
            logger.info("%s %s", token, from_token)

        def made(stream, topological):
            token = "t%d-%d" % (topological, stream)
            logger.info("purging up to %s", token)

        def written(token: str, new_token: str, otp: int):
            logger.info("%d times %s", 3, token)
              #                           ^^^^^ BC602
            logger.info("%s %%d %s", 3, new_token)
              #                         ^^^^^^^^^ BC602

        def debounce(redis, key):
            existing_token = redis.get(key)
            token = int(redis.incr(key))
            logger.info(f"old {existing_token} new {token}")

        def count(rows):
            created_credentials = skipped_secrets = 0
            for row in rows:
                created_credentials += 1
                skipped_secrets += 1
            logger.info("created=%d", created_credentials)
            logger.info(f"skipped {skipped_secrets}")

        #- app/rooms.py
        import logging
        from app.types import RoomStreamToken

        logger = logging.getLogger(__name__)

        async def purge(store, event, access_token):
            room_token = RoomStreamToken(event.depth)
            token = await room_token.to_string(store)
            logger.info("purging up to %s", token)
            logger.info("for %s", access_token)
              #                   ^^^^^^^^^^^^ BC602
        """,
    )


def test_credentials_that_are_stages() -> None:
    check_findings(
        "BC602",
        """
        import logging

        logger = logging.getLogger(__name__)

        async def log_in(store, session, identity):
            creds = await store.get_completed_ui_auth_stages(session)
            logger.info("completed with %s", creds)

        async def again(store, session):
            creds = await store.get_login(session)
            logger.info("completed with %s", creds)
              #                              ^^^^^ BC602
        """,
    )


def test_tokens_of_challenges_that_everybody_may_read() -> None:
    check_findings(
        "BC602",
        """
        import logging

        logger = logging.getLogger(__name__)

        def publish(acme_token, dns_challenge_token, dns_api_token):
            logger.info("answering %s", acme_token)
            logger.info("record %s", dns_challenge_token)
            logger.info("provider %s", dns_api_token)
            #                          ^^^^^^^^^^^^^ BC602
        """,
    )


def test_bare_token_of_an_acme_challenge() -> None:
    check_findings(
        "BC602",
        """
        import logging

        logger = logging.getLogger(__name__)

        def answer(token, key_authorization, account_password):
            logger.info("GET /.well-known/acme-challenge/%s", token)
            logger.info("answers %s", key_authorization)
            logger.info("of %s", account_password)
            #                    ^^^^^^^^^^^^^^^^ BC602
        """,
    )


def test_token_that_is_a_record() -> None:
    check_findings(
        "BC602",
        """
        import logging

        logger = logging.getLogger(__name__)

        def is_valid(token, now):
            try:
                return token.expires_at > now
            except ValueError:
                logger.exception("malformed token: %s", token)

        def log_in(token):
            token = token.strip()
            logger.info("token: %s", token)
            #                        ^^^^^ BC602
        """,
    )


def test_path_of_a_key() -> None:
    check_findings(
        "BC602",
        """
        import logging

        logger = logging.getLogger(__name__)

        def connect(path_to_private_key, private_key):
            logger.info("with %s", path_to_private_key)
            logger.info("with %s", private_key)
            #                      ^^^^^^^^^^^ BC602
        """,
    )


def test_the_cookie_of_a_session_is_a_secret() -> None:
    check_findings(
        "BC602",
        """
        from flask import current_app, request
        def view():
            current_app.logger.info("session %s", request.cookies["session"])
                                                # ^^^^^^^^^^^^^^^^^^^^^^^^^^ BC602
            current_app.logger.info("theme %s", request.cookies["theme"])
            current_app.logger.info("session %s", request.args["session"])
        """,
    )


def test_words_that_mean_something_else() -> None:
    check_findings(
        "BC602",
        """
        #- flows.py
        import logging

        log = logging.getLogger(__name__)

        def delete(msg, cookies):
            log.info("cookie=%d", msg.cookie)
            for cookie in cookies:
                log.warning("flow 0x%(cookie)x", {"cookie": cookie})

        #- storage.py
        import logging

        log = logging.getLogger(__name__)

        def create(ssn, secrets, secret):
            log.info("create on %s", ssn)  # scSerialNumber
            log.info("asked for %s", secret)
            return secrets.get(secret)

        #- media.py
        import logging

        log = logging.getLogger(__name__)

        def encode(friendly_token, upload_token):
            log.info("encode %s", friendly_token)
            log.info("with %s", upload_token)
            #                   ^^^^^^^^^^^^ BC602
            return Media.objects.get(friendly_token=friendly_token)

        #- people.py
        import logging

        log = logging.getLogger(__name__)

        def check(ssn, cookie):
            log.info("ssn %s, cookie %s", ssn, cookie)
            #                             ^^^ BC602
            #                                  ^^^^^^ BC602
        """,
    )


def test_what_a_command_is_asked_for() -> None:
    check_findings(
        "BC602",
        """
        #- app/management/commands/create_token.py
        def handle(self, user):
            print(user.auth_token)
            #     ^^^^^^^^^^^^^^^ BC602.printed

        #- app/keys.py
        from app.secrets import generate_secret_key

        print(generate_secret_key())
        print("key:", generate_secret_key())
        #             ^^^^^^^^^^^^^^^^^^^^^ BC602
        """,
    )


def test_settings_made_in_another_file() -> None:
    check_findings(
        "BC602",
        """
        #- app/settings.py
        from pydantic_settings import BaseSettings
        class Settings(BaseSettings):
            db_password: str
        class Plain(BaseSettings):
            name: str
        settings = Settings()
        plain_settings = Plain()

        #- app/main.py
        import logging
        from app.settings import plain_settings, settings
        log = logging.getLogger(__name__)
        def boot():
            log.info("settings: %s", settings)
                                   # ^^^^^^^^ BC602
            log.info("settings: %s", plain_settings)
        """,
    )


def test_a_secret_that_came_in_a_path() -> None:
    check_findings(
        "BC602",
        """
        import logging
        log = logging.getLogger(__name__)
        def read(path_password, path_to_password, path_api_key, path_of_secret, path_token):
            log.info("with %s", path_password)
                              # ^^^^^^^^^^^^^ BC602
            log.info("with %s", path_api_key)
                              # ^^^^^^^^^^^^ BC602
            log.info("with %s %s %s", path_to_password, path_of_secret, path_token)
        """,
    )


def test_a_look_up_that_is_typed_halfway() -> None:
    check_findings(
        "BC602",
        """
        import logging
        import os
        log = logging.getLogger(__name__)
        def read(config, password):
            log.info("with %s %s", getattr(config), os.getenv())
            log.info("with %s", password)
                              # ^^^^^^^^ BC602
        """,
    )


def test_a_comment_before_the_operator() -> None:
    check_findings(
        "BC602",
        """
        import logging

        def tell(password):
            logging.info("given: %s"  # all of it
                         % password)
        #                  ^^^^^^^^ BC602
        """,
    )


def test_a_lookup_that_is_half_typed_hides_nothing() -> None:
    check_findings(
        "BC602",
        """
        import logging

        def tell(user, password):
            logging.info("given: %s", getattr(user))
            logging.info("given: %s", password)
        #                             ^^^^^^^^ BC602
        """,
    )


def test_what_is_no_secret_but_an_error_or_nothing_is_left() -> None:
    check_findings(
        "BC602",
        """
        import logging

        def tell(oauth_token, password):
            if oauth_token is None or isinstance(oauth_token, OSError):
                logging.warning("it failed: %r", oauth_token)
            logging.info(f"with {oauth_token}" if oauth_token == "none" else "with a token")
            if password != "not set":
                logging.info("given: %s", password)
        #                                 ^^^^^^^^ BC602
            else:
                logging.info("given: %s", password)
            if oauth_token is None or password:
                logging.warning("it failed: %r", oauth_token)
        #                                        ^^^^^^^^^^^ BC602
        """,
    )


def test_what_a_file_is_run_for() -> None:
    check_findings(
        "BC602",
        """
        if __name__ == "__main__":
            print(get_secret_key())
            #     ^^^^^^^^^^^^^^^^ BC602.printed
            print(api_key)
            #     ^^^^^^^ BC602
        """,
    )


def test_folder_and_name_of_a_file() -> None:
    check_findings(
        "BC602",
        """
        import os
        import logging
        log = logging.getLogger(__name__)

        def switch(entry):
            pwd = os.getcwd()
            log.debug("from %s", pwd)
            secret = entry.name.removesuffix(".json")
            log.debug("skipping %s", secret)
            secret = entry.read_text()
            log.debug("read %s", secret)
            #                    ^^^^^^ BC602
        """,
    )


def test_what_a_file_with_a_command_line_prints() -> None:
    check_findings(
        "BC602",
        """
        import argparse
        import logging
        parser = argparse.ArgumentParser()

        def show(password):
            print("created with", password)
            #                     ^^^^^^^^ BC602.printed
            logging.info("created with %s", password)
            #                               ^^^^^^^^ BC602
        """,
    )


def test_mappings_made_by_dict_and_bodies_of_rest_framework() -> None:
    check_findings(
        "BC602",
        """
        import logging
        from rest_framework.views import APIView
        logger = logging.getLogger(__name__)

        def send(api_key, page):
            params = dict(api_key=api_key, page=page)
            logger.debug("params %r", params)
                                    # ^^^^^^ BC602
            paging = dict(page=page)
            logger.debug("paging %r", paging)

        class Login(APIView):
            def post(self, request, data):
                logger.info("asked for %s", request.data)
                                          # ^^^^^^^^^^^^ BC602
                logger.info("user %s, %s", request.data["user"], data)
        """,
    )


def test_a_key_of_public_parts_is_no_secret() -> None:
    check_findings(
        "BC602",
        """
        import os
        ISSUER = "https://auth.example.org"
        OAUTH_CLIENT_ID = "b1a00492"
        AUTH_KEY = f"{ISSUER}::{OAUTH_CLIENT_ID}"
        OTHER_AUTH_KEY = ISSUER + "::" + OAUTH_CLIENT_ID
        MADE_AUTH_KEY = f"{ISSUER}::{os.environ['SALT']}"
        def show(store):
            print(f"no entry {AUTH_KEY} or {OTHER_AUTH_KEY} in the store")
            print(f"no entry {MADE_AUTH_KEY} in the store")
                            # ^^^^^^^^^^^^^ BC602
        """,
    )


def test_short_marks_in_texts_are_no_logins() -> None:
    check_findings(
        "BC602",
        """
        #- app/marks.py
        import logging
        import uuid

        log = logging.getLogger(__name__)

        def create(store, access_token):
            token = uuid.uuid4().hex[:8]
            entity = {"token": token, "body": f"mark {token}"}
            log.info("created with %s", entity["token"])
            log.info("created by %s", access_token)
                                    # ^^^^^^^^^^^^ BC602

        #- app/logins.py
        import logging
        import uuid

        log = logging.getLogger(__name__)

        def create(store):
            token = uuid.uuid4().hex
            log.info("created with %s", token)
                                      # ^^^^^ BC602

        #- app/trips.py
        def plan(otp_json, otp_code, api_key):
            print("no plan in", otp_json)
            print("code", otp_code)
                        # ^^^^^^^^ BC602
            print(f"curl -H 'X-Key: {api_key}' localhost")
        """,
    )


def test_the_awaited_body_of_a_request_without_a_type() -> None:
    check_findings(
        "BC602",
        """
        import logging

        log = logging.getLogger(__name__)

        async def trace(request, call_next, response):
            body = await request.body()
            log.info("got %s", body)
                             # ^^^^ BC602
            answer = await response.json()
            log.info("sent %s", answer)
            return await call_next(request)
        """,
    )


def test_claims_places_in_a_stream_and_prints_of_a_debugger() -> None:
    check_findings(
        "BC602",
        """
        import logging
        from django.conf import settings

        log = logging.getLogger(__name__)

        def create_user(token: dict, consistency_token):
            log.info("user %s of %s", token["sub"], token)
            log.info("read at %s", consistency_token)

        def revoke(token, headers, api_key):
            log.info("revoked %s", token)
                                 # ^^^^^ BC602
            if settings.DEBUG:
                print(api_key)
                    # ^^^^^^^ BC602.printed
            print(api_key)
                # ^^^^^^^ BC602
        """,
    )


def test_known_words() -> None:
    """What was looked up in a table and found there is one of its words, whatever it came with."""
    check_findings(
        "BC602",
        """
        import logging

        from fastapi import FastAPI, HTTPException, Request

        app = FastAPI()
        logger = logging.getLogger(__name__)


        @app.put("/level")
        async def set_level(request: Request):
            body = await request.body()
            level = body.decode("utf-8").upper().strip()
            number = logging._nameToLevel.get(level)
            if not isinstance(number, int):
                raise HTTPException(400)
            logger.info(f"level is {level}")


        @app.put("/mode")
        async def set_mode(request: Request):
            mode = (await request.body()).decode()
            if mode not in ("fast", "slow"):
                logger.warning("no mode: %s", mode)
                                            # ^^^^ BC602
                raise HTTPException(400)
            logger.info("mode is %s", mode)


        @app.put("/any")
        async def set_any(request: Request):
            value = (await request.body()).decode()
            if not value:
                raise HTTPException(400)
            logger.info("value is %s", value)
                                     # ^^^^^ BC602


        def counted(validator, token, cached, refresh_token=False):
            increment, retain_token = validator(token, cached)
            if retain_token:
                token = cached
            logger.debug("retain %r, refresh %r, +%d", retain_token, refresh_token, increment)


        def login(token, known_tokens, refresh_token):
            if token not in known_tokens:
                raise PermissionError
            logger.info("refreshed %s", refresh_token)
                                      # ^^^^^^^^^^^^^ BC602
        """,
    )


def test_dumps_that_leave_out_what_is_secret() -> None:
    check_findings(
        "BC602",
        """
        import logging
        from dataclasses import asdict

        import attrs

        logger = logging.getLogger(__name__)


        def show(settings, app_settings):
            logger.info("settings %s", settings.model_dump(exclude={"password", "api_key"}))
            logger.info("settings %s", settings.model_dump_json(exclude={"db": {"password"}}))
            logger.info("settings %s", settings.model_dump(include={"level"}))
            logger.info("settings %s", app_settings.dict(exclude=HIDDEN))
            logger.info("settings %s", attrs.asdict(settings, filter=without_secrets))
            logger.info("settings %s", {k: v for k, v in asdict(settings).items() if k not in HIDDEN})
            shown = settings.dict()
            shown.pop("password", None)
            logger.info("settings %s", shown)


        def tell(settings):
            logger.info("settings %s", settings.model_dump(exclude={"level"}))
                                     # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC602
            logger.info("settings %s", settings.model_dump(include={"level", "password"}))
                                     # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC602
            logger.info("settings %s", asdict(settings))
                                     # ^^^^^^^^^^^^^^^^ BC602
        """,
    )
