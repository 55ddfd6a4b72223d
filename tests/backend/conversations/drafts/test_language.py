"""The reply's language follows the customer, and a word or two proves nothing."""

from typing import Any

import pytest

from backend.conversations.drafts.language import Belief


def read(lang: str, confidence: float, script: str = "Latn", **others: float) -> dict[str, Any]:
    scores = {lang: confidence, **{name.replace("_", "-"): score for name, score in others.items()}}
    return {"language": {"lang": lang, "script": script, "confidence": confidence, "scores": scores}}


def test_a_first_sentence_sets_the_language() -> None:
    """From the default, one clear sentence is enough."""
    belief = Belief("en").after(read("sw", 0.93), "naomba unga wa ugali packet mbili tafadhali")
    assert belief.language == "sw"


@pytest.mark.parametrize("text", ["ok 2", "2", "👍", "mpesa"])
def test_a_short_answer_keeps_the_language(text: str) -> None:
    """What could be any language changes nothing, however sure the reader is."""
    swahili = Belief("en").after(read("sw", 0.93), "naomba unga wa ugali packet mbili tafadhali")
    assert swahili.after(read("en", 0.99), text).language == "sw"


def test_a_clear_sentence_in_another_language_switches_at_once() -> None:
    """The customer switches, and so do we."""
    swahili = Belief("en").after(read("sw", 0.93), "naomba unga wa ugali packet mbili tafadhali")
    english = swahili.after(read("en", 0.9), "sorry, could you please bring it to my office instead")
    assert english.language == "en"
    assert english.after(read("sw", 0.6, en=0.3), "sawa").language == "en"


def test_the_script_is_the_customers() -> None:
    """Hindi in Latin letters is answered in Latin letters, Devanagari in Devanagari."""
    latin = Belief("en").after(read("hi-Latn", 0.9, hi=0.05), "bhaiya do kilo aata bhej do jaldi se")
    assert latin.language == "hi-Latn"
    devanagari = latin.after(read("hi", 0.9, script="Deva"), "भैया दो किलो आटा और एक दूध का पैकेट भेज दीजिए")
    assert devanagari.language == "hi"


def test_a_mixed_message_speaks_for_the_languages_in_it() -> None:
    """There is no reply in `mixed`; the stronger part decides."""
    mixed = read("mixed", 0.6, sheng=0.3, en=0.1)
    assert Belief("sw").after(mixed, "niaje boss nataka order two packets za unga leo").language in {"sw", "sheng"}


def test_an_unread_message_changes_nothing() -> None:
    """Without scores there is nothing to learn."""
    belief = Belief("mr", {"mr": 0.8})
    assert belief.after({}, "काहीतरी") == belief


def test_one_word_in_the_other_script_changes_the_script() -> None:
    """Whoever writes Devanagari wants to read it, and vowel signs count as letters."""
    latin = Belief("hi-Latn", {"hi-Latn": 0.9})
    marathi = latin.after(read("mr", 0.6, script="Deva", hi=0.3), "पाठवा")
    assert marathi.language == "mr"
    assert marathi.after(read("mr", 0.4, script="Deva", hi=0.4), "हो").language == "mr"
    assert latin.after(read("mr", 0.6, script="Deva", hi=0.3), "हो").language == "hi-Latn"
