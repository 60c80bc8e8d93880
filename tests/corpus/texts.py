"""Prose of no case: sentences from parts, in the four official languages, as long as is wanted."""

import names

WORDS = {
    "en": {
        "who": "The suspect|A second person|The driver|An accomplice|The holder of the account|"
               "A witness|The person concerned|The victim",
        "did": "left {place} on {day} with {thing}|was seen in {place} near {spot}|"
               "transferred {sum} to an account in {place}|bought {thing} under another name|"
               "presented a document that had been altered|met two persons at {spot} in {place}|"
               "entered the country through {place} on {day}|was recorded by a camera at {spot}|"
               "stated that {thing} had been found at {spot}|is believed to travel by {way}|"
               "hid {thing} in a {box} before the search of {day}",
        "tail": ".|, according to the file.|; this could not be confirmed.| and did not return.|"
                ", which the bank reported on {day}.|, together with {sum} in cash.",
        "thing": "a grey vehicle|three blank passports|a box of spare parts|two telephones|"
                 "a forged certificate|a quantity of jewellery|copies of invoices|a small boat",
        "spot": "the old harbour|the bus station|a warehouse|the northern market|the ferry office",
        "way": "sea|coach|hired car|regional flights", "box": "container|suitcase|cold room|lorry",
        "money": "{n} US dollars|{n} euros|{n} shillings|{n} francs",
    },
    "fr": {
        "who": "Le suspect|Une deuxième personne|Le conducteur|Un complice|Le titulaire du compte|"
               "Un témoin|L'intéressé|La victime",
        "did": "a quitté {place} le {day} avec {thing}|a été vu à {place} près de {spot}|"
               "a transféré {sum} vers un compte à {place}|a acheté {thing} sous un autre nom|"
               "a présenté un document qui avait été modifié|est entré par {place} le {day}|"
               "a été enregistré par une caméra à {spot}|voyagerait par {way}|"
               "a caché {thing} dans un {box} avant la perquisition du {day}",
        "tail": ".|, selon le dossier.|; cela n'a pas pu être confirmé.| et n'est pas revenu.|"
                ", ce que la banque a signalé le {day}.",
        "thing": "un véhicule gris|trois passeports vierges|deux téléphones|un faux certificat|"
                 "des bijoux|des copies de factures",
        "spot": "le vieux port|la gare routière|un entrepôt|le marché du nord",
        "way": "mer|autocar|voiture de location", "box": "conteneur|camion|entrepôt frigorifique",
        "money": "{n} dollars|{n} euros|{n} francs",
    },
    "es": {
        "who": "El sospechoso|Una segunda persona|El conductor|Un cómplice|El titular de la cuenta|"
               "Un testigo|La víctima",
        "did": "salió de {place} el {day} con {thing}|fue visto en {place} cerca de {spot}|"
               "transfirió {sum} a una cuenta en {place}|compró {thing} con otra identidad|"
               "presentó un documento que había sido alterado|entró por {place} el {day}|"
               "fue grabado por una cámara en {spot}|viajaría por {way}|"
               "ocultó {thing} en un {box} antes del registro del {day}",
        "tail": ".|, según el expediente.|; no se pudo confirmar.| y no regresó.|"
                ", lo que el banco comunicó el {day}.",
        "thing": "un vehículo gris|tres pasaportes en blanco|dos teléfonos|un certificado falso|"
                 "varias joyas|copias de facturas",
        "spot": "el puerto viejo|la estación de autobuses|un almacén|el mercado del norte",
        "way": "mar|autocar|coche de alquiler", "box": "contenedor|camión|almacén",
        "money": "{n} dólares|{n} euros",
    },
    "ar": {
        "who": "المشتبه به|شخص ثان|السائق|شريك له|صاحب الحساب|شاهد|الضحية",
        "did": "غادر {place} بتاريخ {day} ومعه {thing}|شوهد في {place} قرب {spot}|"
               "حول {sum} إلى حساب في {place}|اشترى {thing} باسم آخر|قدم وثيقة تم تعديلها|"
               "دخل عبر {place} بتاريخ {day}|سجلته كاميرا عند {spot}|"
               "أخفى {thing} في {box} قبل تفتيش يوم {day}",
        "tail": ".|، وفقا للملف.|؛ ولم يتم تأكيد ذلك.| ولم يعد.|، وأبلغ المصرف عن ذلك يوم {day}.",
        "thing": "سيارة رمادية|ثلاثة جوازات سفر فارغة|هاتفان|شهادة مزورة|نسخ من فواتير",
        "spot": "الميناء القديم|محطة الحافلات|مستودع|السوق الشمالي",
        "way": "البحر|الحافلة", "box": "حاوية|شاحنة|مستودع",
        "money": "{n} دولار|{n} يورو",
    },
}
TABLES = {language: {name: text.split("|") for name, text in words.items()}
          for language, words in WORDS.items()}
LANGUAGES = tuple(WORDS)


def arabic_place(dice):
    return names.family_name(dice, "arabic")[1]


def sentence(dice, language):
    words = TABLES[language]
    text = dice.one(words["who"]) + " " + dice.one(words["did"]) + dice.one(words["tail"])
    if "{" not in text:
        return text
    place = arabic_place(dice) if language == "ar" else names.place_name(dice)
    day = f"20{dice.between(19, 25)}-{dice.between(1, 12):02d}-{dice.between(1, 28):02d}"
    money = dice.one(words["money"]).format(n=dice.between(2, 900) * 100)
    return text.format(place=place, day=day, sum=money, thing=dice.one(words["thing"]),
                       spot=dice.one(words["spot"]), way=dice.one(words["way"]),
                       box=dice.one(words["box"]))


def prose(dice, language, length, paragraphs=True):
    """Sentences of about `length` bytes of UTF-8, cut at a word, never longer."""
    parts, size = [], 0
    while size <= length:
        ends = paragraphs and dice.chance(0.15)
        parts.append(sentence(dice, language) + ("\n" if ends else " "))
        size += len(parts[-1].encode())
    return cut("".join(parts), length)


def cut(text, length):
    """At most `length` bytes, at a word's end if there is one."""
    short = text.encode()[:length].decode(errors="ignore")
    space = max(short.rfind(" "), short.rfind("\n"))
    return (short[:space] if space > length // 2 else short).rstrip() or "-"


def charge(dice):
    """(text, language): p50 57, p90 165, p99 510, at most 805 characters; 11 % of several lines,
    5 % beyond ASCII, as public notices have them."""
    length = int(dice.along([(0, 14), (0.5, 57), (0.9, 165), (0.99, 510), (1, 805)]))
    foreign = dice.chance(0.05)
    language = dice.one(["fr", "es", "ar"]) if foreign else "en"
    text = prose(dice, language, length * 2 if language == "ar" else length, paragraphs=False)
    if foreign and text.isascii():
        text = "Délit: " + text
    if dice.chance(0.115) and len(text) > 16:
        middle = text.find(" ", len(text) // 2)
        middle = middle if middle > 0 else text.rfind(" ")
        text = text[:middle] + "\n" + text[middle + 1:]
    return text[:805], language
