"""Wires the site together: pages, API, and what lives beside the requests."""

from __future__ import annotations

import reflex as rx

from cuttingasmr import routes
from cuttingasmr.api.app import make_api
from cuttingasmr.lifespan import lifespan
from cuttingasmr.observability import logs
from cuttingasmr.pages.home import home
from cuttingasmr.settings import get_settings

logs.configure(as_json=get_settings().app_env == "production")

app = rx.App(api_transformer=make_api(), html_lang="en")
app.register_lifespan_task(lifespan)
app.add_page(home, route=routes.HOME, title="CuttingASMR")
