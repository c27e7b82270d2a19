/** Large files in pieces, which can be resumed (tus 1.0). */

import type { ClientCore } from './client.js';
import { ConnectionError, ProblemError } from './problems.js';

export interface UploadOptions {
  /** Where the file is for: `cards.front`; its rules are then checked before anything is sent. */
  field?: string;
  name?: string;
  signal?: AbortSignal;
  /** Told after each piece. */
  onProgress?: (sent: number, total: number) => void;
  /** Bytes of a piece; 4 MiB unless given. */
  pieceBytes?: number;
  /** Told where the upload is, to be given as `resume` another day. */
  onAddress?: (path: string) => void;
  /** Where an upload that was broken off is. */
  resume?: string;
}

interface UploadState {
  file: string | null;
  state: string;
  problem: Record<string, unknown> | null;
}

const VERSION = { 'Tus-Resumable': '1.0.0' };
const PIECE = 4 * 1024 * 1024;
const MOST_FAILURES = 8;

/** Upload a file and return its id, which any field for files takes. */
export async function upload(client: ClientCore<any>, file: Blob & { name?: string }, options: UploadOptions = {}): Promise<string> {
  const path = options.resume ?? (await begin(client, file, options));
  options.onAddress?.(path);
  await sendFrom(client, path, file, options);
  const done = await client.request<UploadState>('GET', path, quietly(options));
  if (done.file === null) throw new ProblemError(Number(done.problem?.status ?? 410), done.problem ?? {});
  return done.file;
}

async function begin(client: ClientCore<any>, file: Blob & { name?: string }, options: UploadOptions): Promise<string> {
  const told = { filename: options.name ?? file.name ?? '', filetype: file.type, field: options.field ?? '' };
  const metadata = Object.entries(told)
    .filter(([, value]) => value)
    .map(([name, value]) => `${name} ${base64(value)}`);
  const headers = { ...VERSION, 'Upload-Length': String(file.size), 'Upload-Metadata': metadata.join(',') };
  const answer = await client.transport.send('POST', 'uploads', { ...quietly(options), headers });
  const location = new URL(answer.headers.get('Location') ?? '', client.transport.base);
  return `uploads/${location.pathname.split('/').pop()}`;
}

/** Send all pieces; after a failure from where the server says it is. */
async function sendFrom(client: ClientCore<any>, path: string, file: Blob, options: UploadOptions): Promise<void> {
  let offset = options.resume ? await offsetOf(client, path, options) : 0;
  let failures = 0;
  for (;;) {
    options.onProgress?.(offset, file.size);
    if (offset >= file.size) return;
    try {
      offset = await sendPiece(client, path, file, offset, options);
      failures = 0;
    } catch (error) {
      if (!isPassing(error) || ++failures > MOST_FAILURES) throw error;
      offset = await offsetOf(client, path, options);
    }
  }
}

async function sendPiece(client: ClientCore<any>, path: string, file: Blob, offset: number, options: UploadOptions): Promise<number> {
  const headers = { ...VERSION, 'Upload-Offset': String(offset), 'Content-Type': 'application/offset+octet-stream' };
  const body = file.slice(offset, offset + (options.pieceBytes ?? PIECE));
  const answer = await client.transport.send('PATCH', path, { ...quietly(options), headers, body, retries: 0 });
  return Number(answer.headers.get('Upload-Offset'));
}

async function offsetOf(client: ClientCore<any>, path: string, options: UploadOptions): Promise<number> {
  const answer = await client.transport.send('HEAD', path, { ...quietly(options), headers: VERSION, retries: MOST_FAILURES });
  return Number(answer.headers.get('Upload-Offset'));
}

function isPassing(error: unknown): boolean {
  if (error instanceof ConnectionError) return true;
  return error instanceof ProblemError && (error.status >= 500 || [408, 409, 423, 429].includes(error.status));
}

function quietly({ signal }: UploadOptions): { signal?: AbortSignal } {
  return signal ? { signal } : {};
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
