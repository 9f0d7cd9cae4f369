"""The bill as OpenAI's organization endpoints tell it, read with an admin key through the official SDK.

Buckets are days in UTC. Usage comes soon, costs a day or two later. The JSON is read here, with its decimals, as the
SDK's models would turn amounts into floats.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

import httpx2
from openai import OpenAI, omit

from audiokit.catalog.models import Provider
from audiokit.errors import KeyRefused, ReplyUnusable
from audiokit.money import NANOUSD_PER_USD
from audiokit.settings import Engine, Settings
from audiokit.speech.endpoint import Endpoint, open_client
from audiokit.speech.failures import translating
from audiokit.speech.fields import Json, count_at, object_at, objects_at, text_at
from audiokit.usage.bill import Bill, Charged, Counts, Used

__all__ = ["Admin", "open_admin"]

_ADDRESS: Final = "https://api.openai.com/v1"
_KEY: Final = "OPENAI_ADMIN_KEY"
_MAX_USAGE_BUCKETS: Final = 31
_MAX_COST_BUCKETS: Final = 180
_MAX_PAGES: Final = 100
_NOT_ADMIN: Final = (
    "OpenAI does not show the bill to this key. Make an admin key (Organization, Admin keys) and set it as "
    "OPENAI_ADMIN_KEY."
)
_NO_BILL: Final = "What OpenAI answered is no bill. Check the address (OPENAI_BASE_URL), or try again later."
_Ask = Callable[..., Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Admin:
    """Reads the bill; of one project or API key only, where their ids are given."""

    client: OpenAI
    project_id: str | None = None
    api_key_id: str | None = None

    def bill(self, first: date, last: date) -> Bill:
        """Return the bill of the days from ``first`` to ``last``; for :class:`audiokit.usage.bill.BillSource`.

        Raises:
            KeyRefused: it is no admin key.
            ProviderError: it cannot be had for another reason.
        """
        usage = self.client.admin.organization.usage.with_raw_response
        readers = (
            (usage.completions, _completions),
            (usage.audio_speeches, _speeches),
            (usage.audio_transcriptions, _transcriptions),
        )
        used = [
            Used(day=day, model=text_at(result, "model"), counts=read(result))
            for ask, read in readers
            for day, result in self._results(ask, first, last, by="model", limit=_MAX_USAGE_BUCKETS)
        ]
        charged = [
            Charged(day=day, line_item=text_at(result, "line_item"), nanousd=_nanousd(amount))
            for day, result in self._results(usage.costs, first, last, by="line_item", limit=_MAX_COST_BUCKETS)
            if (amount := object_at(result, "amount"))
        ]
        return Bill(used=tuple(used), charged=tuple(charged))

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def _results(self, ask: _Ask, first: date, last: date, *, by: str, limit: int) -> Iterator[tuple[date, Json]]:
        """Yield what each bucket holds, page after page, with its day."""
        page: Any = omit
        for _ in range(_MAX_PAGES):
            with _translating():
                answer = ask(
                    start_time=_begins(first),
                    end_time=_begins(last + timedelta(days=1)),
                    bucket_width="1d",
                    group_by=[by],
                    limit=limit,
                    page=page,
                    project_ids=[self.project_id] if self.project_id else omit,
                    api_key_ids=[self.api_key_id] if self.api_key_id else omit,
                )
            body = _json(answer.http_response)
            for bucket in objects_at(body, "data"):
                day = _day(bucket)
                yield from ((day, result) for result in objects_at(bucket, "results"))
            page = text_at(body, "next_page")
            if not body.get("has_more") or page is None:
                return
        raise ReplyUnusable(_NO_BILL)


def open_admin(settings: Settings, *, transport: httpx2.BaseTransport | None = None) -> Admin | None:
    """Return what reads the bill, None where there is no admin key; ``transport`` replaces the network."""
    if settings.openai_admin_key is None:
        return None
    own = settings.openai_base_url if Engine.OPENAI in settings.engines else None
    endpoint = Endpoint(
        name="OpenAI",
        provider=Provider.OPENAI,
        base_url=own or _ADDRESS,
        api_key=settings.openai_admin_key,  # there is no other: this client calls nothing but these endpoints
        is_openai_named=True,
        key_setting=_KEY,
    )
    client = open_client(
        endpoint, timeout_s=settings.request_timeout_s, max_retries=settings.max_retries, transport=transport
    )
    return Admin(
        client=client.with_options(admin_api_key=settings.openai_admin_key.get_secret_value()),
        project_id=settings.bill_project_id,
        api_key_id=settings.bill_api_key_id,
    )


@contextmanager
def _translating() -> Iterator[None]:
    try:
        with translating("OpenAI", None, key=_KEY, address="OPENAI_BASE_URL"):
            yield
    except KeyRefused as error:
        raise KeyRefused(_NOT_ADMIN, **error.detail) from error


def _json(answer: httpx2.Response) -> Json:
    try:
        body = json.loads(answer.content, parse_float=Decimal)
    except ValueError as error:
        raise ReplyUnusable(_NO_BILL) from error
    if not isinstance(body, dict) or not isinstance(body.get("data"), list):
        raise ReplyUnusable(_NO_BILL)
    return body


def _begins(day: date) -> int:
    return round(datetime.combine(day, time.min, UTC).timestamp())


def _day(bucket: Json) -> date:
    begins = count_at(bucket, "start_time")
    if begins is None:
        raise ReplyUnusable(_NO_BILL)
    return datetime.fromtimestamp(begins, UTC).date()


def _completions(result: Json) -> Counts:
    """``input_audio_tokens`` leaves out what came from the cache; ours are the whole (``UsageCompletionsResult``)."""
    heard, cached = count_at(result, "input_audio_tokens"), count_at(result, "input_cached_audio_tokens")
    return Counts(
        n_requests=count_at(result, "num_model_requests") or 0,
        input_tokens=count_at(result, "input_tokens"),
        cached_in_tokens=count_at(result, "input_cached_tokens"),
        audio_in_tokens=None if heard is None else heard + (cached or 0),
        output_tokens=count_at(result, "output_tokens"),
        audio_out_tokens=count_at(result, "output_audio_tokens"),
    )


def _speeches(result: Json) -> Counts:
    return Counts(n_requests=count_at(result, "num_model_requests") or 0, characters=count_at(result, "characters"))


def _transcriptions(result: Json) -> Counts:
    return Counts(n_requests=count_at(result, "num_model_requests") or 0, seconds=count_at(result, "seconds"))


def _nanousd(amount: Json) -> int:
    """Return an amount, which comes as a number, or as text with all its decimals, in dollars."""
    currency, value = text_at(amount, "currency") or "usd", amount.get("value")
    if currency.lower() != "usd" or not isinstance(value, int | Decimal | str):
        raise ReplyUnusable(_NO_BILL)
    try:
        return int((Decimal(value) * NANOUSD_PER_USD).to_integral_value())
    except (ArithmeticError, ValueError) as error:
        raise ReplyUnusable(_NO_BILL) from error
