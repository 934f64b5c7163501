"""The API does what its own description says, whatever it is sent."""

import pytest
import schemathesis
from hypothesis import given, settings
from hypothesis import strategies as st
from registry.doors import PUBLIC
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

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
