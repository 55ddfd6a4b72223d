"""Routes of a few stops: what they cost, the best order of their stops, and what one more order would cost."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from backend.dispatch.planning.ports import Travel
from backend.geo.ports import Point

type Floats = npt.NDArray[np.float64]
type Ints = npt.NDArray[np.intp]
type Bools = npt.NDArray[np.bool_]

_METRES_A_DEGREE: Final = 111_195.0
_EXACT_TASKS: Final = (
    3  # 90 orders of stops; four tasks would have 2,520, and keep the order that they were inserted in.
)


class Task(NamedTuple):
    """An order on a route, as places in the table of times; `pickup` is None once the goods are on board."""

    number: int
    pickup: int | None
    drop: int


class Stop(NamedTuple):
    """A place to stop at, and whether an order is delivered there."""

    place: int
    is_drop: bool
    number: int


@dataclass(slots=True)
class Route:
    """Where somebody is, and where they go from there."""

    start: int
    tasks: list[Task] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)


def times_between(points: Sequence[Point], travel: Travel) -> Floats:
    """Return the seconds from each point to each, shape (n, n); straight lines, lengthened as roads are."""
    degrees = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    squeeze = np.cos(np.radians(degrees[:, 0].mean())) if len(points) else 1.0
    plane = degrees * _METRES_A_DEGREE * np.array([1.0, squeeze])
    east, north = (np.subtract.outer(column, column) for column in plane.T)
    return np.asarray(np.sqrt(east * east + north * north) * (travel.road_factor / travel.speed_ms))


def put_in_order(route: Route, times: Floats, stop_s: float) -> None:
    """Order the stops so that the sum of the delivery times is least; exact for up to three orders."""
    if not 1 <= len(route.tasks) <= _EXACT_TASKS:
        return
    stops = [stop for task in route.tasks for stop in stops_of(task)]
    ways, drops = _ways(tuple(task.pickup is not None for task in route.tasks))
    places = np.array([stop.place for stop in stops])[ways]
    waits = _arrivals(np.full(len(ways), route.start), places, times, stop_s) * drops
    route.stops = [stops[place] for place in ways[int(waits.sum(axis=1).argmin())]]


def add(route: Route, task: Task, times: Floats, stop_s: float) -> None:
    """Put an order at the end of a route, then order its stops anew."""
    route.tasks.append(task)
    route.stops.extend(stops_of(task))
    put_in_order(route, times, stop_s)


def arrivals_of(route: Route, times: Floats, stop_s: float) -> list[float]:
    """Return the seconds until each stop of a route is reached."""
    reached, left_at, here = [], 0.0, route.start
    for stop in route.stops:
        reached.append(left_at + float(times[here, stop.place]))
        left_at, here = reached[-1] + stop_s, stop.place
    return reached


def _arrivals(starts: Ints, places: Ints, times: Floats, stop_s: float) -> Floats:
    """Return when each place is reached; shape (n, stops)."""
    chain = np.concatenate([starts[:, None], places], axis=1)
    return np.asarray(times[chain[:, :-1], chain[:, 1:]].cumsum(axis=1) + stop_s * np.arange(places.shape[1]))


def stops_of(task: Task) -> Iterator[Stop]:
    """Return where a task stops, pick-up first."""
    if task.pickup is not None:
        yield Stop(task.pickup, is_drop=False, number=task.number)
    yield Stop(task.drop, is_drop=True, number=task.number)


@cache
def _ways(fetched: tuple[bool, ...]) -> tuple[Ints, Bools]:
    """Return the allowed orders of the stops of tasks, and which of them are drops; both (ways, stops).

    Goods are fetched before they arrive; `fetched` says whose goods are still to be fetched.
    """
    pairs: list[tuple[int | None, int]] = []
    count = 0
    for has_pickup in fetched:
        pairs.append((count if has_pickup else None, count + has_pickup))
        count += 1 + has_pickup
    ways = np.array(list(_extended((), pairs, count)), dtype=np.intp)
    return ways, np.isin(ways, [drop for _, drop in pairs])


def _extended(way: tuple[int, ...], pairs: Sequence[tuple[int | None, int]], count: int) -> Iterator[tuple[int, ...]]:
    if len(way) == count:
        yield way
    for pickup, drop in pairs:
        following = drop if pickup is None or pickup in way else pickup
        if following not in way:
            yield from _extended((*way, following), pairs, count)


class Weights(NamedTuple):
    """What counts in the cost of one more order: the seconds that orders wait, and the seconds travelled."""

    waiting: float
    travel: float


class _Group(NamedTuple):
    """Routes of equally many stops: places from the start on, arrivals, departures, and drops still ahead."""

    chain: Ints
    arrive: Floats
    leave: Floats
    drops_ahead: Floats


def cost_of_one_more(
    routes: Sequence[Route], pickups: Ints, drops: Ints, times: Floats, stop_s: float, weights: Sequence[Weights]
) -> Floats:
    """Return what each of the orders would cost on each of the routes, put in where it costs least.

    Returns:
        A matrix for each of the weights; shape (weights, orders, routes).
    """
    costs = np.empty((len(weights), len(pickups), len(routes)))
    lengths = np.array([len(route.stops) for route in routes])
    for length in np.unique(lengths):
        members = np.flatnonzero(lengths == length)
        group = _group([routes[int(number)] for number in members], times, stop_s)
        found = _inserted(group, int(length), pickups, drops, times, stop_s, weights)
        costs[:, :, members] = found.transpose(0, 2, 1)
    return costs


def _group(routes: Sequence[Route], times: Floats, stop_s: float) -> _Group:
    starts = np.array([route.start for route in routes], dtype=np.intp)
    places = np.array([[stop.place for stop in route.stops] for route in routes], dtype=np.intp)
    is_drop = np.array([[stop.is_drop for stop in route.stops] for route in routes], dtype=np.float64)
    reached = _arrivals(starts, places.reshape(len(routes), -1), times, stop_s)
    arrive = np.column_stack([np.zeros(len(routes)), reached])
    leave = arrive + stop_s * (np.arange(arrive.shape[1]) > 0)
    behind = np.cumsum(is_drop.reshape(len(routes), -1)[:, ::-1], axis=1)[:, ::-1]
    ahead = np.column_stack([behind, np.zeros(len(routes))])
    return _Group(np.column_stack([starts, places.reshape(len(routes), -1)]), arrive, leave, ahead)


def _inserted(
    group: _Group, length: int, pickups: Ints, drops: Ints, times: Floats, stop_s: float, weights: Sequence[Weights]
) -> Floats:
    """Return the least costs over all places where pick-up and drop may be put in; (weights, routes, orders)."""
    best = np.full((len(weights), len(group.chain), len(pickups)), np.inf)
    direct = times[pickups, drops][None, :]
    for at in range(length + 1):
        fetched = _leave_after(group, at, pickups, times) + stop_s
        delay = 0.0 if at == length else fetched + _to_next(group, at, pickups, times) - group.arrive[:, at + 1, None]
        for to in range(at, length + 1):
            there = fetched + direct if to == at else _leave_after(group, to, drops, times) + delay
            later = (
                there + stop_s + _to_next(group, to, drops, times) - group.arrive[:, to + 1, None]
                if to < length
                else np.zeros_like(there)
            )
            between = (group.drops_ahead[:, at] - group.drops_ahead[:, to])[:, None]
            waits = there + between * delay + group.drops_ahead[:, to, None] * later
            ends = later if to < length else there + stop_s - group.leave[:, length, None]
            for costs, weight in zip(best, weights, strict=True):
                np.minimum(costs, weight.waiting * waits + weight.travel * ends, out=costs)
    return best


def _leave_after(group: _Group, at: int, places: Ints, times: Floats) -> Floats:
    """Return when each place is reached straight after a stop; shape (routes, places)."""
    return np.asarray(group.leave[:, at, None] + times[group.chain[:, at]][:, places])


def _to_next(group: _Group, at: int, places: Ints, times: Floats) -> Floats:
    """Return the seconds from each place to the stop after one; shape (routes, places)."""
    return np.asarray(times[places][:, group.chain[:, at + 1]].T)
