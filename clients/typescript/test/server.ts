/** A real Holobase in a folder of its own, and members who write through its REST API. */

import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const ROOT = process.env.HOLOBASE_ROOT ?? join(import.meta.dirname, '../../..');
const PYTHON = process.env.HOLOBASE_PYTHON ?? join(ROOT, '.venv/bin/python');
/** A data folder with all tables and no rows, to start from sooner than from none. */
const MIGRATED = process.env.HOLOBASE_MIGRATED;
const EMBEDDED = {
  DATABASE_URL: '',
  REDIS_URL: '',
  S3_BUCKET: '',
  THROTTLE_WRITE: 'off',
  REALTIME_RECONNECT_SPREAD_SECONDS: '1',
};
const READY_WITHIN = 120_000;
const NEW_MEMBERS = `
from tests.personas import new_member
from users.callers import NOWHERE
from users.services.sessions import open_session
from users.tokens import token_pair
for member in map(new_member, "NAMES".split()):
    other = token_pair(open_session(member.user, caller=NOWHERE, method="test"))
    print(member.token, other["access"], other["refresh"])
`;
const FORGET = `
from datetime import timedelta
from django.conf import settings
from django.utils import timezone
from resources.models import Change
from resources.retention import forget_old_changes
settings.CHANGES_KEPT_DAYS = 1
Change.objects.update(at=timezone.now() - timedelta(days=2))
print(forget_old_changes())
`;

export interface Card {
  id: string;
  title: string;
  rarity: string;
}

/** Somebody with two sessions, who writes in the first. */
export class Member {
  constructor(
    private readonly url: string,
    readonly token: string,
    readonly other: { access: string; refresh: string },
  ) {}

  creates(title: string, more: object = {}): Promise<Card> {
    return this.ask('POST', 'cards', { title, status: 'published', ...more });
  }

  edits(card: Card, values: object): Promise<Card> {
    return this.ask('PATCH', `cards/${card.id}`, values);
  }

  async deletes(card: Card): Promise<void> {
    await this.ask('DELETE', `cards/${card.id}`);
  }

  async signsOut(): Promise<void> {
    await this.ask('POST', 'auth/logout', {});
  }

  private async ask(method: string, path: string, body?: object): Promise<Card> {
    const headers = { Authorization: `Bearer ${this.token}`, 'Content-Type': 'application/json' };
    const sent = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    const answer = await fetch(`${this.url}/api/v1/${path}`, sent);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text ? JSON.parse(text) : {}) as Card;
  }
}

export class Server {
  private process: ChildProcess;

  private constructor(
    private readonly port: number,
    private readonly folder: string,
  ) {
    this.process = this.spawned();
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  static async start(): Promise<Server> {
    const folder = mkdtempSync(join(tmpdir(), 'holobase-client-'));
    if (MIGRATED) cpSync(MIGRATED, folder, { recursive: true });
    const server = new Server(await freePort(), folder);
    await server.isReady();
    return server;
  }

  /** End it as an operator does, and start it anew on the same port and data. */
  async restart(): Promise<void> {
    await this.end();
    this.process = this.spawned();
    await this.isReady();
  }

  async stop(): Promise<void> {
    await this.end();
    rmSync(this.folder, { recursive: true });
  }

  /** Make members, in the order of their names. */
  members(...names: string[]): Member[] {
    const lines = this.runs(NEW_MEMBERS.replace('NAMES', names.join(' '))).split('\n');
    return lines.map((line) => {
      const [token = '', access = '', refresh = ''] = line.split(' ');
      return new Member(this.url, token, { access, refresh });
    });
  }

  /** Empty the log of changes, all but the newest; gives how many went. */
  forgets(): number {
    return Number(this.runs(FORGET));
  }

  private spawned(): ChildProcess {
    const options = ['--port', String(this.port), '--data', this.folder, '--no-worker'];
    return spawn(PYTHON, ['manage.py', 'serve', '--skip-checks', ...options], {
      cwd: ROOT,
      env: { ...process.env, ...EMBEDDED },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }

  private async end(): Promise<void> {
    if (this.process.exitCode !== null) return;
    this.process.kill('SIGTERM');
    await once(this.process, 'exit');
  }

  private runs(code: string): string {
    const command = ['manage.py', 'shell', '--no-imports', '--data', this.folder, '-c', code];
    const env = { ...process.env, ...EMBEDDED };
    return execFileSync(PYTHON, command, { cwd: ROOT, env, encoding: 'utf8' }).trim();
  }

  private async isReady(): Promise<void> {
    const until = Date.now() + READY_WITHIN;
    while (Date.now() < until && this.process.exitCode === null) {
      const answer = await fetch(`${this.url}/healthz`).catch(() => undefined);
      if (answer?.ok) return;
      await sleep(100);
    }
    await this.stop();
    throw new Error('the server did not start');
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  return port;
}
