// Written from docs/asyncapi.yaml by tests/clients/frame_types.py: change it there.

/** Any text by which the client knows the answer. */
export type Ref = string;

/** The `ref` that the client gave. */
export type AnsweredRef = string | null;

/** `cards`, `cards/<id>` or `users/<id>/cards`, and so for every resource. */
export type Topic = string;

/** A place in the log, to be given as `since` as it is. */
export type Cursor = string;

export type Room = string;

export type ShortText = string;

/** What is shown of a peer, at most 1 kB as JSON. */
export type Metadata = Record<string, unknown>;

/** A connection in a room; a member with two devices is two of them. */
export type Peer = {
  id: string;
  /** The member’s id; null for guests. */
  user: string | null;
  name: string;
  metadata: Metadata;
};

/** What is wrong with one part of what was asked. */
export type FieldError = {
  field: string;
  code: string;
  /** A sentence for people. */
  message: string;
  /** Where in a filter, counted from 1. */
  position?: number;
};

/** The record is there now, or has begun to match (`enter`). */
export type ShownEvent = {
  type: 'event';
  ref: Ref;
  topic: Topic;
  cursor: Cursor;
  action: 'create' | 'update' | 'enter';
  id: string;
  /** As lists of the resource show it. */
  record: Record<string, unknown>;
};

/** The record is there no more, or has stopped to match (`leave`). */
export type GoneEvent = {
  type: 'event';
  ref: Ref;
  topic: Topic;
  cursor: Cursor;
  action: 'delete' | 'leave';
  id: string;
};

/** Says for programs what is wrong, as in the HTTP API; some are of frames alone. */
export type ErrorCode = string;

/** Sign in, or give a new token before the old one runs out. */
export type AuthFrame = {
  type: 'auth';
  ref?: Ref;
  /** An access token or an API key. */
  token: string;
};

/** Listen to a topic. A `ref` that is in use is taken over. */
export type SubscribeFrame = {
  type: 'subscribe';
  ref: Ref;
  topic: Topic;
  /** What to hear of, as in lists. */
  filter?: string;
  /** Relations to show with each record. */
  expand?: string;
  /** What to show of each record. */
  fields?: string;
  /** The cursor after which to hear. */
  since?: string;
};

/** Listen no more. */
export type UnsubscribeFrame = {
  type: 'unsubscribe';
  ref: Ref;
};

/** Ask for a sign of life. */
export type PingFrame = {
  type: 'ping';
  ref?: Ref;
};

/** Enter a room. */
export type JoinFrame = {
  type: 'join';
  ref?: Ref;
  room: Room;
  metadata?: Metadata;
};

/** Go out of a room. */
export type LeaveFrame = {
  type: 'leave';
  ref?: Ref;
  room: Room;
};

/** Change what is shown of you in a room. */
export type SendPresenceFrame = {
  type: 'presence';
  ref?: Ref;
  room: Room;
  metadata?: Metadata;
};

/** Say something to all others in a room. */
export type SendBroadcastFrame = {
  type: 'broadcast';
  ref?: Ref;
  room: Room;
  event: ShortText;
  /** Any JSON of at most 16 kB. */
  payload?: unknown;
};

/** Say something to one peer in a room. */
export type SendSignalFrame = {
  type: 'signal';
  ref?: Ref;
  room: Room;
  to: ShortText;
  /** Any JSON of at most 32 kB. */
  data?: unknown;
};

/** The connection acts for a member now. */
export type AuthenticatedFrame = {
  type: 'authenticated';
  ref: AnsweredRef;
  /** The member’s id. */
  user: string;
};

/** Events come from now on; what was missed has come. */
export type SubscribedFrame = {
  type: 'subscribed';
  ref: Ref;
  topic: Topic;
  cursor: Cursor;
};

/** No more events come. */
export type UnsubscribedFrame = {
  type: 'unsubscribed';
  ref: Ref;
};

/** A sign of life. */
export type PongFrame = {
  type: 'pong';
  ref: AnsweredRef;
};

/** A record of the topic was changed. */
export type EventFrame = ShownEvent | GoneEvent;

/** Events are missing. Fetch anew; from here they go on. */
export type ResetFrame = {
  type: 'reset';
  ref: Ref;
  topic: Topic;
};

/** The token is no good any more; nothing else comes. */
export type RevokedFrame = {
  type: 'revoked';
};

/** The server goes away for a moment; nothing else comes. */
export type ReconnectFrame = {
  type: 'reconnect';
  /** Milliseconds to wait before connecting. */
  after: number;
};

/** What was asked can’t be, or a subscription has ended. */
export type ErrorFrame = {
  type: 'error';
  ref: AnsweredRef;
  code: ErrorCode;
  /** A sentence for people. */
  detail?: string;
  /** As HTTP would have it. */
  status?: number;
  errors?: FieldError[];
};

/** You are in a room; the peers are all others there. */
export type JoinedFrame = {
  type: 'joined';
  ref: AnsweredRef;
  room: Room;
  you: Peer;
  peers: Peer[];
};

/** You are in a room no more; with a code when you were put out. */
export type LeftFrame = {
  type: 'left';
  ref?: AnsweredRef;
  room: Room;
  code?: ErrorCode;
};

/** Somebody came, goes, or shows something else. */
export type PresenceFrame = {
  type: 'presence';
  room: Room;
  action: 'join' | 'update' | 'leave';
  peer: Peer;
};

/** Something was said to all in a room. */
export type BroadcastFrame = {
  type: 'broadcast';
  room: Room;
  /** The peer who says so; null for a service. */
  from: string | null;
  event: ShortText;
  /** Any JSON. */
  payload: unknown;
};

/** A peer in a room says something to you. */
export type SignalFrame = {
  type: 'signal';
  room: Room;
  /** The peer who says so. */
  from: string;
  /** Any JSON. */
  data: unknown;
};

/** What clients say. */
export type ClientFrame =
  | AuthFrame
  | JoinFrame
  | LeaveFrame
  | PingFrame
  | SendBroadcastFrame
  | SendPresenceFrame
  | SendSignalFrame
  | SubscribeFrame
  | UnsubscribeFrame;

/** What the server says. */
export type ServerFrame =
  | AuthenticatedFrame
  | BroadcastFrame
  | ErrorFrame
  | EventFrame
  | JoinedFrame
  | LeftFrame
  | PongFrame
  | PresenceFrame
  | ReconnectFrame
  | ResetFrame
  | RevokedFrame
  | SignalFrame
  | SubscribedFrame
  | UnsubscribedFrame;
