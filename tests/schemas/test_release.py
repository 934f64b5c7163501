"""What a shard may hold: never an identifier, and nothing that nobody classified."""

import pyarrow as pa
import pytest

from schemas.errors import ConfigurationError
from schemas.fields import ACCOUNT_FIELDS, RECORD_FIELDS, FieldClass
from schemas.release import RELEASE_COLUMNS, release_schema

FIELD = {field.name: field for field in RECORD_FIELDS}


def flattened(fields):
    for field in fields:
        yield field
        yield from flattened(field.children)


@pytest.mark.parametrize("name", ["record_id", "account_id", "others"])
def test_an_identifier_is_never_released(name):
    with pytest.raises(ConfigurationError, match="identifiers are never released") as caught:
        release_schema(("text", name))
    assert name in caught.value.found


@pytest.mark.parametrize("name", ["quoted_text", "visibility", "created_at", "txet", "birth_date"])
def test_nor_is_anything_else_that_is_no_column_of_a_shard(name):
    with pytest.raises(ConfigurationError, match="name a releasable column"):
        release_schema((name,))


def test_columns_come_in_the_order_of_the_policy():
    assert release_schema(("surface", "text")).names == ["surface", "text"]
    assert release_schema(()).names == []


def test_every_released_column_comes_from_content_or_context():
    for column in RELEASE_COLUMNS:
        assert FIELD[column.source].field_class in {FieldClass.CONTENT, FieldClass.CONTEXT}, column.name


def test_of_a_picture_only_content_and_context_is_released():
    classes = {field.name: field.field_class for field in FIELD["media"].children}
    released = release_schema(("media",)).field("media").type.value_type
    assert pa.types.is_struct(released)
    names = {released.field(index).name for index in range(released.num_fields)}
    assert names == {"sha256", "mime", "alt_text", "caption"}
    assert {classes[name] for name in names} <= {FieldClass.CONTENT, FieldClass.CONTEXT}


def test_every_field_is_classified_named_once_and_explained():
    for table in (ACCOUNT_FIELDS, RECORD_FIELDS):
        assert len({field.name for field in table}) == len(table)
        for field in flattened(table):
            assert isinstance(field.field_class, FieldClass)
            assert field.meaning
