"""Signing in with an actor's token, and out; and who is signed in."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from pipelines.review.answers import form_of, page
from pipelines.review.desk import Desk
from pipelines.review.sessions import LASTS, Session, Sessions
from schemas.errors import Refused

Form = Annotated[dict[str, str], Depends(form_of)]


class SignedOut(Exception):
    """Nobody is signed in, or not any more."""


class ForeignForm(Exception):
    """A form that is not of this session."""


@dataclass(frozen=True)
class Entrance:
    """Who may come in."""

    desk: Desk
    sessions: Sessions
    cookie: str
    """Its name holds the port: cookies of one host reach every port."""

    def session(self, request: Request) -> Session:
        """The session of a request.

        Raises:
            SignedOut: there is none, or the actor's token was revoked.
        """
        name = request.cookies.get(self.cookie, "")
        session = self.sessions.find(name)
        if session is None:
            raise SignedOut
        try:
            self.desk.actor_of_token(session.token)
        except Refused as error:
            self.sessions.end(name)
            raise SignedOut from error
        return session

    def of_form(self, request: Request, form: dict[str, str], *, leaves: bool = True) -> Session:
        """The session of a request that changes something; ``leaves``: what is shown next is a view.

        Raises:
            SignedOut: as above. ForeignForm: another session's form, or none.
        """
        session = self.session(request)
        if not session.is_own(form.get("form", "")):
            raise ForeignForm
        if leaves:
            session.leave()
        return session


def entrance_routes(entrance: Entrance) -> APIRouter:
    """The routes in and out."""
    routes = APIRouter()

    @routes.get("/sign-in")
    def ask() -> Response:
        return page("sign_in", {"wrong": False})

    @routes.post("/sign-in")
    def sign_in(request: Request, form: Form) -> Response:
        token = form.get("token", "").strip()
        try:
            actor = entrance.desk.actor_of_token(token)
        except Refused:
            return page("sign_in", {"wrong": True}, status=401)
        entrance.sessions.end(request.cookies.get(entrance.cookie, ""))
        answer = RedirectResponse("/", 303)
        # Not Secure: this is http on this machine alone, where not every browser would send it back.
        answer.set_cookie(
            entrance.cookie,
            entrance.sessions.begin(actor, token),
            max_age=int(LASTS.total_seconds()),
            httponly=True,
            samesite="strict",
        )
        return answer

    @routes.post("/sign-out")
    def sign_out(request: Request, form: Form) -> Response:
        entrance.of_form(request, form)
        entrance.sessions.end(request.cookies.get(entrance.cookie, ""))
        answer = RedirectResponse("/sign-in", 303)
        answer.delete_cookie(entrance.cookie, httponly=True, samesite="strict")
        return answer

    @routes.post("/keys")
    def keys(request: Request, form: Form) -> Response:
        session = entrance.of_form(request, form)
        session.keys = not session.keys
        return RedirectResponse("/sample" if form.get("list") == "sample" else "/", 303)

    return routes
