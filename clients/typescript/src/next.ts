/**
 * Sessions of a Next.js site: in cookies of the site that no script can read.
 *
 * `sessionRoute` answers the browser (`cookieStore('/api/session')`), `renewSession` refreshes in
 * `proxy.ts` before pages are rendered, `serverClient` reads in server components.
 */

import { expiresSoon } from './auth.js';
import { createClient } from './client.js';
import type { Client } from './client.js';
import type { Schema } from './paths.js';
import { ProblemError } from './problems.js';
import type { Resources } from './schema.js';
import { memoryStore } from './stores.js';
import { Transport } from './transport.js';
import type { Fetch, TransportOptions } from './transport.js';

/** As much of `cookies()`, and of a request’s or response’s cookies, as is used. */
export interface CookieReader {
  get(name: string): { value: string } | undefined;
}
export interface CookieWriter {
  set(name: string, value: string, options: CookieOptions): unknown;
}
export interface CookieOptions {
  httpOnly: boolean;
  secure: boolean;
  sameSite: 'lax';
  path: string;
  maxAge: number;
}

export interface SiteOptions extends Omit<TransportOptions, 'fetch'> {
  /** The origins whose pages may use the session: the site’s own, such as `https://cards.example`. */
  origins: readonly string[];
  fetch?: Fetch;
  /** What the cookies’ names begin with; `holobase` unless given. */
  name?: string;
}

interface Pair {
  access: string;
  refresh: string;
}

const MONTH = 30 * 24 * 60 * 60;
/** How long a pair is given again to who still has the one before: pages are rendered side by side. */
const KEPT = 10_000;
const renewals = new Map<string, Promise<Pair | null>>();

/** Handlers of a route: `export const { POST, DELETE } = sessionRoute(options)`. */
export function sessionRoute(options: SiteOptions) {
  /** Put a session into the cookies (`refresh` in the body), or refresh the one that is there. */
  async function POST(request: Request): Promise<Response> {
    const refused = foreign(request, options);
    if (refused) return refused;
    const sent = (await request.json().catch(() => ({}))) as Partial<Pair>;
    const refresh = sent.refresh ?? cookiesOf(request).get(names(options).refresh)?.value;
    const pair = refresh ? await renewed(refresh, options) : null;
    if (!pair) return answer(401, { code: 'not_authenticated', status: 401, detail: 'Nobody is signed in.' });
    return answer(200, { access: pair.access }, cookieLines(pair, options));
  }

  /** Sign out, and take the cookies back. */
  async function DELETE(request: Request): Promise<Response> {
    const refused = foreign(request, options);
    if (refused) return refused;
    const jar = cookiesOf(request);
    const refresh = jar.get(names(options).refresh)?.value;
    const pair = refresh ? await renewed(refresh, options).catch(() => null) : null;
    if (pair) {
      const client = createClient({ ...options, store: memoryStore(pair) });
      await client.auth.signOut();
    }
    return answer(204, undefined, cookieLines(null, options));
  }

  return { POST, DELETE };
}

/**
 * Refresh the session where it has (almost) run out: in `proxy.ts`, with the request’s cookies, which
 * the page then reads, and the response’s.
 */
export async function renewSession(
  options: SiteOptions,
  request: { cookies: CookieReader & { set(name: string, value: string): unknown } },
  respond: () => { cookies: CookieWriter },
): Promise<void> {
  const { access, refresh } = names(options);
  const present = request.cookies.get(access)?.value;
  const token = request.cookies.get(refresh)?.value;
  if (!token || (present && !expiresSoon(present))) return;
  const pair = await renewed(token, options).catch(() => undefined);
  if (pair === undefined) return; // the server is away: the session may still be good
  request.cookies.set(access, pair?.access ?? '');
  request.cookies.set(refresh, pair?.refresh ?? '');
  const response = respond();
  const written = cookieOptions(options, pair ? MONTH : 0);
  response.cookies.set(access, pair?.access ?? '', written);
  response.cookies.set(refresh, pair?.refresh ?? '', written);
}

/** Return a client for a server component, signed in by the site’s cookies: `await cookies()`. */
export function serverClient<S extends { [R in keyof S]: Schema[string] } = Resources>(
  options: Omit<SiteOptions, 'origins'>,
  cookies: CookieReader,
): Client<S> {
  const access = cookies.get(names(options).access)?.value;
  return createClient<S>({ ...options, store: memoryStore(access ? { access } : null) });
}

/** Refresh a session; those who ask by the same token at once, or shortly after, get the same. */
function renewed(refresh: string, options: SiteOptions): Promise<Pair | null> {
  const known = renewals.get(refresh);
  if (known) return known;
  const pair = new Transport(options)
    .json<Pair>('POST', 'auth/token/refresh', { body: { refresh }, isAnonymous: true })
    .catch((error: unknown) => {
      if (error instanceof ProblemError && error.status === 401) return null;
      renewals.delete(refresh);
      throw error;
    });
  renewals.set(refresh, pair);
  const timer = setTimeout(() => renewals.delete(refresh), KEPT) as { unref?: () => void };
  timer.unref?.();
  return pair;
}

function names({ name = 'holobase' }: { name?: string }): { access: string; refresh: string } {
  return { access: `${name}_access`, refresh: `${name}_refresh` };
}

/** Refuse what no page of the site asks (CSRF): forms of others say where they come from, too. */
function foreign(request: Request, { origins }: SiteOptions): Response | undefined {
  if (origins.includes(request.headers.get('Origin') ?? '') && /json/.test(request.headers.get('Content-Type') ?? ''))
    return undefined;
  return answer(403, { code: 'foreign_origin', status: 403, detail: 'Pages of this origin may not do this.' });
}

function cookiesOf(request: Request): CookieReader {
  const parts = (request.headers.get('Cookie') ?? '').split('; ').map((part) => part.split('='));
  const values = new Map(parts.map(([name = '', ...value]) => [name, value.join('=')]));
  return { get: (name) => (values.has(name) ? { value: values.get(name) ?? '' } : undefined) };
}

function cookieOptions({ origins }: SiteOptions, maxAge: number): CookieOptions {
  const secure = origins.every((origin) => origin.startsWith('https:'));
  return { httpOnly: true, secure, sameSite: 'lax', path: '/', maxAge };
}

function cookieLines(pair: Pair | null, options: SiteOptions): string[] {
  const { secure, maxAge } = cookieOptions(options, pair ? MONTH : 0);
  const { access, refresh } = names(options);
  const rest = `; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  return [`${access}=${pair?.access ?? ''}${rest}`, `${refresh}=${pair?.refresh ?? ''}${rest}`];
}

function answer(status: number, body?: object, cookies: string[] = []): Response {
  const headers = new Headers({ 'Cache-Control': 'no-store' });
  if (body) headers.set('Content-Type', 'application/json');
  for (const line of cookies) headers.append('Set-Cookie', line);
  return new Response(body ? JSON.stringify(body) : null, { status, headers });
}
