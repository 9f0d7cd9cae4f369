// One live session: the microphone, the line and the output put together, and what the person does with them.

import { Devices } from "./devices.js";
import { Ear } from "./ear.js";
import { Figures } from "./figures.js";
import { Hands } from "./hands.js";
import { Line } from "./line.js";
import { Lines } from "./lines.js";
import { Mouth } from "./mouth.js";
import { SENTENCES, obstacle, sentenceOf } from "./obstacles.js";
import { Panel } from "./panel.js";
import { Ring } from "./ring.js";

const SAMPLE_RATE_HZ = 24000;
const BYTES_PER_MS = 48;
const AUDIBLE = 0.01; // of full scale: a quiet room stays below, speech does not
const MODULE = new URL("./audio_thread.js", import.meta.url);

const talks = new WeakMap();

/** Show `data` in the session at `root`, which is made at the first call; returns what to call when it has gone. */
export function show(root, data, setTriggerValue) {
  if (!talks.has(root)) talks.set(root, new Talk(root));
  const talk = talks.get(root);
  talk.show(data, setTriggerValue);
  return () => {
    talk.close();
    talks.delete(root);
  };
}

class Talk {
  #panel;
  #ring;
  #lines;
  #figures;
  #devices;
  #hands;
  #data;
  #tellPython = () => {};
  #tab = crypto.randomUUID?.() ?? String(Math.random()).slice(2);
  #listening = new AbortController();

  #phase = "ready"; // "ready" | "connecting" | "live" | "ended"
  #server = "listening"; // what the server says it does
  #muted = false;
  #held = false; // the person holds the button to speak
  #playing = false;
  #hasPlayed = false; // since the server began to speak
  #item = null;
  #since = 0;
  #stood = false; // the server said that the model is there
  #fatal = ""; // what it said before it ended the session: whole, where the reason of closing is cut short
  #lostMs = 0; // of speech, that the network was too slow for
  #line = null;
  #ear = null;
  #mouth = null;
  #context = null;

  constructor(root) {
    const signal = this.#listening.signal;
    this.#panel = new Panel(root);
    this.#ring = new Ring(root.querySelector(".ring"));
    this.#lines = new Lines(root.querySelector(".said"), signal);
    this.#figures = new Figures(root.querySelector(".figures"), signal, () => `${this.#data.socket_url}/log`);
    this.#devices = new Devices(root.querySelector(".device"), (id) => this.#listenTo(id), signal);
    this.#hands = new Hands(root, signal, {
      begin: () => this.#begin(),
      end: () => this.#leave(),
      mute: () => this.#mute(!this.#muted),
      hold: (held) => this.#hold(held),
      say: (words) => this.#say({ type: "say", words }),
      phase: () => this.#phase,
      holds: () => this.#data.push_to_talk,
    });
    window.addEventListener("pagehide", () => this.#phase !== "ended" && this.#stop("ready"), { signal });
  }

  show(data, setTriggerValue) {
    this.#data = data;
    this.#tellPython = setTriggerValue;
    this.#lines.names = data.names;
    this.#paint();
    if (this.#phase === "ready" && obstacle()) this.#panel.complain(obstacle());
  }

  close() {
    this.#letGo();
    this.#ring.close();
    this.#listening.abort();
  }

  // --- from beginning to end ------------------------------------------------------------------------------------

  async #begin() {
    const stands = obstacle();
    if (stands) return this.#panel.complain(stands);
    this.#panel.calm();
    [this.#stood, this.#fatal] = [false, ""]; // what the session before it came to is over
    this.#set("connecting");
    const context = new AudioContext({ sampleRate: SAMPLE_RATE_HZ, latencyHint: "interactive" });
    this.#context = context;
    try {
      await context.audioWorklet.addModule(MODULE);
      const ear = new Ear(context, MODULE, (event, detail) => this.#hearEar(event, detail));
      this.#ear = ear;
      await ear.open(this.#devices.remembered);
      await context.resume();
      if (this.#context !== context) return ear.close(); // ended, or left, while the browser asked the person
    } catch (error) {
      console.warn("audiokit: live talk did not begin, because", error);
      if (this.#context === context) this.#stop("ready", sentenceOf(error));
      return;
    }
    this.#mouth = new Mouth(context, (report) => this.#hearMouth(report));
    this.#devices.show(this.#ear.deviceId);
    const tab = this.#data.window || this.#tab;
    this.#line = new Line(this.#data.socket_url, tab, (event, detail) => this.#hearLine(event, detail));
  }

  /** Leave politely: the line tells when the server has kept everything. */
  #leave() {
    if (this.#line === null) return this.#stop("ready");
    this.#ear.close();
    this.#mouth.clear(0);
    this.#set("ended");
    this.#line.leave();
  }

  #ended({ reason, sentence }) {
    const was = { reason, duration_s: this.#seconds() };
    const begun = this.#stood;
    this.#lines.end();
    this.#stop(begun ? "ended" : "ready", this.#fatal || sentence);
    if (begun) this.#tellPython("ended", was);
    else this.#panel.hideSums();
  }

  #stop(phase, sentence = "") {
    this.#letGo();
    this.#set(phase);
    if (sentence) this.#panel.complain(sentence);
  }

  /** Let go of everything that costs something or listens. */
  #letGo() {
    this.#line?.close();
    this.#ear?.close();
    this.#mouth?.close();
    this.#context?.close();
    this.#line = this.#ear = this.#mouth = this.#context = null;
    [this.#muted, this.#held, this.#playing, this.#item, this.#since] = [false, false, false, null, 0];
    this.#lostMs = 0;
    this.#hands.release();
    this.#ring.rest();
    this.#panel.stopClock();
  }

  // --- what the line says ---------------------------------------------------------------------------------------

  #hearLine(event, detail) {
    if (event === "open") this.#opened();
    else if (event === "sound") this.#mouth.add(this.#item, detail);
    else if (event === "message") this.#take(detail);
    else if (event === "lost") this.#lost(detail);
    else if (event === "ended") this.#ended(detail);
  }

  #opened() {
    if (this.#since === 0) this.#clear();
    this.#fatal = "";
    this.#figures.note("in", { type: "open" });
    this.#panel.calm();
    this.#since ||= performance.now();
    this.#server = "connecting"; // to the model: the server says when that stands
    this.#panel.startClock(() => this.#seconds());
    if (this.#muted) this.#say({ type: "mute", on: true });
    this.#set("live");
  }

  /** Forget what the last session left to be seen. */
  #clear() {
    this.#lines.clear();
    this.#figures.clear();
    this.#panel.forget();
    this.#stood = false;
  }

  #lost(sentence) {
    this.#figures.note("in", { type: "lost" });
    this.#mouth.clear(0);
    this.#panel.complain(sentence, true);
    this.#set("connecting");
  }

  #take(message) {
    this.#figures.note("in", message);
    const take = {
      item: () => (this.#item = message.item),
      clear: () => this.#mouth.clear(message.n),
      flow: () => (this.#mouth.steady = message.steady === true),
      state: () => this.#heed(message.state),
      words: () => this.#lines.add(message),
      tool: () => this.#lines.tool(message),
      cost: () => this.#panel.cost(message),
      latency: () => this.#figures.latency(message),
      trouble: () => (message.fatal ? this.#panel.complain((this.#fatal = message.sentence)) : this.#panel.warn(message.sentence)),
      ping: () => this.#figures.connection({ roundTripMs: message.round_trip_ms, dropped: this.#line?.dropped ?? 0 }),
    };
    take[message.type]?.();
  }

  #heed(state) {
    this.#stood ||= state !== "connecting";
    if (state === this.#server) return;
    if (state === "speaking") this.#hasPlayed = false;
    this.#server = state;
    this.#paint();
  }

  // --- what is heard --------------------------------------------------------------------------------------------

  #hearEar(event, detail) {
    if (event === "lost") return this.#microphoneLost();
    const open = this.#phase === "live" && !this.#muted && (!this.#data.push_to_talk || this.#held);
    this.#ring.mine(open ? detail.level : 0);
    if (open) this.#pass(detail);
  }

  /** Send what is heard; speech that the network had no room for is told once there is room again. */
  #pass({ pcm16, level }) {
    const ms = pcm16.byteLength / BYTES_PER_MS;
    if (!this.#line.sendSound(pcm16)) this.#lostMs += level > AUDIBLE ? ms : 0;
    else if (this.#lostMs > 0) {
      this.#say({ type: "dropped", ms: Math.round(this.#lostMs) });
      this.#lostMs = 0;
    }
  }

  #hearMouth({ item, ms, passed, clear, idle, level, queued_ms }) {
    this.#say({ type: "played", item, ms, passed, ...(clear ? { clear } : {}) });
    this.#ring.theirs(clear !== undefined || idle ? 0 : level);
    this.#figures.connection({ queuedMs: queued_ms });
    const playing = clear === undefined && !(idle && queued_ms === 0);
    this.#hasPlayed ||= playing;
    if (playing === this.#playing) return;
    this.#playing = playing;
    this.#paint();
  }

  #say(message) {
    if (message.type !== "played" || message.clear) this.#figures.note("out", message);
    this.#line?.send(message);
  }

  // --- what the person does -------------------------------------------------------------------------------------

  #mute(muted) {
    if (this.#phase !== "live" && this.#phase !== "connecting") return;
    this.#muted = muted;
    if (this.#ear) this.#ear.muted = muted;
    if (muted) this.#ring.mine(0);
    this.#say({ type: "mute", on: muted });
    this.#paint();
  }

  async #hold(held) {
    if (held === this.#held || this.#phase !== "live") return;
    if (held) {
      if (this.#muted) this.#mute(false);
      this.#say({ type: "start" });
    } else {
      await this.#ear?.flush();
      this.#say({ type: "stop" });
    }
    this.#held = held;
    this.#ring.mine(0);
    this.#paint();
  }

  async #listenTo(deviceId) {
    if (this.#ear === null) return;
    try {
      await this.#ear.open(deviceId);
      this.#panel.calm();
    } catch (error) {
      this.#panel.complain(sentenceOf(error));
    }
  }

  async #microphoneLost() {
    try {
      await this.#ear.open(null); // whatever else there is
      this.#devices.show(this.#ear.deviceId);
    } catch {
      this.#panel.complain(SENTENCES.lostMicrophone);
    }
  }

  // --- what is seen ---------------------------------------------------------------------------------------------

  #seconds() {
    return this.#since > 0 ? (performance.now() - this.#since) / 1000 : 0;
  }

  #set(phase) {
    this.#phase = phase;
    this.#paint();
  }

  #paint() {
    const [state, phase, muted, holds] = [this.#state(), this.#phase, this.#muted, this.#data.push_to_talk];
    const [held, begin, again] = [this.#held, this.#data.begin, this.#since > 0];
    this.#panel.show({ state, phase, muted, holds, held, begin, again });
  }

  #state() {
    if (this.#phase !== "live") return this.#phase;
    if (this.#playing) return "speaking";
    if (this.#server === "speaking") return this.#hasPlayed ? this.#open() : "thinking";
    return this.#server === "listening" ? this.#open() : this.#server;
  }

  #open() {
    if (this.#muted) return "muted";
    return this.#data.push_to_talk && !this.#held ? "waiting" : "listening";
  }
}
