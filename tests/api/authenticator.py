"""What people hold: an authenticator app, and a passkey that verifies its owner, as simple as the standards allow.

Needs the packages of requirements.txt.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import struct
import time
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

STEP = 30
# Seconds from the making of a code to its check.
ON_THE_WAY = 5
USER_PRESENT, USER_VERIFIED, NEW_CREDENTIAL = 0x01, 0x04, 0x40


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def bytes_of(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class App:
    """An authenticator app (RFC 6238), which never shows a code twice: a code may be accepted only once."""

    def __init__(self, secret: str) -> None:
        self.key = base64.b32decode(secret)
        self.next = 0

    def code(self) -> str:
        """Returns a code that is good now, and was not shown before."""
        # One step is allowed either way, so three codes are good at once. The oldest may be too old when it arrives.
        step = max(self.next, int(time.time() + ON_THE_WAY) // STEP - 1)
        self.next = step + 1
        time.sleep(max(0, (step - 1) * STEP - time.time()))
        digest = hmac.digest(self.key, struct.pack(">Q", step), "sha1")
        at = digest[-1] & 0xF
        return f"{(int.from_bytes(digest[at : at + 4]) & 0x7FFFFFFF) % 1_000_000:06}"

    def wrong(self) -> str:
        """Returns six digits that are no code for some time."""
        return "000000"


class Passkey:
    """A passkey (WebAuthn) on a P-256 key, without attestation, whose answers a browser would send as JSON."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(32)
        self.user_handle = ""
        self.counter = 0

    def create(self, options: dict[str, Any]) -> str:
        """Returns the answer to the options of a registration."""
        self.user_handle = options["user"]["id"]
        point = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)}
        credential = bytes(16) + struct.pack(">H", len(self.id)) + self.id + cbor2.dumps(public)
        data = self._data(options["rp"]["id"], NEW_CREDENTIAL) + credential
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(
            clientDataJSON=base64url(self._client_data("webauthn.create", options)),
            attestationObject=base64url(attestation),
            transports=["internal"],
        )

    def get(self, options: dict[str, Any]) -> str:
        """Returns the answer to the options of a sign-in."""
        client_data, data = self._client_data("webauthn.get", options), self._data(options["rpId"], 0)
        signed = data + hashlib.sha256(client_data).digest()
        return self._answer(
            clientDataJSON=base64url(client_data),
            authenticatorData=base64url(data),
            signature=base64url(self.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
            userHandle=self.user_handle,
        )

    def _data(self, party: str, flags: int) -> bytes:
        self.counter += 1
        flags |= USER_PRESENT | USER_VERIFIED
        return hashlib.sha256(party.encode()).digest() + struct.pack(">BI", flags, self.counter)

    def _client_data(self, kind: str, options: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _answer(self, **response: Any) -> str:
        name = base64url(self.id)
        answer = {"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": {}}
        return json.dumps(answer | {"authenticatorAttachment": "platform"})
