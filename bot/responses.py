"""Writes a reply in the language of the turn that it answers.

Rasa chooses a response's variation by the slots as they stood before the action ran, which is one message too late
when a customer changes language. The language that the action names, or else the one just read, goes first here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rasa.core.nlg import TemplatedNaturalLanguageGenerator

if TYPE_CHECKING:
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.trackers import DialogueStateTracker
    from rasa.utils.endpoints import EndpointConfig

LANGUAGE_SLOT = "lang"


class LanguageAwareResponses(TemplatedNaturalLanguageGenerator):
    """The domain's responses, chosen by `lang`; named in `endpoints.yml` under `nlg`."""

    def __init__(self, endpoint_config: EndpointConfig | None, domain: Domain) -> None:  # noqa: ARG002 - Rasa's call
        super().__init__(domain.responses)

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        """Fill the response's variation for this turn's language.

        Args:
            utter_action: Name of the response.
            tracker: The conversation so far.
            output_channel: Name of the channel, for channel-specific variations.
            **kwargs: What the action passed for the braces; `lang` among them names the language.
        """
        slots = tracker.current_slot_values()
        slots[LANGUAGE_SLOT] = kwargs.get(LANGUAGE_SLOT) or slots.get(LANGUAGE_SLOT) or _language_read(tracker)
        filled: dict[str, Any] | None = self.generate_from_slots(utter_action, slots, output_channel, **kwargs)
        return filled


def _language_read(tracker: DialogueStateTracker) -> str | None:
    message = tracker.latest_message
    reading = (message.parse_data or {}).get("reading") if message else None
    return ((reading or {}).get("language") or {}).get("lang")
