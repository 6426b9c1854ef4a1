// The stream: one websocket for all pages. It remembers how far it has read and comes back from there, so that a break
// leaves no hole; where the server says that too much was missed, everything is fetched anew.
import { useEffect, useSyncExternalStore } from "react";
import type { Frame, Picture, StreamEvent } from "./types";

export type Connection = "connecting" | "open" | "lost";

export interface LiveState {
  connection: Connection;
  /** When the connection was lost, in milliseconds of this device's clock. */
  lostAt: number | null;
  picture: Picture | null;
  /** Why the journal cannot be read, null while it can. */
  trouble: string | null;
  /** What the server was built from: another than ours means that these pages are old. */
  serverBuild: string;
  /** How far this device's clock is ahead of the server's, in milliseconds. */
  skew: number;
}

type EventListener = (events: readonly StreamEvent[]) => void;

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15_000;
const REST_AFTER = 5 * 60_000;

export class LiveStream {
  private state: LiveState = {
    connection: "connecting", lostAt: null, picture: null, trouble: null, serverBuild: "", skew: 0,
  };
  private readonly watchers = new Set<() => void>();
  private readonly listeners = new Set<EventListener>();
  private readonly resets = new Set<() => void>();
  private socket: WebSocket | null = null;
  private seq = 0;
  private pause = FIRST_PAUSE;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isWanted = false;
  private unpacking = 0;
  private resting: ReturnType<typeof setTimeout> | undefined;

  /** Connect, and stay connected. */
  start(): void {
    if (this.isWanted) return;
    this.isWanted = true;
    window.addEventListener("online", this.retry);
    document.addEventListener("visibilitychange", this.retry);
    this.connect();
  }

  /** Let go: nobody is logged in any more. */
  stop(): void {
    this.isWanted = false;
    window.removeEventListener("online", this.retry);
    document.removeEventListener("visibilitychange", this.retry);
    clearTimeout(this.timer);
    this.socket?.close();
    this.socket = null;
    this.seq = 0;
    this.set({ connection: "connecting", picture: null, lostAt: null });
  }

  readonly subscribe = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  readonly now = (): LiveState => this.state;

  /** Hear of events as they come. */
  listen(listener: EventListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Hear that everything has to be fetched anew. */
  onReset(reset: () => void): () => void {
    this.resets.add(reset);
    return () => this.resets.delete(reset);
  }

  private readonly retry = (): void => {
    clearTimeout(this.resting);
    // A page nobody looks at costs a phone its battery: it rests, and comes back without a hole.
    if (document.hidden) this.resting = setTimeout(() => this.rest(), REST_AFTER);
    if (!this.isWanted || document.hidden || this.state.connection === "open") return;
    this.pause = FIRST_PAUSE;
    this.connect();
  };

  private rest(): void {
    const socket = this.socket;
    this.socket = null;
    socket?.close();
    clearTimeout(this.timer);
    this.set({ connection: "connecting", picture: null });
  }

  private connect(): void {
    clearTimeout(this.timer);
    this.socket?.close();
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/api/live?after=${this.seq}`);
    this.socket = socket;
    socket.binaryType = "blob";
    socket.onmessage = (message) => {
      if (message.data instanceof Blob) void this.show(message.data);
      else this.take(JSON.parse(String(message.data)) as Frame);
    };
    socket.onclose = () => {
      if (this.socket === socket) this.lost();
    };
  }

  private lost(): void {
    this.socket = null;
    if (!this.isWanted) return;
    this.set({ connection: "lost", lostAt: this.state.lostAt ?? Date.now(), picture: null });
    // Many pages that lost the same server must not all come back at the same moment.
    this.timer = setTimeout(() => this.connect(), this.pause * (0.5 + Math.random()));
    this.pause = Math.min(LONGEST_PAUSE, this.pause * 2);
  }

  /** Pictures come packed. Unpacking takes its time: one that was overtaken is not shown any more. */
  private async show(packed: Blob): Promise<void> {
    const number = ++this.unpacking;
    const text = new Response(packed.stream().pipeThrough(new DecompressionStream("gzip"))).text();
    const frame = JSON.parse(await text) as Frame;
    if (number === this.unpacking && this.state.connection === "open") this.take(frame);
  }

  private take(frame: Frame): void {
    switch (frame.type) {
      case "hello": {
        const isBack = this.seq > 0;
        this.pause = FIRST_PAUSE;
        if (frame.reset || !isBack) this.seq = frame.seq;
        const skew = Date.now() - Date.parse(frame.now);
        this.set({ connection: "open", lostAt: null, trouble: null, serverBuild: frame.build, skew });
        if (frame.reset) for (const reset of this.resets) reset();
        break;
      }
      case "events":
        this.seq = Math.max(this.seq, frame.seq);
        for (const listener of this.listeners) listener(frame.events);
        break;
      case "live":
        this.set({ picture: frame.document });
        break;
      case "trouble":
        this.set({ trouble: frame.words });
        break;
    }
  }

  private set(change: Partial<LiveState>): void {
    this.state = { ...this.state, ...change };
    for (const watcher of this.watchers) watcher();
  }
}

export const live = new LiveStream();

/** A part of the stream's state; the component is drawn again only when that part is another. */
export function useLive<T>(select: (state: LiveState) => T): T {
  return useSyncExternalStore(live.subscribe, () => select(live.now()));
}

/** A part of the live picture, null while there is none. Select values, or parts that are the same object each time. */
export function usePicture<T>(select: (picture: Picture) => T): T | null {
  return useLive((state) => (state.picture === null ? null : select(state.picture)));
}

/** Hear of events while the component is there. The listener must be stable (useCallback). */
export function useEvents(listener: EventListener): void {
  useEffect(() => live.listen(listener), [listener]);
}

/** The time now by the server's clock: this device's may be hours off. */
export function serverNow(): number {
  return Date.now() - live.now().skew;
}
