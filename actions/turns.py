"""The one custom action, under each of the names that the rules know it by."""

from typing import TYPE_CHECKING, Any, Final, cast

from rasa_sdk import Action
from rasa_sdk.events import SlotSet

from actions.client import StepBody, TurnBody, TurnFailedError
from actions.logs import get_logger

if TYPE_CHECKING:
    from rasa_sdk import Tracker
    from rasa_sdk.executor import CollectingDispatcher

    from actions.client import BackendClient
    from actions.tokens import TokenSource

log = get_logger(__name__)
FORM_ACTION: Final = "validate_order_form"
ACTION_NAMES: Final = (
    FORM_ACTION,
    "action_answer_question",
    "action_answer_small_talk",
    "action_cancel_order",
    "action_change_address",
    "action_check_payment",
    "action_choose_payment",
    "action_hand_over",
    "action_take_instruction",
    "action_track_order",
    "action_turn_not_understood",
)
_TURN_SLOT: Final = "turn_id"


class TurnAction(Action):  # type: ignore[misc]  # the SDK has no types
    """Gives the message to the backend and says what comes back; the form's name also moves the form."""

    def __init__(self, name: str, client: "BackendClient", tokens: "TokenSource") -> None:
        self._name = name
        self._client = client
        self._tokens = tokens

    def name(self) -> str:
        """The action's name in the domain."""
        return self._name

    async def run(
        self,
        dispatcher: "CollectingDispatcher",
        tracker: "Tracker",
        domain: dict[str, Any],  # noqa: ARG002 - the SDK's signature
    ) -> list[dict[str, Any]]:
        """Answer the latest message; within one message the backend is asked once.

        Raises:
            TurnFailedError: The backend did not answer; nothing is said, so that the caller sees it.
        """
        message = tracker.latest_message
        metadata = message.get("metadata") or {}
        turn_id = str(metadata.get("turn_id") or message.get("message_id") or "")
        if _answered(tracker, turn_id):
            return []
        conversation_id = str(metadata.get("conversation_id") or tracker.sender_id)
        trace_id = str(metadata.get("trace_id") or "")
        about = log.bind(trace_id=trace_id, turn_id=turn_id, action=self._name)
        turn = _turn(message, metadata, turn_id)
        try:
            step = await self._client.apply_turn(conversation_id, turn, token=self._tokens.token(), trace_id=trace_id)
        except TurnFailedError as error:
            about.warning("action.failed", reason=error.reason)
            raise
        about.info("action.answered", asked=step["asked"], order_id=step["order_id"])
        _say(dispatcher, step)
        return self._events(step, turn_id)

    def _events(self, step: StepBody, turn_id: str) -> list[dict[str, Any]]:
        events = [SlotSet(_TURN_SLOT, turn_id), *(SlotSet(name, value) for name, value in step["slots"].items())]
        if self._name == FORM_ACTION:
            events.append(SlotSet("requested_slot", f"open_{step['asked']}" if step["asked"] else None))
        return cast("list[dict[str, Any]]", events)


def _answered(tracker: "Tracker", turn_id: str) -> bool:
    """True where an action has answered this very message already."""
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            return False
        if event.get("event") == "slot" and event.get("name") == _TURN_SLOT:
            return bool(event.get("value") == turn_id)
    return False


def _turn(message: dict[str, Any], metadata: dict[str, Any], turn_id: str) -> TurnBody:
    reading = message.get("reading")
    if not turn_id or not isinstance(reading, dict):
        raise TurnFailedError("message.not_read")
    history = [
        {"sender": str(turn.get("from", "")), "text": str(turn.get("text", ""))}
        for turn in metadata.get("history") or []
    ]
    return {
        "turn_id": turn_id,
        "text": str(message.get("text") or ""),
        "intent": str((message.get("intent") or {}).get("name") or ""),
        "reading": reading,
        "history": history,
        "button": metadata.get("payload"),
        "attachments": metadata.get("attachments") or [],
    }


def _say(dispatcher: "CollectingDispatcher", step: StepBody) -> None:
    for said in step["say"]:
        dispatcher.utter_message(
            response=said["response"], buttons=said["buttons"], **said["params"], lang=step["slots"].get("lang")
        )
