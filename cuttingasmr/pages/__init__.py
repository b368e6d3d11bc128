"""One function a page, and each reads aloud."""
