// What can stand in the way of a live session, in words, each with the next step.

export const SENTENCES = {
  insecure:
    "This address is not secure, so the browser does not allow the microphone. Open it over https, or on the same machine at http://localhost.",
  NotFoundError: "No microphone was found. Connect one and start again, or type instead.",
  NotAllowedError:
    "The microphone is blocked for this page. Choose the icon left of the address, allow the microphone, and start again; or type instead.",
  NotReadableError: "Another program is using the microphone. Close it, and start again.",
  AbortError: "The microphone could not be opened. Connect it again, or choose another, and start again.",
  lostMicrophone: "The microphone has gone. Connect it again or choose another, and start again.",
  soundless: "This browser cannot talk live. Use Converse instead: the conversation still works.",
  blocked:
    "Something between this browser and the server blocks live talk (a WebSocket). Use Converse instead: the conversation still works.",
  lost: "The connection was lost. What was said is kept. Check the network, and start again.",
  again: "The connection was lost. Trying again…",
  broken: "The live session ended unexpectedly. What was said is kept. Start again.",
};

/** What stands in the way before anything is tried, or `null`. */
export function obstacle() {
  if (!window.isSecureContext || !navigator.mediaDevices) return SENTENCES.insecure;
  if (!("AudioWorkletNode" in window) || !("WebSocket" in window)) return SENTENCES.soundless;
  return null;
}

export function sentenceOf(error) {
  return SENTENCES[error?.name] ?? SENTENCES.soundless;
}
