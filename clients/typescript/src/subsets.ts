/** What a live query of TanStack DB asks for, as parameters of a list. */

import { and, compare, Filter, not, or } from './filter.js';
import type { FilterValue, Sign } from './filter.js';

/** An expression of TanStack DB, as far as it is read. */
interface Expression {
  type: string;
  name?: string;
  args?: Expression[];
  path?: readonly (string | number)[];
  value?: unknown;
}
interface Subset {
  where?: unknown;
  orderBy?: readonly { expression: unknown; compareOptions?: { direction?: string } }[];
}

const SIGNS: Record<string, Sign> = { eq: '=', gt: '>', gte: '>=', lt: '<', lte: '<=' };

/** Return filter and sort; a condition that lists don’t have is left to the query itself. */
export function subsetQuery({ where, orderBy }: Subset): { filter: Filter | null; sort?: string[] } {
  const filter = where ? (filterOf(where as Expression) ?? null) : null;
  const sort = (orderBy ?? []).map(({ expression, compareOptions }) => {
    const name = nameOf(expression as Expression);
    return name && `${compareOptions?.direction === 'desc' ? '-' : ''}${name}`;
  });
  const isSorted = sort.length > 0 && sort.every((name) => name);
  return { filter, ...(isSorted && { sort: sort as string[] }) };
}

/** Return an expression as a filter that matches at least as much; undefined for anything. */
function filterOf({ name, args = [] }: Expression): Filter | undefined {
  const [left, right] = args;
  if (name === 'and') return and(...args.map(filterOf));
  if (name === 'or') {
    const choices = args.map(filterOf);
    return choices.every((each) => each) ? or(...choices) : undefined;
  }
  if (name === 'not' && left) return isExact(left) ? not(filterOf(left) as Filter) : undefined;
  const column = left && nameOf(left);
  if (!column || !right || right.type !== 'val') return undefined;
  const sign = SIGNS[name ?? ''];
  if (sign) return compare(column, sign, right.value as FilterValue);
  if (name === 'in' && Array.isArray(right.value) && right.value.length > 0)
    return or(...right.value.map((value) => compare(column, '=', value as FilterValue)));
  return undefined;
}

/** Return whether a filter says just what the expression does, so that it can be negated. */
function isExact({ name, args = [] }: Expression): boolean {
  if (name === 'and' || name === 'or') return args.every(isExact);
  return filterOf({ type: 'func', name: name ?? '', args }) !== undefined;
}

function nameOf({ type, path = [] }: Expression): string | undefined {
  return type === 'ref' && path.length > 0 ? String(path.at(-1)) : undefined;
}
