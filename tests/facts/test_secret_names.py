"""Which names say that a value is a secret."""

import pytest

from bugcatalog_ls.facts.secret_names import secret_kind, without_verb


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "db_password",
        "DB_PASSWORD",
        "userPassword",
        "hashed_password",
        "password_hash",
        "passwd",
        "pwd",
        "client_secret",
        "clientSecret",
        "secret_value",
        "api_key",
        "apiKey",
        "OPENAI_API_KEY",
        "x-api-key",
        "api_keys",
        "access_token",
        "accessToken",
        "refresh_token",
        "reset_token",
        "csrf_token",
        "access_tokens",
        "private_key",
        "private_key_pem",
        "aws_secret_access_key",
        "authorization",
        "Authorization",
        "authorization_header",
        "cookie",
        "Set-Cookie",
        "cookies",
        "credentials",
        "ssn",
        "card_number",
        "credit_card_number",
    ],
)
def test_values(name: str) -> None:
    assert secret_kind(name) == "secret"


@pytest.mark.parametrize(
    "name",
    [
        "token_count",
        "max_tokens",
        "tokens_used",
        "token_type",
        "access_key",
        "mention_token",
        "password_reset_url_name",
        "secret_name",
        "tokens",
        "total_tokens",
        "next_page_token",
        "eos_token",
        "api_key_id",
        "password_length",
        "has_password",
        "masked_token",
        "token_hash",
        "reset_password",
        "credentials_path",
        "cookie_name",
        "public_key",
        "secret_arn",
        "hashed_token",
        "FORWARD_HEADER_JWT",
        "key",
    ],
)
def test_counts_labels_and_answers(name: str) -> None:
    assert secret_kind(name) == ""


def test_a_bare_token_may_be_either() -> None:
    assert secret_kind("token") == secret_kind("token_value") == secret_kind("openai_token") == "token"


def test_what_a_function_gives() -> None:
    assert without_verb("get_api_key") == "api_key"
    assert without_verb("create_access_token") == "access_token"
    assert without_verb("validate_token") == ""
