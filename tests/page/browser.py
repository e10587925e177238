"""Drives Debian's chromium over the DevTools protocol, with nothing but the standard library.

The protocol comes over a pipe instead of a websocket: JSON messages that end with a NUL, to file descriptor 3 and from 4.
"""
import base64
import json
import os
import select
import signal
import tempfile
import time
from pathlib import Path

KEYS = {"Enter": (13, "\r"), "Tab": (9, ""), "Escape": (27, "")}
SHIFT = 8


class Browser:
    def __init__(self, program="/usr/bin/chromium"):
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.log = Path(self.folder.name) / "chromium.log"
        arguments = [program, "--headless=new", "--remote-debugging-pipe", f"--user-data-dir={self.folder.name}/profile", "--disable-gpu", "--disable-dev-shm-usage",
                     "--no-first-run", "--no-default-browser-check", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
                     "--hide-scrollbars", "--lang=en-US", "--force-color-profile=srgb", "about:blank"]
        if os.geteuid() == 0:  # chromium refuses to build its sandbox as root
            arguments.insert(1, "--no-sandbox")
        its_input, self.input = os.pipe()
        self.output, its_output = os.pipe()
        log = os.open(self.log, os.O_WRONLY | os.O_CREAT, 0o600)
        wiring = [(os.POSIX_SPAWN_DUP2, its_input, 3), (os.POSIX_SPAWN_DUP2, its_output, 4), (os.POSIX_SPAWN_DUP2, log, 1), (os.POSIX_SPAWN_DUP2, log, 2)]
        environment = {**os.environ, "LANGUAGE": "en", "XDG_CONFIG_HOME": self.folder.name, "XDG_CACHE_HOME": self.folder.name}
        self.process = os.posix_spawn(program, arguments, environment, file_actions=wiring, setpgroup=0)
        for descriptor in (its_input, its_output, log):
            os.close(descriptor)
        self.received = bytearray()
        self.replies = {}
        self.listeners = {}
        self.last_id = 0

    def send(self, method, session="", **parameters):
        self.last_id += 1
        message = {"id": self.last_id, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.input, data):]
        return self.last_id

    def call(self, method, session="", timeout=30, **parameters):
        number = self.send(method, session, **parameters)
        self.run_until(lambda: number in self.replies, timeout, method)
        reply = self.replies.pop(number)
        if "error" in reply:
            raise RuntimeError(f"{method}: {reply['error']['message']}")
        return reply["result"]

    def run_until(self, condition, timeout, what):
        end = time.monotonic() + timeout
        while not condition():
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.output], [], [], left)[0]:
                raise TimeoutError(f"chromium: {what}: nothing after {timeout} s")
            data = os.read(self.output, 1 << 16)
            if not data:
                raise RuntimeError("chromium ended:\n" + self.log.read_text(errors="replace")[-2000:])
            self.received += data
            *messages, self.received = self.received.split(b"\0")
            for message in map(json.loads, messages):
                self.take(message)

    def take(self, message):
        if "id" in message:
            self.replies[message["id"]] = message
        else:
            listener = self.listeners.get(message.get("sessionId"))
            if listener:
                listener(message["method"], message["params"])

    def close(self):
        """Asks first, so that the profile is free; what does not end in time is killed with its children."""
        try:
            self.call("Browser.close", timeout=5)
            self.run_until(lambda: False, 5, "its end")
        except (TimeoutError, RuntimeError, OSError):
            pass
        try:
            os.killpg(self.process, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.waitpid(self.process, 0)
        os.close(self.input)
        os.close(self.output)
        self.folder.cleanup()


class Page:
    """One page with a profile of its own: nothing is left of the pages before it."""

    def __init__(self, browser, width, height):
        self.browser = browser
        self.context = browser.call("Target.createBrowserContext")["browserContextId"]
        target = browser.call("Target.createTarget", url="about:blank", browserContextId=self.context)["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.requests, self.complaints, self.choosers = [], [], []
        self.scripted = None
        browser.listeners[self.session] = self.listen
        for domain in ("Page", "Runtime", "Log", "Network", "DOM", "Accessibility"):
            self.call(domain + ".enable")
        self.call("Emulation.setFocusEmulationEnabled", enabled=True)
        self.call("Page.setInterceptFileChooserDialog", enabled=True)
        self.resize(width, height)

    def call(self, method, timeout=30, **parameters):
        return self.browser.call(method, self.session, timeout, **parameters)

    def close(self):
        self.browser.listeners.pop(self.session, None)
        self.browser.call("Target.disposeBrowserContext", browserContextId=self.context)

    def listen(self, event, data):
        if event == "Network.requestWillBeSent":
            self.requests.append(data["request"]["url"])
        elif event == "Runtime.exceptionThrown":
            details = data["exceptionDetails"]
            self.complaints.append(details.get("exception", {}).get("description") or details["text"])
        elif event == "Runtime.consoleAPICalled" and data["type"] in ("error", "warning", "assert"):
            self.complaints.append(" ".join(str(argument.get("value", argument.get("description"))) for argument in data["args"]))
        elif event == "Log.entryAdded" and data["entry"]["level"] in ("error", "warning"):
            self.complaints.append(f"{data['entry']['text']} {data['entry'].get('url', '')}".strip())
        elif event == "Page.fileChooserOpened":
            self.choosers.append(data["backendNodeId"])
        elif event == "Fetch.requestPaused" and self.scripted is not None:
            self.browser.send("Fetch.fulfillRequest", self.session, requestId=data["requestId"], responseCode=200,
                              responseHeaders=[{"name": "Content-Type", "value": "text/event-stream; charset=utf-8"}], body=base64.b64encode(self.scripted).decode())

    def answer_with(self, address, body):
        """From now on requests to the address, a pattern with *, get this body without reaching the server."""
        self.scripted = body.encode()
        self.call("Fetch.enable", patterns=[{"urlPattern": address}])

    def open(self, address):
        self.call("Page.navigate", url=address)
        self.wait_for("location.href !== 'about:blank' && document.readyState === 'complete'")

    def evaluate(self, expression, timeout=30):
        result = self.call("Runtime.evaluate", timeout, expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(f"{expression}: {result['exceptionDetails'].get('exception', {}).get('description')}")
        return result["result"].get("value")

    def wait_for(self, expression, timeout=30):
        """The expression's value as soon as it is a true one. It is looked at again with each change of the page."""
        looked = f"""new Promise((resolve) => {{
          const look = () => {{ const value = ({expression}); if (value) {{ watcher.disconnect(); clearInterval(timer); resolve(value); }} return value; }};
          const watcher = new MutationObserver(look), timer = setInterval(look, 50);
          if (!look()) watcher.observe(document, {{ subtree: true, childList: true, attributes: true, characterData: true }});
        }})"""
        try:
            return self.evaluate(looked, timeout)
        except TimeoutError:
            raise TimeoutError(f"not within {timeout} s: {expression}; the page says: {self.evaluate('document.body.innerText')}") from None

    def text(self, selector):
        """What a person sees of it: the text, without what is hidden."""
        return self.evaluate(f"document.querySelector({json.dumps(selector)})?.innerText ?? null")

    def resize(self, width, height):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def prefer(self, scheme):
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": "reduce"}])

    def click(self, selector):
        """In the middle of it, once it is there and nothing lies over it."""
        x, y = self.wait_for(f"""((target) => {{
          if (!target?.checkVisibility()) return null;
          target.scrollIntoView({{ block: "center" }});
          const box = target.getBoundingClientRect();
          const middle = [box.left + box.width / 2, box.top + box.height / 2];
          return target.contains(document.elementFromPoint(...middle)) ? middle : null;
        }})(document.querySelector({json.dumps(selector)}))""")
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def type(self, text):
        self.call("Input.insertText", text=text)

    def press(self, key, modifiers=0):
        code, text = KEYS[key]
        press = {"key": key, "code": key, "windowsVirtualKeyCode": code, "modifiers": modifiers}
        self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **press)
        self.call("Input.dispatchKeyEvent", type="keyUp", **press)

    def choose_file(self, button, path):
        """Clicks on what opens the file dialog, and answers the dialog."""
        self.choosers.clear()
        self.click(button)
        self.browser.run_until(lambda: self.choosers, 10, "no file dialog")
        self.call("DOM.setFileInputFiles", files=[str(path)], backendNodeId=self.choosers[0])

    def accessible_controls(self):
        """Role and name of everything that a person can operate, as a screen reader has it."""
        roles = {"button", "link", "textbox", "checkbox", "radio", "combobox", "DisclosureTriangle", "DisclosureTriangleGrouped"}
        nodes = self.call("Accessibility.getFullAXTree")["nodes"]
        return [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if not node["ignored"] and node["role"]["value"] in roles]

    def screenshot(self, path):
        """The whole page, also what stands below the window."""
        size = self.call("Page.getLayoutMetrics")["cssLayoutViewport"]
        height = self.evaluate("Math.max(innerHeight, document.documentElement.scrollHeight)")
        clip = {"x": 0, "y": 0, "width": size["clientWidth"], "height": height, "scale": 1}
        image = self.call("Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True)
        Path(path).write_bytes(base64.b64decode(image["data"]))
