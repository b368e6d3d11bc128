"""The operators' console: it reads what people, payments and videos have written, and changes nothing of theirs."""
