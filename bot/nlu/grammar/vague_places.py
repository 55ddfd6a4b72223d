"""Places that only tell whose they are, which no rider could find."""
# ruff: noqa: E501 - rows of words read better long than folded.

from collections.abc import Mapping

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
_ROWS = (
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
_ROWS_IN_DEVANAGARI = (
    r"({hi_dev}) (के|की) ({hi_dev_theirs}){no_landmark}",
    r"जहाँ? (मेर[ाीे]|हमार[ाीे]) ({hi_dev}) (काम|रहता|रहती|रहते|पढ़ता|पढ़ती)|जिथे (माझ[ाीे]|आमच[ाीे]) \w+ (राहतो|राहते|काम|शिकतो|शिकते)",
    r"(नए|नये|नयी|नई) (ऑफिस|घर|फ्लैट|दुकान)|नव(ीन|्या) (दुकान|ऑफिस|घर)|के पास (वाले|वाला) (घर|मकान)",
    r"(?<!\w)({mr_dev})(च्या|कडे| कडे)( ({mr_dev_theirs}))?{no_landmark}",
)  # fmt: skip
_VAGUE_WORDS = {**_KIN, **{f"{name}_theirs": listed for name, listed in _THEIRS.items()}}


def vague_places() -> tuple[list[str], list[str]]:
    """Rows, over text in small letters, for places that only tell whose they are: Latin ("at my sister's"), others."""
    named = {"own": f"({_SWAHILI_OWN})", "no_landmark": _NO_LANDMARK, **_VAGUE_WORDS}
    return [_filled(row, named) for row in _ROWS], [_filled(row, named) for row in _ROWS_IN_DEVANAGARI]


def _filled(row: str, named: Mapping[str, str]) -> str:
    for name, listed in named.items():
        row = row.replace("{" + name + "}", listed)
    return row
