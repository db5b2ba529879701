"""A headless Chromium, driven through ChromeDriver's own protocol (W3C WebDriver), so that no package is needed."""

import base64
import re
import shutil
import subprocess
import time

import requests

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=1200,800",
)  # fmt: skip
MISSING = "no Chromium: apt-get install chromium chromium-driver"

KEYS = {"Enter": "\ue007", "Escape": "\ue00c", "Tab": "\ue004", "Delete": "\ue017",
        "ArrowUp": "\ue013", "ArrowDown": "\ue015", "ArrowLeft": "\ue012", "ArrowRight": "\ue014"}  # fmt: skip


def installed():
    return bool(shutil.which("chromium") and shutil.which("chromedriver"))


class Browser:
    """One window. Use it as a context manager."""

    def __init__(self, profile):
        self._profile = profile

    def __enter__(self):
        self._driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        port = None
        while port is None:
            line = self._driver.stdout.readline()
            assert line, "ChromeDriver stopped"
            port = re.search(r"started successfully on port (\d+)", line)
        self._url = f"http://127.0.0.1:{port[1]}"
        options = {"binary": shutil.which("chromium"), "args": [*FLAGS, f"--user-data-dir={self._profile}"]}
        wanted = {"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}}
        self._url += "/session/" + self._send("POST", "/session", wanted)["sessionId"]
        return self

    def __exit__(self, *_):
        try:
            self._send("DELETE", "")
        finally:
            self._driver.terminate()
            self._driver.wait()
            self._driver.stdout.close()

    def _send(self, method, path, body=None):
        answer = requests.request(method, self._url + path, json=body or {}, timeout=60).json()["value"]
        assert not (isinstance(answer, dict) and "error" in answer), answer
        return answer

    def open(self, url):
        self._send("POST", "/url", {"url": url})

    def run(self, script):
        """Run JavaScript and return what it returns."""
        return self._send("POST", "/execute/sync", {"script": script, "args": []})

    def press(self, *keys):
        """Press keys by name, or type text."""
        letters = [letter for key in keys for letter in ([KEYS[key]] if key in KEYS else key)]
        actions = [{"type": kind, "value": letter} for letter in letters for kind in ("keyDown", "keyUp")]
        self._send("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    def click(self, selector):
        element = self._send("POST", "/element", {"using": "css selector", "value": selector})
        self._send("POST", f"/element/{next(iter(element.values()))}/click")

    def until(self, script, seconds=10):
        """Wait until the JavaScript returns something true, and return it."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = self.run(script)
            if found:
                return found
            time.sleep(0.05)
        raise AssertionError(f"never true: {script}")

    def picture(self, path):
        path.write_bytes(base64.b64decode(self._send("GET", "/screenshot")))
