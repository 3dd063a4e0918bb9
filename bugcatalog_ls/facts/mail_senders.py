"""Functions that send mail or move money, whoever calls them."""

from __future__ import annotations

from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.outward_writes import is_mail_or_payment
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.modules import is_test_path

_CALLED = (
    *("sendmail", "send_message", "send", "send_mail", "send_mass_mail", "send_email", "send_raw_email"),
    *("publish", "create", "create_async", "capture", "pay", "confirm", "sale", "refund"),
)


class SendsMailOrMoney(Fact, frozen=True):
    """A function in whose body a mail is sent or a payment made."""

    symbol: str

    @property
    def key(self) -> str:
        return self.symbol


def _collect(file: PyFile, facts: Facts) -> None:
    if is_test_path(file.path):
        return
    found = {
        file.scopes.at(call.start_byte).qualname
        for call in file.calls_named(*_CALLED)
        if is_mail_or_payment(file.callee(call) or "")
    }
    for qualname in sorted(name for name in found if name):
        facts.add(SendsMailOrMoney(f"{file.module}.{qualname}" if file.module else qualname))


VOCABULARY = Vocabulary(
    _collect,
    (
        *(b"smtplib", b"django.core.mail", b"flask_mail", b"fastapi_mail", b"sendgrid", b"boto3", b"twilio"),
        *(b"resend", b"stripe", b"braintree", b"paypalrestsdk", b"razorpay"),
    ),
)
