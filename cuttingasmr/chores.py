"""What an engine's process does now and then for the other domains, which know nothing of engines."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from sqlmodel import Session

from cuttingasmr import db
from cuttingasmr.auth import clerk, gone
from cuttingasmr.console import summary
from cuttingasmr.credits import audit
from cuttingasmr.credits.audit import Finding
from cuttingasmr.errors import ProviderUnavailable
from cuttingasmr.generation import archive, counting, hd, moderation, preview, provider_credit, purge
from cuttingasmr.generation.aside import Aside
from cuttingasmr.generation.supervisor import Chore
from cuttingasmr.letters import sending
from cuttingasmr.payments import report, webhook
from cuttingasmr.payments.reconcile import reconcile
from cuttingasmr.people import erasing, exports, notices
from cuttingasmr.providers.http import close_client

MINUTE, HOUR = 60.0, 3600.0

log = structlog.get_logger()


def reconcile_orders() -> None:
    """Ask Creem about the orders whose time has come, and act on refunds whose purchase has come since."""
    db.run(webhook.settle_waiting)
    _wait_for(reconcile)


def compare_books() -> None:
    """Compare our orders with Creem's books once a day; in an hour again if they cannot be read now."""
    try:
        if db.look(report.is_due):
            _wait_for(report.compare)
    except ProviderUnavailable:
        log.warning("report.creem-away")


def audit_money() -> None:
    """Check every statement about the money, and tell the operators where one is not true."""
    findings = db.look(audit.find_all)
    for finding in findings:
        log.error(
            "audit.finding", statement=finding.statement, subject=finding.subject, detail=finding.detail
        )
    db.run(_tell_findings, findings=findings)


def _tell_findings(session: Session, *, findings: list[Finding]) -> None:
    audit.write_down(session, findings=findings)
    statements = "; ".join(sorted({finding.statement for finding in findings}))
    found = f"{len(findings):,} not true: {statements}" if findings else ""
    counting.count(session, audit.NAME, found=found)


def tell_clerk() -> None:
    """Tell Clerk of sessions that ended here while it could not be reached."""
    _wait_for(clerk.tell_endings)


def _wait_for(work: Callable[[], Awaitable[object]]) -> None:
    """Do something that waits for a provider, in an event loop of its own."""

    async def and_hang_up() -> None:
        try:
            await work()
        finally:
            await close_client()

    asyncio.run(and_hang_up())


def forget_prompts() -> None:
    """Let go of the words of old decisions about prompts."""
    db.run(_forget_prompts)


def _forget_prompts(session: Session) -> None:
    counting.count(session, "forget-prompts", removed=moderation.forget_prompts(session))


def forget_addresses() -> None:
    """Let go of what is remembered of erased accounts' addresses, once it is old."""
    db.run(_forget_addresses)


def _forget_addresses(session: Session) -> None:
    counting.count(session, "forget-addresses", removed=gone.forget(session))


def forget_letters() -> None:
    """Let go of letters and links whose time is over."""
    db.run(sending.forget_old)


send_letters = Aside("letters", sending.send_due)
"""The chore: every few seconds, in any engine, since somebody sits there and waits for the letter."""

CHORES = (
    Chore(2.0, send_letters),
    Chore(10.0, Aside(notices.NAME, notices.write_due)),
    Chore(15.0, reconcile_orders),
    Chore(MINUTE, tell_clerk),
    Chore(HOUR, audit_money, audit.NAME),
    Chore(HOUR, compare_books),
    Chore(5.0, preview.cut_previews),
    Chore(10.0, hd.fetch_hd),
    Chore(300.0, purge.purge, purge.NAME),
    Chore(300.0, archive.check_archive, archive.NAME),
    Chore(600.0, Aside("provider-credit", provider_credit.read_credits), "provider-credit"),
    Chore(600.0, Aside(summary.NAME, summary.fill), summary.NAME),
    Chore(24 * HOUR, forget_prompts, "forget-prompts"),
    Chore(24 * HOUR, forget_addresses, "forget-addresses"),
    Chore(5.0, exports.make_exports),
    Chore(600.0, exports.purge_exports),
    Chore(15.0, erasing.erase_accounts),
    Chore(HOUR, forget_letters, "forget-letters"),
)
