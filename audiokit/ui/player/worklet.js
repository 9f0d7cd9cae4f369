// On the audio thread: a queue of PCM16 pieces, played without gaps and without clicks.
//
// in:  {add: Int16Array} {clear: number, at: frame} {playing: boolean} {ended: boolean} {close: true}
// out: {seek, position} now and then, {seek, finished} {first: ms since the epoch} {starved: how often}

const FADE_FRAMES = Math.round(sampleRate * 0.005);
const START_FRAMES = Math.round(sampleRate * 0.02);
const REFILL_FRAMES = Math.round(sampleRate * 0.08);
const REPORT_BLOCKS = 4;
const AUDIBLE = 33; // of 32768: -60 dBFS

class Speaker extends AudioWorkletProcessor {
  constructor() {
    super();
    Object.assign(this, { playing: true, closed: false, heard: false, starved: 0, blocks: 0, seek: 0 });
    this.clear({ clear: 0, at: 0 });
    this.port.onmessage = ({ data }) => this.receive(data);
  }

  receive(message) {
    if (message.add) this.add(message.add);
    if (message.clear !== undefined) this.clear(message);
    if (message.playing !== undefined) this.playing = message.playing;
    if (message.ended !== undefined) this.end(message.ended);
    if (message.close) this.closed = true;
  }

  add(piece) {
    this.pieces.push(piece);
    this.queued += piece.length;
  }

  end(ended) {
    this.ended = ended;
    this.finished = false;
  }

  clear({ clear, at }) {
    this.seek = clear;
    this.position = at;
    this.pieces = [];
    this.offset = 0;
    this.queued = 0;
    this.gain = 0;
    this.end(false);
    this.filling = START_FRAMES; // how much must be there before sound starts; 0 once it flows
  }

  process(_inputs, [[block, ...others]]) {
    const before = this.position;
    if (this.flows()) this.fill(block);
    for (const other of others) other.set(block);
    if (this.playing && this.queued === 0) this.ranOut();
    if (this.position !== before) this.report();
    return !this.closed;
  }

  flows() {
    if (!this.playing) return this.gain > 0; // still fading out
    if (this.queued >= this.filling || this.ended) this.filling = 0;
    return this.filling === 0;
  }

  fill(block) {
    const step = (this.playing ? 1 : -1) / FADE_FRAMES;
    for (let i = 0; i < block.length && this.queued > 0; i++) {
      this.gain = Math.min(1, Math.max(0, this.gain + step));
      if (this.gain === 0) break;
      block[i] = (this.gain * this.next()) / 32768;
    }
  }

  next() {
    const piece = this.pieces[0];
    const sample = piece[this.offset++];
    if (this.offset === piece.length) {
      this.pieces.shift();
      this.offset = 0;
    }
    this.queued--;
    this.position++;
    if (!this.heard && Math.abs(sample) >= AUDIBLE) this.tellFirst();
    return sample;
  }

  tellFirst() {
    this.heard = true;
    this.port.postMessage({ first: Date.now() });
  }

  ranOut() {
    if (this.ended && !this.finished) {
      this.finished = true;
      this.port.postMessage({ seek: this.seek, position: this.position, finished: true });
    } else if (!this.ended && this.filling === 0) {
      this.filling = REFILL_FRAMES;
      this.gain = 0;
      this.port.postMessage({ starved: ++this.starved });
    }
  }

  report() {
    if (++this.blocks % REPORT_BLOCKS === 0) this.port.postMessage({ seek: this.seek, position: this.position });
  }
}

registerProcessor("audiokit-speaker", Speaker);
