"""The instance's signing key (`providers.md` 3.1). One rule: its name is the instance's and stays when the key is changed."""

import base64
import secrets
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from cuttingasmr.sandbox.store import Store

_KIND = "clerk-key"
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def new_id(kind: str) -> str:
    """Make an id as Clerk's look: `user_…`, `sess_…`, with 27 letters and digits."""
    return f"{kind}_2" + "".join(secrets.choice(_LETTERS) for _ in range(26))


class Keys:
    """One key at a time, kept in the store, and somebody else's, who signs forgeries."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._stranger: rsa.RSAPrivateKey | None = None
        self._key: rsa.RSAPrivateKey | None = None
        self.name = new_id("ins")

    def resume(self) -> None:
        """Take the key that a former run left."""
        for kept in self._store.kept(_KIND):
            read = serialization.load_pem_private_key(kept["pem"].encode(), None)
            if isinstance(read, rsa.RSAPrivateKey):
                self.name, self._key = kept["name"], read

    def forget(self) -> None:
        """Begin anew with another key and name."""
        self.name, self._key = new_id("ins"), None

    @property
    def key(self) -> rsa.RSAPrivateKey:
        """The key that signs now."""
        if self._key is None:
            self._take(_made())
        return self._key or _made()

    @property
    def stranger(self) -> rsa.RSAPrivateKey:
        """Somebody else's key."""
        self._stranger = self._stranger or _made()
        return self._stranger

    def rotate(self, name: str = "") -> None:
        """Sign with another key from now on, under the same name unless there is a new one."""
        self.name = name or self.name
        self._take(_made())

    def published(self) -> dict[str, Any]:
        """Build the key set. Other kinds of keys are in it as well, which nobody may trip over (3.1)."""
        numbers = self.key.public_key().public_numbers()
        ours = {
            "use": "sig",
            "kty": "RSA",
            "kid": self.name,
            "alg": "RS256",
            "n": number_text(numbers.n),
            "e": number_text(numbers.e),
        }
        other = {"use": "sig", "kty": "OKP", "crv": "Ed25519", "kid": f"{self.name}_ed", "alg": "EdDSA"}
        return {"keys": [{**other, "x": encoded(bytes(32))}, ours]}

    def _take(self, key: rsa.RSAPrivateKey) -> None:
        self._key = key
        form = serialization.PrivateFormat.PKCS8
        pem = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()
        self._store.keep(_KIND, "key", {"name": self.name, "pem": pem})


def encoded(what: bytes) -> str:
    """Write base64url without padding."""
    return base64.urlsafe_b64encode(what).rstrip(b"=").decode()


def number_text(number: int) -> str:
    """Write a number as key sets do."""
    return encoded(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def _made() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)
