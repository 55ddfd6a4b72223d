"""What amounts are counted in, as rows: the unit's own name, its kind, and the words people use for it."""
# ruff: noqa: E501 - rows of words read better long than folded.

MEASURES = {
    "g": "g gm gms gram grams grm gramme grammes gramu gr ग्राम ग्रॅम ग्रॅम्स gram. ग्रा",
    "kg": "kg kgs kilo kilos kilogram kilograms kilogramu kilogramme किलो किलोग्राम किग्रा के.जी kgm kilogm kello",
    "l": "l lt ltr ltrs litre litres liter liters lita lits लीटर लिटर litr ليتر",
    "ml": "ml mls millilitre milliliter mili मिली एमएल",
    "m": "metre metres meter meters mita मीटर mtr mtrs",
}
PACKS = {
    "dozen": "dozen dozens dozn doz dz dazani dazeni darzan darjan dajan dozan दर्जन दर्ज़न डझन डज़न dazan dajjan",
    "pair": "pair pairs jozi jodi jodi jora जोड़ी जोड़ा जोडी जोड jodee pea",
    "tray": "tray trays trei treyi treya trey ट्रे",
    "crate": "crate crates kreti क्रेट",
    "packet": "packet packets pkt pkts pakiti paketi pack packs packt pac pakit paket पैकेट पॅकेट पाकीट पैकेट्स पुडा puda pudi पुड़ी paketo mapakiti",
    "plate": "plate plates plt pleti plet sahani प्लेट प्लेटें थाळ",
    "bunch": "bunch bunches fungu mafungu kifungu juda judi jodis जुड़ी जुडी gaddi gaddis गड्डी mkungu",
    "bottle": "bottle bottles botl chupa botal botol bottl बोतल बोतलें बॉटल बाटली बाटल्या batli batlya mzinga",
    "tin": "tins mkebe mikebe kopo makopo cans can डिब्बा डिब्बे डबा डबे dabba dabbe daba dabe",
    "box": "box boxes boksi sanduku बॉक्स खोका खोके bx",
    "carton": "carton cartons katoni catoni कार्टन ctn ctns",
    "sack": "sack sacks gunia magunia bori बोरी पोतं पोती pote bag bags mfuko mifuko थैली थैला पिशवी pishvi thaili",
    "bale": "bale bales bela bel bundle bundles",
    "piece": "piece pieces pc pcs pic pics pz nos nag नग पीस kipande vipande pis peace अदद",
    "glass": "glass glasses gilasi glas गिलास ग्लास",
    "cup": "cup cups kikombe vikombe कप",
    "bowl": "bowl bowls bakuli katori वाटी कटोरी vati बाउल",
    "sachet": "sachet sachets saches सैशे",
    "strip": "strip strips strip. stripe पट्टी स्ट्रिप",
    "roll": "roll rolls rolla रोल",
    "jar": "jar jars बरणी",
    "jerrycan": "jerrycan jerrycans jerican mtungi mitungi jar. kibuyu",
    "tin2kg": "gorogoro korogoro",
    "debe": "debe madebe",
    "bar": "bar bars mche miche tikki vadi बार",
    "slice": "slice slices स्लाइस",
    "set": "set sets seti सेट",
    "order": "order orders oda",
    "tub": "tub tubs",
    "tube": "tube tubes ट्यूब",
    "head": "heads kichwa vichwa",
    "stick": "stick sticks",
}
# These words are units only beside a number; alone they are goods, adjectives or verbs.
WEAK = frozenset(
    [
        "l",
        "m",
        "g",
        "can",
        "bag",
        "bags",
        "bar",
        "bars",
        "glass",
        "cup",
        "box",
        "order",
        "orders",
        "oda",
        "head",
        "heads",
        "set",
        "roll",
        "rolls",
        "tin",
        "tins",
        "stick",
        "sticks",
        "mfuko",
        "mifuko",
        "doz",
        "dz",
        "pea",
        "pis",
        "nag",
    ]
)
TIMES = frozenset(["x", "X", "×", "*", "times", "mara"])
EACH = frozenset(("each", "apiece", "kila", "prateki", "pratyeki", "प्रत्येकी", "प्रत्येक", "har", "हर"))
RANGE_JOINERS = frozenset(("-", "–", "to", "or", "au", "ama", "ya", "या", "से", "se", "te", "ते", "किंवा", "kinva"))
CURRENCIES = {
    "KES": "ksh kes kshs shilling shillings shilingi bob sh shs kshs/ bob/",
    "INR": "₹ rs inr rupees rupee rupaye rupay rupaiye rupya rupaya rupe रुपये रुपए रुपया रु रुपयांचे रुपयांची रुपयांचा रुपयाचे रुपयाची रुपयाचा रुपयांचं rupyanche rupyache rupyachi rupyachya rupayache rupayachi rupayacha rupayanche rupayanchi rupayancha rupaychi rupayla rupiya rupiye rs.",
}
# Words after a number that make it the price to spend: "50 ka", "पन्नासचे".
WORTH_AFTER = frozenset(
    [
        "ka",
        "ki",
        "ke",
        "का",
        "की",
        "के",
        "चे",
        "ची",
        "चा",
        "चं",
        "che",
        "chi",
        "cha",
        "chya",
        "वाला",
        "वाली",
        "वाले",
        "wala",
        "wali",
        "wale",
        "vala",
        "vali",
        "vale",
    ]
)
WORTH_BEFORE = frozenset(["worth", "ya", "za", "la", "cha", "vya", "wa", "kwa", "of", "for", "thamani"])
# Around an hour of the day. Hindi's "saat" is a number and no clock.
HOUR_BEFORE = frozenset(["saa"])
HOUR_AFTER = frozenset(
    [
        "am",
        "pm",
        "a.m",
        "p.m",
        "baje",
        "baj",
        "bajta",
        "bajayla",
        "vajta",
        "vajayla",
        "vajeparyant",
        "vajepryant",
        "baje.paryant",
        "oclock",
        "o'clock",
        "hrs",
        "बजे",
        "वाजता",
        "वाजेपर्यंत",
        "वाजेपर्यन्त",
        "बजेतक",
    ]
)
