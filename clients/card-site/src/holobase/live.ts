"use client";

import { type InfiniteData, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import type { Listing, RecordEvent, Resource, Resources, Row, Shape } from "holobase";
import { pagesQuery, viewQuery } from "holobase/tanstack-query";
import { useEffect } from "react";
import { type PlainPage, plainPage } from "@/holobase";
import { realtime } from "@/holobase/browser";

type Name = keyof Resources & string;
type Newest = "first" | "last" | undefined;

interface LivePages<T> {
  /** What is heard meanwhile of the records that the query asks for; nothing without it. */
  topic?: string | undefined;
  /** What the server has rendered already. */
  first?: PlainPage<T>;
  /** Where what is new belongs; without it, it is found at the next visit. */
  newest?: Newest;
}

/** Show pages one after the other, and what happens to their records as it does. */
export function useLivePages<R extends Name, const E extends string>(
  resource: Resource<Resources, R>,
  query: Listing<Resources, R, E, never>,
  { topic, first, newest }: LivePages<Row<Resources, R, E>> = {},
) {
  const queries = useQueryClient();
  const { queryKey, queryFn, initialPageParam } = pagesQuery<Resources, R, E>(resource, query);
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery({
    queryKey,
    queryFn: async (context) => plainPage(await queryFn(context)),
    initialPageParam,
    getNextPageParam: (page) => page.nextCursor,
    ...(first && { initialData: { pages: [first], pageParams: [initialPageParam] } }),
  });
  // Every record has an id, whatever else was asked for.
  useSubscription<{ id: string }>(topic, query, queryKey, (event) =>
    queries.setQueryData<InfiniteData<PlainPage<{ id: string }>>>(
      queryKey,
      (known) => known && applied(known, event, newest),
    ),
  );
  return {
    records: data?.pages.flatMap((page) => page.results) ?? [],
    hasMore: hasNextPage,
    isLoading: isFetchingNextPage,
    loadMore: fetchNextPage,
  };
}

/** Show one record as it is now; null once it can't be seen any more. */
export function useLiveRecord<R extends Name, const E extends string = never>(
  resource: Resource<Resources, R>,
  id: string,
  shape: Shape<Resources, R, E, never> = {},
  first?: Row<Resources, R, E>,
) {
  const queries = useQueryClient();
  const { queryKey, queryFn } = viewQuery<Resources, R, E>(resource, id, shape);
  const { data } = useQuery<Row<Resources, R, E> | null>({
    queryKey,
    queryFn,
    ...(first && { initialData: first }),
  });
  useSubscription<object>(`${resource.name}/${id}`, {}, queryKey, (event) =>
    queries.setQueryData<object | null>(queryKey, (known) => (event.record ? { ...known, ...event.record } : null)),
  );
  return data;
}

/** Listen while a component is shown; what was missed before is fetched anew. */
function useSubscription<T>(
  topic: string | undefined,
  { filter, expand }: { filter?: object | string; expand?: readonly string[] },
  queryKey: readonly unknown[],
  onEvent: (event: RecordEvent<T>) => void,
) {
  const queries = useQueryClient();
  useEffect(() => {
    if (!topic) return;
    const query = { ...(filter && { filter: String(filter) }), ...(expand && { expand: expand.join(",") }) };
    const refetch = () => void queries.invalidateQueries({ queryKey });
    const subscription = realtime().subscribe<T>(topic, query, { onEvent, onSubscribed: refetch, onReset: refetch });
    return () => subscription.unsubscribe();
    // The key has all that the query asks for.
  }, [topic, JSON.stringify(queryKey)]);
}

function applied<T extends { id: string }>(
  known: InfiniteData<PlainPage<T>>,
  event: RecordEvent<T>,
  newest: Newest,
): InfiniteData<PlainPage<T>> {
  const isKnown = known.pages.some((page) => page.results.some((record) => record.id === event.id));
  const target = newest === "last" ? known.pages.length - 1 : 0;
  const pages = known.pages.map((page, index) => {
    const results = page.results.flatMap((record) => (record.id === event.id ? (event.record ?? []) : record));
    if (isKnown || !event.record || !newest || index !== target) return { ...page, results };
    return { ...page, results: newest === "first" ? [event.record, ...results] : [...results, event.record] };
  });
  return { ...known, pages };
}
