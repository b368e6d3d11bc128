"""The documented API: products, checkouts, transactions, refunds, customers (`providers.md` 1.2, 1.3).

One rule: read, ask the books or the till, answer in a shape of `wire`.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cuttingasmr.sandbox.stranger import Operation

from .books import Books
from .checkout import Customer
from .checkout_request import read_checkout_request
from .products import Product
from .refusal import Refused
from .settings import CreemSettings
from .speech import admitted, key_in, read_json
from .till import Telling, Till
from .wire import checkout_entity, customer_entity, product_entity, transaction_entity


class Api:
    """What merchants ask with their key."""

    def __init__(self, settings: CreemSettings, books: Books, till: Till) -> None:
        self._settings, self._books, self._till = settings, books, till

    def operations(self) -> Sequence[Operation]:
        """List what can be asked; products in both spellings (1.3)."""
        return [
            Operation("GET", "/v1/products/search", "products", admitted(self._search_products)),
            Operation("GET", "/v1/products/{id}", "products", admitted(self._product)),
            Operation("GET", "/v1/products", "products", admitted(self._product)),
            Operation("POST", "/v1/checkouts", "checkouts", admitted(self._open)),
            Operation("GET", "/v1/checkouts", "checkouts-read", admitted(self._checkout)),
            Operation("GET", "/v1/transactions/search", "transactions", admitted(self._search_transactions)),
            Operation("GET", "/v1/transactions", "transactions", admitted(self._transaction)),
            Operation("POST", "/v1/refunds", "refunds", admitted(self._refund)),
            Operation("POST", "/v1/customers/billing", "portal", admitted(self._portal)),
            Operation("GET", "/v1/customers", "customers", admitted(self._customer)),
        ]

    async def _product(self, request: Request) -> Response:
        identity = request.path_params.get("id") or _asked(request, "product_id")
        return JSONResponse(self._shown_product(self._books.product(identity), request))

    async def _search_products(self, request: Request) -> Response:
        shown = [self._shown_product(product, request) for product in self._books.products.values()]
        return _page(shown, request)

    def _shown_product(self, product: Product, request: Request) -> dict[str, Any]:
        shown = product_entity(product, self._settings.mode, self._settings.success_url)
        return shown | {"product_url": f"{_site(request)}/creem/payment/{product.id}"}

    async def _open(self, request: Request) -> Response:
        wanted = read_checkout_request(await read_json(request))
        checkout = self._till.open(wanted, key=key_in(request), site=_site(request))
        return JSONResponse(checkout_entity(checkout, self._settings.success_url))

    async def _checkout(self, request: Request) -> Response:
        identity = _asked(request, "checkout_id")
        checkout = self._books.find(identity if identity.startswith("ch_") else "")
        return JSONResponse(checkout_entity(checkout, self._settings.success_url))

    async def _transaction(self, request: Request) -> Response:
        identity = _asked(request, "transaction_id")
        return JSONResponse(transaction_entity(*self._books.paid(_only("tran_", identity))))

    async def _search_transactions(self, request: Request) -> Response:
        """Search; several filters narrow it together."""
        asked = request.query_params
        found = [
            transaction_entity(checkout, payment)
            for checkout, payment in self._books.payments()
            if asked.get("order_id") in (None, "", payment.order_id)
            and asked.get("customer_id") in (None, "", payment.customer.id)
            and asked.get("product_id") in (None, "", payment.product.id)
        ]
        return _page(found, request)

    async def _refund(self, request: Request) -> Response:
        """Refund in full: partial refunds are the dashboard's alone (1.3)."""
        identity = (await read_json(request)).get("transaction_id")
        if not isinstance(identity, str):
            raise Refused(400, "transaction_id must be a string")
        self._till.refund(_only("tran_", identity), None, Telling())
        return JSONResponse({"status": "succeeded"})

    async def _customer(self, request: Request) -> Response:
        asked = request.query_params
        if not asked.get("customer_id") and not asked.get("email"):
            raise Refused(400, "customer_id or email is required")
        customer = self._books.find_customer(
            identity=asked.get("customer_id", ""), email=asked.get("email", "")
        )
        return JSONResponse(customer_entity(customer, self._settings.mode))

    async def _portal(self, request: Request) -> Response:
        identity = (await read_json(request)).get("customer_id")
        if not isinstance(identity, str):
            raise Refused(400, "customer_id must be a string")
        token = portal_token(self._books.find_customer(identity=identity))
        return JSONResponse({"customer_portal_link": f"{_site(request)}/creem/my-orders/login/{token}"})


def portal_token(customer: Customer) -> str:
    """Make what lets a customer into the portal; the same each time, so that nothing need be kept."""
    return hashlib.sha256(f"portal of {customer.id}".encode()).hexdigest()[:20]


def _page(items: list[dict[str, Any]], request: Request) -> Response:
    """Cut out one page (1.3, transactions search)."""
    number, size = _positive(request, "page_number", 1), _positive(request, "page_size", 10)
    pages = -(-len(items) // size)
    return JSONResponse({
        "items": items[(number - 1) * size : number * size],
        "pagination": {
            "total_records": len(items), "total_pages": pages, "current_page": number,
            "next_page": number + 1 if number < pages else None, "prev_page": number - 1 if number > 1 else None,
        },
    })  # fmt: skip


def _positive(request: Request, name: str, default: int) -> int:
    told = request.query_params.get(name) or str(default)
    if not told.isascii() or not told.isdigit() or len(told) > 9 or int(told) < 1:  # noqa: PLR2004 - enough
        raise Refused(400, f"{name} must be a positive number")
    return int(told)


def _asked(request: Request, name: str) -> str:
    if not (told := request.query_params.get(name)):
        raise Refused(400, f"{name} must be a string", f"{name} should not be empty")
    return told


def _only(kind: str, identity: str) -> str:
    """Let an id of this kind through; the books know others too."""
    return identity if identity.startswith(kind) else ""


def _site(request: Request) -> str:
    return str(request.base_url).rstrip("/")
