"""Voice menus as rows: what is said in each language, and what each digit does."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

GATHER_TIMEOUT_S: Final = 6
REPEATS: Final = 2


@dataclass(frozen=True, slots=True)
class Key:
    """What a digit does: an action with its argument, or another node."""

    action: str = ""
    argument: str = ""
    node: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """One place in a menu.

    Attributes:
        say: The words by language, with named parameters.
        keys: What each digit does.
        otherwise: What is taken for meant where the call ends here unanswered; None where nothing can be.
    """

    say: Mapping[str, str]
    keys: Mapping[str, Key] = field(default_factory=dict)
    otherwise: Key | None = None


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu: its nodes, the first one named `start`."""

    nodes: Mapping[str, Node]


_ADMIN: Final = Key(action="bridge_admin")

VENDOR_INACTIVE: Final = "vendor_inactive"

MENUS: Final[Mapping[str, Menu]] = {
    "vendor_new_order": Menu(
        {
            "start": Node(
                {
                    "en": "You have a new order of {amount}. Press 1 to accept, 2 to reject, 3 to set the preparation "
                    "time, 5 to speak to us.",
                    "hi": "{amount} का नया ऑर्डर है। स्वीकार करने के लिए 1, मना करने के लिए 2, तैयारी का समय बताने के लिए 3, "
                    "हमसे बात करने के लिए 5 दबाएँ।",
                    "mr": "{amount} ची नवी ऑर्डर आहे. स्वीकारण्यासाठी 1, नाकारण्यासाठी 2, तयारीची वेळ सांगण्यासाठी 3, "
                    "आमच्याशी बोलण्यासाठी 5 दाबा.",
                    "sw": "Una oda mpya ya {amount}. Bonyeza 1 kukubali, 2 kukataa, 3 kuweka muda wa kuandaa, "
                    "5 kuongea nasi.",
                },
                {
                    "1": Key("vendor_accept"),
                    "2": Key("vendor_reject"),
                    "3": Key(node="preparation"),
                    "5": _ADMIN,
                },
            ),
            "preparation": Node(
                {
                    "en": "Press 1 for 15 minutes, 2 for 20, 3 for 30.",
                    "hi": "15 मिनट के लिए 1, 20 के लिए 2, 30 के लिए 3 दबाएँ।",
                    "mr": "15 मिनिटांसाठी 1, 20 साठी 2, 30 साठी 3 दाबा.",
                    "sw": "Bonyeza 1 kwa dakika 15, 2 kwa 20, 3 kwa 30.",
                },
                {
                    "1": Key("vendor_prep", "15"),
                    "2": Key("vendor_prep", "20"),
                    "3": Key("vendor_prep", "30"),
                },
                otherwise=Key("vendor_prep", "20"),
            ),
        }
    ),
    "processing_reminder": Menu(
        {
            "start": Node(
                {
                    "en": "Reminder: the time for order {order} is ending. Press 1 to mark it ready, 2 to extend by "
                    "10 minutes, 5 to speak to us.",
                    "hi": "याद दिला दें: ऑर्डर {order} का समय पूरा हो रहा है। तैयार है तो 1, 10 मिनट बढ़ाने के लिए 2, "
                    "हमसे बात करने के लिए 5 दबाएँ।",
                    "mr": "आठवण: ऑर्डर {order} ची वेळ संपत आहे. तयार असल्यास 1, 10 मिनिटे वाढवण्यासाठी 2, "
                    "आमच्याशी बोलण्यासाठी 5 दाबा.",
                    "sw": "Kumbusho: muda wa oda {order} unaisha. Bonyeza 1 kama iko tayari, 2 kuongeza dakika 10, "
                    "5 kuongea nasi.",
                },
                {"1": Key("vendor_ready"), "2": Key("vendor_extend", "10"), "5": _ADMIN},
            )
        }
    ),
    "rider_assignment": Menu(
        {
            "start": Node(
                {
                    "en": "Pick up from {vendor}, deliver to {area}, amount {amount}. Press 1 to accept, 2 to reject, "
                    "5 to speak to us.",
                    "hi": "{vendor} से लेकर {area} पहुँचाना है, रकम {amount}। स्वीकार करने के लिए 1, मना करने के लिए 2, "
                    "हमसे बात करने के लिए 5 दबाएँ।",
                    "mr": "{vendor} कडून घेऊन {area} ला पोहोचवा, रक्कम {amount}. स्वीकारण्यासाठी 1, नाकारण्यासाठी 2, "
                    "आमच्याशी बोलण्यासाठी 5 दाबा.",
                    "sw": "Chukua kwa {vendor}, peleka {area}, kiasi {amount}. Bonyeza 1 kukubali, 2 kukataa, "
                    "5 kuongea nasi.",
                },
                {"1": Key("rider_accept"), "2": Key("rider_reject"), "5": _ADMIN},
            )
        }
    ),
    "address_update": Menu(
        {
            "start": Node(
                {
                    "en": "Important: the delivery address has changed to {address}. Press 1 to confirm, 5 to speak "
                    "to us.",
                    "hi": "ज़रूरी: डिलीवरी का पता बदल कर {address} हो गया है। पुष्टि के लिए 1, हमसे बात करने के लिए 5 दबाएँ।",
                    "mr": "महत्त्वाचे: पत्ता बदलून {address} झाला आहे. पुष्टीसाठी 1, आमच्याशी बोलण्यासाठी 5 दाबा.",
                    "sw": "Muhimu: anwani imebadilika kuwa {address}. Bonyeza 1 kuthibitisha, 5 kuongea nasi.",
                },
                {"1": Key("address_confirm"), "5": _ADMIN},
            )
        }
    ),
    "rider_waiting": Menu(
        {
            "start": Node(
                {
                    "en": "The rider for order {order} waits at your counter. Press 1 if it is ready, 2 for 10 minutes "
                    "more, 5 to speak to us.",
                    "hi": "ऑर्डर {order} का राइडर आपके काउंटर पर इंतज़ार कर रहा है। तैयार हो तो 1, 10 मिनट और चाहिए तो 2, "
                    "हमसे बात करने के लिए 5 दबाएँ।",
                    "mr": "ऑर्डर {order} चा रायडर तुमच्या काउंटरवर थांबला आहे. तयार असेल तर 1, 10 मिनिटे आणखी हवी असल्यास 2, "
                    "आमच्याशी बोलण्यासाठी 5 दाबा.",
                    "sw": "Mwendeshaji wa oda {order} anasubiri dukani kwako. Bonyeza 1 kama iko tayari, 2 kwa dakika "
                    "10 zaidi, 5 kuongea nasi.",
                },
                {"1": Key("vendor_ready"), "2": Key("vendor_extend"), "5": _ADMIN},
            )
        }
    ),
    "off_route": Menu(
        {
            "start": Node(
                {
                    "en": "You have left the way of order {order}. It goes to {address}. Press 1 if you are on your "
                    "way there, 5 to speak to us.",
                    "hi": "आप ऑर्डर {order} के रास्ते से हट गए हैं। पता है {address}। वहीं जा रहे हैं तो 1, हमसे बात करने के लिए "
                    "5 दबाएँ।",
                    "mr": "तुम्ही ऑर्डर {order} च्या मार्गापासून दूर गेला आहात. पत्ता {address}. तिकडेच जात असाल तर 1, "
                    "आमच्याशी बोलण्यासाठी 5 दाबा.",
                    "sw": "Umetoka njia ya oda {order}. Inaenda {address}. Bonyeza 1 kama unaelekea huko, "
                    "5 kuongea nasi.",
                },
                {"1": Key("rider_on_way"), "5": _ADMIN},
            )
        }
    ),
    "delivery_late": Menu(
        {
            "start": Node(
                {
                    "en": "Order {order} is late. It goes to {address}. Deliver it now, or press 5 to speak to us.",
                    "hi": "ऑर्डर {order} को देर हो गई है। पता है {address}। कृपया अभी पहुँचाइए, या हमसे बात करने के लिए 5 दबाएँ।",
                    "mr": "ऑर्डर {order} ला उशीर झाला आहे. पत्ता {address}. आता पोहोचवा, किंवा आमच्याशी बोलण्यासाठी 5 दाबा.",
                    "sw": "Oda {order} imechelewa. Inaenda {address}. Ifikishe sasa, au bonyeza 5 kuongea nasi.",
                },
                {"5": _ADMIN},
            )
        }
    ),
    VENDOR_INACTIVE: Menu(
        {
            "start": Node(
                {
                    "en": "{vendor} gets no new orders now, since several were not answered. Press 1 to take orders "
                    "again, 5 to speak to us.",
                    "hi": "कई ऑर्डर का जवाब न मिलने से {vendor} को अभी नए ऑर्डर नहीं मिलेंगे। फिर से ऑर्डर लेने के लिए 1, "
                    "हमसे बात करने के लिए 5 दबाएँ।",
                    "mr": "अनेक ऑर्डरना उत्तर न मिळाल्याने {vendor} ला आता नवीन ऑर्डर मिळणार नाहीत. पुन्हा ऑर्डर घेण्यासाठी 1, "
                    "आमच्याशी बोलण्यासाठी 5 दाबा.",
                    "sw": "{vendor} haipati oda mpya kwa sasa, kwa kuwa kadhaa hazikujibiwa. Bonyeza 1 kupokea oda "
                    "tena, 5 kuongea nasi.",
                },
                {"1": Key("vendor_return"), "5": _ADMIN},
            )
        }
    ),
}

GOODBYE: Final[Mapping[str, Mapping[str, str]]] = {
    "applied": {
        "en": "Thank you, we have noted it. Goodbye.",
        "hi": "धन्यवाद, हमने दर्ज कर लिया। नमस्ते।",
        "mr": "धन्यवाद, आम्ही नोंद केली. नमस्कार.",
        "sw": "Asante, tumepokea. Kwaheri.",
    },
    "settled": {
        "en": "This has been settled already. Thank you, goodbye.",
        "hi": "यह पहले ही तय हो चुका है। धन्यवाद, नमस्ते।",
        "mr": "हे आधीच ठरले आहे. धन्यवाद, नमस्कार.",
        "sw": "Hii imeshamalizika. Asante, kwaheri.",
    },
    "unheard": {
        "en": "We did not get an answer. We will try again. Goodbye.",
        "hi": "हमें जवाब नहीं मिला। हम फिर कोशिश करेंगे। नमस्ते।",
        "mr": "उत्तर मिळाले नाही. आम्ही पुन्हा प्रयत्न करू. नमस्कार.",
        "sw": "Hatujapata jibu. Tutajaribu tena. Kwaheri.",
    },
}

AGAIN: Final[Mapping[str, str]] = {
    "en": "Sorry, that is not one of the choices. ",
    "hi": "माफ़ कीजिए, यह विकल्प नहीं है। ",
    "mr": "माफ करा, हा पर्याय नाही. ",
    "sw": "Samahani, hiyo si chaguo. ",
}


# What those who speak a language also follow on the phone, where nothing can be said in their own; then English.
NEAREST: Final[Mapping[str, tuple[str, ...]]] = {"mr": ("hi", "en"), "hi": ("en",), "sw": ("en",)}


def words(texts: Mapping[str, str], language: str) -> str:
    """Return the words in this language, its base language, or English."""
    return texts.get(language) or texts.get(language.partition("-")[0]) or texts["en"]


def text_names() -> frozenset[str]:
    """Return the names of all texts, each in each language, as recordings of them go by."""
    nodes = [(f"{menu}.{node}", row.say) for menu, rows in MENUS.items() for node, row in rows.nodes.items()]
    farewells = [(f"goodbye.{name}", texts) for name, texts in GOODBYE.items()]
    return frozenset(f"{name}.{language}" for name, texts in (*nodes, *farewells) for language in texts)


def node_after(menu: Menu, digits: tuple[str, ...]) -> tuple[str, Key | None]:
    """Walk a menu by the digits pressed so far.

    Returns:
        The node that is asked now, and the action where the last digit chose one.
    """
    node = "start"
    for digit in digits:
        key = menu.nodes[node].keys.get(digit)
        if key is None:
            continue
        if key.action:
            return node, key
        node = key.node
    return node, None
