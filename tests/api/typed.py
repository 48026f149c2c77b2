#!/usr/bin/env python3
"""Clients that are generated of the description work: one in TypeScript, whose types `tsc` checks, and one in Python.

Each signs in, resets its password, adds a second factor and signs in with it, using nothing of the interface but what the
generator made.

Usage: typed.py BINARY [--env FOLDER]
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from urllib.request import urlopen

from products import FOLDER, HERE, Product, confirmed, installed, latchkey, missing, run

SOURCES = HERE / "typed"
GENERATORS = {"typescript": "openapi-typescript", "python": "openapi-python-client"}


def password(number: int) -> str:
    return f"correct-horse-battery-{number}"


def checked(*command: str | Path) -> str:
    """Runs a command that must succeed; returns what it prints."""
    ran = run(*command)
    assert ran.returncode == 0, f"{' '.join(map(str, command))}:\n{ran.stdout}"
    return ran.stdout.strip()


def node_packages(folder: Path) -> Path:
    """Installs the packages of package.json once; returns the folder that has them."""
    lock, stamp = SOURCES / "package-lock.json", folder / "installed.json"
    if not stamp.exists() or stamp.read_text() != lock.read_text():
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(SOURCES / name, folder)
        brought = run("npm", "ci", "--silent", "--no-audit", "--no-fund", "--prefix", folder)
        if brought.returncode:
            missing(f"npm could not bring the packages:\n{brought.stdout}")
        stamp.write_text(lock.read_text())
    return folder


def typescript(document: Path, packages: Path, folder: Path) -> list[str | Path]:
    """Makes the types, and checks and builds the journey; returns the command that runs it."""
    (folder / "node_modules").symlink_to(packages / "node_modules")
    for name in ("package.json", "tsconfig.json", "journey.ts"):
        shutil.copy(SOURCES / name, folder)
    tools = packages / "node_modules" / ".bin"
    checked(tools / "openapi-typescript", document, "--output", folder / "schema.d.ts")
    checked(tools / "tsc", "--project", folder)
    return ["node", folder / "built" / "journey.js"]


def python(document: Path, environment: Path, folder: Path) -> list[str | Path]:
    """Makes the client; returns the command that runs the journey with it."""
    generate = environment / "bin" / "openapi-python-client"
    said = checked(generate, "generate", "--path", document, "--output-path", folder, "--meta", "none", "--overwrite")
    assert "WARNING parsing" not in said, said
    (folder.parent / "latchkey_client").symlink_to(folder)
    return ["env", f"PYTHONPATH={folder.parent}", environment / "bin" / "python", SOURCES / "journey.py"]


def journey(name: str, product: Product, command: list[str | Path]) -> None:
    """Has a client travel with an account of its own."""
    email = f"{name}@example.com"
    confirmed(product, email, password(0))
    began = time.monotonic()
    said = checked(*command, product.url, email, password(0), password(1))
    print(f"{name}, by {GENERATORS[name]}: {said} in {time.monotonic() - began:.1f} s")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("binary", type=Path)
    arguments.add_argument("--env", type=Path, default=FOLDER / "typed")
    asked = arguments.parse_args()
    environment = asked.env.resolve()
    installed(environment, SOURCES / "requirements.txt")
    # The machine may have no Node.js, or no npm.
    node = run(HERE.parent.parent / "scripts" / "node")
    if node.returncode:
        missing(f"pip could not bring Node.js:\n{node.stdout}")
    os.environ["PATH"] = f"{node.stdout.splitlines()[-1]}{os.pathsep}{os.environ['PATH']}"
    packages = node_packages(environment / "packages")
    began, failed = time.monotonic(), []
    with latchkey(asked.binary, "") as product, tempfile.TemporaryDirectory(prefix="latchkey-typed.") as made:
        folder = Path(made)
        document = folder / "openapi.json"
        document.write_bytes(urlopen(f"{product.url}/openapi.json").read())
        (folder / "typescript").mkdir()
        for name, prepare in (
            ("typescript", lambda: typescript(document, packages, folder / "typescript")),
            ("python", lambda: python(document, environment, folder / "client")),
        ):
            try:
                journey(name, product, prepare())
            except AssertionError as error:
                failed.append(f"{name}: {error}")
    print("\n".join(failed) or f"{time.monotonic() - began:.1f} s")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
