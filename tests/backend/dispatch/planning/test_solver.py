"""Plans keep what they must, and are better than one order after another."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.dispatch.planning.ports import Aim, Carried, Carrier, Job, Travel
from backend.dispatch.planning.solver import given_plan, plan
from backend.geo.ports import Point

TRAVEL = Travel()
HERE = Point(-1.29, 36.80)


def _east(metres: float, north: float = 0.0) -> Point:
    return Point(HERE.lat + north / 111_195, HERE.lng + metres / 111_167)


_PLACES = st.builds(_east, st.floats(-5000, 5000), st.floats(-5000, 5000))
_CARRIED = st.builds(Carried, st.one_of(st.none(), _PLACES), _PLACES)
_MERCHANTS = st.sampled_from(["M-1", "M-2"])


@st.composite
def _cities(draw: st.DrawFn) -> tuple[list[Job], list[Carrier]]:
    riders = draw(st.integers(0, 6))
    refused = st.frozensets(st.sampled_from([f"R{number}" for number in range(6)]), max_size=2)
    jobs = [
        Job(f"O{number}", draw(_PLACES), draw(_PLACES), draw(st.floats(0, 3600)), draw(_MERCHANTS), draw(refused))
        for number in range(draw(st.integers(0, 14)))
    ]
    carriers = [
        Carrier(
            f"R{number}",
            draw(_PLACES),
            draw(st.integers(1, 4)),
            tuple(draw(st.lists(_CARRIED, max_size=4))),
            draw(st.one_of(st.none(), _MERCHANTS)),
        )
        for number in range(riders)
    ]
    return jobs, carriers


@settings(max_examples=150, deadline=None)
@given(_cities(), st.sampled_from(Aim))
def test_no_plan_asks_for_what_cannot_be(city: tuple[list[Job], list[Carrier]], aim: Aim) -> None:
    """Each order once or left; nobody over capacity, asked again, or for another merchant; riders count once."""
    jobs, carriers = city
    found = plan(jobs, carriers, TRAVEL, aim)
    assert sorted([offer.job_id for offer in found.offers] + list(found.left)) == sorted(job.id for job in jobs)
    by_id, orders = {carrier.id: carrier for carrier in carriers}, {job.id: job for job in jobs}
    given = Counter(offer.carrier_id for offer in found.offers)
    for rider, count in given.items():
        assert len(by_id[rider].carries) + count <= by_id[rider].capacity
    for offer in found.offers:
        assert offer.carrier_id not in orders[offer.job_id].not_for
        assert by_id[offer.carrier_id].merchant_id in {None, orders[offer.job_id].merchant_id}
        assert offer.eta_s >= 0
    assert found.riders == len(given)


@settings(max_examples=60, deadline=None)
@given(_cities())
def test_nobody_who_may_carry_is_idle_while_an_order_is_left(city: tuple[list[Job], list[Carrier]]) -> None:
    """Whatever is left, every rider with room has refused it or carries for another merchant."""
    jobs, carriers = city
    found = plan(jobs, carriers, TRAVEL)
    given = Counter(offer.carrier_id for offer in found.offers)
    free = [one for one in carriers if len(one.carries) + given[one.id] < one.capacity]
    for job in jobs:
        if job.id in found.left:
            assert all(one.id in job.not_for or one.merchant_id not in {None, job.merchant_id} for one in free)


def test_orders_are_seen_together() -> None:
    """The nearest rider of the first order is the only one near the second: one after another goes wrong."""
    carriers = [Carrier("near", _east(0), 1), Carrier("far", _east(-3000), 1)]
    jobs = [Job("first", _east(-200), _east(-200, 500)), Job("second", _east(1500), _east(1500, 500))]
    found = plan(jobs, carriers, TRAVEL)
    assert {offer.job_id: offer.carrier_id for offer in found.offers} == {"first": "far", "second": "near"}
    greedy = given_plan(jobs, carriers, TRAVEL, {"first": "near", "second": "far"})
    assert found.mean_s is not None
    assert greedy.mean_s is not None
    assert found.mean_s < greedy.mean_s


def test_few_riders_take_what_goes_the_same_way() -> None:
    """Three doors of one street go with one rider and say so; in haste each has a rider of its own."""
    jobs = [Job(f"O{number}", _east(0), _east(2000, 40.0 * number)) for number in range(3)]
    carriers = [Carrier(f"R{number}", _east(100.0 * number), 3) for number in range(3)]
    few, fast = plan(jobs, carriers, TRAVEL, Aim.FEW_RIDERS), plan(jobs, carriers, TRAVEL)
    assert (few.riders, fast.riders) == (1, 3)
    assert few.offers[0].reasons[-1] == "together with O1, O2"
    assert few.travel_s < fast.travel_s


def test_opposite_ways_are_not_joined() -> None:
    """What would break the promise has riders of its own, though riders are to be saved."""
    jobs = [Job("east", _east(0), _east(7000)), Job("west", _east(0), _east(-7000))]
    carriers = [Carrier("R1", _east(0), 3), Carrier("R2", _east(10), 3)]
    assert plan(jobs, carriers, TRAVEL, Aim.FEW_RIDERS).riders == 2


def test_a_rider_on_the_way_there_is_not_idle() -> None:
    """Who is out already takes what lies on the way, before another one is sent out."""
    out = Carrier("out", _east(0), 3, (Carried(None, _east(2000)),))
    jobs = [Job("O1", _east(300), _east(2100))]
    found = plan(jobs, [out, Carrier("idle", _east(250, 300), 3)], TRAVEL, Aim.FEW_RIDERS)
    assert (found.offers[0].carrier_id, found.offers[0].load) == ("out", 1)
    assert found.offers[0].reasons[1] == "carries 1 of 3"


def test_who_has_waited_longest_is_not_left() -> None:
    """With one rider for two orders, the farther one goes first once it has waited long enough."""
    near, far = Job("near", _east(100), _east(500)), Job("far", _east(1500), _east(2500), waited_s=1800)
    found = plan([near, far], [Carrier("R1", _east(0), 1)], TRAVEL)
    assert (found.offers[0].job_id, found.left) == ("far", ("near",))


def test_nothing_to_plan_is_a_plan() -> None:
    for aim in Aim:
        assert plan([], [Carrier("R1", HERE, 3)], TRAVEL, aim).offers == ()
        assert plan([Job("O1", HERE, HERE)], [], TRAVEL, aim).left == ("O1",)
        assert plan([], [], TRAVEL, aim).mean_s is None
