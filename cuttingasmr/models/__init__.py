"""The tables. They say what may be stored, and hold no queries."""

from cuttingasmr.models.audit import AuditEntry
from cuttingasmr.models.credit import CreditEntry, Kind
from cuttingasmr.models.engine import EngineBeat
from cuttingasmr.models.session import SessionRow
from cuttingasmr.models.user import User
from cuttingasmr.models.video import ENDED, Status, Video

__all__ = [
    "ENDED",
    "AuditEntry",
    "CreditEntry",
    "EngineBeat",
    "Kind",
    "SessionRow",
    "Status",
    "User",
    "Video",
]
