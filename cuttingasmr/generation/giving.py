"""Which finished videos may leave: by a link, and many at once. What was deleted is not there, for anybody."""

from __future__ import annotations

from sqlmodel import Session, col, select

from cuttingasmr.errors import NotFound
from cuttingasmr.models import Status, User, Video

FINISHED = (col(Video.status) == Status.COMPLETED, col(Video.deleted_at).is_(None))


def finished(session: Session, *, video_id: str) -> Video:
    """Find a finished video of anybody, for somebody who has shown a link that we made; or raise `NotFound`."""
    stays = col(User.erase_at).is_(None)  # the links of who is leaving open nothing any more
    found = select(Video).join(User, col(User.id) == col(Video.user_id)).where(stays)
    video = session.exec(found.where(col(Video.id) == video_id, *FINISHED)).first()
    if video is None:
        raise NotFound
    return video


def all_of(session: Session, *, user_id: str, video_ids: list[str]) -> list[Video]:
    """Read finished videos of this person's in the order asked for; one that is not there is `NotFound` for all."""
    mine = select(Video).where(col(Video.id).in_(video_ids), col(Video.user_id) == user_id, *FINISHED)
    found = {video.id: video for video in session.exec(mine)}
    if len(found) < len(video_ids):
        raise NotFound
    return [found[video_id] for video_id in video_ids]
