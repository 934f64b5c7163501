"""The sample of kept pictures, one at a time: does it show a minor?"""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from pipelines.review.answers import page
from pipelines.review.desk import Desk, Drawn
from pipelines.review.entrance import Entrance, Form
from pipelines.review.image import Image, image_of
from pipelines.review.sample import Sample
from pipelines.review.sessions import Session
from pipelines.review.viewing import look_up, view_of
from schemas.errors import BadInput, Refused

_ANSWERS = {"minor": True, "none": False}


def sample_routes(desk: Desk, entrance: Entrance) -> APIRouter:
    """The routes of the sample."""
    routes = APIRouter(prefix="/sample")

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

    @routes.get("/{number}/{medium}/picture")
    def picture_of(request: Request, number: int, medium: int) -> Response:
        session = entrance.session(request)
        drawn = _drawn(desk, number, medium)
        is_viewed = drawn is not None and _key(drawn) in session.viewed
        image = image_of(desk, look_up(desk, [drawn.looked_at.place])) if drawn and is_viewed else None
        if isinstance(image, Image):
            return Response(image.data, media_type=image.type)
        return Response(status_code=404)

    @routes.post("/{number}/{medium}")
    def answer(request: Request, number: int, medium: int, form: Form) -> Response:
        session = entrance.of_form(request, form)
        if form.get("answer") == "skip":
            return _skipped(desk.sample(), session, number)
        drawn = _drawn(desk, number, medium)
        return _gone(session) if drawn is None else _answered(desk, session, drawn, form)

    return routes


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


def _answered(desk: Desk, session: Session, drawn: Drawn, form: dict[str, str]) -> Response:
    try:
        minor = _checked(desk, session, drawn, form)
    except Refused as error:
        session.said = f"Nothing was written down: {error.remedy}."
        return _drawn_page(desk, session, drawn, status=409)
    desk.check(drawn, minor, session.actor)
    session.said = "A minor: the picture is refused, in every copy." if minor else "No minor."
    return RedirectResponse("/sample", 303)


def _checked(desk: Desk, session: Session, drawn: Drawn, form: dict[str, str]) -> bool:
    """What somebody saw. A minor that was not seen before may be seen later, and not the other way round.

    Raises:
        Refused: they were not shown the picture, or it is blurred, or was checked meanwhile.
        BadInput: the source is not what the version saw.
    """
    minor = _ANSWERS.get(form.get("answer", ""))
    if minor is None or _key(drawn) not in session.viewed:
        raise Refused("picture", remedy="look at it again")
    if drawn.minor is not None and not (minor and not drawn.minor):
        raise Refused("picture", remedy="it was checked; only a minor that was missed can be added")
    if not isinstance(image_of(desk, look_up(desk, [drawn.looked_at.place])), Image):
        raise Refused("picture", remedy="nobody can see the picture here, and nobody says what it shows")
    if form.get("looked") != "yes":
        raise Refused("picture", remedy="look at the picture first")
    return minor


def _drawn_page(desk: Desk, session: Session, drawn: Drawn, *, status: int = 200) -> Response:
    address = f"/sample/{drawn.number + 1}/{drawn.medium}"
    try:
        shown = look_up(desk, [drawn.looked_at.place])
    except BadInput as error:
        return _changed(session, address, error)
    session.view(_key(drawn), lambda: desk.check(drawn, None, session.actor))
    values = {
        "session": session,
        "said": session.take_said(),
        "drawn": drawn,
        "address": address,
        "view": view_of(desk, shown, ()),
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


def _key(drawn: Drawn) -> tuple[str, ...]:
    return ("sample", str(drawn.sample.event.number), str(drawn.number), str(drawn.medium))


def _skip_key(sample: Sample, number: int) -> tuple[str, ...]:
    return (str(sample.event.number), str(number))
