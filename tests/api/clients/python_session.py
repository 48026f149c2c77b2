"""A client of Flask-Security in Python: a session of cookies, and the token against forged requests in a header.

Usage: python_session.py URL EMAIL PASSWORD NEW_PASSWORD
"""

import json
import sys
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPCookieProcessor, Request, build_opener


class Session:
    """What a browser would keep: cookies and the CSRF token."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.opener = build_opener(HTTPCookieProcessor(CookieJar()))
        self.csrf_token = self.request("GET", "/login")[1]["csrf_token"]

    def request(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if method != "GET":
            headers["X-XSRF-Token"] = self.csrf_token
        data = None if body is None else json.dumps(body).encode()
        request = Request(self.url + path, data=data, headers=headers, method=method)
        try:
            with self.opener.open(request, timeout=20) as answer:
                status, sent = answer.status, json.load(answer)
        except HTTPError as error:
            status, sent = error.code, json.load(error)
        assert sent["meta"]["code"] == status, sent
        return status, sent["response"]

    def done(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        status, response = self.request(method, path, body)
        assert status == 200, f"{method} {path}: {status} {response}"
        return response

    def login(self, email: str, password: str) -> None:
        response = self.done("POST", "/login", {"email": email, "password": password})
        assert not response["tf_required"], response


def main(url: str, email: str, password: str, new_password: str) -> None:
    session, other = Session(url), Session(url)
    session.login(email, password)
    other.login(email, password)
    assert "email" in session.done("GET", "/login")["identity_attributes"]

    assert "has_webauthn_verify_credential" in session.done("GET", "/verify")
    session.done("POST", "/verify", {"password": password})
    session.done("POST", "/reset", {"email": email})
    session.done(
        "POST",
        "/change",
        {"password": password, "new_password": new_password, "new_password_confirm": new_password},
    )
    assert other.request("GET", "/change")[0] == 401, "the other session outlives the password"
    assert session.done("GET", "/change")["active_password"] is True

    session.done("POST", "/logout", {})
    status, response = session.request("GET", "/change")
    assert status == 401 and response["errors"], "the session outlives signing out"


if __name__ == "__main__":
    main(*sys.argv[1:])
