"""The API does what its own description says, whatever it is sent."""

import json
import re

import pytest
import schemathesis
from hypothesis import given, settings
from hypothesis import strategies as st
from registry.doors import PUBLIC
from registry.test_door_uniform import RANDOM
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from optout_registry.door.texts import examples
from optout_registry.receipts import Receipt, check_receipt
from optout_registry.transparency.notes import open_note, parse_verifier

EXAMPLES = 25
"""Of each operation: what is well formed, and what is not."""
OPERATIONS = {
    "POST /api/v1/objections": 201,
    "POST /api/v1/takedowns": 201,
    "POST /api/v1/status": None,
    "POST /api/v1/withdrawals": 200,
    "POST /api/v1/withdrawals/link": None,
    "POST /api/v1/confirmations": None,
    "GET /api/v1/log": 200,
}
"""Each with what some of the well-formed examples must come to; None: of secrets and tokens none is right."""


def test_the_description_is_complete(door):
    described = door.at.get("/api/openapi.json").json()
    assert set(described["paths"]) == {operation.split()[1] for operation in OPERATIONS}
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], path
            assert operation["description"], path
            assert method == "get" or {"403", "413", "421", "422", "429", "503"} <= set(
                operation["responses"]
            )
    fields = described["components"]["schemas"]["NewObjection"]["properties"]
    assert fields["surfaces"]["anyOf"][0]["items"]["enum"][0] == "post"
    assert "request_id" not in fields  # nobody learns from a collision that an id is taken


@pytest.mark.parametrize("operation", OPERATIONS)
def test_whatever_it_is_sent_it_answers_as_described(door, registry, operation):
    described = schemathesis.openapi.from_dict(door.at.get("/api/openapi.json").json())
    method, path = operation.split()
    seen = set()
    modes = [described[path][method].as_strategy(generation_mode=mode) for mode in GenerationMode]

    @settings(max_examples=EXAMPLES)
    @given(st.one_of(modes))
    def conforms(case):
        sent = case.as_transport_kwargs(base_url=PUBLIC)
        assert not sent.pop("cookies")  # the description asks for none
        if isinstance(sent.get("data"), bytes):
            sent["content"] = sent.pop("data")  # as this client calls a body
        answer = door.at.request(**sent)
        # A telephone number without a digit fits the description, and no description can say so.
        case.validate_response(answer, excluded_checks=[positive_data_acceptance])
        seen.add(answer.status_code)

    conforms()
    assert OPERATIONS[operation] in {None, *seen}
    assert max(seen) < 500
    assert registry.verify().ok


def masked(answer):
    """An answer without what is random in it, and what is derived from that."""
    return re.sub(r"\+[0-9a-f]{8}\+", "+#+", RANDOM.sub("#", json.dumps(answer, sort_keys=True)))


def test_the_examples_of_the_description_are_what_happens(door):
    said = examples()
    paths = {
        operation["operationId"]: (method, path)
        for path, methods in door.at.get("/api/openapi.json").json()["paths"].items()
        for method, operation in methods.items()
    }
    assert set(said) == set(paths)
    secret = None
    for name, example in said.items():  # in the order in which they happened
        method, path = paths[name]
        # Secrets and tokens are another registry's: here they are this one's.
        sent = dict(example.get("sent", {}))
        sent |= {"secret": secret} if "secret" in sent else {}
        sent |= {"token": door.token} if "token" in sent else {}
        answer = door.at.request(method, path, json=sent) if sent else door.at.request(method, path)
        assert answer.status_code in {200, 201}, answer.text
        assert masked(answer.json()) == masked(example["answered"]), name
        secret = secret or answer.json().get("secret")


def test_the_examples_of_receipts_and_checkpoints_are_signed_by_the_key_of_the_example():
    said = examples()
    verifier = parse_verifier(said["log"]["answered"]["log_key"])
    for name in ("object", "take_down"):
        check_receipt(Receipt.model_validate(said[name]["answered"]), verifier)
    open_note(said["log"]["answered"]["checkpoint"].encode(), [verifier])
    assert said["status"]["sent"]["secret"] == said["object"]["answered"]["secret"]


def test_every_operation_and_every_field_is_on_the_page_and_says_what_it_is_for(door, repository):
    page = (repository / "docs/reference/api.md").read_text("utf-8")
    described = door.at.get("/api/openapi.json").json()
    for operation in OPERATIONS:
        assert f"## {operation}\n" in page
    for name, schema in described["components"]["schemas"].items():
        for field, meaning in schema.get("properties", {}).items():
            assert meaning.get("description"), f"{name}.{field}"
            assert f"| `{field}` |" in page
