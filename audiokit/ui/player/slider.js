// The waveform as a slider: pointer and keys become seconds.

import { clock } from "./times.js";

const STEP_S = 5;
const SKIP_S = 10;
const MOVES = {
  ArrowLeft: -STEP_S,
  ArrowDown: -STEP_S,
  ArrowRight: STEP_S,
  ArrowUp: STEP_S,
  PageDown: -SKIP_S,
  PageUp: SKIP_S,
  Home: -Infinity,
  End: Infinity,
};

/**
 * Let `wave` be dragged, pointed at and used by keyboard. `sound` answers `position()`, `length()` and `span()` (the
 * seconds that the width stands for), and does `seek(seconds)` and `toggle()`. `about(seconds)` is what there is to say
 * of that place, or nothing.
 */
export function slide(wave, sound, signal) {
  const tip = wave.querySelector(".tip");
  let dragging = false;

  const under = ({ clientX }) => {
    const { left, width } = wave.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (clientX - left) / width));
    return Math.min(sound.length(), share * sound.span());
  };
  const drag = (event) => {
    if (event.button !== 0 || sound.length() === 0) return;
    dragging = true;
    wave.setPointerCapture(event.pointerId);
    sound.seek(under(event));
  };
  const point = (event) => {
    const seconds = under(event);
    if (dragging) sound.seek(seconds);
    if (sound.length() === 0) return;
    wave.dataset.pointed = "";
    wave.style.setProperty("--pointed", seconds / sound.span());
    tip.textContent = [clock(seconds), sound.about(seconds)].filter(Boolean).join(" · ");
  };
  const key = (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key in MOVES) sound.seek(Math.min(sound.length(), sound.position() + MOVES[event.key]));
    else if (event.key === " " || event.key === "Enter") sound.toggle();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const on = (event, then) => wave.addEventListener(event, then, { signal });
  on("pointerdown", drag);
  on("pointermove", point);
  on("lostpointercapture", () => (dragging = false));
  on("pointerleave", () => delete wave.dataset.pointed);
  on("keydown", key);
}
