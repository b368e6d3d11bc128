"""Every page's path. Components and states link by these names, so none of them imports a page."""

from __future__ import annotations

from urllib.parse import urlencode

HOME = "/"
PROFILE = "/profile"
PROFILE_SETTINGS = "/profile#settings"
PROFILE_LETTERS = "/profile#notices"
LIBRARY = "/library"
PRICING = "/pricing"
PAYMENT_SUCCESS = "/payment/success"
PAYMENT_CANCEL = "/payment/cancel"
TERMS = "/terms"
PRIVACY = "/privacy"
REFUND = "/refund"
PAYMENT_FLOW = "/test-payment-flow"
ADMIN = "/admin"
ADMIN_FEEDBACK = "/admin/feedback"
FEEDBACK = "/feedback"
ADMIN_USERS = "/admin/users"
ADMIN_ORDERS = "/admin/orders"
ADMIN_VIDEOS = "/admin/videos"
ADMIN_KEYS = "/admin/keys"
ADMIN_INBOX = "/admin/inbox"
ADMIN_AUDIT = "/admin/audit"
ADMIN_MODERATION = "/admin/moderation"
ADMIN_HEALTH = "/admin/health"
SIGN_IN = "/sign-in"
SIGN_UP = "/sign-up"
FORGOT_PASSWORD = "/forgot-password"  # noqa: S105 - a page
RESET_PASSWORD = "/reset-password"  # noqa: S105 - a page
VERIFY_EMAIL = "/verify-email"
NOT_FOUND = "/404"
CREDITS_CSV = "/api/user/credits.csv"
EXPORT_FILE = "/api/user/export-data?download=1"
VIDEOS_ZIP = "/api/user/videos.zip"


def video_file(video_id: str) -> str:
    """Say where a finished video can be watched."""
    return f"/api/videos/{video_id}/file"


def video_download(video_id: str) -> str:
    """Say where a finished video can be saved from."""
    return f"{video_file(video_id)}?download=true"


def video_poster(video_id: str) -> str:
    """Say where a finished video's picture is."""
    return f"/api/videos/{video_id}/poster"


def picture(picture_id: str) -> str:
    """Say where its owner can see a picture."""
    return f"/api/pictures/{picture_id}"


def picture_of(picture_id: str | None, otherwise: str) -> str:
    """Say where the picture is that somebody shows of themselves; without one of ours, the other one."""
    return f"/api/avatars/{picture_id}.webp" if picture_id else otherwise


def video_preview(video_id: str) -> str:
    """Say where the silent clip of a finished video is, once it has been cut."""
    return f"/api/videos/{video_id}/preview"


def video_file_1080p(video_id: str) -> str:
    """Say where the 1080p version of a video can be watched, once it is there."""
    return f"{video_file(video_id)}?quality=1080p"


def video_download_1080p(video_id: str) -> str:
    """Say where the 1080p version of a video can be saved from, once it is there."""
    return f"{video_download(video_id)}&quality=1080p"


def media(token: str) -> str:
    """Say where a link that opens one file for a while leads."""
    return f"/api/media/{token}"


def export_file(token: str) -> str:
    """Say where a link to an archive of somebody's data leads."""
    return f"/api/exports/{token}"


def stop_letters(token: str) -> str:
    """Say where letters that somebody can do without are stopped."""
    return f"/api/letters/stop/{token}"


def video_page(video_id: str) -> str:
    """Say where anybody can watch a video that is shared."""
    return f"/video/{video_id}"


def library_at(video_id: str) -> str:
    """Say where a video of one's own is looked at."""
    return f"{LIBRARY}?video={video_id}"


def in_console(page: str, **query: object) -> str:
    """Say where operators see something; what is empty is left out of the address."""
    said = urlencode({name: value for name, value in query.items() if value})
    return f"{page}?{said}" if said else page
