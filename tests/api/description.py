"""Flask-Security's description of its answers, with the corrections of an overlay, judges requests and answers.

Needs the packages of requirements.txt.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import yaml
from jsonpath_rfc9535 import find
from openapi_core import OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from werkzeug.datastructures import Headers, ImmutableMultiDict

from products import Answer

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass
class Sent:
    """A request, as the judge reads it."""

    method: str
    host_url: str
    path: str
    parameters: RequestParameters
    body: bytes | None
    content_type: str = "application/json"


@dataclass
class Got:
    """An answer, as the judge reads it."""

    status_code: int
    data: bytes
    content_type: str
    headers: Headers = field(default_factory=Headers)


class Judge:
    """Says what in a request and its answer is not as described."""

    def __init__(self, description: Path, overlay: Path) -> None:
        self.described = textual(yaml.safe_load(description.read_text()))
        for action in yaml.safe_load(overlay.read_text())["actions"]:
            apply(self.described, action)
        self.api = OpenAPI.from_dict(self.described)

    def operations(self) -> set[str]:
        """Every operation, like `GET /login`."""
        paths = self.described["paths"].items()
        return {f"{method.upper()} {path}" for path, item in paths for method in METHODS if method in item}

    def complaints(
        self, method: str, url: str, path: str, body: Any, answer: Answer, well_formed: bool
    ) -> tuple[str, list[str]]:
        """Returns the operation, and what is wrong; of a request only if it is meant to be well-formed."""
        split = urlsplit(path)
        query = ImmutableMultiDict(parse_qsl(split.query, keep_blank_values=True))
        parameters = RequestParameters(query=query)
        data = None if body is None else json.dumps(body).encode()
        sent = Sent(method.lower(), url, split.path, parameters, data)
        got = Got(answer.status, answer.body, answer.kind, Headers(answer.headers))
        complaints: list[str] = []
        try:
            self.api.validate_response(sent, got)
        except OpenAPIError as error:
            complaints += [f"answer: {it}" for it in reasons(error)]
        if well_formed:
            try:
                self.api.validate_request(sent)
            except OpenAPIError as error:
                complaints += [f"request: {it}" for it in reasons(error)]
        return f"{method} {self.template(split.path)}", complaints

    def template(self, path: str) -> str:
        """Returns the path of the description that a path is one of."""
        parts = path.split("/")
        for template in self.described["paths"]:
            wanted = template.split("/")
            fits = (a == b or a.startswith("{") for a, b in zip(wanted, parts, strict=False))
            if len(wanted) == len(parts) and all(fits):
                return template
        return path


def reasons(error: BaseException) -> Iterator[str]:
    """Yields why something is not as described, in one line each."""
    cause = error.__cause__
    found = getattr(cause, "schema_errors", None) or getattr(error, "schema_errors", None)
    if not found:
        yield f"{error}" if cause is None or str(cause) == str(error) else f"{error}: {cause}"
        return
    for it in found:
        yield f"{'.'.join(str(step) for step in it.absolute_path) or 'the whole'}: {it.message[:200]}"


def textual(it: Any) -> Any:
    """YAML reads statuses as numbers; the keys of a description are texts."""
    if isinstance(it, dict):
        return {str(key): textual(value) for key, value in it.items()}
    return [textual(value) for value in it] if isinstance(it, list) else it


def apply(described: dict[str, Any], action: dict[str, Any]) -> None:
    """Carries out an action of an overlay (OpenAPI Overlay 1.0.0, 4.4.3)."""
    found = find(action["target"], described)
    if not found:
        raise ValueError(f"nothing is at {action['target']}")
    for node in found:
        if not action.get("remove"):
            target: Any = node.value
            merge(target, textual(action["update"]))
            continue
        *above, last = node.location
        parent: Any = described
        for step in above:
            parent = parent[step]
        del parent[last]


def merge(target: dict[str, Any], update: dict[str, Any]) -> None:
    """Objects are merged, lists are joined, everything else is replaced."""
    for key, value in update.items():
        present = target.get(key)
        if isinstance(present, dict) and isinstance(value, dict):
            merge(present, value)
        elif isinstance(present, list) and isinstance(value, list):
            present += value
        else:
            target[key] = value
