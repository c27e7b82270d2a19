"""The words of the demo community."""

MEMBERS = (
    ("mina", "Mina Park", "Draws dragons and drinks too much tea."),
    ("jonas", "Jonas Weber", "Foil engineer. Every card needs a glare."),
    ("sora", "Sora Kim", "Collects water cards; trades fire for frost."),
    ("amara", "Amara Okafor", "Painter of quiet forests."),
    ("leo", "Leo Martins", "Template tinkerer, rarely satisfied."),
    ("hana", "Hana Sato", "Cosmos preset or nothing."),
    ("priya", "Priya Nair", "Writes the flavour texts that others quote."),
    ("noah", "Noah Berg", "Completes binders for fun."),
    ("yuna", "Yuna Choi", "Mythic hunter."),
    ("elias", "Elias Novak", "Remixes everything, credits everyone."),
    ("zoe", "Zoe Laurent", "Light and gold, gold and light."),
    ("tariq", "Tariq Haddad", "Keeper of the dark deck."),
)
ADJECTIVES = (
    "Ashen", "Azure", "Burning", "Crystal", "Drifting", "Emerald", "Fallen", "Gilded", "Hollow",
    "Iron", "Lunar", "Mirror", "Obsidian", "Prism", "Quiet", "Radiant", "Silver", "Storm",
    "Twilight", "Verdant",
)  # fmt: skip
CREATURES = (
    "Dragon", "Griffin", "Wyvern", "Phoenix", "Owl", "Raven", "Moth", "Falcon", "Harpy", "Drake",
    "Sphinx", "Manta", "Kirin", "Roc", "Seraph", "Bat",
)  # fmt: skip
PLACES = (
    "the Glass Coast", "Old Ember", "the Ninth Tide", "Hollow Peak", "the Paper Moon",
    "Salt and Cedar", "the Long Winter", "Lantern Bay",
)  # fmt: skip
FLAVOURS = (
    "It remembers every sky it has crossed.",
    "Tilt it, and the moon moves first.",
    "Seen once above {place}, and never by the same person twice.",
    "The elders of {place} leave a window open for it.",
    "Its wings are quieter than the light on them.",
    "Nobody hunts it. It keeps the map of {place}.",
)
TEMPLATES = (
    ("Full Art", "creature", "Art to the edge, a title and one line of text."),
    ("Classic Frame", "creature", "Title above, text below, a border in the colour of rarity."),
    ("Split Sky", "landscape", "Two skies that meet at a diagonal foil line."),
    ("Relic", "item", "A square picture in a heavy frame."),
    ("Constellation", "creature", "Stars drawn over the art by the mask layer."),
    ("Postcard", "landscape", "Landscape orientation with a stamp."),
)
REVIEWS = (
    "Clean slots, prints well, the foil line sits just right.",
    "My favourite for legendaries.",
    "Good, though the text slot is a little short.",
    "The default effects alone are worth it.",
    "Works on the phone as well as on the table.",
)
BINDERS = (
    ("Dragons, in order of temper", "From the mildest to the last one you see."),
    ("Winter set", "Everything frost, plus two tides."),
    ("Cards I would never trade", "Please stop asking."),
    ("Trade table", "Make an offer."),
    ("Night shift", "Dark cards with light edges."),
    ("First prints", "Where each of us began."),
)
POSTS = (
    "Finished the foil mask at three in the morning. Worth it.",
    "Tilt this one slowly: the glare follows the ridge line.",
    "Which preset would you take for a water mythic, cosmos or galaxy?",
    "Swapped my last common for this. No regrets.",
    "New set idea: every card is a different hour of the same night.",
    "The remix is better than my original, and I am not even angry.",
)
COMMENTS = (
    "This is wonderful.",
    "How did you get the colours so even?",
    "Would love to see it in gold.",
    "Added to my binder at once.",
    "The angle is perfect.",
    "Trade you two rares for it.",
)
ROOMS = (
    ("The foil workshop", "Masks, glare and everything that glitters."),
    ("Trades", "Say what you look for and what you would give."),
)
CHAT = (
    "Does anybody else see a seam at 45 degrees?",
    "Only on phones. Turn the intensity down a little.",
    "That did it, thank you!",
    "Who has a spare frost rare?",
    "I have two. Is your mythic still free?",
    "Never. But I can offer a first print.",
    "Deal.",
    "Show us when it is in the binder.",
)
TAGS = ("fire", "water", "earth", "air", "light", "dark", "nature", "frost")
REPORTS = (
    ("spam", "The same link for the third time this week."),
    ("harassment", "He goes on about it though she asked him to stop."),
    ("off_topic", "카드 이야기가 아니에요."),
    ("stolen_art", "This is from a calendar on my wall."),
    ("other", "Looks like a duplicate of yesterday's post."),
    ("spam", "광고 같아요."),
)
HELD = (
    "New here! All my cards for sale: https://cards.example/shop",
    "First posts with links: https://cards.example/shop",
)
RESEMBLANCE = "The front is nearly that of “{title}” ({id})."
APPEAL = (
    "This belongs into the trades room.",
    "I was asking for advice, not trading. Please read it again.",
)
