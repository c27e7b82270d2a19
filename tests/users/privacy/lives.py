"""Carol's life: she fills every resource there is, in private and in public.

Whatever only she (or a moderator) can read says `MARK` somewhere; what everyone can read does not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import CharField, TextField
from django.utils import timezone

from files.models import File
from resources import changes, registry
from resources.actors import ANONYMOUS, SYSTEM
from resources.jobs import queue
from resources.models import JobState
from tests.client import Api
from tests.contract.examples import example_row
from tests.files.drawings import drawn
from tests.personas import Persona, new_member
from users.models import AccountEvent, Identity, Passkey, Purpose, RecoveryCode, Totp, User, address
from users.services.proofs import ask_for_proof
from users.services.sanctions import impose_sanction

if TYPE_CHECKING:
    from resources.models import Record

MARK = "qpriv7"
USERNAME = f"x{MARK}.carol"
EMAIL = f"x{MARK}@mail.example"
PASSWORD = "a long secret 9"
PLACE = "203.0.113.77"
DEVICE = f"x{MARK}-phone/1.0"
THE_COMMUNITYS = ("screening-rules",)
"""What a moderator writes for the community: it stays, without their name, when they leave."""


@dataclass
class Life:
    """A member, what she wrote, and whom it happened beside."""

    carol: Persona
    bob: Persona
    moderator: Persona
    private: set[str] = field(default_factory=lambda: {USERNAME, EMAIL, PLACE, DEVICE})
    public: set[str] = field(default_factory=set)
    rows: list[Record] = field(default_factory=list)

    @property
    def user(self) -> User:
        """Return carol's row as it now is."""
        assert self.carol.user is not None
        return User.objects.get(pk=self.carol.user.pk)

    def secretly(self, about: str) -> str:
        """Return a text that must be gone after the erasure."""
        text = f"x{MARK} {about} {uuid4().hex[:8]}"
        self.private.add(text)
        return text

    def openly(self, about: str) -> str:
        """Return a text that stays."""
        text = f"open {about} {uuid4().hex[:8]}"
        self.public.add(text)
        return text


def lived(*, beside: Persona, moderated_by: Persona) -> Life:
    """Let carol do everything there is to do."""
    life = Life(_signed_in_carol(), beside, moderated_by)
    for chapter in CHAPTERS:
        chapter(life)
    return life


def _signed_in_carol() -> Persona:
    user = new_member(USERNAME).user
    assert user is not None
    changes.update(user, by=SYSTEM, **address(EMAIL), password=make_password(PASSWORD))
    api = Api()
    api.client.defaults |= {"REMOTE_ADDR": PLACE, "HTTP_USER_AGENT": DEVICE}
    answer = api.post("auth/token", {"identity": USERNAME, "password": PASSWORD})
    assert answer.status_code == 200, answer.content
    token = answer.json()["access"]
    carol = Persona(user, Api(token), token)
    carol.api.client.defaults |= api.client.defaults
    return carol


def _profile(life: Life) -> None:
    carol = life.carol
    carol.api.patch("users/me", {"bio": life.secretly("first bio")})
    profile = {"bio": life.secretly("bio"), "display_name": life.secretly("name"), "locale": "ko"}
    assert carol.api.patch("users/me", profile).status_code == 200
    front = _picture(f"x{MARK}-face.png")
    avatar = carol.api.upload("cards", {"title": life.secretly("face"), "front": front})
    assert avatar.status_code == 201, avatar.content
    own = {"avatar": avatar.json()["front"]["id"]}
    assert carol.api.patch("users/me", own).status_code == 200
    life.private.add(f"x{MARK}-face.png")


def _cards(life: Life) -> None:
    carol = life.carol
    draft = {"title": life.secretly("title"), "description": life.secretly("description")}
    kept = carol.api.post("cards", draft, **{"Idempotency-Key": "x"})
    assert kept.status_code == 201
    carol.creates("cards", **draft, status="published", visibility="private")
    gone = carol.creates("cards", title=life.secretly("deleted title"), status="published")
    assert carol.api.delete(f"cards/{gone['id']}").status_code == 204
    form = {"title": life.secretly("working title"), "front": _picture(f"x{MARK}-beach.png")}
    card = carol.api.upload("cards", form).json()
    shown = {"title": life.openly("title"), "status": "published"}
    assert carol.api.patch(f"cards/{card['id']}", shown).status_code == 200
    his = life.bob.creates("cards", title="His", status="published")
    assert carol.api.put(f"cards/{his['id']}/like").status_code == 200
    assert life.bob.api.post(f"cards/{card['id']}/remix").status_code == 200
    life.private.add(f"x{MARK}-beach.png")


def _collections(life: Life) -> None:
    carol, bob = life.carol, life.bob
    his = bob.creates("cards", title="His other", status="published")
    for visibility, say in (("private", life.secretly), ("public", life.openly)):
        binder = carol.creates("collections", title=say("binder"), visibility=visibility)
        item = {"collection": binder["id"], "card": his["id"]}
        first = carol.creates("collection-items", **item, note=life.secretly("note"))
        assert carol.api.delete(f"collection-items/{first['id']}").status_code == 204
        kept = carol.creates("collection-items", **item, note=life.secretly("note"))
        note = {"note": say("note")}
        assert carol.api.patch(f"collection-items/{kept['id']}", note).status_code == 200
    shared = bob.creates("collections", title="Ours", visibility="private")
    bob.creates("collection-collaborators", collection=shared["id"], user=carol.id)
    mine = next(row for row in carol.api.get("cards").json()["results"] if "open" in row["title"])
    bob.creates("collection-items", collection=shared["id"], card=mine["id"], note="bob's note")


def _words(life: Life) -> None:
    carol, bob = life.carol, life.bob
    post = carol.creates("posts", text=life.secretly("slip of the tongue"))
    assert carol.api.patch(f"posts/{post['id']}", {"text": life.openly("post")}).status_code == 200
    album = [_picture(f"x{MARK}-{name}.png") for name in ("sea", "dune")]
    shown = carol.api.upload(f"posts/{post['id']}", {"images+": album}, "patch")
    assert len(shown.json()["images"]) == 2
    life.private |= {f"x{MARK}-{name}.png" for name in ("sea", "dune", "mirror")}
    bob.creates("comments", post=post["id"], text="bob's comment")
    secret = {"text": life.secretly("hidden post"), "images": _picture(f"x{MARK}-mirror.png")}
    hidden = carol.api.upload("posts", secret).json()
    assert life.moderator.api.put(f"posts/{hidden['id']}/hide").status_code == 200
    his = bob.creates("posts", text="bob's post")
    carol.creates("comments", post=his["id"], text=life.openly("comment"))
    rash = carol.creates("comments", post=his["id"], text=life.secretly("rash comment"))
    assert carol.api.delete(f"comments/{rash['id']}").status_code == 204


def _chat(life: Life) -> None:
    carol, bob = life.carol, life.bob
    for is_private, say in ((True, life.secretly), (False, life.openly)):
        room = carol.creates("rooms", title=say("room"), is_private=is_private)
        said = carol.creates("messages", room=room["id"], body=life.secretly("rash words"))
        edited = carol.api.patch(f"messages/{said['id']}", {"body": say("words")})
        assert edited.status_code == 200
    bob.creates("messages", room=room["id"], reply_to=said["id"], body="bob's reply")
    hidden = carol.creates("messages", room=room["id"], body=life.secretly("hidden words"))
    assert life.moderator.api.put(f"messages/{hidden['id']}/hide").status_code == 200
    his = bob.creates("rooms", title="bob's room", is_private=True)
    bob.creates("room-members", room=his["id"], user=carol.id)
    carol.creates("messages", room=his["id"], body=life.secretly("words in private"))
    bob.creates("messages", room=his["id"], body="bob's words")


def _templates(life: Life) -> None:
    carol = life.carol
    slots = {"type": "object", "properties": {}}
    carol.creates("templates", title=life.secretly("template"), slots=slots)
    shown = carol.creates("templates", title=life.openly("template"), slots=slots)
    path = f"templates/{shown['id']}"
    assert carol.api.post(f"{path}/submit").status_code == 200
    note = {"note": life.secretly("moderator's note")}
    assert life.moderator.api.post(f"{path}/request-changes", note).status_code == 200
    assert carol.api.post(f"{path}/submit").status_code == 200
    assert life.moderator.api.post(f"{path}/approve").status_code == 200


def _account(life: Life) -> None:
    carol, user = life.carol, life.user
    key = {"name": life.secretly("key"), "scopes": ["cards:read"]}
    assert carol.api.post("auth/api-keys", key).status_code == 201
    carol.creates("consents", document=f"x{MARK}-terms", version="1", is_given=True)
    Totp.objects.create(user=user, secret=f"TOTP{MARK}")
    RecoveryCode.objects.create(user=user, digest=f"x{MARK}")
    changes.create(
        Passkey, by=SYSTEM, user=user, name=life.secretly("phone"), credential_id=f"x{MARK}-c"
    )
    identity = {"subject": f"x{MARK}-subject", "subject_index": "i", "email": f"2{EMAIL}"}
    changes.create(Identity, by=SYSTEM, user=user, provider="github", **identity)
    reason = life.secretly("reason")
    impose_sanction(by=life.moderator.actor, user=user, kind="silence", reason=reason)
    changes.create(AccountEvent, by=SYSTEM, user=user, kind="role_given", detail={"role": MARK})


def _examples(life: Life) -> None:
    """Fill every resource, those of tomorrow included, from its declaration."""
    for resource in registry.all_resources():
        row = example_row(resource, owner=life.carol)
        life.rows.append(row)
        is_hers = row.pk != life.user.pk and resource.name not in THE_COMMUNITYS
        if is_hers and not resource.view.permits(ANONYMOUS, row):
            texts = {c.name: f"x{MARK}"[: c.max_length] for c in _free_texts(row)}
            changes.update(type(row)._default_manager.get(pk=row.pk), by=SYSTEM, **texts)


def _free_texts(row: Record) -> Any:
    for column in row._meta.concrete_fields:
        is_free = column.editable and not column.choices and not column.unique
        if is_free and isinstance(column, CharField | TextField):
            yield column


def _traces(life: Life) -> None:
    """Leave what Django and the task queue remember by themselves."""
    user, moderator = life.user, life.moderator.user
    assert moderator is not None
    kind = ContentType.objects.get_for_model(User)
    entry = {"content_type": kind, "object_id": str(user.pk), "action_flag": CHANGE}
    LogEntry.objects.create(user=moderator, object_repr=USERNAME, **entry)
    LogEntry.objects.create(user=user, object_repr=f"x{MARK}", **entry | {"object_id": "1"})
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session.create()
    ask_for_proof(Purpose.RESET, EMAIL)
    for is_tracked in (True, False):
        queue.put(
            name="mail_event",
            path="users.tasks.mail_event",
            is_tracked=is_tracked,
            state=JobState.FAILED,
            error=f"OSError: no mail to {EMAIL}",
            traceback=f"OSError: no mail to {EMAIL}",
            finished_at=timezone.now(),
        )


def _picture(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, drawn("PNG"), "image/png")


def files_of(user: User) -> list[str]:
    """Return the keys of the files that a member has sent."""
    return list(File.objects.filter(owner=user).values_list("key", flat=True))


CHAPTERS = (_profile, _cards, _collections, _words, _chat, _templates, _account, _examples, _traces)
