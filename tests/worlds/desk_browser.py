"""A clerk's browser: types as a hand does, counts the keys, loses its network."""

from __future__ import annotations

from browsing import OLD_PC, Desk, start_chromium

ENTER, TAB, ESCAPE, BACKSPACE = "\ue007", "\ue004", "\ue00c", "\ue003"
UP, DOWN = "\ue013", "\ue015"
NO_NETWORK = "ERR_INTERNET_DISCONNECTED"


class Typist(Desk):
    """A window with keys and no mouse; `keys` counts what was pressed beyond text."""

    def __init__(self, server: str, downloads) -> None:
        super().__init__(start_chromium(downloads), server)
        self.driver.execute_cdp_cmd("Network.enable", {})
        self.size(*OLD_PC)
        self.keys = 0

    def close(self) -> None:
        """End the browser."""
        self.driver.quit()

    def press(self, *keys: str) -> None:
        """Keys that are no text, into whatever has the focus; each is counted."""
        for key in keys:
            self.driver.switch_to.active_element.send_keys(key)
        self.keys += len(keys)

    def type(self, text: str) -> None:
        """Text, which a clerk has to type anyhow."""
        self.driver.switch_to.active_element.send_keys(text)

    def say_yes(self) -> None:
        """Enter on the question that the page asks."""
        self.driver.switch_to.alert.accept()
        self.keys += 1

    def connect(self, *, on: bool) -> None:
        """Have a network, or none."""
        self.driver.execute_cdp_cmd(
            "Network.emulateNetworkConditions",
            {"offline": not on, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1},
        )

    def faults(self) -> list[str]:
        """What the console complains of, but for a network that is gone."""
        return [said for said in super().faults() if NO_NETWORK not in said]
