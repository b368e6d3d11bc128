"""The sandbox's films: small, real MP4 files made from a prompt.

One rule: the same prompt and size always give the same film, and a film is made in a process of its own.
"""
