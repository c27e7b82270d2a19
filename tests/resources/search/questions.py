"""Sixty questions with the cards that they find, written by hand."""

from __future__ import annotations

CARDS = {
    "collector": "카드수집가",
    "people": "카드를 모으는 사람",
    "pokemon": "포켓몬EX 스타터",
    "flame": "불꽃 용",
    "firedragon": "불꽃용의 알",
    "pika": "피카츄(전기)는 귀엽다",
    "contest": "제3회 서울특별시 대회 2024년",
    "laugh": "ㅋㅋㅋ 웃긴 그림",
    "dragon": "Fire/Water dragon",
    "dragonfly": "Dragonfly of dawn",
    "rules": "Rules ver.2",
    "disk": "A 3.5 inch disk",
    "points": "HP-120",
    "eclair": "Crème Éclair",
    "street": "Die STRASSE nach Köln",
    "foil": "foil_holo_7",
    "kana": "ポケモンカード大会",
    "half": "ｶｰﾄﾞ \uff27\uff38",
    "hiragana": "ひかるドラゴン",
    "han": "漢字의 나라",
    "giant": "進撃の巨人",
    "odyssey": "ΟΔΥΣΣΕΥΣ",
    "hindi": "हिन्दी पत्र",
}
"""Names of cards and their titles."""

QUESTIONS = """
카드                 → collector people
수집                 → collector
수집가               → collector
카드수집가           → collector
수집자               →
집수                 →
카드 사람            → people
카드를               → people
사람                 → people
사람 카드            → people
모으는 사람          → people
용                   → flame firedragon
불꽃                 → flame firedragon
불꽃 용              → flame firedragon
불꽃용               → firedragon
꽃용의               → firedragon
알                   → firedragon
가                   → collector
는                   → people pika
츄                   → pika
피카츄               → pika
피카츄는             →
피카츄(전기)는       → pika
전기                 → pika
포켓몬               → pokemon
켓몬                 → pokemon
포켓몬EX             → pokemon
포켓몬ex             → pokemon
EX                   → pokemon
ex 스타터            → pokemon
포켓몬 카드          →
카드ㅅ               → collector people
서울                 → contest
특별시               → contest
3회                  → contest
2024                 → contest
2024년               → contest
ㅋㅋ                 → laugh
ㅋㅋㅋㅋ             →
Fire/Water           → dragon
Fire/Water dragon    → dragon
water fire           → dragon
dragon               → dragon dragonfly
"dragon"             → dragon
"dragon of           →
"Dragonfly of"       → dragonfly
"of dragonfly"       →
"카드를 모으는"      → people
"모으는 카드"        →
drag dawn            →
of dawn              → dragonfly
ver 2                → rules
ver.2                → rules
3.5 inch             → disk
3.5                  → disk
hp-120               → points
HP 12                → points
éclair               → eclair
ECLAIR               → eclair
creme eclair         → eclair
straße               → street
koln                 → street
holo                 → foil
foil_holo            → foil
カード               → kana half
ポケモン             → kana
大会                 → kana
ドラゴン             → hiragana
ひかる               → hiragana
か                   → hiragana
ﾄﾞﾗｺﾞﾝ               → hiragana
gx                   → half
漢字                 → han
나라                 → han
巨人                 → giant
の                   → giant
οδυσσευς             → odyssey
हिन्दी                 → hindi
हिन                    → hindi
"""
"""A question a line, asked as it stands and decomposed (NFD), with the cards it finds."""


def table() -> list[tuple[str, set[str]]]:
    """Return the questions with the names of the cards."""
    pairs = [line.partition("→") for line in QUESTIONS.strip().splitlines()]
    return [(asked.strip(), set(names.split())) for asked, _arrow, names in pairs]
