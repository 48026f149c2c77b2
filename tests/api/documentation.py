#!/usr/bin/env python3
"""The examples of docs/api.md work as printed, and are answered as it says.

Usage: documentation.py BINARY (a debug build, which shows its messages instead of sending them)

A server starts in an empty folder with the `toml` block of the page, and nothing else. Then the blocks run in order:
`sh` in one bash, `js` in one module of node. A `json` block is what the example above it prints, where `…` stands for
anything: in a text, at the end of a list for any more, and as a key for any other keys. An example without one must not
be refused. The tables are compared too: the codes with /openapi.json, each address with the server, and that none of
Flask-Security's is left out.

It needs curl, jq, bash and node. Every example has a line; the exit status is 1 if one failed.
"""

import base64
import contextlib
import hashlib
import hmac
import json
import os
import queue
import re
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from products import HERE, latchkey, need

PAGE = HERE.parent.parent / "docs" / "api.md"
DESCRIPTION = HERE / "flask-security-openapi.yaml"
ANYTHING = "…"
# Longest time for an example, in seconds: a code of an app may have to be waited for.
PATIENCE = 45
STEP = 30


@dataclass
class Block:
    """A fenced block of the page."""

    kind: str
    text: str
    line: int
    heading: str


def blocks(page: str) -> Iterator[Block]:
    heading, kind, begun = "", None, 0
    text: list[str] = []
    for number, line in enumerate(page.splitlines(), 1):
        if kind is None and line.startswith("```"):
            kind, text, begun = line[3:].strip(), [], number
        elif kind is not None and line == "```":
            yield Block(kind, "\n".join(text) + "\n", begun, heading)
            kind = None
        elif kind is not None:
            text.append(line)
        elif line.startswith("#"):
            heading = line.lstrip("# ")


# What an answer is compared with.


def difference(expected: Any, answer: Any, at: str = "") -> str | None:
    """Where an answer is not what the page says; None if it is."""
    if isinstance(expected, str) and ANYTHING in expected:
        if expected == ANYTHING:
            return None
        pattern = ".*".join(re.escape(part) for part in expected.split(ANYTHING))
        fits = isinstance(answer, str) and re.fullmatch(pattern, answer, re.DOTALL)
        return None if fits else f"{at}: {answer!r} is not {expected!r}"
    if isinstance(expected, dict) and isinstance(answer, dict):
        keys = expected.keys() - {ANYTHING}
        if missing := keys - answer.keys():
            return f"{at}: no {', '.join(sorted(missing))}"
        if ANYTHING not in expected and (more := answer.keys() - keys):
            return f"{at}: also {', '.join(sorted(more))}"
        return next(filter(None, (difference(expected[key], answer[key], f"{at}.{key}") for key in keys)), None)
    if isinstance(expected, list) and isinstance(answer, list):
        if expected[-1:] == [ANYTHING]:
            expected = expected[:-1]
            answer = answer[: len(expected)]
        if len(expected) != len(answer):
            return f"{at}: {len(answer)} of {len(expected)}: {answer!r}"
        pairs = enumerate(zip(expected, answer))
        return next(filter(None, (difference(one, other, f"{at}[{n}]") for n, (one, other) in pairs)), None)
    return None if (expected, type(expected)) == (answer, type(answer)) else f"{at}: {answer!r} is not {expected!r}"


def refusal(printed: str) -> str | None:
    """The refusal that an example has printed; None if it has printed none."""
    for line in printed.splitlines():
        try:
            said = json.loads(line)
        except ValueError:
            continue
        said = said.get("response", said) if isinstance(said, dict) else {}
        if "errors" in said:
            return f"refused: {line}"
    return None


# What a person does, for the examples: `documentation.py --person link|code|recovery|app SECRET`.


def fetch(place: str, method: str = "GET") -> tuple[int, Any]:
    body = b"{}" if method == "POST" else None
    headers = {"Accept": "application/json", "Content-Type": "application/json"}
    request = urllib.request.Request(os.environ["site"] + place, body, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"null")


def newest(pattern: str, seen: Path) -> str:
    """Waits for a message that nobody has looked at, and returns what it says."""
    until = time.monotonic() + PATIENCE / 2
    last = int(seen.read_text()) if seen.exists() else 0
    while time.monotonic() < until:
        for message in fetch("/dev/mailbox")[1]["response"]["messages"]:
            found = re.search(pattern, message["text"], re.MULTILINE)
            if message["id"] > last and found:
                seen.write_text(str(message["id"]))
                return found[0]
        time.sleep(0.05)
    sys.exit("no message came")


def app_code(secret: str, used: Path) -> str:
    """The code of an authenticator app, each once: also those of the steps before and after this one are taken."""
    last = int(used.read_text()) if used.exists() else 0
    while True:
        now, left = int(time.time()) // STEP, STEP - time.time() % STEP
        # The step before is over in a moment, if this one is.
        step = max(last + 1, now - 1 if left > 5 else now)
        if step <= now + 1:
            break
        time.sleep(min(left + 0.1, 1))
    used.write_text(str(step))
    mac = hmac.digest(base64.b32decode(secret), struct.pack(">Q", step), "sha1")
    (number,) = struct.unpack_from(">I", mac, mac[-1] & 15)
    return f"{(number & 0x7FFFFFFF) % 10**6:06}"


def person(what: str, arguments: list[str]) -> str:
    folder = Path(os.environ["seen"])
    match what:
        case "link":
            return newest(r"https?://\S+/(confirm|reset|login/link|account/email)/[\w-]{43}$", folder / "message")
        case "code":
            return newest(r"^(?:[0-9a-z]{4}-?[0-9a-z]{4}|\d{6})$", folder / "message")
        case "recovery":
            return json.loads((folder / "recovery").read_text())[0]
        case _:
            name = hashlib.sha256(arguments[0].encode()).hexdigest()
            return app_code(arguments[0], folder / name)


# Where the examples run.

PERSON = f'"{sys.executable}" "{Path(__file__).resolve()}" --person'
BASH = f"""
link() {{ {PERSON} link; }}
code() {{ {PERSON} code; }}
app() {{ {PERSON} app "$@"; }}
"""
NODE = """
import { execFileSync as person__ } from "node:child_process";
import { createInterface as lines__ } from "node:readline";
const turns__ = lines__({ input: process.stdin })[Symbol.asyncIterator]();
const turn__ = async () => { process.stdout.write(`${process.env.mark} 0\\n`); await turns__.next(); };
console.log = (...said) => said.forEach((it) => process.stdout.write(JSON.stringify(it) + "\\n"));
const site = process.env.site;
const prompt = () => String(person__(process.env.python, [process.env.runner, "--person", "recovery"])).trim();
"""


class Session:
    """A program that runs blocks one after another, and prints a mark after each."""

    def __init__(self, command: list[str], folder: Path) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            command, cwd=folder, text=True, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT
        )
        self.lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put(None)

    def tell(self, line: str) -> None:
        assert self.process.stdin
        # It may have ended at an example before.
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()

    def until_mark(self) -> tuple[str, int]:
        """What was printed up to the mark, and the exit status beside that."""
        printed, until = "", time.monotonic() + PATIENCE
        while True:
            try:
                line = self.lines.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                return printed + "\nit took too long", 1
            if line is None:
                self.lines.put(None)
                return printed + "\nit ended", 1
            before, marked, status = line.partition(os.environ["mark"])
            printed += before
            if marked:
                return printed.strip(), int(status)

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


class Bash(Session):
    def __init__(self, folder: Path) -> None:
        # Otherwise curl prints how far it is, and all answers in one line.
        (folder / ".curlrc").write_text('silent\nshow-error\nwrite-out = "\\n"\n')
        super().__init__(["env", f"CURL_HOME={folder}", "bash", "--norc"], folder)
        self.folder = folder
        self.tell(BASH)

    def run(self, block: Block) -> tuple[str, int]:
        # The examples must not read what this shell reads.
        (self.folder / "example.sh").write_text(block.text)
        self.tell('. ./example.sh </dev/null\necho "$mark $?"')
        return self.until_mark()


class Node(Session):
    """All blocks are one module, which waits for its turn before each."""

    def __init__(self, folder: Path, of_page: list[Block]) -> None:
        module, turn = folder / "examples.mjs", "await turn__();\n"
        module.write_text(NODE + "".join(turn + block.text for block in of_page if block.kind == "js") + turn)
        super().__init__(["node", str(module)], folder)
        self.until_mark()

    def run(self, block: Block) -> tuple[str, int]:
        self.tell("")
        return self.until_mark()


# The tables.


def section(page: str, heading: str) -> str:
    found = re.search(rf"^## {re.escape(heading)}$(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    return found[1] if found else sys.exit(f"docs/api.md has no section {heading!r}")


def codes(page: str) -> str | None:
    """How the codes of the page differ from those that /openapi.json has."""
    told = set(re.findall(r"`([A-Z][A-Z_]{5,})`", section(page, "Codes")))
    given = set(fetch("/openapi.json")[1]["components"]["schemas"]["Code"]["enum"])
    if told == given:
        return None
    return f"only in the page {sorted(told - given)}, only in /openapi.json {sorted(given - told)}"


def operations(text: str) -> set[tuple[str, str]]:
    """The operations that a text names, like `GET, POST /login`; what stands for any part of a path is `*`."""
    found = re.findall(r"`((?:GET|POST)(?:, POST)?) (/[^`?]*)`", text)
    return {(method, re.sub("<.*?>", "*", path)) for methods, path in found for method in methods.split(", ")}


def of_flask_security() -> Iterator[tuple[str, str]]:
    """The operations of its description."""
    path = ""
    for line in DESCRIPTION.read_text().partition("\ncomponents:")[0].splitlines():
        if found := re.match(r"  (/[\w/{}-]+):$", line):
            path = re.sub("{.*?}", "*", found[1])
        elif found := re.match(r"    (get|post):$", line):
            yield found[1].upper(), path


def answered(page: str) -> str | None:
    """Which operations are not as the page says, there or missing, and which of Flask-Security's it does not name."""
    missing = operations(section(page, "What is missing"))
    there = operations(page) - missing
    wrong = [f"{method} {path} is not in the page" for method, path in set(of_flask_security()) - there - missing]
    for method, path in there | missing:
        status, _ = fetch(path.replace("*", "a" * 43), method)
        if (status not in (404, 405)) != ((method, path) in there):
            wrong.append(f"{method} {path} answers {status}")
    return ", ".join(sorted(wrong)) or None


# All of it.


def run(page: str, folder: Path, site: str) -> bool:
    """Runs all examples, and tells what is wrong."""
    failed = False

    def told(name: str, fault: str | None) -> None:
        nonlocal failed
        failed |= fault is not None
        print(f"{name} {'ok' if fault is None else 'FAILED'}", flush=True)
        if fault is not None:
            print("    " + fault.strip().replace("\n", "\n    "), flush=True)

    of_page = list(blocks(page))
    os.environ |= {"site": site, "seen": str(folder), "mark": f"mark-{os.urandom(8).hex()}"}
    os.environ |= {"python": sys.executable, "runner": str(Path(__file__).resolve())}
    sessions: dict[str, Bash | Node] = {"sh": Bash(folder), "js": Node(folder, of_page)}
    try:
        for before, block, after in zip([None, *of_page], of_page, [*of_page[1:], None]):
            name = f"docs/api.md:{block.line} {block.heading} ({block.kind})"
            if block.kind in sessions:
                printed, status = sessions[block.kind].run(block)
                if noted := re.search(r'"recovery_codes":(\[[^\]]+\])', printed):
                    (folder / "recovery").write_text(noted[1])
                told(name, judged(printed, status, after if after and after.kind == "json" else None))
            elif block.kind == "json" and (before is None or before.kind not in sessions):
                told(name, "no example stands before this answer")
            elif block.kind not in ("json", "toml"):
                told(name, f"nothing runs {block.kind or 'a block without a language'!r}")
        told("docs/api.md Codes (table)", codes(page))
        told("docs/api.md Addresses (tables)", answered(page))
    finally:
        for session in sessions.values():
            session.end()
    return not failed


def judged(printed: str, status: int, expected: Block | None) -> str | None:
    """What is wrong with what an example has printed."""
    if status != 0:
        return f"status {status}: {printed}"
    if expected is None:
        return refusal(printed)
    try:
        wrong = difference(json.loads(expected.text), json.loads(printed))
    except ValueError as error:
        return f"no JSON ({error}): {printed}"
    return f"{wrong}\n{printed}" if wrong else None


def main() -> None:
    if sys.argv[1:2] == ["--person"]:
        print(person(sys.argv[2], sys.argv[3:]))
        return
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    need("bash", "curl", "jq", "node")
    begun, page = time.monotonic(), PAGE.read_text()
    settings = "".join(block.text for block in blocks(page) if block.kind == "toml")
    # There are no passkeys at an address without a name.
    server = latchkey(Path(sys.argv[1]), settings, host="127.0.0.1")
    with tempfile.TemporaryDirectory(prefix="latchkey-api.") as folder, server as product:
        passed = run(page, Path(folder), product.url)
    print(f"{time.monotonic() - begun:.1f} s")
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
