"""What people are refused over their videos, and what the services that make them answer."""

from __future__ import annotations

from http import HTTPStatus
from typing import Self

from cuttingasmr.errors.base import AppError, Conflict, Invalid, TooManyRequests, Unavailable


class InsufficientCredits(AppError):
    """You do not have enough credits for this video."""

    status = HTTPStatus.PAYMENT_REQUIRED


class KeyReused(Conflict):
    """This Idempotency-Key was used before, for a different request."""


class AlreadyEnded(Conflict):
    """This video has ended already, so there is nothing to cancel."""


class AlreadySubmitted(Conflict):
    """This video is being made already, and the video service charges for it, so its credits cannot come back. You can let it be made and put it into the bin, from where you can take it out again."""


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


class TooManyVideos(TooManyRequests):
    """You have as many videos on their way as one account can have. Nothing was charged; start more when some are done."""


class PromptRefused(AppError):
    """This prompt goes against the content rules, so no video was made and nothing was charged. Try other words."""

    status = HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS


class ModerationUnavailable(Unavailable):
    """Prompts cannot be checked right now, so no video was started and nothing was charged. Please try again soon."""


class MakingPaused(Unavailable):
    """No new videos can be made at the moment: the video service takes no orders from us. Nothing was charged; please try again later."""


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
