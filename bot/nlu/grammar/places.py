"""Words at the edge of an address, and places that no rider could find."""

# Postpositions and verbs that follow an address and are no part of it.
TRAILING = frozenset(
    "pe par me mein mai ko la var vr yethe ithe kade paryant पर पे में मे को ला वर येथे इथे पर्यंत कडे please pls tafadhali and na aur ani और आणि bana boss bhejna bhej bhejo pathva do dena "
    "भेज भेजना भेजो पाठवा दो देना instead badala thanks asante tk hu hai hain ahe है हैं हूँ आहे".split()
)
VAGUE_PLACES = (
    r"\b(to|at|for) (my|his|her|our|the) (\w+ )?(sister|brother|mother|mom|mum|dad|father|aunt|auntie|uncle|friend|neighbou?r|cousin|boyfriend|girlfriend|wife|husband|grandma|parents|boss|office|work|workplace|shop|hostel|new place|new office|new house|place|house|home)('?s)?( place| house| home)?(?=\s*($|[.,!?\n]))",
    r"\b(to|at) (my|his|her) (sister|brother|mother|mom|mum|dad|father|aunt|auntie|uncle|friend|neighbou?r|cousin|boyfriend|girlfriend|wife|husband|grandma)('?s)? (place|house|home)",
    r"\b(at|to) (my|our) new (office|place|house|home|apartment)\b",
    r"\b(kwa|nyumbani kwa) (mama|baba|dada|kaka|shangazi|mjomba|rafiki|jirani|nyanya|shosho|cucu|bibi|mke|mume|beshte|cuzo)( mkwe| yangu| wangu| yake| zangu)?\b",
    r"\b(behen|bahan|bhai|dost|mummy|mama|chacha|nani|dadi|padosi|sasural|maasi|mausi|buaa?|didi) ?(ke|ki|k)? (ghar|yahan|yaha|office)\b",
    r"\b(nay[ea]|naye wale) (office|ghar|flat)\b|\bmandir ke (paas|pas) (wale|wala) ghar\b",
    r"(बहन|भाई|दोस्त|मम्मी|मामा|चाचा|नानी|दादी|पड़ोसी|मौसी|बुआ|दीदी) के (घर|यहाँ|यहां|ऑफिस)",
    r"(नए|नये) (ऑफिस|घर|फ्लैट)|के पास (वाले|वाला) (घर|मकान)",
    r"(बहिणी|भावा|मित्रा|मामा|काका|मावशी|शेजाऱ्या|आत्या|आई|ताई)(च्या|कडे| कडे)( घरी| घरा)?",
    r"\b(bahini|bhava|mitra|mama|kaka|mavshi|shejarya|aai|tai)(chya|kade) ?(ghari|ghara)?\b|\bnavin (office|ghar)",
)  # fmt: skip
