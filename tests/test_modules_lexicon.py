"""The lists of labels and buttons: well formed, matchable, and one label of each language. All labels are made up."""

from __future__ import annotations

import csv
import unicodedata
from collections import Counter
from importlib.resources import files

import pytest

from toolkit.page.modules.lexicon import is_chrome, look_up, plain_label

KINDS = set("popular latest related recommended inline sponsored section next other none".split())
#: Letters that are words by themselves, in scripts where a letter alone is mostly the debris of a word.
WORDS_OF_ONE_LETTER = {"এ", "આ", "ๆ"}


def read(path: str) -> list[dict[str, str]]:
    text = files("toolkit").joinpath(f"lexicon/{path}").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


LISTS = {
    entry.name: read(f"labels/{entry.name}")
    for entry in files("toolkit").joinpath("lexicon/labels").iterdir()
    if entry.name.endswith(".csv")
}


def is_debris(word: str) -> bool:
    """Whether a word is what is left of one that lost its vowel signs."""
    indic_to_burmese, khmer = "\u0900" <= word[0] <= "\u109f", "\u1780" <= word[0] <= "\u17ff"
    alone = len(word) == 1 and (indic_to_burmese or khmer) and word not in WORDS_OF_ONE_LETTER
    return alone or unicodedata.category(word[0])[0] == "M"


@pytest.mark.parametrize("name", sorted(LISTS))
def test_labels_are_well_formed(name):
    for row in LISTS[name]:
        phrase = row["phrase"]
        assert row["kind"] in KINDS and row["where"] in {"whole", "start", "inside"}, row
        assert row["origin"], row
        assert phrase == " ".join(phrase.split(" ")) and "*" not in phrase and plain_label(phrase), row
        assert not any(is_debris(word) for word in phrase.split()), row
    said = Counter((plain_label(row["phrase"]), row["where"], row["kind"]) for row in LISTS[name])
    assert [phrase for phrase, times in said.items() if times > 1] == []


@pytest.mark.parametrize("name", sorted(LISTS))
def test_look_up_finds_every_phrase_when_it_is_the_whole_label(name):
    for row in LISTS[name]:
        assert look_up(row["phrase"]).get(row["kind"], 0.0) >= 0.8, row
        assert look_up(f"  {row['phrase'].upper()}:")[row["kind"]] >= 0.8, row


def test_chrome_is_well_formed_and_found():
    rows = read("chrome.csv")
    for row in rows:
        assert row["language"] and row["origin"] and is_chrome(row["phrase"].upper()), row
        assert not any(is_debris(word) for word in row["phrase"].split()), row


def test_is_debris_tells_words_from_what_is_left_of_them():
    assert is_debris("\u0924") and is_debris("\u0e02") and is_debris("\u093e\u091c")
    assert not any(map(is_debris, ["ताजा", "এ", "à", "y", "の", "본", "ข่าว", "+", "l'actu"]))


@pytest.mark.parametrize(
    ("language", "label", "kind"),
    [
        ("Afrikaans", "Mees gelees", "popular"),
        ("Albanian", "Më të lexuarat", "popular"),
        ("Amharic", "በብዛት የተነበቡ", "popular"),
        ("Arabic", "أخبار ذات صلة", "related"),
        ("Armenian", "Նույն թեմայով", "related"),
        ("Azerbaijani", "ƏN ÇOX OXUNANLAR", "popular"),
        ("Basque", "Irakurrienak", "popular"),
        ("Bengali", "সর্বাধিক পঠিত", "popular"),
        ("Bosnian", "Slične vijesti", "related"),
        ("Bulgarian", "Най-четени", "popular"),
        ("Burmese", "ဆက်စပ်သတင်းများ", "related"),
        ("Catalan", "El més llegit", "popular"),
        ("Chinese, simplified", "相关新闻", "related"),
        ("Chinese, traditional", "熱門新聞", "popular"),
        ("Croatian", "Najčitanije vijesti", "popular"),
        ("Czech", "Nejčtenější", "popular"),
        ("Danish", "Mest læste", "popular"),
        ("Dutch", "Meest gelezen", "popular"),
        ("English", "Most popular", "popular"),
        ("Estonian", "Seotud lood", "related"),
        ("Faroese", "Mest lisið", "popular"),
        ("Filipino", "Kaugnay na balita", "related"),
        ("Finnish", "Aiheeseen liittyvät", "related"),
        ("French", "Sur le même sujet", "related"),
        ("Galician", "Máis lidas", "popular"),
        ("Georgian", "მსგავსი სიახლეები", "related"),
        ("German", "Mehr zum Thema", "related"),
        ("Greek", "ΔΗΜΟΦΙΛΗ", "popular"),
        ("Greenlandic", "Nutaarsiassat", "section"),
        ("Gujarati", "આ પણ વાંચો:", "inline"),
        ("Hausa", "Sabbin labarai", "latest"),
        ("Hebrew", "כתבות קשורות", "related"),
        ("Hindi", "यह भी पढ़ें:", "inline"),
        ("Hungarian", "Legolvasottabb", "popular"),
        ("Icelandic", "Mest lesið", "popular"),
        ("Igbo", "Akụkọ ndị ọzọ", "section"),
        ("Indonesian", "Berita Terkait", "related"),
        ("Irish", "Scéalta gaolmhara", "related"),
        ("Italian", "Le notizie più lette", "popular"),
        ("Japanese", "アクセスランキング", "popular"),
        ("Kannada", "ಇದನ್ನೂ ಓದಿ:", "inline"),
        ("Kazakh", "Соңғы жаңалықтар", "latest"),
        ("Khmer", "ព័ត៌មានពាក់ព័ន្ធ", "related"),
        ("Kinyarwanda", "Izindi nkuru", "section"),
        ("Korean", "많이 본 뉴스", "popular"),
        ("Kurdish, Kurmanji", "Nûçeyên dawî", "latest"),
        ("Kurdish, Sorani", "هەواڵی پەیوەندیدار", "related"),
        ("Kyrgyz", "Акыркы жаңылыктар", "latest"),
        ("Lao", "ຂ່າວທີ່ກ່ຽວຂ້ອງ", "related"),
        ("Latvian", "Lasītākie", "popular"),
        ("Lithuanian", "Skaitomiausi", "popular"),
        ("Luxembourgish", "Am meeschte gelies", "popular"),
        ("Macedonian", "Поврзани вести", "related"),
        ("Malay", "Berita Berkaitan", "related"),
        ("Malayalam", "അനുബന്ധ വാർത്തകൾ", "related"),
        ("Maltese", "L-aktar moqrija", "popular"),
        ("Marathi", "ताज्या बातम्या", "latest"),
        ("Mongolian", "Их уншсан", "popular"),
        ("Nepali", "सम्बन्धित समाचार", "related"),
        ("Norwegian", "Siste nytt", "latest"),
        ("Pashto", "اړوند خبرونه", "related"),
        ("Persian", "پربازدیدترین‌ها", "popular"),
        ("Polish", "Najczęściej czytane", "popular"),
        ("Portuguese", "Notícias relacionadas", "related"),
        ("Punjabi", "ਇਹ ਵੀ ਪੜ੍ਹੋ:", "inline"),
        ("Romanian", "Cele mai citite", "popular"),
        ("Russian", "Самое читаемое", "popular"),
        ("Serbian, Cyrillic", "НАЈЧИТАНИЈЕ", "popular"),
        ("Serbian, Latin", "Povezane vesti", "related"),
        ("Sesotho", "Ditaba tse ding", "section"),
        ("Setswana", "Dikgang tse dingwe", "section"),
        ("Shona", "Dzimwe nhau", "section"),
        ("Sinhala", "ප්‍රධාන පුවත්", "recommended"),
        ("Slovak", "Najčítanejšie", "popular"),
        ("Slovenian", "Najbolj brano", "popular"),
        ("Somali", "Warar kale", "section"),
        ("Spanish", "Lo más leído", "popular"),
        ("Swahili", "Habari zinazohusiana", "related"),
        ("Swati", "Fundza", "inline"),
        ("Swedish", "Mest läst", "popular"),
        ("Tamil", "தொடர்புடைய செய்திகள்", "related"),
        ("Telugu", "తాజా వార్తలు", "latest"),
        ("Thai", "ข่าวที่เกี่ยวข้อง", "related"),
        ("Turkish", "EN ÇOK TIKLANANLAR", "popular"),
        ("Ukrainian", "Читайте також", "inline"),
        ("Urdu", "متعلقہ خبریں", "related"),
        ("Uzbek, Cyrillic", "Сўнгги янгиликлар", "latest"),
        ("Uzbek, Latin", "Ko'p o'qilganlar", "popular"),
        ("Vietnamese", "Tin liên quan", "related"),
        ("Welsh", "Y newyddion diweddaraf", "latest"),
        ("Xhosa", "Ezinye iindaba", "section"),
        ("Yoruba", "Ìròyìn tuntun", "latest"),
        ("Zulu", "Izindaba ezihlobene", "related"),
    ],
)
def test_look_up_tells_the_kind_of_a_typical_label(language, label, kind):
    claims = look_up(label)
    assert claims.get(kind, 0.0) >= 0.75, language
    assert max(claims, key=lambda claimed: claims[claimed]) == kind, language


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("วันนี้ ข่าวที่เกี่ยวข้องกับเขื่อน", "related"),
        ("ມື້ນີ້ ຂ່າວລ່າສຸດ ຂອງເມືອງ", "latest"),
        ("ទីក្រុង ព័ត៌មានពាក់ព័ន្ធ ថ្ងៃនេះ", "related"),
        ("ယနေ့ ဆက်စပ်သတင်းများ", "related"),
    ],
)
def test_look_up_finds_phrases_inside_labels_of_scripts_without_spaces(label, kind):
    assert list(look_up(label)) == [kind]


@pytest.mark.parametrize(
    "headline",
    [
        "तेज हवा से गिरा पुल",  # the consonants of "fresh", other vowels
        "দেশে দুই নতুন সেতু",
        "Lo que sabemos del puente",
        "It was the bridge",
        "Your ad here",
        "Ad Ancona il ponte regge",
        "Rumah baru di tepi sungai",
        "Il ministro annonce un pont",
        "Bala perdida en el puente",
    ],
)
def test_look_up_claims_nothing_when_headlines_only_resemble_labels(headline):
    assert look_up(headline) == {}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ΡΟΗ ΕΙΔΗΣΕΩΝ", "Ροή ειδήσεων"),
        ("SON DAKİKA", "son dakika"),
        ("ÇOK TIKLANAN", "çok tıklanan"),
        ("أيضًا", "ايضا"),
        ("مهم‌ترین", "مهمترین"),
        ("متعلقہ", "متعلقه"),
        ("पढ़ें", "पढें"),
        ("Koʻp oʻqilgan", "Ko‘p o'qilgan"),
        ("വാര്‍ത്തകള്‍", "വാർത്തകൾ"),
        ("Meist\u00adgelesen", "meistgelesen"),
        ("Read_more", "read more"),
        ("ＰＲ", "PR"),
        ("Te\u0301le\u0301", "Télé"),
        ("Citeşte şi", "Citește și"),
    ],
)
def test_plain_label_is_one_when_a_label_has_two_spellings(one, other):
    assert plain_label(one) == plain_label(other)


def test_plain_label_keeps_vowel_signs_within_their_words():
    assert plain_label("ताजा: खबरें") == "ताजा खबरें"
    assert plain_label("ข่าวเด่น!") == "ข่าวเด่น"


def test_look_up_finds_persian_labels_with_a_space_for_the_non_joiner():
    assert look_up("مهم ترین عناوین") == look_up("مهم‌ترین عناوین") == look_up("مهمترین عناوین")
