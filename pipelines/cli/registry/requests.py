"""`optout registry add`, `withdraw`: one request at a time."""

import uuid
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from pipelines.cli.opened import WorkspaceOption, open_workspace
from pipelines.cli.registry.files_given import read_receipt
from pipelines.cli.registry.opened import (
    case_key,
    intake_for,
    one_of,
    open_to_write,
    options,
    read_stdin,
    say,
)
from pipelines.cli.tables import print_text
from pipelines.cli.written import writing_file
from schemas.errors import ConfigurationError
from schemas.vocabulary import TARGET_TYPES

if TYPE_CHECKING:
    from optout_registry.objections import Answer

RequestArgument = Annotated[str, typer.Argument(help="As `registry add` printed it.")]
_REASONS = ("not_the_person", "no_authority")
_PROOFS = ("receipt_secret", "account_login", "identity_document")
_BASES = ("self", "guardian", "heir", "representative", "authority")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(add)
    app.command()(confirm)
    app.command()(refuse)
    app.command()(withdraw)


def add(
    # Checked by the intake and not by typer, which would repeat an identifier typed in its place.
    kind: Annotated[str, typer.Argument(metavar="TYPE", help=f"One of {', '.join(TARGET_TYPES)}.")],
    # Several words, because a phone number is often written with spaces.
    value: Annotated[
        list[str], typer.Argument(help="Whom or what it names; - reads it from standard input.")
    ],
    *,
    region: Annotated[str | None, typer.Option(help="Country of a phone number without +, as FR.")] = None,
    surface: Annotated[list[str] | None, typer.Option(help="Only this surface; repeatable.")] = None,
    role: Annotated[list[str] | None, typer.Option(help="Only where they appear so; repeatable.")] = None,
    purpose: Annotated[list[str] | None, typer.Option(help="Only for this purpose; repeatable.")] = None,
    basis: Annotated[str, typer.Option(help=f"On whose behalf: {', '.join(_BASES)}.")] = "self",
    received_at: Annotated[str | None, typer.Option(help="When it reached you, as 2026-05-27.")] = None,
    request_id: Annotated[
        str | None, typer.Option(help="Your reference; the same again adds nothing.")
    ] = None,
    not_linked: Annotated[
        bool, typer.Option("--not-linked", help="Not the person's other accounts.")
    ] = False,
    receipt: Annotated[
        Path | None, typer.Option(help="Write the receipt to this file, for the person alone.")
    ] = None,
    contact: Annotated[
        bool,
        typer.Option("--contact", help="Read where to answer from standard input, after the identifier."),
    ] = False,
    language: Annotated[str | None, typer.Option(help="In which to answer, as fr or pt-BR.")] = None,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Record one objection.

    It counts from the next build on. Prints event number and request id.
    """
    from optout_registry.cases.contact import keeping, read_contact
    from optout_registry.objections import State
    from optout_registry.request import read_request

    now = datetime.now(UTC)
    opened = open_workspace(workspace)
    typed, address = _typed(value == ["-"], contact)
    with options():
        answer_to = read_contact(address, language)
        request = read_request({
            "type": kind,
            "value": " ".join(value) if typed is None else typed,
            "region": region,
            "surfaces": surface or None,
            "roles": role or None,
            "purposes": purpose or None,
            "basis": basis,
            "linked": not not_linked,
            "received_at": received_at,
            "request_id": request_id,
        })  # fmt: skip
    intake = intake_for(opened, request.type)
    with options():
        objection = intake.objection(request, request_id=uuid.uuid4().hex, recorded_at=now)
    key = case_key(opened) if contact or language else None
    # The receipt's file before anything is recorded: it is given once.
    with open_to_write(opened) as registry, _receipt_in(receipt) as file:
        beside = keeping(registry, answer_to, key) if key is not None else None
        answer = registry.add(objection, recorded_at=now, beside=beside)
        if file is not None and answer.receipt is not None:
            file.write(answer.receipt.model_dump_json(indent=2).encode() + b"\n")
    if request.lacks_country:
        say("a number without + and without --region meets only accounts that write it the same way")
    if answer.state is State.KNOWN:
        say("this request was recorded before; nothing was added")
    if receipt is not None and answer.receipt is None:
        say("a receipt is given once, when a request is recorded: none was written")
    print_text(f"event {answer.event}  request {answer.request_id}")


def withdraw(
    request_id: RequestArgument,
    *,
    proof: Annotated[str, typer.Option(help=f"How you know who asks: {', '.join(_PROOFS)}.")],
    receipt: Annotated[
        Path | None, typer.Option(help="The receipt they hold, for --proof receipt_secret.")
    ] = None,
    release_older: Annotated[
        bool, typer.Option("--release-older", help="What they published before may be used again, too.")
    ] = False,
    received_at: Annotated[str | None, typer.Option(help="When it reached you, as 2026-05-27.")] = None,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Lift one objection, which takes a proof of who asks.

    Others on the same person stay. Without --release-older what was published before stays out; later the
    same command with it releases that, too.
    """
    from optout_registry.objections import State, WithdrawalProof
    from optout_registry.request import claimed_instant
    from optout_registry.withdrawal import withdraw_by_receipt

    now = datetime.now(UTC)
    shown = one_of("--proof", proof, WithdrawalProof, "an objection is lifted only for whoever made it")
    if (shown is WithdrawalProof.RECEIPT_SECRET) != (receipt is not None):
        raise ConfigurationError(
            "--receipt",
            expected="the receipt's file with --proof receipt_secret, and with no other proof",
            found="none" if receipt is None else "a receipt with another proof",
            remedy="give both, or neither",
        )
    with options():
        claimed = claimed_instant(received_at, now)
    with open_to_write(open_workspace(workspace)) as registry:
        if receipt is not None:
            answer = withdraw_by_receipt(
                registry, request_id, read_receipt(receipt),
                received_at=claimed, recorded_at=now, releases_older=release_older,
            )  # fmt: skip
        else:
            answer = registry.withdraw(
                request_id, proof=shown, received_at=claimed, recorded_at=now, releases_older=release_older
            )
    _say_what_followed(
        answer, "older content released" if answer.state is State.OLDER_RELEASED else "withdrawn"
    )
    if answer.state is State.ADDED and not release_older:
        say("what was published before stays out; to release it, repeat this with --release-older")


def confirm(request_id: RequestArgument, workspace: WorkspaceOption = Path()) -> None:
    """Record that whoever made a request has shown who they are.

    It counted before, and counts on.
    """
    now = datetime.now(UTC)
    with open_to_write(open_workspace(workspace)) as registry:
        answer = registry.confirm(request_id, recorded_at=now)
    _say_what_followed(answer, "confirmed")


def refuse(
    request_id: RequestArgument,
    reason: Annotated[str, typer.Option(help=f"One of {', '.join(_REASONS)}.")],
    workspace: WorkspaceOption = Path(),
) -> None:
    """End one objection that is not of whom it is about.

    Nothing else is a reason to refuse one. Others on the same person stay.
    """
    from optout_registry.objections import Impersonation

    if reason not in _REASONS:
        raise ConfigurationError(
            "--reason",
            expected=f"one of {', '.join(_REASONS)}",
            found="something else",
            remedy="an objection counts without proof: only an impersonation is refused",
        )
    now = datetime.now(UTC)
    with open_to_write(open_workspace(workspace)) as registry:
        answer = registry.refuse(request_id, Impersonation(reason), recorded_at=now)
    _say_what_followed(answer, "refused")


def _say_what_followed(answer: "Answer", what: str) -> None:
    from optout_registry.objections import State

    if answer.state is State.ENDED:
        say("it has ended before; nothing was added")
        what = "ended"
    print_text(f"event {answer.event}  request {answer.request_id} {what}")


def _receipt_in(path: Path | None) -> AbstractContextManager[BinaryIO | None]:
    return nullcontext() if path is None else writing_file(path, mode=0o600, replaces=read_receipt)


def _typed(is_identifier_typed: bool, is_contact_typed: bool) -> tuple[str | None, str | None]:  # noqa: FBT001
    """Identifier and address from standard input, as far as they stand there: of both, a line each."""
    if not is_contact_typed:
        return (read_stdin(), None) if is_identifier_typed else (None, None)
    if not is_identifier_typed:
        return None, read_stdin()
    identifier, _, address = read_stdin().lstrip().partition("\n")
    return identifier, address
