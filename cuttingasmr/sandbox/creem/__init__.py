"""A stranger that answers like Creem (`providers.md` 1): checkouts with pages, webhooks, refunds, moderation.

One rule: what is in the document is answered as the document says; what is not is a comment.
"""

from .desk import Creem
from .settings import CreemSettings

__all__ = ["Creem", "CreemSettings"]
