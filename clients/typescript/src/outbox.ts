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
  attempts: number;
}

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
  write<T = unknown>(method: WaitingWrite['method'], path: string, body?: object, ifMatch?: string): Promise<T> {
    const write: WaitingWrite = { key: key(), method, path, attempts: 0, ...(body && { body }), ...(ifMatch && { ifMatch }) };
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
    const { method, path, body } = write;
    const headers = write.ifMatch ? { 'If-Match': write.ifMatch } : {};
    try {
      return await this.client.request(method, path, { body, headers, idempotencyKey: write.key, retries: 0 });
    } catch (error) {
      const wasSent = write.attempts > 1 && error instanceof ProblemError;
      if (wasSent && (await this.isDone(write, error))) return undefined;
      throw error;
    }
  }

  /** Return whether a write whose answer was lost was done after all. */
  private async isDone({ method, path, body }: WaitingWrite, error: ProblemError): Promise<boolean> {
    if (method === 'DELETE') return error.status === 404;
    if (method !== 'PATCH' || error.status !== 412) return false;
    const found = await this.client.request<Record<string, unknown>>('GET', path);
    return Object.entries(body ?? {}).every(([name, value]) => JSON.stringify(found[name]) === JSON.stringify(value));
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

/** Return whether a later attempt may do: no network, a server that is away, a session to renew. */
function isPassing(error: unknown): boolean {
  if (error instanceof ConnectionError) return true;
  return error instanceof ProblemError && (error.status >= 500 || [401, 408, 429].includes(error.status));
}
