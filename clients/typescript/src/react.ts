/** Hooks of React: thin wrappers around the session and live lists. */

import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';

import type { Auth } from './auth.js';
import type { ClientCore } from './client.js';
import { LivePages, LiveSnapshot } from './live-pages.js';
import type { PagesOptions, PagesState } from './live-pages.js';
import { follow } from './live.js';
import type { LiveQuery, LiveRow } from './live.js';
import type { Row } from './paths.js';
import type { Realtime, Status } from './realtime.js';
import type { Listing, Resource, Shape, Snapshot } from './resource.js';
import type { Query } from './subscribing.js';

/**
 * The member who is signed in, or null; `rendered` is the one whom a server has rendered the page for,
 * until the browser knows.
 */
export function useUser<U>(client: { auth: Auth<U> }, rendered: U | null = null): U | null {
  return useSyncExternalStore(
    (changed) => client.auth.onChange(changed),
    () => (client.auth.isKnown ? client.auth.user : rendered),
    () => rendered,
  );
}

/** Whether there is a connection just now. */
export function useStatus(realtime: Realtime): Status {
  const [status, setStatus] = useState<Status>('idle');
  useEffect(() => realtime.onStatus(setStatus), [realtime]);
  return status;
}

export interface LiveList<T> {
  rows: readonly T[];
  isReady: boolean;
  error: unknown;
}

/**
 * A list that stays as it is on the server; what a server component has fetched is shown at first.
 * The rows come in the order in which they were put: sort them as they are shown.
 */
export function useLiveList<T extends LiveRow>(
  client: ClientCore<any>,
  realtime: Realtime,
  resource: string,
  query: LiveQuery & { initial?: readonly T[] } = {},
): LiveList<T> {
  const [list, setList] = useState<LiveList<T>>({ rows: query.initial ?? [], isReady: false, error: null });
  const rows = useRef(new Map<string, T>());
  const key = JSON.stringify([resource, query.expand, query.fields, query.filter && String(query.filter)]);
  const asked = useMemo(() => query, [key]);
  useEffect(() => {
    const show = () => setList({ rows: [...rows.current.values()], isReady: true, error: null });
    const followed = follow<T>(client, realtime, resource, asked, {
      replaced(all) {
        rows.current = new Map(all.map((row) => [row.id, row]));
        show();
      },
      put(row) {
        rows.current.set(row.id, row);
        show();
      },
      removed(id) {
        if (rows.current.delete(id)) show();
      },
      failed: (error) => setList((before) => ({ ...before, error })),
    });
    return () => followed.stop();
  }, [client, realtime, key]);
  return list;
}

/**
 * Pages of a list, one after the other, that stay as they are on the server. With `first`, a page that
 * a server component has fetched (`plainPage`), the browser asks for nothing again: it hears what has
 * happened since that page was read.
 */
export function useLivePages<S, R extends keyof S & string, const E extends string = never, const F extends string = never>(
  resource: Resource<S, R>,
  query: Listing<S, R, E, F>,
  options: Omit<PagesOptions<Row<S, R, E, F> & LiveRow>, 'query'>,
): PagesState<Row<S, R, E, F>> & { loadMore: () => Promise<void> } {
  const key = JSON.stringify([resource.name, query, query.filter && String(query.filter), options.topic, options.newest]);
  const pages = useMemo(() => {
    const list = (cursor?: string) => resource.list<E, F>({ ...query, ...(cursor && { cursor }) });
    return new LivePages<Row<S, R, E, F> & LiveRow>(list as never, { ...options, query: asHeard(query) });
  }, [key, options.first]);
  useEffect(pages.start, [pages]);
  const state = useSyncExternalStore(pages.subscribe, pages.state, pages.state);
  return { ...state, loadMore: pages.loadMore };
}

/** One record as it is now; null once it can’t be seen any more, undefined until it was fetched. */
export function useLiveRecord<S, R extends keyof S & string, const E extends string = never, const F extends string = never>(
  resource: Resource<S, R>,
  id: string,
  options: {
    realtime: () => Realtime;
    shape?: Shape<S, R, E, F>;
    /** What a server component has fetched (`resource.snapshot`). */
    first?: Pick<Snapshot<Row<S, R, E, F>>, 'record' | 'changeCursor'>;
  },
): Row<S, R, E, F> | null | undefined {
  const { realtime, shape = {}, first } = options;
  const live = useMemo(() => {
    const heard = { realtime, topic: `${resource.name}/${id}`, query: asHeard(shape) };
    return new LiveSnapshot<Row<S, R, E, F>>(() => resource.snapshot<E, F>(id, shape), heard, first);
  }, [resource.name, id, JSON.stringify(shape), first]);
  useEffect(live.start, [live]);
  return useSyncExternalStore(live.subscribe, live.state, live.state);
}

/** Return what of a list’s or record’s query a subscription takes, too. */
function asHeard({ filter, expand, fields }: LiveQuery): Query {
  return {
    ...(filter && { filter: String(filter) }),
    ...(expand?.length && { expand: expand.join(',') }),
    ...(fields?.length && { fields: fields.join(',') }),
  };
}
