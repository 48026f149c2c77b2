"""A client of Flask-Security in Python: an authentication token in a header, and no cookies.

Usage: python_token.py URL EMAIL PASSWORD NEW_PASSWORD
"""

import json
import sys
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen


class ApiError(Exception):
    """An answer that is not 200."""

    def __init__(self, status: int, errors: list[str]) -> None:
        super().__init__(f"{status}: {'; '.join(errors)}")
        self.status = status


class Api:
    """The API, signed in by a token."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self.url, self.token = url, token

    def call(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        headers = {"Accept": "application/json"}
        if self.token:
            headers["Authentication-Token"] = self.token
        if body is not None:
            headers["Content-Type"] = "application/json"
        request = Request(
            self.url + path, data=json.dumps(body).encode() if body is not None else None, headers=headers
        )
        try:
            with urlopen(request, timeout=20) as answer:
                return json.load(answer)["response"]
        except HTTPError as error:
            raise ApiError(error.code, json.load(error)["response"]["errors"]) from None

    def login(self, email: str, password: str) -> None:
        response = self.call("/login?include_auth_token=true", {"email": email, "password": password})
        self.token = response["user"]["authentication_token"]

    def is_signed_in(self) -> bool:
        try:
            return "active_password" in self.call("/change")
        except ApiError as error:
            if error.status != 401:
                raise
            return False


def main(url: str, email: str, password: str, new_password: str) -> None:
    api, other = Api(url), Api(url)
    assert not api.is_signed_in()
    api.login(email, password)
    other.login(email, password)
    assert api.is_signed_in() and other.is_signed_in()
    assert not Api(url, "no" + str(api.token)).is_signed_in(), "any token signs in"

    # A proof of the password refreshes the token.
    api.token = api.call("/verify?include_auth_token=true", {"password": password})["user"]["authentication_token"]
    Api(url).call("/reset", {"email": email})
    old = Api(url, api.token)
    change = {"password": password, "new_password": new_password, "new_password_confirm": new_password}
    api.token = api.call("/change?include_auth_token=true", change)["user"]["authentication_token"]
    assert not old.is_signed_in() and not other.is_signed_in(), "a token outlives the password"
    assert api.is_signed_in()

    api.call("/logout", {})
    try:
        Api(url).login(email, password)
    except ApiError as error:
        assert error.status == 400, error
    else:
        raise AssertionError("the old password still signs in")


if __name__ == "__main__":
    main(*sys.argv[1:])
