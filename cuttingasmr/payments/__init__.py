"""Buying credits: two roads out to the payment page, one arrival back. Nothing here trusts a browser."""
