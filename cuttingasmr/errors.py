"""Every refusal this site can give, in one tree. The docstring is what the visitor reads; the class name is the code.

AppError (500)
├── BadRequest (400)
│   └── BadJson
├── SignInRequired (401)
│   └── WrongCredentials, BadSignature, AccountLeaving
├── InsufficientCredits (402)
├── Forbidden (403)
│   └── SignUpElsewhere, KeptByClerk
├── NotFound (404)
├── Conflict (409)
│   ├── EmailTaken, EmailUnconfirmed
│   ├── KeyReused, AgreementNeeded
│   └── AlreadyEnded, AlreadySubmitted
├── LinkOver (410)
├── TooLarge (413)
├── Invalid (422)
│   ├── InvalidPrompt, InvalidRatio, InvalidDuration, ...
│   └── WrongPassword
├── TooManyRequests (429)
│   └── TooManyVideos
├── PromptRefused (451)
└── Unavailable (503)
    ├── DatabaseUnavailable
    ├── ModerationUnavailable
    ├── SignInUnavailable
    ├── MakingPaused
    └── ProviderUnavailable
ProviderRejected (502)    a provider's clear "no"; never shown as it is
HalfConfigured, SchemaMismatch    stop the start, not a request
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Self


class AppError(Exception):
    """Something went wrong on our side. Please try again in a moment."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR

    def __init__(self, message: str = "", **facts: object) -> None:
        """Say `message` instead of the docstring; `facts` join the API's answer."""
        self.message = message or (type(self).__doc__ or "").strip()
        self.facts = facts
        super().__init__(self.message)

    @property
    def code(self) -> str:
        """The name API clients can branch on."""
        return type(self).__name__


class BadRequest(AppError):
    """This request could not be read."""

    status = HTTPStatus.BAD_REQUEST


class BadJson(BadRequest):
    """The body of this request is not valid JSON."""


class TooLarge(AppError):
    """This request is too large."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class SignInRequired(AppError):
    """Please sign in first."""

    status = HTTPStatus.UNAUTHORIZED


class WrongCredentials(SignInRequired):
    """This e-mail address and password do not match an account."""


class AccountLeaving(SignInRequired):
    """This account is to be deleted. Sign in on the site to keep it; until then nothing else can be done with it."""


class BadSignature(SignInRequired):
    """This call is not signed as it should be."""


class InsufficientCredits(AppError):
    """You do not have enough credits for this video."""

    status = HTTPStatus.PAYMENT_REQUIRED


class Forbidden(AppError):
    """This request came from another site and was not carried out."""

    status = HTTPStatus.FORBIDDEN


class SignUpElsewhere(Forbidden):
    """New accounts are made with Clerk here: use the sign-up page."""


class KeptByClerk(Forbidden):
    """You sign in with Clerk here, which keeps your address and your password. Change them in your account there."""


class NotFound(AppError):
    """There is nothing here, or it is not yours to see."""

    status = HTTPStatus.NOT_FOUND


class Conflict(AppError):
    """This was changed in the meantime. Please reload."""

    status = HTTPStatus.CONFLICT


class EmailTaken(Conflict):
    """There is an account with this e-mail address already. Sign in instead."""


class EmailUnconfirmed(Conflict):
    """Your e-mail address belongs to an account with a password already, and was never confirmed there. Choose “Forgot your password?” and set a new one by the link that is mailed to you: that confirms the address, and after it both ways lead into the same account."""


class KeyReused(Conflict):
    """This Idempotency-Key was used before, for a different request."""


class AgreementNeeded(Conflict):
    """Our terms, privacy policy or refund policy have changed since you agreed to them. Please read what changed and agree again."""


class AlreadyEnded(Conflict):
    """This video has ended already, so there is nothing to cancel."""


class AlreadySubmitted(Conflict):
    """This video is being made already, and the video service charges for it, so its credits cannot come back. You can let it be made and put it into the bin, from where you can take it out again."""


class LinkOver(AppError):
    """This link was used already, has been replaced by a newer one, or is too old. Ask for a new one."""

    status = HTTPStatus.GONE


class Invalid(AppError):
    """Something in this request is not as it should be."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class InvalidPrompt(Invalid):
    """Please describe the video in up to 2,000 characters of plain text."""


class InvalidRatio(Invalid):
    """Choose 16:9 (wide) or 9:16 (tall)."""


class InvalidDuration(Invalid):
    """Videos are 8 seconds long."""


class InvalidType(Invalid):
    """Choose one type: text, first and last frame, or references."""


class InvalidPicture(Invalid):
    """This picture is not there any more. Please add it again."""


class InvalidEmail(Invalid):
    """Please enter a valid e-mail address."""


class InvalidPassword(Invalid):
    """Choose a password of 8 to 200 characters."""


class WrongPassword(Invalid):
    """This is not your present password."""


class TooManyRequests(AppError):
    """That was a lot at once. Please wait a moment and try again."""

    status = HTTPStatus.TOO_MANY_REQUESTS


class TooManyVideos(TooManyRequests):
    """You have as many videos on their way as one account can have. Nothing was charged; start more when some are done."""


class PromptRefused(AppError):
    """This prompt goes against the content rules, so no video was made and nothing was charged. Try other words."""

    status = HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS


class Unavailable(AppError):
    """The site is having trouble right now. Nothing was charged; please try again in a moment."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


class DatabaseUnavailable(Unavailable):
    """The site cannot reach its records right now. Nothing was charged; please try again in a moment."""


class ModerationUnavailable(Unavailable):
    """Prompts cannot be checked right now, so no video was started and nothing was charged. Please try again soon."""


class MakingPaused(Unavailable):
    """No new videos can be made at the moment: the video service takes no orders from us. Nothing was charged; please try again later."""


class SignInUnavailable(Unavailable):
    """Clerk, which signs people in here, cannot be reached right now. Please try again in a moment."""


class ProviderUnavailable(Unavailable):
    """The video service cannot be reached right now. Please try again in a moment."""

    provider_code = ""

    @classmethod
    def of(cls, provider_code: str) -> Self:
        """Keep the provider's own code for it; the visitor is not shown it."""
        error = cls()
        error.provider_code = provider_code
        return error


class ProviderRejected(AppError):
    """The video service did not accept this request."""

    status = HTTPStatus.BAD_GATEWAY


class HalfConfigured(Exception):
    """Production was asked for, but some of what it needs is not set."""

    def __init__(self, missing: list[str]) -> None:
        """Name every variable that is missing."""
        self.missing = missing
        super().__init__(
            f"APP_ENV=production needs {', '.join(missing)}. Set them (see .env.example) and start again."
        )


class SchemaMismatch(Exception):
    """The database's schema is not the one this version of the site was written for."""
