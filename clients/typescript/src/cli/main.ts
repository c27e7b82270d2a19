#!/usr/bin/env node
/** `holobase-types URL [FILE]`: write the types of a running server’s resources. */

import { readFile, writeFile } from 'node:fs/promises';
import { typesOf } from './types.js';

const [where, file] = process.argv.slice(2);
if (!where) {
  console.error('usage: holobase-types URL|openapi.json [FILE]');
  process.exit(2);
}

async function documentAt(place: string): Promise<Record<string, unknown>> {
  if (!/^https?:/.test(place)) return JSON.parse(await readFile(place, 'utf8'));
  const address = `${place.replace(/\/+$/, '').replace(/\/api\/schema$/, '')}/api/schema`;
  const answer = await fetch(address, { headers: { Accept: 'application/json', 'Accept-Language': 'en' } });
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}.`);
  return (await answer.json()) as Record<string, unknown>;
}

const written = typesOf(await documentAt(where));
if (file) await writeFile(file, written);
else process.stdout.write(written);
