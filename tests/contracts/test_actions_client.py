"""The action server's client speaks the API that the backend serves."""

from typing import Any, get_type_hints

from fastapi import FastAPI

from actions import client
from backend.conversations.bot_router import router


def operation() -> tuple[str, dict[str, Any], dict[str, Any]]:
    """The turn's path, its operation, and all schemas."""
    app = FastAPI()
    app.include_router(router)
    document = app.openapi()
    found = [
        (path, methods["post"])
        for path, methods in document["paths"].items()
        if methods.get("post", {}).get("operationId") == client.TURN_OPERATION
    ]
    assert len(found) == 1
    return found[0][0], found[0][1], document["components"]["schemas"]


def fields(schemas: dict[str, Any], reference: dict[str, Any]) -> set[str]:
    """Field names of a referenced schema."""
    return set(schemas[reference["$ref"].rsplit("/", 1)[-1]]["properties"])


def test_the_path_is_the_backends() -> None:
    """The template in the client is the route."""
    assert operation()[0] == client.TURN_PATH


def test_what_is_sent_is_what_is_asked_for() -> None:
    """Every field that the backend takes is sent, and none besides."""
    _, posted, schemas = operation()
    taken = fields(schemas, posted["requestBody"]["content"]["application/json"]["schema"])
    assert taken == set(get_type_hints(client.TurnBody))


def test_what_comes_back_is_what_is_read() -> None:
    """The client's picture of the answer has the answer's fields."""
    _, posted, schemas = operation()
    given = fields(schemas, posted["responses"]["200"]["content"]["application/json"]["schema"])
    assert given == set(get_type_hints(client.StepBody))
    assert set(schemas["SayOut"]["properties"]) == set(get_type_hints(client.SayBody))
