"""Packaged portal files, one TOML a portal."""
