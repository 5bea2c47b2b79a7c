"""A portal with five real reports, served on loopback by ``nianbao demo`` and the tests."""
