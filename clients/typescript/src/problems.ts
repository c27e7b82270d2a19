/** What a server answers when it does not do what was asked (RFC 9457), told apart by `code`. */

import { HolobaseError } from './errors.js';
import type { FieldError } from './frames.js';

interface About<Code extends string> {
  code: Code;
  type: string;
  title: string;
  status: number;
  detail: string;
  request_id: string;
}

const INVALID = ['invalid', 'bad_parameter', 'conflict', 'screened'] as const;
const LIMITS = [
  'throttled', 'too_many_requests', 'too_fast', 'too_many_uploads', 'too_many_bodies',
  'too_many_connections', 'too_many_subscriptions', 'too_many_rooms',
] as const;
const AWAY = [
  'unavailable', 'busy', 'restarting', 'interrupted', 'too_costly', 'storage_full', 'internal_error',
] as const;
const PLAIN = [
  'not_found', 'not_permitted', 'not_authenticated', 'authentication_failed', 'wrong_credentials',
  'wrong_code', 'wrong_passkey', 'step_up_needed', 'password_needed', 'email_unverified', 'barred',
  'silenced', 'account_closed', 'account_exists', 'insufficient_scope', 'foreign_origin',
  'precondition_failed', 'key_reused', 'wrong_state', 'quota_exceeded', 'too_large', 'url_too_long',
  'unsupported_media_type', 'type_not_taken', 'method_not_allowed', 'malformed', 'not_configured',
] as const;
const NAMED = new Set<string>([...INVALID, ...LIMITS, ...AWAY, ...PLAIN, 'second_factor_needed']);

/** Fields or parameters are wrong: `errors` says which. */
export interface InvalidProblem extends About<(typeof INVALID)[number]> {
  errors: FieldError[];
}
/** A code is asked for: `challenge` goes to `auth.secondFactor` with it. */
export interface SecondFactorProblem extends About<'second_factor_needed'> {
  challenge: string;
  factors: string[];
}
/** Too much was asked for. */
export type LimitProblem = About<(typeof LIMITS)[number]>;
/** The server can’t just now. */
export type AwayProblem = About<(typeof AWAY)[number]>;
/** Others that have a name. */
export type PlainProblem = About<(typeof PLAIN)[number]>;
/** One that this release of the client has no name for: `raw` is what the server called it. */
export interface OtherProblem extends About<'other'> {
  raw: string;
  errors?: FieldError[];
}
export type Problem =
  | InvalidProblem | SecondFactorProblem | LimitProblem | AwayProblem | PlainProblem | OtherProblem;

/** A problem that a request came back with: `problem.code` narrows what else `problem` has. */
export class ProblemError extends HolobaseError {
  override readonly name = 'ProblemError';
  readonly problem: Problem;

  constructor(
    readonly status: number,
    document: Record<string, any>,
    /** Seconds to wait, where the server says so. */
    readonly retryAfter?: number,
  ) {
    const code = String(document.code ?? 'other');
    super(code, String(document.detail ?? `The server answered ${status}.`), document.errors ?? []);
    const known = { ...document, status, errors: this.errors };
    this.problem = (NAMED.has(code) ? known : { ...known, code: 'other', raw: code }) as Problem;
  }
}

/** The network failed, or the server was not there; `cause` is what `fetch` threw. */
export class ConnectionError extends HolobaseError {
  override readonly name = 'ConnectionError';

  constructor(cause: unknown) {
    super('connection_failed', 'The server can’t be reached.');
    this.cause = cause;
  }
}

/** Return the problem of an error, or undefined for what is none. */
export function problemOf(error: unknown): Problem | undefined {
  return error instanceof ProblemError ? error.problem : undefined;
}
