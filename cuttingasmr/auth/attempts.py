"""How often somebody may try to sign in or sign up. The figures stand in rate_limits.py with all others."""

from __future__ import annotations

from cuttingasmr.auth.local import checked_email
from cuttingasmr.errors import InvalidEmail
from cuttingasmr.rate_limits import SIGN_IN_ACCOUNT, SIGN_IN_ADDRESS, SIGN_UP, spend


async def count_sign_in(email: str, address: str) -> None:
    """Count one sign-in, right or wrong, on the account and from the address."""
    await spend(SIGN_IN_ADDRESS, address)
    await spend(SIGN_IN_ACCOUNT, _account(email))


async def count_sign_up(address: str) -> None:
    """Count one new account from an address."""
    await spend(SIGN_UP, address)


def _account(email: str) -> str:
    """Give the form in which the account is found: other spellings of one address share its budget."""
    try:
        return checked_email(email)
    except InvalidEmail:
        return email
