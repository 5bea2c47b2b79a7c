"""A place to look at the corpus: pages and their JSON, served with Datasette; read-only."""

from __future__ import annotations
