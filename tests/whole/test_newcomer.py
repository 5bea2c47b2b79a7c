"""What the README promises a newcomer: its two commands lead to a map of what is there, a report
with its numbers marked, and the archived page of one number. The time it took is printed.
"""

from __future__ import annotations

import re
from pathlib import Path
from time import monotonic

from browser import Browser
from browsing import browsing
from nianbao_process import Nianbao

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
MINUTES = 5


def test_from_the_readme_to_one_number_on_its_archived_page(
    tmp_path: Path, browser: Browser
) -> None:
    blocks = re.findall(r"```sh\n(.*?)\n```", README, flags=re.DOTALL)
    first, second = blocks[0].rpartition(" && ")[2], blocks[1]
    assert (first, second) == (
        ".venv/bin/nianbao demo",
        ".venv/bin/nianbao browse --data demo-data",
    )
    began = monotonic()
    nianbao = Nianbao(tmp_path / "demo-data")
    said = nianbao.run("demo").stderr
    assert "browse --data" in said, "the demo says how to go on"
    with browsing(nianbao.data) as browse:
        archived = browse.replay()
        with browser.visit(f"{browse.origin}/") as visit:
            page = visit.page
            page.get_by_role("navigation").get_by_text("覆盖情况").click()
            page.get_by_role("link", name="吉林省").click()
            page.locator("td.state-found a").first.click()
            page.locator("a.figure").first.wait_for()
            number = page.locator("a.figure").first
            words = re.sub(r"\s", "", number.text_content() or "")
            number.click()
            page.wait_for_url(f"{archived}/archive/**")
            page.main_frame.child_frames[0].wait_for_function(
                "words => getSelection().toString().replace(/\\s/g, '').includes(words)",
                arg=words,
            )
            assert visit.console_errors == []
    took = monotonic() - began
    print(f"from the demo to one number on its archived page: {took:.0f} s")
    assert took < MINUTES * 60
