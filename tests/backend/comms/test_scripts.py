"""What is heard on the line: the text or the recording of a script, in the language of whoever picks up."""

import json
import re

import pytest
from pydantic import ValidationError

from backend.comms.contexts import ContextSigner
from backend.comms.ivr import AGAIN, GOODBYE, MENUS, NEAREST, words
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
    ("language", "opening"),
    [
        ("en", "You have a new order of "),
        ("sw", "You have a new order of "),
        ("hi-Latn", "KSh 352 का नया ऑर्डर है।"),
        ("mr", "KSh 352 ची नवी ऑर्डर आहे."),
        ("xx", "You have a new order of "),
    ],
)
async def test_the_menu_speaks_the_outlets_language(board: Switchboard, language: str, opening: str) -> None:
    """What is written in Latin letters in its own tongue, the unknown in English, and so what no voice can say."""
    asked = await board.api.client.get("/webhooks/exotel/gather", params=await ringing(board, language))
    assert asked.json()["gather_prompt"]["text"].startswith(opening)


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
    question = Spoken("Bonyeza 1.", "http://sound.test/one.wav", "sw")
    body = voice.ask("CL1", question, Spoken("Kwaheri.", language="sw"), timeout_s=6, times=3)
    heard = [(action.name, action.text) for action in actions_of(body)]
    assert heard == [*[("GetDigits", question.recording)] * 3, ("Say", "Kwaheri.")]


SWAHILI = {"vendor_new_order.start.sw": "sw.wav"}
HINDI = {"vendor_new_order.start.hi": "hi.wav"}


@pytest.mark.parametrize(
    ("language", "speaks", "recordings", "heard"),
    [
        ("sw", {"en"}, {}, ("en", "")),
        ("sw", {"en"}, SWAHILI, ("sw", "sw.wav")),
        ("sw", {"en", "sw"}, {}, ("sw", "")),
        ("mr", {"en", "hi"}, {}, ("hi", "")),
        ("mr", {"en"}, HINDI, ("hi", "hi.wav")),
        ("mr", {"en"}, {}, ("en", "")),
        ("hi", {"hi", "en"}, SWAHILI, ("hi", "")),
    ],
)
async def test_what_no_voice_can_say_is_said_in_a_language_that_one_can(
    board: Switchboard,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    speaks: set[str],
    recordings: dict[str, str],
    heard: tuple[str, str],
) -> None:
    """Question, and the words that are said in between and at the end, each by itself."""
    monkeypatch.setattr(board.calls._settings, "recordings", recordings)
    await ringing(board, language)
    [(call,)] = await board.rows("SELECT id FROM voice_calls")
    async with board.database.transaction() as session:
        asked = await board.calls.prompt(session, call, speaks, "9")
    assert asked is not None
    assert (asked.language, asked.recording) == heard
    assert asked.text.startswith(words(AGAIN, heard[0]))
    last = board.calls.farewell("applied", language, speaks)
    spoken = next(one for one in (language, *NEAREST.get(language, ()), "en") if one in speaks)
    assert (last.text, last.recording, last.language) == (GOODBYE["applied"][spoken], "", spoken)


def test_africas_talking_speaks_english_and_what_it_was_given_voices_for() -> None:
    settings = AfricasTalkingSettings(voices={"sw": "sw-KE-Standard-A"})
    voice = AfricasTalkingVoice(settings, ContextSigner("secret"), "http://duka.test")
    assert voice.speaks == {"en", "sw"}
    [said] = actions_of(voice.say(Spoken("Kwaheri.", language="sw")))
    assert said.attributes == {"voice": "sw-KE-Standard-A"}


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
                language: {part.partition("}")[0] for part in said.split("{")[1:]}
                for language, said in node.say.items()
            }
            assert len({frozenset(named) for named in fields.values()}) == 1
            assert all(digit in said for digit in node.keys for said in node.say.values())
    assert [texts for texts in GOODBYE.values() if set(texts) != LANGUAGES] == []
