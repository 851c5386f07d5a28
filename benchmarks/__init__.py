"""Measurements of the parts, each `python -m benchmarks.NAME`."""

import os

# They make archives of their own, which never belong in a database that is shared.
os.environ["NEWSDESK_DATABASE"] = ""
os.environ["NEWSDESK_DENSE"] = "chroma"
