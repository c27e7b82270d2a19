/** Somebody who listens with the client, and remembers all that is heard. */

import { Realtime } from 'holobase';
import type { HolobaseError, Options, Query, RecordEvent, Subscription } from 'holobase';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';

import type { Card } from './server.js';

const HEARD_WITHIN = 10_000;
const QUIET = 400;

/** A client whose sockets can be cut, and the frames that came through them. */
export class Client extends Realtime {
  readonly frames: string[];
  private readonly sockets: WebSocket[];

  constructor(options: Omit<Options, 'WebSocket'>) {
    const sockets: WebSocket[] = [];
    const frames: string[] = [];
    const Kept = class extends WebSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols);
        sockets.push(this);
        this.on('message', (data) => frames.push(String(data)));
      }
    };
    super({ retryFirst: 50, ...options, WebSocket: Kept });
    this.sockets = sockets;
    this.frames = frames;
  }

  get connections(): number {
    return this.sockets.length;
  }

  /** Cut the connection as a dead network does, without a goodbye: what was under way is lost. */
  cut(): void {
    const socket = this.sockets.at(-1);
    socket?.removeAllListeners('message');
    socket?.terminate();
  }
}

export class Heard {
  readonly events: RecordEvent<Card>[] = [];
  readonly errors: HolobaseError[] = [];
  resets = 0;
  begun = 0;
  readonly subscription: Subscription;

  constructor(live: Realtime, topic: string, query: Query = {}) {
    this.subscription = live.subscribe<Card>(topic, query, {
      onEvent: (event) => this.events.push(event),
      onSubscribed: () => (this.begun += 1),
      onReset: () => (this.resets += 1),
      onError: (error) => this.errors.push(error),
    });
  }

  /** Subscribe and wait until the server has begun to tell. */
  static async of(live: Realtime, topic: string, query: Query = {}): Promise<Heard> {
    const heard = new Heard(live, topic, query);
    await until(() => heard.begun === 1);
    return heard;
  }

  /** Wait for so many events and a while for none more; gives what each says of which card. */
  async says(count: number): Promise<[string, string][]> {
    await until(() => this.events.length >= count);
    await sleep(QUIET);
    return this.events.map(({ action, id }) => [action, id]);
  }
}

export async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + HEARD_WITHIN;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`not in time: ${holds.toString()}`);
    await sleep(10);
  }
}
