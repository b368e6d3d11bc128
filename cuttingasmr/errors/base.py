"""What any request may be refused for."""

from __future__ import annotations

from http import HTTPStatus


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


class SignInRequired(AppError):
    """Please sign in first."""

    status = HTTPStatus.UNAUTHORIZED


class BadSignature(SignInRequired):
    """This call is not signed as it should be."""


class Forbidden(AppError):
    """This request came from another site and was not carried out."""

    status = HTTPStatus.FORBIDDEN


class NotFound(AppError):
    """There is nothing here, or it is not yours to see."""

    status = HTTPStatus.NOT_FOUND


class Conflict(AppError):
    """This was changed in the meantime. Please reload."""

    status = HTTPStatus.CONFLICT


class TooLarge(AppError):
    """This request is too large."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class Invalid(AppError):
    """Something in this request is not as it should be."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class TooManyRequests(AppError):
    """That was a lot at once. Please wait a moment and try again."""

    status = HTTPStatus.TOO_MANY_REQUESTS


class Unavailable(AppError):
    """The site is having trouble right now. Nothing was charged; please try again in a moment."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


class DatabaseUnavailable(Unavailable):
    """The site cannot reach its records right now. Nothing was charged; please try again in a moment."""
