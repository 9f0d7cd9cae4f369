"""The ways by which notices leave the house: a webhook, and e-mail."""

from __future__ import annotations

import json
import smtplib
import ssl
import time
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from audiokit.documents.addresses import places_of, target_of
from audiokit.documents.connecting import answered
from audiokit.errors import AddressRefused, AddressUnreachable
from audiokit.money import NANOUSD_PER_USD
from audiokit.usage.letters import NotSent
from audiokit.usage.notices import Notice

__all__ = ["Mail", "Webhook"]

_TIMEOUT_S = 15.0
_PRIVATE = (
    "the webhook is refused: it leads into a private network, or is no address of the web. "
    "If that is meant, set AUDIOKIT_NOTICE_WEBHOOK_PRIVATE=true"
)
_SMTP_PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Posts a notice as JSON to an address of the web, which may be a secret; redirects are not followed.

    ``text`` in it is what chat programs show. ``Idempotency-Key`` is the notice's id.
    """

    address: str = field(repr=False)
    allow_private: bool = False
    name: str = "webhook"

    def send(self, notice: Notice) -> None:
        """Send it.

        Raises:
            NotSent: it was refused, or nobody answered.
        """
        deadline = time.monotonic() + _TIMEOUT_S
        headers = {"Content-Type": "application/json", "Accept": "*/*", "Idempotency-Key": notice.id}
        try:
            target = target_of(self.address, allow_private=self.allow_private)
            places = places_of(target, timeout_s=_TIMEOUT_S, allow_private=self.allow_private)
            body = json.dumps(_as_json(notice)).encode()
            with answered(target, places, deadline, method="POST", body=body, headers=headers) as answer:
                status = answer.status
        except AddressRefused as error:
            raise NotSent(_PRIVATE, is_final=True) from error
        except AddressUnreachable as error:
            raise NotSent("the webhook did not answer", may_have_arrived=bool(error.detail.get("was_sent"))) from error
        if status >= 300:
            raise NotSent(f"the webhook answered with status {status}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """Sends a notice by a server at ``smtp://NAME:PASSWORD@HOST:PORT``, or ``smtps://``; passwords go over TLS only."""

    server: str = field(repr=False)
    to: tuple[str, ...]
    sender: str
    name: str = "email"

    def send(self, notice: Notice) -> None:
        """Send it.

        Raises:
            NotSent: the server did not take it.
        """
        was_sent = False
        try:
            with _connected(urlsplit(self.server)) as smtp:
                was_sent = True
                smtp.send_message(self._letter(notice))
        except smtplib.SMTPResponseException as error:  # it has said no, and so has not taken it
            raise NotSent(f"the mail server answered with code {error.smtp_code}") from error
        except smtplib.SMTPRecipientsRefused as error:
            raise NotSent("the mail server refused every recipient") from error
        except smtplib.SMTPNotSupportedError as error:
            raise NotSent("the mail server offers no TLS, so no password was sent", is_final=True) from error
        except (OSError, smtplib.SMTPException) as error:
            raise NotSent("the mail server did not answer", may_have_arrived=was_sent) from error

    def _letter(self, notice: Notice) -> EmailMessage:
        letter = EmailMessage()
        letter["Subject"] = f"audiokit: {notice.percent} % of a budget is spent"
        letter["From"], letter["To"] = self.sender, ", ".join(self.to)
        letter["Message-ID"] = f"<{notice.id}@audiokit>"
        letter.set_content(f"{notice.in_full}\n\n{notice.sentence}\n\nBudgets are changed under Usage & Cost.\n")
        return letter


def _connected(parts: SplitResult) -> smtplib.SMTP:
    """Return a connection that is signed in where there is a name to sign in with."""
    host, port = parts.hostname or "", parts.port or _SMTP_PORTS.get(parts.scheme, 25)
    if parts.scheme == "smtps":
        context = ssl.create_default_context()
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=_TIMEOUT_S, context=context)
    else:
        smtp = smtplib.SMTP(host, port, timeout=_TIMEOUT_S)
    try:
        smtp.ehlo_or_helo_if_needed()
        if parts.scheme == "smtp" and (smtp.has_extn("starttls") or parts.username):
            smtp.starttls(context=ssl.create_default_context())
        if parts.username:
            smtp.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        smtp.close()
        raise
    return smtp


def _as_json(notice: Notice) -> dict[str, Any]:
    budget = notice.budget
    return {
        "id": notice.id,
        "text": notice.in_full,
        "scope": budget.scope_kind.value,
        "scope_id": budget.scope_id or None,
        "period": budget.period.value,
        "starts_on": notice.starts_on.isoformat(),
        "percent": notice.percent,
        "spent_usd": _usd(notice.spent_nanousd),
        "limit_usd": _usd(budget.limit_nanousd),
        "at": notice.at.isoformat(),
    }


def _usd(nanousd: int) -> str:
    return f"{nanousd // NANOUSD_PER_USD}.{nanousd % NANOUSD_PER_USD:09d}"
