"use client";

import { cookieStore, createClient, Realtime } from "holobase";

const isBrowser = typeof window !== "undefined";
/** The site's own address, below which Holobase is reached too. */
const ORIGIN = isBrowser ? location.origin : "http://localhost";

export const holobase = createClient({
  url: ORIGIN,
  store: cookieStore("/api/session"),
  ...(isBrowser && { language: document.documentElement.lang }),
});

let connection: Realtime | undefined;

/** Return the one connection of this tab; it is opened by the first subscription. */
export function realtime(): Realtime {
  connection ??= new Realtime({ url: ORIGIN, token: () => holobase.auth.token() });
  return connection;
}
