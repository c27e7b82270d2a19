/** Signing in by an account elsewhere (OAuth 2.0 with PKCE, RFC 7636). */

import type { SignedIn } from './auth.js';
import type { ClientCore } from './client.js';

/** Where what begins on one page and ends on another is kept: `sessionStorage`, or one like it. */
export interface Keeper {
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
  removeItem(name: string): void;
}

const NAME = 'holobase-social';

/** Return where to send the member; afterwards they are at `redirectUri`, with `code` and `state`. */
export async function socialAddress(
  client: ClientCore<any>,
  provider: string,
  redirectUri: string,
  keeper: Keeper = sessionStorage,
): Promise<string> {
  const verifier = randomText();
  const state = randomText();
  keeper.setItem(NAME, JSON.stringify({ provider, redirectUri, verifier, state }));
  return client.transport.address(`auth/oauth/${encodeURIComponent(provider)}/authorize`, {
    redirect_uri: redirectUri,
    state,
    code_challenge: await challengeOf(verifier),
    code_challenge_method: 'S256',
  });
}

/** Sign in with what the address of the page says; throws where it is not what was begun here. */
export async function finishSocial<U>(
  client: ClientCore<any>,
  address: string | URL,
  keeper: Keeper = sessionStorage,
): Promise<SignedIn<U>> {
  const { searchParams } = new URL(address);
  const begun = JSON.parse(keeper.getItem(NAME) ?? 'null') as Record<string, string> | null;
  keeper.removeItem(NAME);
  if (!begun || begun.state !== searchParams.get('state')) throw new Error('This sign-in was not begun here.');
  return client.auth.open(`auth/oauth/${encodeURIComponent(begun.provider ?? '')}/token`, {
    code: searchParams.get('code') ?? '',
    code_verifier: begun.verifier,
    redirect_uri: begun.redirectUri,
  }) as Promise<SignedIn<U>>;
}

function randomText(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

async function challengeOf(verifier: string): Promise<string> {
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))));
}

function base64url(bytes: Uint8Array): string {
  const text = btoa(String.fromCharCode(...bytes));
  return text.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}
