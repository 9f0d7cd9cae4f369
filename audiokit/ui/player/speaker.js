// The page's one audio output: opened before the first sound arrives, let go of when nothing has used it for a while.

export const SAMPLE_RATE_HZ = 24000;

const IDLE_MS = 20_000;
const PERMISSION_MS = 400; // untouched page: the browser answers at once, or not until a click
const DEVICE_MS = 5_000; // else it is only the sound device that may take its time

let opening;
let users = 0;
let resting;

/** Return a running output with the worklet loaded; `null` where the browser has none (no HTTPS, for one). */
export function openSpeaker() {
  opening ??= open().catch((error) => {
    console.warn("audiokit: a reply is played when it is complete, because", error);
    return null;
  });
  return opening;
}

async function open() {
  const context = new AudioContext({ sampleRate: SAMPLE_RATE_HZ, latencyHint: "interactive" });
  await context.audioWorklet.addModule(new URL("./worklet.js", import.meta.url));
  return context;
}

/** Return whether the browser lets sound out now; without a click on the page so far it may not. */
export async function wake(context) {
  if (context.state === "running") return true;
  const touched = navigator.userActivation?.hasBeenActive ?? true;
  const patience = new Promise((resolve) => setTimeout(resolve, touched ? DEVICE_MS : PERMISSION_MS));
  await Promise.race([context.resume().catch(() => {}), patience]);
  return context.state === "running";
}

export function hold() {
  users++;
  clearTimeout(resting);
}

export function release(context) {
  users--;
  if (users === 0) resting = setTimeout(() => context.suspend(), IDLE_MS);
}
