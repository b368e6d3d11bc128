"""Clients of the companies this site depends on. No `httpx` type and no raw answer leaves here; no key is ever printed."""
