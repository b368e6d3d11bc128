"""kie.ai's keys: taken in turn, and a task is always asked about with the key that made it."""

from __future__ import annotations

import hashlib
import itertools
import threading
from functools import cache

from cuttingasmr.providers.video import Key
from cuttingasmr.settings import get_settings


def fingerprint(secret: str) -> str:
    """Name a key without giving any of it away."""
    return hashlib.sha256(secret.encode()).hexdigest()[:12]


class KeyPool:
    """The keys of this process."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        """Take the keys in the order given."""
        self._keys = {fingerprint(secret): Key(secret, fingerprint(secret)) for secret in secrets}
        self._turn = itertools.cycle(self._keys.values())
        self._lock = threading.Lock()

    def next(self) -> Key:
        """Give the key whose turn it is."""
        with self._lock:
            return next(self._turn)

    def of(self, name: str) -> Key:
        """Give the key with this fingerprint; another one when it is no longer configured."""
        return self._keys.get(name) or self.next()


@cache
def get_key_pool() -> KeyPool:
    """Give the one pool of this process."""
    return KeyPool(get_settings().provider_keys)
