"""The Postman collection says what the OpenAPI document says."""

from __future__ import annotations

from config.postman import SCHEMA, collection

DOCUMENT = {
    "info": {"title": "Holobase"},
    "servers": [{"url": "https://api.example.com"}],
    "paths": {
        "/api/v1/cards/{id}": {
            "patch": {
                "operationId": "cards_update",
                "summary": "Change a card",
                "tags": ["cards"],
                "parameters": [
                    {"in": "path", "name": "id"},
                    {"in": "query", "name": "expand", "description": "What to expand"},
                    {"in": "header", "name": "If-Match"},
                ],
                "requestBody": {
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Card"}}
                    }
                },
            }
        },
        "/healthz": {"get": {"operationId": "alive"}},
    },
    "components": {
        "schemas": {
            "Card": {
                "type": "object",
                "required": ["id", "title", "rarity", "tags", "owner"],
                "properties": {
                    "id": {"type": "string", "readOnly": True},
                    "title": {"type": "string", "example": "Dragon"},
                    "rarity": {"enum": ["common", "epic"]},
                    "tags": {"type": "array", "items": {"type": "string"}},
                    "owner": {"oneOf": [{"$ref": "#/components/schemas/Owner"}]},
                    "note": {"type": "string"},
                },
            },
            "Owner": {"type": "object", "properties": {"age": {"type": ["integer", "null"]}}},
        }
    },
}


def test_a_collection_has_a_folder_for_each_tag_and_an_example_of_each_body() -> None:
    made = collection(DOCUMENT)
    assert made["info"] == {"name": "Holobase", "schema": SCHEMA}
    assert made["variable"][0] == {"key": "server", "value": "https://api.example.com"}
    cards, other = made["item"]
    assert (cards["name"], other["name"]) == ("cards", "other")
    assert other["item"][0]["request"]["url"]["raw"] == "{{server}}/healthz"
    (change,) = cards["item"]
    assert change["name"] == "Change a card"
    assert change["request"] == {
        "method": "PATCH",
        "description": "",
        "header": [{"key": "If-Match", "value": "", "disabled": True}],
        "url": {
            "raw": "{{server}}/api/v1/cards/:id",
            "host": ["{{server}}"],
            "path": ["api", "v1", "cards", ":id"],
            "query": [
                {"key": "expand", "value": "", "description": "What to expand", "disabled": True}
            ],
            "variable": [{"key": "id", "value": ""}],
        },
        "body": {
            "mode": "raw",
            "raw": '{\n  "title": "Dragon",\n  "rarity": "common",\n  "tags": [],\n'
            '  "owner": {\n    "age": 0\n  }\n}',
            "options": {"raw": {"language": "json"}},
        },
    }
