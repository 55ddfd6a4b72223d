"""What is heard on the line: the text or the recording of a script, in the language of whoever picks up."""

import json
import re

import pytest
from pydantic import ValidationError

from backend.comms.contexts import ContextSigner
from backend.comms.ivr import GOODBYE, MENUS
from backend.comms.ports import Spoken
from backend.comms.providers.africastalking.webhook import AfricasTalkingVoice
from backend.comms.settings import AfricasTalkingSettings, CommsSettings
from backend.orders.events import OrderState
from backend.sandbox.africastalking.rules import actions_of
from tests.support.factories.comms import Switchboard
from tests.support.factories.customers import make_customer
from tests.support.factories.orders import make_order
from tests.support.factories.vendors import make_vendor

_PARAMETER = re.compile(r"\{(\w+)\}")
LANGUAGES = {"en", "sw", "hi", "mr"}
RECORDINGS = {
    "vendor_new_order.start.sw": "http://sound.test/order.wav",
    "goodbye.settled.sw": "http://sound.test/settled.wav",
}


async def ringing(board: Switchboard, language: str) -> dict[str, str]:
    """Let the phone of an outlet that speaks this language ring with the menu; return the call's context."""
    async with board.database.transaction() as session:
        await make_vendor(session, language=language)
        user = (await make_customer(session)).id
        await make_order(session, OrderState.CONFIRMED, shop=False, user_id=user)
    await board.wait(185)
    [(call,)] = await board.rows("SELECT id FROM voice_calls")
    return {"CustomField": board.signer.sign(call)}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "You have a new order of "),
        ("sw", "Una oda mpya ya "),
        ("sheng", "Una oda mpya ya "),
        ("hi-Latn", "KSh 352 का नया ऑर्डर है।"),
        ("mr", "KSh 352 ची नवी ऑर्डर आहे."),
        ("xx", "You have a new order of "),
    ],
)
async def test_the_menu_speaks_the_outlets_language(board: Switchboard, language: str, words: str) -> None:
    """Sheng is answered in Swahili, what is written in Latin letters in its own tongue, the unknown in English."""
    asked = await board.api.client.get("/webhooks/exotel/gather", params=await ringing(board, language))
    assert asked.json()["gather_prompt"]["text"].startswith(words)


async def test_a_recording_is_played_in_place_of_the_text(board: Switchboard, monkeypatch: pytest.MonkeyPatch) -> None:
    """Question, its repetition and farewell; Exotel has no voice for Swahili."""
    monkeypatch.setattr(board.calls._settings, "recordings", RECORDINGS)
    context = await ringing(board, "sw")
    asked = (await board.api.client.get("/webhooks/exotel/gather", params=context)).json()
    played = {"audio_url": RECORDINGS["vendor_new_order.start.sw"]}
    assert (asked["gather_prompt"], asked["repeat_gather_prompt"]) == (played, played)
    [(order,)] = await board.rows("SELECT id FROM orders")
    await board.write("+254700000201", payload=f"vendor_accept:{order}")
    said = await board.api.client.get("/webhooks/exotel/greeting", params=context)
    assert said.json() == {"greeting_url": RECORDINGS["goodbye.settled.sw"]}


def test_a_recording_is_played_by_africas_talking_too() -> None:
    """Within the question, three times, and as the farewell; what has none is spoken."""
    voice = AfricasTalkingVoice(AfricasTalkingSettings(), ContextSigner("secret"), "http://duka.test")
    question = Spoken("Bonyeza 1.", "http://sound.test/one.wav")
    body = voice.ask("CL1", question, Spoken("Kwaheri."), "sw", timeout_s=6, times=3)
    heard = [(action.name, action.text) for action in actions_of(body)]
    assert heard == [*[("GetDigits", question.recording)] * 3, ("Say", "Kwaheri.")]


@pytest.mark.parametrize(("city", "shown"), [("Mombasa", "+254711082009"), ("Nairobi", "+254711082001")])
def test_a_bridge_shows_our_number_of_the_city_to_the_second_person(city: str, shown: str) -> None:
    """The one that the first person was called from, so that both may save it."""
    settings = AfricasTalkingSettings(dids_by_city={"Mombasa": {"new_order": ["+254711082009"]}})
    voice = AfricasTalkingVoice(settings, ContextSigner("secret"), "http://duka.test")
    [dial] = actions_of(voice.connect("+254700000301", city, "vendor:V-1"))
    assert dial.attributes == {"phoneNumbers": "+254700000301", "callerId": shown}


def test_a_recording_of_a_text_that_there_is_not_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMMS_RECORDINGS", json.dumps(RECORDINGS))
    assert CommsSettings().recordings == RECORDINGS
    monkeypatch.setenv("COMMS_RECORDINGS", json.dumps({"vendor_new_order.begin.sw": "http://sound.test/1.wav"}))
    with pytest.raises(ValidationError, match=r"vendor_new_order\.begin\.sw"):
        CommsSettings()


def test_every_script_is_in_every_language_with_the_same_parameters() -> None:
    """And each asks for the digits that it knows, and for no other."""
    for menu in MENUS.values():
        for node in menu.nodes.values():
            assert set(node.say) == LANGUAGES
            fields = {
                language: {part.partition("}")[0] for part in words.split("{")[1:]}
                for language, words in node.say.items()
            }
            assert len({frozenset(named) for named in fields.values()}) == 1
            assert all(digit in words for digit in node.keys for words in node.say.values())
    assert [texts for texts in GOODBYE.values() if set(texts) != LANGUAGES] == []
