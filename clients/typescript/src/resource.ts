/** One resource: list, view, create, update, delete, and its actions. */

import { compare, Filter } from './filter.js';
import type { FilterValue, Sign } from './filter.js';
import type { ExpandPath, FieldPath, ResourceTypes, Row } from './paths.js';
import type { RequestOptions, Sent, Transport } from './transport.js';

type Part<S, R extends keyof S, Name extends keyof ResourceTypes> = S[R] extends Record<Name, infer T> ? T : never;
type Actions<S, R extends keyof S, M extends 'POST' | 'PUT' | 'DELETE'> = Part<S, R, 'actions'> extends Record<M, infer A>
  ? A
  : never;
type Input<T> = [undefined] extends [T] ? [body?: T] : [body: T];

/** What shapes a record in an answer. */
export interface Shape<in out S, in out R extends keyof S, in out E extends string, in out F extends string> extends RequestOptions {
  expand?: readonly (E & ExpandPath<S, R>)[];
  fields?: readonly (F & FieldPath<S, R, NoInfer<E>>)[];
}

/** What a list is asked for. */
export interface Listing<in out S, in out R extends keyof S, in out E extends string, in out F extends string> extends Shape<S, R, E, F> {
  /** Conditions by column: `{ rarity: 'epic', like_count__gte: 10 }`; all must hold. */
  where?: Partial<Part<S, R, 'filters'>>;
  /** An expression: `` filter`rarity = ${rarity}` ``. */
  filter?: Filter | string;
  sort?: Part<S, R, 'sort'> | readonly Part<S, R, 'sort'>[];
  /** The resource’s own parameters, such as the feed’s `mode`. */
  options?: Partial<Part<S, R, 'options'>>;
  search?: string;
  /** Records of a page, 1 to 100; 30 unless given. */
  limit?: number;
  cursor?: string;
  page?: number;
  count?: 'exact' | 'estimate';
}

/** A page of a list; `next` and `previous` fetch the neighbours. */
export interface Page<T> {
  results: T[];
  count: number | undefined;
  hasNext: boolean;
  /** Where the next page begins, for `cursor`. */
  nextCursor: string | undefined;
  hasPrevious: boolean;
  /** Where in the change log the page was read: `since` of a subscription that goes on from here. */
  changeCursor: string | undefined;
  next(options?: RequestOptions): Promise<Page<T> | null>;
  previous(options?: RequestOptions): Promise<Page<T> | null>;
}

/** A record as it was at one moment. */
export interface Snapshot<T> {
  record: T;
  /** What `ifMatch` takes. */
  etag: string | undefined;
  /** Where in the change log it was read, for `since` of a subscription. */
  changeCursor: string | undefined;
}

interface PageDocument<T> {
  results: T[];
  next: string | null;
  previous: string | null;
  count?: number;
}

/** A write that only happens to the version that was read. */
export interface Guard {
  /** The entity tag of the record as you know it; 412 if it has changed since. */
  ifMatch?: string;
}

/** One resource of a client: `client.cards`. */
export interface Resource<in out S, in out R extends keyof S> {
  readonly name: R;
  /** Fetch a page. */
  list<const E extends string = never, const F extends string = never>(
    query?: Listing<S, R, E, F>,
  ): Promise<Page<Row<S, R, E, F>>>;
  /** Go through all records, page by page; ends when the loop does. */
  all<const E extends string = never, const F extends string = never>(
    query?: Listing<S, R, E, F>,
  ): AsyncGenerator<Row<S, R, E, F>, void, undefined>;
  /** Fetch the first record of a list, or null. */
  first<const E extends string = never, const F extends string = never>(
    query?: Listing<S, R, E, F>,
  ): Promise<Row<S, R, E, F> | null>;
  /** Count the records of a list. */
  count(query?: Listing<S, R, never, never>): Promise<number>;
  /** Fetch one record by its id, or by its natural key (`users.view('hana')`). */
  view<const E extends string = never, const F extends string = never>(
    id: string,
    shape?: Shape<S, R, E, F>,
  ): Promise<Row<S, R, E, F>>;
  /** Fetch one record with its entity tag and its place in the change log. */
  snapshot<const E extends string = never, const F extends string = never>(
    id: string,
    shape?: Shape<S, R, E, F>,
  ): Promise<Snapshot<Row<S, R, E, F>>>;
  /** Create a record; files in the body make it a form. */
  create<const E extends string = never, const F extends string = never>(
    body: Part<S, R, 'create'>,
    shape?: Shape<S, R, E, F>,
  ): Promise<Row<S, R, E, F>>;
  /** Change some fields of a record. */
  update<const E extends string = never, const F extends string = never>(
    id: string,
    body: Part<S, R, 'update'>,
    shape?: Shape<S, R, E, F> & Guard,
  ): Promise<Row<S, R, E, F>>;
  delete(id: string, options?: RequestOptions & Guard): Promise<void>;
  /** Do something to a record: `cards.run('publish', id)`. */
  run<A extends keyof Actions<S, R, 'POST'> & string>(
    action: A,
    id: string,
    ...body: Input<Actions<S, R, 'POST'>[A]>
  ): Promise<Row<S, R>>;
  /** Set what can be taken back: `cards.set('like', id)`. */
  set<A extends keyof Actions<S, R, 'PUT'> & string>(
    action: A,
    id: string,
    ...body: Input<Actions<S, R, 'PUT'>[A]>
  ): Promise<Row<S, R>>;
  /** Take it back: `cards.unset('like', id)`. */
  unset<A extends keyof Actions<S, R, 'DELETE'> & string>(action: A, id: string): Promise<Row<S, R>>;
  /** Compare a column: `cards.where('like_count', '>', 10)`, for `and`, `or` and `not`. */
  where<K extends keyof Part<S, R, 'record'> & string>(
    name: K,
    sign: Sign,
    value: Comparable<Part<S, R, 'record'>[K]> | Date | null,
  ): Filter;
}

/** What a column can be compared with: an item of a list; of a document its id, if it has one. */
type Comparable<V> = V extends readonly (infer Item)[] ? Item : V extends { id: infer Id } ? Id : V;

type Row0 = Record<string, unknown>;
type AnyQuery = Listing<any, any, any, any>;

/** The requests of a resource; `Resource` says what they take and answer. */
export class RecordRequests {
  constructor(
    private readonly transport: Transport,
    readonly name: string,
  ) {}

  async list(query: AnyQuery = {}): Promise<Page<Row0>> {
    return this.fetchPage({ ...requestOf(query), query: parametersOf(query) });
  }

  async *all(query: AnyQuery = {}): AsyncGenerator<Row0, void, undefined> {
    let page: Page<Row0> | null = await this.list({ limit: 100, ...query });
    while (page) {
      yield* page.results;
      page = await page.next(requestOf(query));
    }
  }

  async first(query: AnyQuery = {}): Promise<Row0 | null> {
    return (await this.list({ ...query, limit: 1 })).results[0] ?? null;
  }

  async count(query: AnyQuery = {}): Promise<number> {
    return (await this.list({ ...query, limit: 1, count: query.count ?? 'exact' })).count ?? 0;
  }

  view(id: string, shape: RequestOptions = {}): Promise<Row0> {
    return this.transport.json('GET', this.path(id), { ...requestOf(shape), query: parametersOf(shape) });
  }

  async snapshot(id: string, shape: RequestOptions = {}): Promise<Snapshot<Row0>> {
    const answer = await this.transport.send('GET', this.path(id), { ...requestOf(shape), query: parametersOf(shape) });
    return {
      record: (await answer.json()) as Row0,
      etag: answer.headers.get('ETag') ?? undefined,
      changeCursor: cursorOf(answer),
    };
  }

  create(body: object, shape: RequestOptions = {}): Promise<Row0> {
    return this.transport.json('POST', this.name, { ...requestOf(shape), query: parametersOf(shape), body });
  }

  update(id: string, body: object, shape: RequestOptions & Guard = {}): Promise<Row0> {
    return this.transport.json('PATCH', this.path(id), { ...guarded(shape), query: parametersOf(shape), body });
  }

  async delete(id: string, options: RequestOptions & Guard = {}): Promise<void> {
    await this.transport.send('DELETE', this.path(id), guarded(options));
  }

  run(action: string, id: string, body?: object): Promise<Row0> {
    return this.transport.json('POST', this.path(id, action), { body });
  }

  set(action: string, id: string, body?: object): Promise<Row0> {
    return this.transport.json('PUT', this.path(id, action), { body });
  }

  unset(action: string, id: string): Promise<Row0> {
    return this.transport.json('DELETE', this.path(id, action));
  }

  where(name: string, sign: Sign, value: FilterValue): Filter {
    return compare(name, sign, value);
  }

  private path(id: string, action = ''): string {
    return `${this.name}/${encodeURIComponent(id)}${action && `/${action}`}`;
  }

  private async fetchPage<T>(request: Sent): Promise<Page<T>> {
    const answer = await this.transport.send('GET', this.name, request);
    return this.page((await answer.json()) as PageDocument<T>, cursorOf(answer));
  }

  private page<T>(found: PageDocument<T>, changeCursor: string | undefined): Page<T> {
    const follow = async (link: string | null, options: RequestOptions = {}) => {
      if (link === null) return null;
      const query = Object.fromEntries(new URL(link, this.transport.base).searchParams);
      return this.fetchPage<T>({ ...options, query });
    };
    return {
      results: found.results,
      count: found.count,
      hasNext: found.next !== null,
      nextCursor: (found.next && new URL(found.next, this.transport.base).searchParams.get('cursor')) || undefined,
      hasPrevious: found.previous !== null,
      changeCursor,
      next: (options) => follow(found.next, options),
      previous: (options) => follow(found.previous, options),
    };
  }
}

function cursorOf(answer: Response): string | undefined {
  return answer.headers.get('Change-Cursor') ?? undefined;
}

function requestOf({ signal, headers, retries, idempotencyKey }: RequestOptions): RequestOptions {
  return {
    ...(signal && { signal }),
    ...(headers && { headers }),
    ...(retries !== undefined && { retries }),
    ...(idempotencyKey && { idempotencyKey }),
  };
}

function guarded(options: RequestOptions & Guard): RequestOptions {
  const request = requestOf(options);
  return options.ifMatch ? { ...request, headers: { ...request.headers, 'If-Match': options.ifMatch } } : request;
}

/** Return the parameters that a list or a shape asks with. */
export function parametersOf(query: object): Record<string, unknown> {
  const { where, options, filter, signal: _s, headers: _h, retries: _r, idempotencyKey: _i, ifMatch: _m, ...rest } =
    query as Record<string, unknown>;
  return { ...(where as object), ...(options as object), ...rest, ...(filter ? { filter: String(filter) } : {}) };
}
