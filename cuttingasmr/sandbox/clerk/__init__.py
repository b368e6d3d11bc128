"""A stranger that answers like Clerk (`providers.md` 3): keys, people, tokens, webhooks, and its script for browsers.

One rule: what is in the document is answered as the document says; what is not is a comment.
"""

from .desk import Clerk
from .settings import ClerkSettings

__all__ = ["Clerk", "ClerkSettings"]
