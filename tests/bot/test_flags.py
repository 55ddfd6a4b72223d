"""The flags of a message, as tables of what people write."""

import pytest

from bot.nlu.flags import flags_of


@pytest.mark.parametrize(
    ("flag", "text"),
    [
        ("paid", "nilishalipa jana, naomba kughairi"),
        ("paid", "nimelipia tayari"),
        ("paid", "payment to ho gayi thi par ab nahi chahiye"),
        ("paid", "cancel the chair I paid for last week"),
        ("paid", "मैं पैसे दे चुका हूँ, कैंसल करो"),
        ("left", "the rider already left but cancel it"),
        ("wholesale", "please send a quotation with VAT"),
        ("wholesale", "mtupatie kwa bei ya jumla"),
        ("wholesale", "snacks for 90 guests at the hall"),
        ("bulk", "chai ya watu hamsini"),
        ("bulk", "we need 70 kg of rice, what price for that quantity"),
        ("bulk", "mchele kilo sabini, kwa kiasi hicho bei iko aje"),
        ("bulk", "80 puffs and 80 rolls, what's your best price"),
        ("bulk", "90 vada pav chahiye, rate thoda kam karke batao"),
        ("bulk", "sabuni mia moja, nipunguzie bei"),
        ("bulk", "सत्तर वडे हवेत, भाव कमी करा"),
        ("bulk", "60 logon ka nashta bana doge"),
        ("bulk", "चाळीस नाही, 80 जणांचं जेवण"),
        ("bulk", "50 undercoat against LPO, please"),
        ("bulk", "tissue 100 kila mwezi kwa ankara"),
        ("credit", "andika kwa buku yangu"),
        ("credit", "ntamalizia mwezi ukiisha"),
        ("credit", "nitumie mbili, nitalipa mwezi ujao"),
        ("credit", "tutalipa next week"),
        ("credit", "nitalipa tarehe tano mwezi ujao"),
        ("credit", "can I pay on the 5th please"),
        ("credit", "5 tarikh ko paise dunga"),
        ("credit", "पाच तारखेला पैसे देतो"),
        ("same_again", "nipange na order kama hio tena leo"),
        ("credit", "दोन दूध द्या, पैसे पुढच्या आठवड्यात देतो"),
        ("credit", "अगले हफ्ते पेमेंट कर दूँगा"),
        ("credit", "pudhchya mahinyat paise dein"),
        ("credit", "मंडळाच्या खात्यावर लिहून ठेवा"),
        ("same_again", "nataka kurudia ile ya jana"),
        ("same_again", "leo tena hio hio"),
        ("same_again", "could I get a repeat of that order today"),
        ("credit", "weka kwa deni"),
        ("angry", "mmenichosha nyinyi"),
        ("angry", "चोर हो तुम लोग"),
    ],
)
def test_a_flag_is_raised(flag: str, text: str) -> None:
    """Each of these changes what may be done with the message."""
    assert flags_of(text)[flag]


@pytest.mark.parametrize(
    ("flag", "text"),
    [
        ("paid", "nitalipa kesho"),
        ("credit", "5 tarikh ko do cake chahiye"),
        ("credit", "denim dress moja"),
        ("credit", "leta tarehe tano, nitalipa cash"),
        ("left", "turn left at the shop"),
        ("wholesale", "2 eggs for my son"),
        ("bulk", "tea for 4 people"),
        ("bulk", "2kg muthokoi"),
        ("angry", "2 kachori bhej do"),
        ("angry", "एक शहद और दो कचोरी"),
        ("angry", "siwezi kuja, nitumie"),
        ("angry", "5 patang aur ek manjha, पतंग लाल"),
        ("everything", "दोन गॅसबरोबर लायटर"),
        ("later_time", "आजकल लस्सी मिलती है"),
        ("paid", "order cancel kar do bhai, papa ne mana kar diya"),
    ],
)
def test_a_flag_is_not_raised(flag: str, text: str) -> None:
    """What only looks like it changes nothing."""
    assert not flags_of(text)[flag]
