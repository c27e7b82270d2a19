import { HolobaseError } from './errors.js';
import type { ErrorFrame, EventFrame, ResetFrame } from './frames.js';
import type { SubscribeFrame, SubscribedFrame } from './frames.js';

/** A frame about one subscription, named by the `ref` that it was asked for with. */
export type SubscriptionFrame = SubscribedFrame | EventFrame | ResetFrame | ErrorFrame;

/** A record whose type nobody told. */
export type AnyRecord = { id: string } & Record<string, unknown>;

/**
 * What happened to a record, as this subscriber sees it.
 *
 * `enter` and `leave` say that a change made it match, or match no more. Several changes in a row
 * can come as one event; the record is as it is when the event is made.
 */
export type RecordEvent<R> =
  | { action: 'create' | 'update' | 'enter'; id: string; cursor: string; record: R }
  | { action: 'delete' | 'leave'; id: string; cursor: string; record?: undefined };

/** What is asked about a topic; all but `since` as in a list of the REST API. */
export interface Query {
  filter?: string;
  expand?: string;
  fields?: string;
  /** The cursor after which to hear, for instance one kept from an earlier visit. */
  since?: string;
}

/** Who is told what of a subscription. */
export interface Handlers<R> {
  onEvent: (event: RecordEvent<R>) => void;
  /** Events come from this cursor on: after the first one, fetch what is there by REST. */
  onSubscribed?: (cursor: string) => void;
  /** Events are missing, as too many were missed or others may be seen now: fetch anew. */
  onReset?: () => void;
  /** The subscription is over and won’t be tried again. */
  onError?: (error: HolobaseError) => void;
}

/** The subscriber’s hold of a subscription. */
export interface Subscription {
  /** The cursor up to which everything was heard; undefined until the server knows of it. */
  readonly cursor: string | undefined;
  unsubscribe(): void;
}

/** One topic that is listened to, through however many connections. */
export class Listening<R> {
  cursor: string | undefined;

  constructor(
    readonly ref: string,
    private readonly topic: string,
    private readonly query: Query,
    private readonly handlers: Handlers<R>,
  ) {
    this.cursor = query.since;
  }

  /** Give the frame that asks for everything after what was heard. */
  request(): SubscribeFrame {
    const asked = { ...this.query, since: this.cursor };
    const given = Object.entries(asked).filter(([, value]) => value !== undefined);
    return { type: 'subscribe', ref: this.ref, topic: this.topic, ...Object.fromEntries(given) };
  }

  /** Tell the subscriber what a frame says. */
  hear(frame: SubscriptionFrame): void {
    switch (frame.type) {
      case 'event':
        this.cursor = frame.cursor;
        this.handlers.onEvent(eventOf<R>(frame));
        break;
      case 'subscribed':
        this.cursor = frame.cursor;
        this.handlers.onSubscribed?.(frame.cursor);
        break;
      case 'reset':
        this.handlers.onReset?.();
        break;
      case 'error':
        this.fail(new HolobaseError(frame.code, frame.detail ?? frame.code, frame.errors));
    }
  }

  /** Tell the subscriber that it is over. */
  fail(error: HolobaseError): void {
    this.handlers.onError?.(error);
  }
}

function eventOf<R>(frame: EventFrame): RecordEvent<R> {
  const { id, cursor } = frame;
  if (!('record' in frame)) return { action: frame.action, id, cursor };
  // Which type the records of a topic have, only the caller knows.
  return { action: frame.action, id, cursor, record: frame.record as R };
}
