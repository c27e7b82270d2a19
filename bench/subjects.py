"""What both the rows and the questions about them know; it needs no Django."""

MEMBERS = 1_000
DRAFTS = 100
LIKED = 20_000
RARE_WORD = "phoenix"
RARE_CARDS = 20
FIRST = ["amber", "ash", "dawn", "dusk", "ember", "frost", "iron", "moon", "storm", "thorn"]
KOREAN_FIRST = ["불꽃", "얼음", "달빛", "폭풍", "가시", "안개", "새벽", "황금", "강철", "그림자"]
WORDS = (
    [a + b for a in FIRST for b in ("claw", "fang", "fin", "horn", "wing")],
    [a + b for a in FIRST for b in ("gate", "hold", "keep", "peak", "vale")],
)
"""The two words of a title: a creature and a place."""
KOREAN_WORDS = (
    [a + b for a in KOREAN_FIRST for b in ("발톱", "송곳니", "지느러미", "뿔", "날개")],
    [a + b for a in KOREAN_FIRST for b in ("성문", "골짜기", "요새", "봉우리", "폐허")],
)
RARITIES = ("common", "uncommon", "rare", "epic", "legendary", "mythic")
SIGNER = {"identity": "signer", "password": "a correct horse 9"}
