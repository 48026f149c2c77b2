"""The journey of tests/api/typed.py by a client in Python, which is made of the description: SITE EMAIL PASSWORD NEXT_PASSWORD."""

import base64
import hmac
import re
import struct
import sys
import time
from typing import Any

import httpx
from latchkey_client import Client
from latchkey_client.api.account import get_account
from latchkey_client.api.resets import post_reset, post_reset_by_key
from latchkey_client.api.second_factors import get_account_factors, post_tf_setup, post_tf_setup_by_rest
from latchkey_client.api.signing_in import post_login, post_tf_validate
from latchkey_client.models import (
    PostLoginBody,
    PostResetBody,
    PostResetByKeyBody,
    PostTfSetupBody,
    PostTfSetupByRestBody,
    PostTfValidateBody,
)

SITE, EMAIL, PASSWORD, NEXT = sys.argv[1:]
JSON = {"Accept": "application/json"}


def client(token: str = "") -> Client:
    return Client(base_url=SITE, headers=JSON | ({"Authentication-Token": token} if token else {}))


def done(answer: Any) -> Any:
    """Returns what an answer tells; fails if it is a refusal."""
    assert answer.status_code == 200, answer.content
    return answer.parsed.response


def sign_in(password: str) -> Any:
    body = PostLoginBody(email=EMAIL, password=password)
    return done(post_login.sync_detailed(client=client(), body=body, include_auth_token="1"))


def mailed() -> str:
    """Returns the key of the newest link to reset the password."""
    for _ in range(50):
        messages = httpx.get(f"{SITE}/dev/mailbox", headers=JSON).json()["response"]["messages"]
        found = (re.search(r"/reset/([\w-]{43})$", it["text"], re.MULTILINE) for it in messages if it["to"] == EMAIL)
        key = next((key[1] for key in found if key), None)
        if key:
            return key
        time.sleep(0.1)
    raise AssertionError("no message has a link")


def code(secret: str, ahead: int) -> str:
    """Returns the code of an authenticator app so many steps from now: one step either way is good."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30 + ahead), "sha1")
    at = digest[-1] & 0xF
    return f"{(int.from_bytes(digest[at : at + 4]) & 0x7FFFFFFF) % 1_000_000:06}"


token = sign_in(PASSWORD).user.authentication_token
account = done(get_account.sync_detailed(client=client(token)))
assert account.email == EMAIL, account

done(post_reset.sync_detailed(client=client(), body=PostResetBody(email=EMAIL)))
done(post_reset_by_key.sync_detailed(mailed(), client=client(), body=PostResetByKeyBody(new_password=NEXT)))
token = sign_in(NEXT).user.authentication_token

begun = done(post_tf_setup.sync_detailed(client=client(token), body=PostTfSetupBody(setup="authenticator")))
first = PostTfSetupByRestBody(code=code(begun.tf_authr_b32key, 0))
done(post_tf_setup_by_rest.sync_detailed(begun.tf_state_token, client=client(token), body=first))

owed = sign_in(NEXT)
assert owed.tf_required, owed
body = PostTfValidateBody(code=code(begun.tf_authr_b32key, 1))
entered = done(post_tf_validate.sync_detailed(client=client(owed.tf_token), body=body, include_auth_token="1"))
factors = done(get_account_factors.sync_detailed(client=client(entered.user.authentication_token)))
print(f"signed in, reset, and added {', '.join(factors.active_methods)}")
