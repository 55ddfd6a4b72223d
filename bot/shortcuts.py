"""What Rasa does over and over, done once: each shortcut gives what Rasa gives, only sooner."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from functools import cache
from graphlib import TopologicalSorter
from importlib.resources import files
from typing import Any, Final
from weakref import WeakKeyDictionary


def cache_event_types() -> None:
    """Look an event's class up in a table; Rasa walks all subclasses once for every event of every turn."""
    from rasa.shared.core.events import Event

    stock = Event.resolve_by_type
    if getattr(stock, "is_cached", False):
        return
    known: dict[str, Any] = {}

    def resolve_by_type(type_name: str, default: Any = None) -> Any:
        if type_name not in known:
            found = stock(type_name, default)
            if found is None or found is default:
                return found
            known[type_name] = found
        return known[type_name]

    resolve_by_type.is_cached = True  # type: ignore[attr-defined]
    Event.resolve_by_type = staticmethod(resolve_by_type)


def prebuild_response_check() -> None:
    """Build the validators of action responses once, and hold an event against its own kind alone.

    Rasa checks the constant schema itself on every action, and each event against all kinds; a kind is named by the
    event, so no other can fit.
    """
    from jsonschema import ValidationError
    from jsonschema.validators import validator_for
    from rasa.core.actions.action import RemoteAction

    if getattr(RemoteAction._validate_action_result, "is_prebuilt", False):  # noqa: SLF001
        return
    stock: Callable[[Any, dict[str, Any]], bool] = RemoteAction._validate_action_result  # noqa: SLF001
    whole, kinds = _split_by_kind(RemoteAction.action_response_format_spec())
    build = validator_for(whole)
    build.check_schema(whole)
    outline = build(whole)
    by_kind = {name: build(schema) for name, schema in kinds.items()}

    def validate(self: Any, result: dict[str, Any]) -> bool:
        try:
            outline.validate(result)
            for event in result.get("events", ()):
                by_kind[event["event"]].validate(event)
        except (ValidationError, KeyError):
            return stock(self, result)
        return True

    validate.is_prebuilt = True  # type: ignore[attr-defined]
    RemoteAction._validate_action_result = validate  # noqa: SLF001


def _split_by_kind(schema: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the schema of a response without its kinds of events, and the schema of each kind."""
    events = schema["properties"]["events"]
    items = dict(events["items"])
    kinds = {kind["properties"]["event"]["const"]: kind for kind in items.pop("oneOf")}
    return {**schema, "properties": {**schema["properties"], "events": {**events, "items": items}}}, kinds


def run_graphs_in_order() -> None:
    """Run the nodes of a graph one after another in an order that is found once.

    Rasa hands each run to dask, which sorts the same graph anew and starts a scheduler for it.
    """
    from rasa.engine.exceptions import GraphRunError
    from rasa.engine.runner.dask import DaskGraphRunner

    if getattr(DaskGraphRunner.run, "is_in_order", False):
        return

    def run(self: Any, inputs: Mapping[str, Any] | None = None, targets: Sequence[str] | None = None) -> dict[str, Any]:
        wanted = tuple(targets or self._graph_schema.target_names)
        done = {name: (name, value) for name, value in (inputs or {}).items()}
        try:
            for name, needs in _order(self, wanted):
                done[name] = self._instantiated_nodes[name](*(done.get(need, need) for need in needs))
        except RuntimeError as error:
            message = "Error running runner."
            raise GraphRunError(message) from error
        return {name: done[name][1] for name in wanted}

    run.is_in_order = True  # type: ignore[attr-defined]
    DaskGraphRunner.run = run


def _order(runner: Any, targets: tuple[str, ...]) -> Sequence[tuple[str, Sequence[str]]]:
    """Return the nodes that the targets need, each with the names of its inputs, after those that it needs."""
    known: dict[tuple[str, ...], Sequence[tuple[str, Sequence[str]]]] = runner.__dict__.setdefault("_orders", {})
    if targets not in known:
        needs = {name: tuple(node.needs.values()) for name, node in _nodes(runner, targets).items()}
        names = TopologicalSorter(needs).static_order()
        known[targets] = [(name, needs[name]) for name in names if name in needs]
    return known[targets]


def _nodes(runner: Any, targets: tuple[str, ...]) -> Mapping[str, Any]:
    nodes: Mapping[str, Any] = runner._graph_schema.minimal_graph_schema(list(targets)).nodes  # noqa: SLF001
    return nodes


class _Kept:
    """Lends a session that stays open."""

    def __init__(self, session: Any) -> None:
        self._session = session

    async def __aenter__(self) -> Any:
        return self._session

    async def __aexit__(self, *_: object) -> None:
        return None


def keep_connections_open() -> None:
    """Call the action server over connections that stay open; Rasa opens a session and a connection for every call.

    aiohttp gives one up that has rested for 15 s, long before the SDK's server would (120 s), so that no call meets a
    closing one.
    """
    from rasa.utils.endpoints import EndpointConfig

    if getattr(EndpointConfig.session, "is_kept", False):
        return

    def session(self: Any) -> Any:
        loop = asyncio.get_running_loop()
        kept = self.__dict__.setdefault("_kept_sessions", WeakKeyDictionary())
        if loop not in kept or kept[loop].closed:
            kept[loop] = _open_session(self)
        return _Kept(kept[loop])

    session.is_kept = True  # type: ignore[attr-defined]
    EndpointConfig.session = session


def _open_session(endpoint: Any) -> Any:
    """Open a session as Rasa does, with a faster writer of JSON."""
    import aiohttp
    import ujson
    from rasa.utils.endpoints import DEFAULT_REQUEST_TIMEOUT

    login = endpoint.basic_auth
    return aiohttp.ClientSession(
        headers=endpoint.headers,
        auth=aiohttp.BasicAuth(login["username"], login["password"]) if login else None,
        timeout=aiohttp.ClientTimeout(total=DEFAULT_REQUEST_TIMEOUT),
        json_serialize=ujson.dumps,
    )


class _TurnOnly:
    """A tracker that tells an action server of the turn under way alone."""

    def __init__(self, tracker: Any) -> None:
        self._tracker = tracker
        self.sender_id = tracker.sender_id

    def current_state(self, _verbosity: Any) -> Mapping[str, Any]:
        state: dict[str, Any] = self._tracker.current_state()
        return {**state, "events": self._events_of_turn()}

    def _events_of_turn(self) -> Sequence[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = []
        for event in reversed(self._tracker.events):
            if event.type_name == "user":  # Its contents are the state's latest message.
                found.append({"event": "user", "timestamp": event.timestamp})
                break
            found.append(event.as_dict())
        return found[::-1]


def send_only_the_turn() -> None:
    """Send an action the events since the customer's message; Rasa sends all of the conversation with every call."""
    from rasa.core.actions.action import RemoteAction

    stock = RemoteAction._action_call_format  # noqa: SLF001
    if getattr(stock, "is_short", False):
        return

    def call_format(self: Any, tracker: Any, domain: Any) -> Any:
        return stock(self, _TurnOnly(tracker), domain)

    call_format.is_short = True  # type: ignore[attr-defined]
    RemoteAction._action_call_format = call_format  # noqa: SLF001


def compare_messages_by_data() -> None:
    """Tell messages apart by what they hold; Rasa takes fingerprints of all of it, each time training data is merged.

    Messages that are equal have equal texts, by which they are hashed. What has features is compared as Rasa does.
    """
    from rasa.shared.nlu.constants import TEXT
    from rasa.shared.nlu.training_data.message import Message

    stock_hash, stock_equal = Message.__hash__, Message.__eq__
    if getattr(stock_hash, "is_by_text", False):
        return

    def hash_of(self: Any) -> int:
        text = self.data.get(TEXT)
        return hash(text) if text else stock_hash(self)

    def equal(self: Any, other: Any) -> bool:
        if not isinstance(other, Message) or self.features or other.features:
            return bool(stock_equal(self, other))
        return bool(self.data == other.data)

    hash_of.is_by_text = True  # type: ignore[attr-defined]
    Message.__hash__, Message.__eq__ = hash_of, equal


def copy_messages_shallowly() -> None:
    """Copy a message with its fields; Rasa copies all that these hold too, of all training data, seven times over.

    What a field holds is replaced and never changed, so that copies may share it. What has features is copied as Rasa
    does.
    """
    from rasa.shared.nlu.training_data.message import Message

    if hasattr(Message, "__deepcopy__"):
        return

    def deep_copy(self: Any, memo: dict[int, Any]) -> Any:
        copied = object.__new__(type(self))
        copied.__dict__ = {
            **self.__dict__,
            "data": dict(self.data),
            "features": deepcopy(self.features, memo),
            "output_properties": set(self.output_properties),
        }
        return copied

    Message.__deepcopy__ = deep_copy


def validate_by_the_fast_parser() -> None:
    """Check a YAML file as the parser in C reads it; Rasa reads it in Python first, for the line numbers of errors.

    What does not fit is checked again as Rasa does, so that errors are in its words.
    """
    from rasa.shared.constants import PACKAGE_NAME, RESPONSES_SCHEMA_FILE, SCHEMA_EXTENSIONS_FILE
    from rasa.shared.utils import io, validation

    stock = validation.validate_yaml_schema
    if getattr(stock, "is_fast", False):
        return

    @cache
    def path_of(package: str, name: str) -> str:
        return str(files(package).joinpath(name))

    @cache
    def read(package: str, name: str) -> Mapping[str, Any]:
        return dict(io.read_yaml_file(path_of(package, name)))

    def validate(yaml_file_content: str, schema_path: str, package_name: str = PACKAGE_NAME) -> None:
        from pykwalify.core import Core  # Only what trains or checks reads files.

        schema = {**read(package_name, schema_path), **read(PACKAGE_NAME, RESPONSES_SCHEMA_FILE)}
        extension = path_of(PACKAGE_NAME, SCHEMA_EXTENSIONS_FILE)
        logging.getLogger("pykwalify").setLevel(logging.CRITICAL)
        try:
            content = io.read_yaml(yaml_file_content)
            Core(source_data=content, schema_data=deepcopy(schema), extensions=[extension]).validate()
        except Exception:  # noqa: BLE001 - whatever was wrong, Rasa tells it
            stock(yaml_file_content, schema_path, package_name)

    validate.is_fast = True  # type: ignore[attr-defined]
    validation.validate_yaml_schema = validate


SHORTCUTS: Final[Sequence[Callable[[], None]]] = (
    cache_event_types,
    prebuild_response_check,
    run_graphs_in_order,
    keep_connections_open,
    send_only_the_turn,
    compare_messages_by_data,
    copy_messages_shallowly,
    validate_by_the_fast_parser,
)
