"""What people are refused over their account: who they are, their address, their password, what they agreed to."""

from __future__ import annotations

from http import HTTPStatus

from cuttingasmr.errors.base import AppError, Conflict, Forbidden, Invalid, SignInRequired, Unavailable


class WrongCredentials(SignInRequired):
    """This e-mail address and password do not match an account."""


class AccountLeaving(SignInRequired):
    """This account is to be deleted. Sign in on the site to keep it; until then nothing else can be done with it."""


class SignUpElsewhere(Forbidden):
    """New accounts are made with Clerk here: use the sign-up page."""


class KeptByClerk(Forbidden):
    """You sign in with Clerk here, which keeps your address and your password. Change them in your account there."""


class EmailTaken(Conflict):
    """There is an account with this e-mail address already. Sign in instead."""


class EmailUnconfirmed(Conflict):
    """Your e-mail address belongs to an account with a password already, and was never confirmed there. Choose “Forgot your password?” and set a new one by the link that is mailed to you: that confirms the address, and after it both ways lead into the same account."""


class AgreementNeeded(Conflict):
    """Our terms, privacy policy or refund policy have changed since you agreed to them. Please read what changed and agree again."""


class LinkOver(AppError):
    """This link was used already, has been replaced by a newer one, or is too old. Ask for a new one."""

    status = HTTPStatus.GONE


class InvalidEmail(Invalid):
    """Please enter a valid e-mail address."""


class InvalidPassword(Invalid):
    """Choose a password of 8 to 200 characters."""


class WrongPassword(Invalid):
    """This is not your present password."""


class SignInUnavailable(Unavailable):
    """Clerk, which signs people in here, cannot be reached right now. Please try again in a moment."""
