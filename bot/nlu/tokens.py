"""Cuts a message into tokens whose offsets count code points of the raw text."""

from functools import lru_cache
from typing import NamedTuple

import regex
import spacy
from spacy.attrs import IS_SPACE
from spacy.language import Language
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc

from bot.nlu.normalise import fold, is_devanagari, sound_of_folded

_TOKEN = regex.compile(
    r"""
    \d+(?:st|nd|rd|th)\b            # 3rd, 1st
  | \d+(?:[.,]\d+)*                 # 2, 1.5, 1,200
  | [½¼¾⅓⅔⅛]
  | [\p{L}][\p{L}\p{M}\u200c\u200d]*(?:['’][\p{L}\p{M}]+)*
  | \p{Emoji_Presentation}\p{M}*
  | \S
    """,
    regex.VERBOSE | regex.IGNORECASE,
)
_LINE = regex.compile(r"\n")


class Token(NamedTuple):
    """One token; `start` and `end` count code points of the raw text."""

    start: int
    end: int
    text: str
    norm: str
    sound: str
    devanagari: bool
    spaced: bool

    @property
    def is_break(self) -> bool:
        """Tell whether the token ends a line."""
        return self.norm == "\n"

    @property
    def is_number(self) -> bool:
        """Tell whether the token is written in digits."""
        return self.norm[:1].isdigit() and self.norm[-1:].isdigit()


@lru_cache(maxsize=1)
def pipeline() -> Language:
    """Return the shared spaCy pipeline: its language-neutral vocabulary under Duka's token pattern."""
    nlp = spacy.blank("xx")
    # Of a word that is new to it, spaCy would work out some twenty features; one of them is used.
    nlp.vocab.lex_attr_getters = {IS_SPACE: nlp.vocab.lex_attr_getters[IS_SPACE]}
    nlp.tokenizer = Tokenizer(nlp.vocab, infix_finditer=_TOKEN.finditer)
    nlp.max_length = 20_000
    return nlp


def tokenise(text: str) -> list[Token]:
    """Cut a message into tokens, line breaks kept as tokens of their own."""
    return tokens_of(pipeline().make_doc(text))


def tokens_of(doc: Doc) -> list[Token]:
    """Read the tokens of a spaCy document, blanks dropped and line breaks kept."""
    out, whole = [], doc.text  # spaCy puts the text together anew each time that it is asked.
    for item in doc:
        if not item.is_space:
            token = _token(item.text, item.idx, whole)
            if token.norm:
                out.append(token)
        elif _LINE.search(item.text):
            out.append(Token(item.idx, item.idx + len(item.text), item.text, "\n", "\n", False, True))
    return out


@lru_cache(maxsize=16384)
def _forms(text: str) -> tuple[str, str, bool]:
    norm = fold(text)
    return norm, sound_of_folded(norm), is_devanagari(text)


def _token(text: str, start: int, whole: str) -> Token:
    norm, key, devanagari = _forms(text)
    spaced = start == 0 or whole[start - 1].isspace()
    return Token(start, start + len(text), text, norm, key, devanagari, spaced)
