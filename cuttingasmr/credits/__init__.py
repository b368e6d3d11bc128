"""The money: the ledger, which alone changes a balance, and the audit, which says whether it is right."""
