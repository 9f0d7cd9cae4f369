// Records three seconds of the room and hands them over as PCM16; meanwhile shows how loud it is.
// The microphone is opened as Streamlit's own recorder opens it, so that the browser treats both alike.

const LISTEN_S = 3;
const WAKE_S = 0.4; // what a microphone gives first is no room yet
const GIVE_UP_S = 8;
const LOWEST_DB = -80;

const IDLE = "Nobody should speak meanwhile: it tells your voice from the room's noise.";
const ASKING = "Allow the microphone, please…";
const LISTENING = "Be quiet for three seconds…";
const SENDING = "Measured.";
const SENTENCES = {
  insecure:
    "This address is not secure, so the browser does not allow recording. Open it over https, or on the same machine at http://localhost.",
  NotFoundError: "No microphone was found. Connect one, and measure again.",
  NotAllowedError:
    "The microphone is blocked for this page. Choose the icon left of the address, allow the microphone, and measure again.",
  NotReadableError: "Another program is using the microphone. Close it, and measure again.",
  mute: "The microphone gave no sound. Check that it is connected and not muted, and measure again.",
  other: "The room could not be recorded in this browser. Load the page again, or go on without measuring.",
};

const WORKLET = `registerProcessor("audiokit-room", class extends AudioWorkletProcessor {
  process([[channel]]) {
    if (channel) this.port.postMessage(channel.slice());
    return true;
  }
});`;

export default function ({ data: [data], parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".calibration");
  const button = root.querySelector(".measure");
  if (root.dataset.state !== "listening" && root.dataset.state !== "asking") {
    root.dataset.state = "idle";
    say(root, data.said || IDLE, data.is_trouble);
  }
  button.onclick = async () => {
    button.disabled = true;
    try {
      const sound = await listen(root);
      say(root, SENDING);
      if (root.isConnected) setTriggerValue("sound", sound);
    } catch (error) {
      say(root, SENTENCES[error.name] ?? SENTENCES[error.message] ?? SENTENCES.other, true);
    } finally {
      button.disabled = false;
      root.dataset.state = "idle";
      show(root, 0, 0);
    }
  };
  // Also called for a run that a newer one has overtaken, while this is still on the page.
  return () => setTimeout(() => root.isConnected || root.stop?.());
}

async function listen(root) {
  if (!window.isSecureContext || !navigator.mediaDevices) throw new Error("insecure");
  root.dataset.state = "asking";
  say(root, ASKING);
  const context = new AudioContext();
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    await context.resume();
    const module = URL.createObjectURL(new Blob([WORKLET], { type: "text/javascript" }));
    await context.audioWorklet.addModule(module).finally(() => URL.revokeObjectURL(module));
    root.dataset.state = "listening";
    say(root, LISTENING);
    return { rate_hz: context.sampleRate, pcm16: base64(await recorded(root, context, stream)) };
  } finally {
    stream?.getTracks().forEach((track) => track.stop());
    context.close();
  }
}

function recorded(root, context, stream) {
  const source = context.createMediaStreamSource(stream);
  const ear = new AudioWorkletNode(context, "audiokit-room", { channelCount: 1, channelCountMode: "explicit" });
  const skipped = Math.round(WAKE_S * context.sampleRate);
  const pcm16 = new Int16Array(LISTEN_S * context.sampleRate);
  let heard = -skipped;
  let power = 0;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("mute")), GIVE_UP_S * 1000);
    root.stop = () => reject(new Error("left"));
    ear.port.onmessage = ({ data }) => {
      for (let i = 0; i < data.length; i++, heard++) {
        if (heard >= 0 && heard < pcm16.length) pcm16[heard] = Math.max(-1, Math.min(1, data[i])) * 32767;
      }
      power = 0.97 * power + 0.03 * (data.reduce((sum, value) => sum + value * value, 0) / data.length);
      show(root, Math.max(heard, 0) / context.sampleRate, power);
      if (heard >= pcm16.length) {
        clearTimeout(timer);
        resolve(pcm16);
      }
    };
    source.connect(ear).connect(context.destination); // silence goes out; unconnected, some browsers do not listen
  }).finally(() => source.disconnect());
}

function show(root, heard_s, power) {
  const share = Math.min(heard_s / LISTEN_S, 1);
  const loud = power > 0 ? Math.min(Math.max(1 - (10 * Math.log10(power)) / LOWEST_DB, 0), 1) : 0;
  root.style.setProperty("--share", share.toFixed(3));
  root.style.setProperty("--loud", loud.toFixed(3));
  root.querySelector(".count").textContent =
    root.dataset.state === "listening" ? String(Math.max(Math.ceil(LISTEN_S - heard_s), 1)) : "";
}

function say(root, sentence, isTrouble = false) {
  const said = root.querySelector(".said");
  said.textContent = sentence;
  said.toggleAttribute("data-trouble", isTrouble);
}

function base64(pcm16) {
  const bytes = new Uint8Array(pcm16.buffer); // little-endian, as all that browsers run on
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}
