"""Users and their sessions (`providers.md` 3.5, 3.6), in memory and in the store.

One rule: a user is the object that the API and the webhooks tell, and is kept as such.
"""

import time
from typing import Any

from cuttingasmr.sandbox.store import Store

from .keys import new_id
from .refusal import Refused, not_found

_USER, _SESSION = "clerk-user", "clerk-session"
OVER = {"end": "ended", "remove": "removed", "revoke": "revoked"}
User = dict[str, Any]
Session = dict[str, Any]


class People:
    """Who there is, and who is signed in where."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.users: dict[str, User] = {}
        self.sessions: dict[str, Session] = {}

    def resume(self) -> None:
        """Read what a former run left."""
        self.users = {user["id"]: user for user in self._store.kept(_USER) if not user.get("deleted")}
        self.sessions = {session["id"]: session for session in self._store.kept(_SESSION)}

    def forget(self) -> None:
        """Drop everything; the store is cleared by others."""
        self.users.clear()
        self.sessions.clear()

    def user(self, identity: str) -> User:
        """Find a user, or raise `Refused`."""
        if identity not in self.users:
            raise not_found("user", identity)
        return self.users[identity]

    def session(self, identity: str) -> Session:
        """Find a session, or raise `Refused`."""
        if identity not in self.sessions:
            raise not_found("session", identity)
        return self.sessions[identity]

    def with_address(self, email: str) -> User | None:
        """Find who has this address."""
        lower = email.lower()
        return next((one for one in self.users.values() if _address(one).lower() == lower), None)

    def join(self, told: dict[str, Any]) -> User:
        """Make a user. `email` and `verified` stand for the whole list; any other field is put in as it is."""
        now = now_ms()
        user = {**_plain(new_id("user"), now), **_fields(told)}
        self._keep(user)
        return user

    def change(self, identity: str, told: dict[str, Any]) -> User:
        """Change a user, whose stamp moves on."""
        user = {**self.user(identity), "updated_at": max(now_ms(), self.user(identity)["updated_at"] + 1)}
        user |= _fields(told)
        self._keep(user)
        return user

    def leave(self, identity: str) -> User:
        """Delete a user, and end their sessions; gives the stub that is told of them."""
        self.user(identity)
        del self.users[identity]
        stub = {"object": "user", "id": identity, "deleted": True, "external_id": None}
        self._store.keep(_USER, identity, stub)
        return stub

    def sign_in(self, user_id: str, client: str = "") -> Session:
        """Begin a session in a browser, which has this client token."""
        now, life_ms = now_ms(), 7 * 86_400_000
        session = {
            "object": "session",
            "id": new_id("sess"),
            "client_id": client,
            "user_id": self.user(user_id)["id"],
            "status": "active",
            "last_active_at": now,
            "expire_at": now + life_ms,
            "abandon_at": now + 30 * 86_400_000,
            "created_at": now,
            "updated_at": now,
        }
        self._keep_session(session)
        return session

    def mark(self, identity: str, status: str) -> Session:
        """Let a session be `ended`, `removed`, `revoked`, `pending` or `active`."""
        session = {**self.session(identity), "status": status, "updated_at": now_ms()}
        self._keep_session(session)
        return session

    def of_client(self, client: str) -> Session | None:
        """Find the session that lives in this browser."""
        living = (one for one in self.sessions.values() if one["status"] in {"active", "pending"})
        return next((one for one in living if client and one["client_id"] == client), None)

    def _keep(self, user: User) -> None:
        self.users[user["id"]] = user
        self._store.keep(_USER, user["id"], user)

    def _keep_session(self, session: Session) -> None:
        self.sessions[session["id"]] = session
        self._store.keep(_SESSION, session["id"], session)


def now_ms() -> int:
    """Milliseconds since 1970, as all of Clerk's times are."""
    return round(time.time() * 1000)


def _address(user: User) -> str:
    addresses = user["email_addresses"]
    return addresses[0]["email_address"] if addresses else ""


def _fields(told: dict[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in told.items() if name not in {"email", "verified", "deliver"}}
    if "email" not in told:
        return given
    email = told["email"]
    if email is None:
        return {"email_addresses": [], "primary_email_address_id": None} | given
    if not isinstance(email, str):
        raise Refused(422, "form_param_format_invalid", "email must be a string")
    address = _email_address(email, verified=told.get("verified", True) is True)
    return {"email_addresses": [address], "primary_email_address_id": address["id"]} | given


def _email_address(email: str, *, verified: bool) -> dict[str, Any]:
    now = now_ms()
    return {
        "id": new_id("idn"),
        "object": "email_address",
        "email_address": email,
        "reserved": False,
        "verification": {
            "object": "verification_otp",
            "status": "verified" if verified else "unverified",
            "strategy": "email_code",
            "attempts": 1,
            "expire_at": now + 600_000,
        },
        "linked_to": [],
        "matches_sso_connection": False,
        "created_at": now,
        "updated_at": now,
    }


def _plain(identity: str, now: int) -> User:
    """Build a user as 3.6 shows one, with nothing told yet."""
    nothing: dict[str, Any] = dict.fromkeys(
        ("external_id", "username", "first_name", "last_name", "locale", "primary_email_address_id",
         "primary_phone_number_id", "primary_web3_wallet_id", "lockout_expires_in_seconds",
         "create_organizations_limit", "mfa_enabled_at", "mfa_disabled_at", "legal_accepted_at", "scim")
    )  # fmt: skip
    empty = ("email_addresses", "phone_numbers", "web3_wallets", "passkeys", "external_accounts", "saml_accounts",
             "enterprise_accounts")  # fmt: skip
    flags = ("two_factor_enabled", "totp_enabled", "backup_code_enabled", "banned", "locked", "deprovisioned",
             "bypass_client_trust")  # fmt: skip
    return {
        "id": identity,
        "object": "user",
        **nothing,
        **{name: [] for name in empty},
        **dict.fromkeys(flags, False),
        "image_url": "https://img.clerk.com/xxxxxx",
        "profile_image_url": "https://img.clerk.com/xxxxxx",
        "has_image": True,
        "password_enabled": True,
        "public_metadata": {},
        "private_metadata": {},
        "unsafe_metadata": {},
        "verification_attempts_remaining": 100,
        "delete_self_enabled": True,
        "create_organization_enabled": True,
        "last_sign_in_at": now,
        "last_active_at": now,
        "password_last_updated_at": now,
        "created_at": now,
        "updated_at": now,
    }
