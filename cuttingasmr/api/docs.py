"""The API's documentation, to read and to try. Its viewer comes from a CDN, and runs only as the very file named here."""

from __future__ import annotations

import base64
import hashlib

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

router = APIRouter(prefix="/api", include_in_schema=False)

CDN = "https://cdn.jsdelivr.net/npm/swagger-ui-dist@5.35.0/"
SCRIPT = "sha384-gjRm0bEPMeTmMh5jT2cHccIwCUZSTd8YC+j0d0sXw0MdGEfScduGpSyF3ZSSLkX9"
STYLE = "sha384-WlYgdmXYOOBWL5apwjDEZwN+U3HmXSSu5R6V5aGxEcf7z+KuRNwBhoxKVN1i3D5I"
"""The hashes of the two files in npm's package: another file of that name is not run."""

START = """SwaggerUIBundle({url: "/api/openapi.json", dom_id: "#viewer", deepLinking: true})"""
PAGE = f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API · CuttingASMR</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="{CDN}swagger-ui.css" integrity="{STYLE}" crossorigin="anonymous">
</head>
<body>
<div id="viewer">The same as JSON: <a href="/api/openapi.json">/api/openapi.json</a></div>
<script src="{CDN}swagger-ui-bundle.js" integrity="{SCRIPT}" crossorigin="anonymous"></script>
<script>{START}</script>
</body>
</html>
"""
POLICY = "; ".join(
    (
        "default-src 'none'",
        f"script-src {CDN}swagger-ui-bundle.js 'sha256-{base64.b64encode(hashlib.sha256(START.encode()).digest()).decode()}'",
        f"style-src {CDN}swagger-ui.css 'unsafe-inline'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'none'",
    )
)


@router.get("/docs", response_class=HTMLResponse)
async def docs() -> HTMLResponse:
    """Show the documentation."""
    return HTMLResponse(PAGE, headers={"Content-Security-Policy": POLICY})
