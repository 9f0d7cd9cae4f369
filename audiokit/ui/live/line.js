// The line to the server: one WebSocket, opened anew when the network lets it fall, and a sentence when it cannot be.

import { SENTENCES } from "./obstacles.js";

const RETRY_MS = [300, 1000, 2000, 4000, 8000];
const PATIENCE_MS = 10_000; // for the WebSocket to open
const SILENCE_MS = 16_000; // the server speaks up every 5 s
const GOODBYE_MS = 6_000;
const MOST_WAITING_BYTES = 96_000; // 2 s of sound: more is worth nothing when it arrives
const FOR_GOOD = new Set([1000, 1009, 4400, 4409, 4500]);

/**
 * `tell(event, detail)` hears: "open", "sound" (an ArrayBuffer), "message" (an object), "lost" (a sentence: it is being
 * opened anew) and once "ended" ({reason: "over" | "refused" | "lost", sentence}).
 */
export class Line {
  dropped = 0; // frames of sound that the network was too slow for

  #url;
  #tell;
  #socket = null;
  #attempt = 0;
  #opened = false; // at least once
  #leaving = false;
  #over = false;
  #lastAt = 0;
  #timers = new Set();

  constructor(url, tab, tell) {
    this.#url = new URL(url, location.origin.replace(/^http/, "ws"));
    this.#url.searchParams.set("tab", tab);
    this.#tell = tell;
    this.#every(2000, () => this.#watch());
    this.#open();
  }

  get isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  send(message) {
    if (this.isOpen) this.#socket.send(JSON.stringify(message));
  }

  /** Send a frame; returns whether there was room for it. */
  sendSound(buffer) {
    if (!this.isOpen) return true;
    const hasRoom = this.#socket.bufferedAmount <= MOST_WAITING_BYTES;
    if (hasRoom) this.#socket.send(buffer);
    else this.dropped++;
    return hasRoom;
  }

  /** Say goodbye; the server closes when it has kept everything. */
  leave() {
    this.#leaving = true;
    if (!this.isOpen) return this.#end("over");
    this.send({ type: "bye" });
    this.#after(GOODBYE_MS, () => this.#end("over"));
  }

  /** Go at once, because the page goes. */
  close() {
    this.#over = true;
    this.#hangUp();
  }

  #open() {
    const socket = (this.#socket = new WebSocket(this.#url));
    socket.binaryType = "arraybuffer";
    this.#lastAt = performance.now();
    socket.onopen = () => this.#socket === socket && this.#tell("open", (this.#opened = true));
    socket.onmessage = ({ data }) => this.#socket === socket && this.#hear(data);
    socket.onclose = ({ code, reason }) => this.#socket === socket && this.#closed(code, reason);
  }

  #hear(data) {
    this.#lastAt = performance.now();
    this.#attempt = 0;
    if (typeof data !== "string") return void this.#tell("sound", data);
    const message = JSON.parse(data);
    if (message.type === "ping") this.send({ type: "pong", n: message.n });
    this.#tell("message", message);
  }

  #watch() {
    const silent = performance.now() - this.#lastAt;
    const limit = this.isOpen ? SILENCE_MS : PATIENCE_MS;
    if (this.#socket === null || silent < limit) return;
    const socket = this.#socket;
    this.#closed(1006, ""); // a dead line takes minutes to say so
    socket.close();
  }

  #closed(code, reason) {
    this.#socket = null;
    if (this.#over) return;
    if (this.#leaving || code === 1000) this.#end("over");
    else if (FOR_GOOD.has(code)) this.#end("refused", reason || SENTENCES.broken);
    else this.#tryAgain();
  }

  async #tryAgain() {
    const why = await this.#obstacle();
    if (this.#over) return;
    if (this.#leaving) return this.#end("over");
    const isHopeless = why.kind === "refused" || (why.kind === "blocked" && !this.#opened);
    if (isHopeless || this.#attempt >= RETRY_MS.length) return this.#end(why.kind, why.sentence);
    this.#tell("lost", SENTENCES.again);
    this.#after(RETRY_MS[this.#attempt++], () => this.#open());
  }

  /** Ask over HTTP why the WebSocket did not open: a browser does not say. */
  async #obstacle() {
    try {
      const url = new URL(this.#url.pathname, location.origin);
      const response = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(5000) });
      if (response.status === 426) return { kind: "blocked", sentence: SENTENCES.blocked };
      if (response.status >= 500) return { kind: "lost", sentence: SENTENCES.lost };
      const body = await response.json();
      return { kind: "refused", sentence: body?.error?.message ?? SENTENCES.blocked };
    } catch {
      return { kind: "lost", sentence: SENTENCES.lost };
    }
  }

  #end(reason, sentence = "") {
    if (this.#over) return;
    this.#over = true;
    this.#hangUp();
    this.#tell("ended", { reason, sentence });
  }

  #hangUp() {
    for (const timer of this.#timers) clearTimeout(timer); // intervals too: they share their numbers
    this.#timers.clear();
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #after(ms, then) {
    this.#timers.add(setTimeout(then, ms));
  }

  #every(ms, then) {
    this.#timers.add(setInterval(then, ms));
  }
}
