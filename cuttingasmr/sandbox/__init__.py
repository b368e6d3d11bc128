"""The sandbox: strangers that answer like kie.ai, Creem and Clerk, on one port (`python -m cuttingasmr.sandbox`).

One rule: everything here is written from the vendors' documents (`providers.md`) and imports nothing of the site,
so that one misreading cannot hide on both sides.
"""
