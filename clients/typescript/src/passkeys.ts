/** Passkeys, in browsers (WebAuthn). */

import type { ClientCore } from './client.js';
import type { SignedIn } from './auth.js';

/** Make a passkey for the member who is signed in. */
export async function registerPasskey(client: ClientCore<any>, name: string): Promise<void> {
  const options = await client.request<Json>('POST', 'auth/passkeys/options');
  const publicKey = decoded(options) as unknown as PublicKeyCredentialCreationOptions;
  const credential = await navigator.credentials.create({ publicKey });
  await client.request('POST', 'auth/passkeys/register', { body: { name, credential: encoded(credential) } });
}

/** Sign in by a passkey; `mediation: 'conditional'` offers them in a form’s field. */
export async function signInByPasskey<U>(
  client: ClientCore<any>,
  request: { mediation?: CredentialMediationRequirement; signal?: AbortSignal } = {},
): Promise<SignedIn<U>> {
  const options = await client.request<Json>('POST', 'auth/passkeys/sign-in/options', { isAnonymous: true });
  const publicKey = decoded(options) as unknown as PublicKeyCredentialRequestOptions;
  const credential = await navigator.credentials.get({ ...request, publicKey });
  return client.auth.open('auth/passkeys/sign-in', { credential: encoded(credential) }) as Promise<SignedIn<U>>;
}

type Json = Record<string, any>;
const BYTES = new Set(['challenge', 'id', 'rawId', 'clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle']);

/** Turn the base64url texts of options into bytes; the id of a relying party stays a text. */
function decoded(options: Json): Json {
  const described = (each: Json) => ({ ...each, id: bytesOf(each.id) });
  return {
    ...options,
    challenge: bytesOf(options.challenge),
    ...(options.user && { user: described(options.user) }),
    ...(options.excludeCredentials && { excludeCredentials: options.excludeCredentials.map(described) }),
    ...(options.allowCredentials && { allowCredentials: options.allowCredentials.map(described) }),
  };
}

function encoded(credential: Credential | null): Json {
  if (credential === null) throw new DOMException('No passkey was chosen.', 'NotAllowedError');
  const made = credential as PublicKeyCredential;
  if (typeof made.toJSON === 'function') return made.toJSON() as Json;
  const response: Json = {};
  for (const name of BYTES) {
    const value = (made.response as unknown as Json)[name];
    if (value) response[name] = textOf(value as ArrayBuffer);
  }
  return {
    id: made.id,
    rawId: textOf(made.rawId),
    type: made.type,
    response,
    clientExtensionResults: made.getClientExtensionResults(),
  };
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (letter) => letter.charCodeAt(0));
}

function textOf(bytes: ArrayBuffer): string {
  const text = btoa(String.fromCharCode(...new Uint8Array(bytes)));
  return text.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}
