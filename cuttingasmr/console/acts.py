"""Everything that an operator can do from the console, by name. Each needs a reason and can be pressed twice without harm."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cuttingasmr.auth import bans
from cuttingasmr.auth import by_hand as people_by_hand
from cuttingasmr.console import words
from cuttingasmr.console.screens.missing import ID as MISSING_FILES
from cuttingasmr.console.screens.views import Act
from cuttingasmr.console.screens.wording import counted
from cuttingasmr.credits import by_hand as credits_by_hand
from cuttingasmr.credits.by_hand import Adjusted, checked_reason
from cuttingasmr.errors import Invalid, NotFound
from cuttingasmr.generation import by_hand as videos_by_hand
from cuttingasmr.generation import key_desk, missing
from cuttingasmr.models import User
from cuttingasmr.payments import manual
from cuttingasmr.payments.reconcile import Answer

LONGEST = 500
ASKED = {
    Answer.CREDITED: "It was paid, and is credited now.",
    Answer.WAITS: "It was paid, but not as agreed: nothing is credited, and it waits for a decision now.",
    Answer.UNPAID: "Creem says that it has not been paid.",
    Answer.UNREACHABLE: "Creem could not be asked, so nothing is known. Try again in a few minutes.",
    Answer.UNREADABLE: "What Creem answered cannot be read. Look the order up at Creem.",
    Answer.NO_CHECKOUT: "There is nothing to ask about: no payment page of this order is known.",
    Answer.SETTLED: "This order does not wait for its payment any more. Nothing was done.",
}


@dataclass(frozen=True)
class Done:
    """What came of an act: a sentence, what undoes it, and the words it has shown."""

    said: str
    undo: tuple[Act, ...] = ()
    text: str = ""


@dataclass(frozen=True)
class Form:
    """What was filled in. Any browser can make it up."""

    fields: Mapping[str, Any]

    @classmethod
    def of(cls, form: object) -> Form:
        """Take a form, or what calls itself one."""
        return cls(form if isinstance(form, Mapping) else {})  # pyright: ignore[reportUnknownArgumentType] - it can be anything

    def text(self, name: str) -> str:
        """Read a field; what is no text is empty."""
        value = self.fields.get(name)
        return value.replace("\0", "").strip()[:LONGEST] if isinstance(value, str) else ""

    def whole(self, name: str, otherwise: int | None = None) -> int:
        """Read a whole number, or raise `Invalid`."""
        said = self.text(name)[:12]
        try:
            return int(said)
        except ValueError as error:
            if otherwise is not None and not said:
                return otherwise
            raise Invalid("Say how many credits, as a whole number.") from error

    @property
    def subject(self) -> str:
        """What it is about."""
        return self.text("subject")

    @property
    def number(self) -> int:
        """The number of the line or decision it is about; one that there is not, where it is none."""
        said = self.subject
        return int(said) if said.isascii() and said.isdigit() and len(said) < 19 else -1  # noqa: PLR2004 - a bigint's digits

    @property
    def reason(self) -> str:
        """Why."""
        return checked_reason(self.text("reason"))


async def do(operator: User, form: Form) -> Done:
    """Do what a form asks for, or raise `NotFound` where there is no such act."""
    act = ACTS.get(form.text("act"))
    if act is None:
        raise NotFound
    return await act(operator, form)


async def _adjust(operator: User, form: Form) -> Done:
    seen = form.whole("seen", 0) if form.text("seen") else None
    credits, reason = form.whole("credits"), form.reason
    done = await credits_by_hand.adjust(
        operator=operator, user_id=form.subject, credits=credits, reason=reason, seen=seen
    )
    tells = f"Does the opposite: {-credits:+,} credits."
    undo = Act("undo-adjustment", str(done.line), "Undo", tells, reason=f"Undone: {reason}"[:200])
    return Done(_adjusted(done), (undo,))


async def _undo_adjustment(operator: User, form: Form) -> Done:
    return Done(
        "Undone. "
        + _adjusted(await credits_by_hand.undo(operator=operator, line=form.number, reason=form.reason))
    )


def _adjusted(done: Adjusted) -> str:
    verb = "given" if done.credits > 0 else "taken"
    return f"{counted(abs(done.credits))} {verb}. {counted(done.left)} left."


async def _ban(operator: User, form: Form) -> Done:
    await bans.set_banned(operator=operator, user_id=form.subject, banned=True, reason=form.reason)
    undo = Act("unban", form.subject, "Undo", "Lets them in again.", reason=f"Undone: {form.reason}"[:200])
    return Done("Banned, and signed out everywhere.", (undo,))


async def _unban(operator: User, form: Form) -> Done:
    await bans.set_banned(operator=operator, user_id=form.subject, banned=False, reason=form.reason)
    return Done("They can sign in again.")


async def _end_sessions(operator: User, form: Form) -> Done:
    ended = await people_by_hand.end_sessions(operator=operator, user_id=form.subject, reason=form.reason)
    if not ended:
        return Done("They were signed in nowhere.")
    return Done("1 session ended." if ended == 1 else f"{ended:,} sessions ended.")


async def _vouch(operator: User, form: Form) -> Done:
    await people_by_hand.vouch(operator=operator, user_id=form.subject, is_theirs=True, reason=form.reason)
    undo = Act("withdraw-vouch", form.subject, "Undo", "The address counts as not verified again.")
    return Done("The address counts as theirs now.", (undo,))


async def _withdraw_vouch(operator: User, form: Form) -> Done:
    await people_by_hand.vouch(operator=operator, user_id=form.subject, is_theirs=False, reason=form.reason)
    undo = Act("vouch", form.subject, "Undo", "The address counts as theirs again.")
    return Done("The address counts as theirs no more.", (undo,))


async def _keep(operator: User, form: Form) -> Done:
    kept = await people_by_hand.keep(operator=operator, user_id=form.subject, reason=form.reason)
    return Done("The account is kept." if kept else "It was not to be erased.")


async def _assign(operator: User, form: Form) -> Done:
    order = await manual.assign(
        operator=operator,
        order_id=form.subject,
        email=form.text("email") or None,
        package=form.text("package") or None,
        reason=form.reason,
    )
    gone = f" The other {order.clawed_back:,} went with what was refunded." if order.clawed_back else ""
    return Done(f"{counted(order.credits - order.clawed_back)} granted.{gone}")


async def _ask(operator: User, form: Form) -> Done:
    return Done(ASKED[await manual.ask(operator=operator, order_id=form.subject, reason=form.reason)])


async def _replay(operator: User, form: Form) -> Done:
    outcome = await manual.replay(operator=operator, event_id=form.subject, reason=form.reason)
    return Done(f"Replayed: {outcome}.")


async def _set_going(operator: User, form: Form) -> Done:
    await videos_by_hand.set_going(operator=operator, video_id=form.subject, reason=form.reason)
    return Done("An engine looks at it now.")


async def _give_back(operator: User, form: Form) -> Done:
    returned = await videos_by_hand.give_back(operator=operator, video_id=form.subject, reason=form.reason)
    return Done(f"{counted(returned)} came back to its owner.")


async def _give_up_files(operator: User, form: Form) -> Done:
    seen, reason = form.whole("seen", 0), form.reason
    if form.subject != MISSING_FILES:
        raise NotFound
    given_up = await missing.give_up(operator=operator, seen=seen, reason=reason)
    files = "1 file is" if given_up == 1 else f"{given_up:,} files are"
    return Done(
        f"{files} given up. An engine looks once more for each of them within minutes, and acts then."
    )


async def _retire(operator: User, form: Form) -> Done:
    await key_desk.retire(operator=operator, fingerprint=form.subject, reason=form.reason)
    undo = Act("put-back", form.subject, "Undo", "It takes its turn again.")
    return Done("No new video is made with this key.", (undo,))


async def _put_back(operator: User, form: Form) -> Done:
    await key_desk.bring_back(operator=operator, fingerprint=form.subject, reason=form.reason)
    return Done("The key takes its turn again.")


async def _read_words(operator: User, form: Form) -> Done:
    text = await words.of_video(operator=operator, video_id=form.subject, reason=form.reason)
    return Done("That you have read it is written down.", text=text)


async def _read_decision(operator: User, form: Form) -> Done:
    text = await words.of_decision(operator=operator, decision=form.number, reason=form.reason)
    return Done("That you have read it is written down.", text=text)


ACTS: Mapping[str, Callable[[User, Form], Awaitable[Done]]] = {
    "adjust": _adjust,
    "undo-adjustment": _undo_adjustment,
    "ban": _ban,
    "unban": _unban,
    "end-sessions": _end_sessions,
    "vouch": _vouch,
    "withdraw-vouch": _withdraw_vouch,
    "keep": _keep,
    "assign": _assign,
    "ask": _ask,
    "replay": _replay,
    "set-going": _set_going,
    "give-back": _give_back,
    "give-up-files": _give_up_files,
    "retire": _retire,
    "put-back": _put_back,
    "read-words": _read_words,
    "read-decision": _read_decision,
}
