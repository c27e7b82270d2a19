import type { ClientFrame, ServerFrame } from './frames.js';

/** As much of a WebSocket as is used; the events of browsers and of `ws` have no common type. */
interface Socket {
  send(text: string): void;
  close(): void;
  addEventListener(type: 'open' | 'message' | 'close' | 'error', hear: (event: any) => void): void;
}

/** A class of WebSockets. */
export type SocketClass = new (url: string, protocols: string[]) => Socket;

/** How long things take, in milliseconds. */
export interface Pace {
  /** The silence after which the server is asked whether it is there. */
  pingEvery: number;
  /** How long it may take to answer that, or to connect. */
  answerWithin: number;
  /** The upper bound of the first wait before connecting again; it doubles from one to the next. */
  retryFirst: number;
  /** The upper bound that none exceeds. */
  retryLongest: number;
}

/** Who is told of a connection’s life. */
export interface Owner {
  onOpen(): void;
  onFrame(frame: ServerFrame): void;
  /** It is over, by whoever’s doing; the code is the WebSocket’s, or `LOST`. */
  onEnd(code: number): void;
}

/** The close code of a connection whose token is no good any more. */
export const REVOKED = 4401;
/** What a connection ends with of which nothing is heard any more (RFC 6455 7.4.1). */
export const LOST = 1006;
const SUBPROTOCOL = 'holobase.v1';

/** One WebSocket: it ends once, also when the network is gone and nobody says so. */
export class Connection {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isOver = false;
  private readonly socket: Socket;

  constructor(
    WebSocket: SocketClass,
    url: string,
    private readonly owner: Owner,
    private readonly pace: Pace,
  ) {
    this.socket = new WebSocket(url, [SUBPROTOCOL]);
    this.socket.addEventListener('open', () => this.opened());
    this.socket.addEventListener('message', (event) => this.received(event.data));
    this.socket.addEventListener('close', (event) => this.end(event.code));
    // A close always follows; `ws` wants errors to be listened to.
    this.socket.addEventListener('error', () => undefined);
    this.after(pace.answerWithin, () => this.end(LOST));
  }

  send(frame: ClientFrame): void {
    this.socket.send(JSON.stringify(frame));
  }

  /** Close without telling the owner. */
  close(): void {
    this.isOver = true;
    clearTimeout(this.timer);
    this.socket.close();
  }

  private opened(): void {
    if (this.isOver) return;
    this.isAlive();
    this.owner.onOpen();
  }

  private received(data: unknown): void {
    if (this.isOver) return;
    this.isAlive();
    const frame = JSON.parse(String(data)) as ServerFrame;
    if (frame.type === 'revoked') this.end(REVOKED);
    else this.owner.onFrame(frame);
  }

  /** Ask for a sign of life after a while without one. */
  private isAlive(): void {
    this.after(this.pace.pingEvery, () => {
      this.send({ type: 'ping' });
      this.after(this.pace.answerWithin, () => this.end(LOST));
    });
  }

  private after(milliseconds: number, act: () => void): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(act, milliseconds);
  }

  private end(code: number): void {
    if (this.isOver) return;
    this.close();
    this.owner.onEnd(code);
  }
}
