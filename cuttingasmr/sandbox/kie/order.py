"""Reading a request for a video. One rule: a wrong field is a 422 that names it, and nothing is guessed.

Fields and defaults are those of `providers.md` 2.3 and 2.9; kie.ai's texts for wrong fields are not documented, except "Ratio error".
"""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from .refusal import Refused

MODEL = "veo-3-1"
_TIERS = ("veo3_fast", "veo3", "veo3_lite")
_RATIOS = ("16:9", "9:16", "Auto")
_KINDS = ("TEXT_2_VIDEO", "FIRST_AND_LAST_FRAMES_2_VIDEO", "REFERENCE_2_VIDEO")
_SECONDS = (4, 6, 8)


class Order(NamedTuple):
    """What somebody wants made."""

    prompt: str
    tier: str
    ratio: str
    resolution: str
    seconds: int
    callback_url: str
    param: str
    kind: str = "TEXT_2_VIDEO"
    images: tuple[str, ...] = ()


class _Names(NamedTuple):
    """How an API spells what both have."""

    kind: str
    images: str


def read_json(body: bytes) -> dict[str, Any]:
    """Read the request's JSON object."""
    try:
        told = json.loads(body)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise Refused(400, "The request body must be a JSON object")
    return told  # pyright: ignore[reportUnknownVariableType] - JSON


def read_veo_order(told: dict[str, Any]) -> Order:
    """Read an order in the old API's spelling."""
    seeds = told.get("seeds")
    if seeds is not None and not (_is_number(seeds) and 10_000 <= seeds <= 99_999):  # noqa: PLR2004 - 2.3
        raise Refused(422, "seeds must be between 10000 and 99999")
    shown = {"prompt": told.get("prompt"), "waterMark": told.get("watermark")}
    return _read(told, _Names("generationType", "imageUrls"), told.get("callBackUrl"), json.dumps(shown))


def read_job_order(told: dict[str, Any]) -> Order:
    """Read an order in the unified API's spelling, for the model `veo-3-1`."""
    given = told.get("input")
    if not isinstance(given, dict):
        raise Refused(422, "input is required")
    return _read(given, _Names("generation_type", "image_urls"), told.get("callBackUrl"), json.dumps(told))


def _read(given: dict[str, Any], names: _Names, callback: object, param: str) -> Order:
    order = Order(
        prompt=_field(
            given,
            "prompt",
            "",
            lambda told: isinstance(told, str) and bool(told.strip()),
            "prompt is required",
        ),
        tier=_field(given, "model", "veo3_fast", _TIERS.__contains__, "Model error"),
        ratio=_field(given, "aspect_ratio", "16:9", _RATIOS.__contains__, "Ratio error"),
        resolution=_field(
            given, "resolution", "720p", ("720p", "1080p", "4k").__contains__, "Resolution error"
        ),
        seconds=_field(
            given, "duration", 8, lambda told: _is_number(told) and told in _SECONDS, "Duration error"
        ),
        callback_url=_field({"url": callback}, "url", "", _is_address, "callBackUrl must be a URL"),
        param=param,
    )
    kind = _field(given, names.kind, "TEXT_2_VIDEO", _KINDS.__contains__, f"{names.kind} error")
    images = _field(
        given, names.images, [], lambda told: isinstance(told, list), f"{names.images} must be a list"
    )
    _check_images(kind, images, order)
    if order.resolution == "4k":
        raise Refused(505, "4k is not available in the sandbox")
    return order._replace(kind=kind, images=tuple(str(image) for image in images))


def _check_images(kind: str, images: list[object], order: Order) -> None:
    if kind == "REFERENCE_2_VIDEO" and order.seconds != 8:  # noqa: PLR2004 - 2.3
        raise Refused(422, "REFERENCE_2_VIDEO supports only 8 seconds")
    if (kind == "REFERENCE_2_VIDEO" and not images) or len(images) > (
        3 if kind == "REFERENCE_2_VIDEO" else 2
    ):
        raise Refused(422, "The number of images does not fit the generation type")
    if not all(isinstance(image, str) and image and _is_address(image) for image in images):
        raise Refused(422, "Images must be URLs")


def _field(given: dict[str, Any], name: str, default: Any, fits: Callable[[Any], bool], refusal: str) -> Any:  # noqa: ANN401 - JSON
    """Read a field; one that is absent or null has its default, which for a required one does not fit."""
    told = given.get(name)
    told = default if told is None else told
    try:
        fine = fits(told)
    except TypeError:  # an unhashable value where a word belongs
        fine = False
    if not fine:
        raise Refused(422, refusal)
    return told


def _is_number(told: object) -> bool:
    return isinstance(told, int) and not isinstance(told, bool)


def _is_address(told: object) -> bool:
    return isinstance(told, str) and (not told or told.startswith(("http://", "https://")))
