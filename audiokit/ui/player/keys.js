// The media keys and the lock screen of the machine: they belong to the player that was heard last.

const SKIP_S = 10;

let holder = null;

/** Take the keys for `player`: `title`, and what to do on `play()`, `pause()` and `seek(seconds)`. */
export function hold(player, { title, play, pause, seek, position }) {
  const session = navigator.mediaSession;
  if (!session) return;
  holder = player;
  session.metadata = new MediaMetadata({ title, artist: document.title });
  on("play", play);
  on("pause", pause);
  on("seekbackward", ({ seekOffset }) => seek(position() - (seekOffset ?? SKIP_S)));
  on("seekforward", ({ seekOffset }) => seek(position() + (seekOffset ?? SKIP_S)));
  on("seekto", ({ seekTime }) => seek(seekTime));
}

/** Say how it stands; `duration` is 0 as long as it is not known. */
export function tell(player, { playing, position, duration, rate }) {
  if (player !== holder) return;
  navigator.mediaSession.playbackState = playing ? "playing" : "paused";
  if (duration > 0) {
    navigator.mediaSession.setPositionState({ duration, playbackRate: rate, position: Math.min(position, duration) });
  }
}

/** Let go of the keys, because `player` has left the page. */
export function release(player) {
  if (player !== holder) return;
  holder = null;
  navigator.mediaSession.metadata = null;
  navigator.mediaSession.playbackState = "none";
  for (const action of ACTIONS) on(action, null);
}

const ACTIONS = ["play", "pause", "seekbackward", "seekforward", "seekto"];

function on(action, handler) {
  try {
    navigator.mediaSession.setActionHandler(action, handler);
  } catch {
    // this browser does not know the action; it has fewer keys then
  }
}
