/** Requests: with a token, an idempotency key and patience. */

import { ConnectionError, ProblemError } from './problems.js';

export type Method = 'HEAD' | 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type Fetch = (url: string, options: RequestInit) => Promise<Response>;

/** Who signs requests: `token` is asked for each, `renewed` after a 401 once. */
export interface Signer {
  token(): Promise<string | null>;
  renewed(refused: string): Promise<string | null>;
}

export interface RequestOptions {
  signal?: AbortSignal;
  headers?: Record<string, string>;
  /** How often to try again when the network or the server fails; 2 unless given. */
  retries?: number;
  /** The key by which the server knows a POST again; one is made unless given. */
  idempotencyKey?: string;
}

export interface Sent extends RequestOptions {
  query?: object;
  body?: unknown;
  /** Without a token, as for signing in. */
  isAnonymous?: boolean;
}

export interface TransportOptions {
  url: string | URL;
  fetch?: Fetch;
  /** Languages of messages, such as `ko, en;q=0.5`. */
  language?: string;
  headers?: Record<string, string>;
  retries?: number;
}

const FIRST_WAIT = 300;
const LONGEST_WAIT = 30_000;
const PASSING = new Set([429, 502, 503, 504]);

export class Transport {
  readonly base: string;
  signer: Signer | undefined;
  private readonly fetch: Fetch;

  constructor(private readonly options: TransportOptions) {
    this.base = `${String(options.url).replace(/\/+$/, '')}/api/v1/`;
    this.fetch = options.fetch ?? ((url, sent) => globalThis.fetch(url, sent));
  }

  /** Send a request and return its JSON; throws ProblemError, ConnectionError, or an AbortError. */
  async json<T>(method: Method, path: string, sent: Sent = {}): Promise<T> {
    const answer = await this.send(method, path, sent);
    return (answer.status === 204 ? undefined : await answer.json()) as T;
  }

  /** Send a request and return what is answered; throws as `json` does. */
  async send(method: Method, path: string, sent: Sent = {}): Promise<Response> {
    const url = this.address(path, sent.query);
    const headers = this.headers(method, sent);
    const body = written(sent.body, headers);
    const token = sent.isAnonymous ? null : ((await this.signer?.token()) ?? null);
    const options: RequestInit = { method, headers, ...(body !== undefined && { body }) };
    if (sent.signal) options.signal = sent.signal;
    const answer = await this.patiently(url, options, token, sent);
    if (answer.status !== 401 || token === null) return checked(answer);
    const renewed = await this.signer?.renewed(token);
    return checked(renewed ? await this.patiently(url, options, renewed, sent) : answer);
  }

  address(path: string, query: object = {}): string {
    const url = new URL(path, this.base);
    for (const [name, value] of Object.entries(query)) {
      if (value === undefined || value === null) continue;
      const text = Array.isArray(value) ? value.join(',') : value instanceof Date ? value.toISOString() : String(value);
      url.searchParams.append(name, text);
    }
    return url.href;
  }

  private headers(method: Method, sent: Sent): Record<string, string> {
    const headers: Record<string, string> = { Accept: 'application/json', ...this.options.headers };
    if (this.options.language) headers['Accept-Language'] = this.options.language;
    if (method === 'POST') headers['Idempotency-Key'] = sent.idempotencyKey ?? key();
    return { ...headers, ...sent.headers };
  }

  /** Try again after a while where that can do no harm: a POST is known again by its key. */
  private async patiently(url: string, options: RequestInit, token: string | null, sent: Sent): Promise<Response> {
    const headers = { ...(options.headers as Record<string, string>) };
    if (token !== null) headers.Authorization = `Bearer ${token}`;
    const most = sent.retries ?? this.options.retries ?? 2;
    for (let attempt = 0; ; attempt += 1) {
      const isLast = attempt >= most;
      try {
        const answer = await this.fetch(url, { ...options, headers });
        const after = retryAfter(answer);
        if (isLast || !PASSING.has(answer.status) || (after ?? 0) * 1000 > LONGEST_WAIT) return answer;
        await pause(after === undefined ? wait(attempt) : after * 1000, sent.signal);
      } catch (error) {
        if (sent.signal?.aborted) throw error;
        if (isLast) throw new ConnectionError(error);
        await pause(wait(attempt), sent.signal);
      }
    }
  }
}

/** Return a new idempotency key. */
export function key(): string {
  const bytes = globalThis.crypto?.getRandomValues?.(new Uint8Array(16));
  if (!bytes) return `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function checked(answer: Response): Promise<Response> {
  if (answer.ok || answer.status === 304) return answer;
  const document = await answer.json().catch(() => ({}));
  throw new ProblemError(answer.status, document as Record<string, unknown>, retryAfter(answer));
}

function retryAfter(answer: Response): number | undefined {
  const seconds = Number(answer.headers.get('Retry-After') ?? NaN);
  return Number.isFinite(seconds) ? seconds : undefined;
}

function wait(attempt: number): number {
  return Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** attempt) * (0.5 + Math.random() / 2);
}

function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const ended = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', ended);
      resolve();
    }, milliseconds);
    if (signal?.aborted) ended();
    else signal?.addEventListener('abort', ended, { once: true });
  });
}

/** A file as React Native has it. */
interface NativeFile {
  uri: string;
  name: string;
  type: string;
}

function isFile(value: unknown): value is Blob | NativeFile {
  if (typeof Blob !== 'undefined' && value instanceof Blob) return true;
  return typeof value === 'object' && value !== null && 'uri' in value && 'name' in value && 'type' in value;
}

/** Write a body: as a form if there are files in it, else as JSON. */
function written(body: unknown, headers: Record<string, string>): BodyInit | undefined {
  if (body === undefined) return undefined;
  if (typeof FormData !== 'undefined' && body instanceof FormData) return body;
  if (body instanceof Uint8Array || (typeof Blob !== 'undefined' && body instanceof Blob)) return body as BodyInit;
  const values = Object.values(body as object).flat();
  if (values.some(isFile)) return form(body as object);
  headers['Content-Type'] ??= 'application/json';
  return JSON.stringify(body);
}

/** Write a form: lists as one part each, documents as JSON, null as an empty part. */
function form(body: object): FormData {
  const made = new FormData();
  for (const [name, value] of Object.entries(body)) {
    if (value === undefined) continue;
    const parts: unknown[] = Array.isArray(value) && value.length > 0 ? value : [value];
    for (const part of parts) made.append(name, partOf(part) as string);
  }
  return made;
}

function partOf(value: unknown): unknown {
  if (value === null) return '';
  if (isFile(value) || typeof value === 'string') return value;
  return JSON.stringify(value);
}
