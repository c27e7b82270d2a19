/** Hooks of React: thin wrappers around the session and live lists. */

import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';

import type { Auth } from './auth.js';
import type { ClientCore } from './client.js';
import { follow } from './live.js';
import type { LiveQuery, LiveRow } from './live.js';
import type { Realtime, Status } from './realtime.js';

/** The member who is signed in, or null. */
export function useUser<U>(client: { auth: Auth<U> }): U | null {
  return useSyncExternalStore(
    (changed) => client.auth.onChange(changed),
    () => client.auth.user,
    () => null,
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
