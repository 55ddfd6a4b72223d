"""One word has one key, in whatever script and spelling it comes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.catalog.linking.folding import bare, fold, loan_sound, romanise, skeleton, spelt, stems, words
from backend.catalog.linking.lexicon import lexicon


@pytest.mark.parametrize(
    "spellings",
    [
        ("पेड़ा", "peda", "pedha"),
        ("समोसे", "samose"),
        ("खिचड़ी", "khichdi"),
        ("लड्डू", "laddu", "ladoo", "laddoo"),
        ("चाय", "chai", "chay"),
        ("वड़ा", "vada", "wada"),
        ("पाव", "pav", "paav", "pao"),
        ("जीरा", "jeera", "zeera"),
        ("dhania", "dhaniya", "dania"),
        ("yoghurt", "yogurt"),
        ("बिर्याणी", "biryani"),
    ],
)
def test_spellings_of_one_word_share_a_key(spellings: tuple[str, ...]) -> None:
    assert len({fold(word) for word in spellings}) == 1


@pytest.mark.parametrize(
    ("form", "word"),
    [
        ("eggs", "egg"), ("tomatoes", "tomato"), ("pies", "pie"), ("mikate", "mkate"), ("vitunguu", "kitunguu"),
        ("viberiti", "kiberiti"), ("bajrichi", "bajri"), ("gulacha", "gul"),
        ("scarves", "scarf"), ("loaves", "loaf"),
    ],
)  # fmt: skip
def test_a_plural_or_case_form_finds_its_word(form: str, word: str) -> None:
    assert fold(word) in stems(fold(form))


def test_an_abbreviation_keeps_its_letters() -> None:
    assert fold("KCC") == fold("kcc")
    assert len(fold("kcc")) == 3


def test_chia_seeds_are_no_marathi_genitive() -> None:
    assert fold("chia") not in {fold("chya"), fold("च्या")}
    assert not lexicon().is_joint(fold("chia"))


def test_a_word_without_vowels_sounds_like_the_word_in_full() -> None:
    assert skeleton(fold("chkn")) == skeleton(fold("chicken"))


def test_the_inherent_vowel_is_dropped_where_it_is_silent() -> None:
    assert romanise("नमक") == "namak"
    assert romanise("१२") == "12"


def test_a_key_without_its_last_vowel_keeps_three_letters() -> None:
    assert bare("samose") == "samos"
    assert bare("tea") == "tea"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2kg sugar", ["2", "kg", "sugar"]),
        ("milk x3", ["milk", "x", "3"]),
        ("a14 case", ["a14", "case"]),
        ("1.5 kg", ["1.5", "kg"]),
        ("ng'ombe, पाँच", ["ng'ombe", "पाँच"]),
    ],
)
def test_a_text_is_cut_into_words(text: str, found: list[str]) -> None:
    assert [word for _, _, word in words(text)] == found


@given(st.text(max_size=60))
def test_offsets_give_back_the_words(text: str) -> None:
    assert all(text[start:end] == word for start, end, word in words(text))


@given(st.text(alphabet="abcdefghiklmnopstuvyआकखगचजतदपबमरलसहािीुेो", max_size=12))
def test_folding_is_plain_and_never_fails(word: str) -> None:
    assert all(sign.isalnum() for sign in fold(word))


@pytest.mark.parametrize(
    ("word", "letters"),
    [
        ("बीपी", "bp"),
        ("एन95", "n95"),
        ("आईवी", "iv"),
        ("एसी", "ac"),
        ("सीसीटीवी", "cctv"),
        ("चाय", None),
        ("पी", None),
        ("केक", None),
    ],
)
def test_names_of_letters_spell_what_they_name(word: str, letters: str | None) -> None:
    assert spelt(word) == letters


@pytest.mark.parametrize(("word", "english"), [("ग्लोव्ह्ज", "gloves"), ("बम", "bomb"), ("ब्लाउज", "blouse")])
def test_a_loan_sounds_as_in_english(word: str, english: str) -> None:
    assert loan_sound(fold(word)) == loan_sound(fold(english))


@pytest.mark.parametrize(
    ("word", "same", "other"),
    [("meetha", "मीठा", "mita"), ("mithi", "मीठी", "miti"), ("paan", "पान", "pan"), ("paan", "पान", "पण")],
)
def test_words_that_every_shop_has_take_no_good_with_them(word: str, same: str, other: str) -> None:
    """Sweet is no metre, and betel leaf no "also"."""
    assert fold(word) == fold(same) != fold(other)


def test_leather_is_no_litre() -> None:
    assert fold("leather") != fold("liter")
    assert fold("Leather") == "leather"
