"""Feedback: anybody may write, operators read and thank."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from fastapi import APIRouter, Query, Request
from pydantic import Field

from cuttingasmr import db, rate_limits
from cuttingasmr.api.asking import address_of, whoever
from cuttingasmr.api.operators import ByHand, Operator
from cuttingasmr.api.shapes import Answer, Shape
from cuttingasmr.feedback import desk, messages
from cuttingasmr.feedback.messages import Message
from cuttingasmr.models.columns import new_id

router = APIRouter(prefix="/api")


class FeedbackBody(Shape):
    """What somebody has to say."""

    message: str = Field(description="Up to 5,000 characters of plain text")
    kind: str = Field(default="", max_length=16, description="idea, problem, praise, question or other")
    page: str = Field(default="", max_length=2000, description="The page that it is about")
    video_id: str | None = Field(default=None, max_length=64, description="The video that it is about")
    email: str | None = Field(default=None, max_length=320, description="For an answer, without an account")
    website: str = Field(default="", max_length=2000, description="To be left empty: only robots fill it in")


class Taken(Answer):
    """A message that has been written down."""

    feedback_id: str


class FeedbackShape(Shape):
    """One message, as operators see it."""

    id: str
    kind: str
    message: str
    page: str
    video_id: str | None
    user_id: str | None
    name: str
    email: str = Field(description="Of the account, or as it was left")
    created_at: datetime
    done_at: datetime | None
    thanked_at: datetime | None

    @classmethod
    def of(cls, seen: desk.Seen) -> Self:
        """Show a message to an operator."""
        facts = {
            "id",
            "kind",
            "message",
            "page",
            "video_id",
            "user_id",
            "created_at",
            "done_at",
            "thanked_at",
        }
        writer = seen.writer
        email = seen.row.email or (writer.known_email if writer else "")
        return cls(**seen.row.model_dump(include=facts), name=writer.name if writer else "", email=email)


class Pile(Answer):
    """A page of messages, newest first."""

    feedback: list[FeedbackShape]
    next_cursor: str
    open: int = Field(description="How many wait, on whatever page")


class FeedbackAct(ByHand):
    """What to do about a message: it is `done`, or `open` again, or its writer gets the credits that say thank you."""

    feedback_id: str = Field(max_length=32)
    act: Literal["done", "open", "thank"]


class Acted(Answer):
    """What was done; `credits` that were given now, so 0 where the message had been thanked for."""

    credits: int = 0


@router.post("/feedback", tags=["feedback"])
async def send(body: FeedbackBody, request: Request) -> Taken:
    """Tell us something, signed in or not. What robots send is answered alike, and forgotten."""
    message = Message.checked(
        message=body.message,
        kind=body.kind,
        page=body.page,
        video_id=body.video_id or "",
        email=body.email or "",
    )
    user = await whoever(request)
    await rate_limits.spend(rate_limits.FEEDBACK, user.id if user else address_of(request))
    if body.website:
        return Taken(feedback_id=new_id())
    row = await db.transact(messages.write, message=message, user=user)
    return Taken(feedback_id=row.id)


@router.get("/feedback", tags=["operators"])
async def list_feedback(
    operator: Operator, view: desk.View = "open", cursor: Annotated[str, Query(max_length=32)] = ""
) -> Pile:
    """List what people have told us."""
    del operator
    pile = await db.read(desk.page, view=view, cursor=cursor)
    return Pile(
        feedback=[FeedbackShape.of(seen) for seen in pile.rows], next_cursor=pile.cursor, open=pile.open
    )


@router.post("/manual-feedback", tags=["operators"])
async def act_on_feedback(body: FeedbackAct, operator: Operator) -> Acted:
    """Mark a message as done or open, or thank for it with 30 credits, which each message brings once."""
    if body.act == "thank":
        is_new = await desk.thank(operator=operator, feedback_id=body.feedback_id, reason=body.reason)
        return Acted(credits=desk.THANKS if is_new else 0)
    await desk.set_done(
        operator=operator, feedback_id=body.feedback_id, is_done=body.act == "done", reason=body.reason
    )
    return Acted()
