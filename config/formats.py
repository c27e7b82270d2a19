"""What the text of a setting must look like."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Format:
    """An expression for the whole text, and words that say what is expected."""

    expression: re.Pattern[str]
    expected: str

    def fits(self, text: str) -> bool:
        """Return whether a text looks like this."""
        return self.expression.fullmatch(text) is not None


DIGITS = re.compile(r"[+-]?[0-9]+")

HOST = r"(?:[^\s/:@\[\]*,]+|\[[0-9A-Fa-f:.]+\])"
PORT = r"(?::[0-9]{1,5})?"

RATE = Format(
    re.compile(r"off|[1-9][0-9]{0,8}/(?:s|sec|second|m|min|minute|h|hour|d|day)"),
    "a rate such as 120/min, 30/hour or off",
)
HOST_NAME = Format(
    re.compile(rf"\*|\.?{HOST}"), "host names without scheme and port, such as holo.example.com"
)
ORIGIN = Format(
    re.compile(rf"https?://{HOST}{PORT}"), "origins such as https://cards.example.com, no path"
)
ANY_ORIGIN = Format(
    re.compile(rf"\*|https?://{HOST}{PORT}"),
    "origins such as https://cards.example.com without a path, or *",
)
ORIGIN_PATTERN = Format(
    re.compile(rf"https?://(?:\*\.)?{HOST}{PORT}"),
    "origins such as https://cards.example.com or https://*.example.com",
)
APP_ORIGIN = Format(
    re.compile(rf"https?://{HOST}{PORT}|(?!https?:)[a-z][a-z0-9+.-]*:\S+"),
    "origins such as https://cards.example.com or android:apk-key-hash:…",
)
HEADER_NAME = Format(
    re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}"), "names of headers such as X-Client-Version"
)
TURN_URI = Format(
    re.compile(rf"(?:turns?|stuns?):{HOST}{PORT}(?:\?transport=(?:udp|tcp))?"),
    "addresses such as turn:turn.example.com:3478",
)
EMOJI = Format(re.compile(r"[^\s\x00-\x7f]{1,32}"), "emojis such as 👍,🔥")
BUCKET = Format(
    re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]"), "a bucket's name, 3 to 63 characters"
)
REGION = Format(re.compile(r"[A-Za-z0-9-]{1,40}"), "a region such as eu-central-1")
MAILBOX = Format(
    re.compile(r"[^<>@\r\n]*<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+"),
    "an address such as Holobase <cards@example.com>",
)
USERNAME = Format(
    re.compile(r"[A-Za-z0-9._-]{1,30}"), "names of letters, digits, dots, dashes and underscores"
)
INTERNAL_PLACE = Format(
    re.compile(r"/(?:[A-Za-z0-9._~-]+/)+"),
    "the path of an internal location of nginx, such as /internal/files/",
)
CARD_PLACE = Format(
    re.compile(rf"https?://{HOST}{PORT}/[^\s{{}}]*\{{id\}}[^\s{{}}]*"),
    "an address with {id} for the card's id, such as https://cards.example.com/cards/{id}",
)
PLACE = Format(
    re.compile(rf"(?:https?://{HOST}{PORT})?/(?:[^\s?#]*/)?"),
    "a path or an address that ends in a slash, such as /files/",
)
BACKUP_PLACE = Format(
    re.compile(r"s3://[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9](?:/\S*)?|\.{0,2}/\S*"),
    "a folder such as /var/backups, or a bucket and prefix such as s3://backups/holobase",
)
AGE_RECIPIENT = Format(re.compile(r"age1[a-z0-9]{58}"), "age recipients such as age1…")
VAPID_KEY = Format(
    re.compile(r"[A-Za-z0-9_-]{43}=?"),
    "32 bytes in base64url, as of npx web-push generate-vapid-keys",
)
CONTACT = Format(
    re.compile(r"mailto:[^<>@\s]+@[^<>@\s]+|https://\S+"),
    "an address such as mailto:ops@example.com or https://example.com/contact",
)
