"""The tables. They say what may be stored, and hold no queries."""

from cuttingasmr.models.agreement import Agreement
from cuttingasmr.models.audit import AuditEntry
from cuttingasmr.models.avatar import Avatar
from cuttingasmr.models.chore_run import ChoreRun
from cuttingasmr.models.credit import CreditEntry, Kind
from cuttingasmr.models.engine import EngineBeat
from cuttingasmr.models.export import Export, ExportState
from cuttingasmr.models.feedback import Feedback, FeedbackKind
from cuttingasmr.models.figure import DayFigure, OrderTaking
from cuttingasmr.models.gone_address import GoneAddress
from cuttingasmr.models.letter import Letter, LetterKind, MailedLink, Purpose
from cuttingasmr.models.missing_file import MissingFile
from cuttingasmr.models.moderation import ModerationDecision
from cuttingasmr.models.notice import Notice
from cuttingasmr.models.order import CREDITED, WAITING, Order, OrderState
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
    "WAITING",
    "Agreement",
    "AuditEntry",
    "Avatar",
    "ChoreRun",
    "ClerkEnding",
    "ClerkState",
    "CreditEntry",
    "DayFigure",
    "EngineBeat",
    "Export",
    "ExportState",
    "Feedback",
    "FeedbackKind",
    "GoneAddress",
    "HdState",
    "Kind",
    "Letter",
    "LetterKind",
    "MailedLink",
    "MissingFile",
    "ModerationDecision",
    "Notice",
    "Order",
    "OrderState",
    "OrderTaking",
    "Outcome",
    "Picture",
    "ProviderCall",
    "ProviderKey",
    "Purpose",
    "SessionRow",
    "Status",
    "User",
    "Video",
    "VideoKind",
    "WebhookEvent",
]
