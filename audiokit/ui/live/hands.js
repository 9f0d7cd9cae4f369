// What the person presses: the round button, mute and end, the keys M and Space.

const TAP_MS = 300; // a shorter press stays pressed until the next one, for those who cannot or will not hold

/** `told` hears begin(), end(), mute(), hold(boolean), say(words), and is asked phase() and holds() (push-to-talk). */
export class Hands {
  #orb;
  #told;
  #latched = false;
  #since = 0; // when the press began that holds now; 0 for none
  #spaceHeld = false;

  constructor(root, signal, told) {
    this.#told = told;
    this.#orb = root.querySelector(".orb");
    const on = (target, event, then) => target.addEventListener(event, then, { signal });
    on(this.#orb, "pointerdown", (event) => event.button === 0 && this.#holds && this.#press(event));
    for (const event of ["pointerup", "pointercancel"]) on(this.#orb, event, () => this.#holds && this.#lift());
    on(this.#orb, "contextmenu", (event) => this.#holds && event.preventDefault()); // what a long touch would bring
    on(this.#orb, "click", (event) => this.#click(event));
    on(root.querySelector(".mute"), "click", () => told.mute());
    on(root.querySelector(".end"), "click", () => told.end());
    on(root.querySelector(".typing"), "submit", (event) => this.#submit(event));
    on(document, "keydown", (event) => this.#down(event));
    on(document, "keyup", (event) => this.#up(event));
    on(window, "blur", () => this.#holds && this.#since > 0 && this.#let()); // the key is let go of elsewhere
  }

  /** Nothing is held any longer. */
  release() {
    [this.#latched, this.#since, this.#spaceHeld] = [false, 0, false];
  }

  get #live() {
    return this.#told.phase() === "live";
  }

  get #holds() {
    return this.#live && this.#told.holds();
  }

  #click(event) {
    if (this.#told.phase() === "ready" || this.#told.phase() === "ended") this.#told.begin();
    else if (!this.#told.holds()) this.#told.mute();
    else if (event.detail === 0 && this.#live) this.#toggle(); // from a keyboard or a screen reader
  }

  #submit(event) {
    event.preventDefault();
    const input = event.target.querySelector("input");
    if (input.value.trim()) this.#told.say(input.value.trim());
    input.value = "";
  }

  #press(event) {
    this.#orb.setPointerCapture(event.pointerId);
    this.#take();
  }

  #take() {
    if (this.#latched) return void this.#let();
    this.#since = performance.now();
    this.#told.hold(true);
  }

  #lift() {
    if (this.#since === 0) return;
    if (performance.now() - this.#since < TAP_MS) [this.#latched, this.#since] = [true, 0];
    else this.#let();
  }

  #let() {
    [this.#latched, this.#since] = [false, 0];
    this.#told.hold(false);
  }

  #toggle() {
    if (this.#latched) return this.#let();
    this.#latched = true;
    this.#told.hold(true);
  }

  #down(event) {
    if (!this.#live || event.altKey || event.ctrlKey || event.metaKey || isTaken(event)) return;
    if (!this.#told.holds()) return void (event.key.toLowerCase() === "m" && !event.repeat && this.#told.mute());
    if (event.key !== " ") return;
    event.preventDefault(); // the page would scroll, or the button click
    if (event.repeat || this.#spaceHeld) return;
    this.#spaceHeld = true;
    this.#take();
  }

  #up(event) {
    if (event.key !== " " || !this.#spaceHeld) return;
    event.preventDefault();
    this.#spaceHeld = false;
    this.#lift();
  }
}

/** Whether a key belongs to where the keyboard is: a text that is written, or a control that is not ours. */
function isTaken(event) {
  const [target] = event.composedPath();
  if (!(target instanceof Element) || target.matches(".orb")) return false;
  if (target.matches("input, textarea, select, [contenteditable]") || target.isContentEditable) return true;
  return event.key === " " && target.matches("button, a, summary, [role=button], [role=slider]");
}
