/** Where a session is kept. */

import { ConnectionError, ProblemError } from './problems.js';

/** A signed-in member: the tokens, and the profile as it was when they signed in. */
export interface Session {
  access: string;
  /** Missing where a server keeps it in a cookie. */
  refresh?: string;
  user?: unknown;
}

export interface AuthStore {
  load(): Session | null;
  save(session: Session | null): void;
  /** Be told when another tab has saved one; returns a function that ends that. */
  watch?(changed: () => void): () => void;
  /** Refresh the session in a way of its own; null when there is none (any more). */
  renew?(): Promise<Session | null>;
  /** Hand over a session that was opened; returns what is left to keep. */
  adopt?(session: Session): Promise<Session>;
  /** End what was handed over. */
  end?(): Promise<void>;
  /** Do something that no other tab does at the same time. */
  alone?<T>(work: () => Promise<T>): Promise<T>;
}

/** Keep the session as long as the page or process lives. */
export function memoryStore(session: Session | null = null): AuthStore {
  return {
    load: () => session,
    save: (saved) => void (session = saved),
  };
}

/** Keep the session in local storage, for all tabs, which refresh it one at a time. */
export function localStore(name = 'holobase'): AuthStore {
  let text: string | null = null;
  let session: Session | null = null;
  return {
    load() {
      const found = localStorage.getItem(name);
      if (found === text) return session; // the same object, as React asks for
      text = found;
      try {
        session = JSON.parse(found ?? 'null') as Session | null;
      } catch {
        session = null;
      }
      return session;
    },
    save(session) {
      if (session) localStorage.setItem(name, JSON.stringify(session));
      else localStorage.removeItem(name);
    },
    watch(changed) {
      const heard = (event: StorageEvent) => {
        if (event.key === name || event.key === null) changed();
      };
      addEventListener('storage', heard);
      return () => removeEventListener('storage', heard);
    },
    alone: (work) => inOneTab(`${name}-refresh`, work),
  };
}

/** Run work in one tab at a time, where browsers have locks. */
export function inOneTab<T>(name: string, work: () => Promise<T>): Promise<T> {
  const locks = globalThis.navigator?.locks;
  return locks ? (locks.request(name, work) as Promise<T>) : work();
}

/**
 * Keep the session in a cookie that no script can read: of the API’s `/api/v1/auth/cookie`, or of a
 * route of the site’s own (`sessionRoute` of `holobase/next`). Only the access token is in memory.
 */
export function cookieStore(address: string | URL, options: { fetch?: typeof fetch } = {}): AuthStore {
  const { load, save } = memoryStore();
  const send = options.fetch ?? ((url: string, sent: RequestInit) => globalThis.fetch(url, sent));
  const ask = (method: string, body: object) =>
    send(String(address), {
      method,
      credentials: 'include',
      headers: { 'Content-Type': 'application/json' },
      ...(method === 'POST' && { body: JSON.stringify(body) }),
    });
  const asked = async (body: object): Promise<Session | null> => {
    const answer = await ask('POST', body).catch((error: unknown) => {
      throw new ConnectionError(error);
    });
    if (answer.status === 401) return null;
    if (!answer.ok) throw new ProblemError(answer.status, await answer.json().catch(() => ({})));
    return { ...load(), ...((await answer.json()) as Session) };
  };
  return {
    load,
    save,
    renew: () => asked({}),
    adopt: async ({ refresh, user }) => ({ ...(await asked({ refresh })), user }) as Session,
    end: async () => void (await ask('DELETE', {})),
    alone: (work) => inOneTab('holobase-cookie-refresh', work),
  };
}
