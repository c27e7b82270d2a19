"""PocketBase with the rows of a Holobase: the same columns, the same indexes, rules of its own."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from contextlib import closing
from time import time
from typing import TYPE_CHECKING

import httpx
import jwt

from bench.served import Served, pocketbase, pocketbase_command
from bench.subjects import LIKED, RARITIES, SIGNER

if TYPE_CHECKING:
    from pathlib import Path

    from resources.json_text import JsonObject

ADMIN = {"identity": "admin@example.com", "password": "a correct horse 9"}
SIMPLE_RULE = "is_public = true"
ACTOR_RULE = "is_public = true || creator = @request.auth.id"
PUBLIC = "WHERE is_public = 1"
USERS = "_pb_users_auth_"
FILL = """
ATTACH ? AS holobase;
CREATE TEMP TABLE member AS
  SELECT printf('u%014d', row_number() OVER (ORDER BY id)) AS id, id AS theirs,
         username, display_name FROM holobase.users_user WHERE username != 'signer';
CREATE INDEX temp.member_theirs ON member (theirs);
INSERT INTO users (id, email, emailVisibility, name, password, tokenKey, created, updated, verified)
  SELECT id, username || '@example.com', FALSE, display_name, '', lower(hex(randomblob(25))),
         '2026-01-01 00:00:00.000Z', '2026-01-01 00:00:00.000Z', TRUE FROM temp.member;
INSERT INTO cards (id, title, description, tags, rarity, effects, status, visibility, is_public,
                   creator, version, like_count, view_count, download_count, comment_count,
                   created, updated)
  SELECT printf('c%014d', row_number() OVER (ORDER BY card.id)), title, description, tags, rarity,
         effects, status, visibility, status = 'published' AND visibility = 'public', member.id,
         version, like_count, view_count, download_count, comment_count,
         substr(created_at, 1, 23) || 'Z', substr(updated_at, 1, 23) || 'Z'
  FROM holobase.cards_card AS card JOIN temp.member ON member.theirs = creator_id;
DETACH holobase;
ANALYZE;
"""


def fill(folder: Path, data: Path) -> JsonObject:
    """Make PocketBase's folder with the rows of a Holobase's data folder.

    Gives what `rows.fill` gives, in PocketBase's ids and tokens. Collections and the account that
    signs in are made through its API, rows are written into its file while it does not run.
    """
    make_superuser(folder)
    with pocketbase(folder) as served:
        _make_collections(served)
    with closing(sqlite3.connect(folder / "data.db", isolation_level=None)) as database:
        attach, *statements = FILL.strip().split(";\n")
        database.execute(attach, [str(data / "holobase.db")])
        for statement in statements:
            database.execute(statement)
        return _described(database)


def make_superuser(folder: Path) -> None:
    """Make PocketBase's folder with the account that `admin` signs in to."""
    subprocess.run(
        [*pocketbase_command(folder), "superuser", "upsert", *ADMIN.values()],
        check=True,
        capture_output=True,
    )


def set_list_rule(served: Served, rule: str) -> None:
    """Say by which rule cards are listed and viewed."""
    with admin(served) as api:
        rules = {"listRule": rule, "viewRule": rule}
        api.patch("/api/collections/cards", json=rules).raise_for_status()


def admin(served: Served) -> httpx.Client:
    """Return a client that may do everything."""
    answer = httpx.post(
        f"{served.address}/api/collections/_superusers/auth-with-password", json=ADMIN
    )
    token = answer.raise_for_status().json()["token"]
    return httpx.Client(base_url=served.address, headers={"Authorization": token}, timeout=60)


def _make_collections(served: Served) -> None:
    with admin(served) as api:
        api.patch("/api/settings", json={"batch": {"enabled": True}}).raise_for_status()
        profiles_are_public = {"listRule": "", "viewRule": ""}
        api.patch("/api/collections/users", json=profiles_are_public).raise_for_status()
        signer = {
            "email": SIGNER["identity"] + "@example.com",
            "password": SIGNER["password"],
            "passwordConfirm": SIGNER["password"],
        }
        api.post("/api/collections/users/records", json=signer).raise_for_status()
        cards = api.post("/api/collections", json=CARDS).raise_for_status().json()
        api.post("/api/collections", json=_likes(cards["id"])).raise_for_status()


def _field(name: str, kind: str, **options: object) -> JsonObject:
    return {"name": name, "type": kind, **options}


def _relation(name: str, collection: str) -> JsonObject:
    options = {"required": True, "cascadeDelete": True, "maxSelect": 1}
    return _field(name, "relation", collectionId=collection, **options)


CREATED = _field("created", "autodate", onCreate=True)
CARDS: JsonObject = {
    "name": "cards",
    "type": "base",
    "listRule": SIMPLE_RULE,
    "viewRule": SIMPLE_RULE,
    "createRule": '@request.auth.id != "" && creator = @request.auth.id',
    "updateRule": "creator = @request.auth.id",
    "deleteRule": "creator = @request.auth.id",
    "fields": [
        _field("title", "text", required=True, max=120),
        _field("description", "text", max=4000),
        _field("tags", "json"),
        _field("rarity", "select", values=list(RARITIES), maxSelect=1),
        _field("effects", "json"),
        _field("status", "select", values=["draft", "published", "archived"], maxSelect=1),
        _field("visibility", "select", values=["public", "unlisted", "private"], maxSelect=1),
        _field("is_public", "bool"),
        _relation("creator", USERS),
        _field("version", "number", onlyInt=True),
        _field("like_count", "number", onlyInt=True),
        _field("view_count", "number", onlyInt=True),
        _field("download_count", "number", onlyInt=True),
        _field("comment_count", "number", onlyInt=True),
        _field("published_at", "date"),
        CREATED,
        _field("updated", "autodate", onCreate=True, onUpdate=True),
    ],
    "indexes": [
        "CREATE INDEX card_by_creator ON cards (creator, created DESC, id DESC)",
        "CREATE INDEX card_newest ON cards (created DESC, id DESC)",
        "CREATE INDEX card_most_liked ON cards (like_count DESC, id DESC)",
        "CREATE INDEX card_by_rarity ON cards (rarity, like_count DESC, id DESC)",
        f"CREATE INDEX card_public_most_liked ON cards (like_count DESC, id DESC) {PUBLIC}",
        f"CREATE INDEX card_public_newest ON cards (created DESC, id DESC) {PUBLIC}",
    ],
}


def _likes(cards: str) -> JsonObject:
    return {
        "name": "likes",
        "type": "base",
        "listRule": "user = @request.auth.id",
        "viewRule": "user = @request.auth.id",
        "createRule": '@request.auth.id != "" && user = @request.auth.id',
        "deleteRule": "user = @request.auth.id",
        "fields": [_relation("card", cards), _relation("user", USERS), CREATED],
        "indexes": [
            "CREATE UNIQUE INDEX one_like_per_member ON likes (card, user)",
            "CREATE INDEX like_newest ON likes (created DESC, id DESC)",
        ],
    }


def _described(database: sqlite3.Connection) -> JsonObject:
    public = "SELECT id FROM cards WHERE is_public"
    members = database.execute(
        "SELECT id, tokenKey FROM users WHERE name LIKE 'member%' ORDER BY id"
    )
    (options,) = database.execute(
        "SELECT options FROM _collections WHERE name = 'users'"
    ).fetchone()
    secret = json.loads(options)["authToken"]["secret"]
    pairs = members.fetchall()
    return {
        "card": _ids(database, f"{public} ORDER BY like_count DESC, id DESC LIMIT 1")[0],
        "cards": _ids(database, f"{public} ORDER BY id LIMIT {LIKED}"),
        "drafts": _ids(database, "SELECT id FROM cards WHERE status = 'draft'"),
        "members": [member for member, _key in pairs],
        "tokens": [_token(member, key + secret) for member, key in pairs],
    }


def _ids(database: sqlite3.Connection, query: str) -> list[str]:
    return [key for (key,) in database.execute(query)]


def _token(member: str, key: str) -> str:
    """Make a token as PocketBase does: HS256 under the member's key and the collection's secret."""
    claims = {"id": member, "type": "auth", "collectionId": USERS, "refreshable": True}
    return jwt.encode({**claims, "exp": int(time()) + 86_400}, key, "HS256")
