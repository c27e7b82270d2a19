/** Pages one after the other, and one record, that stay as they are on the server. */

import { ProblemError } from './problems.js';
import type { Query, RecordEvent, Subscription } from './subscribing.js';
import type { LiveRow } from './live.js';
import type { Realtime } from './realtime.js';
import type { Page, Snapshot } from './resource.js';

/** A page as a server component can hand it to the browser. */
export interface PlainPage<T> {
  results: T[];
  nextCursor: string | undefined;
  changeCursor: string | undefined;
}

/** Return what of a page can cross from server to browser. */
export function plainPage<T>({ results, nextCursor, changeCursor }: Page<T>): PlainPage<T> {
  return { results, nextCursor, changeCursor };
}

/** Where events are heard; asked for in browsers alone. */
export interface Heard {
  realtime: () => Realtime;
  /** Nothing is heard without one. */
  topic?: string | undefined;
  /** What narrows and shapes the events, as it does the list. */
  query?: Query;
}

const RETRY_AFTER = 2_000;

/** A value that those who show it are told of. */
abstract class Live<Shown, Row> {
  private readonly listeners = new Set<() => void>();
  private subscription: Subscription | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isStarted = false;

  constructor(
    protected shown: Shown,
    private readonly heard: Heard,
    /** The cursor of what is shown; undefined while nothing was fetched. */
    protected since: string | undefined,
  ) {}

  readonly state = (): Shown => this.shown;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  /** Fetch what is not there yet, and hear what has happened since; returns a function that ends it. */
  readonly start = (): (() => void) => {
    this.isStarted = true;
    if (this.isFetched()) this.listen();
    else void this.fetch();
    return () => {
      this.isStarted = false;
      clearTimeout(this.timer);
      this.since = this.subscription?.cursor ?? this.since;
      this.subscription?.unsubscribe();
      this.subscription = undefined;
    };
  };

  protected abstract isFetched(): boolean;
  /** Fetch all anew; returns the cursor of what was fetched. */
  protected abstract fetched(): Promise<string | undefined>;
  protected abstract apply(event: RecordEvent<Row>): void;
  protected abstract failed(error: unknown): void;

  protected show(shown: Shown): void {
    this.shown = shown;
    for (const listener of [...this.listeners]) listener();
  }

  private async fetch(): Promise<void> {
    clearTimeout(this.timer);
    try {
      this.since = await this.fetched();
      this.listen();
    } catch (error) {
      this.failed(error);
      const isFinal = error instanceof ProblemError && error.status < 500 && error.status !== 429;
      if (this.isStarted && !isFinal) this.timer = setTimeout(() => void this.fetch(), RETRY_AFTER);
    }
  }

  private listen(): void {
    const { realtime, topic, query } = this.heard;
    if (!topic || !this.isStarted || this.subscription) return;
    const since = this.since;
    this.subscription = realtime().subscribe<Row>(topic, { ...query, ...(since && { since }) }, {
      onEvent: (event) => this.apply(event),
      // Without a cursor nobody knows what has happened between the answer and now.
      onSubscribed: () => void (since ?? this.fetch()),
      onReset: () => void this.fetch(),
      onError: (error) => this.failed(error),
    });
  }
}

export interface PagesState<T> {
  records: readonly T[];
  hasMore: boolean;
  isLoading: boolean;
  error: unknown;
}

export interface PagesOptions<T> extends Heard {
  /** What the server has rendered already: it is not fetched again. */
  first?: PlainPage<T> | undefined;
  /** Where new records belong; without it they are found at the next visit. */
  newest?: 'first' | 'last' | undefined;
}

/** Pages of a list; what happens to their records comes in, and what can’t be seen any more goes. */
export class LivePages<T extends LiveRow> extends Live<PagesState<T>, T> {
  private nextCursor: string | undefined;
  /** Events that came while a page was fetched, which may be older than they are. */
  private meanwhile: RecordEvent<T>[] | undefined;
  private isThere: boolean;
  /** Counts how often all was fetched anew: a further page of before is none of the list any more. */
  private round = 0;

  constructor(
    private readonly list: (cursor?: string) => Promise<Page<T>>,
    private readonly options: PagesOptions<T>,
  ) {
    const { first } = options;
    super(
      { records: first?.results ?? [], hasMore: Boolean(first?.nextCursor), isLoading: !first, error: null },
      options,
      first?.changeCursor,
    );
    this.nextCursor = first?.nextCursor;
    this.isThere = Boolean(first);
  }

  /** Fetch the next page. */
  readonly loadMore = async (): Promise<void> => {
    if (!this.nextCursor || this.shown.isLoading) return;
    this.show({ ...this.shown, isLoading: true });
    const round = this.round;
    try {
      const page = await this.page(this.nextCursor);
      if (round === this.round) this.put(page, this.shown.records);
    } catch (error) {
      this.failed(error);
    }
  };

  protected isFetched(): boolean {
    return this.isThere;
  }

  protected async fetched(): Promise<string | undefined> {
    this.round += 1;
    const page = await this.page();
    this.isThere = true;
    this.put(page, []);
    return page.changeCursor;
  }

  protected apply(event: RecordEvent<T>): void {
    this.meanwhile?.push(event);
    this.show({ ...this.shown, records: this.after(event, this.shown.records) });
  }

  protected failed(error: unknown): void {
    this.show({ ...this.shown, isLoading: false, error });
  }

  private async page(cursor?: string): Promise<Page<T>> {
    this.meanwhile = [];
    return this.list(cursor);
  }

  private put(page: Page<T>, before: readonly T[]): void {
    const known = new Set(before.map(({ id }) => id));
    let records: readonly T[] = [...before, ...page.results.filter(({ id }) => !known.has(id))];
    this.nextCursor = page.nextCursor;
    for (const event of this.meanwhile ?? []) records = this.after(event, records);
    this.meanwhile = undefined;
    this.show({ records, hasMore: Boolean(page.nextCursor), isLoading: false, error: null });
  }

  private after({ action, id, record }: RecordEvent<T>, records: readonly T[]): readonly T[] {
    if (!record) return records.filter((each) => each.id !== id);
    if (records.some((each) => each.id === id)) return records.map((each) => (each.id === id ? record : each));
    const isNew = action === 'create' || action === 'enter';
    if (isNew && this.options.newest === 'first') return [record, ...records];
    // Behind pages that are still to come it is on one of those.
    return isNew && this.options.newest === 'last' && !this.nextCursor ? [...records, record] : records;
  }
}

/** One record; null once it can’t be seen (any more), undefined until it was fetched. */
export class LiveSnapshot<T> extends Live<T | null | undefined, Partial<T>> {
  constructor(
    private readonly view: () => Promise<Snapshot<T>>,
    heard: Heard,
    first?: Pick<Snapshot<T>, 'record' | 'changeCursor'>,
  ) {
    super(first?.record, heard, first?.changeCursor);
  }

  protected isFetched(): boolean {
    return this.shown !== undefined;
  }

  protected async fetched(): Promise<string | undefined> {
    const { record, changeCursor } = await this.view();
    this.show(record);
    return changeCursor;
  }

  protected apply({ record }: RecordEvent<Partial<T>>): void {
    this.show(record ? ({ ...this.shown, ...record } as T) : null);
  }

  protected failed(error: unknown): void {
    if (error instanceof ProblemError && error.status === 404) this.show(null);
  }
}
