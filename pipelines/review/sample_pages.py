"""The sample of kept pictures, one at a time: does it show a minor?"""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from pipelines.review.answers import page
from pipelines.review.desk import Desk, Drawn, Saw
from pipelines.review.entrance import Entrance, Form
from pipelines.review.image import Image, image_of
from pipelines.review.sample import Sample
from pipelines.review.sending import ask, send
from pipelines.review.sessions import Session
from pipelines.review.viewing import look_up, view_of
from schemas.errors import BadInput, Refused

_ANSWERS: dict[str, Saw] = {"minor": "minor", "none": "none"}


def sample_routes(desk: Desk, entrance: Entrance) -> APIRouter:
    """The routes of the sample."""
    routes = APIRouter(prefix="/sample")
    _picture_routes(routes, desk, entrance)

    @routes.get("")
    def first(request: Request) -> Response:
        return _next(desk.sample(), entrance.session(request))

    @routes.post("/unskip")
    def unskip(request: Request, form: Form) -> Response:
        entrance.of_form(request, form).skipped_picks.clear()
        return RedirectResponse("/sample", 303)

    @routes.get("/{number}")
    def find(request: Request, number: int) -> Response:
        return _find(desk, entrance.session(request), number)

    @routes.get("/{number}/{medium}")
    def show(request: Request, number: int, medium: int) -> Response:
        return _show(desk, entrance.session(request), number, medium)

    @routes.post("/{number}/{medium}")
    def answer(request: Request, number: int, medium: int, form: Form) -> Response:
        session = entrance.of_form(request, form, leaves=False)
        seen = session.leave()
        if form.get("answer") == "skip":
            return _skipped(desk.sample(), session, number)
        drawn = _drawn(desk, number, medium)
        if drawn is None:
            return _gone(session)
        return _answered(desk, session, drawn, form, is_seen=seen == _key(drawn))

    return routes


def _picture_routes(routes: APIRouter, desk: Desk, entrance: Entrance) -> None:
    @routes.get("/{number}/{medium}/picture")
    def picture_of(request: Request, number: int, medium: int) -> Response:
        session = entrance.session(request)
        drawn = _drawn(desk, number, medium)
        if drawn is None:
            return Response(status_code=404)
        return send(desk, session, _key(drawn), [drawn.looked_at.place])

    @routes.post("/{number}/{medium}/picture")
    def ask_for(request: Request, number: int, medium: int, form: Form) -> Response:
        session = entrance.of_form(request, form, leaves=False)
        drawn = _drawn(desk, number, medium)
        if drawn is None:
            return _gone(session)
        place = drawn.looked_at.place
        ask(desk, session, _key(drawn), [place], lambda: desk.check(drawn, "looked", session.actor))
        return RedirectResponse(_address(drawn), 303)


def _next(sample: Sample | None, session: Session) -> Response:
    """To the first picture that nobody has checked; when there is none, a page says so."""
    left = [] if sample is None else [n for n in range(sample.draw.kept) if n not in sample.checked]
    for number in left:
        if sample is not None and _skip_key(sample, number) not in session.skipped_picks:
            return RedirectResponse(f"/sample/{number + 1}", 303)
    session.leave()
    values = {"session": session, "said": session.take_said(), "sample": sample, "open": len(left)}
    return page("sample_done", values)


def _find(desk: Desk, session: Session, number: int) -> Response:
    """To what nobody has checked of a pick, or its first candidate."""
    sample = desk.sample()
    if sample is None or not 1 <= number <= sample.draw.kept:
        return _gone(session)
    try:
        candidates = desk.candidates(sample, number - 1)
    except BadInput as error:
        return _changed(session, f"/sample/{number}/0", error)
    media = [one.place.medium for one in candidates]
    seen = sample.seen.get(number - 1, {})
    medium = next((one for one in media if one not in seen), media[0])
    return RedirectResponse(f"/sample/{number}/{medium}", 303)


def _show(desk: Desk, session: Session, number: int, medium: int) -> Response:
    try:
        drawn = _drawn(desk, number, medium)
    except BadInput as error:
        return _changed(session, f"/sample/{number}/{medium}", error)
    return _gone(session) if drawn is None else _drawn_page(desk, session, drawn)


def _skipped(sample: Sample | None, session: Session, number: int) -> Response:
    if sample is not None:
        session.skipped_picks.add(_skip_key(sample, number - 1))
        session.said = "Skipped."
    return RedirectResponse("/sample", 303)


def _answered(desk: Desk, session: Session, drawn: Drawn, form: dict[str, str], *, is_seen: bool) -> Response:
    try:
        saw = _checked(desk, session, drawn, form, is_seen=is_seen)
    except Refused as error:
        session.said = f"Nothing was written down: {error.remedy}."
        return _drawn_page(desk, session, drawn, status=409)
    desk.check(drawn, saw, session.actor)
    session.said = "A minor: the picture is refused, in every copy." if saw == "minor" else "No minor."
    return RedirectResponse("/sample", 303)


def _checked(desk: Desk, session: Session, drawn: Drawn, form: dict[str, str], *, is_seen: bool) -> Saw:
    """What somebody saw. A minor that was not seen before may be seen later, and not the other way round.

    Raises:
        Refused: they were not shown the page, or the picture was not sent to them there, or was checked
            meanwhile. BadInput: the source is not what the version saw.
    """
    saw = _ANSWERS.get(form.get("answer", ""))
    if saw is None or _key(drawn) not in session.viewed:
        raise Refused("picture", remedy="look at it again")
    if drawn.minor is not None and not (saw == "minor" and not drawn.minor):
        raise Refused("picture", remedy="it was checked; only a minor that was missed can be added")
    if not isinstance(image_of(desk, look_up(desk, [drawn.looked_at.place])), Image):
        raise Refused("picture", remedy="nobody can see the picture here, and nobody says what it shows")
    if not is_seen:
        raise Refused("picture", remedy="look at the picture first")
    return saw


def _drawn_page(desk: Desk, session: Session, drawn: Drawn, *, status: int = 200) -> Response:
    address = _address(drawn)
    try:
        shown = look_up(desk, [drawn.looked_at.place])
    except BadInput as error:
        return _changed(session, address, error)
    showing = session.view(_key(drawn), lambda: desk.check(drawn, "viewed", session.actor))
    values = {
        "session": session,
        "said": session.take_said(),
        "drawn": drawn,
        "address": address,
        "view": view_of(desk, shown, ()),
        "showing": showing,
    }
    return page("drawn", values, status=status)


def _changed(session: Session, address: str, error: BadInput) -> Response:
    session.leave()
    values = {"session": session, "said": session.take_said(), "address": address, "problem": str(error)}
    return page("changed", {**values, "list": "sample"}, status=409)


def _gone(session: Session) -> Response:
    session.leave()
    return page("gone", {"session": session, "said": session.take_said()}, status=404)


def _drawn(desk: Desk, number: int, medium: int) -> Drawn | None:
    """The candidate of a pick; None: the sample has none such."""
    sample = desk.sample()
    if sample is None or not 1 <= number <= sample.draw.kept:
        return None
    drawn = Drawn(sample, number - 1, desk.candidates(sample, number - 1), medium)
    return drawn if any(one.place.medium == medium for one in drawn.candidates) else None


def _address(drawn: Drawn) -> str:
    return f"/sample/{drawn.number + 1}/{drawn.medium}"


def _key(drawn: Drawn) -> tuple[str, ...]:
    return ("sample", str(drawn.sample.event.number), str(drawn.number), str(drawn.medium))


def _skip_key(sample: Sample, number: int) -> tuple[str, ...]:
    return (str(sample.event.number), str(number))
