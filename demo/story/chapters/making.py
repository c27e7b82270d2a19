"""Cards are made, published, liked, remixed and put into binders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo.story.pictures import picture
from demo.story.stage import expect

if TYPE_CHECKING:
    from demo.story.stage import Stage


def make_cards(stage: Stage) -> None:
    """Mina makes a card from Leo's template; others make theirs without one."""
    mina = stage["mina"]
    mina.post("cards", 400, title="빈 카드", template=stage.kept["template"], slots={"power": 1})
    dragon = mina.post(
        "cards",
        title="불꽃 용",
        description="유리 해안 위에서 한 번 본 용.",
        tags=["불", "dragon"],
        rarity="legendary",
        template=stage.kept["template"],
        slots={"title": "불꽃 용"},
    )
    expect(dragon["effects"]["preset"], "cosmos")
    drawn = picture("fire", "legendary", 1)
    dragon = mina.upload(f"cards/{dragon['id']}", "PATCH", 200, front=drawn)
    expect(bool(dragon["front"]["blurhash"]), True)
    stage.visitor.get(f"cards/{dragon['id']}", 404)
    mina.post(f"cards/{dragon['id']}/publish", 200)
    stage.kept["dragon"] = dragon["id"]
    for name, title, element in (
        ("sora", "푸른 파도", "water"),
        ("amara", "Quiet Owl", "nature"),
        ("zoe", "Gilded Moth", "light"),
    ):
        card = stage[name].upload(
            "cards",
            title=title,
            rarity="rare",
            status="published",
            tags=f'["{element}"]',
            front=picture(element, "rare", len(title)),
        )
        stage.kept[title] = card["id"]


def change_a_card(stage: Stage) -> None:
    """Each published change is a version, of which Mina brings one back."""
    mina, path = stage["mina"], f"cards/{stage.kept['dragon']}"
    mina.patch(path, description="사진으로는 담을 수 없는 용.")
    mina.patch(path, rarity="mythic")
    numbers = [version["number"] for version in mina.list(f"card-versions?card={path[6:]}")]
    expect(numbers, [3, 2, 1])
    restored = mina.post(f"{path}/restore", 200, number=1)
    expect((restored["rarity"], restored["version"]), ("legendary", 4))


def like_and_remix(stage: Stage) -> None:
    """Five members like the dragon, one thinks better of it; Elias remixes it."""
    path = f"cards/{stage.kept['dragon']}"
    for name in ("sora", "jiho", "yuna", "amara", "zoe"):
        stage[name].put(f"{path}/like")
    stage["zoe"].delete(f"{path}/like", 200)
    expect(stage.visitor.get(path)["like_count"], 4)
    liked = stage["sora"].get(f"{path}?fields=*,viewer")
    expect(liked["viewer"]["liked"], True)
    remix = stage["elias"].post(f"{path}/remix", 200)
    expect(remix["remixed_from"], stage.kept["dragon"])
    stage["elias"].patch(f"cards/{remix['id']}", title="Ember, seen by night")
    stage["elias"].post(f"cards/{remix['id']}/publish", 200)
    stage.kept["remix"] = remix["id"]
    graph = stage.visitor.get(f"{path}/remix-graph")
    expect([each["id"] for each in graph["remixes"]], [remix["id"]])
    related = stage.visitor.list(f"{path}/related")
    expect(related[0]["id"], remix["id"])
    stage.visitor.post(f"{path}/view", 204)


def fill_a_binder(stage: Stage) -> None:
    """Zoe and Sora fill a binder together, and put the dragon first."""
    zoe, sora = stage["zoe"], stage["sora"]
    binder = zoe.post("collections", title="Dragons, in order of temper", goal_count=4)
    zoe.post("collection-collaborators", collection=binder["id"], user=sora.id)
    zoe.post("collection-items", collection=binder["id"], card=stage.kept["Gilded Moth"])
    item = sora.post("collection-items", collection=binder["id"], card=stage.kept["dragon"])
    sora.post(f"collection-items/{item['id']}/move", 200, after=None)
    cards = [each["card"] for each in zoe.list(f"collection-items?collection={binder['id']}")]
    expect(cards, [stage.kept["dragon"], stage.kept["Gilded Moth"]])
    stage["jiho"].post("collection-items", 403, collection=binder["id"], card=cards[0])
