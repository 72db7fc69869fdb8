"""A process that commits as fast as it can and says each thing that was acknowledged; the kill -9 test ends it."""

from __future__ import annotations

import asyncio
import sys

from storage.sqlite import open_sqlite
from storage.store import Insert, Upsert

WRITERS = 8


async def main(path: str, round_: str) -> None:
    store = await open_sqlite(path)

    async def write(name: int) -> None:
        number = 0
        while True:
            number += 1
            id = f"{round_}.{name}.{number}"
            entry = {"_id": id, "org": "a", "machine": f"{round_}.{name}", "seq": number}
            count = Upsert("machines", f"{round_}.{name}", {"set": {"seq": number}, "set_on_insert": {"org": "a"}})
            await store.commit([Insert("journal", entry), count])
            sys.stdout.write(f"{id}\n")
            sys.stdout.flush()

    await asyncio.gather(*(write(name) for name in range(WRITERS)))


asyncio.run(main(sys.argv[1], sys.argv[2]))
