// A reply while it is spoken: fetched as it grows, kept whole, and played by the audio thread.

import { SAMPLE_RATE_HZ, hold, openSpeaker, release, wake } from "./speaker.js";
import { Refused, refusalOf } from "./refused.js";

const AHEAD_FRAMES = 30 * SAMPLE_RATE_HZ; // what the audio thread is given in advance; it holds no more than this
const PEAK_FRAMES = SAMPLE_RATE_HZ / 50;
const RETRY_MS = [200, 1000, 3000];
const LOST = "The connection was lost. What was received is kept.";

/**
 * `tell(event, detail)` hears: "arrived", "complete", "broken" (a sentence), "first" (ms since the epoch),
 * "starved" (how often so far), "playing", "paused", "finished", "moved".
 */
export class LiveSound {
  rate = 1;
  playing = false;
  complete = false;
  broken = false; // gave up before everything had come
  peaks = []; // 0…1, one for each 20 ms

  #url;
  #tell;
  #wanted = true; // whether the person wants to hear it
  #abort = new AbortController();
  #context = null;
  #node = null;
  #pieces = [];
  #nFrames = 0;
  #odd = null; // the first half of a frame that was cut in two
  #at = 0; // the frame being played
  #next = 0; // the piece to be handed to the audio thread next
  #sent = 0; // the frame at which that piece begins
  #seek = 0;

  constructor(url, tell) {
    this.#url = url;
    this.#tell = tell;
  }

  get position() {
    return this.#at / SAMPLE_RATE_HZ;
  }

  get duration() {
    return this.#nFrames / SAMPLE_RATE_HZ;
  }

  /** Open the output and begin to receive; resolves to whether sound may come out without a click. */
  async start() {
    this.receive();
    const audible = await this.#openOutput();
    if (audible && this.#wanted) await this.play();
    this.#wanted &&= audible;
    return audible;
  }

  async #openOutput() {
    const context = await openSpeaker();
    if (context === null || this.#abort.signal.aborted) return false;
    this.#context = context;
    hold();
    this.#node = new AudioWorkletNode(context, "audiokit-speaker", { numberOfInputs: 0, outputChannelCount: [1] });
    this.#node.port.onmessage = ({ data }) => this.#hear(data);
    this.#node.port.postMessage({ playing: false });
    this.#node.connect(context.destination);
    this.#feed();
    return wake(context);
  }

  /** Whether this browser can play a reply before it is complete. */
  get streams() {
    return this.#node !== null;
  }

  async play() {
    this.#wanted = true;
    if (this.#node === null || !(await wake(this.#context)) || !this.#wanted) return;
    if (this.#over && this.#at >= this.#nFrames) this.seek(0);
    this.playing = true;
    this.#node.port.postMessage({ playing: true });
    this.#tell("playing");
  }

  pause() {
    this.#wanted = false;
    if (!this.playing) return;
    this.playing = false;
    this.#node.port.postMessage({ playing: false });
    this.#tell("paused");
  }

  seek(seconds) {
    const frame = Math.round(Math.min(Math.max(0, seconds), this.duration) * SAMPLE_RATE_HZ);
    let start = 0;
    let index = 0;
    while (index < this.#pieces.length && start + this.#pieces[index].length <= frame) {
      start += this.#pieces[index++].length;
    }
    this.#at = frame;
    this.#node?.port.postMessage({ clear: ++this.#seek, at: frame });
    if (index < this.#pieces.length) {
      const rest = this.#pieces[index].slice(frame - start);
      this.#node?.port.postMessage({ add: rest });
      start += this.#pieces[index++].length;
    }
    [this.#next, this.#sent] = [index, start];
    this.#feed();
    this.#tell("moved");
  }

  /** Everything received, as a WAV file in memory (PCM16, mono). */
  toWav() {
    return new Blob([wavHeader(this.#nFrames * 2), ...this.#pieces], { type: "audio/wav" });
  }

  close() {
    this.pause();
    this.#abort.abort();
    this.#node?.port.postMessage({ close: true });
    this.#node?.disconnect();
    if (this.#node) release(this.#context);
    this.#node = null;
  }

  get #over() {
    return this.complete || this.broken;
  }

  /** Receive until the end, from where it was cut off if it was. */
  async receive() {
    if (this.broken) this.#node?.port.postMessage({ ended: false });
    this.broken = false;
    for (let attempt = 0; !this.complete; attempt++) {
      const had = this.#nFrames;
      try {
        await this.#receiveOnce();
      } catch (error) {
        if (this.#abort.signal.aborted) return;
        if (this.#nFrames > had) attempt = 0;
        if (error instanceof Refused) return this.#break(error.message);
        if (attempt >= RETRY_MS.length) return this.#break(LOST);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS[attempt]));
      }
    }
  }

  #break(sentence) {
    this.broken = true;
    this.#feed(); // what is here is played to its end
    this.#tell("broken", sentence);
  }

  async #receiveOnce() {
    this.#odd = null;
    const response = await fetch(`${this.#url}?from=${this.#nFrames * 2}`, { signal: this.#abort.signal });
    if (!response.ok) throw await refusalOf(response);
    const reader = response.body.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) this.#arrive(part.value);
    this.complete = true;
    this.#feed();
    this.#tell("complete");
  }

  #arrive(bytes) {
    const piece = this.#wholeFrames(bytes);
    if (piece.length === 0) return;
    this.#pieces.push(piece);
    this.#measure(piece);
    this.#nFrames += piece.length;
    this.#feed();
    this.#tell("arrived");
  }

  #wholeFrames(bytes) {
    const joined = new Uint8Array((this.#odd === null ? 0 : 1) + bytes.length);
    if (this.#odd !== null) joined[0] = this.#odd;
    joined.set(bytes, joined.length - bytes.length);
    this.#odd = joined.length % 2 ? joined.at(-1) : null;
    return new Int16Array(joined.buffer, 0, joined.length >> 1).slice();
  }

  #measure(piece) {
    for (let i = 0; i < piece.length; i++) {
      const slot = Math.floor((this.#nFrames + i) / PEAK_FRAMES);
      const level = Math.abs(piece[i]) / 32768;
      if (slot === this.peaks.length) this.peaks.push(level);
      else if (level > this.peaks[slot]) this.peaks[slot] = level;
    }
  }

  #feed() {
    if (this.#node === null) return;
    while (this.#next < this.#pieces.length && this.#sent - this.#at < AHEAD_FRAMES) {
      const piece = this.#pieces[this.#next++];
      this.#sent += piece.length;
      this.#node.port.postMessage({ add: piece });
    }
    if (this.#over && this.#next === this.#pieces.length) this.#node.port.postMessage({ ended: true });
  }

  #hear(message) {
    if (this.#node === null) return; // told before it was closed, and heard after
    if (message.first) this.#tell("first", message.first);
    if (message.starved) this.#tell("starved", message.starved);
    if (message.position === undefined || message.seek !== this.#seek) return;
    this.#at = message.position;
    this.#feed();
    if (message.finished) this.#finish();
  }

  #finish() {
    this.#wanted = this.playing = false;
    this.#node.port.postMessage({ playing: false });
    this.#tell("finished");
  }
}

function wavHeader(nBytes) {
  const view = new DataView(new ArrayBuffer(44));
  const text = (at, letters) => [...letters].forEach((letter, i) => view.setUint8(at + i, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, 36 + nBytes, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); // PCM
  view.setUint16(22, 1, true); // mono
  view.setUint32(24, SAMPLE_RATE_HZ, true);
  view.setUint32(28, SAMPLE_RATE_HZ * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, nBytes, true);
  return view.buffer;
}
