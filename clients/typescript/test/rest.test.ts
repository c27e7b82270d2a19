import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { createCollection } from '@tanstack/db';
import { and, createClient, eventsAddress, filter, memoryStore, not, plainPage, problemOf, quoted, Realtime, upload } from 'holobase';
import { LivePages, LiveSnapshot } from 'holobase/live-pages';
import type { AuthStore, Client, Fetch, Session } from 'holobase';
import { renewSession, serverClient, sessionRoute } from 'holobase/next';
import { Outbox } from 'holobase/outbox';
import type { Conflict } from 'holobase/outbox';
import type { Card } from 'holobase/schema';
import { liveCollection } from 'holobase/tanstack-db';
import { pagesQuery } from 'holobase/tanstack-query';
import { WebSocket } from 'ws';

import { until } from './listener.js';
import { Server } from './server.js';
import type { Member } from './server.js';

let server: Server;
let access: string;
let bobsAccess: string;
let eve: Member;
let finn: Member;
const asked: { method: string; url: string; headers: Record<string, string> }[] = [];

before(async () => {
  server = await Server.start();
  const [dana, bob, ...others] = server.members('dana', 'bob', 'eve', 'finn');
  access = dana!.token;
  bobsAccess = bob!.token;
  [eve, finn] = others as [Member, Member];
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
  const opened = eve.other;
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

test('twenty writes made without a network arrive once each, in order, and conflicts are told', async () => {
  const online = client();
  const contested = await online.cards.create({ title: 'Contested' });
  const before = await online.request<Response>('GET', `cards/${contested.id}`);
  assert.ok(before);
  const tag = (await online.transport.send('GET', `cards/${contested.id}`)).headers.get('ETag')!;
  let isAway = true;
  let answers = 0;
  const broken: Fetch = async (url, sent) => {
    if (isAway) throw new TypeError('network');
    const answer = await noted(url, sent);
    if (answers++ % 4 === 1) throw new TypeError('the answer is lost');
    return answer;
  };
  const kept = new Map<string, string>();
  const keeper = {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, text: string) => void kept.set(name, text),
    removeItem: (name: string) => void kept.delete(name),
  };
  const conflicts: Conflict[] = [];
  const options = { keeper, retryFirst: 5, onConflict: (each: Conflict) => conflicts.push(each) };
  const away = client({ access }, { fetch: broken });
  const closed = new Outbox(away, options);
  for (let number = 0; number < 18; number += 1)
    void closed.write('POST', 'cards', { title: `Offline ${String(number).padStart(2, '0')}` });
  void closed.write('PATCH', `cards/${contested.id}`, { title: 'Mine' }, { ifMatch: tag });
  void closed.write('DELETE', `cards/${contested.id}`, undefined, { ifMatch: tag });
  closed.close(); // the page is reloaded, and somebody else is sooner
  await online.cards.update(contested.id, { title: 'Theirs' });

  const outbox = new Outbox(away, options);
  assert.equal(outbox.waiting.length, 20);
  isAway = false;
  outbox.flush();
  await until(() => outbox.waiting.length === 0);
  outbox.close();
  const made = [];
  for await (const card of online.cards.all({ filter: filter`title ~ "Offline"`, sort: 'created_at', fields: ['title'] }))
    made.push(card.title);
  assert.deepEqual(made, Array.from({ length: 18 }, (_, number) => `Offline ${String(number).padStart(2, '0')}`));
  assert.deepEqual(conflicts.map(({ write, problem }) => [write.method, problem.code]), [
    ['PATCH', 'precondition_failed'],
    ['DELETE', 'precondition_failed'],
  ]);
  assert.equal((await online.cards.view(contested.id)).title, 'Theirs');
});

test('a collection is as the server has it, shows writes at once and takes refused ones back', async () => {
  const holobase = client();
  const realtime = new Realtime({ url: server.url, token: () => access, WebSocket });
  const collection = createCollection(
    liveCollection<Card>({
      client: holobase,
      realtime,
      resource: 'cards',
      filter: filter`rarity = "mythic"`,
      toCreate: ({ title, rarity }) => ({ title, rarity }),
    }),
  );
  const titles = () => [...collection.values()].map(({ title }) => title).sort();
  const first = await holobase.cards.create({ title: 'First', rarity: 'mythic' });
  await collection.preload();
  assert.deepEqual(titles(), ['First']);
  const elsewhere = await holobase.cards.create({ title: 'Elsewhere', rarity: 'mythic' });
  await until(() => collection.size === 2);
  await holobase.cards.update(elsewhere.id, { rarity: 'rare' });
  await until(() => collection.size === 1);

  const insert = collection.insert({ ...first, id: 'temporary', title: 'Mine' });
  assert.deepEqual(titles(), ['First', 'Mine']);
  await insert.isPersisted.promise;
  await until(() => !collection.has('temporary') && titles().length === 2);
  const update = collection.update(first.id, (draft) => void (draft.title = 'Changed'));
  await update.isPersisted.promise;
  await until(() => titles()[0] === 'Changed');
  const wrong = collection.update(first.id, (draft) => void (draft.title = ''));
  assert.deepEqual(titles(), ['', 'Mine']);
  await assert.rejects(wrong.isPersisted.promise);
  assert.deepEqual(titles(), ['Changed', 'Mine']);
  await collection.delete(first.id).isPersisted.promise;
  await until(() => titles().join() === 'Mine');
  await collection.cleanup();
  realtime.close();
});

test('what a collection writes without a network is a conflict where somebody else was sooner', async () => {
  const online = client();
  const made = (title: string) => online.cards.create({ title, rarity: 'legendary' });
  const [kept, contested, doomed] = [await made('Kept'), await made('Contested'), await made('Doomed')] as const;
  let isAway = false;
  const away = client({ access }, {
    fetch: async (url, sent) => {
      if (isAway) throw new TypeError('network');
      return noted(url, sent);
    },
  });
  const conflicts: Conflict[] = [];
  const outbox = new Outbox(away, { retryFirst: 5, onConflict: (each) => conflicts.push(each) });
  const realtime = new Realtime({ url: server.url, token: () => access, WebSocket });
  const collection = createCollection(
    liveCollection<Card>({ client: away, realtime, resource: 'cards', filter: filter`rarity = "legendary"`, outbox }),
  );
  await collection.preload();
  isAway = true;
  const writes = [
    collection.update(kept.id, (draft) => void (draft.title = 'Mine')),
    collection.update(kept.id, (draft) => void (draft.title = 'Mine, again')),
    collection.update(contested.id, (draft) => void (draft.title = 'Mine')),
    collection.delete(doomed.id),
  ].map(({ isPersisted }) => isPersisted.promise.then(() => 'written', () => 'refused'));
  await until(() => outbox.waiting.length === 4);
  await online.cards.update(contested.id, { title: 'Theirs' });
  await online.cards.update(doomed.id, { description: 'Not yet' });
  const before = asked.length;
  isAway = false;
  outbox.flush();
  assert.deepEqual(await Promise.all(writes), ['written', 'written', 'refused', 'refused']);
  const patches = asked.slice(before).filter(({ method }) => method === 'PATCH');
  assert.ok(patches.length === 2 && patches.every(({ headers }) => headers['If-Match']));
  assert.deepEqual(conflicts.map(({ write, problem }) => [write.method, problem.code]), [
    ['PATCH', 'precondition_failed'],
    ['DELETE', 'precondition_failed'],
  ]);
  await until(() => [...collection.values()].map(({ title }) => title).sort().join() === 'Doomed,Mine, again,Theirs');
  outbox.close();
  await collection.cleanup();
  realtime.close();
});

test('a page that a server has fetched goes on live without a second request', async (t) => {
  const holobase = client();
  const query = { filter: filter`rarity = "uncommon"`, limit: 2, expand: ['creator'] as const };
  const made = (title: string) => holobase.cards.create({ title, rarity: 'uncommon' });
  for (const title of ['One', 'Two', 'Three']) await made(title);
  const first = JSON.parse(JSON.stringify(plainPage(await holobase.cards.list(query))));
  const snapshot = await holobase.cards.snapshot(first.results[0].id);
  const meanwhile = await made('Meanwhile');
  const before = asked.length;

  const realtime = new Realtime({ url: server.url, token: () => access, WebSocket });
  t.after(() => realtime.close());
  const pages = new LivePages<Card>((cursor) => holobase.cards.list({ ...query, ...(cursor && { cursor }) }), {
    realtime: () => realtime,
    topic: 'cards',
    query: { filter: String(query.filter), expand: 'creator' },
    newest: 'first',
    first,
  });
  const one = new LiveSnapshot<Card>(() => holobase.cards.snapshot(snapshot.record.id), {
    realtime: () => realtime,
    topic: `cards/${snapshot.record.id}`,
  }, snapshot);
  const ends = [pages.start(), one.start()];
  const titles = () => pages.state().records.map(({ title }) => title).join();
  await until(() => titles() === 'Meanwhile,Three,Two');
  assert.equal(asked.slice(before).filter(({ method }) => method === 'GET').length, 0);

  await holobase.cards.update(meanwhile.id, { rarity: 'rare' });
  await holobase.cards.update(snapshot.record.id, { title: 'Third' }, { ifMatch: snapshot.etag! });
  await until(() => titles() === 'Third,Two' && one.state()?.title === 'Third');
  await pages.loadMore();
  assert.deepEqual([titles(), pages.state().hasMore], ['Third,Two,One', false]);
  await holobase.cards.delete(snapshot.record.id);
  await until(() => titles() === 'Two,One' && one.state() === null);
  ends.forEach((end) => end());
});

test('a browser’s event stream is signed in by a ticket', async () => {
  const answer = await fetch(await eventsAddress(client(), ['cards', 'notifications']));
  assert.equal(answer.headers.get('Content-Type'), 'text/event-stream; charset=utf-8');
  await answer.body?.cancel();
});

test('a Next.js site keeps a session in its cookies, refreshes it once, and gives it to its own pages alone', async () => {
  const origins = ['https://cards.example'];
  const site = { url: server.url, origins, fetch: noted };
  const { POST, DELETE } = sessionRoute(site);
  const opened = finn.other;
  const asks = (body: object, cookie = '', origin = origins[0]!) =>
    new Request('https://cards.example/api/session', {
      method: 'POST',
      headers: { Origin: origin, 'Content-Type': 'application/json', Cookie: cookie },
      body: JSON.stringify(body),
    });
  assert.equal((await POST(asks({ refresh: opened.refresh }, '', 'https://evil.example'))).status, 403);
  const kept = await POST(asks({ refresh: opened.refresh }));
  const cookies = kept.headers.getSetCookie();
  assert.ok(cookies.every((line) => /HttpOnly; SameSite=Lax; Secure/.test(line)));
  assert.deepEqual(Object.keys((await kept.json()) as object), ['access']);
  const jar = new Map(cookies.map((line) => line.split(';')[0]!.split('=') as [string, string]));
  const refreshed = jar.get('holobase_refresh');

  const before = asked.length;
  const pages = Array.from({ length: 3 }, () => {
    const own = new Map(jar).set('holobase_access', expired(jar.get('holobase_access')!));
    const get = (name: string) => (own.has(name) ? { value: own.get(name)! } : undefined);
    const set = (name: string, value: string) => own.set(name, value);
    return { own, cookies: { get, set } };
  });
  await Promise.all(pages.map((page) => renewSession(site, page, () => ({ cookies: page.cookies }))));
  assert.equal(asked.slice(before).filter(({ url }) => url.endsWith('/auth/token/refresh')).length, 1);
  for (const { own, cookies: read } of pages) {
    assert.notEqual(own.get('holobase_refresh'), refreshed);
    assert.equal((await serverClient(site, read).users.view('me', { fields: ['username'] })).username, 'finn');
  }
  const cookie = [...pages[0]!.own].map((pair) => pair.join('=')).join('; ');
  assert.equal((await DELETE(asks({}, cookie))).status, 204);
  await assert.rejects(serverClient(site, pages[0]!.cookies).users.view('me'));
});

test('what TanStack Query keeps goes from page to page', async () => {
  const query = pagesQuery(client().cards, { sort: ['created_at'], fields: ['id'], limit: 1 });
  const context = { signal: new AbortController().signal };
  const first = await query.queryFn({ ...context, pageParam: query.initialPageParam });
  const second = await query.queryFn({ ...context, pageParam: query.getNextPageParam(first)! });
  assert.equal(new Set([...first.results, ...second.results].map(({ id }) => id)).size, 2);
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
