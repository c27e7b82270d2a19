/** Where a session is kept. */

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
  return {
    load() {
      try {
        return JSON.parse(localStorage.getItem(name) ?? 'null') as Session | null;
      } catch {
        return null;
      }
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
