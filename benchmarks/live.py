"""How soon a live picture is judged, hour after hour: cameras of 1080p at 25 a second before a real worker.

python benchmarks/live.py [--minutes 10] [--cameras 2] [--codec h264] [--models FOLDER] [--json FILE]

The cameras are the staged hall's, sent in real time as MPEG-TS over HTTP. Latency is from a picture's arrival to the
end of its look: its stream time is never later than the arrival of its last packet. The worker delivers to nobody, so
the service's own load is not in the figures; events and their evidence are, one every few seconds. The first start
renders the films, which takes a minute.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from service.demo.broadcast import Broadcast, Reel
from service.demo.cast import load_cast
from service.demo.onair import DemoWindow, demo_windows
from service.demo.script import CameraScript, Happening, Script
from service.demo.stage import Stage
from service.settings import Settings
from service.worker.plan import WorkerPlan, plan_of, plan_text
from vision.pipeline import Look
from vision.streamtime import StreamTime

FPS = 25
SIZE = (1920, 1080)
SECONDS = 16
ENCODERS = {
    "h264": ("libx264", {"preset": "superfast", "crf": "24", "g": str(2 * FPS), "bf": "0", "sc_threshold": "0"}),
    "h265": ("libx265", {"preset": "ultrafast", "crf": "26", "x265-params": f"keyint={2 * FPS}:bframes=0"}),
}
WARM_UP_S = 10.0
RULES = {name: {"after": "3s", "clear_after": "2s", "cool_down": "1s"} for name in ("leave_post", "phone_use")}
MEMORY_EVERY_S = 5.0


@dataclass(frozen=True)
class Judged:
    """One look: when it was over, in seconds since the first, and how long after its picture's arrival."""

    at_s: float
    latency_ms: float
    reason: str | None


@dataclass(frozen=True)
class Figures:
    """What a run gave. Memory is the worker's resident set; latencies are in milliseconds."""

    codec: str
    cameras: int
    minutes: float
    looks: int
    events: int
    judged_share: float
    looks_per_s: float
    p50_ms: float
    p95_ms: float
    max_ms: float
    first_minute_p50_ms: float
    last_minute_p50_ms: float
    first_minute_p95_ms: float
    last_minute_p95_ms: float
    memory_begin_mb: float
    memory_end_mb: float
    memory_most_mb: float
    memory_by_minute_mb: tuple[float, ...]
    worker_cores: float
    load_average: float


def script(cameras: int) -> Script:
    """A clerk at each window, who leaves and comes back; one of them is on the phone."""
    away = (Happening(at=4, what="leaves"), Happening(at=9, what="enters", who="officer"))
    phone = (Happening(at=3, what="phone", lasts=8),)
    staged = tuple(
        CameraScript(
            name=f"{number}号窗口", window=f"w{number}", title=f"{number}号", happenings=phone if number % 2 else away
        )
        for number in range(1, cameras + 1)
    )
    return Script(duration=SECONDS, fps=FPS, cameras=staged)


def film(folder: Path, staged: Script, camera: CameraScript, codec: str) -> Path:
    """The camera's loop in 1080p with a sensor's noise; rendered unless it is there already."""
    path = folder / f"live-{camera.window}-{codec}.ts"
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    stage = Stage(staged, camera, load_cast(folder))
    noise = np.random.default_rng(1).normal(0, 2.5, (8, SIZE[1], SIZE[0], 3)).astype(np.float32)
    unfinished = path.with_suffix(".unfinished.ts")
    with av.open(str(unfinished), "w") as output:
        encoder, settings = ENCODERS[codec]
        stream = output.add_stream(encoder, rate=FPS, options=settings)
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        for number in range(SECONDS * FPS):
            picture = stage.picture(number)
            assert picture is not None
            large = cv2.add(cv2.resize(picture, SIZE), noise[number % len(noise)], dtype=cv2.CV_8U)
            output.mux(stream.encode(av.VideoFrame.from_ndarray(np.asarray(large, np.uint8), format="bgr24")))
        output.mux(stream.encode(None))
    return unfinished.replace(path)


def configured(data: Path, on_air: Broadcast, windows: tuple[DemoWindow, ...], models: Path | None) -> Settings:
    """A hall of one camera a window, judged by the shipped networks or those in ``models``."""
    scale = SIZE[0] / 960
    cameras = [
        {
            "id": window.camera,
            "source": on_air.url(window.camera),
            "windows": [
                {
                    "id": window.id,
                    "zones": {
                        name: [float(number) * scale for corner in zone for number in corner]
                        for name, zone in window.zones.items()
                    },
                }
            ],
        }
        for window in windows
    ]
    chosen = {name: str(models / name) for name in ("person", "objects")} if models else {}
    site: dict[str, Any] = {
        "data": data,
        "duty": {"always": True},
        "models": chosen,
        "rules": RULES,
        "cameras": cameras,
    }
    return Settings(**site)


def work() -> None:
    """The worker's process: a line on stdout for each look."""
    from service.logs import set_up_logs
    from service.worker.worker import Worker

    set_up_logs()
    worker = Worker(plan_of(sys.stdin.readline()))
    for post in worker._posts:
        post.looked = _told(post.looked)  # type: ignore[method-assign]
    threading.Thread(target=lambda: (sys.stdin.read(), worker.stop()), daemon=True).start()
    worker.run()


def _told(looked: Any) -> Any:
    def told(look: Look, now: StreamTime) -> None:
        sys.stdout.write(json.dumps([now, look.at, look.reason]) + "\n")
        sys.stdout.flush()
        looked(look, now)

    return told


@contextmanager
def worker_process(plan: WorkerPlan) -> Iterator[subprocess.Popen[str]]:
    """A worker of ``plan`` that ends with the context."""
    process = subprocess.Popen(
        [sys.executable, __file__, "worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    try:
        process.stdin.write(plan_text(plan))
        process.stdin.flush()
        yield process
    finally:
        process.stdin.close()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Memory(threading.Thread):
    """Reads a process's resident set every few seconds."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._status = Path(f"/proc/{pid}/status")
        self.seen: list[float] = []
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.is_set():
            lines = self._status.read_text(encoding="ascii").splitlines()
            resident = next((line for line in lines if line.startswith("VmRSS")), None)
            if resident is None:
                return
            self.seen.append(int(resident.split()[1]) / 1024)
            self.over.wait(MEMORY_EVERY_S)


def processor_s(pid: int) -> float:
    """Seconds of processor time that the process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measured(process: subprocess.Popen[str], minutes: float, codec: str, cameras: int) -> Figures:
    """Follow the worker for ``minutes`` after it has warmed up."""
    assert process.stdout is not None
    found: list[Judged] = []
    first: int | None = None
    memory, used, began = Memory(process.pid), 0.0, 0.0
    for line in process.stdout:
        now, at, reason = json.loads(line)
        first = first or now
        since = (now - first) / 1e6 - WARM_UP_S
        if since < 0:
            continue
        if not found:
            memory.start()
            used, began = processor_s(process.pid), time.monotonic()
        found.append(Judged(since, (now - at) / 1000, reason))
        if since >= minutes * 60:
            break
    else:
        raise SystemExit("the worker ended by itself")
    cores = (processor_s(process.pid) - used) / (time.monotonic() - began)
    memory.over.set()
    memory.join()
    return figures(found, memory.seen, minutes, codec, cameras, cores)


def figures(
    found: list[Judged], memory: list[float], minutes: float, codec: str, cameras: int, cores: float
) -> Figures:
    end, a_minute = found[-1].at_s, round(60 / MEMORY_EVERY_S)
    everything = np.array([one.latency_ms for one in found])
    early = np.array([one.latency_ms for one in found if one.at_s < 60])
    late = np.array([one.latency_ms for one in found if one.at_s > end - 60])
    return Figures(
        codec=codec,
        cameras=cameras,
        minutes=minutes,
        looks=len(found),
        events=0,
        judged_share=round(sum(one.reason is None for one in found) / len(found), 3),
        looks_per_s=round(len(found) / end, 2),
        p50_ms=_percentile(everything, 50),
        p95_ms=_percentile(everything, 95),
        max_ms=_percentile(everything, 100),
        first_minute_p50_ms=_percentile(early, 50),
        last_minute_p50_ms=_percentile(late, 50),
        first_minute_p95_ms=_percentile(early, 95),
        last_minute_p95_ms=_percentile(late, 95),
        memory_begin_mb=round(memory[0], 1),
        memory_end_mb=round(memory[-1], 1),
        memory_most_mb=round(max(memory), 1),
        memory_by_minute_mb=tuple(
            round(float(np.median(memory[index : index + a_minute])), 1) for index in range(0, len(memory), a_minute)
        ),
        worker_cores=round(cores, 2),
        load_average=round(os.getloadavg()[0], 2),
    )


def _percentile(of: np.ndarray[Any, Any], percent: float) -> float:
    return round(float(np.percentile(of, percent)), 1)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--minutes", type=float, default=10)
    options.add_argument("--cameras", type=int, default=2)
    options.add_argument("--codec", choices=ENCODERS, default="h264")
    options.add_argument("--models", type=Path, help="a folder with person/ and objects/ [the shipped ones]")
    options.add_argument("--json", type=Path, help="write the figures here too")
    options.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "zaigang-benchmark")
    chosen = options.parse_args()
    staged = script(chosen.cameras)
    windows = demo_windows(staged)
    reels = {
        window.camera: Reel(film(chosen.folder, staged, camera, chosen.codec), float(SECONDS))
        for window, camera in zip(windows, staged.cameras, strict=True)
    }
    with tempfile.TemporaryDirectory() as data, Broadcast(reels) as on_air:
        settings = configured(Path(data), on_air, windows, chosen.models)
        plan = WorkerPlan("worker1", settings, settings.cameras, {}, Path(data), "http://127.0.0.1:9", "token")
        with worker_process(plan) as process:
            found = measured(process, chosen.minutes, chosen.codec, chosen.cameras)
        found = replace(found, events=len(list((Path(data) / "evidence").glob("*/*/clip.mp4"))))
    content = asdict(found)
    for name, value in content.items():
        print(f"{name.replace('_', ' '):>20}  {value}")
    text = json.dumps(content)
    print(text)
    if chosen.json:
        chosen.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    work() if sys.argv[1:] == ["worker"] else main()
