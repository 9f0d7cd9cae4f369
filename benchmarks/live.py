"""Live talk with an echoing server in the model's place: what our path adds by either way, and thirty sessions at once.

Beeps come from Chromium's microphone 1.5 s apart, and are looked for, by the audio clock, where they enter the page and
where they leave it: the devices' own latency is not in the figures. ``barge_in_ms`` is from the moment when the server
learns of an interruption to the last audible sample. ``sessions_…`` are thirty at once over a bare bridge, as a client
sees them; ``bridge_…`` over the app's own, with its gaps where the server sends.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from playwright.sync_api import Frame, Page, sync_playwright

from audiokit.audio.clip import Clip
from audiokit.audio.wav import to_wav
from benchmarks.first_sound import _wait_for

_BEEP_EVERY_S = 1.5
_N_BEEPS = 20
_N_INTERRUPTIONS = 10
_N_SESSIONS = 30
_SESSIONS_S = 15.0
_MICROPHONE_HZ = 48_000

# Two inputs: what the microphone gives, and what goes to the loudspeaker. Onsets by the audio clock; and when it was
# loud last, by the machine's.
_PROBE = """
registerProcessor("probe", class extends AudioWorkletProcessor {
    constructor() { super(); this.quiet = [1e9, 1e9]; this.told = true; }
    process(inputs) {
        inputs.forEach(([channel], which) => {
            for (let i = 0; channel && i < channel.length; i++) {
                if (Math.abs(channel[i]) < 0.05) { this.quiet[which]++; continue; }
                const at = (currentFrame + i) / sampleRate;
                if (this.quiet[which] > 0.4 * sampleRate) this.port.postMessage({ which, at });
                this.quiet[which] = 0;
                if (which === 1) [this.last, this.told] = [Date.now(), false];
            }
        });
        if (!this.told && this.quiet[1] > 0.2 * sampleRate) {
            this.told = true;
            this.port.postMessage({ last: this.last });
        }
        return true;
    }
});
"""
_OVERHEAR = f"""
    window.__onsets = [[], []];
    window.__last = [];
    const probes = new WeakMap();
    window.__probe = async (context) => {{
        if (!probes.has(context)) probes.set(context, (async () => {{
            const module = URL.createObjectURL(new Blob([{json.dumps(_PROBE)}], {{ type: "text/javascript" }}));
            await context.audioWorklet.addModule(module);
            const node = new AudioWorkletNode(context, "probe", {{ numberOfInputs: 2, numberOfOutputs: 0 }});
            node.port.onmessage = ({{ data }}) =>
                "last" in data ? window.__last.push(data.last) : window.__onsets[data.which].push(data.at);
            return node;
        }})());
        return probes.get(context);
    }};
    const connect = AudioNode.prototype.connect;
    AudioNode.prototype.connect = function (target, ...rest) {{
        const isOutput = target instanceof AudioDestinationNode;
        const which = this instanceof MediaStreamAudioSourceNode ? 0 : isOutput ? 1 : null;
        if (which !== null && (which === 0 || this.numberOfInputs === 0) && !this.__probed) {{
            this.__probed = true;
            window.__probe(this.context).then((probe) => connect.call(this, probe, 0, which));
        }}
        return connect.call(this, target, ...rest);
    }};
    const asked = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
    const plain = {{ echoCancellation: false, noiseSuppression: false, autoGainControl: false }}; // a beep is no speech
    if (asked) navigator.mediaDevices.getUserMedia = async ({{ audio }}) =>
        (window.__stream = await asked({{ audio: {{ ...audio, ...plain }} }}));
"""
# streamlit-webrtc plays in an element of its frame; both its streams are put beside each other in one audio clock.
_OVERHEAR_FRAME = """async () => {
    const context = new AudioContext();
    const probe = await window.__probe(context);
    const element = document.querySelector("audio, video");
    const tap = (stream, which) => {
        const node = new MediaStreamAudioSourceNode(context, { mediaStream: stream });
        node.__probed = true;
        node.connect(probe, 0, which);
    };
    tap(window.__stream, 0);
    tap(element.srcObject, 1);
    await context.resume();
}"""


def run() -> dict[str, float]:
    """Return the figures of the WebSocket, of WebRTC where it is installed, and of many sessions."""
    with tempfile.TemporaryDirectory() as folder, _servers(Path(folder)) as address:
        microphone = _beeps(Path(folder))
        figures = _websocket(address, microphone) | _webrtc(address, microphone)
        figures |= {"sessions": _N_SESSIONS} | _many(address, "bench", "sessions")
        return figures | _many(address, "ours", "bridge")


def _websocket(address: str, microphone: Path) -> dict[str, float]:
    with _page(microphone) as page:
        page.goto(f"{address}/?way=websocket")
        page.get_by_role("button", name="Start talking").click()
        page.get_by_text("Listening", exact=True).wait_for()
        page.wait_for_timeout(4_000)  # the queue is trimmed once a second
        before = _get(address, "usage")
        delays_ms = _delays_ms(page)
        after = _get(address, "usage")
        silenced_ms = [_interrupted_ms(page, page, address) for _ in range(_N_INTERRUPTIONS)]
    return {
        "websocket_median_ms": median(delays_ms),
        "websocket_p95_ms": _p95(delays_ms),
        "websocket_cpu_percent": _cpu_percent(before, after),
        "barge_in_ms": median(silenced_ms),
        "barge_in_worst_ms": max(silenced_ms),
    }


def _webrtc(address: str, microphone: Path) -> dict[str, float]:
    with _page(microphone) as page:
        page.goto(f"{address}/?way=webrtc")
        page.frame_locator("iframe").get_by_role("button", name="Start talking").click()
        page.get_by_text("Listening").wait_for(timeout=30_000)
        page.wait_for_timeout(6_000)
        [frame] = [frame for frame in page.frames if frame != page.main_frame]
        frame.evaluate(_OVERHEAR_FRAME)
        before = _get(address, "usage")
        delays_ms = _delays_ms(frame, page)
        after = _get(address, "usage")
        silenced_ms = [_interrupted_ms(frame, page, address) for _ in range(_N_INTERRUPTIONS // 2)]
    return {
        "webrtc_median_ms": median(delays_ms),
        "webrtc_p95_ms": _p95(delays_ms),
        "webrtc_cpu_percent": _cpu_percent(before, after),
        "webrtc_barge_in_ms": median(silenced_ms),
    }


def _many(address: str, whose: str, name: str) -> dict[str, float]:
    """Return what many sessions at once see, over the bare bridge (``bench``) or the app's own (``ours``)."""
    before = _get(address, "usage")
    module = "benchmarks._live_clients"
    clients = subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, "-m", module, address, whose, str(_N_SESSIONS), str(_SESSIONS_S)], stdout=subprocess.PIPE
    )
    with clients:
        rss_mb = before["rss_mb"]
        while clients.poll() is None:
            rss_mb = max(rss_mb, _get(address, "usage")["rss_mb"])
            try:
                out, _ = clients.communicate(timeout=2)
            except subprocess.TimeoutExpired:
                continue
    told: dict[str, list[float]] = json.loads(out)
    after, sent = _get(address, "usage"), _get(address, "gaps")["gaps_ms"]
    return {
        f"{name}_gap_p95_ms": _p95(sent or told["gaps_ms"]),
        f"{name}_gap_worst_ms": max(sent or told["gaps_ms"]),
        f"{name}_trip_median_ms": median(told["trips_ms"]),
        f"{name}_trip_p95_ms": _p95(told["trips_ms"]),
        f"{name}_cpu_percent": 100 * (after["cpu_s"] - before["cpu_s"]) / _SESSIONS_S / _N_SESSIONS,
        f"{name}_memory_mb": (rss_mb - before["rss_mb"]) / _N_SESSIONS,
    }


def _delays_ms(where: Page | Frame, page: Page | None = None) -> list[float]:
    """Return how long after each beep of the microphone it is heard again."""
    waiting = page or (where if isinstance(where, Page) else where.page)
    where.evaluate("() => window.__onsets.forEach((onsets) => onsets.splice(0))")
    waiting.wait_for_timeout((_N_BEEPS + 1) * _BEEP_EVERY_S * 1000)
    said, heard = where.evaluate("() => window.__onsets")
    delays = [min((at - onset for at in heard if at > onset), default=9.0) * 1000 for onset in said[:-1]]
    return [delay for delay in delays if delay < _BEEP_EVERY_S * 1000]


def _interrupted_ms(where: Page | Frame, page: Page, address: str) -> float:
    """Return how long a reply is heard after the server has learned that it is interrupted."""
    _get(address, "speak")
    page.wait_for_timeout(1_700)
    where.evaluate("() => window.__last.splice(0)")
    at_ms: float = _get(address, "interrupt")["at_ms"]
    where.wait_for_function("() => window.__last.length > 0")
    last_ms: float = where.evaluate("() => window.__last.at(-1)")
    page.wait_for_timeout(500)
    return last_ms - at_ms


def _beeps(folder: Path) -> Path:
    instants = np.arange(round(_BEEP_EVERY_S * _MICROPHONE_HZ)) / _MICROPHONE_HZ
    beep = 0.5 * np.sin(2 * np.pi * 1000 * instants) * (instants < 0.06)
    path = folder / "beeps.wav"
    path.write_bytes(to_wav(Clip(np.tile(beep, 8).astype(np.float32)[:, None], _MICROPHONE_HZ)))
    return path


def _p95(values: list[float]) -> float:
    return float(np.percentile(values, 95))


def _cpu_percent(before: dict[str, float], after: dict[str, float]) -> float:
    return 100 * (after["cpu_s"] - before["cpu_s"]) / ((_N_BEEPS + 1) * _BEEP_EVERY_S)


def _get(address: str, what: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{address}/api/bench/{what}") as answer:  # noqa: S310 - loopback
        return dict(json.load(answer))


@contextmanager
def _servers(data_dir: Path) -> Iterator[str]:
    echo_port, app_port = _free_ports()
    app = Path(__file__).with_name("_live_app.py")
    commands = [
        ["-m", "benchmarks._live_echo", str(echo_port)],
        ["-m", "streamlit", "run", str(app), "--server.port", str(app_port), "--server.headless", "true"],
    ]
    environment = os.environ | {
        "BENCH_ECHO": f"ws://127.0.0.1:{echo_port}",
        "AUDIOKIT_DATA_DIR": str(data_dir / "data"),
        "AUDIOKIT_ENGINE": "openai",
        "OPENAI_API_KEY": "sk-made-up",
        "PYTHONPATH": str(Path.cwd()),
    }
    running = [
        subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, *command], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for command in commands
    ]
    try:
        _wait_for(f"http://127.0.0.1:{app_port}/api/health")
        yield f"http://127.0.0.1:{app_port}"
    finally:
        for server in running:
            server.terminate()
        for server in running:
            server.wait()


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as two:
        for probe in (one, two):
            probe.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1]), int(two.getsockname()[1])


@contextmanager
def _page(microphone: Path) -> Iterator[Page]:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("This benchmark needs Chromium.")
    arguments = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={microphone}",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments, headless=True)
        context = browser.new_context(permissions=["microphone"])
        context.add_init_script(_OVERHEAR)
        yield context.new_page()
        browser.close()
