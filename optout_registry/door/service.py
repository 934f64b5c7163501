"""What the door does, for pages and API alike: object, ask, confirm, withdraw.

Nothing here asks the registry whether it knows an identifier, so no answer can tell.
"""

import asyncio
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from optout_registry.accepting import Acceptor
from optout_registry.door.links import InvalidLink, Links, Use
from optout_registry.door.mail import Cap, Mailer
from optout_registry.door.texts import text_of
from optout_registry.intake import Intake
from optout_registry.objections import Answer, State, WithdrawalProof
from optout_registry.receipts import Receipt
from optout_registry.registry import Beside, Registry
from optout_registry.request import Request, read_request
from optout_registry.standing import Standing, claimed, request_of, standing
from schemas.errors import BadInput, OptoutError
from schemas.identifiers import normalise
from schemas.vocabulary import IdentifierType, TakedownType

LONGEST = 1_000
"""Characters in an identifier."""
LINK_DAYS = 7
"""How long a link is valid."""


class WrongField(BadInput):
    """What somebody filled in is no request; its subject is the field, and no value is repeated."""


class Correspondent(NamedTuple):
    """Who can be written to about a request: an address and a language. Personal data: never logged."""

    address: str
    language: str


class Taken(NamedTuple):
    """An objection on disk, and what its sender is told besides."""

    receipt: Receipt
    has_mail: bool
    """A message is on its way, if its address can have one."""
    lacks_country: bool
    """It names a phone number that meets only accounts that write it the same way."""


class Outcome(StrEnum):
    """What came of the wish to withdraw."""

    WITHDRAWN = "withdrawn"
    LINK_SENT = "link_sent"
    """To the address that was named, if the receipt's objection names it, too."""
    NO_MATCH = "no_match"
    """Receipt and identifier do not belong together, or the objection has ended: nothing is to be lifted."""
    OLDER_RELEASED = "older_released"
    """It was withdrawn before; now what was published until then may be used again, too."""


WITHDRAWING = (Use.WITHDRAW, Use.RELEASE)
_OUTCOMES = {State.ADDED: Outcome.WITHDRAWN, State.OLDER_RELEASED: Outcome.OLDER_RELEASED}
"""Of the others the objection has ended meanwhile, by another request at the same time."""


@dataclass(frozen=True)
class Service:
    """The door's work on one registry."""

    registry: Registry
    acceptor: Acceptor
    intake: Intake
    links: Links
    mailer: Mailer
    attempts: Cap
    """Withdrawals that may be tried with one receipt."""
    clock: Callable[[], datetime]
    public: str
    """Where links lead: the door's public address."""
    keeping: Callable[[Correspondent], Beside | None] = lambda _: None
    """What keeps address and language for who answers the person later; by default nothing does."""

    async def object(self, fields: Mapping[str, Any], language: str, contact: str = "") -> Taken:
        """Record an objection; what it returns is on disk.

        ``contact``: an address to answer to, where the objection names none.

        Raises:
            WrongField: its subject is the field. NotAcknowledged: nothing was recorded.
        """
        request = _read(fields)
        now = self.clock()
        with _fields():
            objection = self.intake.objection(request, request_id=uuid.uuid4().hex, recorded_at=now)
        is_email = request.type is IdentifierType.EMAIL
        # To the normal form and not to what was typed: two spellings can be two mailboxes, and only
        # the one that the objection names may confirm it.
        address = normalise(IdentifierType.EMAIL, request.value if is_email else contact)
        beside = self._beside(Correspondent(address, language)) if address else None
        answer = await asyncio.wrap_future(self.acceptor.accept(objection, beside))
        if answer.receipt is None:
            raise RuntimeError  # a random request id is new
        if address:
            link = self._link(Use.CONFIRM, answer.event, language, now) if is_email else ""
            text = "mail_confirm" if is_email else "mail_received"
            self._write(address, text, language, now, link=link, number=f"{answer.event}")
        return Taken(answer.receipt, bool(address), request.lacks_country)

    async def standing(self, secret: str) -> Standing | None:
        """What became of the objection that a receipt's secret belongs to."""
        return await asyncio.to_thread(standing, self.registry, secret)

    async def confirm(self, token: str) -> Answer:
        """Record that a link of ours was opened.

        Raises:
            InvalidLink, ExpiredLink: nothing was changed. NotAcknowledged: nothing was recorded.
        """
        event = self.links.event(Use.CONFIRM, token, self.clock())
        return await asyncio.wrap_future(self.acceptor.confirm(await self._request_id(event)))

    async def ask_to_withdraw(
        self, secret: str, fields: Mapping[str, Any], language: str, *, releases_older: bool
    ) -> Outcome:
        """Withdraw, or send the link that does; what was published before stays out unless it is released.

        An objection takes a name; its withdrawal takes the receipt and the name, and where that is an
        e-mail address, opening a link that is sent there.

        Raises:
            WrongField: its subject is the field. NotAcknowledged: nothing was recorded.
        """
        request = _read(fields)
        now = self.clock()
        with _fields():
            target = self.intake.target(request.type, request.value, request.region)
        if isinstance(request.type, TakedownType) and not releases_older:
            raise WrongField(
                "releases_older",
                expected=f"true: a {request.type} is taken down whole, and nothing of it is older",
                found="false",
                remedy="say that it may be used again, or do not withdraw",
            )
        event = await asyncio.to_thread(claimed, self.registry, secret, target, releases_older=releases_older)
        # Whoever finds a receipt shall not try names on it until one fits.
        if not self.attempts.allows(secret.strip().lower(), now):
            event = None
        if request.type is IdentifierType.EMAIL:
            if event is not None:
                use = Use.RELEASE if releases_older else Use.WITHDRAW
                link = self._link(use, event, language, now)
                address = normalise(IdentifierType.EMAIL, request.value)
                text = f"mail_{use.name.lower()}"
                self._write(address, text, language, now, link=link, number=f"{event}")
            return Outcome.LINK_SENT
        if event is None:
            return Outcome.NO_MATCH
        answer = await self._withdraw(event, WithdrawalProof.RECEIPT_SECRET, now, releases_older)
        return _OUTCOMES.get(answer.state, Outcome.NO_MATCH)

    async def withdraw(self, token: str) -> Answer:
        """Lift the one objection that a link of ours is about; errors as of :meth:`confirm`."""
        now = self.clock()
        use, event = self.links.opened(WITHDRAWING, token, now)
        # The link came with the receipt's secret, and was read at the address that the objection names.
        return await self._withdraw(event, WithdrawalProof.ACCOUNT_LOGIN, now, use is Use.RELEASE)

    async def _withdraw(
        self,
        event: int,
        proof: WithdrawalProof,
        now: datetime,
        releases_older: bool,  # noqa: FBT001
    ) -> Answer:
        request_id = await self._request_id(event)
        return await asyncio.wrap_future(
            self.acceptor.withdraw(request_id, proof=proof, received_at=now, releases_older=releases_older)
        )

    async def _request_id(self, event: int) -> str:
        request_id = await asyncio.to_thread(request_of, self.registry, event)
        if request_id is None:  # signed by this registry's key, and the log does not hold it: rolled back
            raise InvalidLink(
                "link",
                expected="a link about an objection of this registry",
                found="one about none",
                remedy="tell the operator: the registry may have been rolled back",
            )
        return request_id

    def _beside(self, correspondent: Correspondent) -> Beside | None:
        try:
            return self.keeping(correspondent)
        except OptoutError as error:  # it objects all the same, whoever can be answered
            self.mailer.on_failure(error)
            return None

    def _link(self, use: Use, event: int, language: str, now: datetime) -> str:
        token = self.links.token(use, event, now + timedelta(days=LINK_DAYS))
        path = "confirmation" if use is Use.CONFIRM else "withdrawal/link"
        return f"{self.public}/{language}/{path}?token={token}"

    def _write(self, to: str, text: str, language: str, now: datetime, **values: str) -> None:
        values |= {"days": f"{LINK_DAYS}", "site": f"{self.public}/{language}"}
        self.mailer.write(
            to,
            text_of(language, f"{text}_subject"),
            text_of(language, text, **values),
            language=language,
            now=now,
        )


def _read(fields: Mapping[str, Any]) -> Request:
    with _fields():
        request = read_request(fields)
    if len(str(request.value)) > LONGEST:
        raise WrongField(
            "value", expected=f"at most {LONGEST} characters", found="more", remedy="correct value"
        )
    return request


@contextmanager
def _fields() -> Iterator[None]:
    """What the intake refuses is a field that somebody filled in; what the registry refuses is not."""
    try:
        yield
    except BadInput as error:
        raise WrongField(
            error.subject, expected=error.expected, found=error.found, remedy=error.remedy
        ) from None
