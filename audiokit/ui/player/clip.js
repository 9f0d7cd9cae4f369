// A finished clip in the browser's own <audio>: fetched by range, with the pitch kept at any speed.

import { Refused, refusalOf } from "./refused.js";

/** `tell(event, detail)` hears: "playing", "paused", "finished", "moved", "blocked", "broken" (a sentence). */
export class ClipSound {
  #audio;
  #tell;
  #duration;
  #listening = new AbortController();

  constructor(audio, tell) {
    this.#audio = audio;
    this.#tell = tell;
    const on = (event, then) => audio.addEventListener(event, then, { signal: this.#listening.signal });
    on("play", () => tell("playing"));
    on("pause", () => audio.ended || tell("paused"));
    on("ended", () => tell("finished"));
    on("seeked", () => tell("moved"));
    on("durationchange", () => tell("moved"));
    on("error", () => this.#explain());
  }

  /** Take `url` as the sound; `duration` in seconds is what is shown until the browser knows better. */
  load(url, duration, position = 0) {
    this.#duration = duration;
    this.#audio.src = url;
    this.#audio.preservesPitch = true;
    this.#audio.currentTime = position; // before anything is loaded: where it will start
  }

  /** Begin to fetch, because the person is about to press play. */
  prepare() {
    this.#audio.preload = "auto";
  }

  get position() {
    return this.#audio.currentTime;
  }

  get duration() {
    return Number.isFinite(this.#audio.duration) ? this.#audio.duration : this.#duration;
  }

  get playing() {
    return !this.#audio.paused && !this.#audio.ended;
  }

  get rate() {
    return this.#audio.playbackRate;
  }

  set rate(rate) {
    this.#audio.playbackRate = this.#audio.defaultPlaybackRate = rate;
  }

  async play() {
    if (this.#audio.error) this.#audio.load();
    try {
      await this.#audio.play();
    } catch (error) {
      if (error.name === "NotAllowedError") this.#tell("blocked");
    }
  }

  pause() {
    this.#audio.pause();
  }

  seek(seconds) {
    this.#audio.currentTime = Math.min(Math.max(0, seconds), this.duration || 0);
    this.#tell("moved");
  }

  close() {
    this.#listening.abort();
    this.#audio.pause();
    if (this.#audio.src.startsWith("blob:")) URL.revokeObjectURL(this.#audio.src);
    this.#audio.removeAttribute("src");
    this.#audio.load();
  }

  async #explain() {
    const url = this.#audio.getAttribute("src");
    if (!url) return;
    try {
      const response = await fetch(url, { headers: { Range: "bytes=0-0" } });
      if (!response.ok) throw await refusalOf(response);
      this.#tell("broken", "This browser cannot play this recording. Download it to hear it.");
    } catch (error) {
      this.#tell("broken", error instanceof Refused ? error.message : "The sound could not be loaded. Try again.");
    }
  }
}
