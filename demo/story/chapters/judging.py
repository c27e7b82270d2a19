"""Moderators hold back, hide, decide, are appealed against, and sanction."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from demo.story.pictures import copied
from demo.story.stage import expect

if TYPE_CHECKING:
    from demo.story.stage import Stage, StoryMember
    from resources.json_text import JsonObject


def screen_what_is_written(stage: Stage) -> None:
    """A rule holds back what Jiho writes innocently; Maren lets it through, and says why."""
    jiho, maren = stage["jiho"], stage["maren"]
    stage["haneul"].post(
        "screening-rules",
        name="무료 보석",
        condition={"keywords": {"any_of": ["무료 보석", "free gems"], "match": "part"}},
        resources=["posts", "comments"],
        action="hold",
    )
    post = jiho.post("posts", text="무료 보석이라는 말은 믿지 마세요!")
    stage["sora"].get(f"posts/{post['id']}", 404)
    jiho.get(f"posts/{post['id']}")
    case = _case_about(maren, post["id"])
    expect(case["kind"], "held")
    maren.put(f"moderation-cases/{case['id']}/claim")
    maren.post(
        f"moderation-cases/{case['id']}/decide",
        200,
        actions=[{"kind": "dismiss"}],
        reason="It warns of spam; it is none.",
        is_harmless=True,
    )
    stage["sora"].get(f"posts/{post['id']}")
    report = stage["zoe"].post(
        "reports", target_resource="posts", target_id=post["id"], reason="spam", text="Spam?"
    )
    expect(report["outcome"], "dismissed")


def report_and_hide(stage: Stage) -> None:
    """Four reports hide Elias' post until Haneul decides; reporters and author learn of it."""
    elias, haneul = stage["elias"], stage["haneul"]
    post = elias.post("posts", text="Swap your dragon for mine, nobody will know whose it was.")
    for name in ("mina", "sora", "yuna", "jiho"):
        stage[name].post(
            "reports",
            target_resource="posts",
            target_id=post["id"],
            reason="stolen_art",
            text="남의 그림이에요.",
        )
    stage["leo"].get(f"posts/{post['id']}", 404)
    case = _case_about(haneul, post["id"])
    expect((case["kind"], case["report_count"]), ("report", 4))
    haneul.put(f"moderation-cases/{case['id']}/claim")
    stage["maren"].put(f"moderation-cases/{case['id']}/claim", 409)
    haneul.post("case-notes", case=case["id"], text="원본은 미나의 용입니다.")
    haneul.post(
        f"moderation-cases/{case['id']}/decide",
        200,
        actions=[{"kind": "hide"}, {"kind": "warn"}],
        ground="stolen_art",
        reason="미나의 그림이라고 밝히지 않았습니다.",
    )
    (report,) = stage["mina"].list("reports")
    expect(report["outcome"], "upheld")
    stage.kept["hidden post"] = post["id"]


def appeal(stage: Stage) -> None:
    """Elias reads what was decided and appeals; not Haneul but Maren decides, for him."""
    elias, haneul, maren = stage["elias"], stage["haneul"], stage["maren"]
    post = stage.kept["hidden post"]
    lines = elias.list(f"moderation-log?subject={elias.id}")
    hidden = next(line for line in lines if line["kind"] == "hide")
    expect(hidden["reason"], "미나의 그림이라고 밝히지 않았습니다.")
    elias.post("appeals", action=hidden["id"], text="The remix names Mina as its origin.")
    elias.post("appeals", 409, action=hidden["id"], text="Once more.")
    review = _case_about(maren, post)
    expect(review["kind"], "appeal")
    haneul.put(f"moderation-cases/{review['id']}/claim", 403)
    maren.put(f"moderation-cases/{review['id']}/claim")
    maren.post(
        f"moderation-cases/{review['id']}/decide",
        200,
        actions=[{"kind": "overturn"}],
        reason="The origin is named on the card.",
    )
    stage["leo"].get(f"posts/{post}")
    told = stage.visitor.list("moderation-log")
    expect({line["subject"] for line in told}, {None})


def find_copied_art(stage: Stage) -> None:
    """Jiho publishes Mina's dragon, scaled and compressed anew; he is told, and Maren hides it."""
    jiho, maren = stage["jiho"], stage["maren"]
    copy = jiho.upload(
        "cards", title="내가 그린 용", status="published", front=copied("fire", "legendary", 1)
    )
    expect(copy["resembles"], stage.kept["dragon"])
    stage.settle()
    case = _case_about(maren, copy["id"])
    expect(case["kind"], "duplicate_art")
    maren.put(f"moderation-cases/{case['id']}/claim")
    maren.post(
        f"moderation-cases/{case['id']}/decide",
        200,
        actions=[{"kind": "hide"}],
        ground="stolen_art",
        reason="This is Mina's dragon. Remix it, and it says so.",
    )
    stage.visitor.get(f"cards/{copy['id']}", 404)
    jiho.get(f"cards/{copy['id']}")


def moderate_a_category(stage: Stage) -> None:
    """Amara looks after creatures: she sees and decides the cases about them, and no others."""
    amara, zoe = stage["amara"], stage["zoe"]
    post = stage["leo"].post("posts", text="Anybody for a swap? Anything for anything.")
    for resource, record in (("cards", stage.kept["dragon"]), ("posts", post["id"])):
        zoe.post("reports", target_resource=resource, target_id=record, reason="other")
    (case,) = amara.list("moderation-cases?state=open")
    expect(case["target_id"], stage.kept["dragon"])
    path = f"moderation-cases/{case['id']}"
    expect(_case_about(stage["haneul"], post["id"])["scope"], "")
    amara.put(f"{path}/claim")
    amara.post(f"{path}/decide", 403, actions=[{"kind": "warn"}], reason="Hm.")
    amara.post(f"{path}/decide", 200, actions=[{"kind": "dismiss"}], reason="A fine dragon.")
    stage.visitor.get(f"cards/{stage.kept['dragon']}")


def silence_for_a_day(stage: Stage) -> None:
    """Zoe is silenced for a day: she reads, and writes nothing; lifted, she writes again."""
    zoe, haneul = stage["zoe"], stage["haneul"]
    ends = datetime.now(UTC) + timedelta(days=1)
    sanction = haneul.post(
        "sanctions", user=zoe.id, kind="silence", reason="Calm down.", expires_at=ends.isoformat()
    )
    zoe.post("posts", 403, text="Why?")
    zoe.list("posts")
    haneul.post(f"sanctions/{sanction['id']}/lift", 200)
    zoe.post("posts", text="A day passes quickly.")


def _case_about(moderator: StoryMember, target: str) -> JsonObject:
    """Return the case about a record that waits."""
    waiting = moderator.list(f"moderation-cases?target_id={target}&state=open")
    expect(len(waiting), 1)
    found: JsonObject = waiting[0]
    return found
