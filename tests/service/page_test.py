# SPDX-License-Identifier: Apache-2.0
"""The status page in a browser, on a live service: what it shows, that it stays inert, that it can be used."""

import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import browser as chromium  # noqa: E402
from serving import PLUGINS, Service  # noqa: E402

TOKEN = "a-token-of-the-tests-0123456789"
HOSTILE = "<img src onerror=document.title='hit'>"
SCRIPT = "</td><script>document.title='hit'</script>\u202e<b>&amp;"
SHOTS = os.environ.get("DCPIPE_SCREENSHOTS")

if not chromium.find():
    print("chromium and chromedriver are not installed")
    sys.exit(77)


def check_logs(window, expected=()):
    """Nothing was said on the console: no error, no violation of the policy."""
    loud = [entry["message"] for entry in window.logs() if entry["level"] in ("WARNING", "SEVERE")]
    loud = [message for message in loud if not any(part in message for part in expected)]
    assert not loud, loud


def shoot(window, name):
    if SHOTS:
        window.screenshot(os.path.join(SHOTS, name + ".png"))


def shows(window, selector, text):
    window.until(lambda: text in (window.text(selector) or ""), f"'{text}' in {selector}")


def test_loads(window, service):
    window.open(service.url)
    shows(window, "#link", "live")
    shows(window, "#headline", "Nothing is imported yet")
    shows(window, "#jobs", "There was no import yet.")
    shows(window, "#version", "1.")
    assert window.run("return document.documentElement.scrollWidth <= innerWidth")
    check_logs(window)


def test_import(window, service):
    """The button starts an import, whose progress is shown while it runs."""
    window.click("#start")
    shows(window, "#headline", "Importing everything")
    window.until(lambda: re.fullmatch(r"[1-9]\d?\.\d %", window.text("#percent")), "a percentage")
    first = window.run("return parseFloat(document.getElementById('track-committed').style.width)")
    window.until(
        lambda: window.run("return parseFloat(document.getElementById('track-committed').style.width)")
        > first,
        "the bar to grow",
    )
    assert window.run("return document.getElementById('track').getAttribute('aria-valuenow')") is not None
    shows(window, "#jobs", "running")
    shoot(window, "running-light")
    shows(window, "#headline", "At the tip")
    shows(window, "#jobs", "completed")
    shows(window, "#percent", "100 %")
    overview = service.get("/api/sync/overview")
    entries = format(overview["sinks"][0]["committed"]["entries"], ",")
    shows(window, "#sinks", entries)
    window.until(
        lambda: "completed" in window.run("return document.getElementById('say').textContent"),
        "the end to be said aloud",
    )
    assert window.run("return document.querySelectorAll('#chart rect:not(.nil)').length") > 0
    check_logs(window)


def test_hostile(window):
    """Text of the ledger is shown as text."""
    window.click("#failed button.link")
    shows(window, "#failed", HOSTILE[:35])
    shows(window, "#failed", "<script>document.title='hit'</script>\\u202e<b>&amp;")
    assert HOSTILE in window.run("return [...document.querySelectorAll('#scope option')].map (o => o.value)")
    assert window.run("return document.querySelectorAll('img, td b, td script, main script').length") == 0
    assert "hit" not in window.run("return document.title")
    check_logs(window)


def test_narrow(window):
    """No scrolling sideways on a phone."""
    window.resize(360, 740, 2)
    window.until(lambda: window.run("return innerWidth") == 360, "the phone's width")
    window.run(
        "for (const more of document.querySelectorAll('details')) more.open = true; "
        "for (const all of document.querySelectorAll('button.link')) all.click()"
    )
    widest = window.run(
        "return [document.documentElement.scrollWidth, ...[...document.querySelectorAll('body *')]"
        ".filter (e => e.getBoundingClientRect().right > 360.5 && !e.closest('.unseen, thead, .track'))"
        ".map (e => e.tagName + '.' + e.className + ' ' + e.textContent.slice (0, 40))]"
    )
    assert widest == [360], widest
    shoot(window, "phone")
    window.resize(1200, 1000)


LUMINANCE = """
  const light = text => { const [r, g, b] = text.match(/[\\d.]+/g).map(c => (c = c / 255) <= 0.04045 ? c / 12.92
    : ((c + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor;
    if (!/, 0\\)$/.test(c)) return c; } return 'rgb(255,255,255)'; };
  const bad = [];
  for (const e of document.querySelectorAll('body *')) {
    if (!e.getClientRects().length || ![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    if (e.closest('.unseen, :disabled')) continue;
    const a = light(getComputedStyle(e).color), b = light(ground(e)), [hi, lo] = a > b ? [a, b] : [b, a];
    if ((hi + 0.05) / (lo + 0.05) < 4.5) bad.push(e.tagName + '.' + e.className + ' ' + e.textContent.slice(0, 30));
  }
  return bad;"""


def test_colours(window):
    """Both themes differ, and all text can be read: a contrast of 4.5 at the least."""
    grounds = set()
    for theme in ("light", "dark"):
        window.prefer(color_scheme=theme)
        window.until(
            lambda: window.run(
                "return matchMedia(arguments[0]).matches", f"(prefers-color-scheme: {theme})"
            ),  # noqa: B023
            theme,
        )
        grounds.add(window.run("return getComputedStyle(document.body).backgroundColor"))
        assert not (pale := window.run(LUMINANCE)), (theme, pale)
        shoot(window, "done-" + theme)
    assert len(grounds) == 2
    window.prefer(color_scheme="light", reduced_motion="reduce")
    assert (
        window.run("return getComputedStyle(document.getElementById('track-committed')).transitionDuration")
        == "0s"
    )
    window.prefer(color_scheme="light")


def test_keyboard(window, service):
    """An import can be started, and cancelled, without a pointer; what has the focus is seen."""
    window.run("document.activeElement.blur(); document.body.focus()")
    before = len(service.get("/api/sync/jobs")["jobs"])
    seen = []
    for _ in range(12):
        window.press("tab")
        seen.append(
            window.run(
                "const e = document.activeElement, s = getComputedStyle(e);"
                "return [e.id, s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2]"
            )
        )
        if seen[-1][0] == "start":
            break
    assert seen[-1] == ["start", True] and all(visible for name, visible in seen if name), seen
    window.press("enter")
    window.until(lambda: len(service.get("/api/sync/jobs")["jobs"]) > before, "the import")


def test_lost(window, service):
    """When the service goes, the page says so; when it comes again, the page goes on."""
    check_logs(window)
    port = service.address.rsplit(":", 1)[1]
    service.stop()
    shows(window, "#link", "does not answer")
    with open(service.ini, encoding="utf-8") as file:
        text = file.read().replace("127.0.0.1:0\n", f"127.0.0.1:{port}\n")
    with open(service.ini, "w", encoding="utf-8") as file:
        file.write(text)
    service.start()
    shows(window, "#link", "live")
    check_logs(
        window,
        [
            "ERR_CONNECTION_REFUSED",
            "ERR_INCOMPLETE_CHUNKED_ENCODING",
            "ERR_CONNECTION_RESET",
            "ERR_EMPTY_RESPONSE",
            "503",
        ],
    )


def test_polling(window, service):
    """Without events the page asks now and then."""
    window.command("Network.enable")
    window.command("Network.setBlockedURLs", urls=["*/api/sync/events"])
    window.open(service.url)
    shows(window, "#link", "every few seconds")
    job = service.start_import()
    service.wait_job(job)
    window.until(
        lambda: window.run(
            "return [...document.querySelectorAll('#jobs tbody tr')].some (tr => "
            "tr.dataset.key === arguments[0] && tr.innerText.includes('completed'))",
            job,
        ),
        "the end of the job",
    )
    window.command("Network.setBlockedURLs", urls=[])
    window.logs()


def test_cancel(window, service):
    window.open(service.url)
    shows(window, "#link", "live")
    window.click("#start")
    shows(window, "#headline", "Importing everything")
    window.click("#cancel")
    shows(window, "#jobs", "cancelled")
    assert service.get("/api/sync/jobs")["jobs"][0]["state"] == "cancelled"
    check_logs(window)


def test_token(window, service):
    """The token is asked for, kept for the tab only, and a wrong one is told."""
    window.open(service.url)
    window.until(lambda: window.run("return document.getElementById('ask').open"), "the question")
    shoot(window, "token")
    window.type("#token", "not-the-token-at-all")
    window.press("enter")
    shows(window, "#ask-why", "not right")
    window.type("#token", TOKEN)
    window.press("enter")
    shows(window, "#link", "live")
    shows(window, "#headline", "Nothing is imported yet")
    assert window.run("return [Object.keys(localStorage).length, document.cookie, location.search]") == [
        0,
        "",
        "",
    ]
    window.click("#start")
    shows(window, "#jobs", "completed")
    window.open(service.url)
    shows(window, "#link", "live")
    check_logs(window, ["401"])
    assert TOKEN not in service.log()


def main():
    decoders = [
        ("*", "entry", {}),
        ("*", f"{PLUGINS}/stumble.so", {"reason": SCRIPT}),
        (HOSTILE, f"{PLUGINS}/fold.so", {}),
        ("Beta", f"{PLUGINS}/fold.so", {}),
    ]
    slow = {"blocks": 400, "pace": "40ms", "batch": 4, "label": HOSTILE, "extent": "yes"}
    with Service(slow, decoders) as service, chromium.Browser() as window:
        for test in (test_loads, test_import):
            test(window, service)
            print("ok", test.__name__)
        for test in (test_hostile, test_narrow, test_colours):
            test(window)
            print("ok", test.__name__)
        for test in (test_keyboard, test_lost, test_polling):
            test(window, service)
            print("ok", test.__name__)
    with Service({"blocks": 2000, "pace": "40ms", "batch": 2}) as service, chromium.Browser() as window:
        test_cancel(window, service)
        print("ok test_cancel")
    with Service(service={"token": TOKEN}) as service, chromium.Browser() as window:
        test_token(window, service)
        print("ok test_token")


if __name__ == "__main__":
    main()
