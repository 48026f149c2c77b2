"""The two products, Latchkey and Flask-Security as an application has it: each is started on this machine for a test,
its messages can be read, and it is ended when the test is over.

The packages of requirements.txt, and those of the fuzzer, are installed once, each in a virtual environment of their own.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any, NoReturn
from urllib.error import HTTPError, URLError
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, Request, build_opener, urlopen

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parent.parent / "target" / "api"
TIMEOUT = 20


def missing(what: str) -> NoReturn:
    """Ends this script: something that it needs is not there. The status is what automake takes for a skipped test."""
    print(f"SKIP {Path(sys.argv[0]).name}: {what}", flush=True)
    sys.exit(77)


def need(*programs: str) -> None:
    """Ends this script if one of these programs is not there."""
    for program in programs:
        if not shutil.which(program):
            missing(f"there is no {program}")


def installed(folder: Path, packages: Path = HERE / "requirements.txt") -> Path:
    """Returns the Python of the environment in a folder, which gets one if it has none, or another one."""
    python, stamp = folder / "bin" / "python", folder / "installed.txt"
    if python.exists() and stamp.exists() and stamp.read_text() == packages.read_text():
        return python
    made = run(sys.executable, "-m", "venv", folder)
    if made.returncode:
        missing(f"python3 cannot make a virtual environment:\n{made.stdout}")
    pip = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "1")
    brought = run(*pip, "--no-deps", "--requirement", packages)
    # Where its index is out of reach, pip says that it tries again, and then that no version of a package exists.
    if brought.returncode and ("Retrying" in brought.stdout or "(from versions: none)" in brought.stdout):
        missing(f"pip cannot reach its index:\n{brought.stdout}")
    if brought.returncode:
        sys.exit(brought.stdout)
    stamp.write_text(packages.read_text())
    return python


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """Runs a command; what it prints is in `stdout`."""
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


@dataclass(frozen=True)
class Message:
    """A mail or a text message."""

    id: int
    to: str
    text: str


@dataclass(frozen=True)
class Answer:
    """An answer: its status, its type, and what stands under `response`."""

    status: int
    kind: str
    headers: dict[str, str]
    body: bytes
    response: dict[str, Any]


class NoRedirects(HTTPRedirectHandler):
    """A program goes nowhere by itself."""

    def redirect_request(self, *_: Any) -> None:
        return None


class Program:
    """A client that speaks JSON: with cookies and the token against forged requests, or with a token alone."""

    def __init__(self, url: str, token: str | None = None, cookies: bool = True) -> None:
        self.url, self.token, self.csrf = url, token, ""
        self.jar = CookieJar()
        self.opener = build_opener(NoRedirects, *([HTTPCookieProcessor(self.jar)] if cookies else []))

    def send(self, method: str, path: str, body: Any = None) -> Answer:
        headers = {"Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if self.token:
            headers["Authentication-Token"] = self.token
        elif method != "GET" and self.csrf:
            headers["X-XSRF-Token"] = self.csrf
        data = None if body is None else json.dumps(body).encode()
        request = Request(self.url + path, data=data, headers=headers, method=method)
        try:
            with self.opener.open(request, timeout=TIMEOUT) as answer:
                status, got, sent = answer.status, answer.headers, answer.read()
        except HTTPError as error:
            status, got, sent = error.code, error.headers, error.read()
        kind = got.get_content_type()
        response = json.loads(sent)["response"] if kind == "application/json" else {}
        self.csrf = response.get("csrf_token", self.csrf)
        return Answer(status, kind, dict(got), sent, response)

    def copy(self) -> Program:
        """Returns a program with the same cookies."""
        other = Program(self.url, self.token)
        other.csrf = self.csrf
        for cookie in self.jar:
            other.jar.set_cookie(cookie)
        return other

    def restart(self) -> None:
        """Forgets its session, as a browser does that is closed; a browser that is remembered has another cookie."""
        for cookie in list(self.jar):
            if cookie.name.endswith("session"):
                self.jar.clear(cookie.domain, cookie.path, cookie.name)


@dataclass
class Product:
    """A product that runs."""

    name: str
    url: str
    read: set[Message] = field(default_factory=set)

    def program(self, token: str | None = None, cookies: bool = True) -> Program:
        return Program(self.url, token, cookies)

    def messages(self) -> list[Message]:
        """Every message, the newest first."""
        sent = self.program(cookies=False).send("GET", "/dev/mailbox").response["messages"]
        return [Message(it["id"], it["to"], it["text"]) for it in sent]

    def message(self, to: str, has: str) -> re.Match[str]:
        """Waits for a message that was not read yet, and returns what a pattern finds in it."""
        for _ in range(50):
            for message in self.messages():
                found = re.search(has, message.text, re.MULTILINE) if message.to == to else None
                if found and message not in self.read:
                    self.read.add(message)
                    return found
            time.sleep(0.1)
        raise AssertionError(f"{self.name}: no message to {to} has {has}")

    def link(self, to: str, below: str) -> str:
        """Returns the path of the link below a path, from a message that was not read yet."""
        return self.message(to, rf"https?://[^/\s]+({re.escape(below)}[^\s]+)")[1]


def confirmed(product: Product, email: str, password: str) -> None:
    """Makes an account: registers as a program, and opens the link in the mail."""
    program = product.program()
    program.send("GET", "/register")
    form = {"email": email, "password": password, "password_confirm": password}
    answer = program.send("POST", "/register", form)
    assert answer.status == 200, answer
    answer = program.send("GET", product.link(email, "/confirm/"))
    # A link of Latchkey changes nothing: the program says that it is meant.
    if "location" in answer.response:
        answer = program.send("POST", answer.response["location"], {})
    assert answer.status in (200, 302), answer
    program.send("POST", "/logout", {})


def free_port() -> int:
    """Returns a port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def running(name: str, command: list[str], folder: Path, url: str, env: dict[str, str]) -> Iterator[Product]:
    """Starts a server, waits for its first answer, and ends it."""
    log = folder / "log"
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ROCKET_")}
    with log.open("wb") as out:
        server = subprocess.Popen(command, cwd=folder, env=inherited | env, stdout=out, stderr=out)
    try:
        for _ in range(300):
            try:
                urlopen(f"{url}/login", timeout=TIMEOUT).close()
                break
            except URLError:
                if server.poll() is not None:
                    break
                time.sleep(0.1)
        if server.poll() is not None:
            raise RuntimeError(f"{name} did not start:\n{log.read_text()}")
        yield Product(name, url)
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()


@contextmanager
def latchkey(binary: Path, settings: str, host: str = "localhost") -> Iterator[Product]:
    """Starts Latchkey in a folder that has only a Rocket.toml with these settings."""
    port = free_port()
    url = f"http://{host}:{port}"
    env = {"ROCKET_PROFILE": "debug", "ROCKET_PORT": str(port), "ROCKET_LATCHKEY": f'{{public_url="{url}"}}'}
    with tempfile.TemporaryDirectory(prefix="latchkey-api.") as folder:
        (Path(folder) / "Rocket.toml").write_text(settings)
        with running("Latchkey", [str(binary.resolve())], Path(folder), url, env) as product:
            yield product


@contextmanager
def flask_security(python: Path, email: str, password: str, *flags: str, host: str = "localhost") -> Iterator[Product]:
    """Starts the application with Flask-Security, which has one account."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="latchkey-api.") as folder:
        command = [str(python), str(HERE / "flask_security_app.py"), str(port), email, password, *flags]
        with running("Flask-Security", command, Path(folder), f"http://{host}:{port}", {}) as product:
            yield product
