"""Plans: rounds of matching for short waits, bundles first where riders are to be saved."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from backend.dispatch.planning.ports import Aim, Carrier, Job, Offer, Plan, Travel
from backend.dispatch.planning.routes import (
    Bools,
    Floats,
    Ints,
    Route,
    Stop,
    Task,
    Weights,
    add,
    arrivals_of,
    cost_of_one_more,
    times_between,
)
from backend.geo.geometry import great_circle_m
from backend.geo.ports import Point

_NEVER: Final = 1e9
_ROUTE: Final = Weights(waiting=0.0, travel=1.0)
_WAITS: Final = Weights(waiting=1.0, travel=0.25)
_IDLE_S: Final = 600.0  # What sending out one more rider is worth, where riders are to be saved.
_APPROACH_S: Final = 600.0  # Of the promise, kept for the way to the first counter.


@dataclass(frozen=True, slots=True)
class _Manner:
    """How an aim bundles.

    Attributes:
        weights: What an order that joins a bundle costs.
        fills: Whether bundles are filled as far as they go; else orders are joined only for want of riders.
        sent_out_s: Seconds that a rider who has nothing yet counts as.
    """

    weights: Weights
    fills: bool
    sent_out_s: float


_AIMS: Final[Mapping[Aim, _Manner]] = {
    Aim.FAST: _Manner(_WAITS, fills=False, sent_out_s=0.0),
    Aim.FEW_RIDERS: _Manner(_ROUTE, fills=True, sent_out_s=_IDLE_S),
}


@dataclass(slots=True)
class _Scene:
    """The jobs and riders as places and routes; a job's number is its place in `jobs`."""

    jobs: Sequence[Job]
    carriers: Sequence[Carrier]
    travel: Travel
    times: Floats
    pickups: Ints
    drops: Ints
    routes: list[Route]
    allowed: Bools
    taken: dict[int, int] = field(default_factory=dict)

    def free(self, carrier: int) -> int:
        return self.carriers[carrier].capacity - len(self.routes[carrier].tasks)

    def waiting(self) -> list[int]:
        return [number for number in range(len(self.jobs)) if number not in self.taken]

    def give(self, job: int, carrier: int) -> None:
        """Put a job onto a rider's route."""
        self.taken[job] = carrier
        add(self.routes[carrier], self.task(job), self.times, self.travel.stop_s)

    def task(self, job: int) -> Task:
        return Task(job, int(self.pickups[job]), int(self.drops[job]))


def plan(jobs: Sequence[Job], carriers: Sequence[Carrier], travel: Travel, aim: Aim = Aim.FAST) -> Plan:
    """Say which rider should be offered which order.

    Args:
        jobs: The orders that wait, m of them.
        carriers: The riders, r of them, with what they carry.
        travel: Speeds and stops.
        aim: Short waits, or few riders.

    Returns:
        At most one offer an order; no rider gets more than they can carry, nor what they have refused.
    """
    scene = _scene(jobs, carriers, travel)
    _give_bundles(scene, _AIMS[aim])
    for _ in range(max((carrier.capacity for carrier in carriers), default=0)):
        if not _give_round(scene):
            break
    return _written(scene)


def given_plan(jobs: Sequence[Job], carriers: Sequence[Carrier], travel: Travel, chosen: Mapping[str, str]) -> Plan:
    """Return what a choice of riders made elsewhere comes to; `chosen` is a rider's id for each order's."""
    scene = _scene(jobs, carriers, travel)
    place = {carrier.id: number for number, carrier in enumerate(carriers)}
    for number, job in enumerate(jobs):
        if job.id in chosen:
            scene.give(number, place[chosen[job.id]])
    return _written(scene)


def _scene(jobs: Sequence[Job], carriers: Sequence[Carrier], travel: Travel) -> _Scene:
    points = [*(carrier.at for carrier in carriers), *(job.pickup for job in jobs), *(job.drop for job in jobs)]
    pickups = np.arange(len(carriers), len(carriers) + len(jobs))
    tasks = [_load(carrier, points) for carrier in carriers]
    times = times_between(points, travel)
    routes = [Route(place) for place in range(len(carriers))]
    for route, load in zip(routes, tasks, strict=True):
        for task in load:
            add(route, task, times, travel.stop_s)
    allowed = _allowed(jobs, carriers)
    return _Scene(jobs, carriers, travel, times, pickups, pickups + len(jobs), routes, allowed)


def _load(carrier: Carrier, points: list[Point]) -> list[Task]:
    """Return what a rider has already, its ends added to the points; these tasks have numbers below 0."""
    tasks = []
    for number, carried in enumerate(carrier.carries, 1):
        if carried.pickup is not None:
            points.append(carried.pickup)
        points.append(carried.drop)
        pickup = None if carried.pickup is None else len(points) - 2
        tasks.append(Task(-number, pickup, len(points) - 1))
    return tasks


def _give_round(scene: _Scene) -> int:
    """Give every rider with room at most one more order, all at once and best in sum; return how many were given."""
    jobs = scene.waiting()
    carriers = [number for number in range(len(scene.carriers)) if scene.free(number) > 0]
    if not jobs or not carriers:
        return 0
    costs = cost_of_one_more(
        [scene.routes[number] for number in carriers],
        scene.pickups[jobs],
        scene.drops[jobs],
        scene.times,
        scene.travel.stop_s,
        (_WAITS,),
    )[0]
    costs -= np.array([[scene.jobs[number].waited_s] for number in jobs])
    costs[~scene.allowed[np.ix_(jobs, carriers)]] = _NEVER
    pairs = match(costs)
    for row, column in pairs:
        scene.give(jobs[row], carriers[column])
    return len(pairs)


def _allowed(jobs: Sequence[Job], carriers: Sequence[Carrier]) -> Bools:
    """Return who may be offered what: nothing that a rider has refused, no other merchant's order; (jobs, carriers)."""
    allowed = [
        [carrier.merchant_id in whose and carrier.id not in job.not_for for carrier in carriers]
        for job in jobs
        for whose in ((None, job.merchant_id),)
    ]
    return np.array(allowed, dtype=np.bool_).reshape(len(jobs), len(carriers))


def match(costs: Floats) -> list[tuple[int, int]]:
    """Return the pairs of rows and columns whose sum of costs is least, without the impossible ones."""
    from scipy.optimize import linear_sum_assignment  # Takes a second and 50 MB: only who plans pays for it.

    rows, columns = linear_sum_assignment(costs)
    return [(int(row), int(column)) for row, column in zip(rows, columns, strict=True) if costs[row, column] < _NEVER]


def _give_bundles(scene: _Scene, manner: _Manner) -> None:
    """Join orders that go the same way, and match the bundles with riders."""
    room = [free for number in range(len(scene.carriers)) if (free := scene.free(number)) > 0]
    bundles = [_bundle_of(scene, job) for job in scene.waiting()]
    if not bundles or not room:
        return
    most = max(room)
    fewest = math.ceil(len(bundles) / most) if manner.fills else len(room)
    at_once = math.ceil(len(bundles) / most)  # Were all joined at once, pairs alone would come of it.
    for _ in range(most - 1):
        bundles = _joined(scene, bundles, most, min(at_once, len(bundles) - fewest), manner)
    for row, column in match(_cost_of_bundles(scene, bundles, manner)):
        for task in bundles[row].tasks:
            scene.give(task.number, column)


def _bundle_of(scene: _Scene, job: int) -> Route:
    """Return an order alone, as the route of somebody who stands at its counter."""
    task = Task(job, None, int(scene.drops[job]))
    return Route(int(scene.pickups[job]), [task], [Stop(task.drop, is_drop=True, number=job)])


def _joined(scene: _Scene, bundles: Sequence[Route], most: int, wanted: int, manner: _Manner) -> list[Route]:
    """Join at most so many single orders to bundles, what costs least first; each takes part once."""
    singles = [number for number, bundle in enumerate(bundles) if len(bundle.tasks) == 1]
    hosts = [number for number, bundle in enumerate(bundles) if len(bundle.tasks) < most]
    if wanted <= 0 or not singles:
        return list(bundles)
    costs = _cost_of_joining(scene, bundles, singles, hosts, manner)
    used: set[int] = set()
    grown = dict(enumerate(bundles))
    cheapest = np.argsort(costs, axis=None)[: int((costs < _NEVER).sum())]
    rows, columns = (places.tolist() for places in np.divmod(cheapest, len(hosts)))
    for row, column in zip(rows, columns, strict=True):
        if len(grown) == len(bundles) - wanted:
            break
        single, host = singles[row], hosts[column]
        if single not in used and host not in used and _grow(scene, grown, single, host):
            used |= {single, host}
    return list(grown.values())


def _cost_of_joining(
    scene: _Scene, bundles: Sequence[Route], singles: Sequence[int], hosts: Sequence[int], manner: _Manner
) -> Floats:
    """Return what each single order costs more in each bundle than alone; shape (singles, hosts)."""
    jobs = [bundles[number].tasks[0].number for number in singles]
    pickups, drops = scene.pickups[jobs], scene.drops[jobs]
    within = [bundles[number] for number in hosts]
    stop_s = scene.travel.stop_s
    costs, longer = cost_of_one_more(within, pickups, drops, scene.times, stop_s, (manner.weights, _ROUTE))
    costs -= scene.times[pickups, drops][:, None]
    lasts = np.array([arrivals_of(bundle, scene.times, stop_s)[-1] for bundle in within])
    costs[np.equal.outer(singles, hosts) | (longer + lasts > _limit_s(scene))] = _NEVER
    if manner.fills:
        costs[costs > manner.sent_out_s] = _NEVER
    return np.asarray(costs)


def _grow(scene: _Scene, bundles: dict[int, Route], single: int, host: int) -> bool:
    """Put a single order into a bundle, where the promise then still holds; return whether it does."""
    bundle = bundles[host]
    grown = Route(bundle.start, list(bundle.tasks), list(bundle.stops))
    add(grown, scene.task(bundles[single].tasks[0].number), scene.times, scene.travel.stop_s)
    lasts_s = arrivals_of(grown, scene.times, scene.travel.stop_s)[-1]
    if lasts_s > _limit_s(scene) or not _someone_may(scene, grown):
        return False
    bundles[host] = grown
    del bundles[single]
    return True


def _limit_s(scene: _Scene) -> float:
    """Return how long a bundle may take from its first counter to its last door."""
    return scene.travel.promise_s - _APPROACH_S


def _someone_may(scene: _Scene, bundle: Route) -> bool:
    return bool(scene.allowed[[task.number for task in bundle.tasks]].all(axis=0).any())


def _cost_of_bundles(scene: _Scene, bundles: Sequence[Route], manner: _Manner) -> Floats:
    """Return what each bundle costs each rider: the way to it, being sent out, what comes late; (bundles, riders)."""
    stop_s = scene.travel.stop_s
    starts = np.array([bundle.start for bundle in bundles], dtype=np.intp)
    lasts = np.array([arrivals_of(bundle, scene.times, stop_s)[-1] for bundle in bundles])
    sizes = np.array([len(bundle.tasks) for bundle in bundles])
    ends = [route.stops[-1].place if route.stops else route.start for route in scene.routes]
    until_free = np.array([_free_after(route, scene) for route in scene.routes])
    approach = scene.times[starts][:, ends]
    late = np.maximum(0.0, until_free + approach + lasts[:, None] - scene.travel.promise_s)
    sent_out = np.array([0.0 if route.stops else manner.sent_out_s for route in scene.routes])
    waited = np.array([[max(scene.jobs[task.number].waited_s for task in bundle.tasks)] for bundle in bundles])
    waits = manner.weights.waiting * sizes[:, None] * (until_free + approach)
    costs = waits + approach + sent_out + late - waited
    free = np.array([scene.free(number) for number in range(len(scene.carriers))])
    allowed = np.array([scene.allowed[[task.number for task in bundle.tasks]].all(axis=0) for bundle in bundles])
    costs[(sizes[:, None] > free) | ~allowed] = _NEVER
    return np.asarray(costs)


def _free_after(route: Route, scene: _Scene) -> float:
    if not route.stops:
        return 0.0
    return arrivals_of(route, scene.times, scene.travel.stop_s)[-1] + scene.travel.stop_s


def _written(scene: _Scene) -> Plan:
    offers: dict[int, Offer] = {}
    travel_s = 0.0
    taken: dict[int, list[int]] = {}
    for job, taker in scene.taken.items():
        taken.setdefault(taker, []).append(job)
    for number, given in taken.items():
        carrier, route = scene.carriers[number], scene.routes[number]
        arrivals = arrivals_of(route, scene.times, scene.travel.stop_s)
        reached = {stop.number: at for stop, at in zip(route.stops, arrivals, strict=True) if stop.is_drop}
        travel_s += arrivals[-1] - scene.travel.stop_s * (len(route.stops) - 1)
        offers |= {job: _offer(scene, carrier, job, reached[job], given) for job in given}
    left = tuple(scene.jobs[job].id for job in scene.waiting())
    return Plan(tuple(offers[job] for job in sorted(offers)), left, len(taken), travel_s)


def _offer(scene: _Scene, carrier: Carrier, job: int, eta_s: float, given: Sequence[int]) -> Offer:
    return Offer(
        job_id=scene.jobs[job].id,
        carrier_id=carrier.id,
        pickup_m=great_circle_m(carrier.at, scene.jobs[job].pickup),
        eta_s=eta_s,
        load=len(carrier.carries),
        capacity=carrier.capacity,
        together_with=tuple(scene.jobs[other].id for other in given if other != job),
    )
