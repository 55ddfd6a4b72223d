"""Words at the edge of an address and inside it."""
# ruff: noqa: E501 - rows of words read better long than folded.

from bot.nlu.normalise import fold


def _words(listed: str) -> frozenset[str]:
    """A row of words, as the tokens have them."""
    return frozenset(fold(word) for word in listed.split())


# Postpositions and verbs that follow an address and are no part of it.
TRAILING = frozenset(
    [
        "pe",
        "par",
        "me",
        "mein",
        "mai",
        "ko",
        "la",
        "var",
        "vr",
        "yethe",
        "ithe",
        "kade",
        "paryant",
        "पर",
        "पे",
        "में",
        "मे",
        "को",
        "ला",
        "वर",
        "येथे",
        "इथे",
        "पर्यंत",
        "कडे",
        "please",
        "pls",
        "tafadhali",
        "and",
        "na",
        "aur",
        "ani",
        "और",
        "आणि",
        "bana",
        "boss",
        "bhejna",
        "bhej",
        "bhejo",
        "pathva",
        "do",
        "dena",
        "भेज",
        "भेजना",
        "भेजो",
        "पाठवा",
        "दो",
        "देना",
        "instead",
        "badala",
        "thanks",
        "thank",
        "thankyou",
        "thx",
        "thnx",
        "tnx",
        "ty",
        "tysm",
        "you",
        "asante",
        "asanteni",
        "sana",
        "shukran",
        "shukrani",
        "dhanyavad",
        "dhanyawad",
        "shukriya",
        "धन्यवाद",
        "शुक्रिया",
        "yake",
        "tk",
        "hu",
        "hai",
        "hain",
        "ahe",
        "है",
        "हैं",
        "हूँ",
        "आहे",
    ]
)
# Words of reaching somebody, between a place and the number or the time that follows it.
TRAILING |= frozenset(
    [
        "ring",
        "call",
        "text",
        "phone",
        "ph",
        "tel",
        "mob",
        "mobile",
        "contact",
        "whatsapp",
        "sms",
        "nipigie",
        "mnipigie",
        "piga",
        "simu",
        "namba",
        "nambari",
        "number",
        "num",
        "before",
        "by",
        "on",
        "at",
        "kabla",
        "mapema",
        "कॉल",
        "फोन",
        "मोबाईल",
        "मोबाइल",
        "नंबर",
    ]
)
# Words that lead to an address and are no part of it, at its very start.
LEADING = frozenset(
    [
        "to",
        "at",
        "in",
        "for",
        "upto",
        "up",
        "till",
        "ni",
        "nakaa",
        "ninakaa",
        "naishi",
        "ninaishi",
        "sahi",
        "mzigo",
        "niko",
        "nipo",
        "tuko",
        "tupo",
        "iko",
        "mimi",
        "tupatane",
        "hum",
        "ham",
        "log",
        "main",
        "mai",
        "mi",
        "amhi",
        "aamhi",
        "हम",
        "लोग",
        "मैं",
        "मी",
        "आम्ही",
        "is",
        "my",
        "our",
        "address",
        "location",
        "adress",
        "anwani",
        "mahali",
        "hapa",
        "patta",
        "pata",
        "ptta",
        "mera",
        "hamara",
        "maza",
        "aamcha",
        "nyumbani",
        "baje",
        "sharp",
        "job",
        "please",
        "pls",
        "tafadhali",
        "pe",
        "par",
        "पत्ता",
        "पता",
        "चुकला",
        "बदला",
        "मेरा",
        "हमारा",
        "माझा",
        "आमचा",
        "and",
        "na",
        "aur",
        "ani",
        "और",
        "आणि",
    ]
)
# Verbs of bringing: whatever stands before one of these at the head of a place is no place.
BRINGING = frozenset(
    [
        "leteni",
        "mleteeni",
        "zileteni",
        "deliver",
        "delivered",
        "delivery",
        "bring",
        "drop",
        "send",
        "ship",
        "niget",
        "mniget",
        "mniletee",
        "niletee",
        "nileteeni",
        "leta",
        "lete",
        "letea",
        "mlete",
        "ziletwe",
        "iletwe",
        "zilete",
        "peleka",
        "pelekea",
        "mpeleke",
        "pelekwa",
        "tuma",
        "nitumie",
        "rusha",
        "rushia",
        "nirushie",
        "fika",
        "shukisha",
        "bhejna",
        "bhejo",
        "bhej",
        "bhejdo",
        "pathva",
        "pathav",
        "पाठवा",
        "भेजना",
        "भेजो",
        "भेज",
    ]
)
# Hindi's and Marathi's "side", behind which "in" is a part of what is said ("bank ke bagal me").
SIDES = _words("bagal bazu beech बगल बाजू बीच")
# Words between the name of a quarter and the rest of an address that say "we are in": "Aundh me hain, lane 4".
LOCATIVES = frozenset(["me", "mein", "mai", "madhe", "pe", "par", "में", "मे", "पर", "पे", "मध्ये"])
BEING = frozenset(
    [
        "hai",
        "hain",
        "hu",
        "hun",
        "hoon",
        "ho",
        "ahe",
        "aahe",
        "aahot",
        "है",
        "हैं",
        "हूँ",
        "हूं",
        "आहे",
        "आहोत",
        "rehte",
        "rahte",
        "रहते",
    ]
)
# What people put a number on: a door, a floor, a block.
NUMBERED = _words(
    """
    house hse flat door room rm block blk gate court phase section sector plot floor lane number no unit apartment apt shop
    stall nyumba hao keja mlango namba nambari chumba ghorofa gorofa gali makan ghar manzil majla kholi imarat फ्लैट फ्लॅट मकान घर गली गल्ली मंजिल मजला
    नंबर नं खोली रूम ब्लॉक सेक्टर विंग दुकान
    """
)
# Words that are only the second half of a name: "Sunrise estate", "तुळशी नगर".
SECOND_HALVES = _words(
    """
    estate road rd street st avenue ave drive court apartments apts heights towers plaza centre center mall gardens villas
    nagar chowk colony society peth marg wadi vihar bypass stage market मार्ग रोड चौक नगर कॉलोनी कॉलनी सोसाइटी सोसायटी पेठ मंदिर
    """
)
# Swahili's verbs of bringing in all their persons and forms: nipelekee, mtuletee, uniletee, zipelekwe.
BRINGING_FORMS = r"(?:[umazi]|mu|ni|mni|uni|tu|mtu|utu|mpe|wa|zi|i|ya|vi|(?:u|m)na(?:ni|tu))?(?:let|pelek|tum|shush)(?:a|e|ea|ee|wa|we|eni|eeni|ewe|ewa|ia|ie|ieni)"
# Verbs of putting something down or handing it over: the clause that one of these ends is for the rider, and no place.
PUTTING = frozenset(
    [
        "thev",
        "theva",
        "thevun",
        "ठेवा",
        "ठेव",
        "ठेवून",
        "rakhna",
        "rakho",
        "rakhdo",
        "rakhdena",
        "रखना",
        "रखो",
        "रखिए",
    ]
)
# Words that begin a clause for the rider, or about oneself, behind a place: "..., ukifika piga simu", "..., I'll be home".
FOR_THE_RIDER = _words(
    """
    ukifika mkifika akifika ukiwa mkiwa akiwa nishtue mnishtue ukikaribia mkikaribia call ring buzz knock hoot honk text beep flash leave tell ask when once dont don't
    i i'll i'm we'll we're piga pigia mpige mpigie nipigie mnipigie nipigieni mnipigieni anipigie apige usipige asipige mwambie muulize mwachie acha aache
    iache iacheni wacha weka aweke asilipe nitalipa ntalipa tutalipa watchman guard askari aana aake aakar aaoge pahunch pahunchke pohochlyavar
    आकर आके पहुँचकर पहुंचकर पोहोचल्यावर आल्यावर
    """
)
# Verbs that only a word for the rider, or for the shop, has: who does what at the door.
RIDERS_VERBS = _words(
    """
    tell wait hoot honk knock ring buzz leave hooting honking knocking ringing buzzing calling anipigie aambiwe apitie sanga sangaa bolo bolna सांगा बोलो apige asipige usipige mwambie waambie mpigie aache aweke awache amwachie aachie mwachie aniachie
    asipigie rakhna rakho rakhdo rakhdena thev theva thevun chhod chhodna chod रखना रखो रखिए ठेवा ठेव छोड़ छोड़ना
    """
)
# Places that every house has; with nothing beside them they name none.
NAMELESS = _words(
    """
    the a my our at kwa na ya wa la pe par var ke ka la gate gates door doors doorstep main front back reception desk lobby watchman guard security askari
    soldier mlinzi caretaker neighbour neighbor neighbours jirani mlango mlangoni getini gate-ni duka dukani lango langoni chowkidar padosi shejari darwaza
    darwaze entrance office ofisi guardroom गेट दरवाजा दरवाजे दरवाज्या वॉचमन चौकीदार गार्ड पड़ोसी शेजारी
    """
)
# Questions whether, and for how much, the shop brings things to a place; over folded text.
DELIVERY_QUESTIONS = (
    r"\b(do|does|did) (you|u|ya|yall|y'all)( guys| people| all| folks)?( also| even| ever| still)? (do )?(deliver|bring|ship|come|reach|send|go|supply|drop|cover)",
    r"\b(delivery|transport|shipping) (fee|charges?|cost|costs)\b|\bhow much .{0,20}(delivery|deliver|bring|to)\b|\b(is|are) (this|you)\b.{0,40}\?|\bis your (shop|place|branch|store|kitchen)\b",
    r"\b(huwa )?(mna|una|mnaweza|mtaweza|mwaweza|huwa)\s?(leta|letea|ku(leta|fika|fikisha)|fika|fikisha|deliver|peleka|tuma)\w*|\b(mko|mpo|duka (lenu|yenu))\b.{0,30}\?",
    r"\b(tak|paryant|me|mein|par|pe|madhe|la)\b.{0,12}\b(delivery|deliver|home delivery|bhejte|pahunchate|pahuchate|dete|aate|pathavta|pohochavta|deta|yeta)( \w+){0,2} (ho|hai|hain|ka|kya)\b",
    r"(तक|पर्यंत|में|मध्ये|ला).{0,14}(डिलीवरी|डिलिव्हरी|भेजते|पहुँचाते|पहुंचाते|देते|आते|पाठवता|पोहोचवता|देता|येता).{0,14}(हो|हैं|का|क्या|है)(?!\S)",
)
# Which one of a row, behind a genitive ("mlango wa pili"); from the third on the numbers themselves are said.
ORDINALS = frozenset(["kwanza", "pili", "mwisho", "katikati", "kushoto", "kulia"])
# Swahili's genitives, which carry a name of a place on ("kituo cha mafuta", "shule ya msingi").
GENITIVES = frozenset(["ya", "wa", "la", "cha", "vya", "za"])
