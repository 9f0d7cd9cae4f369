// One player: a reply while it is spoken, then the same as a finished clip. Nothing is told to Python while it plays.

import { ClipSound } from "./clip.js";
import { Face } from "./face.js";
import * as keys from "./keys.js";
import { LiveSound } from "./live.js";
import { onceNear } from "./near.js";
import { slide } from "./slider.js";
import { openSpeaker } from "./speaker.js";
import { Tones } from "./tones.js";
import { Wave } from "./wave.js";
import { Words } from "./words.js";

export { openSpeaker };

const SKIP_S = 10;
const OVER_S = 0.05; // this near its end, a sound is over
const GROWING_S = 12; // a growing waveform fills the width from this length on
const PLAYING = "audiokit:playing"; // on window: the other players fall silent
const PLAY_FROM = "audiokit:play-from"; // on window: somebody wants to hear what window.audiokitWanted says
const PATIENCE_MS = 15_000; // how long one waits for a player that is still to come
const AT = "audiokit:at"; // on window, with {digest, seconds, playing}: where a clip stands
const FIRST_SOUND = "audiokit:first-sound"; // on window, with {id, at}: a reply can be heard

const players = new WeakMap();
const begun = new Set(); // what has started by itself in this window, and does not do so again

/** Show `data` in the player at `root`, which is made at the first call; returns what to call when it has gone. */
export function show(root, data, setTriggerValue) {
  if (!players.has(root)) players.set(root, new Player(root));
  const player = players.get(root);
  player.show(data, setTriggerValue);
  return () => {
    player.close();
    players.delete(root);
  };
}

class Player {
  #root;
  #at;
  #face;
  #wave;
  #tones;
  #words;
  #sound = null; // what plays now: a LiveSound or a ClipSound
  #live = null;
  #clip = null; // the finished clip, as Python described it
  #turn = null;
  #peaks = [];
  #state = "ready";
  #since = 0;
  #frame = 0;
  #ticking = 0;
  #label = "";
  #retry = null;
  #tellPython = () => {};
  #listening = new AbortController();
  #callOff;

  constructor(root) {
    this.#root = root;
    this.#at = (selector) => root.querySelector(selector);
    this.#face = new Face(root);
    this.#wave = new Wave(this.#at(".wave"));
    this.#tones = new Tones(root);
    this.#words = new Words(this.#at(".words"), (seconds) => this.#playFrom(seconds), this.#listening.signal);
    this.#listen();
    this.#callOff = onceNear(root, () => this.#approach());
  }

  show(data, setTriggerValue) {
    this.#tellPython = setTriggerValue;
    this.#label = data.label;
    this.#face.name(data.label);
    const starts = data.autoplay !== null && !begun.has(data.autoplay);
    if (data.autoplay !== null) begun.add(data.autoplay);
    if (data.live && !data.clip && data.live.turn !== this.#turn) this.#begin(data.live);
    if (data.clip && data.clip.digest !== this.#clip?.digest) this.#take(data.clip, starts);
    else if (data.clip && this.#retry) this.#renew(data.clip);
    this.#turn ??= data.live?.turn ?? null; // complete before it was drawn
    this.#words.show(data.words);
    if (this.#tones.show(data.tones ?? [], data.clip?.duration_s ?? 0)) this.#wave.tint((share) => this.#tones.colour(share));
    this.#paint();
    this.#heed();
  }

  close() {
    this.#callOff();
    this.#forget();
    this.#wave.close();
    this.#tones.close();
    this.#listening.abort();
    keys.release(this);
  }

  // --- what is played -------------------------------------------------------------------------------------------

  #begin(live) {
    this.#forget();
    this.#turn = live.turn;
    this.#since = performance.now();
    this.#set("waiting");
    this.#root.scrollIntoView({ block: "nearest" });
    this.#ticking = setInterval(() => this.#paint(), 1000);
    this.#words.follow(live.words_url, (sentence) => this.#fail(sentence));
    this.#live = this.#sound = new LiveSound(live.sound_url, (event, detail) => this.#hearLive(event, detail));
    this.#peaks = this.#live.peaks;
    this.#live.start().then((audible) => {
      if (!audible && this.#live?.streams && this.#state !== "ready") this.#set("blocked");
    });
  }

  #take(clip, starts) {
    const continues = this.#turn !== null && this.#clip === null; // it is what we have been speaking
    if (!continues) this.#forget();
    this.#clip = clip;
    this.#face.offerDownload(clip.download_url);
    if (continues) return void (this.#live?.broken && this.#settle());
    this.#peaks = clip.peaks;
    this.#hand(clip.url, clip.duration_s, 0);
    if (starts) this.#play();
  }

  /** Take a new address for the same clip, where the old one did not answer. */
  #renew(clip) {
    this.#calm();
    this.#clip = clip;
    this.#face.offerDownload(clip.download_url);
    this.#sound.load(clip.url, clip.duration_s, this.#sound.position);
  }

  /** Leave the growing reply for its finished clip, where it stands; from memory if the page has none yet. */
  #settle() {
    const live = this.#live;
    if (live === null || !(this.#clip || (live.complete && live.duration > 0))) return;
    const url = this.#clip?.url ?? URL.createObjectURL(live.toWav());
    const [position, playing] = [live.position, live.playing];
    this.#live = null;
    live.close();
    this.#hand(url, this.#clip?.duration_s ?? live.duration, position);
    if (playing) this.#play();
  }

  #hand(url, duration, position) {
    if (this.#retry) this.#calm();
    this.#set("ready");
    const sound = new ClipSound(this.#at("audio"), (event, detail) => this.#sound === sound && this.#hear(event, detail));
    sound.load(url, duration, position);
    this.#sound = sound;
    this.#wave.show(this.#peaks);
    this.#paint();
  }

  #forget() {
    clearInterval(this.#ticking);
    this.#live?.close();
    if (this.#sound !== this.#live) this.#sound?.close();
    this.#live = this.#sound = this.#clip = this.#turn = null;
    this.#words.clear();
    this.#face.offerDownload(null);
    this.#calm();
  }

  // --- what the sound tells -------------------------------------------------------------------------------------

  #hearLive(event, detail) {
    if (event === "arrived") this.#grow();
    else if (event === "first") announce(this.#turn, detail);
    else if (event === "starved") this.#root.dataset.starved = detail;
    else if (event === "complete") this.#completed();
    else if (event === "finished") this.#finishedLive();
    else this.#hear(event, detail);
  }

  #hear(event, detail) {
    if (event === "playing") this.#started();
    if (event === "playing" && this.#sound !== this.#live) announce(this.#turn, Date.now());
    if (event === "blocked") this.#set("blocked");
    if (event === "broken") this.#trouble(detail, () => this.#again());
    if (event === "moved") this.#words.attend();
    this.#paint();
    this.#tellKeys();
  }

  #started() {
    window.dispatchEvent(new CustomEvent(PLAYING, { detail: this }));
    this.#takeKeys();
    this.#words.attend();
    if (this.#retry) this.#calm();
    if (this.#state !== "blocked") return;
    if (this.#sound !== this.#live) this.#set("ready");
    else this.#set(this.#length() ? "speaking" : "waiting");
  }

  #grow() {
    if (this.#state === "waiting") this.#set("speaking");
    this.#wave.show(this.#peaks, Math.min(1, this.#live.duration / GROWING_S));
    this.#paint();
  }

  #completed() {
    clearInterval(this.#ticking);
    this.#tellPython("finished", this.#turn);
    this.#wave.show(this.#peaks);
    if (!this.#live.streams) this.#playWhole();
    this.#paint();
  }

  #playWhole() {
    this.#settle();
    this.#play();
  }

  #finishedLive() {
    this.#set("ready");
    this.#settle();
  }

  #fail(sentence) {
    this.#trouble(sentence, null);
  }

  #again() {
    this.#calm();
    if (this.#live && !this.#live.complete) {
      this.#set(this.#length() ? "speaking" : "waiting");
      this.#live.receive();
    }
    this.#play();
  }

  // --- what the person does -------------------------------------------------------------------------------------

  #listen() {
    const signal = this.#listening.signal;
    const on = (selector, event, then) => this.#at(selector).addEventListener(event, then, { signal });
    on(".play", "click", () => this.#toggle());
    on(".play", "pointerenter", () => this.#sound?.prepare?.());
    on(".back", "click", () => this.#seek(this.#sound?.position - SKIP_S));
    on(".forward", "click", () => this.#seek(this.#sound?.position + SKIP_S));
    on(".speed", "change", ({ target }) => this.#speed(Number(target.value)));
    on(".again", "click", () => this.#retry?.());
    slide(this.#at(".wave"), this.#hands(), signal);
    window.addEventListener(PLAYING, ({ detail }) => detail !== this && this.#sound?.pause(), { signal });
    window.addEventListener(PLAY_FROM, () => this.#heed(), { signal });
  }

  #toggle() {
    if (this.#sound?.playing) this.#sound.pause();
    else this.#play();
  }

  #play() {
    if (this.#sound === null) return;
    if (this.#sound !== this.#live && this.#sound.position >= this.#length() - OVER_S) this.#sound.seek(0);
    this.#sound.play();
  }

  #seek(seconds) {
    if (this.#sound === null || Number.isNaN(seconds)) return;
    this.#sound.seek(seconds);
  }

  #speed(rate) {
    if (this.#sound === this.#live) this.#settle();
    this.#sound.rate = rate;
  }

  /** Play from where somebody pressed, also if that was before this player was there. */
  #heed() {
    const wanted = window.audiokitWanted; // {digest, seconds, at}
    if (!wanted || wanted.digest !== this.#clip?.digest) return;
    delete window.audiokitWanted;
    if (performance.now() - wanted.at < PATIENCE_MS) this.#playFrom(wanted.seconds);
  }

  #playFrom(seconds) {
    this.#seek(seconds);
    this.#play();
  }

  /** What others may do with what plays. */
  #hands() {
    return {
      position: () => this.#sound?.position ?? 0,
      length: () => this.#length(),
      span: () => this.#span(),
      about: (seconds) => this.#tones.label(seconds),
      seek: (seconds) => this.#seek(seconds),
      toggle: () => this.#toggle(),
    };
  }

  #takeKeys() {
    const play = () => this.#play();
    keys.hold(this, { ...this.#hands(), title: this.#label, play, pause: () => this.#sound?.pause() });
  }

  #tellKeys() {
    const { playing, position, rate } = this.#sound;
    keys.tell(this, { playing, position, rate, duration: this.#grows ? 0 : this.#length() });
  }

  // --- what is seen ---------------------------------------------------------------------------------------------

  #length() {
    return this.#sound?.duration || 0;
  }

  get #grows() {
    return this.#live !== null && !this.#live.complete;
  }

  /** What the width stands for: a growing reply begins small. */
  #span() {
    return this.#grows ? Math.max(GROWING_S, this.#length()) : this.#length() || 1;
  }

  #set(state) {
    this.#state = state;
    this.#paint();
  }

  #trouble(sentence, retry) {
    this.#retry = retry;
    this.#face.complain(sentence, retry !== null);
    if (this.#state !== "ready") this.#set("ready");
  }

  #calm() {
    this.#retry = null;
    this.#face.calm();
  }

  #approach() {
    this.#wave.approach();
    this.#tones.approach();
    this.#words.approach();
    this.#paint();
  }

  /** Paint all of it, and what moves again with every frame. */
  #paint() {
    cancelAnimationFrame(this.#frame);
    if (this.#sound === null) return;
    const [empty, blocked] = [this.#length() === 0, this.#state === "blocked"];
    this.#face.offer({ playing: this.#sound.playing, empty, blocked, fixed: this.#grows && this.#clip === null });
    this.#move();
  }

  #move() {
    const { playing, position } = this.#sound;
    const [state, length, grows] = [this.#state, this.#length(), this.#grows];
    const waited = (performance.now() - this.#since) / 1000;
    const at = { digest: this.#clip?.digest, seconds: position, playing };
    if (this.#clip) window.dispatchEvent(new CustomEvent(AT, { detail: at }));
    this.#face.show({ state, playing, position, length, grows, waited, about: this.#tones.label(position) });
    this.#wave.played(Math.min(1, position / this.#span()));
    if (!playing && (position === 0 || position >= length - OVER_S)) this.#words.rest();
    else this.#words.mark(position, playing);
    if (playing) this.#frame = requestAnimationFrame(() => this.#move());
  }
}

/** Tell, once for each reply, when it could first be heard. */
function announce(id, at) {
  const heard = (window.__audiokit_first_sound ??= {});
  if (id === null || id in heard) return;
  heard[id] = at;
  window.dispatchEvent(new CustomEvent(FIRST_SOUND, { detail: { id, at } }));
}
