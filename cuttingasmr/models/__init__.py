"""The tables. They say what may be stored, and hold no queries."""

from cuttingasmr.models.agreement import Agreement
from cuttingasmr.models.audit import AuditEntry
from cuttingasmr.models.chore_run import ChoreRun
from cuttingasmr.models.credit import CreditEntry, Kind
from cuttingasmr.models.engine import EngineBeat
from cuttingasmr.models.figure import DayFigure, OrderTaking
from cuttingasmr.models.moderation import ModerationDecision
from cuttingasmr.models.order import CREDITED, Order, OrderState
from cuttingasmr.models.picture import Picture
from cuttingasmr.models.provider_key import ProviderCall, ProviderKey
from cuttingasmr.models.session import ClerkEnding, SessionRow
from cuttingasmr.models.user import NO_ADDRESS, ClerkState, User
from cuttingasmr.models.video import ENDED, HdState, Status, Video, VideoKind
from cuttingasmr.models.webhook import Outcome, WebhookEvent

__all__ = [
    "CREDITED",
    "ENDED",
    "NO_ADDRESS",
    "Agreement",
    "AuditEntry",
    "ChoreRun",
    "ClerkEnding",
    "ClerkState",
    "CreditEntry",
    "DayFigure",
    "EngineBeat",
    "HdState",
    "Kind",
    "ModerationDecision",
    "Order",
    "OrderState",
    "OrderTaking",
    "Outcome",
    "Picture",
    "ProviderCall",
    "ProviderKey",
    "SessionRow",
    "Status",
    "User",
    "Video",
    "VideoKind",
    "WebhookEvent",
]
