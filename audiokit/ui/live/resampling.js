// Another sample rate for sound that comes in blocks, through a filter: a windowed sinc, read at the instants wanted.
// Only for browsers that refuse a microphone at 24 kHz; the others resample by themselves.

const LOBES = 16; // of the sinc, each side; with the window below, what would fold back is 70 dB down
const PHASES = 256;
const PASS = 0.9; // of the lower rate's band

export class Resampler {
  #step;
  #half;
  #kernel;
  #kept = new Float32Array(0); // what later instants still need
  #at = 0; // the next instant, in frames from the beginning of what is kept

  constructor(fromHz, toHz) {
    const narrowing = Math.min(1, toHz / fromHz) * PASS;
    this.#step = fromHz / toHz;
    this.#half = Math.ceil(LOBES / narrowing);
    this.#kernel = kernel(this.#half, narrowing);
  }

  /** Take what comes next; return what is ready, as a Float32Array. */
  add(block) {
    const have = new Float32Array(this.#kept.length + block.length);
    have.set(this.#kept);
    have.set(block, this.#kept.length);
    const ready = [];
    for (; this.#at + 2 * this.#half < have.length; this.#at += this.#step) ready.push(this.#read(have, this.#at));
    const over = Math.min(Math.floor(this.#at), have.length);
    this.#kept = have.slice(over);
    this.#at -= over;
    return Float32Array.from(ready);
  }

  #read(have, at) {
    const first = Math.floor(at);
    const phase = Math.round((at - first) * PHASES);
    let sum = 0;
    for (let k = 0; k < 2 * this.#half; k++) sum += have[first + k] * this.#kernel[phase * 2 * this.#half + k];
    return sum;
  }
}

/** One row of 2·half weights for each fraction of a frame; a row's middle lies `half` frames after its first. */
function kernel(half, narrowing) {
  const rows = new Float64Array((PHASES + 1) * 2 * half);
  for (let phase = 0; phase <= PHASES; phase++) {
    for (let k = 0; k < 2 * half; k++) {
      const x = k - half - phase / PHASES;
      rows[phase * 2 * half + k] = narrowing * sinc(narrowing * x) * blackman(x / half);
    }
  }
  return rows;
}

function sinc(x) {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

function blackman(x) {
  return Math.abs(x) >= 1 ? 0 : 0.42 + 0.5 * Math.cos(Math.PI * x) + 0.08 * Math.cos(2 * Math.PI * x);
}
