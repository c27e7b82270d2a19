"use client";

import { type InfiniteData, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import type { Page, RecordEvent } from "holobase";
import { useEffect } from "react";
import { type PlainPage, plainPage } from "@/holobase";
import { realtime } from "@/holobase/browser";

interface Live {
  topic: string;
  filter?: string;
  expand?: string;
}

interface LivePages<T> {
  /** What the answers are known by. */
  key: readonly unknown[];
  fetch: (cursor: string | undefined) => Promise<Page<T>>;
  /** What the server has rendered already. */
  first?: PlainPage<T>;
  live?: Live | undefined;
  /** Where what is new belongs; without it, it is found at the next visit. */
  newest?: "first" | "last" | undefined;
}

/** Show pages one after the other, and what happens to their records as it does. */
export function useLivePages<T extends { id: string }>({ key, fetch, first, live, newest }: LivePages<T>) {
  const queries = useQueryClient();
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery({
    queryKey: key,
    queryFn: async ({ pageParam }) => plainPage(await fetch(pageParam)),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor,
    ...(first && { initialData: { pages: [first], pageParams: [undefined] } }),
  });
  useSubscription<T>(live, key, (event) =>
    queries.setQueryData<InfiniteData<PlainPage<T>>>(key, (known) => known && applied(known, event, newest)),
  );
  return {
    records: data?.pages.flatMap((page) => page.results) ?? [],
    hasMore: hasNextPage,
    isLoading: isFetchingNextPage,
    loadMore: fetchNextPage,
  };
}

/** Show one record as it is now; null once it can't be seen any more. */
export function useLiveRecord<T extends { id: string }>(resource: string, id: string, fetch: () => Promise<T>, first?: T) {
  const queries = useQueryClient();
  const key = [resource, id];
  const { data } = useQuery<T | null>({ queryKey: key, queryFn: fetch, ...(first && { initialData: first }) });
  useSubscription<T>({ topic: `${resource}/${id}` }, key, (event) =>
    queries.setQueryData<T | null>(key, (known) => (event.record ? { ...known, ...event.record } : null)),
  );
  return data;
}

/** Listen while a component is shown; what was missed before is fetched anew. */
function useSubscription<T>(live: Live | undefined, key: readonly unknown[], onEvent: (event: RecordEvent<T>) => void) {
  const queries = useQueryClient();
  const asked = JSON.stringify(live);
  useEffect(() => {
    if (!live) return;
    const { topic, ...query } = live;
    const refetch = () => void queries.invalidateQueries({ queryKey: key });
    const subscription = realtime().subscribe<T>(topic, query, { onEvent, onSubscribed: refetch, onReset: refetch });
    return () => subscription.unsubscribe();
    // The rest is the same as long as the topic and the key are.
  }, [asked, JSON.stringify(key)]);
}

function applied<T extends { id: string }>(
  known: InfiniteData<PlainPage<T>>,
  event: RecordEvent<T>,
  newest: LivePages<T>["newest"],
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
