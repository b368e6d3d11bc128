"""What somebody sees of their mail.

One rule: every value is escaped, and a letter's own HTML is shown in a frame that can run nothing, load nothing, and open
nothing but a link that somebody presses.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from string import Template

from starlette.responses import HTMLResponse

from .message import LINK, Message

FRAME_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; base-uri 'none'"
)


def _template(name: str) -> Template:
    return Template((Path(__file__).parent / "templates" / name).read_text(encoding="utf-8"))


_PAGE, _LETTER, _ROW = _template("frame.html"), _template("letter.html"), _template("row.html")
_EMPTY = '<p class="empty">No letter yet. What the site writes to people comes here.</p>'


def list_page(messages: Sequence[Message]) -> HTMLResponse:
    """Build the list."""
    rows = "".join(_row(message) for message in messages)
    body = f"<h1>Mail</h1><p>What the site has written to people, newest first.</p>{_list(rows) if rows else _EMPTY}"
    return _page("Mail", body, refresh=True)


def letter_page(message: Message) -> HTMLResponse:
    """Build one letter: its plain text with links that work, and its HTML as a mail program would show it."""
    filled = {
        "subject": escape(message.header("Subject")),
        "sender": escape(message.header("From")),
        "to": escape(message.header("To")),
        "when": escape(message.header("Date")),
        "text": linked(message.text),
        "frame": f"/mail/messages/{escape(message.id)}/html",
        "raw": f"/mail/messages/{escape(message.id)}/raw",
    }
    return _page(message.header("Subject"), _LETTER.substitute(filled))


def no_letter_page() -> HTMLResponse:
    """Say that there is no such letter."""
    return _page("No such letter", "<h1>No such letter</h1><p>It may have been cleared away.</p>", status=404)


def inside(html: str) -> HTMLResponse:
    """Show a letter's own HTML, harmless: its links open in a tab of their own."""
    return HTMLResponse(
        f'<base target="_blank">{html}', headers={"content-security-policy": FRAME_POLICY, **_ALWAYS}
    )


def linked(text: str) -> str:
    """Escape a text, and make its addresses links."""
    made, at = "", 0
    for found in LINK.finditer(text):
        url = escape(found[0])
        made += f'{escape(text[at : found.start()])}<a href="{url}" rel="noreferrer">{url}</a>'
        at = found.end()
    return made + escape(text[at:])


_ALWAYS = {"cache-control": "no-store", "x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}


def _list(rows: str) -> str:
    return f'<ul class="letters">{rows}</ul>'


def _row(message: Message) -> str:
    when = datetime.fromtimestamp(message.received_ms / 1000, UTC)
    first = next((line for line in message.text.splitlines() if line.strip()), "")
    return _ROW.substitute(
        id=escape(message.id),
        subject=escape(message.header("Subject")),
        to=escape(message.header("To")),
        first=escape(first[:140]),
        iso=when.isoformat(),
        when=when.strftime("%H:%M:%S UTC"),
    )


def _page(title: str, body: str, *, refresh: bool = False, status: int = 200) -> HTMLResponse:
    again = '<meta http-equiv="refresh" content="4">' if refresh else ""
    whole = _PAGE.substitute(title=escape(title), body=body, again=again)
    return HTMLResponse(
        whole, status_code=status, headers={"content-security-policy": PAGE_POLICY, **_ALWAYS}
    )
