/** A list that stays as it is on the server: subscribe first, fetch, then follow the events. */

import type { ClientCore } from './client.js';
import type { HolobaseError } from './errors.js';
import type { Filter } from './filter.js';
import type { Realtime } from './realtime.js';
import type { RecordRequests } from './resource.js';
import type { RecordEvent } from './subscribing.js';

export type LiveRow = { id: string };

/** What is followed: as in lists, with a filter that events can be judged by. */
export interface LiveQuery {
  filter?: Filter | string;
  expand?: readonly string[];
  fields?: readonly string[];
}

/** Who is told what the list is. */
export interface LiveSink<T extends LiveRow> {
  /** The whole list, at first and after a reset. */
  replaced(rows: T[]): void;
  put(row: T): void;
  removed(id: string): void;
  /** It can’t be followed, or not be fetched just now. */
  failed(error: unknown): void;
}

export interface Followed {
  /** Resolve when a change of a record has come by, at the latest after a while. */
  changed(id: string): Promise<void>;
  stop(): void;
}

const LONGEST_WAIT = 5_000;
const REMEMBERED = 1_000;

/** Follow a resource. Nothing is missed between the list and its events, and nothing comes twice. */
export function follow<T extends LiveRow>(
  client: ClientCore<any>,
  realtime: Realtime,
  resource: string,
  query: LiveQuery,
  sink: LiveSink<T>,
  options: { isPartial?: boolean } = {},
): Followed {
  const text = query.filter ? { filter: String(query.filter) } : {};
  const lists = (names?: readonly string[]) => (names?.length ? names.join(',') : undefined);
  const shape = Object.fromEntries(
    Object.entries({ expand: lists(query.expand), fields: lists(query.fields) }).filter(([, value]) => value),
  );
  const waiting = new Map<string, Set<() => void>>();
  const recent: string[] = [];
  /** Events that came while the list is fetched; undefined when it is there. */
  let early: RecordEvent<T>[] | undefined = [];
  let round = 0;
  let isStopped = false;

  const apply = (event: RecordEvent<T>) => {
    if (event.record) sink.put(event.record);
    else sink.removed(event.id);
    recent.push(event.id);
    if (recent.length > REMEMBERED) recent.shift();
    waiting.get(event.id)?.forEach((resolve) => resolve());
  };

  const fetchAll = async () => {
    const turn = ++round;
    early = [];
    try {
      const rows: T[] = [];
      if (!options.isPartial) {
        const requests = client.resource(resource) as unknown as RecordRequests;
        for await (const row of requests.all({ ...text, ...shape } as object)) {
          rows.push(row as unknown as T);
          if (turn !== round || isStopped) return;
        }
      }
      if (turn !== round || isStopped) return;
      sink.replaced(rows);
    } catch (error) {
      if (turn !== round || isStopped) return;
      sink.failed(error);
      setTimeout(() => turn === round && !isStopped && void fetchAll(), 2_000);
      return;
    }
    const missed = early ?? [];
    early = undefined;
    missed.forEach(apply);
  };

  let hasBegun = false;
  const subscription = realtime.subscribe<T>(resource, { ...text, ...shape }, {
    onEvent: (event) => (early ? void early.push(event) : apply(event)),
    onSubscribed: () => {
      if (!hasBegun) void fetchAll();
      hasBegun = true;
    },
    onReset: () => void fetchAll(),
    onError: (error: HolobaseError) => sink.failed(error),
  });

  return {
    changed(id) {
      if (recent.includes(id)) return Promise.resolve();
      return new Promise((resolve) => {
        const waiters = waiting.get(id) ?? new Set();
        const done = () => {
          clearTimeout(timer);
          waiters.delete(done);
          if (waiters.size === 0) waiting.delete(id);
          resolve();
        };
        const timer = setTimeout(done, LONGEST_WAIT);
        waiting.set(id, waiters.add(done));
      });
    },
    stop() {
      isStopped = true;
      subscription.unsubscribe();
    },
  };
}
