"""Routes by arrays cost what the same routes cost stop by stop, and the order of stops is the best there is."""

import random
from itertools import permutations

import numpy as np
import pytest

from backend.dispatch.planning.ports import Travel
from backend.dispatch.planning.routes import (
    Route,
    Stop,
    Task,
    Weights,
    add,
    arrivals_of,
    cost_of_one_more,
    stops_of,
    times_between,
)
from backend.geo.geometry import great_circle_m
from backend.geo.ports import Point

STOP_S = 120.0
TRAVEL = Travel(speed_ms=6.0, road_factor=1.3, stop_s=STOP_S)


def _points(seed: int, count: int) -> list[Point]:
    dice = random.Random(seed)
    return [Point(-1.29 + dice.uniform(-0.04, 0.04), 36.80 + dice.uniform(-0.04, 0.04)) for _ in range(count)]


def _waits(route: Route, stops: list[Stop], times: np.ndarray) -> tuple[float, float]:
    """The sum of the delivery times, and when the last stop is left; stop by stop."""
    now, here, waits = 0.0, route.start, 0.0
    for stop in stops:
        now += times[here, stop.place]
        waits += now if stop.is_drop else 0.0
        now, here = now + STOP_S, stop.place
    return waits, now


def test_times_are_those_of_the_great_circle_with_its_road_factor() -> None:
    """A plane is near enough within a city: a thousandth."""
    points = _points(1, 20)
    times = times_between(points, TRAVEL)
    expected = [[great_circle_m(a, b) * 1.3 / 6.0 for b in points] for a in points]
    assert times == pytest.approx(np.array(expected), rel=2e-3, abs=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_stops_come_in_the_order_that_keeps_people_waiting_least(seed: int) -> None:
    """Against every allowed order; goods on board have no pick-up."""
    dice = random.Random(seed)
    times = times_between(_points(seed, 7), TRAVEL)
    tasks = [Task(number, None if dice.random() < 0.3 else 2 * number + 1, 2 * number + 2) for number in range(3)]
    route = Route(0)
    for task in tasks:
        add(route, task, times, STOP_S)
    every = [list(way) for way in permutations([stop for task in tasks for stop in stops_of(task)])]
    allowed = [
        way
        for way in every
        if all(
            way.index(Stop(task.pickup, is_drop=False, number=task.number))
            < way.index(Stop(task.drop, is_drop=True, number=task.number))
            for task in tasks
            if task.pickup is not None
        )
    ]
    best = min(_waits(route, way, times)[0] for way in allowed)
    assert route.stops in allowed
    assert _waits(route, route.stops, times)[0] == pytest.approx(best)
    assert arrivals_of(route, times, STOP_S)[-1] == pytest.approx(_waits(route, route.stops, times)[1] - STOP_S)


@pytest.mark.parametrize("weights", [Weights(1.0, 0.0), Weights(0.0, 1.0), Weights(1.0, 0.25)])
@pytest.mark.parametrize("seed", range(4))
def test_one_more_order_costs_what_its_best_places_cost(seed: int, weights: Weights) -> None:
    """Routes of no, one and two orders at once, three orders each, against every pair of places."""
    times = times_between(_points(seed, 20), TRAVEL)
    routes = [Route(0), Route(1), Route(2)]
    add(routes[1], Task(0, None, 3), times, STOP_S)
    for task in (Task(1, 4, 5), Task(2, 6, 7)):
        add(routes[2], task, times, STOP_S)
    pickups, drops = np.array([8, 10, 12]), np.array([9, 11, 13])
    (costs,) = cost_of_one_more(routes, pickups, drops, times, STOP_S, (weights,))
    for order, (pickup, drop) in enumerate(zip(pickups, drops, strict=True)):
        for number, route in enumerate(routes):
            before = _waits(route, route.stops, times)
            found = []
            for at in range(len(route.stops) + 1):
                for to in range(at, len(route.stops) + 1):
                    way = list(route.stops)
                    way.insert(to, Stop(int(drop), is_drop=True, number=9))
                    way.insert(at, Stop(int(pickup), is_drop=False, number=9))
                    after = _waits(route, way, times)
                    found.append(weights.waiting * (after[0] - before[0]) + weights.travel * (after[1] - before[1]))
            assert costs[order, number] == pytest.approx(min(found))
