"""Every table, and what it holds of a person: what they get a copy of, and what becomes of it when their account is erased.

A new table needs a line here, in `PARTS` or in `NOBODYS`, and a new text column of one in `PARTS` a word on what becomes of
it: tests/people/test_cover.py fails until it has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import ColumnElement, String, and_, cast, or_
from sqlmodel import SQLModel, col, select

from cuttingasmr.models import (
    Agreement,
    AuditEntry,
    Avatar,
    ChoreRun,
    ClerkEnding,
    CreditEntry,
    DayFigure,
    EngineBeat,
    Export,
    Feedback,
    GoneAddress,
    HdState,
    Letter,
    MailedLink,
    MissingFile,
    ModerationDecision,
    Notice,
    Order,
    OrderTaking,
    Picture,
    ProviderCall,
    ProviderKey,
    SessionRow,
    User,
    Video,
    WebhookEvent,
)

NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True)
class Part:
    """One table that holds something of a person.

    Its rows are given in `{name}.json`, without the columns in `hidden`. At the erasure its rows go (`drop`), or the columns in
    `blank` take these values; those in `by_hand` are seen to in erasing.py, and those in `stays` say nothing of anybody.
    """

    name: str
    table: type[SQLModel]
    mine: Callable[[str], ColumnElement[bool]]
    about: str
    hidden: frozenset[str] = frozenset()
    drop: bool = False
    blank: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    by_hand: frozenset[str] = frozenset()
    stays: frozenset[str] = frozenset()


def _by_user(table: Any) -> Callable[[str], ColumnElement[bool]]:  # noqa: ANN401 - any of ours with that column
    return lambda user_id: col(table.user_id) == user_id


def _named(*names: str) -> frozenset[str]:
    return frozenset(names)


def events_of(user_id: str) -> ColumnElement[bool]:
    """Say which events of the inbox are about somebody: of their payments, and of them at Clerk."""
    orders = select(Order).where(col(Order.user_id) == user_id).subquery()
    at_clerk = select(User.clerk_id).where(col(User.id) == user_id).scalar_subquery()
    return or_(
        col(WebhookEvent.order_id).in_(select(orders.c.id)),
        col(WebhookEvent.provider_order_id).in_(select(orders.c.provider_order_id)),
        col(WebhookEvent.provider_order_id).in_(select(orders.c.transaction_id)),
        and_(
            col(WebhookEvent.provider) == "clerk",
            cast(col(WebhookEvent.body), String).contains(at_clerk, autoescape=False),
        ),
    )


def lines_of(user_id: str) -> ColumnElement[bool]:
    """Say which lines of the audit log are about somebody."""
    subject = col(AuditEntry.subject)
    return or_(
        subject == user_id,
        subject.in_(select(Order.id).where(col(Order.user_id) == user_id)),
        subject.in_(select(Video.id).where(col(Video.user_id) == user_id)),
    )


PARTS: Final = (
    Part(
        "account",
        User,
        lambda user_id: col(User.id) == user_id,
        "your account, with the sums of your credits",
        hidden=_named("password_hash"),
        blank={
            "name": "",
            "password_hash": None,
            "email_verified_at": None,
            "clerk_id": None,
            "clerk_state": "",
            "clerk_updated_ms": 0,
            "picture_url": "",
            "picture_id": None,
            "has_own_name": False,
            "theme": "",
            "region": "",
            "mails_ready": False,
            "mails_low": False,
        },
        by_hand=_named("email"),
        stays=_named("id"),
    ),
    Part(
        "sessions",
        SessionRow,
        _by_user(SessionRow),
        "the browsers in which you are signed in",
        hidden=_named("token_hash"),
        drop=True,
    ),
    Part(
        "agreements",
        Agreement,
        _by_user(Agreement),
        "which versions of our texts you have agreed to",
        stays=_named("user_id", "version", "text_hash"),
    ),
    Part(
        "orders",
        Order,
        _by_user(Order),
        "what you bought, or set out to buy",
        blank={"payer_email": "", "checkout_url": ""},
        stays=_named(
            "id",
            "user_id",
            "package_id",
            "currency",
            "paid_currency",
            "product_id",
            "road",
            "state",
            "reason",
            "checkout_id",
            "provider_order_id",
            "transaction_id",
            "customer_id",
        ),
    ),
    Part(
        "order_takings",
        OrderTaking,
        lambda user_id: col(OrderTaking.order_id).in_(select(Order.id).where(col(Order.user_id) == user_id)),
        "money that was given back to you",
        stays=_named("reference", "order_id"),
    ),
    Part(
        "credit_entries",
        CreditEntry,
        _by_user(CreditEntry),
        "every change of your credits",
        stays=_named("user_id", "kind", "reference"),
    ),
    Part(
        "videos",
        Video,
        _by_user(Video),
        "your videos: what you wrote, the settings, and how their making went",
        hidden=_named(
            "request_hash", "search_text", "provider_key", "claim", "taken_by", "tries", "misses", "due_at"
        ),
        blank={
            "prompt": "",
            "title": "",
            "search_text": "",
            "picture_ids": [],
            "template_id": "",
            "idempotency_key": None,
            "request_hash": "",
            "provider_task_id": None,
            "failed_task_id": None,
            "claim": "",
            "hd_state": HdState.NONE,
            "hd_task_id": None,
            "hd_note": "",
            "is_shared": False,
            "is_favourite": False,
        },
        stays=_named(
            "id",
            "user_id",
            "kind",
            "aspect_ratio",
            "model",
            "status",
            "batch_id",
            "provider_key",
            "taken_by",
            "notice",
            "error_code",
            "error_message",
            "file_key",
            "poster_key",
            "preview_key",
            "hd_key",
        ),
    ),
    Part("pictures", Picture, _by_user(Picture), "the pictures that you have brought", drop=True),
    Part("avatars", Avatar, _by_user(Avatar), "the pictures that you have shown of yourself", drop=True),
    Part("feedback", Feedback, _by_user(Feedback), "what you have told us", drop=True),
    Part(
        "letters",
        Letter,
        _by_user(Letter),
        "which letters we have written to you",
        hidden=_named("seed", "tries", "due_at"),
        drop=True,
    ),
    Part(
        "mailed_links",
        MailedLink,
        _by_user(MailedLink),
        "links in them that you have not used",
        hidden=_named("token_hash"),
        drop=True,
    ),
    Part(
        "notices",
        Notice,
        _by_user(Notice),
        "when we look whether there is something to write to you about, and when we last wrote",
        drop=True,
    ),
    Part(
        "moderation",
        ModerationDecision,
        _by_user(ModerationDecision),
        "what was decided about your prompts before a video was made",
        hidden=_named("prompt_hash"),
        blank={"prompt": None, "user_id": None},
        stays=_named("prompt_hash", "decision"),
    ),
    Part(
        "exports",
        Export,
        _by_user(Export),
        "the archives that you have asked for, this one too",
        hidden=_named("taken_by", "tries", "look_at"),
        by_hand=_named("state"),
        stays=_named("id", "user_id", "taken_by", "error"),
    ),
    Part(
        "log",
        AuditEntry,
        lines_of,
        "what was done about your account, your purchases and your videos, and why",
        hidden=_named("actor"),
        by_hand=_named("reason", "facts"),
        stays=_named("actor", "action", "subject"),
    ),
    Part(
        "events",
        WebhookEvent,
        events_of,
        "what the payment service and Clerk have told us about you",
        by_hand=_named("body"),
        stays=_named("provider", "event_id", "kind", "provider_order_id", "order_id", "outcome", "detail"),
    ),
)

NOBODYS: Final[Mapping[type[SQLModel], str]] = MappingProxyType(
    {
        EngineBeat: "which engines are alive",
        ChoreRun: "what the scheduled jobs have done",
        DayFigure: "sums of all by day",
        MissingFile: "which videos' files were not found",
        ProviderKey: "the video service's keys",
        ProviderCall: "how often those were used",
        ClerkEnding: "names of sessions at Clerk that mean nothing to anybody; a person's own is seen to in erasing.py",
        GoneAddress: "keyed hashes of addresses that have had their welcome, for a year",
    }
)
"""The tables that hold nothing of a person, and what they hold instead."""
