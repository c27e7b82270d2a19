import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { build } from 'esbuild';

async function bundled(code: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: process.cwd() },
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
  });
  return outputFiles[0]!.text;
}

test('REST and the session take less than 15 kB, and what is not used is left out', async () => {
  const code = await bundled(`import { createClient, localStore, filter } from './dist/index.js';
    globalThis.client = createClient({ url: '/', store: localStore() });
    globalThis.filter = filter;`);
  const size = gzipSync(code).length;
  assert.ok(size < 15_000, `${size} bytes`);
  for (const unused of ['WebSocket', 'Tus-Resumable', 'PublicKey', 'code_challenge'])
    assert.ok(!code.includes(unused), unused);
});

test('nothing is needed at run time', () => {
  const published = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, unknown>;
  assert.equal(published.dependencies, undefined);
});
