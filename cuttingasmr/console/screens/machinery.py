"""What the site runs on, in the console: the provider's keys, health, and what wants somebody."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from cuttingasmr import db, routes
from cuttingasmr.console import checks, condition, trail
from cuttingasmr.console.checks import Check
from cuttingasmr.console.condition import Condition, Wants
from cuttingasmr.console.screens import books, missing, orders, trails, videos
from cuttingasmr.console.screens.views import (
    Act,
    Cell,
    Fact,
    Figure,
    Line,
    Listing,
    Opened,
    Query,
    Screen,
    Table,
    Tone,
    fact_at,
    mark,
    when,
)
from cuttingasmr.console.screens.wording import NONE, span
from cuttingasmr.generation import key_desk
from cuttingasmr.generation.key_desk import KeyState, KeyView
from cuttingasmr.models import ChoreRun

FEW = 6
KEYS = routes.ADMIN_KEYS
KEY_TONES: dict[str, Tone] = {KeyState.USABLE: "good", KeyState.RESTING: "warn", KeyState.RETIRED: "bad"}
CHECK_TONES: dict[str, Tone] = {"ok": "good", "down": "bad", "resting": "warn", "unused": "faint"}
CHECKS = {
    "database": "Database",
    "redis": "Redis",
    "worker": "Engine",
    "storage": "Storage",
    "creem": "Creem",
    "clerk": "Clerk",
    "veo3": "Video provider",
}
CHORES = {
    "sweep": "Videos that nothing else would end",
    "sweep-ended": "Credits of videos that ended badly",
    "audit": books.AUDIT,
    "forget-prompts": "Words of old decisions",
    "provider-credit": "Credit of the provider's accounts",
    "archive": "Files and what the books say of them",
    "reconcile-orders": "Orders that wait for their payment",
    "compare-books": books.COMPARISON,
    "tell-clerk": "What Clerk is to be told",
}


def show_keys(session: Session, query: Query) -> Screen:
    """Show the keys, by their fingerprints, or one of them."""
    keys = key_desk.all_keys(session)
    if query.id:
        return Screen(opened=[_key(session, key) for key in keys if key.fingerprint == query.id])
    heads = ("Key", "State", "#Made", "#Failures", "#Credit left", "Read")
    table = Table.of(heads, [_key_line(key) for key in keys], empty="No key is configured.")
    return Screen(tables=[Listing("", table)])


def _key_line(key: KeyView) -> Line:
    left = NONE if key.credits_left is None else f"{key.credits_left:,}"
    return Line(
        key.fingerprint,
        routes.in_console(KEYS, id=key.fingerprint),
        [
            Cell(text=key.fingerprint, is_code=True),
            _key_state(key),
            Cell(text=f"{key.creates:,}"),
            Cell(text=f"{key.failures:,}"),
            Cell(text=left, tone="bad" if key.is_low else ""),
            when(key.credits_read_at),
        ],
    )


def _key_state(key: KeyView) -> Cell:
    return mark(key.state.capitalize(), note=key.why, tone=KEY_TONES[key.state])


def _key(session: Session, key: KeyView) -> Opened:
    left = "not read yet" if key.credits_left is None else f"{key.credits_left:,}"
    lines = trail.find(session, words=key.fingerprint).rows
    return Opened(
        title=f"Key {key.fingerprint}",
        id=key.fingerprint,
        back=KEYS,
        marks=[_key_state(key)],
        facts=[
            Fact("Why", key.why or NONE),
            fact_at("Rests until", key.until),
            Fact("Tasks made", f"{key.creates:,}"),
            Fact("Failures in a row", f"{key.failures:,}", tone="warn" if key.failures else ""),
            Fact("Credit left at the provider", left, tone="bad" if key.is_low else ""),
            fact_at("Credit read", key.credits_read_at),
        ],
        acts=_key_acts(key),
        listings=[trails.about(session, lines, key.fingerprint)],
    )


def _key_acts(key: KeyView) -> list[Act]:
    acts: list[Act] = []
    if key.state is not KeyState.USABLE or key.failures:
        tells = "It takes its turn again at once, and its failures are forgotten."
        acts.append(Act("put-back", key.fingerprint, "Put back", tells))
    if key.state is not KeyState.RETIRED:
        tells = "No new video is made with it until somebody puts it back. What it has begun is asked about and fetched as ever."
        acts.append(Act("retire", key.fingerprint, "Retire", tells, is_grave=True))
    return acts


def show_overview(session: Session, query: Query) -> Screen:
    """Show what wants somebody."""
    del query
    first = [*books.found(session), *orders.waiting(session, FEW), *videos.stuck(session, FEW)]
    return Screen(
        figures=[*_figures(condition.wants(session)), *books.figures(session, db.utc_now())], tables=first
    )


def _figures(wants: Wants) -> list[Figure]:
    usable = len(wants.keys) - wants.lost_keys
    return [
        _wanting("Payments that wait", wants.orders, "nothing waits", routes.ADMIN_ORDERS),
        _wanting("Videos that are stuck", wants.stuck, "all move on", routes.ADMIN_VIDEOS),
        _wanting(missing.NAME, wants.missing, "none that wait for you", missing.PATH),
        _wanting(
            "Events nobody could read",
            wants.unreadable,
            "all were read",
            routes.in_console(routes.ADMIN_INBOX, outcome="unreadable"),
        ),
        Figure(
            "Keys in use",
            f"{usable} of {len(wants.keys)}",
            "some rest or are retired" if wants.lost_keys else "all take their turns",
            KEYS,
            "warn" if wants.lost_keys else "",
        ),
    ]


def _wanting(name: str, number: int, calm: str, href: str) -> Figure:
    return Figure(name, f"{number:,}", "look at them" if number else calm, href, "warn" if number else "")


def show_health(session: Session, found: dict[str, Check]) -> Screen:
    """Show how the site is. `found` is what was checked without this session."""
    seen, now = condition.look(session), db.utc_now()
    return Screen(
        figures=[*_on_the_way(seen, now), *_figures(seen.wants), *books.figures(session, now)],
        tables=[
            Listing("Parts", _parts(found)),
            Listing("Engines", _engines(seen, now)),
            *books.listings(session),
            Listing("Scheduled jobs", _chores(seen)),
        ],
    )


def _on_the_way(seen: Condition, now: datetime) -> list[Figure]:
    path = routes.in_console(routes.ADMIN_VIDEOS, show="running")
    return [
        Figure("Waiting in the queue", f"{seen.queued:,}", _oldest(seen.oldest_queued, now), path),
        Figure("Being rendered", f"{seen.rendering:,}", "at the provider", path),
        Figure("Being saved", f"{seen.saving:,}", "into the storage", path),
        Figure(
            "Refunds before their purchase",
            f"{seen.wants.waiting_events:,}",
            "in the inbox",
            routes.in_console(routes.ADMIN_INBOX, outcome="waiting"),
            "warn" if seen.wants.waiting_events else "",
        ),
    ]


def _oldest(at: datetime | None, now: datetime) -> str:
    return f"the oldest for {span((now - at).total_seconds())}" if at else "nobody waits"


def _parts(found: dict[str, Check]) -> Table:
    lines = [
        Line(name, "", [Cell(text=CHECKS.get(name, name)), _check(check), Cell(text=_latency(check))])
        for name, check in found.items()
    ]
    return Table.of(("Part", "State", "#Answers in"), lines, empty="Nothing was checked.")


def _check(check: Check) -> Cell:
    status = str(check["status"])
    keys = f"{check['usableKeys']} of {check['keys']} keys" if "keys" in check else ""
    low = "credit is low" if check.get("creditsLow") else ""
    note = ", ".join(filter(None, (keys, low)))
    name = "OK" if status == "ok" else status.capitalize()
    return mark(name, CHECK_TONES.get(status, ""), note)


def _latency(check: Check) -> str:
    return f"{check['latencyMs']} ms" if "latencyMs" in check else NONE


def _engines(seen: Condition, now: datetime) -> Table:
    lines = [
        Line(
            engine.executor_id,
            "",
            [
                Cell(text=engine.executor_id, is_code=True),
                mark("Alive", tone="good")
                if now - engine.beat_at < checks.SILENCE
                else mark("Silent", tone="bad"),
                Cell(text=f"{span((now - engine.beat_at).total_seconds())} ago"),
            ],
        )
        for engine in seen.engines
    ]
    return Table.of(("Engine", "State", "Last sign of life"), lines, empty="No engine runs.")


def _chores(seen: Condition) -> Table:
    lines = [
        Line(
            chore.name,
            "",
            [
                Cell(
                    text=CHORES.get(chore.name, chore.name.replace("-", " ").capitalize()),
                    note=chore.found or chore.broke_off,
                ),
                _last_run(chore),
                Cell(text=f"{chore.mended:,}"),
                Cell(text=f"{chore.returned:,}"),
                Cell(text=f"{chore.removed:,}"),
                when(chore.ran_at),
            ],
        )
        for chore in seen.chores
    ]
    heads = ("Job", "Last run", "#Mended", "#Given back", "#Removed", "When")
    return Table.of(heads, lines, empty="No job has run yet.")


def _last_run(chore: ChoreRun) -> Cell:
    if chore.broke_off:
        return mark("Failed", tone="bad")
    return mark("Found something", tone="bad") if chore.found else mark("OK", tone="good")
