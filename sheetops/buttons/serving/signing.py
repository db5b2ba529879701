"""How a button proves that it has its token's secret, to a service that keeps only the secret's hash.

The formula is SCRAM's (RFC 5802 section 3), with HMAC-SHA-256:

    stored    = SHA256(secret)                                 what the service keeps
    signature = HMAC-SHA256(stored, "{at}\\n{nonce}\\n" + body)
    proof     = secret XOR signature                           what is sent, as hex

The service works out the signature itself, takes it off the proof, and looks whether the hash of what remains is the
one it keeps. Whoever reads its file can check a press, and cannot make one.
"""

from __future__ import annotations

import hashlib
import hmac

SECRET_BYTES = 32
"""Length of a secret, and of a signature: the two are XORed."""


def stored(secret: bytes) -> bytes:
    """Return what the service keeps of a secret: its SHA-256."""
    return hashlib.sha256(secret).digest()


def sign(secret: bytes, at: int, nonce: str, body: bytes) -> str:
    """Return the proof, as 64 hex digits, that goes with a body. `at` is in seconds since 1970 (UTC)."""
    return _xor(secret, _signature(stored(secret), at, nonce, body)).hex()


def is_signed(kept: bytes, at: int, nonce: str, body: bytes, proof: str) -> bool:
    """Return whether a proof was made with the secret whose hash is kept."""
    try:
        said = bytes.fromhex(proof)
    except ValueError:
        return False
    if len(said) != SECRET_BYTES:
        return False
    secret = _xor(said, _signature(kept, at, nonce, body))
    return hmac.compare_digest(stored(secret), kept)


def _signature(key: bytes, at: int, nonce: str, body: bytes) -> bytes:
    return hmac.new(key, f"{at}\n{nonce}\n".encode() + body, hashlib.sha256).digest()


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
