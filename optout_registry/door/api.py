"""What programs ask: JSON, described by its own OpenAPI document."""

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field, JsonValue, StringConstraints

from optout_registry.door.answers import UNKNOWN_SECRET, Problem, UnknownSecret
from optout_registry.door.service import LONGEST, Outcome, Service
from optout_registry.door.texts import Language, examples
from optout_registry.objections import Basis
from optout_registry.receipts import Receipt
from optout_registry.standing import Standing
from schemas.model import Model
from schemas.vocabulary import (
    PERSON_ROLES,
    PURPOSE_OF_LABEL,
    SURFACE_OF_LABEL,
    IdentifierType,
    TakedownType,
    TargetType,
)


def _one_of(labels: Iterable[str]) -> Any:  # noqa: ANN401 - pydantic's FieldInfo has no public type
    known: list[JsonValue] = list(labels)
    return Field(pattern=f"^(?:{'|'.join(map(str, known))})$", json_schema_extra={"enum": known})


SurfaceLabel = Annotated[str, _one_of(SURFACE_OF_LABEL)]
RoleLabel = Annotated[str, _one_of(role.name.lower() for role in PERSON_ROLES)]
PurposeLabel = Annotated[str, _one_of(PURPOSE_OF_LABEL)]
Region = Annotated[str, Field(pattern="^[A-Za-z]{2}$")]
Secret = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
Token = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,128}$")]


class NewObjection(Model):
    """An objection. No reason is asked for."""

    type: IdentifierType
    """Of the identifier."""
    value: str = Field(min_length=1, max_length=LONGEST)
    """The identifier, as people write it: one line, of which something is left in its normal form."""
    region: Region | None = None
    """ISO 3166-1 alpha-2; completes a phone number written without country code."""
    surfaces: tuple[SurfaceLabel, ...] | None = None
    """Null: every surface, those not yet invented included."""
    roles: tuple[RoleLabel, ...] | None = None
    """How the person appears in a record; null: in every role."""
    purposes: tuple[PurposeLabel, ...] | None = None
    """Null: every purpose."""
    basis: Basis = Basis.SELF
    """On whose behalf it is made. It counts all the same."""
    linked: bool = True
    """Whether it covers the person's other accounts."""
    language: Language = "en"
    """Of a message to the person."""


class NewTakedown(Model):
    """A record or a picture that is not to be used, whoever published it. No reason is asked for."""

    type: TakedownType
    """`media`: a picture."""
    value: str = Field(min_length=1, max_length=LONGEST)
    """Of a record its id or address; of a picture the SHA-256 of its file, 64 hexadecimal digits."""
    purposes: tuple[PurposeLabel, ...] | None = None
    """Null: every purpose."""
    basis: Basis = Basis.SELF
    """On whose behalf it is made. It counts all the same."""
    language: Language = "en"
    """Of a message to the person."""


class Asked(Model):
    """A question about an objection."""

    secret: Secret
    """Of its receipt."""


class Withdrawal(Model):
    """A wish to withdraw: the receipt's secret, and whom or what its objection names."""

    type: TargetType
    """Of what its objection names."""
    value: str = Field(min_length=1, max_length=LONGEST)
    """As it was named."""
    region: Region | None = None
    """Of a phone number that was named with it."""
    secret: Secret
    """Of the receipt."""
    language: Language = "en"
    """Of a message to the person."""
    releases_older: bool = False
    """Whether what was published before may be used again, too; later as well, once it was withdrawn.

    A takedown is withdrawn whole, and takes it."""


class Opened(Model):
    """A link of one of our messages, opened."""

    token: Token
    """What stands behind `token=` in it."""


class Answered(Model):
    """What came of it."""

    outcome: Outcome
    """`link_sent`: to the e-mail address that was named, if it is the objection's; nothing is withdrawn yet.
    `no_match`: receipt and name do not belong together, the objection has ended, or too many were tried."""


class Confirmed(Model):
    """A confirmation, or an end."""

    event: int
    """Number of the event that records it."""


class LogHead(Model):
    """Who signs the log, and where it stands."""

    registry_id: str
    """Of the registry whose log it is, for good."""
    log_key: str
    """Verifier key of receipts and checkpoints (C2SP signed-note)."""
    checkpoint: str | None
    """Size and root of the log, signed (C2SP tlog-checkpoint); null: it is empty."""


_CREATED = 201


def _problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    said = {
        400: "no JSON", 403: "from another site's page", 404: "not known", 410: "expired",
        413: "too large", 421: "asked under another name", 422: "a field is wrong",
        429: "too many wait", 503: "nothing was acknowledged: send it again",
    }  # fmt: skip
    return {status: {"model": Problem, "description": said[status]} for status in statuses}


def _example(operation: str, status: int = 200) -> dict[str, Any]:
    """What is added to the description of an operation: a body, and what it was answered."""
    example = examples()[operation]
    answer = {
        "description": "recorded, and on disk" if status == _CREATED else "done",
        "content": {"application/json": {"example": example["answered"]}},
    }
    said: dict[str, Any] = {"responses": {f"{status}": answer}}
    if "sent" in example:
        said["requestBody"] = {"content": {"application/json": {"example": example["sent"]}}}
    return said


_CHANGES = _problems(400, 403, 413, 421, 422, 429, 503)


def api_routes(service: Service) -> APIRouter:
    """The routes of the API."""
    api = APIRouter(prefix="/api/v1", tags=["objections"])

    @api.post(
        "/objections",
        status_code=201,
        responses=_CHANGES,
        operation_id="object",
        openapi_extra=_example("object", 201),
    )
    async def object_(new: NewObjection) -> Receipt:
        """Record an objection. It counts from now on; the receipt is given once."""
        fields = new.model_dump(exclude={"language"}, mode="json")
        return (await service.object(fields, new.language)).receipt

    @api.post(
        "/takedowns",
        status_code=201,
        responses=_CHANGES,
        operation_id="take_down",
        openapi_extra=_example("take_down", 201),
    )
    async def take_down(new: NewTakedown) -> Receipt:
        """Record that one record or picture is not to be used. It counts from now on."""
        fields = new.model_dump(exclude={"language"}, mode="json")
        return (await service.object(fields, new.language)).receipt

    @api.post(
        "/status",
        responses={**_CHANGES, **_problems(404)},
        operation_id="status",
        openapi_extra=_example("status"),
    )
    async def status(asked: Asked) -> Standing:
        """Say whether the objection of a receipt holds."""
        found = await service.standing(asked.secret)
        if found is None:
            raise UnknownSecret(UNKNOWN_SECRET.problem.subject, remedy=UNKNOWN_SECRET.problem.remedy)
        return found

    @api.post("/withdrawals", responses=_CHANGES, operation_id="withdraw", openapi_extra=_example("withdraw"))
    async def withdrawal(wish: Withdrawal) -> Answered:
        """Withdraw the objection of a receipt. For an e-mail address a link is sent there, which does it."""
        fields = wish.model_dump(include={"type", "value", "region"}, mode="json")
        outcome = await service.ask_to_withdraw(
            wish.secret, fields, wish.language, releases_older=wish.releases_older
        )
        return Answered(outcome=outcome)

    opened = {**_CHANGES, **_problems(404, 410)}

    @api.post("/confirmations", responses=opened, operation_id="confirm", openapi_extra=_example("confirm"))
    async def confirmation(link: Opened) -> Confirmed:
        """Confirm an objection by the link that was sent to the address it names."""
        return Confirmed(event=(await service.confirm(link.token)).event)

    @api.post(
        "/withdrawals/link",
        responses=opened,
        operation_id="withdraw_by_link",
        openapi_extra=_example("withdraw_by_link"),
    )
    async def withdrawal_link(link: Opened) -> Confirmed:
        """Withdraw an objection by the link that was sent to the address it names."""
        return Confirmed(event=(await service.withdraw(link.token)).event)

    @api.get("/log", responses=_problems(421, 503), operation_id="log", openapi_extra=_example("log"))
    def log() -> LogHead:
        """Where the log stands: keep it, and nobody can rewrite what came before."""
        identity = service.registry.identity
        return LogHead(
            registry_id=identity.id, log_key=identity.log_key, checkpoint=service.registry.checkpoint()
        )

    return api
