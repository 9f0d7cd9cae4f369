// When each word is said. Asked with every frame, so it looks beside the last answer before it searches.

const BRIDGED_S = 0.35; // a word lasts through a shorter pause than this, so that nothing flickers between words

export class Cues {
  #starts;
  #ends;
  #begun = 0;

  /** `times`: `[start_s, end_s]` of each word, in the order in which they stand. */
  constructor(times) {
    let latest = 0;
    this.#starts = Float64Array.from(times, ([start]) => (latest = Math.max(latest, start)));
    this.#ends = Float64Array.from(times, ([, end], i) => {
      const next = this.#starts[i + 1] ?? Infinity;
      return next - end < BRIDGED_S ? next : Math.max(end, this.#starts[i]);
    });
  }

  start(index) {
    return this.#starts[index];
  }

  /** Return how many words are over at `seconds`, and which one is being said (-1 in a pause). */
  at(seconds) {
    if (!this.#holds(this.#begun, seconds)) {
      const next = this.#begun + 1;
      this.#begun = this.#holds(next, seconds) ? next : this.#search(seconds);
    }
    const last = this.#begun - 1;
    return last < 0 || seconds >= this.#ends[last] ? [this.#begun, -1] : [last, last];
  }

  /** Whether just `begun` words have begun. */
  #holds(begun, seconds) {
    return (begun === 0 || this.#starts[begun - 1] <= seconds) && !(this.#starts[begun] <= seconds);
  }

  #search(seconds) {
    let [low, high] = [0, this.#starts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#starts[middle] <= seconds) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
