"""Creem's JSON, shape by shape. One rule: each shape names the section of `providers.md` that it was written from.

Key order is that of the captures in 1.8. What is absent is left out, as there, unless a shape shows null.
"""

import json
from typing import Any

from .checkout import Checkout, Claim, Customer, Payment, iso
from .products import Product

_PRODUCTS_SINCE = "2025-06-20T15:25:16.258Z"


def compact(told: object) -> str:
    """Write JSON as JavaScript does, and so as webhooks come (1.6)."""
    return json.dumps(told, separators=(",", ":"), ensure_ascii=False)


def product_entity(product: Product, mode: str, success_url: str) -> dict[str, Any]:
    """Build the product of 1.8, which is 1.3's without what a plain product lacks."""
    return {
        "id": product.id,
        "object": "product",
        "name": product.name,
        "description": product.description,
        "price": product.price,
        "currency": product.currency,
        "billing_type": "onetime",
        "billing_period": "once",
        "status": "active",
        "tax_mode": "exclusive",
        "tax_category": "saas",
        **({"default_success_url": success_url} if success_url else {}),
        "created_at": _PRODUCTS_SINCE,
        "updated_at": _PRODUCTS_SINCE,
        "mode": mode,
    }


def customer_entity(customer: Customer, mode: str) -> dict[str, Any]:
    """Build the customer of 1.8."""
    return {
        "id": customer.id,
        "object": "customer",
        "email": customer.email,
        "name": customer.name,
        "country": customer.country,
        "created_at": iso(customer.created_ms),
        "updated_at": iso(customer.created_ms),
        "mode": mode,
    }


def order_entity(checkout: Checkout, payment: Payment) -> dict[str, Any]:
    """Build the order of 1.8; a discount adds the fields that 1.3 names for it."""
    discount = checkout.discount
    return {
        "object": "order",
        "id": payment.order_id,
        "customer": payment.customer.id,
        "product": payment.product.id,
        "amount": payment.sub_total,
        "currency": payment.currency,
        **({"discount": discount.id} if discount else {}),
        "sub_total": payment.sub_total,
        "tax_amount": payment.tax_amount,
        **({"discount_amount": payment.discount_amount} if discount else {}),
        "amount_due": payment.amount_paid,
        "amount_paid": payment.amount_paid,
        "status": "paid",
        "type": "onetime",
        "transaction": payment.transaction_id,
        "created_at": iso(payment.paid_ms),
        "updated_at": iso(payment.paid_ms),
        "mode": checkout.mode,
    }


def transaction_entity(checkout: Checkout, payment: Payment) -> dict[str, Any]:
    """Build the transaction of 1.3."""
    return {
        "id": payment.transaction_id,
        "object": "transaction",
        "mode": checkout.mode,
        "amount": payment.sub_total,
        "amount_paid": payment.amount_paid,
        "discount_amount": payment.discount_amount,
        "currency": payment.currency,
        "type": "payment",
        "tax_country": payment.customer.country,
        "tax_amount": payment.tax_amount,
        "status": payment.status,
        "refunded_amount": payment.refunded or None,
        "order": payment.order_id,
        "subscription": None,
        "customer": payment.customer.id,
        "description": "Order payment",
        "created_at": payment.paid_ms,
    }


def checkout_entity(checkout: Checkout, success_url: str) -> dict[str, Any]:
    """Build the checkout of 1.2: `product` is an id until it is paid, then order, product and customer are objects."""
    return {
        "id": checkout.id,
        "mode": checkout.mode,
        "object": "checkout",
        "status": checkout.status,
        "checkout_url": checkout.url,
        "product": checkout.product.id,
        "units": checkout.units,
        **_given(checkout),
        **({"custom_price": checkout.custom_price} if checkout.custom_price is not None else {}),
        **({"success_url": checkout.success_url} if checkout.success_url else {}),
        **_discount(checkout),
        **(_paid(checkout, checkout.payment, success_url) if checkout.payment else {}),
    }


def completed_object(checkout: Checkout, payment: Payment, success_url: str) -> dict[str, Any]:
    """Build the object of `checkout.completed` (1.8)."""
    given, paid = _given(checkout), _paid(checkout, payment, success_url)
    middle = {"units": checkout.units, **_discount(checkout), "customer": paid.pop("customer")}
    request_id = {"request_id": given.pop("request_id")} if "request_id" in given else {}
    return {
        "id": checkout.id, "object": "checkout", **request_id, **paid, **middle, "status": "completed", **given,
        "mode": checkout.mode,
    }  # fmt: skip


def refund_object(checkout: Checkout, payment: Payment, claim: Claim) -> dict[str, Any]:
    """Build the object of `refund.created` (1.8): no checkout, no metadata, no request_id."""
    return {
        "id": claim.id,
        "object": "refund",
        "status": "succeeded",
        "refund_amount": claim.amount,
        "refund_currency": payment.currency,
        "reason": "requested_by_customer",
        **_claimed(checkout, payment, claim),
    }


def dispute_object(checkout: Checkout, payment: Payment, claim: Claim) -> dict[str, Any]:
    """Build the object of `dispute.created` (1.8)."""
    return {
        "id": claim.id,
        "object": "dispute",
        "amount": claim.amount,
        "currency": payment.currency,
        **_claimed(checkout, payment, claim),
    }


def _claimed(checkout: Checkout, payment: Payment, claim: Claim) -> dict[str, Any]:
    """Build what refunds and disputes share; the transaction's status is `paid` there, whatever it is (1.8)."""
    mode, order, customer = checkout.mode, order_entity(checkout, payment), payment.customer
    shown = ("object", "id", "customer", "product", "amount", "currency", "status", "type", "mode")
    return {
        "transaction": {
            "id": payment.transaction_id,
            "object": "transaction",
            "order": payment.order_id,
            "customer": None,
            "status": "paid",
            "mode": mode,
        },
        "order": {name: order[name] for name in shown},
        "customer": {
            "id": customer.id,
            "object": "customer",
            "email": customer.email,
            "country": customer.country,
            "mode": mode,
        },
        "created_at": claim.created_ms,
        "mode": mode,
    }


def _paid(checkout: Checkout, payment: Payment, success_url: str) -> dict[str, Any]:
    return {
        "order": order_entity(checkout, payment),
        "product": product_entity(payment.product, checkout.mode, success_url),
        "customer": customer_entity(payment.customer, checkout.mode),
    }


def _given(checkout: Checkout) -> dict[str, Any]:
    """Give back what the request brought, as far as it brought it."""
    given = {"request_id": checkout.request_id, "custom_fields": checkout.custom_fields}
    given["metadata"] = checkout.metadata
    return {name: value for name, value in given.items() if value is not None}


def _discount(checkout: Checkout) -> dict[str, Any]:
    return {"discount": checkout.discount.entity()} if checkout.discount else {}
