/** What the compiler lets pass, and what not: these assertions hold when this file compiles. */

import { test } from 'node:test';

import { expectTypeOf } from 'expect-type';

import { and, createClient, filter, or, problemOf } from 'holobase';
import type { Client, Filter, Page, Problem } from 'holobase';
import type { Card, CardRarity, Comment, StoredFile, Template, User } from 'holobase/schema';

const holobase = createClient({ url: 'http://localhost:8000' });
const { cards, users, posts, collectionItems, authSessions, feed } = holobase;
type Result<T extends (...args: any[]) => Promise<unknown>> = Awaited<ReturnType<T>>;

/** Never called: it is there to be compiled. */
export const records = async () => {
  const page = await cards.list();
  expectTypeOf(page).toEqualTypeOf<Page<(typeof page.results)[number]>>();
  const [card] = page.results as [(typeof page.results)[number]];
  expectTypeOf(card.id).toEqualTypeOf<string>();
  expectTypeOf(card.title).toEqualTypeOf<string>();
  expectTypeOf(card.rarity).toEqualTypeOf<CardRarity>();
  expectTypeOf(card.tags).toEqualTypeOf<string[]>();
  expectTypeOf(card.front).toEqualTypeOf<StoredFile | null>();
  expectTypeOf(card.effects.intensity).toEqualTypeOf<number | undefined>();
  expectTypeOf(card.like_count).toEqualTypeOf<number>();
  expectTypeOf(card.published_at).toEqualTypeOf<string | null>();
  expectTypeOf(card).not.toHaveProperty('expand');
  expectTypeOf(card).not.toHaveProperty('viewer');
  expectTypeOf(page.count).toEqualTypeOf<number | undefined>();
  expectTypeOf<keyof typeof card>().toEqualTypeOf<keyof Card>();
};

export const expansions = async () => {
  const one = await cards.view('id', { expand: ['creator'] });
  expectTypeOf(one.title).toEqualTypeOf<string>();
  expectTypeOf(one.expand.creator?.username).toEqualTypeOf<string | undefined>();
  expectTypeOf<keyof typeof one.expand>().toEqualTypeOf<'creator'>();
  const two = await cards.view('id', { expand: ['creator', 'template.author'] });
  expectTypeOf(two.expand.template?.title).toEqualTypeOf<string | undefined>();
  expectTypeOf(two.expand.template?.expand.author?.username).toEqualTypeOf<string | undefined>();
  const back = await cards.view('id', { expand: ['comments_via_card:limit(5)', 'comments_via_card.author'] });
  expectTypeOf(back.expand.comments_via_card.has_more).toEqualTypeOf<boolean>();
  expectTypeOf(back.expand.comments_via_card.results[0]!.text).toEqualTypeOf<Comment['text']>();
  expectTypeOf(back.expand.comments_via_card.results[0]!.expand.author?.id).toEqualTypeOf<string | undefined>();
  // @ts-expect-error there is no such relation
  await cards.list({ expand: ['owner'] });
  // @ts-expect-error there is none behind it either
  await cards.list({ expand: ['template.creator'] });
  // @ts-expect-error one record has no limit
  await cards.list({ expand: ['creator:limit(5)'] });
};

export const fields = async () => {
  const some = await cards.view('id', { fields: ['id', 'title'] });
  expectTypeOf(some).toEqualTypeOf<{ id: string; title: string }>();
  const within = await cards.view('id', { expand: ['creator'], fields: ['id', 'expand.creator.username'] });
  expectTypeOf(within).toEqualTypeOf<{ id: string; expand: { creator: { username: string } | null } }>();
  const whole = await cards.view('id', { expand: ['creator', 'template'], fields: ['id', 'expand.template'] });
  expectTypeOf<keyof typeof whole.expand>().toEqualTypeOf<'template'>();
  expectTypeOf(whole.expand.template?.state).toEqualTypeOf<Template['state'] | undefined>();
  const mine = await cards.view('id', { fields: ['*', 'viewer'] });
  expectTypeOf(mine.viewer).toEqualTypeOf<{ liked: boolean } | null>();
  expectTypeOf(mine.title).toEqualTypeOf<string>();
  const short = await posts.view('id', { fields: ['id', 'text:excerpt(100,true)'] });
  expectTypeOf(short).toEqualTypeOf<{ id: string; text: string }>();
  // @ts-expect-error there is no such field
  await cards.list({ fields: ['name'] });
  // @ts-expect-error nothing is expanded
  await cards.list({ fields: ['expand.creator.username'] });
  // @ts-expect-error members have no such field
  await cards.list({ expand: ['creator'], fields: ['expand.creator.title'] });
  // @ts-expect-error it was left out
  some.rarity;
};

export const lists = async () => {
  await cards.list({ where: { rarity: 'epic', like_count__gte: 10, rarity__in: ['epic', 'rare'] }, sort: ['-like_count', 'title'] });
  await cards.list({ where: { created_at__gt: new Date() }, filter: filter`tags = ${'fire'}`, search: 'dragon', count: 'exact' });
  expectTypeOf(cards.where('like_count', '>', 10)).toEqualTypeOf<Filter>();
  expectTypeOf(and(cards.where('rarity', '=', 'epic'), or(cards.where('tags', '?=', 'fire'), false))).toEqualTypeOf<Filter>();
  for await (const each of cards.all({ fields: ['id'] })) expectTypeOf(each).toEqualTypeOf<{ id: string }>();
  expectTypeOf(await cards.first()).extract<null>().toEqualTypeOf<null>();
  expectTypeOf<Result<typeof cards.count>>().toEqualTypeOf<number>();
  await feed.list({ options: { mode: 'hot' } });
  // @ts-expect-error there is no such rarity
  await cards.list({ where: { rarity: 'shiny' } });
  // @ts-expect-error there is no such filter
  await cards.list({ where: { colour: 'red' } });
  // @ts-expect-error a number is asked for
  await cards.list({ where: { like_count__gte: 'ten' } });
  // @ts-expect-error nothing sorts by it
  await cards.list({ sort: 'description' });
  // @ts-expect-error a column is compared with what it holds
  cards.where('like_count', '>', 'ten');
  // @ts-expect-error there is no such column
  cards.where('colour', '=', 'red');
  // @ts-expect-error the feed has no such mode
  await feed.list({ options: { mode: 'cold' } });
};

export const writes = async () => {
  const made = await cards.create({ title: 'Ember', front: new Blob([]), effects: { preset: 'holo' } }, { expand: ['creator'] });
  expectTypeOf(made.expand.creator).extract<null>().toEqualTypeOf<null>();
  await cards.update('id', { status: 'published' }, { ifMatch: '"1"' });
  await cards.run('publish', 'id');
  await cards.run('restore', 'id', { number: 1 });
  await cards.set('like', 'id');
  await cards.unset('like', 'id');
  await collectionItems.list({ where: { collection: 'id' } });
  await authSessions.list();
  expectTypeOf((await users.list()).results[0]!.username).toEqualTypeOf<string>();
  // @ts-expect-error a card has a title
  await cards.create({ rarity: 'epic' });
  // @ts-expect-error effects have no such preset
  await cards.create({ title: 'Ember', effects: { preset: 'sparkle' } });
  // @ts-expect-error the server counts
  await cards.update('id', { like_count: 5 });
  // @ts-expect-error nobody can do that to a card
  await cards.run('fly', 'id');
  // @ts-expect-error which version?
  await cards.run('restore', 'id');
  // @ts-expect-error likes are made by `set`
  await holobase.cardLikes.create({});
  // @ts-expect-error there is no such resource
  await holobase.wizards.list();
};

export const sessions = async () => {
  expectTypeOf(holobase.auth.user).toEqualTypeOf<User | null>();
  expectTypeOf(holobase.auth.token).returns.resolves.toEqualTypeOf<string | null>();
  const problem = problemOf(new Error()) as Problem;
  if (problem.code === 'second_factor_needed') expectTypeOf(problem.challenge).toEqualTypeOf<string>();
  if (problem.code === 'invalid') expectTypeOf(problem.errors[0]!.field).toEqualTypeOf<string>();
  if (problem.code === 'other') expectTypeOf(problem.raw).toEqualTypeOf<string>();
  // @ts-expect-error only some problems have a challenge
  problem.challenge;
  // @ts-expect-error no problem is called so
  problem.code === 'oops';
};

interface Badge {
  id: string;
  title: string;
}
interface OwnResources {
  badges: {
    record: Badge;
    create: { title: string };
    update: never;
    expand: {};
    sort: 'title';
    filters: { title: string };
    options: {};
    viewer: {};
    actions: { POST: {}; PUT: {}; DELETE: {} };
  };
}

export const own = async (site: Client<OwnResources>) => {
  expectTypeOf((await site.badges.create({ title: 'First' })).title).toEqualTypeOf<string>();
  // @ts-expect-error this site has no cards
  site.cards;
};

test('the types hold, as this file has been compiled', () => undefined);
