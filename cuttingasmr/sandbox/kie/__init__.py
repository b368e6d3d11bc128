"""A stranger that answers like kie.ai (`providers.md` 2): both Veo APIs, uploads, callbacks, real films.

One rule: what is in the document is answered as the document says; what is not is a comment.
"""

from .desk import Kie

__all__ = ["Kie"]
