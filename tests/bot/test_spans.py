"""A tagger knows which words it has met: learned from many messages, or seen in one that a person wrote."""

from pathlib import Path

from bot.nlu.annotated import Example, Label
from bot.nlu.features import prepare
from bot.nlu.spans import SpanTagger
from bot.nlu.training import train_spans

_WRITTEN = [
    Example(f"leta {good} {count} {way}", "place_order", "sw", (Label(5, 5 + len(good), "item"),), weight=2.0)
    for good, way in (("mkate", "haraka"), ("maziwa", "polepole"), ("mkate", "haraka"))
    for count in range(1, 5)
]
_ONCE = Example("leta mkate 2 jirani", "place_order", "sw", (Label(5, 10, "item"),), weight=2.0)
_INVENTED = Example("leta mkatr 2", "place_order", "sw", (Label(5, 10, "item"),))


def _met(tagger: SpanTagger, text: str) -> list[bool]:
    return [tag.met for tag in tagger.tag(prepare(text))]


def test_a_word_that_somebody_wrote_once_is_met_and_an_invented_slip_is_not(tmp_path: Path) -> None:
    """Slips of the thumb are put into generated messages alone, so that what people wrote is no slip."""
    tagger = train_spans([*_WRITTEN, _ONCE, _INVENTED])
    expected = [True, True, True, False, False]
    assert _met(tagger, "leta jirani haraka mkatr zawadi") == expected
    tagger.save(tmp_path)
    assert _met(SpanTagger.load(tmp_path), "leta jirani haraka mkatr zawadi") == expected
