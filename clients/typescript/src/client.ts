/** A client: one typed object for each resource, and the session. */

import { Auth } from './auth.js';
import type { Schema } from './paths.js';
import { RecordRequests } from './resource.js';
import type { Resource } from './resource.js';
import type { Resources } from './schema.js';
import { memoryStore } from './stores.js';
import type { AuthStore } from './stores.js';
import { Transport } from './transport.js';
import type { Method, Sent, TransportOptions } from './transport.js';

export interface ClientOptions extends TransportOptions {
  /** Where the session is kept; in memory unless given. */
  store?: AuthStore;
}

/** One write of a batch. */
export interface BatchWrite {
  method: 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** `cards`, `cards/<id>` or `cards/<id>/like`. */
  path: string;
  body?: object;
  if_match?: string;
}
export interface BatchResult {
  status: number;
  body: Record<string, unknown> | null;
}

type OwnProfile<S> = S extends { users: { record: infer U } } ? U : unknown;

/** What a client has beside its resources. */
export interface ClientCore<in out S> {
  /** Where the server is. */
  readonly url: string;
  readonly auth: Auth<OwnProfile<S>>;
  readonly transport: Transport;
  /** A resource by its name, for names that are no identifiers of yours. */
  resource<R extends keyof S & string>(name: R): Resource<S, R>;
  /** Up to 50 writes in one transaction, all or nothing. */
  batch(writes: readonly BatchWrite[], options?: Sent): Promise<BatchResult[]>;
  /** Any other endpoint below `/api/v1/`. */
  request<T>(method: Method, path: string, sent?: Sent): Promise<T>;
}

type CamelCase<Name extends string> = Name extends `${infer First}${'-' | '/'}${infer Rest}`
  ? `${First}${Capitalize<CamelCase<Rest>>}`
  : Name;

export type Client<S = Resources> = ClientCore<S> & {
  readonly [R in keyof S & string as CamelCase<R>]: Resource<S, R>;
};

/** Make a client: `createClient({ url: 'https://cards.example' })`. */
export function createClient<S extends { [R in keyof S]: Schema[string] } = Resources>(options: ClientOptions): Client<S> {
  const transport = new Transport(options);
  const resources = new Map<string, RecordRequests>();
  const resource = (name: string): any => {
    if (!resources.has(name)) resources.set(name, new RecordRequests(transport, name));
    return resources.get(name);
  };
  const core: ClientCore<S> = {
    url: String(options.url).replace(/\/+$/, ''),
    auth: new Auth(transport, options.store ?? memoryStore()),
    transport,
    resource,
    batch: async (requests, sent) =>
      (await transport.json<{ results: BatchResult[] }>('POST', 'batch', { ...sent, body: { requests } })).results,
    request: (method, path, sent) => transport.json(method, path, sent),
  };
  return new Proxy(core as Client<S>, {
    get(target, name) {
      // A client that is awaited or printed is no promise and has no such resource.
      if (typeof name === 'symbol' || name in target || name === 'then' || name === 'toJSON') return Reflect.get(target, name);
      return resource(pathOf(name));
    },
  });
}

/** Return a resource’s name: `collectionItems` is `collection-items`, `authSessions` `auth/sessions`. */
export function pathOf(property: string): string {
  const words = property.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return words.replace(/^auth-/, 'auth/');
}
