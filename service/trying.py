"""Tries a rulebook on a site's log for a running service: in a process of its own, one at a time."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from service.whatif import Question, Span
from service.whatif.handed import question_text
from vision.errors import ZaigangError

__all__ = ["TrialBusy", "TrialDesk"]

_POLL_S: Final = 0.5
_LONGEST_S: Final = 3600.0


class TrialBusy(ZaigangError):
    """Another rulebook is being tried: one at a time, since cameras are judged on the same machine."""


@dataclass(slots=True, eq=False)
class TrialDesk:
    """Answers one question at a time for a running service."""

    busy: bool = False

    async def ask(self, question: Question, span: Span, data: Path, left: Callable[[], Awaitable[bool]]) -> bytes:
        """The answer as JSON; ``left`` says whether whoever asked has gone, which ends the process.

        Raises TrialBusy while another question is being answered, ZaigangError where there is no answer.
        """
        if self.busy:
            raise TrialBusy("another rulebook is being tried on the log; ask again when that is done")
        self.busy = True
        try:
            text = await asyncio.to_thread(question_text, question, span, data)
            return await _answered(text, left)
        finally:
            self.busy = False


async def _answered(text: str, left: Callable[[], Awaitable[bool]]) -> bytes:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",  # what lies in the folder it is started from is none of ours
        "-m",
        "service.whatif",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    if process.stdin is None or process.stdout is None or process.stderr is None:
        raise RuntimeError("pipes were asked for")
    process.stdin.write(text.encode())  # and kept open: the process ends with whoever has asked
    reading = asyncio.gather(process.stdout.read(), process.stderr.read())
    try:
        async with asyncio.timeout(_LONGEST_S):
            while not (await asyncio.wait({reading}, timeout=_POLL_S))[0]:
                if await left():
                    raise ZaigangError("nobody waits for the answer any longer")
        answer, words = await reading
        code = await process.wait()
    except TimeoutError:
        raise ZaigangError("the machine is too busy to try a rulebook on the log; ask for a shorter time") from None
    finally:
        if process.returncode is None:
            process.kill()
        await asyncio.gather(reading, process.wait(), return_exceptions=True)
    if code:
        last = words.decode(errors="replace").strip().splitlines()[-1:]
        raise ZaigangError(f"the rulebook could not be tried on the log: {last[0] if last else f'exit code {code}'}")
    return answer
