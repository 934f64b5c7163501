"""The queue, one item at a time: look at it, then refuse, release or skip it."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from pipelines.review.answers import page
from pipelines.review.decisions import Standing, standing
from pipelines.review.desk import Desk, Doing, Queue
from pipelines.review.entrance import Entrance, Form
from pipelines.review.image import Image, image_of
from pipelines.review.sending import ask, send
from pipelines.review.sessions import Session
from pipelines.review.viewing import look_up, view_of
from pipelines.review.waiting import Waiting
from schemas.canonical import canonical_json, sha256
from schemas.errors import BadInput, Refused

_DOING: dict[str, Doing] = {
    "refuse": "refused", "propose": "proposed", "confirm": "released", "drop": "dropped",
}  # fmt: skip
_SAID: dict[Doing, str] = {
    "refused": "Refused: the picture is not used, in any copy.",
    "proposed": "Release proposed: another person has to confirm it.",
    "released": "Released: two people have agreed.",
    "dropped": "The proposal is dropped: the picture waits as before.",
}


def item_routes(desk: Desk, entrance: Entrance) -> APIRouter:
    """The routes of the queue."""
    routes = APIRouter()
    _picture_routes(routes, desk, entrance)

    @routes.get("/")
    def first(request: Request) -> Response:
        return _next(desk.queue(), entrance.session(request))

    @routes.post("/unskip")
    def unskip(request: Request, form: Form) -> Response:
        entrance.of_form(request, form).skipped.clear()
        return RedirectResponse("/", 303)

    @routes.get("/queue/{picture}/{words}")
    def show(request: Request, picture: str, words: str) -> Response:
        session = entrance.session(request)
        queue = desk.queue()
        item = _find(queue, picture, words)
        return _gone(session) if item is None else _item_page(desk, session, queue, item)

    @routes.post("/queue/{picture}/{words}")
    def decide(request: Request, picture: str, words: str, form: Form) -> Response:
        session = entrance.of_form(request, form, leaves=False)
        seen = session.leave()
        item = _find(desk.queue(), picture, words)
        if item is None:
            return _gone(session)
        if form.get("decision") == "skip":
            session.skipped.add(_key(item))
            session.said = "Skipped."
            return RedirectResponse("/", 303)
        return _decided(desk, session, item, form, is_seen=seen == _key(item))

    return routes


def _picture_routes(routes: APIRouter, desk: Desk, entrance: Entrance) -> None:
    @routes.get("/queue/{picture}/{words}/picture")
    def picture_of(request: Request, picture: str, words: str) -> Response:
        session = entrance.session(request)
        item = _find(desk.queue(), picture, words)
        return Response(status_code=404) if item is None else send(desk, session, _key(item), item.places)

    @routes.post("/queue/{picture}/{words}/picture")
    def ask_for(request: Request, picture: str, words: str, form: Form) -> Response:
        session = entrance.of_form(request, form, leaves=False)
        item = _find(desk.queue(), picture, words)
        if item is None:
            return _gone(session)
        ask(desk, session, _key(item), item.places, lambda: desk.record("looked", item, session.actor))
        return RedirectResponse(_address(item), 303)


def _decided(desk: Desk, session: Session, item: Waiting, form: dict[str, str], *, is_seen: bool) -> Response:
    try:
        doing = _checked(desk, session, item, form, is_seen=is_seen)
        desk.record(doing, item, session.actor)
    except Refused as error:
        session.said = f"Nothing was decided. {_sentence(error)}"
        queue = desk.queue()
        left = _find(queue, item.picture, item.words)
        return _gone(session) if left is None else _item_page(desk, session, queue, left, status=409)
    session.said = _SAID[doing]
    return RedirectResponse(_address(item) if doing == "dropped" else "/", 303)


def _checked(desk: Desk, session: Session, item: Waiting, form: dict[str, str], *, is_seen: bool) -> Doing:
    """What a form decides, about what this session was shown; ``is_seen``: the picture itself, in this view.

    Raises:
        Refused: it was not shown, or has changed since; to release it, the picture must have been seen.
        BadInput: the source is not what the version saw.
    """
    doing = _DOING.get(form.get("decision", ""))
    is_as_shown = form.get("state") == _state(desk.queue(), item)
    if doing is None or _key(item) not in session.viewed or not is_as_shown:
        raise Refused(
            "picture",
            expected="one that you were shown as it is now",
            found="one of which something has changed",
            remedy="look at it again",
        )
    shown = look_up(desk, item.places)
    if doing in {"proposed", "released"}:
        if not isinstance(image_of(desk, shown), Image):
            raise Refused(
                "release",
                expected="a picture that is shown here",
                found="one that is not",
                remedy="make it one that is, or refuse it: nobody releases what nobody has seen",
            )
        if not is_seen:
            raise Refused(
                "release",
                expected="a picture that was sent to you on this page",
                found="one that was not",
                remedy="look at it, and decide then",
            )
    return doing


def _item_page(desk: Desk, session: Session, queue: Queue, item: Waiting, *, status: int = 200) -> Response:
    same = [one for one in queue.items if one.picture == item.picture]
    values: dict[str, object] = {
        "session": session,
        "item": item,
        "address": _address(item),
        "position": queue.items.index(item) + 1,
        "total": len(queue.items),
        "records": sum(one.records for one in same),
        "splits": len({place.split for one in same for place in one.places}),
        "wordings": len(same),
        "days": None if item.expires is None else (item.expires - desk.now()).days,
        "stands": standing(queue.now, item),
        "state": _state(queue, item),
    }
    try:
        shown = look_up(desk, item.places)
    except BadInput as error:
        session.leave()
        problem = {"said": session.take_said(), "problem": str(error), "list": "queue"}
        return page("changed", {**values, **problem}, status=409)
    showing = session.view(_key(item), lambda: desk.record("viewed", item, session.actor))
    view = view_of(desk, shown, item.rules)
    said = session.take_said()
    return page("item", {**values, "said": said, "view": view, "showing": showing}, status=status)


def _next(queue: Queue, session: Session) -> Response:
    """To the worst item about which this actor can still do something; when there is none, a page says so."""
    stands: list[tuple[Waiting, Standing]] = [(item, standing(queue.now, item)) for item in queue.items]
    own = [item for item, one in stands if one.event is not None and one.event.actor == session.actor]
    rest = [item for item in queue.items if item not in own]
    for item in rest:
        if _key(item) not in session.skipped:
            return RedirectResponse(_address(item), 303)
    session.leave()
    values = {"session": session, "said": session.take_said(), "skipped": len(rest), "proposed": own}
    return page("done", {**values, "addresses": [_address(item) for item in own]})


def _gone(session: Session) -> Response:
    session.leave()
    return page("gone", {"session": session, "said": session.take_said()}, status=404)


def _find(queue: Queue, picture: str, words: str) -> Waiting | None:
    return next((one for one in queue.items if (one.picture, one.words) == (picture, words)), None)


def _key(item: Waiting) -> tuple[str, ...]:
    return (item.picture, item.words)


def _address(item: Waiting) -> str:
    return f"/queue/{item.picture}/{item.words}"


def _state(queue: Queue, item: Waiting) -> str:
    """What a form was made for: the rules that fire, and what others have done."""
    event = standing(queue.now, item).event
    return sha256(canonical_json([item.rules, None if event is None else event.number]))


def _sentence(error: Refused) -> str:
    return f"Expected {error.expected}, found {error.found}: {error.remedy}."
