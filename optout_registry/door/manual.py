"""The API's description (OpenAPI) as a Markdown page: docs/reference/api.md."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from schemas.types_in_words import in_words

_BODIES = "#/components/schemas/"
_HEAD = """\
# API of the door

Generated from `/api/openapi.json`, which `optout registry serve` answers with and which programs read.
[The door](../door.md) says what stands before it. Bodies are JSON (`Content-Type: application/json`), at most
16 KiB, and a field that is not named here is refused. Nobody signs in. An answer never tells whether an
identifier is known. The examples are of one registry, and its key signed what is signed in them.
"""


def manual(description: Mapping[str, Any]) -> str:
    """The page: every operation with its body, its answers and an example, then the bodies of answers."""
    schemas = description["components"]["schemas"]
    operations = [
        (method, path, operation)
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    ]
    answered = {name for *_, operation in operations for name in _answered(operation)}
    return "\n".join([
        _HEAD,
        *(_operation(*operation, schemas) for operation in operations),
        "## Bodies of answers\n",
        *(f"### {name}\n\n{_text(schemas[name])}\n\n{_fields(schemas[name], schemas)}\n"
          for name in sorted(answered)),
    ])  # fmt: skip


def _operation(method: str, path: str, operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    parts = [f"## {method.upper()} {path}", _text(operation)]
    sent = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    if sent:
        name = _name(sent["schema"])
        parts += [f"Body, {name}: {_text(schemas[name])}", _fields(schemas[name], schemas)]
    answers = [
        {"status": status, "meaning": answer["description"], "body": _linked(answer)}
        for status, answer in sorted(operation["responses"].items())
    ]
    parts.append(_table(answers))
    curl = ["curl"]
    if sent:
        curl += [
            f"-d '{json.dumps(sent['example'], ensure_ascii=False)}'",
            "-H 'Content-Type: application/json'",
        ]
    done = next(answer for status, answer in sorted(operation["responses"].items()) if status < "300")
    example = json.dumps(_content(done)["example"], indent=2, ensure_ascii=False)
    parts += [
        "```\n" + " \\\n  ".join([*curl, f"https://optout.example.org{path}"]) + "\n```",
        f"```json\n{example}\n```",
    ]
    return "\n\n".join(parts) + "\n"


def _fields(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    required = schema.get("required", ())
    return _table([
        {
            "field": f"`{name}`",
            "type": _type(field, schemas),
            "default": "required" if name in required else f"`{json.dumps(field.get('default'))}`",
            "meaning": _text(field),
        }
        for name, field in schema["properties"].items()
    ])  # fmt: skip


def _type(field: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    """The type in words, and what it leaves out: length and pattern, of a field that may be null as well."""
    said = in_words(field, schemas).replace("list of one of", "list of some of")
    said = re.sub(r"(\d)\.0\b", r"\1", said)  # the framework describes bounds as fractions
    for one in (field, *field.get("anyOf", ())):
        if "maxLength" in one:
            said += f", {one.get('minLength', 0)} to {one['maxLength']} characters"
        if "pattern" in one and "enum" not in one and said != "SHA-256":
            said += f", `{one['pattern']}`"
    return said


def _answered(operation: Mapping[str, Any]) -> Iterator[str]:
    """The names of the bodies that an operation may be answered with."""
    for answer in operation["responses"].values():
        yield _name(_content(answer)["schema"])


def _content(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    content: Mapping[str, Any] = answer["content"]["application/json"]
    return content


def _linked(answer: Mapping[str, Any]) -> str:
    name = _name(_content(answer)["schema"])
    return f"[{name}](#{name.lower()})"


def _name(schema: Mapping[str, str]) -> str:
    return schema["$ref"].removeprefix(_BODIES)


def _text(of: Mapping[str, Any]) -> str:
    return " ".join(of.get("description", "").replace("``", "`").split())


def _table(rows: list[dict[str, str]]) -> str:
    lines = [list(rows[0]), ["---"] * len(rows[0]), *(list(row.values()) for row in rows)]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
