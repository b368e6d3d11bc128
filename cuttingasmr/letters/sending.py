"""Sending what waits in the outbox: a few letters at a time, each tried again with growing pauses until it is of no use."""

from __future__ import annotations

import asyncio
from email.message import EmailMessage

import structlog
from sqlmodel import Session

from cuttingasmr import db
from cuttingasmr.letters import links, outbox
from cuttingasmr.letters.outbox import Post
from cuttingasmr.letters.wording import as_html, as_text, foot_of, words_of
from cuttingasmr.providers.mail import MailRefused, MailUnavailable, get_mailer, new_message

AT_ONCE = 5
TRY_SECONDS = 30.0
"""How long one try may take in all, however slowly the server speaks."""

log = structlog.get_logger()


async def send_due(seconds: float = TRY_SECONDS) -> int:
    """Send every letter whose time has come, and tell how many the server took; each try takes at most so many seconds.

    When it takes none of a handful, the others wait for the next call: it is away, and they would all find that out.
    """
    sent = 0
    while any(await db.read(db.holds, outbox.has_work())):
        posts = await db.transact(outbox.take, limit=AT_ONCE)
        taken = sum(await asyncio.gather(*(_send(post, seconds) for post in posts)))
        sent += taken
        if posts and not taken:
            break
    return sent


async def _send(post: Post, seconds: float) -> bool:
    """Try one letter once, and write down what became of it."""
    try:
        async with asyncio.timeout(seconds):
            await get_mailer().deliver(compose(post), to=post.to)
    except MailRefused as error:
        log.warning("letter.refused", letter=post.id, kind=post.told.value, why=str(error))
        await db.transact(outbox.give_up, post=post, why=str(error))
        return False
    except (MailUnavailable, TimeoutError) as error:
        why = str(error) or type(error).__name__
        log.warning("letter.later", letter=post.id, kind=post.told.value, tries=post.turn, why=why)
        await db.transact(outbox.put_off, post=post, why=why)
        return False
    await db.transact(outbox.settle, post=post)
    return True


def compose(post: Post) -> EmailMessage:
    """Write the message. Tried again, it is the same: its id is the letter's, its date the one on which it was written."""
    words, foot = words_of(post.told), foot_of(post.told.topic, post.stop)
    return new_message(
        name=post.id,
        written_at=post.written_at,
        to=post.to,
        subject=words.subject,
        text=as_text(words, post.link, foot),
        html=as_html(words, post.link, foot),
        stop=post.stop,
    )


def forget_old(session: Session) -> None:
    """Let go of letters and links whose time is over."""
    outbox.forget_old(session)
    links.forget_old(session)
