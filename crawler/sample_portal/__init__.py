"""A portal with five real reports, served on loopback by ``nianbao demo`` and the tests.

The reports' text is whole and unchanged; what stands around it (site, dates of publication,
other rows) is made up in the manner of a TRS site. ``site/`` holds the bytes as they are served;
one page is GB18030 labelled gb2312, as older pages are.
"""
