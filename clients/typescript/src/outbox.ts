/** Writes that wait while there is no network: each arrives once, in order. */

import type { ClientCore } from './client.js';
import { ConnectionError, ProblemError } from './problems.js';
import type { Problem } from './problems.js';
import type { Keeper } from './social.js';
import { key } from './transport.js';

/** A write that waits. */
export interface WaitingWrite {
  key: string;
  method: 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  path: string;
  body?: object;
  /** The version that is written to; 412 when somebody else was sooner. */
  ifMatch?: string;
  /** Values that the record must still have, for who has no entity tag of it. */
  unchanged?: Record<string, unknown>;
  attempts: number;
}

/** What guards a write against what somebody else has written meanwhile. */
export type WriteGuard = Pick<WaitingWrite, 'ifMatch' | 'unchanged'>;

/** What the server would not do; the writes behind it go on. */
export interface Conflict {
  write: WaitingWrite;
  problem: Problem;
}

export interface OutboxOptions {
  /** Where writes wait across reloads; in memory unless given (`localStorage`). */
  keeper?: Keeper;
  name?: string;
  onConflict?: (conflict: Conflict) => void;
  /** The first wait after a failure, in milliseconds; it doubles up to half a minute. */
  retryFirst?: number;
}

interface Waiter {
  resolve(record: any): void;
  reject(error: unknown): void;
}

const LONGEST_WAIT = 30_000;
/** How often a record is looked at again that others change while it is written. */
const MOST_LOOKS = 5;

export class Outbox {
  private readonly queue: WaitingWrite[];
  private readonly waiters = new Map<string, Waiter>();
  private readonly name: string;
  private isSending = false;
  private isClosed = false;
  private wake: (() => void) | undefined;

  constructor(
    private readonly client: ClientCore<any>,
    private readonly options: OutboxOptions = {},
  ) {
    this.name = options.name ?? 'holobase-outbox';
    this.queue = JSON.parse(options.keeper?.getItem(this.name) ?? '[]') as WaitingWrite[];
    globalThis.addEventListener?.('online', this.flush);
    this.flush();
  }

  /** The writes that wait, the next one first. */
  get waiting(): readonly WaitingWrite[] {
    return this.queue;
  }

  /** Write when it can be done, after all others; resolves with what the server answers. */
  write<T = unknown>(method: WaitingWrite['method'], path: string, body?: object, guard: WriteGuard = {}): Promise<T> {
    const write: WaitingWrite = { key: key(), method, path, attempts: 0, ...(body && { body }), ...guard };
    this.queue.push(write);
    this.keep();
    this.flush();
    return new Promise<T>((resolve, reject) => this.waiters.set(write.key, { resolve, reject }));
  }

  /** Try now rather than after the wait. */
  readonly flush = (): void => {
    this.wake?.();
    if (!this.isSending && !this.isClosed) void this.send();
  };

  /** Send nothing more; what waits is kept. */
  close(): void {
    this.isClosed = true;
    globalThis.removeEventListener?.('online', this.flush);
    this.wake?.();
  }

  private async send(): Promise<void> {
    this.isSending = true;
    for (let failures = 0; this.queue[0] && !this.isClosed; ) {
      const write = this.queue[0];
      try {
        this.settle(write, (waiter, record) => waiter?.resolve(record), await this.sent(write));
        failures = 0;
      } catch (error) {
        if (isPassing(error)) await this.pause(failures++);
        else this.refuse(write, error);
      }
    }
    this.isSending = false;
  }

  private async sent(write: WaitingWrite): Promise<unknown> {
    write.attempts += 1;
    this.keep();
    try {
      const record = await (write.unchanged ? this.sentUnchanged(write, write.unchanged) : this.request(write, write.ifMatch));
      this.rebase(write, record);
      return record;
    } catch (error) {
      const wasSent = write.attempts > 1 && error instanceof ProblemError;
      if (wasSent && (await this.isDone(write, error))) return undefined;
      throw error;
    }
  }

  private request({ method, path, body, key: idempotencyKey }: WaitingWrite, ifMatch?: string): Promise<unknown> {
    const headers = ifMatch ? { 'If-Match': ifMatch } : {};
    return this.client.request(method, path, { body, headers, idempotencyKey, retries: 0 });
  }

  /** Write to the version that has the values: one that is changed while it is looked at is looked at again. */
  private async sentUnchanged(write: WaitingWrite, unchanged: Record<string, unknown>): Promise<unknown> {
    for (let look = 1; ; look += 1) {
      const answer = await this.client.transport.send('GET', write.path, { retries: 0 });
      const found = (await answer.json()) as Record<string, unknown>;
      if (!has(found, unchanged)) throw new ProblemError(412, { ...CHANGED });
      try {
        return await this.request(write, answer.headers.get('ETag') ?? undefined);
      } catch (error) {
        const isRace = error instanceof ProblemError && error.status === 412;
        if (!isRace || look === MOST_LOOKS) throw error;
      }
    }
  }

  /** Let the writes behind one expect when the record was edited by it: that was nobody else. */
  private rebase({ path, key: sent }: WaitingWrite, record: unknown): void {
    const edited = (record as { updated_at?: unknown } | undefined)?.updated_at;
    for (const write of this.queue)
      if (write.key !== sent && write.path === path && write.unchanged && 'updated_at' in write.unchanged)
        write.unchanged.updated_at = edited;
  }

  /** Return whether a write whose answer was lost was done after all. */
  private async isDone(write: WaitingWrite, error: ProblemError): Promise<boolean> {
    if (write.method === 'DELETE') return error.status === 404;
    if (write.method !== 'PATCH' || error.status !== 412) return false;
    const found = await this.client.request<Record<string, unknown>>('GET', write.path);
    this.rebase(write, found);
    return has(found, write.body ?? {});
  }

  private refuse(write: WaitingWrite, error: unknown): void {
    this.settle(write, (waiter) => waiter?.reject(error));
    if (error instanceof ProblemError) this.options.onConflict?.({ write, problem: error.problem });
  }

  private settle(write: WaitingWrite, tell: (waiter: Waiter | undefined, record?: unknown) => void, record?: unknown): void {
    this.queue.shift();
    this.keep();
    tell(this.waiters.get(write.key), record);
    this.waiters.delete(write.key);
  }

  private keep(): void {
    this.options.keeper?.setItem(this.name, JSON.stringify(this.queue));
  }

  private pause(failures: number): Promise<void> {
    const longest = Math.min(LONGEST_WAIT, (this.options.retryFirst ?? 1_000) * 2 ** failures);
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.wake?.(), longest * (0.5 + Math.random() / 2));
      this.wake = () => {
        clearTimeout(timer);
        this.wake = undefined;
        resolve();
      };
    });
  }
}

const CHANGED = {
  code: 'precondition_failed',
  status: 412,
  title: 'Precondition Failed',
  detail: 'Somebody else has changed the record since you read it.',
};

function has(record: Record<string, unknown>, values: object): boolean {
  return Object.entries(values).every(([name, value]) => JSON.stringify(record[name]) === JSON.stringify(value));
}

/** Return whether a later attempt may do: no network, a server that is away, a session to renew. */
function isPassing(error: unknown): boolean {
  if (error instanceof ConnectionError) return true;
  return error instanceof ProblemError && (error.status >= 500 || [401, 408, 429].includes(error.status));
}
