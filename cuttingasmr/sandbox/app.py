"""Puts the strangers together. One rule: this is the only place that knows them all."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route

from .breakage import Breakages
from .clerk import Clerk
from .control import Control
from .creem import Creem
from .kie import Kie
from .kie.account import Accounts
from .kie.courier import Courier
from .kie.workshop import Workshop
from .mail import Mail
from .settings import Settings
from .store import Store
from .stranger import routes
from .studio import Studio
from .traffic import Traffic


def build_app(settings: Settings) -> Starlette:
    """Build the application; it opens its files and takes up its work when it starts."""
    return Starlette(lifespan=lambda app: _living(app, settings))


@asynccontextmanager
async def _living(app: Starlette, settings: Settings) -> AsyncIterator[None]:
    store = Store(settings.data_dir / "sandbox.sqlite3")
    traffic, breakages = Traffic(store), Breakages()
    studio, accounts = Studio(settings.data_dir / "films"), Accounts(settings.create_limit)
    courier = Courier(
        settings.hmac_key, settings.callback_pause, lambda operation: traffic.count("kie", operation)
    )
    workshop = Workshop(store, studio, courier, accounts)
    kie = Kie(settings, workshop, studio, accounts)
    creem = Creem(settings.creem, store, lambda operation: traffic.count("creem", operation))
    clerk = Clerk(settings.clerk, store, lambda operation: traffic.count("clerk", operation))

    mail = Mail(store)

    def forget() -> None:
        for part in (workshop, kie, creem, clerk, mail, accounts, traffic):
            part.forget()
        breakages.clear()
        store.clear()

    posts = {"creem": creem.post.move, "clerk": clerk.post.move}
    control = Control(traffic, breakages, workshop.tasks, forget, posts)
    everybody = (kie, creem, clerk, mail)
    strangers = [route for stranger in everybody for route in routes(stranger, breakages, traffic)]
    app.router.routes.extend([*strangers, *control.routes(), *_front()])
    workshop.resume()
    creem.resume()
    clerk.resume()
    yield
    for part in (workshop, kie, creem, clerk, studio, courier):
        await part.close()
    store.close()


def _front() -> list[Route]:
    page = (Path(__file__).parent / "page.html").read_text(encoding="utf-8")

    async def home(_request: Request) -> HTMLResponse:
        return HTMLResponse(page)

    async def healthz(_request: Request) -> JSONResponse:
        return JSONResponse({"status": "ok"})

    return [Route("/", home), Route("/healthz", healthz)]
