#!/usr/bin/env python3
"""Latchkey's answers to programs keep to Flask-Security's own description of its answers, corrected by overlay.yaml.

The walk goes through every address of the description that Latchkey has, first with Flask-Security itself, then with
Latchkey. The description judges each request and each answer. It demands no key, so each step names the keys that
programs read; Flask-Security shows that no step asks for more than it gives. Where Latchkey differs on purpose, the
step says so, with a reason. Everything else that differs is a failure.

Usage: walk.py BINARY [--env FOLDER] [--only latchkey]
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from products import FOLDER, HERE, Answer, Product, Program, confirmed, flask_security, installed, latchkey

SETTINGS = """
[default.latchkey]
limits.enabled = false
session.refresh_tokens = "body"
sign_in.methods = ["password", "passkey", "email_code", "email_link", "sms_code", "totp"]
sign_in.usernames = "optional"
sms.countries = ["US"]
"""

# Where Latchkey differs on purpose.
DEVIATIONS = {
    "generic": "an open address answers alike, whether there is an account or not: it never names one",
    "inert": "opening a mailed link changes nothing, so a program completes by a POST to the same address",
    "no payload": "nothing of an account is told before its second factor",
    "codes once": "recovery codes are stored as digests and shown once: afterwards only how many are left",
    "forged": "a request with cookies that changes something shows where it comes from, signing out as well",
    "page": "every page answers in JSON with what it shows, that of signing out as well",
    "anew": "whoever is signed in may sign in once more, also as somebody else: the session before ends",
    "open": "whoever is signed in may ask for a username as well, which is mailed and never shown",
    "flows": "a 401 leads to /verify by `flows`; only that tells what can be proved, and whether there is a passkey",
    "fresh": "a new password takes a recent proof: a browser that is remembered must not change it",
    "password": "a new address takes the password too, where there is one: a stolen session must not move the account",
    "one word": "whatever no username looks like, of a wrong length as well, has one code",
    "one key": "a mailed link is one key in its path, which takes a POST: /login/link/<key>, not /us-verify-link",
    "factors": "ways to sign in are the site's, and people have factors: /tf-setup drops all of them, "
    "/account/factors/<id>/remove one",
    "kept": "what is being set up is kept by the server and not in an address: at any other, there is nothing to do",
    "no rescue": "a mailbox does not stand in for a second factor: /tf-rescue says what is left, whatever it is sent",
    "masked": "a number that was set up is shown by its last digits only",
    "asked for": "a code is sent when /tf-select asks for it: texts cost, and a stranger with the password sends none",
    "unnamed": "the name of a passkey may be left out: it gets one",
    "not kept": "a sign-in by a passkey is not remembered, and so `remember` not echoed",
    "ends": "signing out ends the token as well",
    "two tabs": "the refresh token before the last is good for ten seconds, so that two tabs do not end each other",
}

# Addresses of the description that the walk leaves out.
LEFT_OUT = {
    "GET /logout": "not an address of Flask-Security since 5.9",
    "GET /reset/{token}": "has no answer in JSON",
    "GET /us-verify-link": "Flask-Security's is walked, Latchkey has another address",
    "POST /login/oauthstart/{name}": "Latchkey has no sign-in by other sites yet",
    "GET /login/oauthresponse/{name}": "the same",
    "POST /login/oauth-verify-start/{name}": "the same",
    "GET /login/oauth-verify-response/{name}": "the same",
}

PASSWORD = "correct-horse-battery-0"
OTHER = "correct-horse-battery-1"
PHONE = "+14155552671"

# A code in a message: Latchkey's letters and digits stand alone in their line.
CODE = r"(?<![\w-])(\d{6}|\d{3} \d{3}|[a-z0-9]{4}-[a-z0-9]{4})(?![\w-])"


class Expect(NamedTuple):
    """What is expected of an answer."""

    status: int
    keys: str
    # Inputs of which one has an error.
    fields: str = ""
    # Words for mistakes, of which one is told: Flask-Security's names of its messages.
    codes: str = ""
    # What a key has to be.
    values: dict[str, Any] = {}


class But(NamedTuple):
    """What is expected of Latchkey instead, with the deviation that explains it."""

    deviation: str
    expect: Expect
    # Whether the description has this answer.
    described: bool = True


@dataclass
class Person:
    """An account."""

    email: str
    password: str = PASSWORD

    def form(self, **more: Any) -> dict[str, Any]:
        return {"email": self.email, "password": self.password} | more


@cache
def sentences() -> dict[str, re.Pattern[str]]:
    """Returns Flask-Security's sentences by their names."""
    from flask_security.core import _default_messages as said

    plain = {code: re.split(r"%\(\w+\)[sd]", str(sentence)) for code, (sentence, _) in said.items()}
    return {code: re.compile(".*".join(map(re.escape, parts))) for code, parts in plain.items()}


class Walk:
    """A walk with one product."""

    def __init__(self, product: Product, judge: Any) -> None:
        self.product, self.judge = product, judge
        self.is_latchkey = product.name == "Latchkey"
        self.failures: list[str] = []
        self.differs: set[str] = set()
        self.walked: set[str] = set()
        self.steps = 0

    def person(self, name: str) -> Person:
        """Makes an account."""
        person = Person(f"{name}@example.com")
        confirmed(self.product, person.email, person.password)
        return person

    def codes_sent(self, to: str, expected: int) -> None:
        """Fails unless this many messages to somebody have had a code."""
        sent = [it.text for it in self.product.messages() if it.to == to and re.search(CODE, it.text, re.MULTILINE)]
        if len(sent) != expected:
            self.failures.append(f"{len(sent)} codes were sent to {to}, not {expected}: {sent}")

    def told(self, fields: str, codes: str, instead: Expect) -> Expect:
        """Returns that a form is refused; Flask-Security does not say so at open addresses."""
        return wrong(fields, codes) if self.is_latchkey else instead

    def signed_in(self, person: Person) -> Program:
        program = self.product.program()
        program.send("GET", "/login")
        answer = program.send("POST", "/login", person.form())
        if answer.status != 200 or answer.response.get("tf_required"):
            raise AssertionError(f"{person.email} does not get in: {answer.response}")
        return program

    def begun(self, person: Person, **wants: Any) -> tuple[Program, dict[str, Any]]:
        """Signs in up to the second factor."""
        program = self.product.program()
        program.send("GET", "/login")
        keys = "tf_required " + wants.pop("keys")
        expect = Expect(200, keys, values={"tf_required": True} | wants)
        return program, self.step(program, "POST /login", person.form(), expect).response

    def step(
        self,
        program: Program,
        what: str,
        body: Any,
        expect: Expect,
        but: But | None = None,
        well_formed: bool = True,
        described: bool = True,
    ) -> Answer:
        """Sends a request, and judges it and its answer."""
        method, path = what.split()
        self.steps += 1
        if but and self.is_latchkey:
            self.differs.add(but.deviation)
            expect, described = but.expect, described and but.described
        answer = program.send(method, path, body)
        faults = list(self.faults(answer, expect))
        if "include_auth_token" in path and answer.status == 200 and "user" in expect.keys.split():
            user = answer.response.get("user", {})
            faults += [] if "authentication_token" in user else ["no authentication_token"]
        if described:
            operation, complaints = self.judge.complaints(method, self.product.url, path, body, answer, well_formed)
            self.walked.add(operation)
            faults += complaints
        if faults:
            sent = "" if body is None else json.dumps(body)[:200]
            got = f"{answer.status} {json.dumps(answer.response)[:400] if answer.response else answer.kind}"
            self.failures.append(f"{what} {sent}\n   got {got}\n   " + "\n   ".join(faults))
        return answer

    def codes(self, answer: Answer) -> set[str]:
        """Returns the words for what is refused; Flask-Security only tells the sentences that it has for them."""
        if self.is_latchkey:
            return set(answer.response.get("codes", []))
        errors = answer.response.get("errors", [])
        return {code for error in errors for code, said in sentences().items() if said.fullmatch(error)}

    def faults(self, answer: Answer, expect: Expect) -> Any:
        if answer.status != expect.status:
            yield f"status {answer.status}, not {expect.status}"
            return
        missing = [key for key in expect.keys.split() if key not in answer.response]
        if missing:
            yield "no " + ", ".join(missing)
        at = answer.response.get("field_errors", {})
        if expect.fields and not set(expect.fields.split()) & set(at):
            yield f"errors at {', '.join(at) or 'no input'}, not at {expect.fields}"
        if answer.status >= 400:
            codes = self.codes(answer)
            if expect.codes and not set(expect.codes.split()) & codes:
                yield f"the code is {', '.join(sorted(codes)) or 'none'}, not {expect.codes}"
            if self.is_latchkey:
                yield from uncoded(answer.response)
        for key, value in expect.values.items():
            if answer.response.get(key) != value:
                yield f"{key} is {json.dumps(answer.response.get(key))}, not {json.dumps(value)}"


def uncoded(response: dict[str, Any]) -> Any:
    """Yields where an error has no code, or the other way round."""
    if len(response.get("errors", [])) != len(response.get("codes", [])):
        yield f"errors {response.get('errors')} with codes {response.get('codes')}"
    errors, codes = (
        {field: len(said) for field, said in response.get(key, {}).items()} for key in ("field_errors", "field_codes")
    )
    if errors != codes:
        yield f"field_errors at {errors}, field_codes at {codes}"


def ok(keys: str = "", **values: Any) -> Expect:
    return Expect(200, keys, values=values)


def wrong(fields: str, codes: str = "") -> Expect:
    """A form is refused."""
    return Expect(400, "errors field_errors", fields, codes)


def refused(status: int, codes: str = "") -> Expect:
    """A request is refused, form or not."""
    return Expect(status, "errors", codes=codes)


STRANGER = refused(401, "UNAUTHENTICATED")
SIGNED_IN = refused(400, "ANONYMOUS_USER_REQUIRED")
NOBODY_WAITS = refused(400, "TWO_FACTOR_PERMISSION_DENIED")
RETYPED = "RETYPE_PASSWORD_MISMATCH"
NO_PASSWORD = "PASSWORD_NOT_PROVIDED"
SHORT = "PASSWORD_INVALID_LENGTH"
FAILED = "GENERIC_AUTHN_FAILED"

# The whole form is refused: Latchkey may name an input.
GENERIC = But("generic", wrong("email password username identity passcode", FAILED))


def anonymous(walk: Walk) -> None:
    """Nobody is signed in."""
    program = walk.product.program()
    walk.step(program, "GET /login", None, ok("identity_attributes csrf_token"))
    for path in ("/register", "/confirm", "/reset", "/recover-username"):
        walk.step(program, f"GET {path}", None, ok("csrf_token"))
    methods = ("available_methods", "code_methods", "identity_attributes")
    walk.step(program, "GET /us-signin", None, ok(f"csrf_token {' '.join(methods)}"))
    walk.step(program, "GET /wan-signin", None, ok("csrf_token is_secondary"))
    for path in (
        *("/verify", "/change", "/change-email", "/change-username", "/us-verify", "/us-setup"),
        *("/mf-recovery-codes", "/wan-register", "/wan-verify", "/wan-delete", "/tf-setup"),
    ):
        # Flask-Security takes a stranger at tf-setup for somebody on the way in.
        if path == "/tf-setup" and not walk.is_latchkey:
            continue
        walk.step(program, f"GET {path}", None, STRANGER)
    for path in ("/tf-validate", "/tf-select", "/tf-rescue", "/mf-recovery"):
        walk.step(program, f"GET {path}", None, NOBODY_WAITS)
    for what, body in {
        "POST /change": {"password": PASSWORD, "new_password": OTHER, "new_password_confirm": OTHER},
        "POST /verify": {"password": PASSWORD},
        "POST /change-email": {"email": "ben@example.com"},
        "POST /change-username": {"username": "benjamin"},
        "POST /us-verify": {"passcode": PASSWORD},
        "POST /us-verify/send-code": {"chosen_method": "email"},
        "POST /us-setup": {"chosen_method": "email"},
        "POST /us-setup/no-state": {"passcode": "123456"},
        "POST /tf-setup/no-state": {"code": "123456"},
        "POST /mf-recovery-codes": {},
        "POST /wan-register": {"name": "key", "usage": "first"},
        "POST /wan-register/no-state": {"credential": "{}"},
        "POST /wan-verify": {},
        "POST /wan-verify/no-state": {"credential": "{}"},
        "POST /wan-delete": {"name": "key"},
    }.items():
        walk.step(program, what, body, STRANGER)
    walk.step(program, "POST /tf-validate", {"code": "123456"}, NOBODY_WAITS)
    walk.step(program, "POST /tf-select", {"which": "email"}, NOBODY_WAITS)
    walk.step(program, "POST /tf-rescue", {"help_setup": "help"}, NOBODY_WAITS)
    walk.step(program, "POST /mf-recovery", {"code": "123456"}, NOBODY_WAITS)
    walk.step(program, "POST /logout", {}, ok())
    walk.step(program, "GET /logout", None, Expect(405, ""), But("page", ok("csrf_token")), described=False)


def register(walk: Walk) -> None:
    """An account is registered and confirmed."""
    email = "ann@example.com"
    program = walk.product.program(cookies=False)
    form = {"email": email, "password": PASSWORD, "password_confirm": PASSWORD}
    walk.step(program, "POST /register", {}, wrong("email password", "EMAIL_NOT_PROVIDED"), well_formed=False)
    walk.step(program, "POST /register", form | {"password_confirm": OTHER}, wrong("password_confirm", RETYPED))
    walk.step(
        program, "POST /register", form | {"password": "short", "password_confirm": "short"}, wrong("password", SHORT)
    )
    walk.step(program, "POST /register", form | {"email": "ann"}, wrong("email", "INVALID_EMAIL_ADDRESS"))
    program = walk.product.program()
    new = walk.step(program, "POST /register?include_auth_token", form, ok("csrf_token"))
    form["email"] = "known@example.com"
    known = walk.step(walk.product.program(), "POST /register", form, ok())
    if walk.is_latchkey and new.response.keys() != known.response.keys():
        walk.failures.append(f"POST /register tells who is known: {new.response} {known.response}")
    if "authentication_token" in new.response.get("user", {}):
        walk.failures.append("POST /register gives a token before the address is confirmed")
    walk.product.link(email, "/confirm/")
    walk.step(program, "POST /confirm", {}, walk.told("email", "EMAIL_NOT_PROVIDED", ok()), well_formed=False)
    walk.step(program, "POST /confirm", {"email": email}, ok("csrf_token"))
    link = walk.product.link(email, "/confirm/")
    if walk.is_latchkey:
        walk.step(program, "POST /login", Person(email).form(), refused(400))
        # The browser that registered needs no password again.
        walk.step(program, f"POST {link}", {}, ok("csrf_token"), But("inert", ok("csrf_token"), described=False))
        walk.step(program, f"POST {link}", {}, refused(400), But("inert", refused(400), described=False))
        walk.walked.add("GET /confirm/{token}")
    else:
        walk.step(program, f"GET {link}", None, Expect(302, ""))
    walk.step(walk.product.program(), "POST /login", Person(email).form(), ok("user tf_required"))


def sign_in(walk: Walk) -> None:
    """A password and its address or username, with cookies and with a token."""
    person, program = walk.person("bea"), walk.product.program()
    program.send("GET", "/login")
    walk.step(program, "POST /login", {}, walk.told("password", NO_PASSWORD, wrong("", FAILED)), well_formed=False)
    bad = walk.step(program, "POST /login", person.form(password=OTHER), refused(400, FAILED), GENERIC)
    none = walk.step(program, "POST /login", Person("nobody@example.com").form(), refused(400, FAILED), GENERIC)
    if bad.response != none.response | {"csrf_token": bad.response.get("csrf_token")} and walk.is_latchkey:
        walk.failures.append(f"POST /login tells who is known: {bad.response} {none.response}")
    walk.step(program, "POST /login", person.form(remember=True), ok("user csrf_token", tf_required=False))
    walk.step(program, "GET /login", None, ok("user csrf_token identity_attributes"))
    before = program.copy()
    walk.step(program, "POST /login", person.form(), SIGNED_IN, But("anew", ok("user", tf_required=False)))
    walk.step(before, "GET /change", None, ok(), But("anew", STRANGER))
    walk.step(program, "GET /register", None, SIGNED_IN)
    walk.step(program, "GET /recover-username", None, SIGNED_IN, But("open", ok("csrf_token")))
    csrf, program.csrf = program.csrf, ""
    walk.step(program, "POST /logout", {}, ok(), But("forged", refused(400, "CSRF_MISSING")))
    program.csrf = csrf
    walk.step(program, "POST /logout", {}, ok())
    walk.step(program, "GET /verify", None, STRANGER)

    program = walk.product.program(cookies=False)
    signed_in = walk.step(program, "POST /login?include_auth_token=1", person.form(), ok("user", tf_required=False))
    program.token = signed_in.response.get("user", {}).get("authentication_token")
    walk.step(program, "GET /verify", None, ok("user has_webauthn_verify_credential oauth_enabled oauth_providers"))
    walk.step(program, "POST /verify?include_auth_token", {"password": PASSWORD}, ok("user"))
    walk.step(program, "POST /logout", {}, ok())
    program.token = "no-token"
    walk.step(program, "GET /verify", None, STRANGER)


def refresh(walk: Walk) -> None:
    """A program without cookies stays signed in by its refresh token."""
    person, anybody = walk.person("abe"), walk.product.program(cookies=False)
    tokens = walk.step(anybody, "POST /login?include_auth_token", person.form(), ok("user")).response["user"]
    first = {"refresh_token": tokens["refresh_token"]}
    tokens = walk.step(anybody, "POST /refresh-token", first, ok("user")).response["user"]
    program = walk.product.program(tokens["authentication_token"])
    walk.step(program, "GET /verify", None, ok("user"))
    over = wrong("refresh_token", "REFRESH_TOKEN_INVALID")
    walk.step(anybody, "POST /refresh-token", {"refresh_token": "no-token"}, over)
    walk.step(anybody, "POST /refresh-token", {}, wrong("refresh_token"), well_formed=False)
    walk.step(anybody, "POST /refresh-token", first, over, But("two tabs", ok("user")))
    tokens = walk.step(anybody, "POST /login?include_auth_token", person.form(), ok("user")).response["user"]
    last = {"refresh_token": tokens["refresh_token"]}
    program = walk.product.program(tokens["authentication_token"])
    walk.step(program, "POST /logout", last, ok())
    walk.step(anybody, "POST /refresh-token", last, over)
    walk.step(program, "GET /verify", None, ok("user"), But("ends", STRANGER))


def stale(walk: Walk) -> None:
    """Somebody is remembered, and has to prove to be there before anything that matters."""
    person, program = walk.person("ben"), walk.product.program()
    program.send("GET", "/login")
    walk.step(program, "POST /login", person.form(remember=True), ok("user"))
    program.restart()
    keys = "errors oauth_enabled oauth_providers"
    expect = Expect(401, keys, codes="REAUTHENTICATION_REQUIRED", values={"reauth_required": True})
    instead = But("flows", expect._replace(keys=f"{keys} flows"))
    expect = expect._replace(keys=f"{keys} unified_signin_enabled has_webauthn_verify_credential")
    for path in ("/change-email", "/change-username", "/us-setup", "/tf-setup", "/wan-register", "/mf-recovery-codes"):
        walk.step(program, f"GET {path}", None, expect, instead)
    walk.step(program, "GET /change", None, ok("active_password"), But("fresh", instead.expect))
    walk.step(program, "GET /verify", None, ok("has_webauthn_verify_credential user"))
    walk.step(program, "POST /verify", {"password": PASSWORD}, ok("user"))
    walk.step(program, "GET /change-email", None, ok("current_email"))


def verify_and_change(walk: Walk) -> None:
    """Somebody proves to be there, and changes the password."""
    person = walk.person("cat")
    program, other = walk.signed_in(person), walk.signed_in(person)
    keys = "has_webauthn_verify_credential oauth_enabled oauth_providers csrf_token user"
    walk.step(program, "GET /verify", None, ok(keys))
    walk.step(program, "POST /verify", {}, wrong("password", NO_PASSWORD), well_formed=False)
    walk.step(program, "POST /verify", {"password": OTHER}, wrong("password", "INVALID_PASSWORD"))
    walk.step(program, "POST /verify", {"password": PASSWORD}, ok("user csrf_token"))
    walk.step(program, "GET /change", None, ok("active_password user csrf_token", active_password=True))
    form = {"password": PASSWORD, "new_password": OTHER, "new_password_confirm": OTHER}
    walk.step(program, "POST /change", {}, wrong("new_password", NO_PASSWORD), well_formed=False)
    walk.step(program, "POST /change", form | {"password": OTHER}, wrong("password", "INVALID_PASSWORD"))
    walk.step(
        program, "POST /change", form | {"new_password_confirm": PASSWORD}, wrong("new_password_confirm", RETYPED)
    )
    walk.step(
        program,
        "POST /change",
        form | {"new_password": "a", "new_password_confirm": "a"},
        wrong("new_password", SHORT),
    )
    walk.step(program, "POST /change?include_auth_token", form, ok("user csrf_token"))
    walk.step(program, "GET /change", None, ok())
    walk.step(other, "GET /change", None, STRANGER)


def change_email(walk: Walk) -> None:
    """Somebody has another address."""
    person = walk.person("dot")
    program = walk.signed_in(person)
    walk.step(program, "GET /change-email", None, ok("user csrf_token", current_email=person.email))
    walk.step(program, "POST /change-email", {}, wrong("email", "EMAIL_NOT_PROVIDED"), well_formed=False)
    walk.step(program, "POST /change-email", {"email": "dorothy"}, wrong("email", "INVALID_EMAIL_ADDRESS"))
    new = "dorothy@example.com"
    form = {"email": new}
    done = ok("current_email user csrf_token")
    if walk.is_latchkey:
        walk.step(program, "POST /change-email", form, done, But("password", wrong("password", NO_PASSWORD)))
        form["password"] = PASSWORD
    walk.step(program, "POST /change-email", form, done)
    key = walk.product.message(new, r"https?://\S+/(?:change-email|account/email)/(\S+)")[1]
    if walk.is_latchkey:
        walk.step(program, f"POST /change-email/{key}", {}, ok(), But("inert", ok("csrf_token"), described=False))
        walk.walked.add("GET /change-email/{token}")
    else:
        walk.step(program, f"GET /change-email/{key}", None, Expect(302, ""))
    walk.step(walk.product.program(), "POST /login", Person(new).form(), ok("user"))


def usernames(walk: Walk) -> None:
    """Somebody takes a username, signs in by it, and forgets it."""
    person = walk.person("eva")
    program = walk.signed_in(person)
    walk.step(program, "GET /change-username", None, ok("user csrf_token", current_username=None))
    short = wrong("username", "USERNAME_INVALID_LENGTH")
    instead = But("one word", wrong("username", "USERNAME_DISALLOWED_CHARACTERS"))
    walk.step(program, "POST /change-username", {"username": "ev"}, short, instead)
    walk.step(program, "POST /change-username", {"username": "evangelina"}, ok("user csrf_token"))
    walk.step(program, "GET /change-username", None, ok(current_username="evangelina"))
    by_name = {"username": "evangelina", "password": PASSWORD}
    walk.step(walk.product.program(), "POST /login", by_name, ok("user"), well_formed=False)
    program = walk.product.program()
    program.send("GET", "/login")
    walk.step(program, "POST /recover-username", {}, walk.told("email", "EMAIL_NOT_PROVIDED", ok()), well_formed=False)
    walk.step(program, "POST /recover-username", {"email": "nobody@example.com"}, ok("csrf_token"))
    answer = walk.step(program, "POST /recover-username", {"email": person.email}, ok("csrf_token"))
    if answer.status == 200:
        walk.product.message(person.email, "evangelina")


def reset(walk: Walk) -> None:
    """Somebody has forgotten the password."""
    person, program = walk.person("fay"), walk.product.program(cookies=False)
    walk.step(program, "POST /reset", {}, walk.told("email", "EMAIL_NOT_PROVIDED", ok()), well_formed=False)
    known = walk.step(program, "POST /reset", {"email": person.email}, ok("csrf_token"))
    unknown = walk.step(program, "POST /reset", {"email": "nobody@example.com"}, ok("csrf_token"))
    if known.response.keys() != unknown.response.keys():
        walk.failures.append(f"POST /reset tells who is known: {known.response} {unknown.response}")
    link = walk.product.link(person.email, "/reset/")
    form = {"password": OTHER, "password_confirm": OTHER}
    walk.step(program, f"POST {link}", {}, wrong("password", NO_PASSWORD), well_formed=False)
    walk.step(program, f"POST {link}", form | {"password_confirm": PASSWORD}, wrong("password_confirm", RETYPED))
    walk.step(program, f"POST {link}", form | {"password": "a", "password_confirm": "a"}, wrong("password", SHORT))
    walk.step(program, f"POST {link}?include_auth_token", form, ok("user"))
    walk.step(program, f"POST {link}", form, refused(400, "INVALID_RESET_PASSWORD_TOKEN"))
    walk.step(program, f"POST {link[:-3]}aaa", form, refused(400, "INVALID_RESET_PASSWORD_TOKEN"))
    walk.step(program, "POST /login", Person(person.email, OTHER).form(), ok("user"))


def unified(walk: Walk) -> None:
    """Somebody signs in by a code or a link out of a mail."""
    person = walk.person("gil")
    program = walk.signed_in(person)
    keys = "available_methods code_methods has_webauthn_verify_credential oauth_enabled oauth_providers csrf_token"
    walk.step(program, "GET /us-verify", None, ok(keys))
    walk.step(
        program,
        "POST /us-verify",
        {},
        wrong("passcode", "INVALID_PASSWORD_CODE PASSWORD_NOT_PROVIDED"),
        well_formed=False,
    )
    walk.step(program, "POST /us-verify", {"passcode": OTHER}, wrong("passcode", "INVALID_PASSWORD_CODE"))
    walk.step(program, "POST /us-verify?include_auth_token", {"passcode": PASSWORD}, ok("user csrf_token"))
    walk.step(program, "POST /us-verify/send-code", {"chosen_method": "nope"}, wrong("chosen_method"))
    # Flask-Security mails codes to sign in with only to people who asked for that.
    if not walk.is_latchkey:
        begun = walk.step(program, "POST /us-setup", {"chosen_method": "email"}, ok("state")).response
        code = {"passcode": mailed_code(walk, person.email)}
        walk.step(program, f"POST /us-setup/{begun['state']}", code, ok("chosen_method"))

    identity = {"identity": person.email}
    program = walk.product.program()
    walk.step(program, "POST /us-signin", {}, walk.told("passcode", NO_PASSWORD, wrong("", FAILED)), well_formed=False)
    walk.step(program, "POST /us-signin", identity | {"passcode": OTHER}, refused(400, FAILED), GENERIC)
    walk.step(program, "POST /us-signin", identity | {"passcode": PASSWORD}, ok("user csrf_token", tf_required=False))

    # The first request of this program: it has no cookies yet.
    program = walk.product.program()
    send = identity | {"chosen_method": "email"}
    walk.step(
        program,
        "POST /us-signin/send-code",
        identity | {"chosen_method": "nope"},
        walk.told("chosen_method", "", ok()),
    )
    program = walk.product.program()
    walk.step(program, "POST /us-signin/send-code", send, ok("csrf_token"))
    nobody = {"identity": "nobody@example.com", "chosen_method": "email"}
    walk.step(walk.product.program(), "POST /us-signin/send-code", nobody, ok("csrf_token"))
    passcode = mailed_code(walk, person.email)
    walk.step(program, "POST /us-signin", identity | {"passcode": "000000"}, refused(400, FAILED), GENERIC)
    walk.step(
        program,
        "POST /us-signin?include_auth_token",
        identity | {"passcode": passcode},
        ok("user csrf_token", tf_required=False),
    )

    program = walk.product.program()
    program.send("GET", "/us-signin")
    walk.step(program, "POST /us-signin/send-code", send, ok("csrf_token"))
    if walk.is_latchkey:
        link = walk.product.link(person.email, "/login/link/")
        walk.step(program, f"POST {link}", {}, ok(), But("one key", ok("user", tf_required=False), described=False))
        walk.step(
            program, f"POST {link}", {}, ok(), But("one key", refused(400, "INVALID_LOGIN_TOKEN"), described=False)
        )
    else:
        link = walk.product.link(person.email, "/us-verify-link")
        walk.step(program, f"GET {link}", None, Expect(302, ""))


def mailed_code(walk: Walk, email: str) -> str:
    """Returns the code in a new mail."""
    return walk.product.message(email, CODE)[1]


def unified_setup(walk: Walk) -> None:
    """Somebody adds ways to sign in, and drops one."""
    from authenticator import App

    person = walk.person("hal")
    program = walk.signed_in(person)
    keys = "available_methods active_methods setup_methods identity_attributes phone csrf_token"
    walk.step(program, "GET /us-setup", None, ok(keys))
    walk.step(program, "POST /us-setup", {"chosen_method": "nope"}, wrong("chosen_method", "US_METHOD_NOT_AVAILABLE"))
    walk.step(program, "POST /us-setup", {"chosen_method": "sms", "phone": "123"}, wrong("phone", "PHONE_INVALID"))
    keys = "chosen_method state authr_key authr_b32key authr_uri authr_issuer authr_username"
    begun = walk.step(program, "POST /us-setup", {"chosen_method": "authenticator"}, ok(keys)).response
    app = App(begun.get("authr_b32key") or begun.get("tf_authr_b32key", ""))
    state = begun.get("state") or begun.get("tf_state_token", "")
    walk.step(program, f"POST /us-setup/{state}", {"passcode": app.wrong()}, wrong("passcode", "INVALID_PASSWORD_CODE"))
    walk.step(program, f"POST /us-setup/{state}", {"passcode": app.code()}, ok("chosen_method csrf_token"))
    expired = refused(400, "API_ERROR US_SETUP_EXPIRED")
    walk.step(
        program, "POST /us-setup/no-state", {"passcode": "123456"}, expired, But("kept", refused(400, "WRONG_ORDER"))
    )

    again = walk.product.program()
    code = {"identity": person.email, "passcode": app.code()}
    walk.step(again, "POST /us-signin", code, ok("user", tf_required=False))
    walk.step(again, "GET /us-verify", None, ok("available_methods"))
    walk.step(again, "POST /us-verify", {"passcode": app.code()}, ok("user"))
    delete = {"delete_method": "authenticator"}
    walk.step(again, "POST /us-setup", delete, ok(), But("factors", wrong("chosen_method", "US_METHOD_NOT_AVAILABLE")))
    if walk.is_latchkey:
        held = walk.step(again, "GET /account/factors", None, ok("factors"), described=False).response["factors"]
        walk.step(again, f"POST /account/factors/{held[0]['id']}/remove", {}, ok(), described=False)
    walk.step(again, "GET /us-setup", None, ok("active_methods"))


def second_factor(walk: Walk) -> None:
    """Somebody sets up an app as second factor, signs in with it and with a recovery code, and drops it."""
    from authenticator import App

    person = walk.person("ida")
    program = walk.signed_in(person)
    keys = "tf_required tf_method tf_primary_method tf_phone_number tf_available_methods csrf_token"
    methods = walk.step(program, "GET /tf-setup", None, ok(keys, tf_required=False, tf_method=None)).response
    if not {"authenticator", "email", "sms"} <= set(methods.get("tf_available_methods", [])):
        walk.failures.append(f"GET /tf-setup: tf_available_methods lacks some: {methods}")
    walk.step(program, "POST /tf-setup", {"setup": "nope"}, wrong("setup", "TWO_FACTOR_METHOD_NOT_AVAILABLE"))
    walk.step(program, "POST /tf-setup", {"setup": "sms", "phone": "123"}, wrong("phone", "PHONE_INVALID"))
    keys = (
        "tf_state_token tf_primary_method tf_authr_key tf_authr_b32key tf_authr_uri tf_authr_issuer tf_authr_username"
    )
    expect = ok(keys, tf_state="validating_profile", tf_method="authenticator")
    begun = walk.step(program, "POST /tf-setup", {"setup": "authenticator"}, expect).response
    app, state = App(begun["tf_authr_b32key"]), begun["tf_state_token"]
    walk.step(program, f"POST /tf-setup/{state}", {"code": app.wrong()}, wrong("code", "TWO_FACTOR_INVALID_TOKEN"))
    expect = ok("tf_primary_method tf_phone csrf_token", tf_method="authenticator")
    walk.step(program, f"POST /tf-setup/{state}", {"code": app.code()}, expect)
    expired = refused(400, "API_ERROR TWO_FACTOR_SETUP_EXPIRED")
    walk.step(program, "POST /tf-setup/no-state", {"code": "123456"}, expired, But("kept", refused(400, "WRONG_ORDER")))
    walk.step(program, "GET /tf-setup", None, ok(tf_method="authenticator", tf_primary_method="authenticator"))
    codes = walk.step(program, "POST /mf-recovery-codes", {}, ok("recovery_codes csrf_token")).response[
        "recovery_codes"
    ]
    once = But("codes once", ok("remaining", recovery_codes=[]))
    walk.step(program, "GET /mf-recovery-codes", None, ok(recovery_codes=codes), once)

    ready = {"tf_state": "ready", "tf_method": "authenticator", "tf_primary_method": "authenticator"}
    program, said = walk.begun(person, keys="csrf_token", **ready)
    if walk.is_latchkey and said.get("user"):
        walk.failures.append(f"POST /login tells of an account before its second factor: {said}")
    walk.step(program, "GET /tf-validate", None, ok("recovery_options user"), But("no payload", ok("recovery_options")))
    walk.step(program, "GET /tf-rescue", None, ok("recovery_options csrf_token"))
    left = But("no rescue", ok("recovery_options csrf_token"))
    walk.step(program, "POST /tf-rescue", {"help_setup": "nope"}, wrong("help_setup"), left, well_formed=False)
    walk.step(program, "POST /tf-rescue", {"help_setup": "help"}, ok("csrf_token"), left)
    walk.step(program, "POST /tf-rescue", {"help_setup": "email"}, ok("csrf_token"), left)
    walk.step(program, "POST /tf-validate", {"code": app.wrong()}, wrong("code", "TWO_FACTOR_INVALID_TOKEN"))
    keys = "user csrf_token"
    walk.step(program, "POST /tf-validate?include_auth_token", {"code": app.code()}, ok(keys))

    program, _ = walk.begun(person, keys="", **ready)
    walk.step(program, "GET /mf-recovery", None, ok("csrf_token"))
    walk.step(program, "POST /mf-recovery", {"code": "no-code"}, wrong("code", "INVALID_RECOVERY_CODE"))
    walk.step(program, "POST /mf-recovery", {"code": codes[0]}, ok("user csrf_token"))

    program, _ = walk.begun(person, keys="", **ready)
    walk.step(program, "POST /tf-validate", {"code": app.code()}, ok("user"))
    available = walk.step(program, "GET /tf-setup", None, ok("tf_available_methods")).response
    if "disable" not in available.get("tf_available_methods", []):
        walk.failures.append(f"GET /tf-setup: tf_available_methods lacks disable: {available}")
    walk.step(program, "POST /tf-setup", {"setup": "disable"}, ok())
    walk.step(program, "GET /tf-setup", None, ok(tf_method=None))
    if walk.is_latchkey:
        walk.codes_sent(person.email, 0)


def text_message(walk: Walk) -> None:
    """Somebody has a phone as second factor: its code is sent without being asked for."""
    person = walk.person("jan")
    program = walk.signed_in(person)
    begun = walk.step(
        program, "POST /tf-setup", {"setup": "sms", "phone": PHONE}, ok("tf_state_token", tf_method="sms")
    ).response
    digits = r"(?<!\d)(\d{6})(?!\d)"
    code = walk.product.message(PHONE, digits)[1]
    expect = ok("tf_primary_method", tf_method="sms", tf_phone=PHONE)
    masked = But("masked", ok("tf_primary_method", tf_method="sms", tf_phone=PHONE[-2:]))
    walk.step(program, f"POST /tf-setup/{begun['tf_state_token']}", {"code": code}, expect, masked)
    walk.step(program, "GET /tf-setup", None, ok("tf_phone_number", tf_method="sms"))
    ready = {"tf_required": True, "tf_state": "ready", "tf_method": "sms", "tf_primary_method": "sms"}
    program = walk.product.program()
    program.send("GET", "/login")
    select = But("asked for", ok("csrf_token", tf_required=True, tf_select=True, tf_setup_methods=["sms"]))
    walk.step(program, "POST /login", person.form(), ok("csrf_token", **ready), select)
    if walk.is_latchkey:
        walk.step(program, "POST /tf-select", {"which": "sms"}, ok("csrf_token", **ready))
    code = walk.product.message(PHONE, digits)[1]
    walk.step(program, "POST /tf-validate", {"code": code}, ok("user"))
    walk.codes_sent(PHONE, 2)


def passkeys(walk: Walk) -> None:
    """Somebody signs in by a passkey alone."""
    from authenticator import Passkey

    person = walk.person("kim")
    program, passkey = walk.signed_in(person), Passkey(walk.product.url)
    walk.step(program, "GET /wan-register", None, ok("csrf_token", registered_credentials=[]))
    unnamed = But("unnamed", ok("credential_options wan_state csrf_token"))
    required = wrong("name", "WEBAUTHN_NAME_REQUIRED")
    walk.step(program, "POST /wan-register", {"usage": "first"}, required, unnamed, well_formed=False)
    form = {"name": "Kims key", "usage": "first"}
    begun = walk.step(program, "POST /wan-register", form, ok("credential_options wan_state csrf_token")).response
    made = {"credential": passkey.create(begun["credential_options"])}
    walk.step(program, "POST /wan-register/no-state", made, refused(400, "API_ERROR WEBAUTHN_EXPIRED"))
    walk.step(program, f"POST /wan-register/{begun['wan_state']}", made, ok("csrf_token"))
    held = walk.step(program, "GET /wan-register", None, ok("registered_credentials")).response
    listed = held.get("registered_credentials") or [{}]
    lacks = {"name", "credential_id", "transports", "lastuse", "usage", "backup_state", "device_type", "discoverable"}
    if lacks - set(listed[0]) or listed[0]["name"] != form["name"]:
        walk.failures.append(f"GET /wan-register: registered_credentials: {held}")
    walk.step(program, "POST /wan-register", form, wrong("name", "WEBAUTHN_NAME_INUSE"))
    walk.step(program, "GET /wan-verify", None, ok("csrf_token"))
    walk.step(program, "GET /verify", None, ok(has_webauthn_verify_credential=True))
    begun = walk.step(program, "POST /wan-verify", {}, ok("credential_options wan_state csrf_token")).response
    proof = {"credential": passkey.get(begun["credential_options"])}
    walk.step(program, f"POST /wan-verify/{begun['wan_state']}?include_auth_token", proof, ok("user csrf_token"))
    walk.step(program, "POST /wan-verify/no-state", proof, refused(400, "API_ERROR WEBAUTHN_EXPIRED"))

    # The first request of this program: it has no cookies yet.
    program = walk.product.program()
    keys = "credential_options wan_state csrf_token"
    expect, instead = ok(keys, is_secondary=False, remember=True), But("not kept", ok(keys, is_secondary=False))
    begun = walk.step(program, "POST /wan-signin", {"remember": True}, expect, instead).response
    proof = {"credential": passkey.get(begun["credential_options"])}
    stranger = Passkey(walk.product.url)
    unknown = {"credential": stranger.get(begun["credential_options"])}
    walk.step(walk.product.program(), "POST /wan-signin/no-state", unknown, refused(400, "API_ERROR WEBAUTHN_EXPIRED"))
    keys = "user csrf_token post_login_url"
    walk.step(program, f"POST /wan-signin/{begun['wan_state']}?include_auth_token", proof, ok(keys, tf_required=False))
    walk.step(program, "GET /wan-signin", None, SIGNED_IN)
    walk.step(program, "GET /wan-delete", None, ok("csrf_token"))
    walk.step(program, "POST /wan-delete", {"name": "no key"}, wrong("name", "WEBAUTHN_NAME_NOT_FOUND"))
    walk.step(program, "POST /wan-delete", {"name": form["name"]}, ok("csrf_token"))
    walk.step(program, "GET /wan-register", None, ok(registered_credentials=[]))


def selected(walk: Walk) -> None:
    """Somebody has an app and a passkey, and selects one of them."""
    from authenticator import App, Passkey

    person = walk.person("leo")
    program, passkey = walk.signed_in(person), Passkey(walk.product.url)
    begun = walk.step(program, "POST /tf-setup", {"setup": "authenticator"}, ok()).response
    app = App(begun["tf_authr_b32key"])
    walk.step(program, f"POST /tf-setup/{begun['tf_state_token']}", {"code": app.code()}, ok())
    form = {"name": "Leos key", "usage": "secondary"}
    begun = walk.step(program, "POST /wan-register", form, ok("credential_options wan_state")).response
    made = {"credential": passkey.create(begun["credential_options"])}
    walk.step(program, f"POST /wan-register/{begun['wan_state']}", made, ok())

    program, begun = walk.begun(person, keys="tf_setup_methods", tf_select=True)
    methods = sorted(begun.get("tf_setup_methods", []))
    if methods != ["authenticator", "webauthn"]:
        walk.failures.append(f"POST /login: tf_setup_methods are {methods}")
    walk.step(program, "GET /tf-select", None, ok("tf_setup_methods csrf_token", tf_select=True))
    walk.step(program, "POST /tf-select", {"which": "nope"}, wrong("which"))
    expect = ok("csrf_token", tf_required=True, tf_state="ready", tf_method="authenticator")
    walk.step(program, "POST /tf-select", {"which": "authenticator"}, expect)
    walk.step(program, "POST /tf-validate", {"code": app.code()}, ok("user"))

    program, _ = walk.begun(person, keys="tf_setup_methods", tf_select=True)
    expect = ok("tf_signin_url", tf_required=True, tf_state="ready", tf_method="webauthn")
    to = walk.step(program, "POST /tf-select", {"which": "webauthn"}, expect).response.get(
        "tf_signin_url", "/wan-signin"
    )
    begun = walk.step(program, f"POST {to}", {}, ok("credential_options wan_state", is_secondary=True)).response
    if "credential_options" not in begun:
        return
    proof = {"credential": passkey.get(begun["credential_options"])}
    walk.step(program, f"POST {to}/{begun['wan_state']}", proof, ok("user", tf_required=False))


PARTS: list[Callable[[Walk], None]] = [
    *(anonymous, register, sign_in, refresh, stale, verify_and_change, change_email, usernames, reset),
    *(unified, unified_setup, second_factor, text_message, passkeys, selected),
]


def go(product: Product, judge: Any) -> Walk:
    """Walks the whole way, and tells what went wrong."""
    walk = Walk(product, judge)
    walk.person("known")
    for part in PARTS:
        before = len(walk.failures)
        try:
            part(walk)
        except (AssertionError, KeyError, IndexError, TypeError) as error:
            walk.failures.append(f"{part.__name__} cannot go on: {type(error).__name__} {error}")
        print(f"{product.name:15} {part.__name__:18} {len(walk.failures) - before or 'ok'}", flush=True)
    missed = judge.operations() - walk.walked - set(LEFT_OUT)
    walk.failures += [f"{operation} is not walked" for operation in sorted(missed)]
    print(f"{product.name:15} {walk.steps} steps, {len(walk.failures)} failures")
    for failure in walk.failures:
        print(f" - {failure}")
    return walk


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary", type=Path)
    parser.add_argument("--env", type=Path, default=FOLDER, help="folder of the virtual environment")
    parser.add_argument("--only", choices=["latchkey", "flask-security"])
    given = parser.parse_args()
    python = installed(given.env)
    if Path(sys.prefix).resolve() != given.env.resolve():
        os.execv(python, [str(python), *sys.argv])
    from description import Judge

    judge = Judge(HERE / "flask-security-openapi.yaml", HERE / "overlay.yaml")
    walks = []
    with ExitStack() as stack:
        if given.only != "latchkey":
            flask = flask_security(python, "nobody@example.org", PASSWORD, "--generic")
            walks.append(go(stack.enter_context(flask), judge))
        if given.only != "flask-security":
            walks.append(go(stack.enter_context(latchkey(given.binary, SETTINGS)), judge))
    failed = sum(len(walk.failures) for walk in walks)
    for walk in walks:
        if walk.is_latchkey:
            print("\nDifferences on purpose:")
            for name, reason in DEVIATIONS.items():
                print(f" - {name}: {reason}")
                if name not in walk.differs:
                    failed += 1
                    print("   but no step differs so")
    print(f"\n{sum(walk.steps for walk in walks)} steps\n{len(walks) * len(PARTS)} parts walked")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
