/** Accounts: signing in by every way, and staying signed in. */

import { ProblemError } from './problems.js';
import { memoryStore } from './stores.js';
import type { AuthStore, Session } from './stores.js';
import type { Signer, Transport } from './transport.js';

/** What a mailed code is sent back with. */
export interface Proof {
  proof: string;
  detail: string;
}
export interface SignedIn<U> {
  access: string;
  refresh: string;
  user: U;
}
/** A code from a mail: typed with its `proof`, or the `token` of the mail’s link. */
export type MailedCode = { proof: string; code: string } | { token: string };
export interface Provider {
  name: string;
  label: string;
  authorize_url: string;
}
export type AuthListener<U> = (user: U | null) => void;

/** Refresh this long before the token runs out, as requests take their time. */
const MARGIN = 15_000;

/** The session of one client. `U` is the type of a member’s own profile. */
export class Auth<U = unknown> implements Signer {
  /** Nobody is signed in, as far as is known: a cookie need not be asked. */
  private hasEnded = false;
  private refreshing: Promise<string | null> | undefined;
  private readonly listeners = new Set<AuthListener<U>>();

  constructor(
    private readonly transport: Transport,
    private readonly store: AuthStore = memoryStore(),
  ) {
    transport.signer = this;
    store.watch?.(() => this.tell());
  }

  /** The member who is signed in, as they were when they signed in; null for nobody. */
  get user(): U | null {
    return (this.store.load()?.user as U | undefined) ?? null;
  }

  /** Whether it is known who is signed in, if anybody; a session in a cookie has to be asked first. */
  get isKnown(): boolean {
    return this.hasEnded || this.user !== null;
  }

  get isSignedIn(): boolean {
    return this.store.load() !== null;
  }

  /** Be told who is signed in, now and whenever that changes; returns a function that ends that. */
  onChange(listener: AuthListener<U>): () => void {
    this.listeners.add(listener);
    listener(this.user);
    return () => void this.listeners.delete(listener);
  }

  /** Fetch the member’s profile anew, for a session that was opened on another page. */
  async restore(): Promise<U | null> {
    if ((await this.token()) === null) return null;
    const user = await this.transport.json<U>('GET', 'users/me');
    const session = this.store.load();
    if (session) this.accept({ ...session, user });
    return user;
  }

  /** Return an access token that is good for a while, null for nobody. */
  async token(): Promise<string | null> {
    const session = this.store.load();
    if (!session) return this.store.renew && !this.hasEnded ? this.refresh('') : null;
    return expiresSoon(session.access) ? this.refresh(session.access) : session.access;
  }

  renewed(refused: string): Promise<string | null> {
    return this.refresh(refused);
  }

  /** Sign in; throws ProblemError `second_factor_needed` where there is one. */
  signIn(credentials: { identity: string; password: string }): Promise<SignedIn<U>> {
    return this.open('auth/token', credentials);
  }

  secondFactor(answer: { challenge: string; code: string }): Promise<SignedIn<U>> {
    return this.open('auth/token/second-factor', answer);
  }

  /** Have a code mailed that signs in. */
  requestCode(email: string): Promise<Proof> {
    return this.ask('auth/otp', { email });
  }

  signInByCode(code: MailedCode): Promise<SignedIn<U>> {
    return this.open('auth/otp/confirm', code);
  }

  /** Ask for an account; the mailed code opens it. */
  register(account: { email: string; username: string; password: string; display_name?: string; locale?: string }): Promise<Proof> {
    return this.ask('auth/register', account);
  }

  requestVerification(email: string): Promise<Proof> {
    return this.ask('auth/verify-email', { email });
  }

  /** Open the account that was asked for, and sign in. */
  confirmEmail(code: MailedCode & { username?: string }): Promise<SignedIn<U>> {
    return this.open('auth/verify-email/confirm', code);
  }

  requestPasswordReset(email: string): Promise<Proof> {
    return this.ask('auth/password-reset', { email });
  }

  confirmPasswordReset(code: MailedCode & { password: string }): Promise<void> {
    return this.ask('auth/password-reset/confirm', code);
  }

  changePassword(passwords: { current: string; password: string }): Promise<void> {
    return this.transport.json('POST', 'auth/password-change', { body: passwords });
  }

  requestEmailChange(email: string): Promise<Proof> {
    return this.transport.json('POST', 'auth/email-change', { body: { email } });
  }

  confirmEmailChange(code: MailedCode): Promise<void> {
    return this.ask('auth/email-change/confirm', code);
  }

  /** Prove again who you are, which risky actions ask for (`step_up_needed`). */
  stepUp(proof: { password?: string; code?: string; proof?: string; credential?: object }): Promise<void> {
    return this.transport.json('POST', 'auth/step-up', { body: proof });
  }

  /** The providers of social login, in the order to show them. */
  providers(): Promise<Provider[]> {
    return this.transport.json('GET', 'auth/providers', { isAnonymous: true });
  }

  /** Sign out here, or on every device. */
  async signOut(options: { everywhere?: boolean } = {}): Promise<void> {
    try {
      if (this.store.end && !options.everywhere) await this.store.end();
      else if (this.isSignedIn) await this.transport.json('POST', 'auth/logout', { body: options });
    } catch (error) {
      // Away from here the session is as good as ended; everywhere else only the server ends it.
      if (options.everywhere) throw error;
    }
    this.accept(null);
  }

  /** Take over a session that was opened elsewhere, or none. */
  accept(session: Session | null): void {
    this.hasEnded = session === null;
    this.store.save(session);
    this.tell();
  }

  /** Send what opens a session, and keep it. */
  async open(path: string, body: object): Promise<SignedIn<U>> {
    const session = await this.ask<SignedIn<U> | undefined>(path, body);
    if (session) this.accept(this.store.adopt ? await this.store.adopt(session) : session);
    return session as SignedIn<U>;
  }

  private ask<T>(path: string, body: object): Promise<T> {
    return this.transport.json('POST', path, { body, isAnonymous: true });
  }

  private refresh(refused: string): Promise<string | null> {
    this.refreshing ??= this.renewAlone(refused).finally(() => (this.refreshing = undefined));
    return this.refreshing;
  }

  private renewAlone(refused: string): Promise<string | null> {
    const renew = () => this.renew(refused);
    return this.store.alone ? this.store.alone(renew) : renew();
  }

  /** Refresh the session unless another tab has done so meanwhile; null when it has ended. */
  private async renew(refused: string): Promise<string | null> {
    const session = this.store.load();
    if (this.store.renew) return this.renewElsewhere();
    if (!session?.refresh) {
      this.accept(null);
      return null;
    }
    if (session.access !== refused && !expiresSoon(session.access)) return session.access;
    try {
      const pair = await this.ask<Session>('auth/token/refresh', { refresh: session.refresh });
      this.store.save({ ...session, ...pair });
      return pair.access;
    } catch (error) {
      if (!(error instanceof ProblemError) || error.status !== 401) throw error;
      this.accept(null);
      return null;
    }
  }

  /** Have the store refresh the session; it may have been opened on another page. */
  private async renewElsewhere(): Promise<string | null> {
    const renewed = (await this.store.renew?.()) ?? null;
    this.accept(renewed);
    return renewed?.access ?? null;
  }

  private tell(): void {
    for (const listener of [...this.listeners]) listener(this.user);
  }
}

/** Return whether a token has (almost) run out; what is no JWT never does. */
export function expiresSoon(token: string): boolean {
  try {
    const [, payload = ''] = token.split('.');
    const claims = JSON.parse(atob(payload.replace(/-/g, '+').replace(/_/g, '/'))) as { exp?: number };
    return claims.exp !== undefined && claims.exp * 1000 < Date.now() + MARGIN;
  } catch {
    return false;
  }
}
