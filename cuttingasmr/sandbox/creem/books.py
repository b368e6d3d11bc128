"""All checkouts and customers, in memory and in the store. One rule: what is asked for by any of its ids is found.

A checkout answers to its own id, to its order's and transaction's, and to its request_id (the newest one does).
"""

from typing import Any

from cuttingasmr.sandbox.store import Store

from .checkout import Checkout, Customer, Payment, new_id, now_ms
from .products import Product
from .refusal import not_found

_KIND = "creem-checkout"


class Books:
    """What was opened and paid."""

    def __init__(self, store: Store, products: tuple[Product, ...]) -> None:
        self._store = store
        self._by_name: dict[str, Checkout] = {}
        self._customers: dict[str, Customer] = {}
        self.products = {product.id: product for product in products}
        self.checkouts: dict[str, Checkout] = {}

    def resume(self) -> None:
        """Read what a former run left."""
        checkouts = map(Checkout.from_kept, self._store.kept(_KIND))
        for checkout in sorted(checkouts, key=lambda checkout: checkout.created_ms):
            self.enter(checkout)

    def forget(self) -> None:
        """Drop everything; the store is cleared by others."""
        for part in (self._by_name, self._customers, self.checkouts):
            part.clear()

    def product(self, identity: str) -> Product:
        """Find a product, or raise `Refused`."""
        if identity not in self.products:
            raise not_found("Product")
        return self.products[identity]

    def find(self, name: str) -> Checkout:
        """Find a checkout by any of its names, or raise `Refused`."""
        if name not in self._by_name:
            raise not_found("Checkout")
        return self._by_name[name]

    def paid(self, name: str) -> tuple[Checkout, Payment]:
        """Find a checkout that was paid, or raise `Refused`."""
        checkout = self._by_name.get(name)
        if checkout is None or checkout.payment is None:
            raise not_found("Transaction")
        return checkout, checkout.payment

    def payments(self) -> list[tuple[Checkout, Payment]]:
        """List what was paid, the newest first."""
        paid = [(checkout, checkout.payment) for checkout in self.checkouts.values() if checkout.payment]
        return sorted(paid, key=lambda pair: pair[1].paid_ms, reverse=True)

    def customer(self, email: str, name: str) -> Customer:
        """Find the customer with this address, or make one."""
        known = self._customers.get(email.lower())
        if known is None:
            name = name or email.partition("@")[0].replace(".", " ").title()
            known = self._customers[email.lower()] = Customer(new_id("cust"), email, name, now_ms())
        return known

    def find_customer(self, *, identity: str = "", email: str = "") -> Customer:
        """Find a customer by id or address, or raise `Refused`."""
        for customer in self._customers.values():
            if customer.id == identity or (email and customer.email.lower() == email.lower()):
                return customer
        raise not_found("Customer")

    def enter(self, checkout: Checkout) -> None:
        """Take a checkout, or what is new about it, into memory."""
        self.checkouts[checkout.id] = self._by_name[checkout.id] = checkout
        if checkout.request_id:
            self._by_name[checkout.request_id] = checkout
        if checkout.payment:
            for name in (checkout.payment.order_id, checkout.payment.transaction_id):
                self._by_name[name] = checkout
            self._customers.setdefault(checkout.payment.customer.email.lower(), checkout.payment.customer)

    def keep(self, checkout: Checkout) -> None:
        """Enter it and write it down."""
        self.enter(checkout)
        self._store.keep(*self.row(checkout))

    def row(self, checkout: Checkout) -> tuple[str, str, dict[str, Any]]:
        """Give what the store keeps of it."""
        return _KIND, checkout.id, checkout.to_keep()
