"""Each shortcut gives what Rasa gives, only sooner."""

import asyncio
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from aiohttp import web

from bot import boot

boot.boot()


def test_cached_event_lookup_agrees_with_the_walk_over_all_classes() -> None:
    from rasa.shared.core.events import Event
    from rasa.shared.utils.common import all_subclasses

    first: dict[str, Any] = {}
    for kind in all_subclasses(Event):
        first.setdefault(kind.type_name, kind)
    for name, kind in first.items():
        assert Event.resolve_by_type(name) is kind
    with pytest.raises(ValueError, match="Unknown event name"):
        Event.resolve_by_type("no_such_event")
    assert Event.resolve_by_type("topic") is None
    assert Event.resolve_by_type("no_such_event", Event) is Event


@pytest.mark.parametrize(
    "answer", [{"events": [], "responses": []}, {"events": [{"event": "slot", "name": "a", "value": 1}]}, {}]
)
def test_prebuilt_check_passes_what_rasa_passes(answer: dict[str, Any]) -> None:
    from rasa.core.actions.action import RemoteAction

    assert RemoteAction("a", None)._validate_action_result(answer) is True


@pytest.mark.parametrize("answer", [{"events": "none"}, {"responses": {}}, []])
def test_prebuilt_check_refuses_what_rasa_refuses_in_its_words(answer: Any) -> None:
    from jsonschema import ValidationError
    from rasa.core.actions.action import RemoteAction

    with pytest.raises(ValidationError, match="Failed to validate Action server response"):
        RemoteAction("a", None)._validate_action_result(answer)


@pytest.mark.parametrize("kind", ["user", "slot", "bot", "action", "form"])
def test_an_event_that_lacks_something_is_refused_whatever_its_kind(kind: str) -> None:
    """As by the schema whole: each is tried with nothing but its name, and with a value of a wrong type."""
    from jsonschema import ValidationError, validate
    from rasa.core.actions.action import RemoteAction

    for event in ({"event": kind}, {"event": kind, "name": 7, "text": 7, "value": None}, {"event": "none_such"}):
        answer = {"events": [event], "responses": []}
        try:
            validate(answer, RemoteAction.action_response_format_spec())
        except ValidationError:
            with pytest.raises(ValidationError):
                RemoteAction("a", None)._validate_action_result(answer)
        else:
            assert RemoteAction("a", None)._validate_action_result(answer)


def _graph() -> Any:
    """Make a small graph: two readers of one input, and one who reads both."""
    from rasa.engine.graph import GraphComponent, GraphSchema, SchemaNode

    class Count(GraphComponent):
        calls = 0

        @classmethod
        def create(cls, *_: Any, **__: Any) -> "Count":
            return cls()

        def both(self, left: int, right: int) -> int:
            return left * 100 + right

        def next(self, given: int) -> int:
            Count.calls += 1
            return given + 1

        def fail(self, given: int) -> int:
            raise RuntimeError(given)

    def node(needs: dict[str, str], fn: str) -> SchemaNode:
        return SchemaNode(needs=needs, uses=Count, constructor_name="create", fn=fn, config={}, is_target=fn == "both")

    nodes = {
        "sum": node({"left": "one", "right": "two"}, "both"),
        "two": node({"given": "one"}, "next"),
        "one": node({"given": "said"}, "next"),
        "bad": node({"given": "two"}, "fail"),
    }
    return GraphSchema(nodes), Count


def test_a_graph_runs_each_node_once_after_what_it_needs() -> None:
    """The same as by dask, for the schema's own targets and for those that are asked for."""
    from rasa.engine.graph import ExecutionContext
    from rasa.engine.runner.dask import DaskGraphRunner

    schema, count = _graph()
    runner = DaskGraphRunner.create(schema, None, ExecutionContext(schema))
    assert runner.run({"said": 1}) == {"sum": 203}
    assert count.calls == 2
    assert runner.run({"said": 4}, targets=["two"]) == {"two": 6}
    assert runner.run({"said": 1}, targets=["sum", "one"]) == {"sum": 203, "one": 2}


def test_a_node_that_fails_says_so_as_before() -> None:
    from rasa.engine.exceptions import GraphComponentException
    from rasa.engine.graph import ExecutionContext
    from rasa.engine.runner.dask import DaskGraphRunner

    schema, _ = _graph()
    runner = DaskGraphRunner.create(schema, None, ExecutionContext(schema))
    with pytest.raises(GraphComponentException, match="node bad"):
        runner.run({"said": 1}, targets=["bad"])


async def _calling(times: int, act: Callable[[Any], Any]) -> list[int]:
    """Serve, call so many times, and return the port that each call came from."""
    ports: list[int] = []

    async def answer(request: web.Request) -> web.Response:
        ports.append(request.transport.get_extra_info("peername")[1])  # type: ignore[union-attr]
        assert await request.json() == {"text": "ngapi? \u0915\u093f\u0924\u0928\u0947", "score": 0.5}
        return web.json_response({"events": []})

    app = web.Application()
    app.router.add_post("/webhook", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    for _ in range(times):
        await act(f"http://{host}:{port}/webhook")
    await runner.cleanup()
    return ports


def test_calls_to_the_action_server_share_a_connection() -> None:
    """Two calls come from one port, with the same body as Rasa writes; a server that restarts is called anew."""
    from rasa.utils.endpoints import EndpointConfig

    endpoint = EndpointConfig()

    async def call(url: str) -> None:
        endpoint.url = url
        body = {"text": "ngapi? \u0915\u093f\u0924\u0928\u0947", "score": 0.5}
        assert await endpoint.request(json=body) == {"events": []}

    async def both() -> tuple[list[int], list[int]]:
        ports = await _calling(2, call), await _calling(2, call)
        async with endpoint.session() as session:
            await session.close()
        return ports

    first, second = asyncio.run(both())
    assert len(set(first)) == 1
    assert len(set(second)) == 1


def test_an_action_hears_of_the_turn_alone() -> None:
    """Slots and the latest message are whole; of the events, those since the customer's last message."""
    from rasa.core.actions.action import RemoteAction
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered
    from rasa.shared.core.trackers import DialogueStateTracker

    tracker = DialogueStateTracker("s", [])
    first = [UserUttered("one"), SlotSet("turn_id", "1"), ActionExecuted("action_listen")]
    for event in (*first, UserUttered("two", parse_data={"reading": {"a": 1}}), SlotSet("turn_id", "2")):
        tracker.update(event)
    call = RemoteAction("action_x", None)._action_call_format(tracker, Domain.empty())
    assert [event["event"] for event in call["tracker"]["events"]] == ["user", "slot"]
    assert call["tracker"]["events"][1]["value"] == "2"
    assert call["tracker"]["latest_message"]["text"] == "two"
    assert call["tracker"]["latest_message"]["reading"] == {"a": 1}
    assert (call["sender_id"], call["next_action"]) == ("s", "action_x")


def test_training_data_drops_the_copies_that_rasa_drops() -> None:
    """Equal messages are one; messages of one text that differ in anything else stay two."""
    from rasa.shared.nlu.training_data.message import Message
    from rasa.shared.nlu.training_data.training_data import TrainingData

    told = [{"text": "2 chapo", "intent": "place_order"}, {"text": "2 chapo", "intent": "affirm"}, {"intent": "greet"}]
    kept = TrainingData([Message(dict(data)) for data in (*told, *told, {"text": "asante", "intent": "thank"})])
    assert [message.data for message in kept.training_examples] == [*told, {"text": "asante", "intent": "thank"}]


def test_a_copied_message_is_told_nothing_of_what_the_copy_is_told() -> None:
    """Fields and what is put out are the copy's own."""
    from rasa.shared.nlu.training_data.message import Message

    message = Message({"text": "2 chapo", "entities": [{"start": 0}]})
    copied = deepcopy(message)
    assert copied == message
    copied.set("text", "3 chapo", add_to_output=True)
    copied.set("lang", "sheng", add_to_output=True)
    assert (message.get("text"), message.get("lang")) == ("2 chapo", None)
    assert "lang" not in message.output_properties


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("nlu:\n- intent: greet\n  examples: |\n    - habari\n", None),
        ("nlu:\n- intent: greet\n  exampels: |\n    - habari\n", "line 2"),
        ("nlu:\n- intent: greet\n  intent: thank\n", "duplicate"),
        ("nlu: [", "flow"),
    ],
)
def test_a_file_is_checked_as_rasa_checks_it(content: str, told: str | None) -> None:
    """What is right passes; what is not is refused in Rasa's words, which name the line."""
    from rasa.shared.exceptions import YamlException
    from rasa.shared.utils.validation import validate_yaml_schema

    try:
        validate_yaml_schema(content, "shared/nlu/training_data/schemas/nlu.yml")
        found = None
    except YamlException as error:
        found = str(error).lower()
    assert (found is None) if told is None else (found is not None and told in found)
