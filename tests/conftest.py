"""What every test shares: where the handed-out material lies; in CI no test may be skipped."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from browser import axe, browser, replay_web_page  # noqa: F401 -- fixtures
from hypothesis import HealthCheck, settings

REPOSITORY = Path(__file__).resolve().parents[1]
SHARED = REPOSITORY.parent / "shared"


# as Hypothesis itself does in CI: a busy machine is no fault of the code
settings.register_profile(
    "nianbao", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("nianbao")

FONTS = REPOSITORY / "build" / "fonts"
if FONTS.is_dir():  # `.ci/browser` fetched it; the programs that tests start find it too
    os.environ.setdefault("NIANBAO_FONTS", str(FONTS))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real reports and their gold values."""
    assert SHARED.is_dir(), f"the tests read {SHARED}, which is not there"
    return SHARED


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a skipped test is a failure: whatever it was to show, it did not."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
