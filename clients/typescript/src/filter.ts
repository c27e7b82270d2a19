/** Filter expressions, with every value quoted as the grammar wants it (PocketBase’s quoting). */

/** What can stand in a filter. */
export type FilterValue = string | number | boolean | null | undefined | Date | object;

export type Sign =
  | '=' | '!=' | '>' | '>=' | '<' | '<=' | '~' | '!~'
  | '?=' | '?!=' | '?>' | '?>=' | '?<' | '?<=' | '?~' | '?!~';

/** An expression; made by `filter`, `compare`, `and`, `or` and `not`. */
export class Filter {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

/** Write a value as a literal of the filter grammar. */
export function quoted(value: FilterValue): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value instanceof Date) return JSON.stringify(value.toISOString().replace('T', ' '));
  return JSON.stringify(typeof value === 'string' ? value : JSON.stringify(value));
}

/** A tagged template: ``filter`rarity = ${rarity} && like_count > ${10}` ``; filters nest. */
export function filter(parts: TemplateStringsArray, ...values: FilterValue[]): Filter {
  const written = values.map((value) => (value instanceof Filter ? `(${value})` : quoted(value)));
  return new Filter(parts.reduce((text, part, at) => text + written[at - 1] + part));
}

/** Compare a column with a value. */
export function compare(name: string, sign: Sign, value: FilterValue): Filter {
  return new Filter(`${name} ${sign} ${quoted(value)}`);
}

type Optional = Filter | false | null | undefined;

/** All of these; what is false or missing is left out. */
export function and(...filters: Optional[]): Filter {
  return joined(filters, ' && ');
}

/** Any of these; what is false or missing is left out. */
export function or(...filters: Optional[]): Filter {
  return joined(filters, ' || ');
}

/** What the filter does not match. */
export function not(negated: Filter): Filter {
  return new Filter(`!(${negated})`);
}

function joined(filters: Optional[], sign: string): Filter {
  const given = filters.filter((each): each is Filter => each instanceof Filter && each.text !== '');
  return new Filter(given.length > 1 ? given.map((each) => `(${each})`).join(sign) : (given[0]?.text ?? ''));
}
