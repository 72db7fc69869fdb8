"""The ad autopilot against its rivals in simulated markets that nobody has tuned on: profit, losses, claims, forecasts.

The policy under test is the YAML in `rules/`, asked through `ads.deciding`; it was tuned on worlds with seeds from
20,000 on, and is measured on those from 900,000 on. Every rival meets the same worlds. Profit is over that of an oracle
that knows every rate, as a ratio of sums over all worlds; intervals are bootstrapped over worlds (2,000 times, 95 %).
The oracle's profit is what its budgets bring on average, and so is everybody's: by the true rates of the hours in which
they were spent, without the luck of who happened to order. Lost worlds and the worst loss are counted by real orders.
In a name, "lost" and "wrong" mark what should not happen, so that the target is an upper bound.

Settings: BENCH_WORLDS (400, of each family and for each claim; five times as many of the two main ones, so that a share
of 2 % can be told from one of 3 %), BENCH_VARIATIONS (10000, of one pass). The targets are those of the full size.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ads.deciding import Campaign, Hours, Variation, decide
from bench.figures import Figure, figure
from bench.markets import Autopilot, Policy, play, shipped
from bench.rivals import RIVALS, TOLD, Told
from sandbox.market.oracle import best_profit
from sandbox.market.simulator import Market
from sandbox.market.worlds import FAMILIES, alike

Array = NDArray[np.float64]

WORLDS, CHUNK = int(os.environ.get("BENCH_WORLDS", "400")), 100
TESTS = WORLDS  # worlds of two ads for A/A and power, looked at every hour
UNSEEN = 900_000
OURS = "autopilot"
MAIN, MORE = ("stationary", "fatigue and delays"), 5  # times as many worlds
TARGETS = {"stationary": 0.90, "fatigue and delays": 0.80}
LIFT = 0.5  # the effect that is to be found: an order rate of 4.5 % beside 3 %
TRIALS = {"A/A": (0.0, True), "even": (LIFT, False), "steered": (LIFT, True)}  # lift; whether budgets follow
PASS = int(os.environ.get("BENCH_VARIATIONS", "10000"))


def run() -> list[Figure]:
    """All figures of this file, in about twenty minutes on two idle cores."""
    context = get_context("spawn")
    with ProcessPoolExecutor(max_workers=min(2, os.cpu_count() or 1), mp_context=context) as pool:
        asked = [(family, first) for family in FAMILIES for first in range(0, _worlds(family), CHUNK)]
        played = list(pool.map(_played, *zip(*asked, strict=True)))
        tests = [(trial, first) for trial in TRIALS for first in range(0, TESTS, CHUNK)]
        claims = list(pool.map(_claims, *zip(*tests, strict=True)))
    found = {
        family: _joined([part for (name, _), part in zip(asked, played, strict=True) if name == family])
        for family in FAMILIES
    }
    figures: list[Figure] = []
    for family, each in found.items():
        figures += _losing(each) if family == "losing" else _profits(family, each)
    figures.append(
        _times_the_bot("both of the first two families", _joined([found[each] for each in MAIN if each in found]))
    )
    figures += _testing(
        {trial: [part for (name, _), part in zip(tests, claims, strict=True) if name == trial] for trial in TRIALS}
    )
    return [*figures, *_passing()]


def _worlds(family: str) -> int:
    return WORLDS * (MORE if family in MAIN else 1)


def _joined(parts: Sequence[dict[str, Array]]) -> dict[str, Array]:
    return {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}


def _played(family: str, first: int) -> dict[str, Array]:
    """What everybody earned in some worlds of a family, and what our autopilot spent."""
    worlds = [FAMILIES[family](UNSEEN + first + place) for place in range(min(CHUNK, _worlds(family) - first))]
    found: dict[str, Array] = {"oracle": best_profit(Market(worlds, seed=first))}
    policies: dict[str, Policy] = {name: made() for name, made in RIVALS.items()}
    if family in MAIN:
        policies |= {f"told {hours}": Told(hours) for hours in TOLD}
    for name, policy in {OURS: Autopilot(shipped()), **policies}.items():
        market = play(worlds, policy, seed=first)
        found[name], found[f"{name} really"] = market.expected_profit(), market.profit()
        found[f"{name} spent"] = market.spend.sum((1, 2))
    found["budget"] = np.array([world.budget * world.days for world in worlds])
    print(
        f"  {family}, {first}: {found[OURS].sum() / max(1.0, found['oracle'].sum()):.3f}", file=sys.stderr, flush=True
    )
    return found


def bootstrap(over: Array, under: Array | None = None, times: int = 2000) -> tuple[float, float]:
    """The 95 % interval of a mean, or of a ratio of sums, over worlds that might as well have been others."""
    random = np.random.Generator(np.random.PCG64(5))
    chosen = random.integers(0, len(over), (times, len(over)))
    sums = over[chosen].sum(1)
    values = sums / len(over) if under is None else sums / under[chosen].sum(1)
    return float(np.quantile(values, 0.025)), float(np.quantile(values, 0.975))


def _between(low: float, high: float, percent: bool = False) -> str:
    return f"95 %: {low:.1%} to {high:.1%}" if percent else f"95 %: {low:.3f} to {high:.3f}"


def _profits(family: str, found: dict[str, Array]) -> list[Figure]:
    """Ours over the oracle's, beside each rival's; and how often and how badly we lost."""
    oracle, ours, budget = found["oracle"], found[OURS], found["budget"]
    really = found[f"{OURS} really"]
    target = TARGETS.get(family)
    label = f"ads.{family}"
    ratio = float(ours.sum() / oracle.sum())
    figures = [figure(f"{label}: profit over the oracle's", ratio, "", target, _between(*bootstrap(ours, oracle)))]
    for name in RIVALS:
        theirs = found[name]
        share = float(theirs.sum() / oracle.sum())
        figures.append(figure(f"{label}: profit of {name}", share, "", None, _between(*bootstrap(theirs, oracle))))
    if family in MAIN:
        low, high = bootstrap(ours - found["Thompson"], oracle)
        gain = float((ours - found["Thompson"]).sum() / oracle.sum())
        figures.append(figure(f"{label}: better than Thompson by", gain, "", None, _between(low, high)))
        figures.append(figure(f"{label}: lower end of that", low, "", 0.0))
        figures.append(_times_the_bot(family, found))
        figures += _told(label, found)
    aims = family in MAIN
    lost = (really < 0).astype(float)
    figures.append(
        figure(
            f"{label}: lost worlds",
            100 * float(lost.mean()),
            "%",
            2 if aims else None,
            _between(*bootstrap(lost), percent=True),
        )
    )
    worthwhile = lost[oracle >= 0.1 * budget]
    share = 100 * float(worthwhile.mean()) if len(worthwhile) else 0.0
    figures.append(figure(f"{label}: lost worlds, where a tenth of the budget could be earned", share, "%", None))
    worst = float(np.max(-really / budget))
    figures.append(figure(f"{label}: worst lost share of budget", 100 * max(0.0, worst), "%", 10 if aims else None))
    rivals = ("Thompson", "rule bot", "equal split")
    bad = ", ".join(f"{name} {np.max(-found[f'{name} really'] / budget):.0%}" for name in rivals)
    return [*figures[:-1], {**figures[-1], "peer": bad}]


def _told(label: str, found: dict[str, Array]) -> list[Figure]:
    """What could be had at best by who has to find out: by one who is told every rate after some hours."""
    figures = []
    for hours in TOLD:
        theirs, named = found[f"told {hours}"], f"{label}: told all after {hours} hours"
        share = float(theirs.sum() / found["oracle"].sum())
        figures += [
            figure(f"{named}, profit", share, "", None, _between(*bootstrap(theirs, found["oracle"]))),
            figure(f"{named}, lost worlds", 100 * float((found[f"told {hours} really"] < 0).mean()), "%"),
        ]
    return figures


def _times_the_bot(family: str, found: dict[str, Array]) -> Figure:
    ours, bot = found[OURS], found["rule bot"]
    times = float(ours.sum() / bot.sum())
    return figure(f"ads.{family}: times the rule bot's profit", times, "", 1.3, _between(*bootstrap(ours, bot)))


def _losing(found: dict[str, Array]) -> list[Figure]:
    """Where every ad loses: how much is spent before that is understood."""
    shares = found[f"{OURS} spent"] / found["budget"]
    rivals = ", ".join(f"{name} {(found[f'{name} spent'] / found['budget']).mean():.0%}" for name in RIVALS)
    return [
        figure("ads.losing: lost on average, share of budget spent", 100 * float(shares.mean()), "%", 15, rivals),
        figure("ads.losing: lost in the 95th of 100 worlds", 100 * float(np.quantile(shares, 0.95)), "%"),
        figure(
            "ads.losing: worst lost share of budget",
            100 * float((-found[f"{OURS} really"] / found["budget"]).max()),
            "%",
            10,
        ),
    ]


def _claims(trial: str, first: int) -> dict[str, Array]:
    """Worlds of two ads, decided about every hour: in which was it ever said that the first, or the second, is best."""
    lift, steered = TRIALS[trial]
    count = min(CHUNK, TESTS - first)
    found = {key: np.zeros(count) for key in ("first", "second", "acted", "hour")}

    def seen(hour: int, passes: Sequence[Any]) -> None:
        for row, each in enumerate(passes):
            for decision in each.decisions:
                first_one = decision.variation == "0"
                if decision.facts["best_by_now"]:
                    found["first" if first_one else "second"][row] = 1
                    found["hour"][row] = found["hour"][row] or hour
                if decision.facts["worse_by_now"]:
                    found["second" if first_one else "first"][row] = 1
                    found["hour"][row] = found["hour"][row] or hour
                if decision.row in ("winner", "beaten"):
                    found["acted"][row] = 1

    worlds = [alike(UNSEEN + first + place, lift=lift) for place in range(count)]
    autopilot = Autopilot(shipped(), every=1, seen=seen)

    def only_asked(market: Market, budgets: Array) -> None:
        autopilot(market, budgets)

    play(worlds, autopilot if steered else only_asked, seed=first)
    print(f"  {trial}, {first}", file=sys.stderr, flush=True)
    return found


def _testing(parts: dict[str, list[dict[str, Array]]]) -> list[Figure]:
    joined = {trial: _joined(found) for trial, found in parts.items()}
    same = joined["A/A"]
    false = np.maximum(same["first"], same["second"])
    wrong = _between(*bootstrap(false), percent=True)
    figures = [
        figure("ads.A/A: wrong claims under hourly looks", 100 * float(false.mean()), "%", 5, wrong),
        figure("ads.A/A: wrong ships or kills", 100 * float(same["acted"].mean()), "%", 5),
    ]
    for trial, named, target in (("even", "with equal budgets", 80), ("steered", "while budgets move", None)):
        better = joined[trial]
        power = better["first"] * (1 - better["second"])
        days = better["hour"][power > 0] / 24
        said = _between(*bootstrap(power), percent=True)
        figures += [
            figure(f"ads.power: {LIFT:.0%} better, {named}", 100 * float(power.mean()), "%", target, said),
            figure(f"ads.power: median days, {named}", float(np.median(days)) if len(days) else 0.0, "days"),
            figure(f"ads.power: wrong one claimed, {named}", 100 * float(better["second"].mean()), "%", 5),
        ]
    return figures


def _passing() -> list[Figure]:
    """One decision pass over ten thousand variations of three each, with four weeks of hours."""
    tables = shipped()
    worlds = [FAMILIES["two ads"](UNSEEN + place) for place in range(50)]
    market = play(worlds, lambda market, budgets: None)
    hours = [
        Hours(
            spend=market.spend[i, j] * 100,
            clicks=market.clicks[i, j],
            orders=market.known[i, j],
            rate=market.budgets[i, j] * 100,
        )
        for i in range(50)
        for j in range(2)
    ]
    campaigns = [_campaign(place, hours) for place in range(-(-PASS // 3))]
    began = perf_counter()
    found = decide(tables, campaigns)
    seconds = perf_counter() - began
    assert sum(len(each.decisions) for each in found) >= PASS
    return [figure(f"ads.pass over {PASS:,} variations", seconds, "s", 30)]


def _campaign(place: int, hours: list[Hours]) -> Campaign:
    variations = tuple(
        Variation(id=str(j), hours=hours[(3 * place + j) % len(hours)], budget=4000, hours_running=672.0)
        for j in range(3)
    )
    return Campaign(
        id=str(place),
        currency="KES",
        budget=12_000,
        margin=800,
        max_cpa=640,
        break_even_roas=2.5,
        hours_running=672.0,
        variations=variations,
    )
