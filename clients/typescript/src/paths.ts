/** How the types of results follow `expand` and `fields`. */

/** What a resource takes and answers; `holobase-types` writes one for each that a server has. */
export interface ResourceTypes {
  record: object;
  create: object;
  update: object;
  /** What `expand` takes, and the resource that each name leads to. */
  expand: Record<string, { resource: string; many: boolean }>;
  sort: string;
  filters: object;
  options: object;
  viewer: object;
  /** Names of actions on one record, with what each takes; undefined for nothing. */
  actions: { POST: object; PUT: object; DELETE: object };
}

/** All resources of a server, by their names. */
export type Schema = { [name: string]: ResourceTypes };

type Names<T> = Extract<keyof T, string>;
type Head<Path extends string> = Path extends `${infer First}.${string}` ? First : Path;
type Plain<Name extends string> = Name extends `${infer First}:${string}` ? First : Name;
type Tail<Path extends string, Name extends string> = Path extends `${infer First}.${infer Rest}`
  ? Plain<First> extends Name
    ? Rest
    : never
  : never;
type Heads<Path extends string> = Plain<Head<Path>>;

/** Paths that `expand` takes; `:limit(5)` of what points here, and anything beyond three levels. */
export type ExpandPath<S, R extends keyof S, Depth extends 0[] = [0, 0]> = S[R] extends {
  expand: infer X;
}
  ? {
      [K in Names<X>]:
        | K
        | (X[K] extends { many: true } ? `${K}:limit(${number})` : never)
        | (X[K] extends { resource: infer T extends keyof S }
            ? Depth extends [0, ...infer Rest extends 0[]]
              ? `${K}.${ExpandPath<S, T, Rest>}`
              : `${K}.${string}`
            : never);
    }[Names<X>]
  : never;

type RecordOf<S, R extends keyof S> = S[R] extends { record: infer T } ? T : never;
type ExpandOf<S, R extends keyof S> = S[R] extends { expand: infer X } ? X : never;
type ViewerOf<S, R extends keyof S> = S[R] extends { viewer: infer V } ? V : never;

/** Paths that `fields` takes, given what is expanded. */
export type FieldPath<S, R extends keyof S, E extends string = never> =
  | '*'
  | Names<RecordOf<S, R>>
  | `${Names<RecordOf<S, R>>}:excerpt(${string})`
  | (Names<ViewerOf<S, R>> extends never ? never : 'viewer' | `viewer.${Names<ViewerOf<S, R>>}`)
  | ([E] extends [never] ? never : 'expand' | NestedField<S, R, E>);

type NestedField<S, R extends keyof S, E extends string> = {
  [K in Heads<E>]: K extends keyof ExpandOf<S, R>
    ? ExpandOf<S, R>[K] extends { resource: infer T extends keyof S }
      ? `expand.${K}` | `expand.${K}.${FieldPath<S, T, Tail<E, K>>}`
      : never
    : never;
}[Heads<E>];

type Own<T, F extends string> = [F] extends [never]
  ? T
  : '*' extends F
    ? T
    : Pick<T, Extract<Plain<F>, keyof T>>;

type Viewer<S, R extends keyof S, F extends string> = [Extract<F, 'viewer' | `viewer.${string}`>] extends [never]
  ? unknown
  : {
      viewer:
        | ('viewer' extends F
            ? ViewerOf<S, R>
            : Pick<ViewerOf<S, R>, Extract<F extends `viewer.${infer N}` ? N : never, keyof ViewerOf<S, R>>>)
        | null;
    };

/** The names of expanded relations that `fields` leaves in. */
type Shown<E extends string, F extends string> = [F] extends [never]
  ? Heads<E>
  : 'expand' extends F
    ? Heads<E>
    : Extract<Heads<E>, F extends `expand.${infer Rest}` ? Head<Rest> : never>;

type FieldsWithin<F extends string, K extends string> = 'expand' extends F
  ? never
  : `expand.${K}` extends F
    ? never
    : F extends `expand.${K}.${infer Rest}`
      ? Rest
      : never;

type Target<S, X, E extends string, F extends string> = X extends {
  resource: infer T extends keyof S;
  many: infer Many;
}
  ? Many extends true
    ? { results: Row<S, T, E, F>[]; has_more: boolean }
    : Row<S, T, E, F> | null
  : never;

type Expanded<S, R extends keyof S, E extends string, F extends string> = [Shown<E, F>] extends [never]
  ? unknown
  : {
      expand: {
        [K in Shown<E, F> & keyof ExpandOf<S, R>]: Target<S, ExpandOf<S, R>[K], Tail<E, K & string>, FieldsWithin<F, K & string>>;
      };
    };

type Flat<T> = { [K in keyof T]: T[K] };

/** A record as it is answered to `expand` (E) and `fields` (F); without F it has all its fields. */
export type Row<S, R extends keyof S, E extends string = never, F extends string = never> = Flat<
  Own<RecordOf<S, R>, F> & Viewer<S, R, F> & Expanded<S, R, E, F>
>;
