"""A stranger that takes mail and shows it, so that nobody needs a mail server to read what a site writes.

One rule: what was received is kept as it came; pages are made from it anew each time, and nothing in it is trusted.
"""

from .desk import Mail

__all__ = ["Mail"]
