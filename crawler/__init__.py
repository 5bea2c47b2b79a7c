"""Crawling: portals, adapters, the Scrapy side and the command line.

Imports ``archive`` and ``extract``; the only package that imports scrapy and twisted.
"""
