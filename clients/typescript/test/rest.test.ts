import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { and, createClient, filter, memoryStore, not, problemOf, quoted, upload } from 'holobase';
import type { AuthStore, Client, Fetch, Session } from 'holobase';

import { Server } from './server.js';

let server: Server;
let access: string;
let bobsAccess: string;
const asked: { method: string; url: string; headers: Record<string, string> }[] = [];

before(async () => {
  server = await Server.start();
  const [dana, bob] = server.members('dana', 'bob');
  access = dana!.token;
  bobsAccess = bob!.token;
});
after(() => server.stop());

const noted: Fetch = (url, sent) => {
  asked.push({ method: sent.method ?? '', url, headers: sent.headers as Record<string, string> });
  return fetch(url, sent);
};

function client(session: Session | null = { access }, more: { fetch?: Fetch; store?: AuthStore } = {}): Client {
  return createClient({ url: server.url, store: memoryStore(session), fetch: noted, ...more });
}

test('cards are made, listed with what is asked for, changed and deleted', async () => {
  const { cards } = client();
  for (const [number, rarity] of (['epic', 'rare', 'epic'] as const).entries())
    await cards.create({ title: `Ember ${number}`, rarity, status: 'published', tags: ['fire'] });
  const page = await cards.list({
    where: { rarity: 'epic' },
    filter: filter`tags = ${'fire'} && ${not(filter`title = ${'it\'s "q" \\'}`)}`,
    sort: ['title'],
    expand: ['creator'],
    fields: ['title', 'expand.creator.username'],
    count: 'exact',
    limit: 1,
  });
  assert.deepEqual(page.results, [{ title: 'Ember 0', expand: { creator: { username: 'dana' } } }]);
  assert.equal(page.count, 2);
  assert.deepEqual((await page.next())?.results[0]?.title, 'Ember 2');
  const titles = [];
  for await (const card of cards.all({ sort: '-title', limit: 2 })) titles.push(card.title);
  assert.deepEqual(titles, ['Ember 2', 'Ember 1', 'Ember 0']);
  assert.equal(await cards.count({ filter: and(cards.where('rarity', '=', 'rare'), false) }), 1);

  const first = (await cards.first({ sort: 'title' }))!;
  const changed = await cards.update(first.id, { description: 'Hot' }, { fields: ['description'] });
  assert.deepEqual(changed, { description: 'Hot' });
  const liked = await client({ access: bobsAccess }).cards.set('like', first.id);
  assert.equal(liked.like_count, 1);
  await cards.delete(first.id);
  await assert.rejects(cards.view(first.id), (error) => problemOf(error)?.code === 'not_found');
  assert.deepEqual((await client().batch([{ method: 'POST', path: 'cards', body: { title: 'Both' } }]))[0]?.status, 201);
});

test('a problem is told by its code, and by field', async () => {
  await assert.rejects(client().cards.create({ title: '' }), (error) => {
    const problem = problemOf(error);
    assert.ok(problem?.code === 'invalid');
    assert.equal(problem.errors[0]?.field, 'title');
    return true;
  });
  await assert.rejects(client(null).cards.create({ title: 'x' }), (error) => problemOf(error)?.status === 401);
});

test('a POST whose answer is lost is sent again under its key, and done once', async () => {
  let lost = 0;
  const losing: Fetch = async (url, sent) => {
    const answer = await noted(url, sent);
    if (sent.method === 'POST' && lost++ === 0) throw new TypeError('network');
    return answer;
  };
  const { cards } = client({ access }, { fetch: losing });
  const card = await cards.create({ title: 'Once' });
  const keys = asked.filter(({ method }) => method === 'POST').slice(-2).map(({ headers }) => headers['Idempotency-Key']);
  assert.equal(keys[0], keys[1]);
  assert.deepEqual((await cards.list({ where: { title: 'Once' } })).results.map(({ id }) => id), [card.id]);
});

test('a request is given up when its signal says so, also while it waits to try again', async () => {
  const away: Fetch = async () => new Response('', { status: 503, headers: { 'Retry-After': '20' } });
  const signal = AbortSignal.timeout(30);
  const given = client(null, { fetch: away }).cards.list({ signal });
  await assert.rejects(given, { name: 'TimeoutError' });
});

test('pictures go along as a form, large files in pieces that are resumed', async () => {
  const holobase = client();
  const picture = new File([png()], 'ember.png', { type: 'image/png' });
  const card = await holobase.cards.create({ title: 'Shown', front: picture, tags: ['fire', 'coal'], effects: { preset: 'holo' } });
  assert.equal(card.front?.width, 1);
  assert.deepEqual([card.tags, card.effects.preset], [['fire', 'coal'], 'holo']);

  let failures = 0;
  const failing: Fetch = (url, sent) => {
    if (sent.method === 'PATCH' && url.includes('/uploads/') && failures++ === 1) throw new TypeError('network');
    return noted(url, sent);
  };
  const told: number[] = [];
  const pieceBytes = 40;
  const file = await upload(client({ access }, { fetch: failing }), picture, {
    field: 'cards.back',
    pieceBytes,
    onProgress: (sent) => told.push(sent),
  });
  assert.deepEqual([failures > 2, told[0], told.at(-1)], [true, 0, picture.size]);
  const again = await holobase.cards.update(card.id, { back: file });
  assert.equal(again.back?.content_type, 'image/png');
});

test('three tabs refresh a session once, and hear when it has ended', async () => {
  const email = 'eve@example.com';
  const opened = server.session('eve');
  let stored: Session | null = { ...opened, access: expired(opened.access) };
  let turn = Promise.resolve();
  const shared = (): AuthStore => ({
    load: () => stored,
    save: (session) => void (stored = session),
    alone: (work) => {
      const done = turn.then(work);
      turn = done.then(() => undefined, () => undefined);
      return done;
    },
  });
  const tabs = [1, 2, 3].map(() => client(null, { store: shared() }));
  const before = asked.length;
  const seen = await Promise.all(tabs.map((tab) => tab.users.view('me', { fields: ['username', 'email'] })));
  assert.deepEqual(seen, Array(3).fill({ username: 'eve', email }));
  assert.equal(asked.slice(before).filter(({ url }) => url.endsWith('/auth/token/refresh')).length, 1);
  const heard: unknown[] = [];
  tabs[0]!.auth.onChange((user) => heard.push(user));
  await tabs[0]!.auth.signOut();
  assert.deepEqual([heard.length, tabs[1]!.auth.isSignedIn], [2, false]);
});

test('values are quoted as PocketBase quotes them', () => {
  const when = new Date('2026-11-21T09:30:00.000Z');
  assert.equal(quoted('it\'s "q" \\'), String.raw`"it's \"q\" \\"`);
  assert.deepEqual([quoted(null), quoted(2.5), quoted(true), quoted(when)], ['null', '2.5', 'true', '"2026-11-21 09:30:00.000Z"']);
  assert.equal(String(filter`a = ${[1, 'x']}`), String.raw`a = "[1,\"x\"]"`);
});

/** An access token that says it has run out. */
function expired(token: string): string {
  const [head, , signature] = token.split('.');
  return [head, Buffer.from('{"exp":1}').toString('base64url'), signature].join('.');
}

/** A picture of one pixel. */
function png(): Uint8Array<ArrayBuffer> {
  const text =
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC';
  return Uint8Array.from(Buffer.from(text, 'base64'));
}
