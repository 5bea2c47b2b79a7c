"""Reading: from an archived capture to a report and its rows.

Imports ``archive``, never ``crawler``; the only package that imports trafilatura and opencc.
"""
