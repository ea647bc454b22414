# SPDX-License-Identifier: Apache-2.0
"""Headless Chromium through chromedriver, by the W3C WebDriver protocol and nothing but Python's own library."""

import base64
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
KEYS = {"tab": "\ue004", "enter": "\ue007", "escape": "\ue00c", "space": "\ue00d"}
ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--no-proxy-server",
    "--force-color-profile=srgb",
]


def find():
    """Paths of chromium and chromedriver, or None."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    return (chromium, driver) if chromium and driver else None


class Failure(Exception):
    pass


class Browser:
    """One window. Use it in a `with`, which ends all that it started."""

    def __init__(self, width=1200, height=1000):
        self.chromium, driver = find()
        self.size = (width, height)
        self.profile = tempfile.mkdtemp(prefix="dcpipe-browser-")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.base = f"http://127.0.0.1:{port}"
        self.driver = subprocess.Popen(
            [driver, f"--port={port}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": self.profile},
            start_new_session=True,
        )
        self.session = None

    def __enter__(self):
        try:
            self.until(lambda: self.call("GET", "/status")["ready"], "chromedriver to answer", 60)
            self.open_session()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.session:
            try:
                self.call("DELETE", self.session)
            except (Failure, OSError):
                pass
        self.driver.terminate()
        try:
            self.driver.wait(20)
        except subprocess.TimeoutExpired:
            self.driver.kill()
            self.driver.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    def open_session(self):
        options = {
            "binary": self.chromium,
            "args": [
                *ARGUMENTS,
                f"--user-data-dir={self.profile}/data",
                f"--window-size={self.size[0]},{self.size[1]}",
            ],
        }
        answer = self.call(
            "POST",
            "/session",
            {
                "capabilities": {
                    "alwaysMatch": {
                        "browserName": "chrome",
                        "goog:chromeOptions": options,
                        "goog:loggingPrefs": {"browser": "ALL"},
                    }
                }
            },
        )
        self.session = "/session/" + answer["sessionId"]

    def call(self, method, path, body=None):
        text = None if body is None and method != "POST" else json.dumps(body or {}).encode()
        request = urllib.request.Request(
            self.base + path, text, {"Content-Type": "application/json"}, method=method
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            value = json.load(error).get("value", {})
            raise Failure(
                f"{method} {path}: {value.get('error')}: {value.get('message', '').splitlines()[:1]}"
            ) from None

    def until(self, condition, what, seconds=60):
        """Waits for a true value of `condition ()` and returns it."""
        end = time.monotonic() + seconds
        while True:
            try:
                value = condition()
            except (Failure, OSError):
                value = None
            if value:
                return value
            if time.monotonic() > end:
                raise AssertionError(f"waited {seconds} s for {what}")
            time.sleep(0.1)

    def open(self, url):
        self.call("POST", self.session + "/url", {"url": url})

    def run(self, script, *arguments):
        """The value that the body of a function returns."""
        return self.call("POST", self.session + "/execute/sync", {"script": script, "args": list(arguments)})

    def text(self, selector):
        return self.run("const e = document.querySelector(arguments[0]); return e && e.innerText", selector)

    def find(self, selector):
        value = self.call("POST", self.session + "/element", {"using": "css selector", "value": selector})
        return value[ELEMENT]

    def click(self, selector):
        self.call("POST", f"{self.session}/element/{self.find(selector)}/click")

    def type(self, selector, text):
        self.call("POST", f"{self.session}/element/{self.find(selector)}/value", {"text": text})

    def press(self, *names):
        keys = [{"type": kind, "value": KEYS[name]} for name in names for kind in ("keyDown", "keyUp")]
        self.call(
            "POST", self.session + "/actions", {"actions": [{"type": "key", "id": "keys", "actions": keys}]}
        )

    def command(self, name, **parameters):
        """A command of the DevTools protocol."""
        return self.call("POST", self.session + "/goog/cdp/execute", {"cmd": name, "params": parameters})

    def resize(self, width, height, scale=1):
        """The size of the viewport itself: windows have a least width, phones are narrower."""
        self.command(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=scale,
            mobile=width < 600,
        )

    def prefer(self, **features):
        """Media features: prefer (color_scheme="dark", reduced_motion="reduce")."""
        self.command(
            "Emulation.setEmulatedMedia",
            features=[
                {"name": "prefers-" + name.replace("_", "-"), "value": value}
                for name, value in features.items()
            ],
        )

    def screenshot(self, path):
        """The whole page, not only what is in view."""
        shot = self.command("Page.captureScreenshot", captureBeyondViewport=True)
        with open(path, "wb") as file:
            file.write(base64.b64decode(shot["data"]))

    def logs(self):
        """Messages of the console since the last call."""
        return self.call("POST", self.session + "/se/log", {"type": "browser"})
