/** A collection of TanStack DB that is live: `createCollection(liveCollection({ … }))`. */

import type { CollectionConfig, LoadSubsetOptions } from '@tanstack/db';

import type { ClientCore } from './client.js';
import { and, Filter } from './filter.js';
import { follow } from './live.js';
import type { Followed, LiveQuery, LiveRow } from './live.js';
import type { Outbox } from './outbox.js';
import type { Realtime } from './realtime.js';
import type { RecordRequests } from './resource.js';
import { subsetQuery } from './subsets.js';

export interface LiveCollectionOptions<T extends LiveRow> extends LiveQuery {
  client: ClientCore<any>;
  realtime: Realtime;
  /** The resource’s name: `cards`. */
  resource: string;
  id?: string;
  /** `eager` fetches all that matches, `on-demand` what live queries ask for. */
  syncMode?: 'eager' | 'on-demand';
  /**
   * Where writes wait while there is no network; without it they fail and are rolled back. One whose
   * columns somebody else has changed meanwhile is a conflict, and rolled back.
   */
  outbox?: Outbox;
  /** What of a row is sent to create it; all but its id unless given. */
  toCreate?: (row: T) => object;
  onError?: (error: unknown) => void;
}

/** Return the options of a collection of records. */
export function liveCollection<T extends LiveRow>(
  options: LiveCollectionOptions<T>,
): CollectionConfig<T, string> & { id: string } {
  const { client, resource, outbox } = options;
  const requests = client.resource(resource) as unknown as RecordRequests;
  const known = new Set<string>();
  const isPartial = options.syncMode === 'on-demand';
  let followed: Followed | undefined;

  const sync: NonNullable<CollectionConfig<T, string>['sync']>['sync'] = ({ begin, write, commit, truncate, markReady }) => {
    const put = (row: T) => {
      write({ type: known.has(row.id) ? 'update' : 'insert', value: row });
      known.add(row.id);
    };
    const together = (work: () => void) => {
      begin();
      work();
      commit();
    };
    followed = follow<T>(client, options.realtime, resource, options, {
      replaced: (rows) => {
        together(() => {
          truncate();
          known.clear();
          rows.forEach(put);
        });
        markReady();
      },
      put: (row) => together(() => put(row)),
      removed: (id) => {
        if (known.delete(id)) together(() => write({ type: 'delete', key: id }));
      },
      failed: (error) => options.onError?.(error),
    }, { isPartial });
    const loadSubset = async (asked: LoadSubsetOptions) => {
      const { filter, ...rest } = subsetQuery(asked);
      const own = options.filter ? new Filter(String(options.filter)) : null;
      const shape = { expand: options.expand, fields: options.fields };
      const rows = requests.all({ ...shape, ...rest, filter: and(own, filter) } as object);
      const found: T[] = [];
      for await (const row of rows) {
        found.push(row as unknown as T);
        if (asked.limit !== undefined && found.length >= asked.limit + (asked.offset ?? 0)) break;
      }
      together(() => found.forEach(put));
    };
    const cleanup = () => {
      followed?.stop();
      known.clear();
    };
    return isPartial ? { cleanup, loadSubset } : cleanup;
  };

  const send = (method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: object, unchanged?: Record<string, unknown>) =>
    outbox
      ? outbox.write<LiveRow | undefined>(method, path, body, unchanged && { unchanged })
      : client.request<LiveRow | undefined>(method, path, { body });
  const path = (id: string) => `${resource}/${encodeURIComponent(id)}`;
  const toCreate = options.toCreate ?? (({ id: _id, ...rest }: T) => rest);

  return {
    id: options.id ?? resource,
    getKey: (row) => row.id,
    syncMode: options.syncMode ?? 'eager',
    sync: { sync, rowUpdateMode: 'full' },
    // A handler ends when its change has come by, so that nothing flickers between the two.
    onInsert: async ({ transaction }) => {
      for (const { modified } of transaction.mutations) {
        const made = await send('POST', resource, toCreate(modified));
        if (made) await followed?.changed(made.id);
      }
    },
    onUpdate: async ({ transaction }) => {
      for (const { key, original, changes } of transaction.mutations) {
        const seen = followed?.changed(String(key));
        await send('PATCH', path(String(key)), changes, valuesOf(original, Object.keys(changes)));
        await seen;
      }
    },
    onDelete: async ({ transaction }) => {
      for (const { key, original } of transaction.mutations) {
        const seen = followed?.changed(String(key));
        await send('DELETE', path(String(key)), undefined, valuesOf(original, ['updated_at']));
        await seen;
      }
    },
  };
}

/** Return the values of a row as it was known, which nobody else may have changed when it is written. */
function valuesOf(row: object, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([name]) => names.includes(name)));
}
