"""Workers as processes of this machine: started, watched, and started again when they die or stop beating."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

import structlog

from service.api.site import WorkerStatus
from service.worker.plan import WorkerPlan, plan_text
from vision.errors import ZaigangError

__all__ = ["LocalEngine", "Supervised"]

log = structlog.get_logger()

_BACK_OFF: Final = (0.5, 1.0, 2.0, 5.0, 10.0)
_LONG_LIFE_S: Final = 60.0
_REFUSED: Final = 2  # exit code of a worker that cannot work as it is configured

PlanOf = Callable[[str], Awaitable[WorkerPlan]]


class LocalEngine:
    """One process a worker. ``plans`` makes a worker's plan anew at each start, so that it has the latest zones."""

    def __init__(
        self,
        workers: Mapping[str, Sequence[str]],
        plans: PlanOf,
        first_beat_s: float = 60.0,
        beat_s: float = 10.0,
    ) -> None:
        self._cameras = {camera: worker for worker, cameras in workers.items() for camera in cameras}
        self._supervised = {worker: Supervised(worker, plans, first_beat_s, beat_s) for worker in workers}

    async def start(self) -> None:
        for one in self._supervised.values():
            one.start()

    async def stop(self) -> None:
        await asyncio.gather(*(one.stop() for one in self._supervised.values()))

    async def restart(self, *cameras: str) -> None:
        """Let the workers of ``cameras`` begin anew with the present configuration."""
        workers = {self._cameras[camera] for camera in cameras}
        await asyncio.gather(*(self._supervised[worker].restart() for worker in sorted(workers)))

    async def tell(self) -> None:
        """Hand every worker the present configuration, for what needs no restart: hours, leave, uniforms."""
        await asyncio.gather(*(one.tell() for one in self._supervised.values()))

    def statuses(self) -> list[WorkerStatus]:
        return [one.status() for one in self._supervised.values()]


class Supervised:
    """One worker process and the task that watches it."""

    def __init__(self, worker: str, plans: PlanOf, first_beat_s: float, beat_s: float) -> None:
        self._worker, self._plans = worker, plans
        self._first_beat_s, self._beat_s = first_beat_s, beat_s
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self._wanted_restart = False
        self._has_news = False
        self._state = "starting"
        self._restarts = 0
        self._trouble: str | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._supervise(), name=f"worker {self._worker}")

    async def stop(self) -> None:
        """End the process gently, and the watching with it."""
        self._stopping = True
        await self._end_process()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def restart(self) -> None:
        self._wanted_restart = True
        await self._end_process()

    async def tell(self) -> None:
        """Hand the process its plan anew; one that is being started gets it after the first."""
        self._has_news = True
        process = self._process
        if process is not None and process.returncode is None:
            await self._tell_news(process)

    def status(self) -> WorkerStatus:
        pid = self._process.pid if self._process is not None and self._process.returncode is None else None
        return WorkerStatus(self._worker, self._state, pid, self._restarts, self._trouble)

    async def _supervise(self) -> None:
        failures = 0
        loop = asyncio.get_running_loop()
        while not self._stopping:
            started = loop.time()
            try:
                why = await self._run_once()
            except (OSError, ZaigangError) as error:
                why = f"cannot be started: {error}"
            if self._stopping:
                return
            self._restarts += 1
            if self._wanted_restart:
                self._wanted_restart, self._trouble, failures = False, None, 0
                continue
            failures = 0 if loop.time() - started >= _LONG_LIFE_S else failures + 1
            pause = _BACK_OFF[min(failures, len(_BACK_OFF)) - 1] if failures else 0.0
            self._state, self._trouble = "restarting", f"worker {self._worker} {why}; it is started again"
            log.warning("worker ended", worker=self._worker, why=why, again_in_s=pause)
            await asyncio.sleep(pause)

    async def _run_once(self) -> str:
        """Start the process and watch its beats until it ends; returns how it ended."""
        self._state = "starting"
        self._wanted_restart = self._has_news = False  # what was asked for until now is in the plan made from here on
        plan = plan_text(await self._plans(self._worker))
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",  # what lies in the folder it is started from is none of ours
            "-m",
            "service.worker",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        self._process = process
        if process.stdin is None or process.stdout is None or process.stderr is None:
            raise RuntimeError("pipes were asked for")
        if self._wanted_restart:
            process.terminate()  # asked for while the plan was made, which may lack what it was asked for
        process.stdin.write(plan.encode())
        if self._has_news:
            await self._tell_news(process)
        last_words = asyncio.create_task(_passed_on(process.stderr))
        limit = self._first_beat_s
        while True:
            try:
                line = await asyncio.wait_for(process.stdout.readline(), limit)
            except TimeoutError:
                process.kill()
                await process.wait()
                await last_words
                return f"did not beat for {limit:g} s"
            if not line:
                break
            limit, self._state = self._beat_s, "running"
            self._trouble = None
        code = await process.wait()
        words = await last_words
        if code == _REFUSED and words:
            return f"cannot work: {words.removeprefix('zaigang: ')}"
        return f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"

    async def _tell_news(self, process: asyncio.subprocess.Process) -> None:
        plan = plan_text(await self._plans(self._worker))
        # Without a pause since the plan was made, so that of two plans the newer one is written last.
        if process.stdin is not None and not process.stdin.is_closing():
            process.stdin.write(plan.encode())

    async def _end_process(self) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), 30)
        except TimeoutError:
            process.kill()
            await process.wait()


async def _passed_on(stream: asyncio.StreamReader) -> str:
    """Pass a worker's log on to ours; returns its last line."""
    last, begun = "", ""
    while block := await stream.read(1 << 16):
        *lines, begun = (begun + block.decode(errors="replace")).split("\n")
        for line in lines:
            last = line.rstrip() or last
            sys.stderr.write(line + "\n")
    return begun.rstrip() or last
