"""The archive: every exchange as WARC records, an index of them, and nothing else.

Imports neither ``extract`` nor ``crawler``; the only package that imports warcio.
"""
