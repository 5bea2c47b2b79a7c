"""The families of portals: one adapter a module."""
