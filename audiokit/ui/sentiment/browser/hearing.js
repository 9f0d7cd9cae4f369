// The recording's player, as the rest of the page knows it: it is told where to play, and tells where it is.

const PLAY_FROM = "audiokit:play-from"; // on window: a player shall look at what is wanted, now or when it comes
const PLAYING = "audiokit:playing"; // on window, with who plays: all others fall silent
const AT = "audiokit:at"; // on window, with {digest, seconds, playing}
const PROOF = "audiokit:proof"; // on window, with {digest, id}: somebody wants to see the proof of a passage

export function playFrom(digest, seconds) {
  window.audiokitWanted = { digest, seconds, at: performance.now() };
  window.dispatchEvent(new CustomEvent(PLAY_FROM));
}

export function silence() {
  window.dispatchEvent(new CustomEvent(PLAYING, { detail: null }));
}

export function askProof(digest, id) {
  window.dispatchEvent(new CustomEvent(PROOF, { detail: { digest, id } }));
}

export function onPlace(then, signal) {
  window.addEventListener(AT, ({ detail }) => then(detail), { signal });
}

export function onProof(then, signal) {
  window.addEventListener(PROOF, ({ detail }) => then(detail), { signal });
}
