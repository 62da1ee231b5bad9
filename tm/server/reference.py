"""The contents of the page about the API, from its OpenAPI description: operations, fields, an example each."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

__all__ = ["Endpoint", "FieldRow", "ResponseType", "described", "operations_of", "response_types_of"]

_SAMPLES: Mapping[str, Any] = {
    "text": "本协议自签字之日起生效。",
    "texts": ["第一条", "第二条"],
    "units": [{"source": "第一条", "target": "Article 1", "source_lang": "zh-CN", "target_lang": "en-US"}],
}


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A parameter or a field of a body."""

    name: str
    kind: str
    required: bool
    default: str
    about: str


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of one address: its fields, its response, and a command that shows it."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    where: str
    example: str
    response: str
    many: str
    fields: tuple[FieldRow, ...] = ()


@dataclass(frozen=True, slots=True)
class ResponseType:
    """A type of response and its keys."""

    name: str
    about: str
    fields: tuple[str, ...] = field(default=())


def described(made: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The framework's description, corrected: this server responds to invalid parameters with 400, not 422."""
    found = made()
    for methods in found["paths"].values():
        for operation in methods.values():
            operation["responses"].pop("422", None)
    for name in ("HTTPValidationError", "ValidationError"):
        found["components"]["schemas"].pop(name, None)
    return found


def operations_of(description: Mapping[str, Any], base: str) -> list[Endpoint]:
    """All operations in the order of the description; ``base`` is the address of this server."""
    found = []
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            where, rows = _fields(operation, description)
            response, many = _response(operation)
            found.append(
                Endpoint(
                    id=str(operation["operationId"]),
                    method=method.upper(),
                    path=path,
                    summary=str(operation.get("summary", "")),
                    description=str(operation.get("description", "")),
                    where=where,
                    example=_example(f"{base}{path}", where, rows),
                    response=response,
                    many=many,
                    fields=tuple(rows),
                )
            )
    return found


def response_types_of(description: Mapping[str, Any]) -> list[ResponseType]:
    """The types of responses that operations link to, by name."""
    linked = {
        name for methods in description["paths"].values() for one in methods.values() if (name := _response(one)[0])
    }
    schemas = description["components"]["schemas"]
    return [
        ResponseType(name, str(schemas[name].get("description", "")), tuple(schemas[name].get("properties", ())))
        for name in sorted({*linked, "ErrorResponse"} & set(schemas))
    ]


def _fields(operation: Mapping[str, Any], description: Mapping[str, Any]) -> tuple[str, list[FieldRow]]:
    """Where the fields belong, and the fields."""
    if "requestBody" not in operation:
        rows = [
            _row(one["name"], one["schema"], bool(one.get("required")), str(one.get("description", "")))
            for one in operation.get("parameters", ())
        ]
        return "Parameter", rows
    ((kind, content),) = operation["requestBody"]["content"].items()
    schema = _resolved(content["schema"], description)
    required = set(schema.get("required", ()))
    rows = [
        _row(name, one, name in required, str(one.get("description", "")))
        for name, one in schema.get("properties", {}).items()
    ]
    rows += [
        _row(one["name"], one["schema"], bool(one.get("required")), "Header. " + str(one.get("description", "")))
        for one in operation.get("parameters", ())
        if one["in"] == "header"
    ]
    return ("Field of the JSON" if kind == "application/json" else "Field of the form"), rows


def _resolved(schema: Mapping[str, Any], description: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in schema:
        return schema
    found: Mapping[str, Any] = description["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found


def _row(name: str, schema: Mapping[str, Any], required: bool, about: str) -> FieldRow:
    default = "" if schema.get("default") is None else json.dumps(schema["default"])
    return FieldRow(name, " or ".join(dict.fromkeys(_kinds(schema))), required, default, about)


def _kinds(schema: Mapping[str, Any]) -> Iterator[str]:
    for one in schema.get("anyOf", ()):
        yield from _kinds(one)
    if "enum" in schema:
        yield " | ".join(json.dumps(one) for one in schema["enum"])
    elif "const" in schema:
        yield json.dumps(schema["const"])
    elif schema.get("type") == "array":
        yield "list of " + (" or ".join(_kinds(schema.get("items", {}))) or "anything")
    elif "contentMediaType" in schema or schema.get("format") == "binary":
        yield "file"
    elif "type" in schema and schema["type"] != "null":
        yield str(schema.get("format", schema["type"]))


def _response(operation: Mapping[str, Any]) -> tuple[str, str]:
    """The name of the response type, and whether it is a list."""
    schema = operation["responses"].get("200", {}).get("content", {}).get("application/json", {}).get("schema", {})
    many = ""
    while schema.get("type") == "array":
        schema, many = schema["items"], f"{many}a list of "
    return str(schema.get("$ref", "")).rpartition("/")[2], many


def _example(address: str, where: str, rows: list[FieldRow]) -> str:
    """A command for a POSIX shell."""
    needed = [row for row in rows if row.required]
    match where:
        case "Parameter":
            query = "&".join(f"{row.name}={quote(str(_SAMPLES.get(row.name, 'x')))}" for row in needed)
            return f"curl '{address}{'?' + query if query else ''}'"
        case "Field of the JSON":
            body = json.dumps({row.name: _SAMPLES.get(row.name, "x") for row in needed}, ensure_ascii=False)
            return f"curl --json '{body}' {address}"
    return f"curl {' '.join(f'-F {row.name}=@units.tmx' for row in needed) or '-X POST -F limit=100'} {address}"
