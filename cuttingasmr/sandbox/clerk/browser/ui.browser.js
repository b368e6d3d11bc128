// A stand-in for Clerk's second script: here only the mark that it was loaded, for which the first one asks.
window.__internal_ClerkUICtor = class ClerkUI {};
