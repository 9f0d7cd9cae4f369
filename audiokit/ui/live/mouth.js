// What plays the sound of a live session, and tells what of it was heard.

const FRAMES_PER_MS = 24;

/** `tell(report)` hears {item, ms, passed, queued_ms, idle, level, clear?}: what was heard, as far as the ear goes. */
export class Mouth {
  #context;
  #node;
  #last = { item: null, ms: 0 };

  constructor(context, tell) {
    this.#context = context;
    this.#node = new AudioWorkletNode(context, "audiokit-mouth", { numberOfInputs: 0, outputChannelCount: [1] });
    this.#node.port.onmessage = ({ data }) => tell(this.#heard(data));
    this.#node.connect(context.destination);
  }

  add(item, buffer) {
    this.#node.port.postMessage({ item, add: new Int16Array(buffer) });
  }

  clear(n) {
    this.#node.port.postMessage({ clear: n });
  }

  /** Whether the sound comes at the pace at which it is heard, as a translation does: then the queue is kept short. */
  set steady(steady) {
    this.#node.port.postMessage({ steady });
  }

  close() {
    this.#node.port.postMessage({ close: true });
    this.#node.disconnect();
  }

  /** What the audio thread has handed on is heard a little later, unless nothing was left to hand on. */
  #heard({ frames, queued, trimmed, ...rest }) {
    const onItsWay = rest.idle ? 0 : (this.#context.outputLatency || this.#context.baseLatency || 0) * 1000;
    const least = rest.item === this.#last.item ? this.#last.ms : 0; // what was heard once stays heard
    const ms = Math.max(least, Math.round(frames / FRAMES_PER_MS - onItsWay));
    this.#last = rest.clear === undefined ? { item: rest.item, ms } : { item: null, ms: 0 };
    const [queued_ms, trimmed_ms] = [Math.round(queued / FRAMES_PER_MS), Math.round(trimmed / FRAMES_PER_MS)];
    return { ...rest, ms, queued_ms, trimmed_ms };
  }
}
