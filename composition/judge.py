"""The judge's own process: candidates in on standard input, a line of JSON each; what each check says goes out.

`composition.gate.Aside` starts it. It is nicer than the server beside it, so that a long proof takes only the
processor time that conversations leave.
"""

from __future__ import annotations

import contextlib
import os
import sys

import msgspec

from composition.gate import END
from composition.judging import judge
from runtime.publishing.gate import Candidate


def main() -> None:
    with contextlib.suppress(OSError):  # where it may not step back it works all the same
        os.nice(10)
    said = sys.stdout.buffer
    for line in sys.stdin.buffer:
        for checked in judge(msgspec.json.decode(line, type=Candidate)):
            said.write(msgspec.json.encode(checked) + b"\n")
            said.flush()
        said.write(END + b"\n")
        said.flush()


if __name__ == "__main__":
    main()
