"""The picture itself: sent to who asked for it, on the page that is shown to them, and to nobody else."""

from collections.abc import Callable, Sequence

from starlette.responses import Response

from pipelines.review.desk import Desk
from pipelines.review.image import Image, image_of
from pipelines.review.sessions import Session
from pipelines.review.viewing import look_up
from pipelines.review.waiting import Place
from schemas.errors import BadInput


def ask(
    desk: Desk,
    session: Session,
    item: tuple[str, ...],
    places: Sequence[Place],
    record: Callable[[], None],
) -> None:
    """Let the picture at ``places`` be sent, where it can be; ``record`` is called before, once in a view."""
    if _picture(desk, places) is not None:
        session.ask(item, record)


def send(desk: Desk, session: Session, item: tuple[str, ...], places: Sequence[Place]) -> Response:
    """The bytes of a picture that was asked for; 404: it was not, or not in this view, or cannot be shown."""
    image = _picture(desk, places) if session.is_asked(item) else None
    if image is None or not session.send(item):
        return Response(status_code=404)
    return Response(image.data, media_type=image.type)


def _picture(desk: Desk, places: Sequence[Place]) -> Image | None:
    """None: it is not shown here, or the source is not what the version saw; the page says which."""
    try:
        image = image_of(desk, look_up(desk, places))
    except BadInput:
        return None
    return image if isinstance(image, Image) else None
