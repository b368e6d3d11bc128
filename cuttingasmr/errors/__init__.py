"""Every refusal this site can give, in one tree. The docstring is what the visitor reads; the class name is the code.

AppError (500)
├── BadRequest (400)
│   └── BadJson
├── SignInRequired (401)
│   └── WrongCredentials, BadSignature, AccountLeaving
├── InsufficientCredits (402)
├── Forbidden (403)
│   └── SignUpElsewhere, KeptByClerk
├── NotFound (404)
├── Conflict (409)
│   ├── EmailTaken, EmailUnconfirmed
│   ├── KeyReused, AgreementNeeded
│   └── AlreadyEnded, AlreadySubmitted
├── LinkOver (410)
├── TooLarge (413)
├── Invalid (422)
│   ├── InvalidPrompt, InvalidRatio, InvalidDuration, ...
│   └── WrongPassword
├── TooManyRequests (429)
│   └── TooManyVideos
├── PromptRefused (451)
└── Unavailable (503)
    ├── DatabaseUnavailable
    ├── ModerationUnavailable
    ├── SignInUnavailable
    ├── MakingPaused
    └── ProviderUnavailable
ProviderRejected (502)    a provider's clear "no"; never shown as it is
HalfConfigured, SchemaMismatch    stop the start, not a request
"""

from __future__ import annotations

from cuttingasmr.errors.accounts import (
    AccountLeaving,
    AgreementNeeded,
    EmailTaken,
    EmailUnconfirmed,
    InvalidEmail,
    InvalidPassword,
    KeptByClerk,
    LinkOver,
    SignInUnavailable,
    SignUpElsewhere,
    WrongCredentials,
    WrongPassword,
)
from cuttingasmr.errors.base import (
    AppError,
    BadJson,
    BadRequest,
    BadSignature,
    Conflict,
    DatabaseUnavailable,
    Forbidden,
    Invalid,
    NotFound,
    SignInRequired,
    TooLarge,
    TooManyRequests,
    Unavailable,
)
from cuttingasmr.errors.starting import HalfConfigured, SchemaMismatch
from cuttingasmr.errors.videos import (
    AlreadyEnded,
    AlreadySubmitted,
    InsufficientCredits,
    InvalidDuration,
    InvalidPicture,
    InvalidPrompt,
    InvalidRatio,
    InvalidType,
    KeyReused,
    MakingPaused,
    ModerationUnavailable,
    PromptRefused,
    ProviderRejected,
    ProviderUnavailable,
    TooManyVideos,
)

__all__ = [
    "AccountLeaving",
    "AgreementNeeded",
    "AlreadyEnded",
    "AlreadySubmitted",
    "AppError",
    "BadJson",
    "BadRequest",
    "BadSignature",
    "Conflict",
    "DatabaseUnavailable",
    "EmailTaken",
    "EmailUnconfirmed",
    "Forbidden",
    "HalfConfigured",
    "InsufficientCredits",
    "Invalid",
    "InvalidDuration",
    "InvalidEmail",
    "InvalidPassword",
    "InvalidPicture",
    "InvalidPrompt",
    "InvalidRatio",
    "InvalidType",
    "KeptByClerk",
    "KeyReused",
    "LinkOver",
    "MakingPaused",
    "ModerationUnavailable",
    "NotFound",
    "PromptRefused",
    "ProviderRejected",
    "ProviderUnavailable",
    "SchemaMismatch",
    "SignInRequired",
    "SignInUnavailable",
    "SignUpElsewhere",
    "TooLarge",
    "TooManyRequests",
    "TooManyVideos",
    "Unavailable",
    "WrongCredentials",
    "WrongPassword",
]
