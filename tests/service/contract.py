# SPDX-License-Identifier: Apache-2.0
"""Holds answers to doc/openapi.yaml. Needs PyYAML and jsonschema."""

import copy
import json
import os
import re

import yaml
from jsonschema import Draft202012Validator, FormatChecker

PATH = os.path.join(os.environ["top_srcdir"], "doc/openapi.yaml")


def close(node):
    """Makes objects closed whose members are listed: the document promises no more to clients, the tests do."""
    if isinstance(node, dict):
        if "properties" in node and "additionalProperties" not in node:
            node["additionalProperties"] = False
        for value in node.values():
            close(value)
    elif isinstance(node, list):
        for value in node:
            close(value)


class Contract:
    def __init__(self):
        with open(PATH, encoding="utf-8") as file:
            self.document = yaml.safe_load(file)
        self.closed = copy.deepcopy(self.document)
        close(self.closed["components"]["schemas"])
        close(self.closed["components"]["responses"])
        close(self.closed["paths"])
        self.seen = set()  # (operation, status)

    def resolve(self, node):
        while "$ref" in node:
            target = self.closed
            for part in node["$ref"][2:].split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def validate(self, schema, value, where):
        schema = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            **copy.deepcopy(schema),
            "components": self.closed["components"],
        }
        errors = sorted(
            Draft202012Validator(schema, format_checker=FormatChecker()).iter_errors(value),
            key=lambda error: len(error.absolute_path),
        )
        assert not errors, f"{where}: {errors[0].json_path}: {errors[0].message}\n{json.dumps(value)[:2000]}"

    def validate_as(self, name, value):
        """As the schema of that name."""
        self.validate(self.closed["components"]["schemas"][name], value, name)

    def operation(self, method, path):
        for pattern, item in self.closed["paths"].items():
            if re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(pattern)), path):
                return item.get(method.lower())
        return None

    def check(self, method, path, status, headers, body):
        """An answer to a request of the document."""
        where = f"{method} {path} {status}"
        operation = self.operation("GET" if method == "HEAD" else method, path.split("?")[0])
        assert operation, f"{where}: no such operation"
        assert str(status) in operation["responses"], f"{where}: no such status: {body[:500]}"
        self.seen.add((operation["operationId"], str(status)))
        answer = self.resolve(operation["responses"][str(status)])
        for name, header in answer.get("headers", {}).items():
            header = self.resolve(header)
            value = headers.get(name)
            assert value is not None or not header.get("required"), f"{where}: no header {name}"
            if value is not None and header["schema"].get("type") == "integer":
                value = int(value)
            if value is not None:
                self.validate(header["schema"], value, f"{where}: {name}")
        content = answer.get("content")
        if not content:
            assert not body, f"{where}: {body[:100]}"
            return
        kind = (headers.get("Content-Type") or "").split(";")[0]
        assert kind in content, f"{where}: {kind}"
        if kind == "application/json" and method != "HEAD":
            self.validate(content[kind]["schema"], json.loads(body), where)

    def unseen(self):
        """Pairs of operation and status that no answer had."""
        return {
            (operation["operationId"], status)
            for item in self.closed["paths"].values()
            for method, operation in item.items()
            if method in ("get", "post", "delete")
            for status in operation["responses"]
        } - self.seen
