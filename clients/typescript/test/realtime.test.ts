import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { Realtime } from 'holobase';
import type { Options, Status } from 'holobase';
import { WebSocket } from 'ws';

import { Client, Heard, until } from './listener.js';
import { Server } from './server.js';
import type { Member } from './server.js';

let server: Server;
let dana: Member;
let eve: Member;
let finn: Member;
let gwen: Member;
const open: Realtime[] = [];

before(async () => {
  server = await Server.start();
  [dana, eve, finn, gwen] = server.members('dana', 'eve', 'finn', 'gwen') as [
    Member,
    Member,
    Member,
    Member,
  ];
});
after(() => server.stop());
afterEach(() => open.splice(0).forEach((live) => live.close()));

function client(options: Partial<Options> = {}): Client {
  const live = new Client({ url: server.url, ...options });
  open.push(live);
  return live;
}

test('what is written by REST is heard as it is made, changed and deleted', async () => {
  const heard = await Heard.of(client(), 'cards', { fields: 'id,title' });
  const card = await dana.creates('Dragon');
  await until(() => heard.events.length === 1);
  await dana.edits(card, { title: 'Moth' });
  await until(() => heard.events.length === 2);
  await dana.deletes(card);
  const expected = ['create', 'update', 'delete'].map((action) => [action, card.id]);
  assert.deepEqual(await heard.says(3), expected);
  const records = heard.events.map((event) => event.record);
  const { id } = card;
  assert.deepEqual(records, [{ id, title: 'Dragon' }, { id, title: 'Moth' }, undefined]);
});

test('a draft is heard by its creator and by nobody else', async () => {
  const mine = await Heard.of(client({ token: () => dana.token }), 'cards');
  const others = await Heard.of(client(), 'cards');
  const draft = await dana.creates('Draft', { status: 'draft' });
  assert.deepEqual(await mine.says(1), [['create', draft.id]]);
  assert.deepEqual(await others.says(0), []);
});

test('a card enters and leaves a filter', async () => {
  const card = await dana.creates('Dragon', { rarity: 'rare' });
  const heard = await Heard.of(client(), 'cards', { filter: 'rarity="epic"', expand: 'creator' });
  await dana.edits(card, { rarity: 'epic' });
  await until(() => heard.events.length === 1);
  await dana.edits(card, { rarity: 'common' });
  assert.deepEqual(await heard.says(2), [
    ['enter', card.id],
    ['leave', card.id],
  ]);
  assert.match(JSON.stringify(heard.events[0]?.record), /"username":"dana"/);
});

test('after cuts at any moment nothing is heard twice and nothing is missing', async () => {
  const live = client({ token: () => dana.token });
  const all = await Heard.of(live, 'cards');
  const epic = await Heard.of(live, 'cards', { filter: 'rarity="epic"' });
  const made: string[] = [];
  for (let number = 0; number < 60; number += 1) {
    const card = await dana.creates(String(number), { rarity: number % 2 ? 'epic' : 'rare' });
    made.push(card.id);
    if (number % 7 === 0) live.cut();
  }
  assert.deepEqual(
    await all.says(made.length),
    made.map((id) => ['create', id]),
  );
  const epics = made.filter((_id, number) => number % 2);
  assert.deepEqual(
    await epic.says(epics.length),
    epics.map((id) => ['create', id]),
  );
  assert.ok(live.connections > 3, `${live.connections} connections`);
  assert.equal(all.resets + epic.resets, 0);
});

test('a cut in the middle of what was missed loses none of it', async () => {
  const live = client();
  const first = await Heard.of(live, 'cards');
  const since = first.subscription.cursor ?? '';
  const made = [];
  for (let number = 0; number < 30; number += 1) made.push((await dana.creates('x')).id);
  const heard: string[] = [];
  live.subscribe(
    'cards',
    { since },
    {
      onEvent: (event) => {
        heard.push(event.id);
        if (heard.length === 5 || heard.length === 12) live.cut();
      },
    },
  );
  await until(() => heard.length >= made.length);
  assert.deepEqual(heard, made);
  assert.equal(live.connections, 3);
});

test('a cursor that was kept goes on where another visit ended', async () => {
  const visit = client();
  const heard = await Heard.of(visit, 'cards');
  await dana.creates('Seen');
  await until(() => heard.events.length === 1);
  visit.close();
  const missed = await dana.creates('Missed');
  const since = heard.subscription.cursor ?? '';
  const later = await Heard.of(client(), 'cards', { since });
  assert.deepEqual(await later.says(1), [['create', missed.id]]);
  assert.equal(heard.events.length, 1);
});

test('after unsubscribing nothing is heard, and the last one ends the connection', async () => {
  const live = client();
  const statuses: Status[] = [];
  live.onStatus((status) => statuses.push(status));
  const stays = await Heard.of(live, 'cards');
  const goes = await Heard.of(live, 'cards');
  goes.subscription.unsubscribe();
  await dana.creates('Dragon');
  assert.equal((await stays.says(1)).length, 1);
  assert.equal(goes.events.length, 0);
  assert.equal(live.frames.filter((frame) => frame.includes('"event"')).length, 1);
  stays.subscription.unsubscribe();
  stays.subscription.unsubscribe();
  assert.deepEqual(statuses, ['connecting', 'open', 'idle']);
  await Heard.of(live, 'cards');
  assert.equal(live.connections, 2);
});

test('who signs out elsewhere is revoked, and goes on with a new token', async () => {
  const tokens = [eve.token, eve.other.access];
  const live = client({ token: async () => tokens.shift() ?? null });
  const heard = await Heard.of(live, 'cards');
  await eve.signsOut();
  const card = await dana.creates('Dragon');
  assert.deepEqual(await heard.says(1), [['create', card.id]]);
  assert.deepEqual([tokens.length, live.connections, heard.errors.length], [0, 2, 0]);
});

test('two refused tokens in a row end everything with an error', async () => {
  const live = client({ token: () => finn.token });
  const errors: (string | undefined)[] = [];
  live.onStatus((status, error) => status === 'idle' && errors.push(error?.code));
  const heard = await Heard.of(live, 'cards');
  await finn.signsOut();
  await until(() => heard.errors.length === 1);
  await sleep(300);
  assert.deepEqual(
    heard.errors.map((error) => error.code),
    ['token_refused'],
  );
  assert.deepEqual([errors, live.connections], [['token_refused'], 3]);
});

test('who has signed out everywhere goes on as nobody', async () => {
  let token: string | null = gwen.token;
  const live = client({ token: () => token });
  const cards = await Heard.of(live, 'cards');
  const likes = await Heard.of(live, 'card-likes');
  token = null;
  await gwen.signsOut();
  await until(() => likes.errors.length === 1);
  assert.equal(likes.errors[0]?.code, 'not_signed_in');
  await dana.creates('Dragon');
  assert.equal((await cards.says(1)).length, 1);
});

test('a token that can’t be had now is asked for again', async () => {
  let asked = 0;
  const token = () => {
    asked += 1;
    if (asked < 3) throw new Error('offline');
    return dana.token;
  };
  await Heard.of(client({ token }), 'card-likes');
  assert.equal(asked, 3);
});

test('a cursor that is too old resets, and what follows is heard', async () => {
  const live = client();
  const heard = await Heard.of(live, 'cards', { filter: 'title="Dragon"' });
  const old = Number(heard.subscription.cursor);
  for (const title of ['a', 'b', 'c']) await dana.creates(title);
  assert.ok(server.forgets() > 0);
  live.cut();
  await until(() => heard.begun === 2);
  assert.equal(heard.resets, 1);
  assert.ok(Number(heard.subscription.cursor) > old);
  live.cut();
  const card = await dana.creates('Dragon');
  assert.deepEqual(await heard.says(1), [['create', card.id]]);
  assert.equal(heard.resets, 1);
});

test('a server that restarts is met after the while it names, with nothing missing', async () => {
  const live = client({ retryLongest: 200 });
  const times: [Status, number][] = [];
  const heard = await Heard.of(live, 'cards');
  live.onStatus((status) => times.push([status, Date.now()]));
  await server.restart();
  const card = await dana.creates('Dragon');
  assert.deepEqual(await heard.says(1), [['create', card.id]]);
  assert.equal(heard.resets, 0);
  const said = live.frames.find((frame) => frame.includes('"reconnect"')) ?? '{}';
  const [left, met] = times;
  assert.deepEqual([left?.[0], met?.[0]], ['waiting', 'connecting']);
  assert.ok((met?.[1] ?? 0) - (left?.[1] ?? 0) >= JSON.parse(said).after - 5);
});

test('what can’t be listened to is over with an error that says where it is wrong', async () => {
  const live = client();
  const heard = new Heard(live, 'cards', { filter: 'titel="x"' });
  await until(() => heard.errors.length === 1);
  const [error] = heard.errors;
  assert.equal(error?.code, 'bad_parameter');
  assert.match(error?.errors[0]?.message ?? '', /title/);
  assert.equal(error?.errors[0]?.position, 1);
  await Heard.of(live, 'cards');
  assert.equal(heard.errors.length, 1);
});

test('a server that does not answer is left, and one that does is not', async () => {
  let isDead = true;
  let made = 0;
  const Mute = class extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      made += 1;
    }
    override send(text: string): void {
      if (!isDead || !text.includes('"ping"')) super.send(text);
    }
  };
  const pace = { pingEvery: 100, answerWithin: 1000, retryFirst: 50 };
  const live = new Realtime({ url: server.url, WebSocket: Mute, ...pace });
  open.push(live);
  const heard = await Heard.of(live, 'cards');
  await until(() => made === 2);
  isDead = false;
  await until(() => heard.begun === 2);
  await sleep(1500);
  assert.equal(made, 2);
});

test('without a class of WebSockets or a proper address there is no client', () => {
  assert.throws(() => new Realtime({ url: 'nowhere', WebSocket }), TypeError);
  if (!('WebSocket' in globalThis)) {
    assert.throws(() => new Realtime({ url: server.url }), /no WebSocket/);
  }
});
