"""A second process that loads Matplotlib while the first one simulates, and draws what it is sent.

For `parley run` it draws, on Linux, all deliveries but half of the last in forks, so that two processors share the
figures. Nothing it does is needed: where it cannot be started, or ends early, the caller draws by itself.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

_ROOT = str(Path(__file__).resolve().parents[2])
_CODE = f"import sys; sys.path.insert(0, {_ROOT!r}); from {{module}} import main; main()"
_SETTINGS = {"NUMBA_DISABLE_JIT": "1", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""Nothing is compiled there, and a process with one thread may fork."""


class FigureProcess:
    """The second process, started at once. Use it as a context manager: at the end the process is gone.

    Parameters
    ----------
    module : str
        The module whose `main` the process runs: it draws what comes through standard input until that ends.
    """

    def __init__(self, module: str = __name__) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._sent: list[Future[None]] = []
        self._sender = ThreadPoolExecutor(1)  # the process reads late, and a pipe holds little
        command = [sys.executable, "-P", "-W", "ignore", "-c", _CODE.format(module=module)]
        null = subprocess.DEVNULL
        with suppress(OSError):
            self._process = subprocess.Popen(
                command,
                env={**os.environ, **_SETTINGS},
                stdin=subprocess.PIPE,
                stdout=null,
                stderr=null,
                start_new_session=True,
            )

    def send(self, *arguments: Any, is_last: bool = False) -> None:
        """Send the arguments of one call of what draws, `sim.figures.ensemble.save_figures` here; returns at once."""
        self._sent.append(self._sender.submit(self._write, pickle.dumps((arguments, is_last))))

    def _write(self, data: bytes) -> None:
        """Write to the process. Raises OSError where it has ended."""
        if self._process is None or self._process.stdin is None:
            raise OSError("there is no process")
        self._process.stdin.write(data)
        self._process.stdin.flush()

    def finish(self) -> bool:
        """Wait until everything sent is drawn; whether it was."""
        try:
            for sent in self._sent:
                sent.result()
            if self._process is not None and self._process.stdin is not None:
                self._process.stdin.close()
        except OSError:
            return False
        return self._process is not None and self._process.wait() == 0

    def __enter__(self) -> FigureProcess:
        return self

    def __exit__(self, *error: object) -> None:
        """End the process and its forks, whatever they do."""
        if self._process is not None:
            with suppress(OSError):
                if hasattr(os, "killpg"):
                    os.killpg(self._process.pid, signal.SIGKILL)
                else:
                    self._process.kill()
            self._process.wait()
        self._sender.shutdown()
        if self._process is not None and self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()


def hasten_imports() -> None:
    """Make the imports that follow faster."""
    import gc

    gc.disable()  # the process lives for a second, and searching it for garbage takes a tenth of that
    sys.modules["mpl_toolkits.mplot3d"] = None  # type: ignore[assignment]  # Matplotlib does without it, and starts sooner


def main() -> None:
    """Draw what comes through standard input until it ends; the status says whether all could be drawn."""
    hasten_imports()
    from sim.figures.ensemble import SHARES, save_figures, warm_up

    warm_up()
    forks: list[int] = []
    arguments: tuple[Any, ...]
    with suppress(EOFError):
        while True:
            arguments, is_last = pickle.load(sys.stdin.buffer)
            if sys.platform != "linux":
                save_figures(*arguments)
            elif not is_last:
                forks.append(_fork(partial(save_figures, *arguments)))
            else:
                work: Callable[..., object] = partial(save_figures, *arguments)
                forks.append(_fork(partial(work, names=SHARES[0])))
                work(names=SHARES[1])
    failed = [os.waitstatus_to_exitcode(os.waitpid(fork, 0)[1]) != 0 for fork in forks]
    os._exit(any(failed))  # taking the interpreter apart would take a twentieth of a second


def _fork(work: Callable[[], object]) -> int:
    """Do some work in a fork of this process; returns its number. Its status says whether the work was done."""
    fork = os.fork()
    if not fork:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    return fork
