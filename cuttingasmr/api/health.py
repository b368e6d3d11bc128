"""Whether the site works, part by part."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Response

from cuttingasmr import __version__, db
from cuttingasmr.console import checks as parts

router = APIRouter(prefix="/api/health", tags=["health"])


@router.head("", include_in_schema=False)
@router.get("")
async def health(response: Response) -> dict[str, Any]:
    """Check every part. 503 when something without which nothing works does not."""
    checks = await parts.all_checks()
    status = parts.overall(checks)
    if status == "unhealthy":
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    return {
        "status": status,
        "service": "cuttingasmr",
        "version": __version__,
        "timestamp": db.utc_now().isoformat(),
        "checks": checks,
    }


@router.get("/live")
async def live() -> dict[str, str]:
    """Tell that the process answers."""
    return {"status": "healthy"}


@router.get("/ready")
async def ready(response: Response) -> dict[str, str]:
    """Tell whether visitors can be sent here."""
    check = await parts.database()
    if check["status"] == "down":
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    return {"status": "healthy" if check["status"] == "ok" else "unhealthy"}
