"""Back and forward of the browser move between views and states of the page."""

from __future__ import annotations

from tests.app.reader import TITLES, Reader

HALF = "calendar.horizon = 60"


def test_back_and_forward_move_between_views_and_states(reader: Reader) -> None:
    def move(step: str, words: str, *, changed: bool) -> None:
        reader.browser.execute_script(f"history.{step}()")
        reader.wait.until(lambda b: words in reader.text() and ("What you changed" in reader.text()) == changed)
        reader.settle()

    reader.open("?runs=500")
    reader.turn_to("What if")
    reader.enter("Any other value", HALF)
    reader.until("What you changed")
    reader.settle()
    reader.turn_to("Watch a run")
    states = [reader.browser.current_url]
    for words, changed in ((TITLES["What if"], True), (TITLES["What if"], False), ("What the scenario holds", False)):
        move("back", words, changed=changed)
        states.append(reader.browser.current_url)
    assert len(set(states)) == 4
    for words, changed in ((TITLES["What if"], False), (TITLES["What if"], True), (TITLES["Watch a run"], False)):
        move("forward", words, changed=changed)
    assert reader.browser.current_url == states[0]
    assert "calendar.horizon" in reader.browser.current_url
