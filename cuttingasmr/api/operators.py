"""What operators do over the API, and what testers may see of the shop's configuration. Never a secret, nor its beginning."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request
from pydantic import Field

from cuttingasmr import db
from cuttingasmr.api.asking import SignedIn, whoever
from cuttingasmr.api.payments import Purchase
from cuttingasmr.api.shapes import Answer, Shape
from cuttingasmr.auth import operators
from cuttingasmr.errors import NotFound
from cuttingasmr.generation import by_hand, key_desk
from cuttingasmr.models import User
from cuttingasmr.payments import inbox, manual
from cuttingasmr.payments.packages import CURRENCY, all_packages
from cuttingasmr.payments.reconcile import Answer as Answers
from cuttingasmr.providers.creem import get_creem
from cuttingasmr.providers.video import get_video_provider
from cuttingasmr.settings import get_settings

router = APIRouter(prefix="/api", tags=["operators"])


async def _operator(user: SignedIn) -> User:
    operators.require_operator(user)
    return user


Operator = Annotated[User, Depends(_operator)]
"""The user of the session, if they run the site; for anybody else the answer is 404."""


async def _may_see_summary(request: Request) -> bool:
    """Let everybody see a summary in test mode, and operators everything; tell whether it is an operator."""
    user = await whoever(request)
    if user is not None and operators.is_operator(user):
        return True
    if get_settings().creem_mode != "test":
        raise NotFound
    return False


IsOperator = Annotated[bool, Depends(_may_see_summary)]


class ByHand(Shape):
    """What every change by hand needs."""

    reason: str = Field(max_length=500)


class ProcessPayment(ByHand):
    """Credit an order that waits (to `email`, or to its owner), or with `ask` let Creem say what became of it.

    `planType` is the package that it is to be of, where that is another than it has.
    """

    order_id: str = Field(max_length=32)
    email: str | None = Field(default=None, max_length=320)
    plan_type: str | None = Field(default=None, max_length=64, description="starter, standard or premium")
    ask: bool = False


class Credits(ByHand):
    """Give or take credits."""

    email: str = Field(max_length=320)
    credits: int


class Replay(ByHand):
    """Do once more what an event says."""

    event_id: str = Field(max_length=128)


class StuckVideo(ByHand):
    """Set a stuck video going, or with `giveBack` end it and return its credits."""

    video_id: str = Field(max_length=32)
    give_back: bool = False


class ProviderKey(ByHand):
    """Let a key of the video provider be used again."""

    fingerprint: str = Field(max_length=16)


class Processed(Answer):
    """What became of an order, and what came of asking about it."""

    credited: bool
    answer: Answers | None = None


class Adjusted(Answer):
    """What is left."""

    remaining_credits: int


class Settled(Answer):
    """What has come back to a video's owner."""

    credits_returned: int


class Replayed(Answer):
    """What was done about an event."""

    outcome: str


class WaitingOrder(Purchase):
    """An order that waits, and why."""

    reason: str
    payer_email: str
    provider_order_id: str | None


class Waiting(Answer):
    """The orders that wait for an operator, oldest first."""

    orders: list[WaitingOrder]


@router.get("/waiting-payments")
async def waiting_payments(operator: Operator) -> Waiting:
    """List the payments that are held or that belong to nobody we know."""
    del operator
    rows = await db.read(manual.waiting)
    facts = ("reason", "payer_email", "provider_order_id")
    shown = [
        WaitingOrder(**Purchase.of(row).model_dump(), **{name: getattr(row, name) for name in facts})
        for row in rows
    ]
    return Waiting(orders=shown)


@router.post("/manual-process-payment")
async def process_payment(body: ProcessPayment, operator: Operator) -> Processed:
    """Credit an order that waits, or ask Creem about one that is pending."""
    if body.ask:
        answer = await manual.ask(operator=operator, order_id=body.order_id, reason=body.reason)
        return Processed(credited=answer is Answers.CREDITED, answer=answer)
    await manual.assign(
        operator=operator,
        order_id=body.order_id,
        email=body.email,
        package=body.plan_type,
        reason=body.reason,
    )
    return Processed(credited=True)


@router.post("/manual-credits")
async def manual_credits(
    body: Credits, operator: Operator, idempotency_key: Annotated[str | None, Header()] = None
) -> Adjusted:
    """Give or take credits by hand. With an Idempotency-Key, the same request again changes nothing more.

    Without one, the same number for the same account and reason within ten minutes is refused with 409, since it may be the same
    request sent twice.
    """
    left = await manual.adjust(
        operator=operator,
        email=body.email,
        credits=body.credits,
        reason=body.reason,
        key=idempotency_key or "",
    )
    return Adjusted(remaining_credits=left)


@router.post("/manual-video")
async def manual_video(body: StuckVideo, operator: Operator) -> Settled:
    """Have an engine look at a stuck video at once, or end it and give its credits back, once."""
    if body.give_back:
        returned = await by_hand.give_back(operator=operator, video_id=body.video_id, reason=body.reason)
        return Settled(credits_returned=returned)
    await by_hand.set_going(operator=operator, video_id=body.video_id, reason=body.reason)
    return Settled(credits_returned=0)


@router.post("/manual-replay-webhook")
async def replay_webhook(body: Replay, operator: Operator) -> Replayed:
    """Do once more what an event in the inbox says."""
    return Replayed(
        outcome=await manual.replay(operator=operator, event_id=body.event_id, reason=body.reason)
    )


@router.get("/check-creem-config")
async def check_creem_config(is_operator: IsOperator) -> dict[str, Any]:
    """Tell whether the shop is configured, part by part."""
    settings = get_settings()
    parts = {
        "apiKey": bool(settings.creem_api_key.get_secret_value()),
        "webhookSecret": bool(settings.creem_webhook_secret.get_secret_value()),
        "paymentUrl": bool(settings.creem_payment_url),
        "products": all(package.product_id for package in all_packages()),
    }
    answer: dict[str, Any] = {
        "success": True,
        "mode": settings.creem_mode,
        "configured": all(parts.values()),
        "parts": parts,
        "breaker": "open" if get_creem().is_resting else "closed",
        "packages": [
            {"planType": it.id, "amount": it.price_cents, "currency": CURRENCY, "credits": it.credits}
            for it in all_packages()
        ],
    }
    return answer | ({"apiUrl": settings.creem_api_url} if is_operator else {})


@router.post("/manual-provider-key")
async def manual_provider_key(body: ProviderKey, operator: Operator) -> Answer:
    """Let a key that was retired, or that rests, be used again at once."""
    await key_desk.bring_back(operator=operator, fingerprint=body.fingerprint, reason=body.reason)
    return Answer()


@router.get("/api-key-status")
async def api_key_status(is_operator: IsOperator) -> dict[str, Any]:
    """Tell how the video provider's keys are: how many of each state, and to operators each by its fingerprint."""
    keys = await db.read(key_desk.all_keys)
    states = [key.state for key in keys]
    answer: dict[str, Any] = {
        "success": True,
        "configured": len(keys),
        **{state.value: states.count(state) for state in key_desk.KeyState},
        "creditsLow": any(key.is_low for key in keys),
        "breaker": "open" if getattr(get_video_provider(), "is_resting", False) else "closed",
    }
    return answer | ({"keys": [_key(key) for key in keys]} if is_operator else {})


def _key(key: key_desk.KeyView) -> dict[str, Any]:
    return {
        "fingerprint": key.fingerprint,
        "state": key.state,
        "why": key.why,
        "until": key.until and key.until.isoformat(),
        "creates": key.creates,
        "failures": key.failures,
        "creditsLeft": key.credits_left,
        "creditsReadAt": key.credits_read_at and key.credits_read_at.isoformat(),
        "creditsLow": key.is_low,
    }


@router.get("/webhook-info")
async def webhook_info(is_operator: IsOperator) -> dict[str, Any]:
    """Tell where webhooks arrive and what has arrived lately, by kind and outcome."""
    counts = await db.read(inbox.count)
    latest = await db.read(inbox.latest) if is_operator else []
    return {
        "success": True,
        "url": f"{get_settings().app_url}/api/webhooks/creem",
        "mode": get_settings().creem_mode,
        "events": [{"kind": kind, "outcome": outcome, "count": number} for kind, outcome, number in counts],
        "latest": [
            {
                "eventId": row.event_id,
                "kind": row.kind,
                "outcome": row.outcome,
                "receivedAt": row.received_at.isoformat(),
            }
            for row in latest
        ],
    }
