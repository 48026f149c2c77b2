#!/usr/bin/env python3
"""Whatever fits /openapi.json, and much that does not, is answered as the document says: no 5xx, no status or shape that
it leaves out. Strangers ask, and then people who are signed in, who also go on with what they are told.

Usage: fuzz.py BINARY [--examples N] [--env FOLDER]
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlretrieve

from products import FOLDER, HERE, installed, latchkey, run

# What strangers may ask has limits, which are not what is tried here.
SETTINGS = """[default.latchkey.limits]
enabled = false
[default.latchkey.session]
refresh_tokens = "body"
[default.latchkey.sign_in]
methods = ["password", "email_code", "email_link", "totp"]
usernames = "optional"
[default.latchkey.password]
cost = 10
"""
CHECKS = ["not_a_server_error", "status_code_conformance", "response_schema_conformance", "content_type_conformance"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", type=Path)
    parser.add_argument("--examples", type=int, default=4, help="for each operation; the long run takes 60")
    parser.add_argument("--env", type=Path, default=FOLDER / "fuzz")
    said = parser.parse_args()
    tools = installed(said.env, HERE / "requirements-fuzz.txt").parent.resolve()
    with latchkey(said.binary, SETTINGS) as product, TemporaryDirectory() as folder:
        document = f"{product.url}/openapi.json"
        copy = Path(folder) / "openapi.json"
        urlretrieve(document, copy)
        # The fuzzer keeps notes where it runs.
        os.chdir(folder)
        validated = run(tools / "openapi-spec-validator", copy)
        print(validated.stdout.strip(), flush=True)
        failed = validated.returncode
        for who, phases, env in (
            ("strangers", "coverage,fuzzing", {}),
            ("people", "fuzzing,stateful", {"SCHEMATHESIS_HOOKS": "fuzz_signed_in", "LATCHKEY_URL": product.url}),
        ):
            os.environ |= env | {"PYTHONPATH": str(HERE)}
            tried = run(
                tools / "schemathesis", "run", document, "--header", "Accept: application/json",
                "--phases", phases, "--max-examples", str(said.examples), "--generation-deterministic",
                "--continue-on-failure", "--workers", "2", "--checks", ",".join(CHECKS),
            )  # fmt: skip
            counts = [line.strip() for line in tried.stdout.splitlines() if " passed" in line]
            print(f"{who}: {tried.stdout if tried.returncode else counts[-1]}", flush=True)
            failed |= tried.returncode
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
