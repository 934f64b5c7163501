"""Answers that say why something was not done, to programs as JSON and to people as a page."""

from collections.abc import Mapping
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from optout_registry.door.texts import language_of, page
from schemas.errors import OptoutError, Refused
from schemas.model import Model

API = "/api/"
"""What programs ask; everything else is for people."""
SECONDS = 60
"""In Retry-After."""


class Problem(Model):
    """Why a request was not done. It repeats nothing of the request."""

    subject: str
    """What is wrong: a field, or a part of the door."""
    expected: str | None = None
    """What it should be."""
    found: str | None = None
    """What it is instead, never a value that was sent."""
    remedy: str
    """What to do."""

    @classmethod
    def of_error(cls, error: OptoutError) -> "Problem":
        """The same as an error says it."""
        return cls(subject=error.subject, expected=error.expected, found=error.found, remedy=error.remedy)


class UnknownSecret(Refused):
    """A secret that belongs to no receipt of this registry."""


class Failure(NamedTuple):
    """A kind of failure: its status, its heading in the texts, and what programs are told."""

    status: int
    text: str
    problem: Problem


TOO_LARGE = Failure(
    413,
    "too_large",
    Problem(subject="body", expected="at most 16 KiB", found="more", remedy="send one request at a time"),
)
LARGE_FILE = Failure(
    413,
    "large_file",
    Problem(subject="file", expected="one that the form takes", found="a larger one", remedy="send less"),
)
SLOW_FILE = Failure(
    408,
    "slow_file",
    Problem(subject="file", expected="all of it in time", found="a part", remedy="send it again"),
)
TOO_MANY = Failure(
    429,
    "too_many",
    Problem(
        subject="requests",
        expected="fewer at once from one address",
        found="more than wait their turn",
        remedy="wait a minute; nobody is refused for good",
    ),
)
BUSY = Failure(
    503,
    "busy",
    Problem(
        subject="registry",
        expected="a record on disk",
        found="none: nothing was acknowledged, and no receipt was given",
        remedy="send the request again in a minute",
    ),
)
FOREIGN = Failure(
    403,
    "foreign",
    Problem(
        subject="origin",
        expected="a request from this site's own pages",
        found="one from another site",
        remedy="open the form on this site",
    ),
)
MISDIRECTED = Failure(
    421,
    "misdirected",
    Problem(
        subject="host",
        expected="the name this door is published under",
        found="another one",
        remedy="ask under the published address",
    ),
)
NOT_FOUND = Failure(
    404,
    "not_found",
    Problem(subject="path", expected="a path of the description", found="another one", remedy="correct it"),
)
BAD_REQUEST = Failure(
    400,
    "bad_request",
    Problem(
        subject="body", expected="what the description says", found="something else", remedy="correct it"
    ),
)
NOT_ALLOWED = Failure(
    405,
    "not_found",
    Problem(
        subject="method", expected="a method of the description", found="another one", remedy="correct it"
    ),
)
UNKNOWN_SECRET = Failure(
    404,
    "unknown_secret",
    Problem(
        subject="secret",
        expected="the secret of a receipt of this registry",
        found="another one",
        remedy="copy it again from the receipt",
    ),
)
INVALID_LINK = Failure(
    404,
    "invalid_link",
    Problem(
        subject="token",
        expected="that of a link of ours, whole",
        found="another one",
        remedy="copy it again from the message",
    ),
)
EXPIRED_LINK = Failure(
    410,
    "expired_link",
    Problem(
        subject="token",
        expected="that of a link whose time is not over",
        found="an expired one: nothing was changed",
        remedy="an objection counts without it; to withdraw one, ask for a new link",
    ),
)
FAILED = Failure(
    500,
    "failed",
    Problem(
        subject="door",
        expected="an answer",
        found="a fault of this program; nothing was acknowledged",
        remedy="send the request again; tell the operator if that fails, too",
    ),
)


def failure_response(
    failure: Failure, request: Request, headers: Mapping[str, str] | None = None
) -> Response:
    """What is answered to a request that failed so."""
    again = dict(headers or {})
    if failure.status in {429, 503}:
        again["Retry-After"] = str(SECONDS)
    if request.url.path.startswith(API):
        return JSONResponse(failure.problem.model_dump(), failure.status, headers=again)
    language = language_of(request)
    return page("failure", language, {"failure": failure.text}, status=failure.status, headers=again)


async def answer_problem(failure: Failure, scope: Scope, receive: Receive, send: Send) -> None:
    """The same from where there is no route yet."""
    await failure_response(failure, Request(scope))(scope, receive, send)
