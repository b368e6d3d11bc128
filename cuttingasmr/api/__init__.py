"""The HTTP API. A route translates a request into a call and its answer into JSON, and leaves."""
