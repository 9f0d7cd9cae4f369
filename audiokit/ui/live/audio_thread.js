// On the audio thread of a live session: an ear that cuts the microphone into PCM16 frames, and a mouth that plays what
// comes and knows to the frame what was heard.

import { Resampler } from "./resampling.js";

const RATE_HZ = 24000;
const FRAME = 960; // 40 ms: half the cost of 20 ms for the server, and no later by ear

// in: {flush: true} {close: true}; out: {pcm16: ArrayBuffer, level: 0…1}, {flushed: true}
class Ear extends AudioWorkletProcessor {
  constructor() {
    super();
    this.resampler = sampleRate === RATE_HZ ? null : new Resampler(sampleRate, RATE_HZ);
    this.closed = false;
    this.begin();
    this.port.onmessage = ({ data }) => {
      if (data.flush) this.flush();
      if (data.close) this.closed = true;
    };
  }

  begin() {
    this.frame = new Int16Array(FRAME);
    this.filled = 0;
    this.power = 0;
  }

  process([[channel]]) {
    if (channel) this.hear(this.resampler ? this.resampler.add(channel) : channel);
    return !this.closed;
  }

  hear(samples) {
    for (const sample of samples) {
      const limited = Math.max(-1, Math.min(1, sample));
      this.frame[this.filled++] = Math.round(limited * 32767);
      this.power += limited * limited;
      if (this.filled === FRAME) this.hand(this.frame);
    }
  }

  hand(frame) {
    const level = Math.sqrt(this.power / frame.length);
    this.port.postMessage({ pcm16: frame.buffer, level }, [frame.buffer]);
    this.begin();
  }

  flush() {
    if (this.filled > 0) this.hand(this.frame.slice(0, this.filled));
    this.port.postMessage({ flushed: true });
  }
}

const PREBUFFER = 960; // 40 ms
const STANDING = 480; // 20 ms may always stand in the queue of steady sound, against jitter
const SLACK = 240; // and 10 ms more before it is worth a skip
const SECOND = RATE_HZ / 128; // in blocks
const WINDOW = Math.round(SECOND / 2);
const REPORT = Math.round(SECOND / 10);
const FADE = 120; // 5 ms

// in:  {add: Int16Array, item} {clear: n} {steady: boolean} {close: true}
// out: {item, frames, passed, queued, idle, level} ten times a second while it plays, at the first and the last sound
//      of an item, and with {clear: n} in answer to one. `frames` of the item were played; `passed` counts all frames
//      that are over, played or not.
class Mouth extends AudioWorkletProcessor {
  constructor() {
    super();
    Object.assign(this, { closed: false, steady: false, passed: 0, last: 0, blocks: 0, power: 0, trimmed: 0 });
    Object.assign(this, { item: null, frames: 0, tail: null });
    this.empty();
    this.port.onmessage = ({ data }) => this.receive(data);
  }

  empty() {
    Object.assign(this, { pieces: [], offset: 0, queued: 0, flowing: false, waited: 0, gain: 0, blend: null });
    this.watch();
  }

  watch() {
    [this.least, this.watched] = [Infinity, 0];
  }

  receive(message) {
    if (message.add) this.add(message.item, message.add);
    if (message.clear !== undefined) this.clear(message.clear);
    if (message.steady !== undefined) this.steady = message.steady;
    if (message.close) this.closed = true;
  }

  add(item, samples) {
    this.pieces.push({ item, samples });
    this.queued += samples.length;
  }

  clear(n) {
    const idle = this.queued === 0;
    this.tail = this.flowing ? this.peek(128).map((sample) => sample * this.gain) : null;
    this.passed += this.queued;
    this.empty();
    this.report({ clear: n, idle });
    [this.item, this.frames] = [null, 0];
  }

  process(_inputs, [[block, ...others]]) {
    if (this.tail !== null) this.die(block);
    else if (this.flows(block.length)) this.fill(block);
    for (const other of others) other.set(block);
    return !this.closed;
  }

  /** Let what sounded when a clear came fade away within this one block. */
  die(block) {
    this.tail.forEach((sample, i) => (block[i] = (sample * (1 - (i + 1) / this.tail.length)) / 32768));
    this.tail = null;
  }

  flows(n) {
    if (this.queued > 0) this.waited += n;
    if (this.queued >= PREBUFFER || this.waited >= 2 * PREBUFFER) this.flowing = true; // the second: it is all there is
    return this.flowing;
  }

  fill(block) {
    if (this.steady) this.trim();
    for (let i = 0; i < block.length && this.queued > 0; i++) {
      this.gain = Math.min(1, this.gain + 1 / FADE);
      block[i] = (this.gain * this.blended(this.next())) / 32768;
      this.power += block[i] * block[i];
    }
    if (this.queued === 0) this.ranOut();
    else if (++this.blocks % REPORT === 0) this.report({});
  }

  next() {
    const { item, samples } = this.pieces[0];
    if (item !== this.item) this.turnTo(item);
    const sample = samples[this.offset];
    this.advance(1);
    this.frames++;
    return sample;
  }

  turnTo(item) {
    if (this.item !== null) this.report({ idle: true });
    [this.item, this.frames] = [item, 0];
    this.report({}); // it begins to be heard now
  }

  advance(n) {
    this.queued -= n;
    this.passed += n;
    this.offset += n;
    while (this.pieces.length && this.offset >= this.pieces[0].samples.length) {
      this.offset -= this.pieces[0].samples.length;
      this.pieces.shift();
    }
  }

  peek(n) {
    const found = [];
    for (let i = 0, at = this.offset; i < this.pieces.length && found.length < n; i++, at = 0) {
      found.push(...this.pieces[i].samples.subarray(at, at + n - found.length));
    }
    return found;
  }

  ranOut() {
    this.report({ idle: true });
    Object.assign(this, { flowing: false, waited: 0, gain: 0 });
    this.watch();
  }

  /** Twice a second, skip what stood in the queue all the while: a stall would else delay all that follows. */
  trim() {
    this.least = Math.min(this.least, this.queued);
    if (++this.watched < WINDOW) return;
    const excess = this.least - STANDING;
    this.watch();
    if (excess <= SLACK) return;
    this.blend = { from: this.peek(FADE), at: 0 };
    this.frames += excess;
    this.trimmed += excess;
    this.advance(excess);
  }

  /** Cross over from what would have come to what comes now, so that a skip does not click. */
  blended(sample) {
    if (this.blend === null) return sample;
    const { from, at } = this.blend;
    if (++this.blend.at >= from.length) this.blend = null;
    return from[at] + ((sample - from[at]) * at) / from.length;
  }

  report(more) {
    const since = this.passed - this.last;
    const level = since > 0 ? Math.sqrt(this.power / since) : 0;
    [this.power, this.last] = [0, this.passed];
    const { item, frames, passed, queued, trimmed } = this;
    this.port.postMessage({ item, frames, passed, queued, trimmed, level, idle: false, ...more });
  }
}

registerProcessor("audiokit-ear", Ear);
registerProcessor("audiokit-mouth", Mouth);
