"""How often somebody may try to sign in or sign up, or have a letter sent. The figures stand in rate_limits.py with all others."""

from __future__ import annotations

from contextlib import suppress

from cuttingasmr.auth.local import checked_email
from cuttingasmr.errors import InvalidEmail
from cuttingasmr.rate_limits import (
    LETTERS_FROM,
    LETTERS_TO,
    PASSWORD_TRIES,
    SIGN_IN_ACCOUNT,
    SIGN_IN_ADDRESS,
    SIGN_UP,
    SIGN_UP_DAY,
    spend,
)


async def count_sign_in(email: str, address: str) -> None:
    """Count one sign-in, right or wrong, on the account and from the address."""
    await spend(SIGN_IN_ADDRESS, address)
    await spend(SIGN_IN_ACCOUNT, _account(email))


async def count_sign_up(address: str, email: str = "") -> None:
    """Count one new account from a network address, good or not, and the letter that goes to its own."""
    await spend(SIGN_UP, address)
    await spend(SIGN_UP_DAY, address)
    with suppress(InvalidEmail):  # what is no address gets no letter
        await spend(LETTERS_TO, _mailbox(checked_email(email)))


async def count_letter(email: str, address: str) -> None:
    """Count one letter that was asked for, to an address and from a network address, whoever the first belongs to."""
    await spend(LETTERS_FROM, address)
    await spend(LETTERS_TO, _mailbox(email))


async def count_password(user_id: str) -> None:
    """Count one try at the present password of somebody who is signed in."""
    await spend(PASSWORD_TRIES, user_id)


def _mailbox(email: str) -> str:
    """Give what shares one mailbox: most mail services leave out of an address what follows a plus."""
    name, _, domain = email.rpartition("@")
    return f"{name.partition('+')[0]}@{domain}"


def _account(email: str) -> str:
    """Give the form in which the account is found: other spellings of one address share its budget."""
    try:
        return checked_email(email)
    except InvalidEmail:
        return email
