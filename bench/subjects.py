"""What both the rows and the questions about them know; it needs no Django."""

MEMBERS = 1_000
DRAFTS = 100
LIKED = 20_000
RARE_WORD = "phoenix"
RARE_CARDS = 20
RARITIES = ("common", "uncommon", "rare", "epic", "legendary", "mythic")
SIGNER = {"identity": "signer", "password": "a correct horse 9"}
