// Written by holobase-types from the OpenAPI document of a server: write it anew after a change.

/** A line of your account activity: sign-ins, tokens, factors, roles, sanctions, trust. Moderators see roles, sanctions and trust; when a member signs in or does what else is the member's. */
export interface AccountEvent {
  id: string;
  user: string;
  kind: AccountEventKind;
  session: string | null;
  device: string | null;
  address: string | null;
  detail: unknown;
  created_at: string;
}

export type AccountEventKind = 'registered' | 'signed_in' | 'sign_in_failed' | 'signed_out' | 'session_ended' | 'token_reused' | 'password_changed' | 'email_verified' | 'email_changed' | 'username_changed' | 'factor_added' | 'factor_removed' | 'recovery_used' | 'stepped_up' | 'identity_linked' | 'identity_unlinked' | 'key_created' | 'key_revoked' | 'key_token' | 'role_given' | 'role_taken' | 'sanctioned' | 'sanction_lifted' | 'trust_raised' | 'trust_lowered' | 'export_requested' | 'erasure_requested' | 'erasure_cancelled';

export type AccountEventSort = 'created_at' | '-created_at' | 'id' | '-id';

/** A key for a server of yours. The answer to its creation shows the `secret`, once. Use the secret as a bearer token, or the key's id and the secret as client id and secret of `POST /api/v1/auth/service-token`. */
export interface ApiKey {
  id: string;
  owner: string;
  name: string;
  scopes: ApiKeyScopes;
  hint: string;
  last_used_at: string | null;
  expires_at: string | null;
  created_at: string;
}

/** What may be sent to create or update a record; unknown names are errors, not ignored. */
export interface ApiKeyCreate {
  name: string;
  scopes: ApiKeyScopes;
  expires_at?: string | null;
}

export type ApiKeyScopes = (string)[];

export type ApiKeySort = 'created_at' | '-created_at' | 'id' | '-id';

/** What may be sent to create or update a record; unknown names are errors, not ignored. */
export interface ApiKeyUpdate {
  name?: string;
}

/** Your objection to a line of the moderation log about you; another moderator decides. */
export interface Appeal {
  id: string;
  action: string;
  case: string | null;
  review: string | null;
  author: string;
  text: string;
  outcome: AppealOutcome;
  answer: string;
  decided_at: string | null;
  created_at: string;
}

/** What may be sent to create or update a record; unknown names are errors, not ignored. */
export interface AppealCreate {
  action: string;
  text: string;
}

export type AppealOutcome = 'waiting' | 'upheld' | 'overturned';

export type AppealSort = 'created_at' | '-created_at' | 'id' | '-id';

/** The members whom you have blocked. Block with `PUT /api/v1/users/{id}/block`. Delete one to unblock a member who has blocked you as well, and whom you can't look up then. */
export interface Block {
  id: string;
  blocker: string;
  blocked: string;
  created_at: string;
}

export type BlockSort = 'created_at' | '-created_at' | 'id' | '-id';

/** A holographic trading card designed by a member. */
export interface Card {
  id: string;
  title: string;
  description: string;
  tags: CardTags;
  rarity: CardRarity;
  effects: CardEffects;
  /** What the card fills its template with. */
  slots: CardSlots;
  front: StoredFile | null;
  back: StoredFile | null;
  foil: StoredFile | null;
  mask: StoredFile | null;
  status: CardStatus;
  visibility: CardVisibility;
  is_hidden: boolean;
  creator: string;
  template: string | null;
  template_version: string | null;
  remixed_from: string | null;
  /** A card of somebody else that has nearly the same front. */
  resembles: string | null;
  version: number;
  like_count: number;
  view_count: number;
  download_count: number;
  comment_count: number;
  published_at: string | null;
  created_at: string;
  updated_at: string;
}

/** What may be sent to create or update a record; unknown names are errors, not ignored. */
export interface CardCreate {
  title: string;
  description?: string;
  tags?: CardTags;
  rarity?: CardRarity;
  effects?: CardEffects;
  /** What the card fills its template with. */
  slots?: CardSlots;
  front?: string | null | Blob;
  back?: string | null | Blob;
  foil?: string | null | Blob;
  mask?: string | null | Blob;
  status?: CardStatus;
  visibility?: CardVisibility;
  template?: string | null;
}

export interface CardEffects {
  preset?: 'none' | 'holo' | 'reverse' | 'cosmos' | 'galaxy' | 'rainbow' | 'gold' | 'radiant';
  intensity?: number;
  glare?: number;
  angle?: number;
  colours?: (string)[];
  layers?: ({ layer: 'front' | 'foil' | 'mask'; depth: number })[];
}

/** The cards that you like. Like one with `PUT /api/v1/cards/{id}/like`. */
export interface CardLike {
  id: string;
  card: string;
  user: string;
  created_at: string;
}

export type CardLikeSort = 'created_at' | '-created_at' | 'id' | '-id';

export type CardRarity = 'common' | 'uncommon' | 'rare' | 'epic' | 'legendary' | 'mythic';

export type CardSlots = Record<string, unknown>;

export type CardSort = 'comment_count' | '-comment_count' | 'created_at' | '-created_at' | 'creator.username' | '-creator.username' | 'download_count' | '-download_count' | 'id' | '-id' | 'like_count' | '-like_count' | 'published_at' | '-published_at' | 'template.title' | '-template.title' | 'title' | '-title' | 'updated_at' | '-updated_at' | 'view_count' | '-view_count' | '@random';

export type CardStatus = 'draft' | 'published' | 'archived';

export type CardTags = (string)[];

/** What may be sent to create or update a record; unknown names are errors, not ignored. */
export interface CardUpdate {
  title?: string;
  description?: string;
  tags?: CardTags;
  rarity?: CardRarity;
  effects?: CardEffects;
  /** What the card fills its template with. */
  slots?: CardSlots;
  front?: string | null | Blob;
  back?: string | null | Blob;
  foil?: string | null | Blob;
  mask?: string | null | Blob;
  status?: CardStatus;
  visibility?: CardVisibility;
}

/** What a card was each time it was published or changed while it was. `visibility` is the card's at that time: what it said in private stays its creator's. */
export interface CardVersion {
  id: string;
  card: string;
  number: number;
  author: string | null;
  visibility: CardVersionVisibility;
  content: unknown;
  template_version: string | null;
  front: StoredFile | null;
  back: StoredFile | null;
  foil: StoredFile | null;
  mask: StoredFile | null;
  created_at: string;
}

export type CardVersionSort = 'created_at' | '-created_at' | 'id' | '-id';

export type CardVersionVisibility = 'public' | 'unlisted' | 'private';

export type CardVisibility = 'public' | 'unlisted' | 'private';

/** A line of the public moderation log: what moderators did, when and on what ground. Whose content it was, the content and the reason in full are shown to that member and to the moderators. */
export interface CaseAction {
  id: string;
  kind: CaseActionKind;
  target_resource: string;
  ground: CaseActionGround;
  is_automatic: boolean;
  expires_at: string | null;
  reversed_at: string | null;
  case: string | null;
  target_id: string | null;
  subject: string | null;
  content: unknown;
  reason: string | null;
  moderator: string | null;
  sanction: string | null;
  created_at: string;
}

export type CaseActionGround = 'spam' | 'harassment' | 'hate' | 'sexual' | 'violence' | 'self_harm' | 'stolen_art' | 'personal_data' | 'off_topic' | 'other' | '';

export type CaseActionKind = 'dismiss' | 'hide' | 'delete' | 'request_changes' | 'warn' | 'silence' | 'suspend' | 'ban' | 'uphold' | 'overturn';

export type CaseActionSort = 'created_at' | '-created_at' | 'id' | '-id';

/** A step in the timeline of a case; without an `actor`, the product took it. */
export interface CaseEvent {
  id: string;
  case: string;
  kind: CaseEventKind;
  actor: string | null;
  detail: unknown;
  created_at: string;
}

export type CaseEventKind = 'opened' | 'reported' | 'joined' | 'hidden' | 'claimed' | 'released' | 'decided' | 'resubmitted' | 'appealed' | 'upheld' | 'overturned' | 'removed';

export type CaseEventSort = 'created_at' | '-created_at' | 'id' | '-id';

/** What a moderator notes on a case for the others. */
export interface CaseNote {
  id: string;
  case: string;
  author: string | null;
  text: string;
  created_at: string;
}

/** What may be sent to create or update a record; unknown names are errors, not ignored. */
export interface CaseNoteCreate {
  case: string;
  text: string;
}

export type CaseNoteSort = 'created_at' | '-created_at' | 'id' | '-id';

/** A member's binder of cards. Its cards are `collection-items`, in order of `position`. */
export interface Collection {
  id: string;
  title: string;
  description: string;
  cover: StoredFile | null;
  visibility: CollectionVisibility;
  is_hidden: boolean;
  /** 0 for a collection without an end. */
  goal_count: number;
  item_count: number;
  owner: string;
  created_at: string;
  updated_at: string;
}

/** A member who may arrange somebody else's collection. */
export interface CollectionCollaborator {
  id: string;
  collection: string;
  user: string;
  created_at: string;
}

/** What may be sent to create or update a record; unknown names are errors, not ignored. */
export interface CollectionCollaboratorCreate {
  collection: string;
  user: string;
}

export type CollectionCollaboratorSort = 'created_at' | '-created_at' | 'id' | '-id';

/** What may be sent to create or update a record; unknown names are errors, not ignored. */
export interface CollectionCreate {
  title: string;
  description?: string;
  cover?: string | null | Blob;
  visibility?: CollectionVisibility;
  /** 0 for a collection without an end. */
  goal_count?: number;
}

/** A card's place in a collection; `move` it behind another. */
export interface CollectionItem {
  id: string;
  collection: string;
  card: string;
  section: string;
  note: string;
  position: string;
  created_at: string;
}

/** What may be sent to create or update a record; unknown names are errors, not ignored. */
export interface CollectionItemCreate {
  collection: string;
  card: string;
  section?: string;
  note?: string;
}

export type CollectionItemSort = 'card.title' | '-card.title' | 'created_at' | '-created_at' | 'id' | '-id' | 'position' | '-position';

/** What may be sent to create or update a record; unknown names are errors, not ignored. */
export interface CollectionItemUpdate {
  section?: string;
  note?: string;
}

export type CollectionSort = 'created_at' | '-created_at' | 'id' | '-id' | 'item_count' | '-item_count' | 'owner.username' | '-owner.username' | 'title' | '-title' | 'updated_at' | '-updated_at' | '@random';

/** What may be sent to create or update a record; unknown names are errors, not ignored. */
export interface CollectionUpdate {
  title?: string;
  description?: string;
  cover?: string | null | Blob;
  visibility?: CollectionVisibility;
  /** 0 for a collection without an end. */
  goal_count?: number;
}

export type CollectionVisibility = 'public' | 'unlisted' | 'private';

/** A comment on a post or on a card, or a reply to one. A deleted comment that others have answered stays, `is_deleted` and without text or author. */
export interface Comment {
  id: string;
  post: string | null;
  card: string | null;
  parent: string | null;
  author: string | null;
  text: string;
  depth: number;
  is_deleted: boolean;
  is_hidden: boolean;
  edited_at: string | null;
  reaction_counts: unknown;
  like_count: number;
  created_at: string;
  updated_at: string;
}

/** What may be sent to create or update a record; unknown names are errors, not ignored. */
export interface CommentCreate {
  post?: string | null;
  card?: string | null;
  parent?: string | null;
  text: string;
}

/** The comments that you like. Like one with `PUT /api/v1/comments/{id}/like`. */
export interface CommentLike {
  id: string;
  comment: string;
  user: string;
  created_at: string;
}

export type CommentLikeSort = 'created_at' | '-created_at' | 'id' | '-id';

export type CommentSort = 'created_at' | '-created_at' | 'id' | '-id' | 'like_count' | '-like_count' | 'updated_at' | '-updated_at';

/** What may be sent to create or update a record; unknown names are errors, not ignored. */
export interface CommentUpdate {
  text?: string;
}

/** Your yes or no to a version of a document such as the terms; the newest counts. */
export interface Consent {
  id: string;
  user: string;
  document: string;
  version: string;
  is_given: boolean;
  created_at: string;
}

/** What may be sent to create or update a record; unknown names are errors, not ignored. */
export interface ConsentCreate {
  document: string;
  version: string;
  is_given: boolean;
}

export type ConsentSort = 'created_at' | '-created_at' | 'id' | '-id';

/** What is decided: what is done, why in one word, and the reason that the member is told. */
export interface DecisionInput {
  actions: (MeasureInput)[];
  ground?: 'spam' | 'harassment' | 'hate' | 'sexual' | 'violence' | 'self_harm' | 'stolen_art' | 'personal_data' | 'off_topic' | 'other';
  reason?: string;
  /** Whether dismissed content opens no case until it is edited. */
  is_harmless?: boolean;
}

/** What a post or a comment said from `written_at` until it was edited, at `created_at`. Members read it where everybody could read that text at its time. Moderators delete one that should not be read any more. */
export interface Edit {
  id: string;
  post: string | null;
  comment: string | null;
  author: string;
  text: string;
  was_public: boolean;
  written_at: string;
  created_at: string;
}

export type EditSort = 'created_at' | '-created_at' | 'id' | '-id';

/** An archive with everything of yours. Ask for one with `POST /api/v1/users/me/export`. */
export interface Export {
  id: string;
  user: string;
  state: ExportState;
  size: number;
  expires_at: string | null;
  created_at: string;
}

export type ExportSort = 'created_at' | '-created_at' | 'id' | '-id';

export type ExportState = 'pending' | 'ready' | 'failed' | 'expired';

/** Cards and posts as the community sees them: hot, new, best of a time, or of whom you follow. An item leads to a card or to a post: `expand=card.creator,post.author` answers them along, as far as you may see them. How the modes rank is written in docs/community.md, and `GET /api/v1/feed/explain` shows it for one item. */
export interface FeedItem {
  id: string;
  kind: FeedItemKind;
  card: string | null;
  post: string | null;
  author: string;
  /** The score of the mode “top”. */
  points: number;
  /** The score of the mode “hot”. */
  hot: number;
  /** When everybody could see it for the first time. */
  published_at: string;
}

export type FeedItemKind = 'card' | 'post';

export type FeedItemSort = 'hot' | '-hot' | 'id' | '-id' | 'points' | '-points' | 'published_at' | '-published_at';

/** What you have read of the feed. Mark an item with `PUT /api/v1/feed/{id}/read`. */
export interface FeedRead {
  id: string;
  item: string;
  user: string;
  created_at: string;
}

export type FeedReadSort = 'created_at' | '-created_at' | 'id' | '-id';

/** Who follows whom, as signed-in members see it. Follow with `PUT /api/v1/users/{id}/follow`. `?followed=<id>` are a member's followers, `?follower=<id>` those whom a member follows. */
export interface Follow {
  id: string;
  follower: string;
  followed: string;
  created_at: string;
}

export type FollowSort = 'created_at' | '-created_at' | 'id' | '-id';

/** A username that you had before. It leads to your profile until somebody else may take it. Delete one to give it up at once. */
export interface FormerUsername {
  id: string;
  user: string;
  username: string;
  kept_until: string;
  created_at: string;
}

export type FormerUsernameSort = 'created_at' | '-created_at' | 'id' | '-id';

/** An account elsewhere that you sign in by. */
export interface Identity {
  id: string;
  user: string;
  provider: string;
  email: string;
  last_used_at: string | null;
  created_at: string;
}

export type IdentitySort = 'created_at' | '-created_at' | 'id' | '-id';

/** Your inbox: how many notifications are unread, and how often they are mailed to you. Its id is yours, `inboxes/<your id>`, and so is its topic, which tells of `unread_count` live. `digest` is `off`, `daily` or `weekly`. */
export interface Inbox {
  id: string;
  user: string;
  unread_count: number;
  digest: InboxDigest;
  created_at: string;
  updated_at: string;
}

export type InboxDigest = 'off' | 'daily' | 'weekly';

export type InboxSort = 'created_at' | '-created_at' | 'id' | '-id';

/** What may be sent to create or update a record; unknown names are errors, not ignored. */
export interface InboxUpdate {
  digest?: InboxDigest;
}

/** Work in the background: an archive that is put together, say. Its topic tells its progress. `done` of `total` steps are done, if it has steps; `text` says what it is at. It has ended when its `state` is `done`, with a `result`, or `failed` or `cancelled`. */
export interface Job {
  id: string;
  name: string;
  asked_by: string | null;
  state: JobState;
  done: number;
  total: number;
  text: string;
  result: unknown;
  error: string | null;
  is_cancelling: boolean;
  run_at: string;
  started_at: string | null;
  finished_at: string | null;
  created_at: string;
}

export type JobSort = 'created_at' | '-created_at' | 'id' | '-id';

export type JobState = 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';

/** One thing to do; `expires_at` is the end of a sanction. */
export interface MeasureInput {
  kind: 'dismiss' | 'hide' | 'delete' | 'request_changes' | 'warn' | 'silence' | 'suspend' | 'ban' | 'uphold' | 'overturn';
  expires_at?: string;
}

/** That a post, a comment or a message names a member by `@username`. Written with the text: members whom its author may not speak to are not mentioned. */
export interface Mention {
  id: string;
  member: string;
  post: string | null;
  comment: string | null;
  message: string | null;
  created_at: string;
}

export type MentionSort = 'created_at' | '-created_at' | 'id' | '-id';

/** What a member says in a room; the newest come first. */
export interface Message {
  id: string;
  room: string;
  author: string;
  body: string;
  reply_to: string | null;
  reaction_counts: unknown;
  is_hidden: boolean;
  edited_at: string | null;
  created_at: string;
  updated_at: string;
}

/** What may be sent to create or update a record; unknown names are errors, not ignored. */
export interface MessageCreate {
  room: string;
  body: string;
  reply_to?: string | null;
}

export type MessageSort = 'created_at' | '-created_at' | 'id' | '-id';

/** What may be sent to create or update a record; unknown names are errors, not ignored. */
export interface MessageUpdate {
  body?: string;
}

/** Something that moderators decide: reports, content held back, duplicate art, appeals. What they decide on the spot, by hiding a record or by a sanction, is there as `direct`. Claim one with `PUT /api/v1/moderation-cases/{id}/claim`; with `If-Match` it is yours only if it is as you know it. Nobody sees cases about themselves. */
export interface ModerationCase {
  id: string;
  kind: ModerationCaseKind;
  target_resource: string;
  target_id: string;
  subject: string | null;
  scope: string;
  content: unknown;
  appealed: string | null;
  state: ModerationCaseState;
  score: number;
  report_count: number;
  claimed_by: string | null;
  claimed_at: string | null;
  decision: ModerationCaseDecision;
  ground: ModerationCaseGround;
  reason: string;
  decided_by: string | null;
  decided_at: string | null;
  harmless_revision: number | null;
  removes_at: string | null;
  created_at: string;
  updated_at: string;
}

export type ModerationCaseDecision = 'upheld' | 'dismissed' | 'overturned' | '';

export type ModerationCaseGround = 'spam' | 'harassment' | 'hate' | 'sexual' | 'violence' | 'self_harm' | 'stolen_art' | 'personal_data' | 'off_topic' | 'other' | '';

export type ModerationCaseKind = 'report' | 'held' | 'duplicate_art' | 'appeal' | 'direct';

export type ModerationCaseSort = 'created_at' | '-created_at' | 'id' | '-id' | 'score' | '-score';

export type ModerationCaseState = 'open' | 'claimed' | 'decided' | 'appealed' | 'closed';

/** That a member moderates one category of templates or one room, and nothing else. */
export interface ModeratorScope {
  id: string;
  moderator: string;
  category: ModeratorScopeCategory;
  room: string | null;
  scope: string;
  created_at: string;
}

export type ModeratorScopeCategory = 'creature' | 'landscape' | 'item' | 'character' | 'other' | '';

/** What may be sent to create or update a record; unknown names are errors, not ignored. */
export interface ModeratorScopeCreate {
  moderator: string;
  category?: ModeratorScopeCategory;
  room?: string | null;
}

export type ModeratorScopeSort = 'created_at' | '-created_at' | 'id' | '-id';

/** The members whom you have muted. Mute with `PUT /api/v1/users/{id}/mute`. */
export interface Mute {
  id: string;
  muter: string;
  muted: string;
  created_at: string;
}

export type MuteSort = 'created_at' | '-created_at' | 'id' | '-id';

/** Why something is sent back. */
export interface NoteInput {
  note: string;
}

/** That somebody did something that concerns you; the latest come first. While it is unread, more of the same joins it: `actor` is the last of `actor_count` members, `latest_at` when that was. Which of the relations are set depends on `kind`; each can be expanded as far as you may view it. What you may not view any more takes its notifications along, as do what is deleted and whom you block or mute. */
export interface Notification {
  id: string;
  recipient: string;
  kind: NotificationKind;
  actor: string | null;
  actor_count: number;
  card: string | null;
  template: string | null;
  review: string | null;
  post: string | null;
  comment: string | null;
  message: string | null;
  sanction: string | null;
  action: string | null;
  report: string | null;
  appeal: string | null;
  is_read: boolean;
  latest_at: string;
  created_at: string;
}

export type NotificationKind = 'comment' | 'reply' | 'mention' | 'like' | 'reaction' | 'follow' | 'remix' | 'publication' | 'review' | 'template' | 'moderation';

/** A card, a template or a post of which you want no notifications. */
export interface NotificationMute {
  id: string;
  user: string;
  card: string | null;
  template: string | null;
  post: string | null;
  created_at: string;
}

/** What may be sent to create or update a record; unknown names are errors, not ignored. */
export interface NotificationMuteCreate {
  card?: string | null;
  template?: string | null;
  post?: string | null;
}

export type NotificationMuteSort = 'created_at' | '-created_at' | 'id' | '-id';

/** Whether you are told of one kind of thing at all, in digests and as push messages. Without a preference all of that is on, but for `publication`, which is off. Sending one for a kind that has one changes it. `moderation` can't be switched off, only its mails and messages. */
export interface NotificationPreference {
  id: string;
  user: string;
  kind: NotificationPreferenceKind;
  is_on: boolean;
  is_mailed: boolean;
  is_pushed: boolean;
  created_at: string;
  updated_at: string;
}

/** What may be sent to create or update a record; unknown names are errors, not ignored. */
export interface NotificationPreferenceCreate {
  kind: NotificationPreferenceKind;
  is_on?: boolean;
  is_mailed?: boolean;
  is_pushed?: boolean;
}

export type NotificationPreferenceKind = 'comment' | 'reply' | 'mention' | 'like' | 'reaction' | 'follow' | 'remix' | 'publication' | 'review' | 'template' | 'moderation';

export type NotificationPreferenceSort = 'created_at' | '-created_at' | 'id' | '-id';

/** What may be sent to create or update a record; unknown names are errors, not ignored. */
export interface NotificationPreferenceUpdate {
  is_on?: boolean;
  is_mailed?: boolean;
  is_pushed?: boolean;
}

export type NotificationSort = 'id' | '-id' | 'latest_at' | '-latest_at';

/** A passkey that you sign in with. */
export interface Passkey {
  id: string;
  user: string;
  name: string;
  is_backed_up: boolean;
  last_used_at: string | null;
  created_at: string;
}

export type PasskeySort = 'created_at' | '-created_at' | 'id' | '-id';

/** What may be sent to create or update a record; unknown names are errors, not ignored. */
export interface PasskeyUpdate {
  name?: string;
}

/** Where an item goes: behind another, or first when that is null. */
export interface PlaceInput {
  after: string | null;
}

/** A poll in a post. Vote with `PUT /api/v1/polls/{id}/vote` and `{"option": 0}`, once. `counts` are the votes of each option, in the order of `options`. Where `has_hidden_results` is set they are null for who has not voted, until the poll is closed. */
export interface Poll {
  id: string;
  post: string;
  options: PollOptions;
  closes_at: string | null;
  is_closed: boolean;
  has_hidden_results: boolean;
  counts: unknown;
  vote_count: number;
  created_at: string;
}

/** What may be sent to create or update a record; unknown names are errors, not ignored. */
export interface PollCreate {
  post: string;
  options: PollOptions;
  closes_at?: string | null;
  has_hidden_results?: boolean;
}

export type PollOptions = (string)[];

export type PollSort = 'created_at' | '-created_at' | 'id' | '-id';

/** What you voted for; nobody else is told. */
export interface PollVote {
  id: string;
  poll: string;
  user: string;
  option: number;
  created_at: string;
}

export type PollVoteSort = 'created_at' | '-created_at' | 'id' | '-id';

/** A member's post, often about a card or a template. */
export interface Post {
  id: string;
  author: string;
  text: string;
  card: string | null;
  template: string | null;
  images: (StoredFile)[];
  attachment: StoredFile | null;
  tags: PostTags;
  is_hidden: boolean;
  edited_at: string | null;
  reaction_counts: unknown;
  like_count: number;
  comment_count: number;
  created_at: string;
  updated_at: string;
}

/** What may be sent to create or update a record; unknown names are errors, not ignored. */
export interface PostCreate {
  text: string;
  card?: string | null;
  template?: string | null;
  images?: readonly (string | Blob)[];
  attachment?: string | null | Blob;
  tags?: PostTags;
}

/** The posts that you like. Like one with `PUT /api/v1/posts/{id}/like`. */
export interface PostLike {
  id: string;
  post: string;
  user: string;
  created_at: string;
}

export type PostLikeSort = 'created_at' | '-created_at' | 'id' | '-id';

export type PostSort = 'author.username' | '-author.username' | 'comment_count' | '-comment_count' | 'created_at' | '-created_at' | 'id' | '-id' | 'like_count' | '-like_count' | 'updated_at' | '-updated_at' | '@random';

export type PostTags = (string)[];

/** What may be sent to create or update a record; unknown names are errors, not ignored. */
export interface PostUpdate {
  text?: string;
  images?: readonly (string | Blob)[];
  attachment?: string | null | Blob;
  tags?: PostTags;
}

/** A browser that shows your notifications as push messages. Subscribe it with the key at `/api/v1/push-key`, and send `endpoint`, `p256dh` and `auth` of its `PushSubscription.toJSON()`. */
export interface PushSubscription {
  id: string;
  user: string;
  endpoint: string;
  p256dh: string;
  auth: string;
  device: string;
  last_used_at: string | null;
  created_at: string;
}

/** What may be sent to create or update a record; unknown names are errors, not ignored. */
export interface PushSubscriptionCreate {
  endpoint: string;
  p256dh: string;
  auth: string;
  device?: string;
}

export type PushSubscriptionSort = 'created_at' | '-created_at' | 'id' | '-id';

/** An emoji that a member put to a post, a comment or a message. `reaction_counts` of what it is to counts them. Which emojis there are is the server's setting; a refused one is answered with the list. */
export interface Reaction {
  id: string;
  user: string;
  post: string | null;
  comment: string | null;
  message: string | null;
  emoji: string;
  created_at: string;
}

/** What may be sent to create or update a record; unknown names are errors, not ignored. */
export interface ReactionCreate {
  post?: string | null;
  comment?: string | null;
  message?: string | null;
  emoji: string;
}

export type ReactionSort = 'created_at' | '-created_at' | 'id' | '-id';

/** The last message that was read; without one, all are. */
export interface ReadInput {
  message?: string;
}

/** The cursor after which everything is told once more. */
export interface ReplayInput {
  from: number;
}

/** That you find something wrong with a record. `outcome` and `answer` say what came of it. */
export interface Report {
  id: string;
  reporter: string;
  case: string | null;
  target_resource: string;
  target_id: string;
  reason: ReportReason;
  text: string;
  weight: number | null;
  outcome: ReportOutcome;
  answer: string;
  decided_at: string | null;
  created_at: string;
  updated_at: string;
}

/** What may be sent to create or update a record; unknown names are errors, not ignored. */
export interface ReportCreate {
  target_resource: string;
  target_id: string;
  reason: ReportReason;
  text?: string;
}

export type ReportOutcome = 'waiting' | 'upheld' | 'dismissed';

export type ReportReason = 'spam' | 'harassment' | 'hate' | 'sexual' | 'violence' | 'self_harm' | 'stolen_art' | 'personal_data' | 'off_topic' | 'other';

export type ReportSort = 'created_at' | '-created_at' | 'id' | '-id';

/** A member's rating of a template, from 1 to 5 stars: one per member and template. */
export interface Review {
  id: string;
  template: string;
  author: string;
  stars: number;
  text: string;
  is_hidden: boolean;
  created_at: string;
  updated_at: string;
}

/** What may be sent to create or update a record; unknown names are errors, not ignored. */
export interface ReviewCreate {
  template: string;
  stars: number;
  text?: string;
}

export type ReviewSort = 'created_at' | '-created_at' | 'id' | '-id' | 'stars' | '-stars';

/** What may be sent to create or update a record; unknown names are errors, not ignored. */
export interface ReviewUpdate {
  stars?: number;
  text?: string;
}

/** The name of a role. */
export interface RoleInput {
  role: 'member' | 'creator' | 'moderator' | 'admin';
}

/** A place to chat, often about a card. Its `messages` are a resource and a topic. */
export interface Room {
  id: string;
  creator: string;
  title: string;
  description: string;
  card: string | null;
  is_private: boolean;
  is_closed: boolean;
  message_count: number;
  /** When a message was last written; in an empty room, when it was opened. */
  last_message_at: string;
  created_at: string;
  updated_at: string;
}

/** What may be sent to create or update a record; unknown names are errors, not ignored. */
export interface RoomCreate {
  title: string;
  description?: string;
  card?: string | null;
  is_private?: boolean;
}

/** A member who was invited to a room. */
export interface RoomMember {
  id: string;
  room: string;
  user: string;
  created_at: string;
}

/** What may be sent to create or update a record; unknown names are errors, not ignored. */
export interface RoomMemberCreate {
  room: string;
  user: string;
}

export type RoomMemberSort = 'created_at' | '-created_at' | 'id' | '-id';

/** Until when you have read which room. Set it with `PUT /api/v1/rooms/{id}/read`. How many messages are unread is `viewer.unread_count` of the room. */
export interface RoomRead {
  id: string;
  room: string;
  user: string;
  read_at: string;
  created_at: string;
  updated_at: string;
}

export type RoomReadSort = 'created_at' | '-created_at' | 'id' | '-id';

export type RoomSort = 'created_at' | '-created_at' | 'id' | '-id' | 'last_message_at' | '-last_message_at' | 'message_count' | '-message_count' | 'title' | '-title';

/** What may be sent to create or update a record; unknown names are errors, not ignored. */
export interface RoomUpdate {
  title?: string;
  description?: string;
}

/** A measure against a member: `warn`, `silence`, `suspend` (with an end) or `ban`. The member can read it, and why. It ends by itself at `expires_at`. */
export interface Sanction {
  id: string;
  user: string;
  kind: SanctionKind;
  reason: string;
  expires_at: string | null;
  lifted_at: string | null;
  imposed_by: string | null;
  created_at: string;
}

/** What may be sent to create or update a record; unknown names are errors, not ignored. */
export interface SanctionCreate {
  user: string;
  kind: SanctionKind;
  reason: string;
  expires_at?: string | null;
}

export type SanctionKind = 'warn' | 'silence' | 'suspend' | 'ban';

export type SanctionSort = 'created_at' | '-created_at' | 'id' | '-id';

/** A text that met a screening rule. One that was refused has no `record_id`. */
export interface ScreeningMatch {
  id: string;
  rule: string | null;
  member: string;
  resource: string;
  record_id: string | null;
  action: ScreeningMatchAction;
  is_dry_run: boolean;
  evidence: unknown;
  excerpt: string;
  created_at: string;
}

export type ScreeningMatchAction = 'report' | 'hold' | 'hide' | 'refuse' | 'silence';

export type ScreeningMatchSort = 'created_at' | '-created_at' | 'id' | '-id';

/** What happens to texts of members that meet a condition, before others see them. `condition` is one test, or `all`, `any` and `not` of tests: `{"keywords": {"any_of": ["free gems"], "match": "word"}}` (or `part`, anywhere in a word), `{"links": {"at_least": 1, "to": ["spam.example"]}}`, `{"rate": {"at_least": 5, "minutes": 10}}`, `{"first": 3}`, `{"trust_below": 1}`, `{"account_younger_than_hours": 24}`. Try one by `POST /api/v1/screening-rules/try`. */
export interface ScreeningRule {
  id: string;
  name: string;
  condition: ScreeningRuleCondition;
  resources: ScreeningRuleResources;
  action: ScreeningRuleAction;
  /** Said when a text is refused. */
  message: string;
  silence_hours: number;
  is_active: boolean;
  /** Matches are logged, and nothing else happens. */
  is_dry_run: boolean;
  author: string | null;
  created_at: string;
  updated_at: string;
}

export type ScreeningRuleAction = 'report' | 'hold' | 'hide' | 'refuse' | 'silence';

/** One test (`keywords`, `links`, `rate`, `first`, `trust_below`, `account_younger_than_hours`) or `all`, `any`, `not` of tests. */
export type ScreeningRuleCondition = Record<string, unknown>;

/** What may be sent to create or update a record; unknown names are errors, not ignored. */
export interface ScreeningRuleCreate {
  name: string;
  condition: ScreeningRuleCondition;
  resources?: ScreeningRuleResources;
  action?: ScreeningRuleAction;
  /** Said when a text is refused. */
  message?: string;
  silence_hours?: number;
  is_active?: boolean;
  /** Matches are logged, and nothing else happens. */
  is_dry_run?: boolean;
}

export type ScreeningRuleResources = (string)[];

export type ScreeningRuleSort = 'created_at' | '-created_at' | 'id' | '-id';

/** What may be sent to create or update a record; unknown names are errors, not ignored. */
export interface ScreeningRuleUpdate {
  name?: string;
  condition?: ScreeningRuleCondition;
  resources?: ScreeningRuleResources;
  action?: ScreeningRuleAction;
  /** Said when a text is refused. */
  message?: string;
  silence_hours?: number;
  is_active?: boolean;
  /** Matches are logged, and nothing else happens. */
  is_dry_run?: boolean;
}

/** A device that you are signed in on. Delete one to sign it out. */
export interface Session {
  id: string;
  user: string;
  method: string;
  device: string;
  address: string;
  last_seen_at: string;
  created_at: string;
}

export type SessionSort = 'created_at' | '-created_at' | 'id' | '-id';

/** What a workflow is told. */
export interface SignalInput {
  name: string;
  payload?: unknown;
}

export interface StoredFile {
  id: string;
  url: string;
  content_type: string;
  /** bytes */
  size: number;
  /** pixels; null for what is no picture */
  width: number | null;
  height: number | null;
  blurhash: string;
  variants: { srcset: string };
}

/** Where to go on with the trial of a stored rule. */
export interface StoredTrialInput {
  cursor?: string;
}

/** A design that cards are made from. It becomes public when moderators approve it. What its author edits after that is `pending` until it has been submitted and approved, too; everybody else goes on seeing what was approved. */
export interface Template {
  id: string;
  title: string;
  description: string;
  category: TemplateCategory;
  /** A JSON Schema of the slots that a card fills. */
  slots: TemplateSlots;
  default_effects: TemplateDefaultEffects;
  preview: StoredFile | null;
  state: TemplateState;
  pending: unknown;
  pending_preview: StoredFile | null;
  pending_state: TemplatePendingState | null;
  moderator_note: string | null;
  version: number;
  is_hidden: boolean;
  author: string;
  use_count: number;
  rating_average: number;
  rating_count: number;
  created_at: string;
  updated_at: string;
}

export type TemplateCategory = 'creature' | 'landscape' | 'item' | 'character' | 'other';

/** What may be sent to create or update a record; unknown names are errors, not ignored. */
export interface TemplateCreate {
  title: string;
  description?: string;
  category?: TemplateCategory;
  /** A JSON Schema of the slots that a card fills. */
  slots: TemplateSlots;
  default_effects?: TemplateDefaultEffects;
  preview?: string | null | Blob;
}

export interface TemplateDefaultEffects {
  preset?: 'none' | 'holo' | 'reverse' | 'cosmos' | 'galaxy' | 'rainbow' | 'gold' | 'radiant';
  intensity?: number;
  glare?: number;
  angle?: number;
  colours?: (string)[];
  layers?: ({ layer: 'front' | 'foil' | 'mask'; depth: number })[];
}

export type TemplatePendingState = 'draft' | 'submitted' | 'changes_requested' | 'approved' | 'deprecated' | '';

export interface TemplateSlots {
  type: 'object';
  properties: Record<string, unknown>;
}

export type TemplateSort = 'author.username' | '-author.username' | 'created_at' | '-created_at' | 'id' | '-id' | 'rating_average' | '-rating_average' | 'rating_count' | '-rating_count' | 'title' | '-title' | 'updated_at' | '-updated_at' | 'use_count' | '-use_count' | '@random';

export type TemplateState = 'draft' | 'submitted' | 'changes_requested' | 'approved' | 'deprecated';

/** What may be sent to create or update a record; unknown names are errors, not ignored. */
export interface TemplateUpdate {
  title?: string;
  description?: string;
  category?: TemplateCategory;
  /** A JSON Schema of the slots that a card fills. */
  slots?: TemplateSlots;
  default_effects?: TemplateDefaultEffects;
  preview?: string | null | Blob;
}

/** What a template was when it was approved. */
export interface TemplateVersion {
  id: string;
  template: string;
  number: number;
  slots: unknown;
  default_effects: unknown;
  created_at: string;
}

export type TemplateVersionSort = 'created_at' | '-created_at' | 'id' | '-id';

/** The slots that fit the newer version, where those that there are do not. */
export interface UpgradeInput {
  slots?: Record<string, unknown>;
}

/** A member's public profile. The e-mail address is shown to the member and to moderators. */
export interface User {
  id: string;
  username: string;
  display_name: string;
  bio: string;
  avatar: StoredFile | null;
  email: string | null;
  locale: UserLocale | null;
  is_verified: boolean | null;
  trust_level: number;
  card_count: number;
  collection_count: number;
  follower_count: number;
  following_count: number;
  leaves_at: string | null;
  silenced_until: string | null;
  created_at: string;
}

export type UserLocale = 'en' | 'ko';

export type UserSort = 'card_count' | '-card_count' | 'collection_count' | '-collection_count' | 'created_at' | '-created_at' | 'display_name' | '-display_name' | 'follower_count' | '-follower_count' | 'following_count' | '-following_count' | 'id' | '-id' | 'username' | '-username';

/** What may be sent to create or update a record; unknown names are errors, not ignored. */
export interface UserUpdate {
  username?: string;
  display_name?: string;
  bio?: string;
  avatar?: string | null | Blob;
  locale?: UserLocale;
}

/** Which version to bring back. */
export interface VersionInput {
  number: number;
}

/** The option that is voted for: 0 for the first. */
export interface VoteInput {
  option: number;
}

/** An address that is told of changes by signed messages (https://www.standardwebhooks.com). `topics` are names of resources, or `*` for all. The answers to creating one and to `rotate-secret` show the `secret` that its receiver verifies by, once. `…/deliveries` tells what was sent. */
export interface Webhook {
  id: string;
  owner: string;
  name: string;
  url: string;
  topics: WebhookTopics;
  is_active: boolean;
  disabled_reason: string;
  rotated_at: string | null;
  replayed_at: string | null;
  created_at: string;
  updated_at: string;
}

/** What may be sent to create or update a record; unknown names are errors, not ignored. */
export interface WebhookCreate {
  name: string;
  url: string;
  topics: WebhookTopics;
  is_active?: boolean;
}

export type WebhookSort = 'created_at' | '-created_at' | 'id' | '-id';

export type WebhookTopics = (string)[];

/** What may be sent to create or update a record; unknown names are errors, not ignored. */
export interface WebhookUpdate {
  name?: string;
  url?: string;
  topics?: WebhookTopics;
  is_active?: boolean;
}

/** All resources, by their names. */
export interface Resources {
  'appeals': {
    record: Appeal;
    create: AppealCreate;
    update: never;
    expand: { action: { resource: 'moderation-log'; many: false }; case: { resource: 'moderation-cases'; many: false }; review: { resource: 'moderation-cases'; many: false }; author: { resource: 'users'; many: false } };
    sort: AppealSort;
    filters: { author: string | Date; author__in: readonly (string | Date)[]; author__ne: string | Date; case: string | Date; case__in: readonly (string | Date)[]; case__ne: string | Date; created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date; outcome: AppealOutcome; outcome__in: readonly (AppealOutcome)[]; outcome__ne: AppealOutcome; review: string | Date; review__in: readonly (string | Date)[]; review__ne: string | Date };
    options: {};
    viewer: {};
    actions: { POST: {}; PUT: {}; DELETE: {} };
  };
  'auth/api-keys': {
    record: ApiKey;
    create: ApiKeyCreate;
    update: ApiKeyUpdate;
    expand: {};
    sort: ApiKeySort;
    filters: { created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date };
    options: {};
    viewer: {};
    actions: { POST: {}; PUT: {}; DELETE: {} };
  };
  'auth/events': {
    record: AccountEvent;
    create: never;
    update: never;
    expand: {};
    sort: AccountEventSort;
    filters: { created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date; kind: AccountEventKind; kind__in: readonly (AccountEventKind)[]; kind__ne: AccountEventKind; user: string | Date; user__in: readonly (string | Date)[]; user__ne: string | Date };
    options: {};
    viewer: {};
    actions: { POST: {}; PUT: {}; DELETE: {} };
  };
  'auth/former-usernames': {
    record: FormerUsername;
    create: never;
    update: never;
    expand: {};
    sort: FormerUsernameSort;
    filters: { created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date };
    options: {};
    viewer: {};
    actions: { POST: {}; PUT: {}; DELETE: {} };
  };
  'auth/identities': {
    record: Identity;
    create: never;
    update: never;
    expand: {};
    sort: IdentitySort;
    filters: { created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date };
    options: {};
    viewer: {};
    actions: { POST: {}; PUT: {}; DELETE: {} };
  };
  'auth/passkeys': {
    record: Passkey;
    create: never;
    update: PasskeyUpdate;
    expand: {};
    sort: PasskeySort;
    filters: { created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date };
    options: {};
    viewer: {};
    actions: { POST: {}; PUT: {}; DELETE: {} };
  };
  'auth/sessions': {
    record: Session;
    create: never;
    update: never;
    expand: {};
    sort: SessionSort;
    filters: { created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date };
    options: {};
    viewer: {};
    actions: { POST: {}; PUT: {}; DELETE: {} };
  };
  'blocks': {
    record: Block;
    create: never;
    update: never;
    expand: { blocked: { resource: 'users'; many: false } };
    sort: BlockSort;
    filters: { blocked: string | Date; blocked__in: readonly (string | Date)[]; blocked__ne: string | Date; created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date };
    options: {};
    viewer: {};
    actions: { POST: {}; PUT: {}; DELETE: {} };
  };
  'card-likes': {
    record: CardLike;
    create: never;
    update: never;
    expand: { card: { resource: 'cards'; many: false } };
    sort: CardLikeSort;
    filters: { card: string | Date; card__in: readonly (string | Date)[]; card__ne: string | Date; created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date };
    options: {};
    viewer: {};
    actions: { POST: {}; PUT: {}; DELETE: {} };
  };
  'card-versions': {
    record: CardVersion;
    create: never;
    update: never;
    expand: { card: { resource: 'cards'; many: false }; author: { resource: 'users'; many: false }; template_version: { resource: 'template-versions'; many: false } };
    sort: CardVersionSort;
    filters: { card: string | Date; card__in: readonly (string | Date)[]; card__ne: string | Date; created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date };
    options: {};
    viewer: {};
    actions: { POST: {}; PUT: {}; DELETE: {} };
  };
  'cards': {
    record: Card;
    create: CardCreate;
    update: CardUpdate;
    expand: { creator: { resource: 'users'; many: false }; template: { resource: 'templates'; many: false }; template_version: { resource: 'template-versions'; many: false }; remixed_from: { resource: 'cards'; many: false }; resembles: { resource: 'cards'; many: false }; card_likes_via_card: { resource: 'card-likes'; many: true }; card_versions_via_card: { resource: 'card-versions'; many: true }; cards_via_remixed_from: { resource: 'cards'; many: true }; collection_items_via_card: { resource: 'collection-items'; many: true }; comments_via_card: { resource: 'comments'; many: true }; feed_via_card: { resource: 'feed'; many: true }; notification_mutes_via_card: { resource: 'notification-mutes'; many: true }; posts_via_card: { resource: 'posts'; many: true }; rooms_via_card: { resource: 'rooms'; many: true } };
    sort: CardSort;
    filters: { comment_count: number; comment_count__gt: number; comment_count__gte: number; comment_count__in: readonly (number)[]; comment_count__lt: number; comment_count__lte: number; comment_count__ne: number; created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; creator: string | Date; creator__in: readonly (string | Date)[]; creator__ne: string | Date; description: string | Date; description__contains: string | Date; description__in: readonly (string | Date)[]; description__ne: string | Date; download_count: number; download_count__gt: number; download_count__gte: number; download_count__in: readonly (number)[]; download_count__lt: number; download_count__lte: number; download_count__ne: number; effects: string | Date; effects__in: readonly (string | Date)[]; effects__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date; is_hidden: boolean; is_hidden__gt: boolean; is_hidden__gte: boolean; is_hidden__in: readonly (boolean)[]; is_hidden__lt: boolean; is_hidden__lte: boolean; is_hidden__ne: boolean; like_count: number; like_count__gt: number; like_count__gte: number; like_count__in: readonly (number)[]; like_count__lt: number; like_count__lte: number; like_count__ne: number; published_at: string | Date; published_at__gt: string | Date; published_at__gte: string | Date; published_at__in: readonly (string | Date)[]; published_at__lt: string | Date; published_at__lte: string | Date; published_at__ne: string | Date; rarity: CardRarity; rarity__in: readonly (CardRarity)[]; rarity__ne: CardRarity; remixed_from: string | Date; remixed_from__in: readonly (string | Date)[]; remixed_from__ne: string | Date; slots: string | Date; slots__in: readonly (string | Date)[]; slots__ne: string | Date; status: CardStatus; status__in: readonly (CardStatus)[]; status__ne: CardStatus; tags: string | Date; tags__in: readonly (string | Date)[]; tags__ne: string | Date; template: string | Date; template__in: readonly (string | Date)[]; template__ne: string | Date; title: string | Date; title__contains: string | Date; title__in: readonly (string | Date)[]; title__ne: string | Date; updated_at: string | Date; updated_at__gt: string | Date; updated_at__gte: string | Date; updated_at__in: readonly (string | Date)[]; updated_at__lt: string | Date; updated_at__lte: string | Date; updated_at__ne: string | Date; view_count: number; view_count__gt: number; view_count__gte: number; view_count__in: readonly (number)[]; view_count__lt: number; view_count__lte: number; view_count__ne: number; visibility: CardVisibility; visibility__in: readonly (CardVisibility)[]; visibility__ne: CardVisibility };
    options: {};
    viewer: { liked: boolean };
    actions: { POST: { archive: undefined; download: undefined; publish: undefined; remix: undefined; restore: VersionInput; upgrade: UpgradeInput; view: undefined }; PUT: { hide: undefined; like: undefined }; DELETE: { hide: undefined; like: undefined } };
  };
  'case-events': {
    record: CaseEvent;
    create: never;
    update: never;
    expand: { case: { resource: 'moderation-cases'; many: false }; actor: { resource: 'users'; many: false } };
    sort: CaseEventSort;
    filters: { case: string | Date; case__in: readonly (string | Date)[]; case__ne: string | Date; created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date; kind: CaseEventKind; kind__in: readonly (CaseEventKind)[]; kind__ne: CaseEventKind };
    options: {};
    viewer: {};
    actions: { POST: {}; PUT: {}; DELETE: {} };
  };
  'case-notes': {
    record: CaseNote;
    create: CaseNoteCreate;
    update: never;
    expand: { case: { resource: 'moderation-cases'; many: false }; author: { resource: 'users'; many: false } };
    sort: CaseNoteSort;
    filters: { case: string | Date; case__in: readonly (string | Date)[]; case__ne: string | Date; created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date };
    options: {};
    viewer: {};
    actions: { POST: {}; PUT: {}; DELETE: {} };
  };
  'collection-collaborators': {
    record: CollectionCollaborator;
    create: CollectionCollaboratorCreate;
    update: never;
    expand: { collection: { resource: 'collections'; many: false }; user: { resource: 'users'; many: false } };
    sort: CollectionCollaboratorSort;
    filters: { collection: string | Date; collection__in: readonly (string | Date)[]; collection__ne: string | Date; created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date; user: string | Date; user__in: readonly (string | Date)[]; user__ne: string | Date };
    options: {};
    viewer: {};
    actions: { POST: {}; PUT: {}; DELETE: {} };
  };
  'collection-items': {
    record: CollectionItem;
    create: CollectionItemCreate;
    update: CollectionItemUpdate;
    expand: { collection: { resource: 'collections'; many: false }; card: { resource: 'cards'; many: false } };
    sort: CollectionItemSort;
    filters: { card: string | Date; card__in: readonly (string | Date)[]; card__ne: string | Date; collection: string | Date; collection__in: readonly (string | Date)[]; collection__ne: string | Date; created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date; section: string | Date; section__contains: string | Date; section__in: readonly (string | Date)[]; section__ne: string | Date };
    options: {};
    viewer: {};
    actions: { POST: { move: PlaceInput }; PUT: {}; DELETE: {} };
  };
  'collections': {
    record: Collection;
    create: CollectionCreate;
    update: CollectionUpdate;
    expand: { owner: { resource: 'users'; many: false }; collection_collaborators_via_collection: { resource: 'collection-collaborators'; many: true }; collection_items_via_collection: { resource: 'collection-items'; many: true } };
    sort: CollectionSort;
    filters: { created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; goal_count: number; goal_count__gt: number; goal_count__gte: number; goal_count__in: readonly (number)[]; goal_count__lt: number; goal_count__lte: number; goal_count__ne: number; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date; is_hidden: boolean; is_hidden__gt: boolean; is_hidden__gte: boolean; is_hidden__in: readonly (boolean)[]; is_hidden__lt: boolean; is_hidden__lte: boolean; is_hidden__ne: boolean; item_count: number; item_count__gt: number; item_count__gte: number; item_count__in: readonly (number)[]; item_count__lt: number; item_count__lte: number; item_count__ne: number; owner: string | Date; owner__in: readonly (string | Date)[]; owner__ne: string | Date; title: string | Date; title__contains: string | Date; title__in: readonly (string | Date)[]; title__ne: string | Date; updated_at: string | Date; updated_at__gt: string | Date; updated_at__gte: string | Date; updated_at__in: readonly (string | Date)[]; updated_at__lt: string | Date; updated_at__lte: string | Date; updated_at__ne: string | Date; visibility: CollectionVisibility; visibility__in: readonly (CollectionVisibility)[]; visibility__ne: CollectionVisibility };
    options: {};
    viewer: {};
    actions: { POST: {}; PUT: { hide: undefined }; DELETE: { hide: undefined } };
  };
  'comment-likes': {
    record: CommentLike;
    create: never;
    update: never;
    expand: { comment: { resource: 'comments'; many: false } };
    sort: CommentLikeSort;
    filters: { comment: string | Date; comment__in: readonly (string | Date)[]; comment__ne: string | Date; created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date };
    options: {};
    viewer: {};
    actions: { POST: {}; PUT: {}; DELETE: {} };
  };
  'comments': {
    record: Comment;
    create: CommentCreate;
    update: CommentUpdate;
    expand: { author: { resource: 'users'; many: false }; post: { resource: 'posts'; many: false }; card: { resource: 'cards'; many: false }; parent: { resource: 'comments'; many: false }; comment_likes_via_comment: { resource: 'comment-likes'; many: true }; comments_via_parent: { resource: 'comments'; many: true }; edits_via_comment: { resource: 'edits'; many: true }; mentions_via_comment: { resource: 'mentions'; many: true }; reactions_via_comment: { resource: 'reactions'; many: true } };
    sort: CommentSort;
    filters: { author: string | Date; author__in: readonly (string | Date)[]; author__ne: string | Date; card: string | Date; card__in: readonly (string | Date)[]; card__ne: string | Date; created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date; like_count: number; like_count__gt: number; like_count__gte: number; like_count__in: readonly (number)[]; like_count__lt: number; like_count__lte: number; like_count__ne: number; parent: string | Date; parent__in: readonly (string | Date)[]; parent__ne: string | Date; post: string | Date; post__in: readonly (string | Date)[]; post__ne: string | Date; text: string | Date; text__contains: string | Date; text__in: readonly (string | Date)[]; text__ne: string | Date; updated_at: string | Date; updated_at__gt: string | Date; updated_at__gte: string | Date; updated_at__in: readonly (string | Date)[]; updated_at__lt: string | Date; updated_at__lte: string | Date; updated_at__ne: string | Date };
    options: {};
    viewer: { liked: boolean };
    actions: { POST: {}; PUT: { hide: undefined; like: undefined }; DELETE: { hide: undefined; like: undefined } };
  };
  'consents': {
    record: Consent;
    create: ConsentCreate;
    update: never;
    expand: {};
    sort: ConsentSort;
    filters: { created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; document: string | Date; document__contains: string | Date; document__in: readonly (string | Date)[]; document__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date };
    options: {};
    viewer: {};
    actions: { POST: {}; PUT: {}; DELETE: {} };
  };
  'edits': {
    record: Edit;
    create: never;
    update: never;
    expand: { post: { resource: 'posts'; many: false }; comment: { resource: 'comments'; many: false }; author: { resource: 'users'; many: false } };
    sort: EditSort;
    filters: { author: string | Date; author__in: readonly (string | Date)[]; author__ne: string | Date; comment: string | Date; comment__in: readonly (string | Date)[]; comment__ne: string | Date; created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date; post: string | Date; post__in: readonly (string | Date)[]; post__ne: string | Date };
    options: {};
    viewer: {};
    actions: { POST: {}; PUT: {}; DELETE: {} };
  };
  'exports': {
    record: Export;
    create: never;
    update: never;
    expand: {};
    sort: ExportSort;
    filters: { created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date };
    options: {};
    viewer: {};
    actions: { POST: {}; PUT: {}; DELETE: {} };
  };
  'feed': {
    record: FeedItem;
    create: never;
    update: never;
    expand: { card: { resource: 'cards'; many: false }; post: { resource: 'posts'; many: false }; author: { resource: 'users'; many: false }; feed_reads_via_item: { resource: 'feed-reads'; many: true } };
    sort: FeedItemSort;
    filters: { author: string | Date; author__in: readonly (string | Date)[]; author__ne: string | Date; card: string | Date; card__in: readonly (string | Date)[]; card__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date; kind: FeedItemKind; kind__in: readonly (FeedItemKind)[]; kind__ne: FeedItemKind; post: string | Date; post__in: readonly (string | Date)[]; post__ne: string | Date };
    options: { mode: 'following' | 'hot' | 'new' | 'top'; unread: 'false' | 'true'; window: 'all' | 'day' | 'month' | 'week' };
    viewer: { read: boolean };
    actions: { POST: {}; PUT: { read: undefined }; DELETE: { read: undefined } };
  };
  'feed-reads': {
    record: FeedRead;
    create: never;
    update: never;
    expand: { item: { resource: 'feed'; many: false } };
    sort: FeedReadSort;
    filters: { created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date; item: string | Date; item__in: readonly (string | Date)[]; item__ne: string | Date };
    options: {};
    viewer: {};
    actions: { POST: {}; PUT: {}; DELETE: {} };
  };
  'follows': {
    record: Follow;
    create: never;
    update: never;
    expand: { follower: { resource: 'users'; many: false }; followed: { resource: 'users'; many: false } };
    sort: FollowSort;
    filters: { created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; followed: string | Date; followed__in: readonly (string | Date)[]; followed__ne: string | Date; follower: string | Date; follower__in: readonly (string | Date)[]; follower__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date };
    options: {};
    viewer: {};
    actions: { POST: {}; PUT: {}; DELETE: {} };
  };
  'inboxes': {
    record: Inbox;
    create: never;
    update: InboxUpdate;
    expand: {};
    sort: InboxSort;
    filters: { created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date };
    options: {};
    viewer: {};
    actions: { POST: {}; PUT: { read: undefined }; DELETE: {} };
  };
  'jobs': {
    record: Job;
    create: never;
    update: never;
    expand: { asked_by: { resource: 'users'; many: false } };
    sort: JobSort;
    filters: { asked_by: string | Date; asked_by__in: readonly (string | Date)[]; asked_by__ne: string | Date; created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date; name: string | Date; name__contains: string | Date; name__in: readonly (string | Date)[]; name__ne: string | Date; state: JobState; state__in: readonly (JobState)[]; state__ne: JobState };
    options: {};
    viewer: {};
    actions: { POST: { cancel: undefined; retry: undefined; signal: SignalInput }; PUT: {}; DELETE: {} };
  };
  'mentions': {
    record: Mention;
    create: never;
    update: never;
    expand: { member: { resource: 'users'; many: false }; post: { resource: 'posts'; many: false }; comment: { resource: 'comments'; many: false }; message: { resource: 'messages'; many: false } };
    sort: MentionSort;
    filters: { comment: string | Date; comment__in: readonly (string | Date)[]; comment__ne: string | Date; created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date; member: string | Date; member__in: readonly (string | Date)[]; member__ne: string | Date; message: string | Date; message__in: readonly (string | Date)[]; message__ne: string | Date; post: string | Date; post__in: readonly (string | Date)[]; post__ne: string | Date };
    options: {};
    viewer: {};
    actions: { POST: {}; PUT: {}; DELETE: {} };
  };
  'messages': {
    record: Message;
    create: MessageCreate;
    update: MessageUpdate;
    expand: { author: { resource: 'users'; many: false }; room: { resource: 'rooms'; many: false }; reply_to: { resource: 'messages'; many: false }; mentions_via_message: { resource: 'mentions'; many: true }; reactions_via_message: { resource: 'reactions'; many: true } };
    sort: MessageSort;
    filters: { author: string | Date; author__in: readonly (string | Date)[]; author__ne: string | Date; created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date; room: string | Date; room__in: readonly (string | Date)[]; room__ne: string | Date };
    options: {};
    viewer: {};
    actions: { POST: {}; PUT: { hide: undefined }; DELETE: { hide: undefined } };
  };
  'moderation-cases': {
    record: ModerationCase;
    create: never;
    update: never;
    expand: { subject: { resource: 'users'; many: false }; appealed: { resource: 'moderation-cases'; many: false }; claimed_by: { resource: 'users'; many: false }; decided_by: { resource: 'users'; many: false }; appeals_via_case: { resource: 'appeals'; many: true }; appeals_via_review: { resource: 'appeals'; many: true }; case_events_via_case: { resource: 'case-events'; many: true }; case_notes_via_case: { resource: 'case-notes'; many: true }; reports_via_case: { resource: 'reports'; many: true } };
    sort: ModerationCaseSort;
    filters: { claimed_by: string | Date; claimed_by__in: readonly (string | Date)[]; claimed_by__ne: string | Date; created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; decided_at: string | Date; decided_at__gt: string | Date; decided_at__gte: string | Date; decided_at__in: readonly (string | Date)[]; decided_at__lt: string | Date; decided_at__lte: string | Date; decided_at__ne: string | Date; decided_by: string | Date; decided_by__in: readonly (string | Date)[]; decided_by__ne: string | Date; decision: ModerationCaseDecision; decision__in: readonly (ModerationCaseDecision)[]; decision__ne: ModerationCaseDecision; ground: ModerationCaseGround; ground__in: readonly (ModerationCaseGround)[]; ground__ne: ModerationCaseGround; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date; kind: ModerationCaseKind; kind__in: readonly (ModerationCaseKind)[]; kind__ne: ModerationCaseKind; removes_at: string | Date; removes_at__gt: string | Date; removes_at__gte: string | Date; removes_at__in: readonly (string | Date)[]; removes_at__lt: string | Date; removes_at__lte: string | Date; removes_at__ne: string | Date; report_count: number; report_count__gt: number; report_count__gte: number; report_count__in: readonly (number)[]; report_count__lt: number; report_count__lte: number; report_count__ne: number; scope: string | Date; scope__contains: string | Date; scope__in: readonly (string | Date)[]; scope__ne: string | Date; score: number; score__gt: number; score__gte: number; score__in: readonly (number)[]; score__lt: number; score__lte: number; score__ne: number; state: ModerationCaseState; state__in: readonly (ModerationCaseState)[]; state__ne: ModerationCaseState; subject: string | Date; subject__in: readonly (string | Date)[]; subject__ne: string | Date; target_id: string | Date; target_id__gt: string | Date; target_id__gte: string | Date; target_id__in: readonly (string | Date)[]; target_id__lt: string | Date; target_id__lte: string | Date; target_id__ne: string | Date; target_resource: string | Date; target_resource__contains: string | Date; target_resource__in: readonly (string | Date)[]; target_resource__ne: string | Date };
    options: {};
    viewer: {};
    actions: { POST: { decide: DecisionInput }; PUT: { claim: undefined }; DELETE: { claim: undefined } };
  };
  'moderation-log': {
    record: CaseAction;
    create: never;
    update: never;
    expand: { case: { resource: 'moderation-cases'; many: false }; subject: { resource: 'users'; many: false }; moderator: { resource: 'users'; many: false }; sanction: { resource: 'sanctions'; many: false } };
    sort: CaseActionSort;
    filters: { created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; expires_at: string | Date; expires_at__gt: string | Date; expires_at__gte: string | Date; expires_at__in: readonly (string | Date)[]; expires_at__lt: string | Date; expires_at__lte: string | Date; expires_at__ne: string | Date; ground: CaseActionGround; ground__in: readonly (CaseActionGround)[]; ground__ne: CaseActionGround; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date; is_automatic: boolean; is_automatic__gt: boolean; is_automatic__gte: boolean; is_automatic__in: readonly (boolean)[]; is_automatic__lt: boolean; is_automatic__lte: boolean; is_automatic__ne: boolean; kind: CaseActionKind; kind__in: readonly (CaseActionKind)[]; kind__ne: CaseActionKind; reversed_at: string | Date; reversed_at__gt: string | Date; reversed_at__gte: string | Date; reversed_at__in: readonly (string | Date)[]; reversed_at__lt: string | Date; reversed_at__lte: string | Date; reversed_at__ne: string | Date; subject: string | Date; subject__in: readonly (string | Date)[]; subject__ne: string | Date; target_id: string | Date; target_id__gt: string | Date; target_id__gte: string | Date; target_id__in: readonly (string | Date)[]; target_id__lt: string | Date; target_id__lte: string | Date; target_id__ne: string | Date; target_resource: string | Date; target_resource__contains: string | Date; target_resource__in: readonly (string | Date)[]; target_resource__ne: string | Date };
    options: {};
    viewer: {};
    actions: { POST: { resubmit: undefined }; PUT: {}; DELETE: {} };
  };
  'moderator-scopes': {
    record: ModeratorScope;
    create: ModeratorScopeCreate;
    update: never;
    expand: { moderator: { resource: 'users'; many: false }; room: { resource: 'rooms'; many: false } };
    sort: ModeratorScopeSort;
    filters: { category: ModeratorScopeCategory; category__in: readonly (ModeratorScopeCategory)[]; category__ne: ModeratorScopeCategory; created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date; moderator: string | Date; moderator__in: readonly (string | Date)[]; moderator__ne: string | Date; room: string | Date; room__in: readonly (string | Date)[]; room__ne: string | Date; scope: string | Date; scope__contains: string | Date; scope__in: readonly (string | Date)[]; scope__ne: string | Date };
    options: {};
    viewer: {};
    actions: { POST: {}; PUT: {}; DELETE: {} };
  };
  'mutes': {
    record: Mute;
    create: never;
    update: never;
    expand: { muted: { resource: 'users'; many: false } };
    sort: MuteSort;
    filters: { created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date; muted: string | Date; muted__in: readonly (string | Date)[]; muted__ne: string | Date };
    options: {};
    viewer: {};
    actions: { POST: {}; PUT: {}; DELETE: {} };
  };
  'notification-mutes': {
    record: NotificationMute;
    create: NotificationMuteCreate;
    update: never;
    expand: { card: { resource: 'cards'; many: false }; template: { resource: 'templates'; many: false }; post: { resource: 'posts'; many: false } };
    sort: NotificationMuteSort;
    filters: { card: string | Date; card__in: readonly (string | Date)[]; card__ne: string | Date; created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date; post: string | Date; post__in: readonly (string | Date)[]; post__ne: string | Date; template: string | Date; template__in: readonly (string | Date)[]; template__ne: string | Date };
    options: {};
    viewer: {};
    actions: { POST: {}; PUT: {}; DELETE: {} };
  };
  'notification-preferences': {
    record: NotificationPreference;
    create: NotificationPreferenceCreate;
    update: NotificationPreferenceUpdate;
    expand: {};
    sort: NotificationPreferenceSort;
    filters: { created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date; kind: NotificationPreferenceKind; kind__in: readonly (NotificationPreferenceKind)[]; kind__ne: NotificationPreferenceKind };
    options: {};
    viewer: {};
    actions: { POST: {}; PUT: {}; DELETE: {} };
  };
  'notifications': {
    record: Notification;
    create: never;
    update: never;
    expand: { actor: { resource: 'users'; many: false }; card: { resource: 'cards'; many: false }; template: { resource: 'templates'; many: false }; review: { resource: 'reviews'; many: false }; post: { resource: 'posts'; many: false }; comment: { resource: 'comments'; many: false }; message: { resource: 'messages'; many: false }; sanction: { resource: 'sanctions'; many: false }; action: { resource: 'moderation-log'; many: false }; report: { resource: 'reports'; many: false }; appeal: { resource: 'appeals'; many: false } };
    sort: NotificationSort;
    filters: { id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date; is_read: boolean; is_read__gt: boolean; is_read__gte: boolean; is_read__in: readonly (boolean)[]; is_read__lt: boolean; is_read__lte: boolean; is_read__ne: boolean; kind: NotificationKind; kind__in: readonly (NotificationKind)[]; kind__ne: NotificationKind; latest_at: string | Date; latest_at__gt: string | Date; latest_at__gte: string | Date; latest_at__in: readonly (string | Date)[]; latest_at__lt: string | Date; latest_at__lte: string | Date; latest_at__ne: string | Date };
    options: {};
    viewer: {};
    actions: { POST: {}; PUT: { read: undefined }; DELETE: {} };
  };
  'poll-votes': {
    record: PollVote;
    create: never;
    update: never;
    expand: { poll: { resource: 'polls'; many: false } };
    sort: PollVoteSort;
    filters: { created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date; poll: string | Date; poll__in: readonly (string | Date)[]; poll__ne: string | Date };
    options: {};
    viewer: {};
    actions: { POST: {}; PUT: {}; DELETE: {} };
  };
  'polls': {
    record: Poll;
    create: PollCreate;
    update: never;
    expand: { post: { resource: 'posts'; many: false }; poll_votes_via_poll: { resource: 'poll-votes'; many: true } };
    sort: PollSort;
    filters: { closes_at: string | Date; closes_at__gt: string | Date; closes_at__gte: string | Date; closes_at__in: readonly (string | Date)[]; closes_at__lt: string | Date; closes_at__lte: string | Date; closes_at__ne: string | Date; created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date; is_closed: boolean; is_closed__gt: boolean; is_closed__gte: boolean; is_closed__in: readonly (boolean)[]; is_closed__lt: boolean; is_closed__lte: boolean; is_closed__ne: boolean; post: string | Date; post__in: readonly (string | Date)[]; post__ne: string | Date; vote_count: number; vote_count__gt: number; vote_count__gte: number; vote_count__in: readonly (number)[]; vote_count__lt: number; vote_count__lte: number; vote_count__ne: number };
    options: {};
    viewer: { voted: boolean };
    actions: { POST: { close: undefined }; PUT: { vote: VoteInput }; DELETE: {} };
  };
  'post-likes': {
    record: PostLike;
    create: never;
    update: never;
    expand: { post: { resource: 'posts'; many: false } };
    sort: PostLikeSort;
    filters: { created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date; post: string | Date; post__in: readonly (string | Date)[]; post__ne: string | Date };
    options: {};
    viewer: {};
    actions: { POST: {}; PUT: {}; DELETE: {} };
  };
  'posts': {
    record: Post;
    create: PostCreate;
    update: PostUpdate;
    expand: { author: { resource: 'users'; many: false }; card: { resource: 'cards'; many: false }; template: { resource: 'templates'; many: false }; comments_via_post: { resource: 'comments'; many: true }; edits_via_post: { resource: 'edits'; many: true }; feed_via_post: { resource: 'feed'; many: true }; mentions_via_post: { resource: 'mentions'; many: true }; notification_mutes_via_post: { resource: 'notification-mutes'; many: true }; polls_via_post: { resource: 'polls'; many: true }; post_likes_via_post: { resource: 'post-likes'; many: true }; reactions_via_post: { resource: 'reactions'; many: true } };
    sort: PostSort;
    filters: { author: string | Date; author__in: readonly (string | Date)[]; author__ne: string | Date; card: string | Date; card__in: readonly (string | Date)[]; card__ne: string | Date; comment_count: number; comment_count__gt: number; comment_count__gte: number; comment_count__in: readonly (number)[]; comment_count__lt: number; comment_count__lte: number; comment_count__ne: number; created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; edited_at: string | Date; edited_at__gt: string | Date; edited_at__gte: string | Date; edited_at__in: readonly (string | Date)[]; edited_at__lt: string | Date; edited_at__lte: string | Date; edited_at__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date; images: string | Date; images__in: readonly (string | Date)[]; images__ne: string | Date; like_count: number; like_count__gt: number; like_count__gte: number; like_count__in: readonly (number)[]; like_count__lt: number; like_count__lte: number; like_count__ne: number; tags: string | Date; tags__in: readonly (string | Date)[]; tags__ne: string | Date; template: string | Date; template__in: readonly (string | Date)[]; template__ne: string | Date; text: string | Date; text__contains: string | Date; text__in: readonly (string | Date)[]; text__ne: string | Date; updated_at: string | Date; updated_at__gt: string | Date; updated_at__gte: string | Date; updated_at__in: readonly (string | Date)[]; updated_at__lt: string | Date; updated_at__lte: string | Date; updated_at__ne: string | Date };
    options: {};
    viewer: { liked: boolean };
    actions: { POST: {}; PUT: { hide: undefined; like: undefined }; DELETE: { hide: undefined; like: undefined } };
  };
  'push-subscriptions': {
    record: PushSubscription;
    create: PushSubscriptionCreate;
    update: never;
    expand: {};
    sort: PushSubscriptionSort;
    filters: { created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date };
    options: {};
    viewer: {};
    actions: { POST: {}; PUT: {}; DELETE: {} };
  };
  'reactions': {
    record: Reaction;
    create: ReactionCreate;
    update: never;
    expand: { user: { resource: 'users'; many: false }; post: { resource: 'posts'; many: false }; comment: { resource: 'comments'; many: false }; message: { resource: 'messages'; many: false } };
    sort: ReactionSort;
    filters: { comment: string | Date; comment__in: readonly (string | Date)[]; comment__ne: string | Date; created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; emoji: string | Date; emoji__contains: string | Date; emoji__in: readonly (string | Date)[]; emoji__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date; message: string | Date; message__in: readonly (string | Date)[]; message__ne: string | Date; post: string | Date; post__in: readonly (string | Date)[]; post__ne: string | Date; user: string | Date; user__in: readonly (string | Date)[]; user__ne: string | Date };
    options: {};
    viewer: {};
    actions: { POST: {}; PUT: {}; DELETE: {} };
  };
  'reports': {
    record: Report;
    create: ReportCreate;
    update: never;
    expand: { reporter: { resource: 'users'; many: false }; case: { resource: 'moderation-cases'; many: false } };
    sort: ReportSort;
    filters: { case: string | Date; case__in: readonly (string | Date)[]; case__ne: string | Date; created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date; outcome: ReportOutcome; outcome__in: readonly (ReportOutcome)[]; outcome__ne: ReportOutcome; reason: ReportReason; reason__in: readonly (ReportReason)[]; reason__ne: ReportReason; reporter: string | Date; reporter__in: readonly (string | Date)[]; reporter__ne: string | Date; target_id: string | Date; target_id__gt: string | Date; target_id__gte: string | Date; target_id__in: readonly (string | Date)[]; target_id__lt: string | Date; target_id__lte: string | Date; target_id__ne: string | Date; target_resource: string | Date; target_resource__contains: string | Date; target_resource__in: readonly (string | Date)[]; target_resource__ne: string | Date };
    options: {};
    viewer: {};
    actions: { POST: {}; PUT: {}; DELETE: {} };
  };
  'reviews': {
    record: Review;
    create: ReviewCreate;
    update: ReviewUpdate;
    expand: { template: { resource: 'templates'; many: false }; author: { resource: 'users'; many: false } };
    sort: ReviewSort;
    filters: { author: string | Date; author__in: readonly (string | Date)[]; author__ne: string | Date; created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date; stars: number; stars__gt: number; stars__gte: number; stars__in: readonly (number)[]; stars__lt: number; stars__lte: number; stars__ne: number; template: string | Date; template__in: readonly (string | Date)[]; template__ne: string | Date; updated_at: string | Date; updated_at__gt: string | Date; updated_at__gte: string | Date; updated_at__in: readonly (string | Date)[]; updated_at__lt: string | Date; updated_at__lte: string | Date; updated_at__ne: string | Date };
    options: {};
    viewer: {};
    actions: { POST: {}; PUT: { hide: undefined }; DELETE: { hide: undefined } };
  };
  'room-members': {
    record: RoomMember;
    create: RoomMemberCreate;
    update: never;
    expand: { room: { resource: 'rooms'; many: false }; user: { resource: 'users'; many: false } };
    sort: RoomMemberSort;
    filters: { created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date; room: string | Date; room__in: readonly (string | Date)[]; room__ne: string | Date; user: string | Date; user__in: readonly (string | Date)[]; user__ne: string | Date };
    options: {};
    viewer: {};
    actions: { POST: {}; PUT: {}; DELETE: {} };
  };
  'room-reads': {
    record: RoomRead;
    create: never;
    update: never;
    expand: { room: { resource: 'rooms'; many: false } };
    sort: RoomReadSort;
    filters: { created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date; read_at: string | Date; read_at__gt: string | Date; read_at__gte: string | Date; read_at__in: readonly (string | Date)[]; read_at__lt: string | Date; read_at__lte: string | Date; read_at__ne: string | Date; room: string | Date; room__in: readonly (string | Date)[]; room__ne: string | Date; user: string | Date; user__in: readonly (string | Date)[]; user__ne: string | Date };
    options: {};
    viewer: {};
    actions: { POST: {}; PUT: {}; DELETE: {} };
  };
  'rooms': {
    record: Room;
    create: RoomCreate;
    update: RoomUpdate;
    expand: { creator: { resource: 'users'; many: false }; card: { resource: 'cards'; many: false }; messages_via_room: { resource: 'messages'; many: true }; moderator_scopes_via_room: { resource: 'moderator-scopes'; many: true }; room_members_via_room: { resource: 'room-members'; many: true }; room_reads_via_room: { resource: 'room-reads'; many: true } };
    sort: RoomSort;
    filters: { card: string | Date; card__in: readonly (string | Date)[]; card__ne: string | Date; created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; creator: string | Date; creator__in: readonly (string | Date)[]; creator__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date; is_closed: boolean; is_closed__gt: boolean; is_closed__gte: boolean; is_closed__in: readonly (boolean)[]; is_closed__lt: boolean; is_closed__lte: boolean; is_closed__ne: boolean; is_private: boolean; is_private__gt: boolean; is_private__gte: boolean; is_private__in: readonly (boolean)[]; is_private__lt: boolean; is_private__lte: boolean; is_private__ne: boolean; last_message_at: string | Date; last_message_at__gt: string | Date; last_message_at__gte: string | Date; last_message_at__in: readonly (string | Date)[]; last_message_at__lt: string | Date; last_message_at__lte: string | Date; last_message_at__ne: string | Date; message_count: number; message_count__gt: number; message_count__gte: number; message_count__in: readonly (number)[]; message_count__lt: number; message_count__lte: number; message_count__ne: number; title: string | Date; title__contains: string | Date; title__in: readonly (string | Date)[]; title__ne: string | Date; updated_at: string | Date; updated_at__gt: string | Date; updated_at__gte: string | Date; updated_at__in: readonly (string | Date)[]; updated_at__lt: string | Date; updated_at__lte: string | Date; updated_at__ne: string | Date };
    options: {};
    viewer: { unread_count: number };
    actions: { POST: {}; PUT: { close: undefined; read: ReadInput }; DELETE: { close: undefined; read: undefined } };
  };
  'sanctions': {
    record: Sanction;
    create: SanctionCreate;
    update: never;
    expand: { user: { resource: 'users'; many: false } };
    sort: SanctionSort;
    filters: { created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date; kind: SanctionKind; kind__in: readonly (SanctionKind)[]; kind__ne: SanctionKind; user: string | Date; user__in: readonly (string | Date)[]; user__ne: string | Date };
    options: {};
    viewer: {};
    actions: { POST: { lift: undefined }; PUT: {}; DELETE: {} };
  };
  'screening-matches': {
    record: ScreeningMatch;
    create: never;
    update: never;
    expand: { rule: { resource: 'screening-rules'; many: false }; member: { resource: 'users'; many: false } };
    sort: ScreeningMatchSort;
    filters: { action: ScreeningMatchAction; action__in: readonly (ScreeningMatchAction)[]; action__ne: ScreeningMatchAction; created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date; is_dry_run: boolean; is_dry_run__gt: boolean; is_dry_run__gte: boolean; is_dry_run__in: readonly (boolean)[]; is_dry_run__lt: boolean; is_dry_run__lte: boolean; is_dry_run__ne: boolean; member: string | Date; member__in: readonly (string | Date)[]; member__ne: string | Date; record_id: string | Date; record_id__gt: string | Date; record_id__gte: string | Date; record_id__in: readonly (string | Date)[]; record_id__lt: string | Date; record_id__lte: string | Date; record_id__ne: string | Date; resource: string | Date; resource__contains: string | Date; resource__in: readonly (string | Date)[]; resource__ne: string | Date; rule: string | Date; rule__in: readonly (string | Date)[]; rule__ne: string | Date };
    options: {};
    viewer: {};
    actions: { POST: {}; PUT: {}; DELETE: {} };
  };
  'screening-rules': {
    record: ScreeningRule;
    create: ScreeningRuleCreate;
    update: ScreeningRuleUpdate;
    expand: { author: { resource: 'users'; many: false }; screening_matches_via_rule: { resource: 'screening-matches'; many: true } };
    sort: ScreeningRuleSort;
    filters: { action: ScreeningRuleAction; action__in: readonly (ScreeningRuleAction)[]; action__ne: ScreeningRuleAction; created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date; is_active: boolean; is_active__gt: boolean; is_active__gte: boolean; is_active__in: readonly (boolean)[]; is_active__lt: boolean; is_active__lte: boolean; is_active__ne: boolean; is_dry_run: boolean; is_dry_run__gt: boolean; is_dry_run__gte: boolean; is_dry_run__in: readonly (boolean)[]; is_dry_run__lt: boolean; is_dry_run__lte: boolean; is_dry_run__ne: boolean; name: string | Date; name__contains: string | Date; name__in: readonly (string | Date)[]; name__ne: string | Date };
    options: {};
    viewer: {};
    actions: { POST: { try: StoredTrialInput }; PUT: {}; DELETE: {} };
  };
  'template-versions': {
    record: TemplateVersion;
    create: never;
    update: never;
    expand: { template: { resource: 'templates'; many: false } };
    sort: TemplateVersionSort;
    filters: { created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date; template: string | Date; template__in: readonly (string | Date)[]; template__ne: string | Date };
    options: {};
    viewer: {};
    actions: { POST: {}; PUT: {}; DELETE: {} };
  };
  'templates': {
    record: Template;
    create: TemplateCreate;
    update: TemplateUpdate;
    expand: { author: { resource: 'users'; many: false }; cards_via_template: { resource: 'cards'; many: true }; notification_mutes_via_template: { resource: 'notification-mutes'; many: true }; posts_via_template: { resource: 'posts'; many: true }; reviews_via_template: { resource: 'reviews'; many: true }; template_versions_via_template: { resource: 'template-versions'; many: true } };
    sort: TemplateSort;
    filters: { author: string | Date; author__in: readonly (string | Date)[]; author__ne: string | Date; category: TemplateCategory; category__in: readonly (TemplateCategory)[]; category__ne: TemplateCategory; created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; default_effects: string | Date; default_effects__in: readonly (string | Date)[]; default_effects__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date; is_hidden: boolean; is_hidden__gt: boolean; is_hidden__gte: boolean; is_hidden__in: readonly (boolean)[]; is_hidden__lt: boolean; is_hidden__lte: boolean; is_hidden__ne: boolean; rating_average: number; rating_average__gt: number; rating_average__gte: number; rating_average__in: readonly (number)[]; rating_average__lt: number; rating_average__lte: number; rating_average__ne: number; rating_count: number; rating_count__gt: number; rating_count__gte: number; rating_count__in: readonly (number)[]; rating_count__lt: number; rating_count__lte: number; rating_count__ne: number; state: TemplateState; state__in: readonly (TemplateState)[]; state__ne: TemplateState; title: string | Date; title__contains: string | Date; title__in: readonly (string | Date)[]; title__ne: string | Date; updated_at: string | Date; updated_at__gt: string | Date; updated_at__gte: string | Date; updated_at__in: readonly (string | Date)[]; updated_at__lt: string | Date; updated_at__lte: string | Date; updated_at__ne: string | Date; use_count: number; use_count__gt: number; use_count__gte: number; use_count__in: readonly (number)[]; use_count__lt: number; use_count__lte: number; use_count__ne: number; version: number; version__gt: number; version__gte: number; version__in: readonly (number)[]; version__lt: number; version__lte: number; version__ne: number };
    options: {};
    viewer: {};
    actions: { POST: { approve: undefined; deprecate: undefined; 'request-changes': NoteInput; submit: undefined }; PUT: { hide: undefined }; DELETE: { hide: undefined } };
  };
  'users': {
    record: User;
    create: never;
    update: UserUpdate;
    expand: { appeals_via_author: { resource: 'appeals'; many: true }; 'auth/events_via_user': { resource: 'auth/events'; many: true }; blocks_via_blocked: { resource: 'blocks'; many: true }; cards_via_creator: { resource: 'cards'; many: true }; collection_collaborators_via_user: { resource: 'collection-collaborators'; many: true }; collections_via_owner: { resource: 'collections'; many: true }; comments_via_author: { resource: 'comments'; many: true }; edits_via_author: { resource: 'edits'; many: true }; feed_via_author: { resource: 'feed'; many: true }; follows_via_follower: { resource: 'follows'; many: true }; follows_via_followed: { resource: 'follows'; many: true }; jobs_via_asked_by: { resource: 'jobs'; many: true }; mentions_via_member: { resource: 'mentions'; many: true }; messages_via_author: { resource: 'messages'; many: true }; moderation_cases_via_subject: { resource: 'moderation-cases'; many: true }; moderation_log_via_subject: { resource: 'moderation-log'; many: true }; moderator_scopes_via_moderator: { resource: 'moderator-scopes'; many: true }; mutes_via_muted: { resource: 'mutes'; many: true }; posts_via_author: { resource: 'posts'; many: true }; reactions_via_user: { resource: 'reactions'; many: true }; reports_via_reporter: { resource: 'reports'; many: true }; reviews_via_author: { resource: 'reviews'; many: true }; room_members_via_user: { resource: 'room-members'; many: true }; room_reads_via_user: { resource: 'room-reads'; many: true }; rooms_via_creator: { resource: 'rooms'; many: true }; sanctions_via_user: { resource: 'sanctions'; many: true }; screening_matches_via_member: { resource: 'screening-matches'; many: true }; templates_via_author: { resource: 'templates'; many: true }; webhooks_via_owner: { resource: 'webhooks'; many: true } };
    sort: UserSort;
    filters: { card_count: number; card_count__gt: number; card_count__gte: number; card_count__in: readonly (number)[]; card_count__lt: number; card_count__lte: number; card_count__ne: number; collection_count: number; collection_count__gt: number; collection_count__gte: number; collection_count__in: readonly (number)[]; collection_count__lt: number; collection_count__lte: number; collection_count__ne: number; created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; display_name: string | Date; display_name__contains: string | Date; display_name__in: readonly (string | Date)[]; display_name__ne: string | Date; follower_count: number; follower_count__gt: number; follower_count__gte: number; follower_count__in: readonly (number)[]; follower_count__lt: number; follower_count__lte: number; follower_count__ne: number; following_count: number; following_count__gt: number; following_count__gte: number; following_count__in: readonly (number)[]; following_count__lt: number; following_count__lte: number; following_count__ne: number; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date; username: string | Date; username__contains: string | Date; username__in: readonly (string | Date)[]; username__ne: string | Date };
    options: {};
    viewer: { followed: boolean; follows_me: boolean; blocked: boolean; muted: boolean };
    actions: { POST: { 'give-role': RoleInput; 'sign-out': undefined; 'take-role': RoleInput }; PUT: { block: undefined; follow: undefined; mute: undefined }; DELETE: { block: undefined; follow: undefined; mute: undefined } };
  };
  'webhooks': {
    record: Webhook;
    create: WebhookCreate;
    update: WebhookUpdate;
    expand: {};
    sort: WebhookSort;
    filters: { created_at: string | Date; created_at__gt: string | Date; created_at__gte: string | Date; created_at__in: readonly (string | Date)[]; created_at__lt: string | Date; created_at__lte: string | Date; created_at__ne: string | Date; id: string | Date; id__gt: string | Date; id__gte: string | Date; id__in: readonly (string | Date)[]; id__lt: string | Date; id__lte: string | Date; id__ne: string | Date; owner: string | Date; owner__in: readonly (string | Date)[]; owner__ne: string | Date };
    options: {};
    viewer: {};
    actions: { POST: { replay: ReplayInput; 'rotate-secret': undefined }; PUT: {}; DELETE: {} };
  };
}
