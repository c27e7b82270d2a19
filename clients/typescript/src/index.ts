/** Holobase for TypeScript: resources, the session, and changes as they are made. */

export { Auth, expiresSoon } from './auth.js';
export type { AuthListener, MailedCode, Proof, Provider, SignedIn } from './auth.js';
export { createClient } from './client.js';
export type { BatchResult, BatchWrite, Client, ClientCore, ClientOptions } from './client.js';
export { HolobaseError } from './errors.js';
export { and, compare, Filter, filter, not, or, quoted } from './filter.js';
export type { FilterValue, Sign } from './filter.js';
export type { ExpandPath, FieldPath, ResourceTypes, Row, Schema } from './paths.js';
export { ConnectionError, problemOf, ProblemError } from './problems.js';
export type { Problem } from './problems.js';
export type { Guard, Listing, Page, Resource, Shape } from './resource.js';
export type { Resources } from './schema.js';
export { cookieStore, localStore, memoryStore } from './stores.js';
export type { AuthStore, Session } from './stores.js';
export type { Fetch, RequestOptions } from './transport.js';
export { srcsetOf } from './pictures.js';
export type { Picture } from './pictures.js';
export { upload } from './uploads.js';
export type { UploadOptions } from './uploads.js';
export { registerPasskey, signInByPasskey } from './passkeys.js';
export { eventsAddress } from './event-source.js';
export { finishSocial, socialAddress } from './social.js';
export type * from './frames.js';
export type { AnyRecord, Handlers, Query, RecordEvent, Subscription } from './subscribing.js';
export { Realtime } from './realtime.js';
export type { Options, Status, StatusListener } from './realtime.js';
export type { Pace, SocketClass } from './connection.js';
