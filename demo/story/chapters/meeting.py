"""Members follow, mute and block each other, talk about cards, and read their feed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo.story.stage import expect

if TYPE_CHECKING:
    from demo.story.stage import Stage


def follow_each_other(stage: Stage) -> None:
    """Mina is followed by four members, one of whom leaves again."""
    mina = stage["mina"]
    for name in ("sora", "jiho", "yuna", "amara"):
        stage[name].put(f"users/{mina.id}/follow")
    stage["amara"].delete(f"users/{mina.id}/follow", 200)
    mina.put(f"users/{stage['sora'].id}/follow")
    profile = stage["sora"].get("users/MINA?fields=*,viewer")
    expect(profile["follower_count"], 3)
    expect(profile["viewer"]["followed"], True)
    expect(profile["viewer"]["follows_me"], True)
    stage["sora"].put(f"users/{stage['sora'].id}/follow", 403)


def talk_about_a_card(stage: Stage) -> None:
    """A thread on the dragon: a reply outlives the comment that it answers."""
    dragon, mina, sora, jiho = stage.kept["dragon"], stage["mina"], stage["sora"], stage["jiho"]
    question = jiho.post("comments", card=dragon, text="반짝이는 부분은 어떻게 그렸어요?")
    answer = mina.post("comments", card=dragon, parent=question["id"], text="마스크로요!")
    sora.put(f"comments/{answer['id']}/like")
    jiho.delete(f"comments/{question['id']}")
    comments = {each["id"]: each for each in sora.list(f"comments?card={dragon}")}
    expect(comments[question["id"]]["is_deleted"], True)
    expect(comments[question["id"]]["text"], "")
    expect(comments[answer["id"]]["like_count"], 1)
    expect(stage.visitor.get(f"cards/{dragon}")["comment_count"], 1)


def post_about_a_card(stage: Stage) -> None:
    """Yuna writes about the dragon, in Korean; Elias answers in English."""
    yuna, dragon = stage["yuna"], stage.kept["dragon"]
    post = yuna.post(
        "posts", text="이 용을 기울여 보세요. 달이 먼저 움직여요.", card=dragon, tags=["카드"]
    )
    for name in ("mina", "elias", "leo"):
        stage[name].put(f"posts/{post['id']}/like")
    comment = stage["elias"].post(
        "comments", post=post["id"], text="Tilted it twice, @yuna. Thank you!"
    )
    stage["elias"].patch(f"comments/{comment['id']}", text="Tilted it thrice, @yuna. Thank you!")
    yuna.post("reactions", comment=comment["id"], emoji="✨")
    expect(len(yuna.list(f"edits?comment={comment['id']}")), 1)
    (mention,) = yuna.list(f"mentions?comment={comment['id']}")
    expect(mention["member"], yuna.id)
    shown = stage.visitor.get(f"posts/{post['id']}")
    expect((shown["like_count"], shown["comment_count"]), (3, 1))
    stage.kept["post"] = post["id"]


def vote_in_a_poll(stage: Stage) -> None:
    """Sora asks what to draw next; results show to whoever has voted, and to all at the end."""
    sora, jiho, amara = stage["sora"], stage["jiho"], stage["amara"]
    post = sora.post("posts", text="다음에는 무엇을 그릴까요?")
    poll = sora.post(
        "polls", post=post["id"], options=["고래", "달", "Lantern"], has_hidden_results=True
    )
    path = f"polls/{poll['id']}"
    jiho.put(f"{path}/vote", option=1)
    jiho.put(f"{path}/vote", 409, option=0)
    amara.put(f"{path}/vote", option=2)
    expect(stage.visitor.get(path)["counts"], None)
    expect(jiho.get(path)["counts"], [0, 1, 1])
    sora.post(f"{path}/close", 200)
    expect(stage.visitor.get(path)["counts"], [0, 1, 1])


def chat_in_a_room(stage: Stage) -> None:
    """Amara opens a private room for two; nobody else finds it."""
    amara, zoe, leo = stage["amara"], stage["zoe"], stage["leo"]
    room = amara.post("rooms", title="Gilding", is_private=True)
    amara.post("room-members", room=room["id"], user=zoe.id)
    amara.post("messages", room=room["id"], body="Which gold do you use?")
    zoe.post("messages", room=room["id"], body="Two layers, the lower one warm.")
    expect(len(zoe.list(f"messages?room={room['id']}")), 2)
    (shown,) = zoe.list("rooms?fields=*,viewer")
    expect(shown["viewer"]["unread_count"], 1)
    zoe.put(f"rooms/{room['id']}/read")
    (shown,) = zoe.list("rooms?fields=*,viewer")
    expect(shown["viewer"]["unread_count"], 0)
    leo.get(f"rooms/{room['id']}", 404)
    leo.post("messages", 400, room=room["id"], body="Let me in.")
    stage.kept["room"] = room["id"]


def read_the_feed(stage: Stage) -> None:
    """What people like stands first; what one has read is left out where one asks for that."""
    stage.settle()
    hot = stage.visitor.list("feed?mode=top&window=week")
    expect(stage.kept["dragon"] in {hot[0]["card"], hot[1]["card"]}, True)
    following = stage["jiho"].list("feed?mode=following")
    expect({item["author"] for item in following}, {stage["mina"].id})
    item = following[0]["id"]
    stage["jiho"].put(f"feed/{item}/read")
    unread = stage["jiho"].list("feed?mode=following&unread=true")
    expect(item in [each["id"] for each in unread], False)


def keep_a_distance(stage: Stage) -> None:
    """Zoe blocks Elias, and neither finds the other; Leo mutes Jiho, who hears nothing of it."""
    zoe, elias, leo, jiho = stage["zoe"], stage["elias"], stage["leo"], stage["jiho"]
    zoe.put(f"users/{elias.id}/block")
    elias.get(f"cards/{stage.kept['Gilded Moth']}", 404)
    elias.post("comments", 400, card=stage.kept["Gilded Moth"], text="Hello?")
    zoe.get(f"cards/{stage.kept['remix']}", 404)
    leo.put(f"users/{jiho.id}/mute")
    jiho.post("comments", post=stage.kept["post"], text="저도 기울여 봤어요!")
    shown = [each["author"] for each in leo.list(f"comments?post={stage.kept['post']}")]
    expect(jiho.id in shown, False)
    jiho.get(f"users/{leo.id}")
