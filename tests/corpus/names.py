"""Names of nobody: put together from syllables, in the script of their bearer and in Latin letters.

A syllable is (Latin, original). No table of names was used; what sounds like a name is chance.
"""

LATIN = [(each, each) for each in (
    "ba bé cho dau don el fi ga gne ho ila jo ka ko lu ma mbe mo na ndi no ñu oro pha pé ri rou sa"
    " se so ta thi tsi tu u va ve wan xi ya zo zu kwe nga lé mé ção bri fran gal her lin mor nel"
).split()]
ARABIC = [
    ("ba", "با"), ("di", "دي"), ("rou", "رو"), ("sam", "سم"), ("nou", "نو"), ("ghal", "غل"),
    ("waz", "وز"), ("tir", "تير"), ("hal", "هال"), ("qum", "قوم"), ("fa", "فا"), ("zi", "زي"),
    ("loun", "لون"), ("shad", "شاد"), ("mer", "مير"), ("kha", "خا"), ("joul", "جول"),
    ("bas", "بص"), ("ta", "طا"), ("yan", "يان"), ("moz", "موز"), ("dha", "ذا"), ("ar", "عر"),
]
CYRILLIC = [
    ("vo", "во"), ("zhel", "жел"), ("mir", "мир"), ("ta", "та"), ("shu", "шу"), ("bran", "бран"),
    ("ko", "ко"), ("yar", "яр"), ("dul", "дул"), ("khe", "хе"), ("tsi", "ци"), ("mol", "мол"),
    ("gre", "гре"), ("lyu", "лю"), ("pod", "под"), ("sne", "сне"), ("ryb", "рыб"), ("chay", "чай"),
    ("zo", "зо"), ("fed", "фед"), ("byl", "был"), ("ust", "уст"),
]
# Words for things; those that stand first are no usual family names.
CHINESE_FIRST = [
    ("qiao", "桥"), ("ting", "亭"), ("shuang", "霜"), ("dao", "岛"), ("wan", "湾"), ("du", "渡"),
    ("pu", "瀑"), ("zhou", "舟"),
]
CHINESE = [
    ("lan", "兰"), ("lu", "露"), ("yun", "云"), ("feng", "枫"), ("xi", "溪"), ("he", "荷"),
    ("zhu", "竹"), ("mei", "梅"), ("song", "松"), ("hai", "海"), ("xing", "星"), ("yue", "月"),
    ("quan", "泉"), ("shan", "山"),
]
AMHARIC_ROWS = [
    ("h", 0x1200), ("l", 0x1208), ("m", 0x1218), ("r", 0x1228), ("s", 0x1230), ("sh", 0x1238),
    ("b", 0x1260), ("t", 0x1270), ("ch", 0x1278), ("n", 0x1290), ("k", 0x12a8), ("w", 0x12c8),
    ("z", 0x12d8), ("y", 0x12e8), ("d", 0x12f0), ("g", 0x1308), ("f", 0x1348),
]
AMHARIC_VOWELS = ["e", "u", "i", "a", "ie", "", "o"]
AMHARIC = [(consonant + vowel, chr(row + order))
           for consonant, row in AMHARIC_ROWS for order, vowel in enumerate(AMHARIC_VOWELS)]

SYLLABLES = {"latin": LATIN, "arabic": ARABIC, "cyrillic": CYRILLIC, "amharic": AMHARIC,
             "chinese": CHINESE}
SCRIPTS = tuple(SYLLABLES)

SCRIPT_OF = {
    **dict.fromkeys("AE BH DZ EG IQ JO KW LB LY MA MR OM PS QA SA SD SY TN YE".split(), "arabic"),
    **dict.fromkeys("BG BY KG KZ MK MN RS RU TJ UA".split(), "cyrillic"),
    **dict.fromkeys("ET ER".split(), "amharic"),
    **dict.fromkeys("CN SG".split(), "chinese"),
}
LANGUAGES = {
    "latin": "ENG FRE SPA POR SWA HAU ZUL GER".split(), "arabic": "ARA FRE ENG BER".split(),
    "cyrillic": "RUS UKR ENG KAZ".split(), "amharic": "AMH TIR ENG ORM".split(),
    "chinese": "CHI ENG MAY".split(),
}


def script_of(country):
    return SCRIPT_OF.get(country, "latin")


def joined(syllables):
    syllables = list(syllables)
    return "".join(latin for latin, _ in syllables), "".join(own for _, own in syllables)


def family_name(dice, script):
    """(in Latin letters, in the original script)"""
    if script == "chinese":
        return joined([dice.one(CHINESE_FIRST)])
    latin, own = joined(dice.one(SYLLABLES[script]) for _ in range(dice.between(2, 4)))
    if script == "arabic" and dice.chance(0.4):
        return "al-" + latin, "ال" + own
    return latin, own


def forename(dice, script):
    return joined(dice.one(SYLLABLES[script])
                  for _ in range(2 if script == "chinese" else dice.between(2, 3)))


def person_name(dice, script):
    """The four members of a name; those of the original script only where it is another one."""
    family, own_family = family_name(dice, script)
    first, own_first = forename(dice, script)
    out = {"name": family.upper(), "forename": first.capitalize()}
    if script != "latin":
        out["name_in_original_script"] = own_family.capitalize()
        out["forename_in_original_script"] = own_first.capitalize()
    return out


def plain(text):
    """Without marks over letters."""
    return text.translate(str.maketrans("éãçñ", "eacn"))


def place_name(dice):
    return plain(family_name(dice, "latin")[0]).capitalize()


def place_of_birth(dice):
    """Median 23 characters, at most 60, as public notices have it."""
    length = int(dice.along([(0, 6), (0.5, 23), (0.95, 40), (1, 60)]))
    words = place_name(dice)
    parts = ["Province of", "District of", "near", "Old", "Commune of"]
    while len(words) < length - 6:
        words += ", " + dice.one(parts) + " " + place_name(dice)
    return words[:max(length, 6)].rstrip(" ,")


def official(dice):
    """Who answers: a desk or a name."""
    if dice.chance(0.5):
        return "Duty officer"
    return forename(dice, "latin")[0].capitalize() + " " + family_name(dice, "latin")[0].upper()


def company(dice):
    return place_name(dice) + " " + dice.one(["Trading", "Shipping", "Holdings", "Import Export"])
