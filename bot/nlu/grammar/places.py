"""Words at the edge of an address, and places that no rider could find."""
# ruff: noqa: E501 - rows of words read better long than folded.

from collections.abc import Mapping

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
# Whose place it is tells the way only to those who know them: kin and friends, and what they may have, by language.
_KIN = {
    "en": "sister|brother|mother|mom|mum|mummy|dad|daddy|father|aunt|aunty|auntie|uncle|friend|neighbou?r|cousin|boyfriend|girlfriend|wife|husband|grandma|grandpa|grandmother|parents|in-?laws?|boss|colleague|landlord|son|daughter|niece|nephew|plumber|electrician|carpenter|mason|contractor|mechanic|tailor|assistant|tenant",
    "sw": "mama|mathe|baba|dada|kaka|shangazi|mjomba|rafiki|jirani|nyanya|babu|shosho|guka|cucu|bibi|mke|mume|beshte|beste|cuzo|cousin|bro|brathe|sis|sistangu|ndugu|binamu|mtoto|kijana|shemeji|wifi|boss|fundi|dereva|mpangaji|jamaa",
    "hi": "behen|behan|bahan|bhai|bhaiya|dost|saheli|mummy|maa|mama|mami|papa|chacha|chachi|nana|nani|dada|dadi|padosi|sasural|sasur|saas|maasi|mausi|buaa?|didi|jija|beta|beti|bhabhi|boss|mistri|darzi",
    "hi_dev": "बहन|भाई|भैया|दोस्त|सहेली|मम्मी|माँ|मां|मामा|मामी|पापा|चाचा|चाची|नाना|नानी|दादा|दादी|पड़ोसी|ससुराल|सास|मौसी|बुआ|दीदी|जीजा|भाभी|बेटे|बेटी|बॉस|मिस्त्री|दर्जी",
    "mr": "bahini|bhava|bhau|mitra|maitrini|mama|mami|kaka|kaku|mavshi|shejarya|aai|baban?|tai|dada|vahini|sasrya|sasu|aaji|aajoban?|aatya|mula|muli",
    "mr_dev": "बहिणी|भावा|भाऊ|मित्रा|मैत्रिणी|मामा|मामी|काका|काकू|मावशी|शेजाऱ्या|आत्या|आई|बाबां?|ताई|दादा|वहिनी|सासऱ्या|सासू|आजी|आजोबां|मुला|मुली",
}  # fmt: skip
_THEIRS = {
    "en": "place|house|home|shop|office|salon|stall|hotel|kiosk|room|flat|apartment|school|hostel|workplace|clinic|pharmacy|business",
    "sw": "duka|dukani|nyumba|nyumbani|shop|ofisi|ofisini|office|place|keja|kibanda|hoteli|saluni|salon|kiosk|shule|hostel",
    "hi": r"ghar|yaha+n?|offi[cs]e?|dukaa?n|shop|flat|room|hostel|school|college|clinic|salon|makan|parlou?r",
    "hi_dev": "घर|यहाँ|यहां|ऑफिस|ऑफ़िस|दुकान|फ्लैट|रूम|हॉस्टल|होस्टल|स्कूल|कॉलेज|क्लिनिक|मकान",
    "mr": r"ghar\w*|duka+n\w*|office\w*|room\w*|hostel\w*|shal\w+|clinic\w*",
    "mr_dev": r"घर\w*|दुकान\w*|ऑफिस\w*|रूम\w*|हॉस्टेल\w*|होस्टेल\w*|शाळ\w*|क्लिनिक\w*",
}
_SWAHILI_OWN = "yangu|wangu|yake|wake|zangu|yetu|wetu"
# "Behind Raju bhai's shop" is a way to go.
_NO_LANDMARK = r"(?! ?(ke |च्या |chya )?(paas|pass|sa+mne|upar|niche|neeche|pi+che|peeche|bagal|aage|andar|samor|javal|jawal|mage|varti|shejari|पास|सामने|ऊपर|नीचे|पीछे|बगल|आगे|समोर|जवळ|मागे|वर))"
# Each begins a word.
VAGUE_PLACES = (
    r"((to|at|for) (my|his|her|our|the) (?:\w+ )?(office|work|workplace|shop|hostel|new place|new office|new house|place|house|home)|(to|at) (my|his|her|our|the) (?:\w+ )?({en})('?s)?)( (new )?({en_theirs}))?(?=\s*($|[.,!?\n]))",
    r"(to|at) (my|his|her) ({en})('?s)? ({en_theirs})\b|(my|his|her|our) ({en})'?s ({en_theirs})\b",
    r"(to|at) the (guy|man|lady|girl|woman|boy|person) (i|who|that|next to|beside)\b",
    r"where (my|his|her|our) (?:\w+ )?({en}) (works|lives|stays|studies|teaches|is staying|is working)\b",
    r"({sw})(ngu| {own})? anapo(ishi|kaa|fanyi?a kazi|soma)\b|anapo(ishi|kaa|fanyi?a kazi|soma) ({sw})(ngu)?\b|(pale|mahali|kule|kwenye|penye) ({sw})(ngu| {own})? ana(ishi|kaa|fanyi?a kazi|soma)\b",
    r"jaha+n? (mer[ai]|hamar[ai]) ({hi}) (kaam|kam|rehta|rehti|rahta|rahti|padhta|padhti)\b|jith[ey] (ma[zjh]+[iy]a?|amch[iy]a?) (\w+ )?(rahto|rahte|rahato|rahate|kaam|kam|shikto|shikte)\b",
    r"(at|to) (my|our) new (office|place|house|home|apartment)\b",
    r"(?:kwa|nyumbani kwa) (?:mama|baba|dada|kaka|shangazi|mjomba|rafiki|jirani|nyanya|shosho|cucu|bibi|mke|mume|beshte|cuzo)( mkwe| yangu| wangu| yake| zangu)?\b",
    r"(kwa|m(pe)?lekee?|mpe(lekee?)?|peleke?a?|mletee|mtumie) (kwa )?({sw})( {own})( kwake)?(?=\s*($|[.,!?\n]))",
    r"({sw_theirs}) (y|l|ch|kw|w)a ({sw}) ({own})\b",
    r"({hi}) ?(ke|ki|k) (ghar|yahan|yaha|office)\b|({hi}) (ke|ki) ({hi_theirs})\b{no_landmark}",
    r"(nay[aei]|naye wale|nayi wali) (offi[cs]e|ghar|flat|duka+n|shop)\b|mandir ke (paas|pas) (wale|wala) ghar\b",
    r"({mr})(chya|kade) ?({mr_theirs})?\b{no_landmark}|navin (office|ghar|duka+n)",
)  # fmt: skip
VAGUE_PLACES_IN_DEVANAGARI = (
    r"({hi_dev}) (के|की) ({hi_dev_theirs}){no_landmark}",
    r"जहाँ? (मेर[ाीे]|हमार[ाीे]) ({hi_dev}) (काम|रहता|रहती|रहते|पढ़ता|पढ़ती)|जिथे (माझ[ाीे]|आमच[ाीे]) \w+ (राहतो|राहते|काम|शिकतो|शिकते)",
    r"(नए|नये|नयी|नई) (ऑफिस|घर|फ्लैट|दुकान)|नव(ीन|्या) (दुकान|ऑफिस|घर)|के पास (वाले|वाला) (घर|मकान)",
    r"(?<!\w)({mr_dev})(च्या|कडे| कडे)( ({mr_dev_theirs}))?{no_landmark}",
)  # fmt: skip
_VAGUE_WORDS = {**_KIN, **{f"{name}_theirs": listed for name, listed in _THEIRS.items()}}


def vague_places() -> tuple[list[str], list[str]]:
    """Rows, over text in small letters, for places that only tell whose they are: Latin ("at my sister's"), others."""
    named = {"own": f"({_SWAHILI_OWN})", "no_landmark": _NO_LANDMARK, **_VAGUE_WORDS}
    return [_filled(row, named) for row in VAGUE_PLACES], [_filled(row, named) for row in VAGUE_PLACES_IN_DEVANAGARI]


def _filled(row: str, named: Mapping[str, str]) -> str:
    for name, listed in named.items():
        row = row.replace("{" + name + "}", listed)
    return row
