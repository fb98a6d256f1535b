"""How far something is that takes longer than two seconds: a bar on a screen, a line every quarter elsewhere."""

from typing import TextIO

WIDTH = 30


class Bar:
    """`total` may be 0 (nothing to do). Draws to `out`, which is not where results go."""

    def __init__(self, what: str, total: int, out: TextIO) -> None:
        self._what, self.total, self._out = what, total, out
        self._done, self._drawn = 0, -1
        self._is_screen = out.isatty()

    def reach(self, done: int) -> None:
        """So much is done. More than the total counts as all of it: what is counted may grow meanwhile."""
        self._done = done
        percent = min(100, done * 100 // self.total) if self.total else 100
        if percent // (1 if self._is_screen else 25) == self._drawn:
            return
        self._drawn = percent // (1 if self._is_screen else 25)
        self._draw(percent)

    def advance(self, by: int) -> None:
        self.reach(self._done + by)

    def end(self) -> None:
        self.reach(max(self._done, self.total))
        if self._is_screen:
            self._out.write("\n")
            self._out.flush()

    def _draw(self, percent: int) -> None:
        full = percent * WIDTH // 100
        if self._is_screen:
            self._out.write(f"\r{self._what} [{'#' * full}{'.' * (WIDTH - full)}] {percent:3d} %")
        else:
            self._out.write(f"{self._what}: {percent} %\n")
        self._out.flush()
