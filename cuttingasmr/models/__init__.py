"""The tables. They say what may be stored, and hold no queries."""

from cuttingasmr.models.agreement import Agreement
from cuttingasmr.models.audit import AuditEntry
from cuttingasmr.models.credit import CreditEntry, Kind
from cuttingasmr.models.engine import EngineBeat
from cuttingasmr.models.order import CREDITED, Order, OrderState
from cuttingasmr.models.session import SessionRow
from cuttingasmr.models.user import User
from cuttingasmr.models.video import ENDED, Status, Video
from cuttingasmr.models.webhook import Outcome, WebhookEvent

__all__ = [
    "CREDITED",
    "ENDED",
    "Agreement",
    "AuditEntry",
    "CreditEntry",
    "EngineBeat",
    "Kind",
    "Order",
    "OrderState",
    "Outcome",
    "SessionRow",
    "Status",
    "User",
    "Video",
    "WebhookEvent",
]
