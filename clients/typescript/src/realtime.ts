import { Connection, REVOKED } from './connection.js';
import type { Owner, Pace, SocketClass } from './connection.js';
import { HolobaseError } from './errors.js';
import type { ServerFrame } from './frames.js';
import { Listening } from './subscribing.js';
import type { AnyRecord, Handlers, Query, Subscription } from './subscribing.js';
import type { SubscriptionFrame } from './subscribing.js';

/** `idle`: nothing to do; `waiting`: the connection was lost, another follows. */
export type Status = 'idle' | 'connecting' | 'open' | 'waiting';
export type StatusListener = (status: Status, error?: HolobaseError) => void;

/** Where Holobase is, and who listens. */
export interface Options extends Partial<Pace> {
  /** Holobase’s address, such as `https://cards.example`. */
  url: string | URL;
  /**
   * Give an access token, asked for whenever a connection is made; null is to be nobody. Throwing
   * is to be asked again after a while.
   */
  token?: () => Promise<string | null> | string | null;
  /** The class of WebSockets, where there is none globally. */
  WebSocket?: SocketClass;
}

const PACE: Pace = {
  pingEvery: 25_000,
  answerWithin: 10_000,
  retryFirst: 500,
  retryLongest: 30_000,
};
const MOST_REFUSED = 2;

/**
 * Subscriptions over one connection, which is made for the first and ended after the last.
 *
 * A lost connection is made again after a random while, and each subscription goes on after what
 * it has heard. When the token is no good any more, a new one is asked for; two that are refused
 * in a row end all subscriptions with the error `token_refused`.
 */
export class Realtime {
  private status: Status = 'idle';
  private connection: Connection | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private attempt = 0;
  private failures = 0;
  private refused = 0;
  private refs = 0;
  private readonly listening = new Map<string, Listening<unknown>>();
  private readonly statusListeners = new Set<StatusListener>();
  private readonly address: string;
  private readonly WebSocket: SocketClass;
  private readonly pace: Pace;

  /** Throws TypeError without a proper address or a class of WebSockets. */
  constructor(private readonly options: Options) {
    this.address = new URL('/ws/v1', options.url).href.replace(/^http/, 'ws');
    const found = options.WebSocket ?? globalThis.WebSocket;
    if (!found) throw new TypeError('There is no WebSocket here; give one, such as that of `ws`.');
    this.WebSocket = found;
    this.pace = { ...PACE, ...options };
  }

  /** Listen to a topic: `cards`, `cards/<id>` or `users/<id>/cards`. */
  subscribe<R = AnyRecord>(topic: string, query: Query, handlers: Handlers<R>): Subscription {
    const ref = String(++this.refs);
    const one = new Listening<R>(ref, topic, query, handlers);
    this.listening.set(ref, one as Listening<unknown>);
    if (this.status === 'open') this.connection?.send(one.request());
    if (this.status === 'idle') void this.connect();
    return {
      get cursor() {
        return one.cursor;
      },
      unsubscribe: () => this.unsubscribe(ref),
    };
  }

  /** Be told of every change of the status; gives a function that ends that. */
  onStatus(listener: StatusListener): () => void {
    this.statusListeners.add(listener);
    return () => void this.statusListeners.delete(listener);
  }

  /** End all subscriptions and the connection. */
  close(): void {
    this.listening.clear();
    this.rest();
  }

  private unsubscribe(ref: string): void {
    if (!this.listening.has(ref)) return;
    this.forget(ref);
    if (this.status === 'open') this.connection?.send({ type: 'unsubscribe', ref });
  }

  private async connect(): Promise<void> {
    const attempt = ++this.attempt;
    this.become('connecting');
    const token = await this.ask();
    // Meanwhile it may have been closed, or even opened anew.
    if (attempt !== this.attempt || this.status !== 'connecting') return;
    if (token === undefined) return this.retry();
    const owner = this.owner(token);
    this.connection = new Connection(this.WebSocket, this.address, owner, this.pace);
  }

  /** Give the token, null without one, undefined when it can’t be had now. */
  private async ask(): Promise<string | null | undefined> {
    try {
      return (await this.options.token?.()) ?? null;
    } catch {
      return undefined;
    }
  }

  private owner(token: string | null): Owner {
    return {
      onOpen: () => {
        if (token === null) this.opened();
        else this.connection?.send({ type: 'auth', token });
      },
      onFrame: (frame) => this.received(frame),
      onEnd: (code) => this.ended(code),
    };
  }

  private opened(): void {
    this.refused = 0;
    for (const one of this.listening.values()) this.connection?.send(one.request());
    this.become('open');
  }

  private received(frame: ServerFrame): void {
    switch (frame.type) {
      case 'authenticated':
        return this.opened();
      case 'reconnect':
        this.connection?.close();
        return this.retry(frame.after);
      case 'subscribed':
        this.failures = 0;
        return this.tell(frame);
      case 'event':
      case 'reset':
      case 'error':
        return this.tell(frame);
    }
  }

  private tell(frame: SubscriptionFrame): void {
    const one = this.listening.get(frame.ref ?? '');
    if (frame.type === 'error' && one) this.forget(one.ref);
    one?.hear(frame);
  }

  private forget(ref: string): void {
    this.listening.delete(ref);
    if (this.listening.size === 0) this.rest();
  }

  private ended(code: number): void {
    // A token that was good until now is not refused: it is asked for anew.
    if (code === REVOKED && this.status === 'connecting') this.refused += 1;
    if (this.refused < MOST_REFUSED) this.retry();
    else this.giveUp(new HolobaseError('token_refused', 'The server refuses the token.'));
  }

  /** Connect after a while: random, so that not all clients of a restarted server come at once. */
  private retry(after = 0): void {
    const longest = Math.min(this.pace.retryLongest, this.pace.retryFirst * 2 ** this.failures++);
    this.connection = undefined;
    this.timer = setTimeout(() => void this.connect(), after + Math.random() * longest);
    this.become('waiting');
  }

  private giveUp(error: HolobaseError): void {
    const over = [...this.listening.values()];
    this.listening.clear();
    this.rest(error);
    for (const one of over) one.fail(error);
  }

  private rest(error?: HolobaseError): void {
    clearTimeout(this.timer);
    this.connection?.close();
    this.connection = undefined;
    this.failures = this.refused = 0;
    if (this.status !== 'idle') this.become('idle', error);
  }

  private become(status: Status, error?: HolobaseError): void {
    this.status = status;
    for (const listener of [...this.statusListeners]) listener(status, error);
  }
}
