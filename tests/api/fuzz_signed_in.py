"""Signs the fuzzer in: each case carries a token of its own, since what it tries may end one, or the whole account."""

from __future__ import annotations

import os
from itertools import count
from threading import Lock

import schemathesis

from products import Product, confirmed

PRODUCT = Product("Latchkey", os.environ["LATCHKEY_URL"])
PASSWORD = "correct-horse-battery-0"


class People:
    """The account in use: another takes its place when its password no longer signs in."""

    def __init__(self) -> None:
        self.names, self.lock, self.email = count(), Lock(), ""

    def sign_in(self) -> str | None:
        form = {"email": self.email, "password": PASSWORD}
        answer = PRODUCT.program(cookies=False).send("POST", "/login?include_auth_token", form)
        return answer.response.get("user", {}).get("authentication_token") if answer.status == 200 else None

    def token(self) -> str:
        with self.lock:
            found = self.sign_in() if self.email else None
            if not found:
                self.email = f"fuzzer{next(self.names)}@example.com"
                confirmed(PRODUCT, self.email, PASSWORD)
                found = self.sign_in()
            assert found, f"{self.email} cannot sign in"
            return found


PEOPLE = People()


@schemathesis.auth(refresh_interval=None)
class SignedIn:
    """Adds a token to each case."""

    def get(self, case: schemathesis.Case, context: schemathesis.AuthContext) -> str:
        return PEOPLE.token()

    def set(self, case: schemathesis.Case, data: str, context: schemathesis.AuthContext) -> None:
        case.headers = case.headers or {}
        case.headers["Authentication-Token"] = data
