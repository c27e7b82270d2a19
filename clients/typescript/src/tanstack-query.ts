/** Options for TanStack Query: `useQuery(listQuery(holobase.cards, { sort: ['-like_count'] }))`. */

import type { Listing, Page, Resource, Shape } from './resource.js';
import type { Row } from './paths.js';

interface Context {
  signal: AbortSignal;
}

/** Return the key under which everything of a resource is kept, to invalidate it. */
export function resourceKey(name: string): readonly ['holobase', string] {
  return ['holobase', name];
}

export function listQuery<S, R extends keyof S & string, const E extends string = never, const F extends string = never>(
  resource: Resource<S, R>,
  query: Listing<S, R, E, F> = {},
) {
  return {
    queryKey: [...resourceKey(resource.name), 'list', keyOf(query)] as const,
    queryFn: ({ signal }: Context): Promise<Page<Row<S, R, E, F>>> => resource.list<E, F>({ ...query, signal }),
  };
}

export function viewQuery<S, R extends keyof S & string, const E extends string = never, const F extends string = never>(
  resource: Resource<S, R>,
  id: string,
  shape: Shape<S, R, E, F> = {},
) {
  return {
    queryKey: [...resourceKey(resource.name), 'view', id, keyOf(shape)] as const,
    queryFn: ({ signal }: Context): Promise<Row<S, R, E, F>> => resource.view<E, F>(id, { ...shape, signal }),
  };
}

/** Return options of an infinite query: `data.pages.flatMap((page) => page.results)`. */
export function pagesQuery<S, R extends keyof S & string, const E extends string = never, const F extends string = never>(
  resource: Resource<S, R>,
  query: Listing<S, R, E, F> = {},
) {
  return {
    queryKey: [...resourceKey(resource.name), 'pages', keyOf(query)] as const,
    initialPageParam: '',
    queryFn: ({ signal, pageParam }: Context & { pageParam: string }): Promise<Page<Row<S, R, E, F>>> =>
      resource.list<E, F>({ ...query, signal, ...(pageParam && { cursor: pageParam }) }),
    getNextPageParam: (page: Page<unknown>) => page.nextCursor,
  };
}

function keyOf(query: object): string {
  const { signal: _signal, headers: _headers, filter, ...rest } = query as Record<string, unknown>;
  return JSON.stringify({ ...rest, ...(filter ? { filter: String(filter) } : {}) });
}
