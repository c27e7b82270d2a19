import type { FieldError } from './errors.js';

/** A frame about one subscription, named by the `ref` that it was asked for with. */
export type SubscriptionFrame =
  | { type: 'subscribed'; ref: string; cursor: string }
  | { type: 'event'; ref: string; cursor: string; action: string; id: string; record?: unknown }
  | { type: 'reset'; ref: string }
  | { type: 'error'; ref: string | null; code: string; detail?: string; errors?: FieldError[] };

/** What the server says. */
export type ServerFrame =
  | SubscriptionFrame
  | { type: 'authenticated'; user: string }
  | { type: 'unsubscribed'; ref: string }
  | { type: 'revoked' }
  | { type: 'pong' };

/** What the client says. */
export type ClientFrame =
  | { type: 'auth'; token: string }
  | { type: 'subscribe'; ref: string; topic: string; since?: string }
  | { type: 'unsubscribe'; ref: string }
  | { type: 'ping' };
