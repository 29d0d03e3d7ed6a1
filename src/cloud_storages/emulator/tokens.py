"""
File tokens: JSON web tokens (HS256) that name a row, checked against that row on every use.

What does not verify is as if none was sent. A token that verifies opens its own file only, and
refuses every other even to a key.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs

from cloud_storages.emulator.rules import dates

if TYPE_CHECKING:
    from cloud_storages.emulator.records import Token
    from cloud_storages.emulator.store import Store

_PARTS = 3
_NOTED_EVERY = timedelta(days=1)


def secret_of(token: Token, key: bytes) -> str:
    """Return the secret a token has now; it changes when its expiry does."""
    created = datetime.fromisoformat(token.created)
    payload: dict[str, Any] = {
        "tokenId": token.id,
        "resourceId": token.resource_id,
        "resourceType": "files",
        "resourceInternalId": f"{token.bucket_seq}:{token.file_seq}",
        "iat": int(created.timestamp()),
    }
    if token.expire:
        payload["exp"] = int(datetime.fromisoformat(token.expire).timestamp())
    head = ".".join(
        _encode(json.dumps(p).encode()) for p in ({"typ": "JWT", "alg": "HS256"}, payload)
    )
    return f"{head}.{_encode(_sign(head, key))}"


def redeem(secret: str, store: Store, now: datetime) -> Token | None:
    """Return the token that a secret opens at the moment `now`, or None; note its use daily."""
    payload = _verified(secret, store.secret)
    if payload is None or payload.get("exp", now.timestamp() + 1) <= now.timestamp():
        return None
    token = store.token(str(payload["tokenId"]))
    if token is None:
        return None
    if token.expire and datetime.fromisoformat(token.expire) <= now:
        return None
    if not token.accessed or datetime.fromisoformat(token.accessed) < now - _NOTED_EVERY:
        token = attrs.evolve(token, accessed=dates.stamp(now))
        with store.changes():
            store.save_token(token)
    return token


def _verified(secret: str, key: bytes) -> dict[str, Any] | None:
    parts = secret.split(".")
    if len(parts) != _PARTS or not secret.isascii():
        return None
    head, _, signature = secret.rpartition(".")
    if not hmac.compare_digest(_encode(_sign(head, key)), signature):
        return None
    padded = parts[1] + "=" * (-len(parts[1]) % 4)
    payload: dict[str, Any] = json.loads(base64.urlsafe_b64decode(padded))
    return payload


def _sign(head: str, key: bytes) -> bytes:
    return hmac.new(key, head.encode(), hashlib.sha256).digest()


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
