"""What a hundred thousand people did in two years: made up from a seed, and true to the ledger's rules.

A story is told in milliseconds since 1970. Nobody in it spends what they do not have; only a refund leaves somebody in debt.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import NamedTuple

SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000
DAYS = 730
WELCOME, COST = 18, 10
USERS, VIDEOS, ORDERS = 100_000, 1_000_000, 120_000

PACKAGES = {"starter": (990, 115), "standard": (3000, 355), "premium": (9900, 1450)}
"""Each package's cents and credits."""
LIKED = ("starter",) * 6 + ("standard",) * 3 + ("premium",)

CODES = (
    ("PromptRejected",) * 10
    + ("RenderFailed",) * 5
    + ("ProviderSlow",) * 3
    + ("TooSlow", "TooSlow", "ProviderUnavailable", "BrokenFile", "ProviderBusy", "Unexpected")
)
NOTHING, ONE = 0.32, 0.34
"""How many people never make a video, and how many make one and leave."""

FAILS, CANCELS, DELETES = 0.06, 0.02, 0.03
LATELY, FEW = 14 * DAY, 3
STUCK = 1 / 25_000
"""The share of videos that rest where they should not."""


class Made(NamedTuple):
    """One video."""

    at: int
    user: int
    status: str
    sent_at: int | None
    ended_at: int | None
    code: str
    deleted_at: int | None


class Bought(NamedTuple):
    """One order, with what was taken back of it (cents and credits) and when."""

    at: int
    user: int | None
    package: str
    state: str
    paid_at: int | None = None
    taken_at: int | None = None
    taken_cents: int = 0
    clawed_back: int = 0


@dataclass
class Stories:
    """Everything that happened, each list in the order of time; `joined` and what follows it by user."""

    until: int
    joined: list[int] = field(default_factory=list)
    used: list[int] = field(default_factory=list)
    total: list[int] = field(default_factory=list)
    thanked: list[int | None] = field(default_factory=list)
    """When somebody was given 30 credits by hand."""
    videos: list[Made] = field(default_factory=list)
    orders: list[Bought] = field(default_factory=list)


THANKS = 30


def tell(*, size: float, until: int, seed: int = 5) -> Stories:
    """Make up the stories: `size` 1 is a million videos; the last of them ends at `until`."""
    dice = random.Random(seed)  # noqa: S311 - a seed
    stories = Stories(until)
    users = max(10, int(USERS * size))
    counts = _counts(dice, users, max(100, int(VIDEOS * size)))
    stories.joined = sorted(
        until - DAYS * DAY + int(DAYS * (DAY - 1) * dice.random() ** 0.6) for _ in range(users)
    )
    for user, count in enumerate(_not_too_late(counts, stories)):
        _live(dice, stories, user, count)
    _leave_pages(dice, stories, max(12, int(ORDERS * size)))
    stories.videos.sort()
    stories.orders.sort(key=lambda order: order.at)
    return stories


def _counts(dice: random.Random, users: int, videos: int) -> list[int]:
    """Give each person a number of videos: many make none or one, a few make thousands."""
    weights = [_weight(dice) for _ in range(users)]
    spare = videos - sum(weight == 1 for weight in weights)
    scale = spare / sum(weight for weight in weights if weight > 1)
    counts = [int(weight * scale) if weight > 1 else int(weight) for weight in weights]
    keen = [user for user, weight in enumerate(weights) if weight > 1]
    for number in range(videos - sum(counts)):
        counts[keen[number % len(keen)]] += 1
    return counts


def _not_too_late(counts: list[int], stories: Stories) -> list[int]:
    """Leave who came lately few videos, since there is no time for more; others make them instead."""
    late = next((user for user, at in enumerate(stories.joined) if at > stories.until - LATELY), len(counts))
    kept = counts[:late] + [min(FEW, count) for count in counts[late:]]
    keen = [user for user, count in enumerate(kept[:late]) if count > 1]
    for number in range(sum(counts) - sum(kept)):
        kept[keen[number % len(keen)]] += 1
    return kept


def _weight(dice: random.Random) -> float:
    kind = dice.random()
    if kind < NOTHING + ONE:
        return 0 if kind < NOTHING else 1
    return min(2_000.0, 2 * dice.paretovariate(1.1))


def _live(dice: random.Random, stories: Stories, user: int, count: int) -> None:
    """Let one person make so many videos, buying whenever they are short."""
    joined, until = stories.joined[user], stories.until
    total, used, last = WELCOME, 0, None
    thanked = joined + 3 * DAY if dice.random() < 0.01 and joined + 3 * DAY < until else None  # noqa: PLR2004
    for at in _moments(dice, joined, until, count):
        if total - used < COST:
            last = _buy(dice, stories, user, at)
            total += PACKAGES[last.package][1]
        video = _make(dice, user, at, until)
        stories.videos.append(video)
        used += 0 if video.status in {"failed", "canceled"} else COST
    if last and dice.random() < 0.04:  # noqa: PLR2004
        total -= _regret(dice, stories, last)
    stories.thanked.append(thanked)
    stories.total.append(total + (THANKS if thanked else 0))
    stories.used.append(used)


def _moments(dice: random.Random, joined: int, until: int, count: int) -> list[int]:
    """Give the moments of somebody's videos: the first soon, the others on fewer and fewer days, several at a time."""
    if not count:
        return []
    first = min(until, joined + int(dice.expovariate(1 / (6 * HOUR))) + 20 * SECOND)
    life = min(max(0, until - first - 10 * MINUTE), int(dice.expovariate(1 / (120 * DAY))) + HOUR)
    moments = [first]
    while len(moments) < count:
        at = first + int(life * dice.random())
        sitting = min(count - len(moments), 1 + int(dice.expovariate(0.5)))
        moments += [at + number * 40 * SECOND for number in range(sitting)]
    return sorted(min(until, moment) for moment in moments)


def _make(dice: random.Random, user: int, at: int, until: int) -> Made:
    sent = at + int(dice.expovariate(1 / (4 * SECOND))) + 300
    ended = sent + int(dice.lognormvariate(4.2, 0.35) * SECOND)
    luck = dice.random()
    if luck < STUCK:
        ended = until + DAY
    if luck < STUCK and until - at > 20 * HOUR:  # what rests does so for less than the audit allows
        at = until - int(20 * HOUR * dice.random()) - HOUR
        sent = at + SECOND
    if sent > until:
        return Made(at, user, "queued", None, None, "", None)
    if ended > until:
        return Made(at, user, "rendering", sent, None, "", None)
    if luck > 1 - FAILS:
        return Made(at, user, "failed", sent, ended, dice.choice(CODES), None)
    if luck > 1 - FAILS - CANCELS:
        return Made(at, user, "canceled", None, min(until, at + 2 * SECOND), "", None)
    gone = ended + int(dice.random() * 60 * DAY)
    deleted = gone if dice.random() < DELETES and gone < until else None
    return Made(at, user, "completed", sent, ended, "", deleted)


def _buy(dice: random.Random, stories: Stories, user: int, at: int) -> Bought:
    asked = max(stories.joined[user], at - int((1 + 4 * dice.random()) * MINUTE))
    paid = max(asked, at - 5 * SECOND)
    order = Bought(asked, user, dice.choice(LIKED), "completed", paid)
    stories.orders.append(order)
    return order


def _regret(dice: random.Random, stories: Stories, order: Bought) -> int:
    """Take some of an order's money back, and tell how many credits went with it."""
    cents, credits = PACKAGES[order.package]
    kind = dice.choice(("refunded", "refunded", "partially_refunded", "disputed"))
    taken = cents // 2 if kind == "partially_refunded" else cents
    clawed = credits * taken // cents
    at = min(stories.until, (order.paid_at or 0) + int(dice.random() * 20 * DAY) + HOUR)
    place = next(place for place in range(-1, -len(stories.orders) - 1, -1) if stories.orders[place] is order)
    stories.orders[place] = order._replace(state=kind, taken_at=at, taken_cents=taken, clawed_back=clawed)
    return clawed


def _leave_pages(dice: random.Random, stories: Stories, orders: int) -> None:
    """Fill up with orders that nobody paid, and a few that wait for an operator."""
    for number in range(orders - len(stories.orders)):
        user = dice.randrange(len(stories.joined))
        at = stories.joined[user] + int((stories.until - stories.joined[user]) * dice.random())
        package = dice.choice(LIKED)
        if number % 300 == 0:
            owner, state = (user, "held") if number % 600 else (None, "unmatched")
            stories.orders.append(Bought(at, owner, package, state, min(stories.until, at + MINUTE)))
        else:
            state = "pending" if stories.until - at < DAY else "expired"
            stories.orders.append(Bought(at, user, package, state))
