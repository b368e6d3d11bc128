"""Who is asking: accounts, and the sessions that every answer to that question goes through."""
