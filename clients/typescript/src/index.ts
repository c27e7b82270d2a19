/** Holobase’s live half: hear of changes as they are made. */

export { HolobaseError } from './errors.js';
export type * from './frames.js';
export type { AnyRecord, Handlers, Query, RecordEvent, Subscription } from './subscribing.js';
export { Realtime } from './realtime.js';
export type { Options, Status, StatusListener } from './realtime.js';
export type { Pace, SocketClass } from './connection.js';
