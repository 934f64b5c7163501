"""The sample of kept pictures, one at a time: does it show a minor?"""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from pipelines.review.answers import page
from pipelines.review.desk import Desk, Pick, Sample
from pipelines.review.entrance import Entrance, Form
from pipelines.review.image import Image, image_of
from pipelines.review.sessions import Session
from pipelines.review.viewing import look_up, view_of
from schemas.errors import BadInput, Refused

_ANSWERS = {"minor": True, "none": False}


def sample_routes(desk: Desk, entrance: Entrance) -> APIRouter:
    """The routes of the sample."""
    routes = APIRouter(prefix="/sample")

    @routes.get("")
    def first(request: Request) -> Response:
        session = entrance.session(request)
        sample = desk.sample()
        for pick in sample.picks:
            if pick.minor is None and _key(pick) not in session.skipped:
                return RedirectResponse(f"/sample/{pick.number + 1}", 303)
        open_picks = sum(pick.minor is None for pick in sample.picks)
        values = {"session": session, "said": session.take_said(), "sample": sample, "open": open_picks}
        return page("sample_done", values)

    @routes.post("/unskip")
    def unskip(request: Request, form: Form) -> Response:
        entrance.of_form(request, form).skipped.clear()
        return RedirectResponse("/sample", 303)

    @routes.get("/{number}")
    def show(request: Request, number: int) -> Response:
        session = entrance.session(request)
        sample = desk.sample()
        pick = _find(sample, number)
        return _gone(session) if pick is None else _pick_page(desk, session, sample, pick)

    @routes.get("/{number}/picture")
    def picture_of(request: Request, number: int) -> Response:
        session = entrance.session(request)
        pick = _find(desk.sample(), number)
        image = image_of(desk, look_up(desk, [pick.place])) if pick and _key(pick) in session.viewed else None
        return (
            Response(image.data, media_type=image.type)
            if isinstance(image, Image)
            else Response(status_code=404)
        )

    @routes.post("/{number}")
    def answer(request: Request, number: int, form: Form) -> Response:
        session = entrance.of_form(request, form)
        pick = _find(desk.sample(), number)
        return _gone(session) if pick is None else _answered(desk, session, pick, form)

    return routes


def _answered(desk: Desk, session: Session, pick: Pick, form: dict[str, str]) -> Response:
    if form.get("answer") == "skip":
        session.skipped.add(_key(pick))
        session.said = "Skipped."
        return RedirectResponse("/sample", 303)
    try:
        minor = _checked(desk, session, pick, form)
        desk.check(pick, minor, session.actor)
    except Refused as error:
        session.said = f"Nothing was written down: {error.remedy}."
        sample = desk.sample()
        again = _find(sample, pick.number + 1)
        return _gone(session) if again is None else _pick_page(desk, session, sample, again, status=409)
    session.said = "A minor: the picture is refused, in every copy." if minor else "No minor."
    return RedirectResponse("/sample", 303)


def _checked(desk: Desk, session: Session, pick: Pick, form: dict[str, str]) -> bool:
    """What somebody saw.

    Raises:
        Refused: they were not shown the picture, or it is blurred, or was checked meanwhile.
        BadInput: the source is not what the version saw.
    """
    minor = _ANSWERS.get(form.get("answer", ""))
    if minor is None or pick.minor is not None or _key(pick) not in session.viewed:
        raise Refused("picture", remedy="look at it again")
    if not isinstance(image_of(desk, look_up(desk, [pick.place])), Image):
        raise Refused("picture", remedy="nobody can see the picture here, and nobody says what it shows")
    if form.get("looked") != "yes":
        raise Refused("picture", remedy="look at the picture first")
    return minor


def _pick_page(desk: Desk, session: Session, sample: Sample, pick: Pick, *, status: int = 200) -> Response:
    values: dict[str, object] = {
        "session": session,
        "pick": pick,
        "address": f"/sample/{pick.number + 1}",
        "position": pick.number + 1,
        "total": len(sample.picks),
        "result": sample.result,
    }
    try:
        shown = look_up(desk, [pick.place])
    except BadInput as error:
        return page("changed", {**values, "said": session.take_said(), "problem": str(error)}, status=409)
    session.first_view(_key(pick), lambda: desk.check(pick, None, session.actor))
    view = view_of(desk, shown, ())
    return page("pick", {**values, "said": session.take_said(), "view": view}, status=status)


def _gone(session: Session) -> Response:
    return page("gone", {"session": session, "said": session.take_said()}, status=404)


def _find(sample: Sample, number: int) -> Pick | None:
    return sample.picks[number - 1] if 1 <= number <= len(sample.picks) else None


def _key(pick: Pick) -> tuple[str, ...]:
    return ("sample", pick.place.split_digest, f"{pick.place.row}:{pick.place.medium}")
