"""The pages: what is processed and why, and all the others, in one router. None needs JavaScript."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from optout_registry.door.follow_pages import link_routes, status_routes, withdrawal_routes
from optout_registry.door.form_pages import form_routes
from optout_registry.door.service import Service
from optout_registry.door.takedown_pages import takedown_routes
from optout_registry.door.texts import Language, page, preferred, stylesheet


@dataclass(frozen=True)
class Programme:
    """What people are told of: who trains on what. Handed in, because the policy is not the registry's."""

    controller: str
    contact: str
    platform: str
    surfaces: Mapping[str, tuple[str, ...]]
    """Surfaces that are used, each with its needs: public, adult_now, adult_at_posting, notice, region."""
    dropped_roles: tuple[str, ...]
    """Roles in which somebody who objected takes others' records out."""
    masked_roles: tuple[str, ...]
    """Roles in which only the handle of somebody who objected is hidden."""
    min_age: int
    notice_days: int
    retention_days: int
    """Days for which an address is kept after the case ended."""

    def by_needs(self) -> list[tuple[tuple[str, ...], list[str]]]:
        """The needs there are, each with the surfaces that have them."""
        found: dict[tuple[str, ...], list[str]] = {}
        for surface, needs in self.surfaces.items():
            found.setdefault(needs, []).append(surface)
        return list(found.items())


def page_routes(service: Service, programme: Programme) -> APIRouter:
    """The routes of the pages, for a browser and not for the API's description."""
    pages = APIRouter(include_in_schema=False)
    log_key = service.registry.identity.log_key
    shown = {"programme": programme, "log_key": log_key, "names": _names}

    @pages.get("/")
    def start(request: Request) -> Response:
        language = preferred(request.headers.get("accept-language", ""))
        return RedirectResponse(f"/{language}/", 303, {"Vary": "Accept-Language"})

    @pages.get("/door.css")
    def style() -> Response:
        return Response(stylesheet(), media_type="text/css")

    @pages.get("/{language}/")
    def information(language: Language) -> Response:
        return page("information", language, shown)

    for routes in (status_routes, withdrawal_routes, link_routes, takedown_routes):
        pages.include_router(routes(service))
    pages.include_router(form_routes(service))  # last: the others' paths fit its pattern, too
    return pages


def _names(labels: Mapping[str, str], chosen: Sequence[str]) -> str:
    return ", ".join(labels[one] for one in chosen)
