// The microphone of a live session: PCM16 mono at 24 kHz, 40 ms at a time.

const WANTED = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };

/** `tell(event, detail)` hears: "sound" ({pcm16, level}) and "lost" when the microphone is gone. */
export class Ear {
  #context; // the session's own, at 24 kHz
  #other = null; // one at the microphone's rate, where the browser does not convert
  #module;
  #tell;
  #stream = null;
  #source = null;
  #node = null;
  #flushed = null;
  #muted = false;

  constructor(context, module, tell) {
    [this.#context, this.#module, this.#tell] = [context, module, tell];
  }

  /** Listen to the device, or to the browser's choice for `null`; the one before is let go of. */
  async open(deviceId) {
    const stream = await microphone(deviceId);
    this.#letGo();
    this.#stream = stream;
    await this.#connect();
    for (const track of stream.getAudioTracks()) {
      track.enabled = !this.#muted;
      track.onended = () => this.#stream === stream && this.#tell("lost");
    }
  }

  /** Which device is heard, as far as the browser says. */
  get deviceId() {
    return this.#stream?.getAudioTracks()[0]?.getSettings().deviceId ?? null;
  }

  set muted(muted) {
    this.#muted = muted;
    this.#stream?.getAudioTracks().forEach((track) => (track.enabled = !muted));
  }

  /** Hand over what is heard so far, even if it fills no frame; resolves when it has been handed over. */
  flush() {
    if (this.#node === null) return Promise.resolve();
    return new Promise((resolve) => {
      this.#flushed = resolve;
      this.#node.port.postMessage({ flush: true });
    });
  }

  close() {
    this.#letGo();
    this.#other?.close();
    this.#other = null;
  }

  async #connect() {
    try {
      this.#source = this.#context.createMediaStreamSource(this.#stream);
    } catch (error) {
      if (error.name !== "NotSupportedError") throw error; // Firefox before 2025: only at the microphone's own rate
      this.#source = (await this.#otherContext()).createMediaStreamSource(this.#stream);
    }
    const { context } = this.#source;
    const node = new AudioWorkletNode(context, "audiokit-ear", { channelCount: 1, channelCountMode: "explicit" });
    node.port.onmessage = ({ data }) => this.#hear(data);
    this.#source.connect(node).connect(context.destination); // silence goes out; else some browsers do not listen
    this.#node = node;
  }

  async #otherContext() {
    if (this.#other === null) {
      this.#other = new AudioContext({ latencyHint: "interactive" });
      await this.#other.audioWorklet.addModule(this.#module);
      await this.#other.resume();
    }
    return this.#other;
  }

  #hear(message) {
    if (message.flushed) this.#flushed?.();
    else this.#tell("sound", message);
  }

  #letGo() {
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#source?.disconnect();
    this.#node?.port.postMessage({ close: true });
    this.#node?.disconnect();
    this.#flushed?.();
    this.#stream = this.#source = this.#node = this.#flushed = null;
  }
}

async function microphone(deviceId) {
  const open = (audio) => navigator.mediaDevices.getUserMedia({ audio });
  if (!deviceId) return open(WANTED);
  try {
    return await open({ ...WANTED, deviceId: { exact: deviceId } }); // what is only preferred, Chromium may ignore
  } catch (error) {
    if (error.name !== "OverconstrainedError" && error.name !== "NotFoundError") throw error;
    return open(WANTED); // it is not connected any more
  }
}
