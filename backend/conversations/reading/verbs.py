"""Swahili's verbs that say what is to be done with goods: "uwaoshe na uikate", "zikatwe"."""

import re
from functools import lru_cache
from typing import Final

_SYLLABLE: Final = r"(?:(?:m|n|ng)?(?:b|ch|d|dh|f|g|gh|h|j|k|l|m|n|ny|ng|p|r|s|sh|t|th|v|y|z)?w?[aeiou])"
_THEM: Final = "wa|i|zi|ya|ki|vi|li|u"
# "You" and whom or what it is done to, then a stem of two syllables that ends as a wish does. "Mi-" is a plural.
_TREAT_THEM: Final = rf"(?:u|mu)(?:{_THEM})|m(?:wa|zi|ya|ki|vi|li)"
_DONE_TO: Final = "i|zi|ya|ki|vi|li|wa"
_FORM: Final = re.compile(
    rf"(?:{_TREAT_THEM}){_SYLLABLE}+(?<=[aeiou])(?:(?:m|n|ng)?(?:b|ch|d|f|g|h|j|k|l|m|n|p|s|sh|t|v|y|z)+w?)?e(?:ni)?"
    rf"|(?:{_DONE_TO}){_SYLLABLE}*[bcdfghjklmnpstvyz]+we"
    # What they are to be like: "zilizoiva", "yaliyokomaa", "zikiwa baridi".
    r"|(?:zilizo|yaliyo|iliyo|vilivyo|kilicho|lililo|walio)\w{2,}|(?:zi|i|ya|vi|ki|li|wa)kiwa"
    # What has become of somebody or something: "zimepotea", "wameongezeka".
    r"|(?:zi|wa|ya|vi|ni|i|tu)me\w{4,}"
)


@lru_cache(maxsize=4096)
def asks_to_treat(word: str) -> bool:
    """Whether a word, as it was typed, asks for something to be done to goods, or tells how they come or what was."""
    return _FORM.fullmatch(word.lower()) is not None
