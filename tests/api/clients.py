#!/usr/bin/env python3
"""Clients as people write them for Flask-Security run unchanged against it and against Latchkey.

Each of clients/ signs in, uses its session or token, asks for a reset, changes the password and signs out. It fails
where an answer is not what Flask-Security promises.

Usage: clients.py BINARY [--env FOLDER]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from products import FOLDER, HERE, Product, confirmed, flask_security, installed, latchkey, need

EMAIL = "ann@example.com"
# All clients ask for a reset of the same account.
SETTINGS = "[default.latchkey.limits]\nmessages_per_address = 40\n"
# Where a name also stands for an address that no server listens at, older clients do not try the next.
HOST = "127.0.0.1"
CLIENTS = {".py": [sys.executable], ".mjs": ["node"], ".sh": ["bash"]}


def password(number: int) -> str:
    """Each client changes it to the next."""
    return f"correct-horse-battery-{number}"


def run(client: Path, product: Product, number: int) -> tuple[float, str]:
    """Runs a client; returns how long it took, and what it complained of."""
    command = [*CLIENTS[client.suffix], str(client), product.url, EMAIL, password(number), password(number + 1)]
    began = time.monotonic()
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=40)
    except subprocess.TimeoutExpired:
        return time.monotonic() - began, "it did not end"
    complaint = (ran.stdout + ran.stderr).strip() or f"exit {ran.returncode}"
    return time.monotonic() - began, complaint if ran.returncode else ""


def signs_in(product: Product, number: int) -> bool:
    """Tells whether a password is in force."""
    form = {"email": EMAIL, "password": password(number)}
    return product.program(cookies=False).send("POST", "/login", form).status == 200


def account(product: Product, failed: list[str]) -> bool:
    """Makes the account in Latchkey; Flask-Security begins with it."""
    try:
        confirmed(product, EMAIL, password(0))
    except AssertionError as error:
        failed.append(f"{product.name}, the account: {error}")
        return False
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary", type=Path)
    parser.add_argument("--env", type=Path, default=FOLDER, help="folder of the virtual environment")
    given = parser.parse_args()
    need("node", "curl")
    python = installed(given.env)
    clients = sorted(it for it in (HERE / "clients").iterdir() if it.suffix in CLIENTS)
    failed: list[str] = []
    with ExitStack() as stack:
        products = [
            stack.enter_context(flask_security(python, EMAIL, password(0), host=HOST)),
            stack.enter_context(latchkey(given.binary, SETTINGS, host=HOST)),
        ]
        ready = [product for product in products if product.name != "Latchkey" or account(product, failed)]
        passwords = dict.fromkeys((product.name for product in ready), 0)
        print(f"{'':20}" + "".join(f"{product.name:>16}" for product in ready))
        for client in clients:
            row = f"{client.name:20}"
            for product in ready:
                took, complaint = run(client, product, passwords[product.name])
                row += f"{'FAILED' if complaint else f'{took:.1f} s':>16}"
                if complaint:
                    failed.append(f"{client.name}, {product.name}: {complaint}")
                if not complaint or signs_in(product, passwords[product.name] + 1):
                    passwords[product.name] += 1
            print(row, flush=True)
    for complaint in failed:
        print(f"\n{complaint}")
    ran = len(clients) * 2
    print(f"\n{ran - len(failed)} passed, {len(failed)} failed")
    return 1 if failed or not clients else 0


if __name__ == "__main__":
    sys.exit(main())
