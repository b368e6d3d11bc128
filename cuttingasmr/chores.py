"""What an engine's process does now and then for the other domains, which know nothing of engines."""

from __future__ import annotations

import structlog
from sqlalchemy import ColumnElement, or_
from sqlmodel import Session

from cuttingasmr import db
from cuttingasmr.auth import clerk, gone
from cuttingasmr.console import summary
from cuttingasmr.credits import audit
from cuttingasmr.credits.audit import Finding
from cuttingasmr.errors import ProviderUnavailable
from cuttingasmr.generation import archive, counting, hd, moderation, preview, provider_credit, purge
from cuttingasmr.generation.aside import Aside
from cuttingasmr.generation.chore import Chore
from cuttingasmr.letters import outbox, sending
from cuttingasmr.payments import reconcile, report, webhook
from cuttingasmr.people import erasing, exports, notices

MINUTE, HOUR = 60.0, 3600.0

log = structlog.get_logger()


async def reconcile_orders() -> None:
    """Ask Creem about the orders whose time has come, and act on refunds whose purchase has come since."""
    await db.transact(webhook.settle_waiting)
    await reconcile.reconcile()


def _has_orders() -> ColumnElement[bool]:
    return or_(reconcile.has_work(), webhook.can_settle())


async def compare_books() -> None:
    """Compare our orders with Creem's books once a day; in an hour again if they cannot be read now."""
    try:
        if await db.read(report.is_due):
            await report.compare()
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
write_notices = Aside(notices.NAME, notices.write_due)
ask_about_orders = Aside("reconcile-orders", reconcile_orders, is_shared=True, hold_seconds=5.0)
compare_orders = Aside("compare-books", compare_books, is_shared=True)
tell_clerk = Aside("tell-clerk", clerk.tell_endings, is_shared=True, hold_seconds=20.0)
read_credits = Aside("provider-credit", provider_credit.read_credits, is_shared=True)
fill_summary = Aside(summary.NAME, summary.fill, is_shared=True)

CHORES = (
    # somebody sits there and waits for these; each piece of work is one engine's alone
    Chore("letters", 2.0, send_letters, when=outbox.has_work),
    Chore(preview.NAME, 5.0, preview.cut_previews, when=preview.has_work),
    Chore(exports.NAME, 5.0, exports.make_exports, when=exports.has_work),
    Chore(hd.NAME, 10.0, hd.fetch_hd, when=hd.has_work),
    Chore(notices.NAME, 10.0, write_notices, when=notices.has_work),
    # the others are one engine's each time
    Chore("reconcile-orders", 15.0, ask_about_orders, is_shared=True, when=_has_orders),
    Chore(erasing.NAME, 15.0, erasing.erase_accounts, is_shared=True, when=erasing.has_work),
    Chore("tell-clerk", MINUTE, tell_clerk, is_shared=True, when=clerk.has_untold),
    Chore(purge.NAME, 300.0, purge.purge, is_shared=True),
    Chore(archive.NAME, 300.0, archive.check_archive, is_shared=True),
    Chore("provider-credit", 600.0, read_credits, is_shared=True),
    Chore(summary.NAME, 600.0, fill_summary, is_shared=True),
    Chore(exports.PURGE, 600.0, exports.purge_exports, is_shared=True),
    Chore(audit.NAME, HOUR, audit_money, is_shared=True),
    Chore("compare-books", HOUR, compare_orders, is_shared=True),
    Chore("forget-letters", HOUR, forget_letters, is_shared=True),
    Chore("forget-prompts", 24 * HOUR, forget_prompts, is_shared=True),
    Chore("forget-addresses", 24 * HOUR, forget_addresses, is_shared=True),
)
