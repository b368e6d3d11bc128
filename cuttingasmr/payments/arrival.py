"""What a payment says, read once and typed. Whatever Creem leaves out or adds, reading it never fails here by accident.

`Payment` is read from the object of a `checkout.completed` event, or from the checkout itself when Creem was asked;
`Taking` from `refund.created` and `dispute.created` (providers.md §1.8).
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, cast

from pydantic import AliasPath, BaseModel, ConfigDict, Field, field_validator

Amount = Annotated[int, Field(ge=-(2**31), lt=2**31)]
"""What a column holds."""


class _Read(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(extra="ignore", strict=False)


def _id_of(value: object) -> object:
    """Read an id, whether it stands alone or inside the object it names."""
    return cast("dict[str, object]", value).get("id") if isinstance(value, dict) else value


class Payment(_Read):
    """One paid checkout. Amounts in minor units of `currency`."""

    checkout_id: str = Field(alias="id", max_length=64)
    status: str = Field(default="", max_length=32)
    mode: str = Field(default="", max_length=16)
    request_id: str = Field(default="", max_length=256)
    order_id: str = Field(validation_alias=AliasPath("order", "id"), max_length=64)
    order_status: str = Field(validation_alias=AliasPath("order", "status"), max_length=32)
    currency: str = Field(validation_alias=AliasPath("order", "currency"), max_length=8)
    amount: Amount = Field(validation_alias=AliasPath("order", "amount"))
    amount_paid: Amount = Field(validation_alias=AliasPath("order", "amount_paid"))
    discount_amount: Amount = Field(default=0, validation_alias=AliasPath("order", "discount_amount"))
    tax_amount: Amount = Field(default=0, validation_alias=AliasPath("order", "tax_amount"))
    transaction_id: str = Field(default="", validation_alias=AliasPath("order", "transaction"), max_length=64)
    product_id: str = Field(alias="product", max_length=64)
    units: Amount = 1
    customer_id: str = Field(default="", validation_alias=AliasPath("customer", "id"), max_length=64)
    email: str = Field(default="", validation_alias=AliasPath("customer", "email"), max_length=320)
    token: str = Field(default="", validation_alias=AliasPath("metadata", "order"), max_length=500)

    @field_validator("product_id", "transaction_id", mode="before")
    @classmethod
    def _ids(cls, value: object) -> object:
        return _id_of(value)

    @field_validator("discount_amount", "tax_amount", "units", mode="before")
    @classmethod
    def _amounts(cls, value: object) -> object:
        return 0 if value is None else value

    @field_validator("request_id", "token", "email", "customer_id", "mode", "status", mode="before")
    @classmethod
    def _texts(cls, value: object) -> object:
        return value if isinstance(value, str) else ""


class Taking(_Read):
    """Money taken back: a refund or a dispute. `id` is what makes it happen once."""

    id: str = Field(min_length=1, max_length=64)
    order_id: str = Field(default="", validation_alias=AliasPath("order", "id"), max_length=64)
    transaction_id: str = Field(default="", validation_alias=AliasPath("transaction", "id"), max_length=64)
    amount: int = Field(ge=0, lt=2**31)
    status: str = Field(default="succeeded", max_length=32)
    mode: str = Field(default="", max_length=16)

    @classmethod
    def of(cls, kind: str, body: dict[str, Any]) -> Taking:
        """Read an event's object; a refund and a dispute name their amount differently."""
        amount = body.get("refund_amount") if kind == "refund.created" else body.get("amount")
        return cls.model_validate({**body, "amount": amount})
