"""An account's e-mail address: proving that it is theirs, and changing it for another one that is proved as well.

An address counts only once somebody has opened the letter that was sent to it *and* is signed in to the account. Whoever
only reads the mailbox may never have made that account: their press would vouch for a stranger, who knows its password.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from cuttingasmr import db, live
from cuttingasmr.auth import attempts, sessions
from cuttingasmr.auth.local import checked_email
from cuttingasmr.auth.passwords import require_mail, require_password, require_present
from cuttingasmr.errors import Conflict, Invalid, KeptByClerk, LinkOver, NotFound, SignInRequired
from cuttingasmr.letters import links, outbox
from cuttingasmr.models import NO_ADDRESS, AuditEntry, ClerkState, LetterKind, MailedLink, Purpose, User
from cuttingasmr.settings import get_settings

BOTH = (Purpose.CONFIRM, Purpose.CHANGE)
HERE, CLERK, NOBODY = "here", "clerk", "nobody"
"""Who keeps an account's address: `NOBODY` where it cannot be changed."""


class SameAddress(Invalid):
    """This is your address already."""


@dataclass(frozen=True)
class Confirmed:
    """What a link has confirmed: an address, and whether it took another one's place."""

    user_id: str
    email: str
    is_new: bool


@dataclass(frozen=True)
class Standing:
    """How an account's address stands. `waiting` is the new one that is yet to be confirmed, if there is one.

    `has_password`: whether a password of ours opens the account, be it beside Clerk.
    """

    keeper: str
    has_password: bool
    is_confirmed: bool
    wants_confirming: bool
    waiting: str


async def ask_to_confirm(*, user: User, address: str) -> bool:
    """Mail a link that confirms one's present address; false if it is confirmed already. `address`: where on the network."""
    if user.email_verified_at is not None:
        return False
    if user.email.endswith(NO_ADDRESS):
        raise Conflict("This account has no e-mail address.")
    require_mail()
    await attempts.count_letter(user.email, address)
    await db.transact(_ask_to_confirm, user_id=user.id)
    return True


async def ask_to_change(*, user: User, email: object, password: object, address: str) -> str:
    """Mail a link to a new address, and a notice to the present one if it is confirmed; gives the new one. Nothing changes yet.

    Nobody is told whether the new address has an account: its owner gets a letter that says so. Raises `KeptByClerk`,
    `InvalidEmail`, `SameAddress`, `WrongPassword` or `TooManyRequests`.
    """
    require_mail()
    require_own(user)
    to = checked_email(email)
    if to == user.email:
        raise SameAddress
    await require_present(user, password)
    await attempts.count_letter(to, address)
    await db.transact(_ask_to_change, user_id=user.id, to=to, proved=user.password_hash)
    live.publish(user.id)
    return to


async def stop_change(*, user: User) -> None:
    """Let the address be as it is after all; what was mailed is good for nothing. Without a change there is nothing to do."""
    await db.transact(links.void, user.id, Purpose.CHANGE)
    live.publish(user.id)


async def confirm(*, token: str, asker: User | None) -> Confirmed:
    """Confirm an account's address by the link that was mailed to it, for whoever is signed in to that account.

    Raises `LinkOver`; and, with the link as good as before, `SignInRequired` for nobody or `NotFound` for somebody else.
    """
    try:
        confirmed = await db.transact(_confirm, token=token, asker_id=asker.id if asker else None)
    except IntegrityError as error:  # somebody else has that address since
        raise LinkOver from error
    live.publish(confirmed.user_id)
    return confirmed


def require_own(user: User) -> None:
    """Let only those go on whose address we keep: Clerk's people change theirs with Clerk, which would set it back here."""
    require_password(user)
    if user.clerk_id is not None and user.clerk_state != ClerkState.DELETED:
        raise KeptByClerk


def standing(session: Session, *, token: str | None) -> Standing | None:
    """Tell whoever holds this session how their address stands; `None` when it is over."""
    user = sessions.find(session, token=token)
    if user is None:
        return None
    waiting = links.waiting(session, user_id=user.id, purpose=Purpose.CHANGE)
    is_confirmed = user.email_verified_at is not None
    wants_confirming = not (is_confirmed or user.email.endswith(NO_ADDRESS)) and get_settings().has_mail
    has_password = user.password_hash is not None
    return Standing(
        _keeper(user), has_password, is_confirmed, wants_confirming, waiting.address if waiting else ""
    )


def _keeper(user: User) -> str:
    try:
        require_own(user)
    except KeptByClerk:
        return NOBODY if user.clerk_id is None else CLERK
    return HERE if get_settings().has_mail else NOBODY


def _held(session: Session, user_id: str) -> User:
    return session.exec(select(User).where(col(User.id) == user_id).with_for_update()).one()


def _ask_to_confirm(session: Session, *, user_id: str) -> None:
    user = _held(session, user_id)
    if user.email_verified_at is None:
        outbox.write_with_link(session, LetterKind.CONFIRM, to=user.email, user_id=user.id)


def _ask_to_change(session: Session, *, user_id: str, to: str, proved: str | None) -> None:
    user = _held(session, user_id)
    if user.password_hash != proved:
        raise Conflict
    outbox.write_with_link(session, LetterKind.CHANGE, to=to, user_id=user.id)
    outbox.write_to_owner(session, LetterKind.CHANGE_ASKED, user=user)
    session.add(AuditEntry(actor=user.id, action="user.asked-to-change-email", subject=user.id))


def _confirm(session: Session, *, token: str, asker_id: str | None) -> Confirmed:
    link = links.find(session, token=token, purposes=BOTH)
    if link is None:
        raise LinkOver
    user = _held(session, link.user_id)
    if user.is_banned:
        raise LinkOver
    _require_owner(user, asker_id)
    return (_change if link.purpose == Purpose.CHANGE else _verify)(session, user, link)


def _require_owner(user: User, asker_id: str | None) -> None:
    if asker_id is None:
        raise SignInRequired("Sign in to your account first, so that nobody else's is given your address.")
    if asker_id != user.id:
        raise NotFound(
            "This link belongs to another account. Sign out here, sign in to that one, and open the link again."
        )


def _verify(session: Session, user: User, link: MailedLink) -> Confirmed:
    if user.email != link.address or not links.use(session, link):
        raise LinkOver
    user.email_verified_at = user.email_verified_at or db.utc_now()
    session.add(user)
    session.add(AuditEntry(actor=user.id, action="user.confirmed-email", subject=user.id))
    return Confirmed(user.id, user.email, is_new=False)


def _change(session: Session, user: User, link: MailedLink) -> Confirmed:
    """Let the new address take the old one's place. Links to the old one are good for nothing any more."""
    if not links.use(session, link):
        raise LinkOver
    outbox.write_to_owner(session, LetterKind.CHANGED, user=user)
    user.email, user.email_verified_at = link.address, db.utc_now()
    session.add(user)
    session.flush()
    links.void(session, user.id, *Purpose)
    session.add(AuditEntry(actor=user.id, action="user.changed-email", subject=user.id))
    return Confirmed(user.id, user.email, is_new=True)
