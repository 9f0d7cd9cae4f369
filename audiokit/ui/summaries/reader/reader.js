// The lines of a programme beside its sound: the one that is said is marked, word by word; a press plays from there.
// What is made so far is played line by line from here; a whole recording is played by the player on the page.

const PLAYING = "audiokit:playing"; // on window: the other players fall silent
const PLAY_FROM = "audiokit:play-from"; // on window: a player shall look at what is wanted, now or when it comes
const AT = "audiokit:at"; // on window, with {digest, seconds, playing}
const PAUSE_MS = 350; // between two lines that are played one by one
const VOICES = ["#6d5df6", "#0f9f8f", "#d97706", "#db2777"];

export default function ({ data: [data], parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".reader");
  const reader = (root.reader ??= new Reader(root));
  reader.show(data, setTriggerValue);
  // Also called for a run that a newer one has overtaken, while the reader is still on the page.
  return () =>
    setTimeout(() => {
      if (root.isConnected) return;
      reader.close();
      delete root.reader;
    });
}

class Reader {
  #root;
  #box;
  #audio;
  #tell;
  #data = null;
  #drawn = new Map(); // of each line by its id: its element, and what it was drawn from
  #now = null; // the line that is marked
  #word = -1;
  #wanted = null; // the line to be played next, of those that are made
  #waits = false;
  #following = true;
  #listening = new AbortController();

  constructor(root) {
    this.#root = root;
    this.#box = root.querySelector(".lines");
    this.#audio = root.querySelector("audio");
    const { signal } = this.#listening;
    window.addEventListener(AT, ({ detail }) => this.#at(detail), { signal });
    window.addEventListener(PLAYING, ({ detail }) => detail !== this && this.#audio.pause(), { signal });
    for (const event of ["wheel", "touchmove"])
      this.#box.addEventListener(event, () => (this.#following = false), { signal, passive: true });
    root.querySelector(".play").addEventListener("click", () => this.#toggle(), { signal });
    this.#audio.addEventListener("timeupdate", () => this.#heard(), { signal });
    const stopped = () => root.isConnected && !this.#audio.ended && delete window.audiokitLeft;
    this.#audio.addEventListener("pause", stopped, { signal }); // by a person: a browser pauses what leaves the page
    this.#audio.addEventListener("ended", () => setTimeout(() => this.#next(), PAUSE_MS), { signal });
    for (const event of ["play", "pause"]) this.#audio.addEventListener(event, () => this.#say(), { signal });
  }

  show(data, tell) {
    this.#tell = tell;
    this.#data = data;
    this.#draw();
    this.#chapters();
    this.#root.querySelector(".growing").hidden = !data.growing || !data.lines.some((line) => line.url);
    this.#say();
    if (this.#waits) this.#next();
    if (data.digest) this.#takeOver();
  }

  close() {
    this.#listening.abort();
    this.#audio.pause();
    this.#audio.removeAttribute("src");
  }

  // --- lines that are made, one by one --------------------------------------------------------------------------

  #toggle() {
    if (!this.#audio.paused) return this.#audio.pause();
    if (this.#audio.src && !this.#audio.ended) return this.#sound();
    this.#play(this.#data.lines.find((line) => line.url)?.id);
  }

  #play(id) {
    const line = this.#data.lines.find((one) => one.id === id);
    if (!line?.url) return;
    [this.#wanted, this.#waits] = [id, false];
    this.#leave(0);
    this.#audio.src = line.url;
    this.#sound();
  }

  #sound() {
    window.dispatchEvent(new CustomEvent(PLAYING, { detail: this }));
    this.#audio.play().catch(() => this.#say());
  }

  #heard() {
    const seconds = this.#audio.currentTime;
    if (!this.#audio.paused) this.#leave(seconds);
    this.#mark(this.#wanted, seconds);
  }

  /** Leave word of what is heard for who shows the whole recording. */
  #leave(seconds) {
    const { programme, growing } = this.#data;
    if (growing) window.audiokitLeft = { programme, line: this.#wanted, seconds };
  }

  #next() {
    const { lines } = this.#data;
    const next = lines[lines.findIndex((line) => line.id === this.#wanted) + 1];
    this.#waits = !next?.url;
    if (next?.url) this.#play(next.id);
    this.#say();
  }

  #say() {
    const playing = !this.#audio.paused;
    this.#root.querySelector(".play").textContent = playing ? "Pause" : "Play what is made";
    this.#root.querySelector(".told").textContent = this.#waits ? "The next line is being made." : "";
  }

  // --- the whole recording, in the player -----------------------------------------------------------------------

  #playFrom(line, seconds) {
    this.#following = true;
    if (this.#data.digest) ask(this.#data.digest, seconds);
    else this.#play(line.id);
  }

  /** Go on in the recording where somebody was listening when it became whole. */
  #takeOver() {
    const left = window.audiokitLeft;
    if (left?.programme !== this.#data.programme) return;
    delete window.audiokitLeft;
    const line = this.#data.lines.find(({ id }) => id === left.line);
    if (line && this.#now === null) ask(this.#data.digest, line.start + left.seconds);
  }

  #at({ digest, seconds, playing }) {
    if (digest !== this.#data.digest || (seconds === 0 && !playing)) return;
    const { lines } = this.#data;
    const line = lines.findLast((one) => one.start !== null && one.start <= seconds + 0.05);
    if (line) this.#mark(line.id, seconds);
  }

  #mark(id, seconds) {
    const line = this.#data.lines.find((one) => one.id === id);
    if (!line) return;
    if (id !== this.#now) this.#move(line);
    const word = line.words.findLastIndex(([, start]) => start <= seconds + 0.03);
    if (word === this.#word) return;
    const spans = this.#drawn.get(id).text.children;
    spans[this.#word]?.classList.remove("said");
    spans[word]?.classList.add("said");
    this.#word = word;
  }

  #move(line) {
    const was = this.#drawn.get(this.#now);
    if (was) {
      was.element.classList.remove("now");
      was.text.textContent = was.line.text;
    }
    const { element, text } = this.#drawn.get(line.id);
    element.classList.add("now");
    if (line.words.length) text.replaceChildren(...this.#spans(line));
    [this.#now, this.#word] = [line.id, -1];
    for (const button of this.#root.querySelectorAll(".chapters button"))
      button.toggleAttribute("aria-current", Number(button.dataset.chapter) === line.chapter);
    if (this.#following) this.#bring(element);
  }

  #bring(element) {
    if (this.#box.scrollHeight <= this.#box.clientHeight + 1) return;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const top = element.offsetTop - 0.3 * this.#box.clientHeight;
    this.#box.scrollTo({ top, behavior: still ? "instant" : "smooth" });
  }

  #spans(line) {
    return line.words.flatMap(([word, start]) => {
      const span = make("span", { textContent: word });
      span.addEventListener("click", (event) => {
        event.stopPropagation();
        this.#playFrom(line, start);
      });
      return [span, " "];
    }).filter((_, index, all) => index < all.length - 1);
  }

  // --- what is seen ---------------------------------------------------------------------------------------------

  #draw() {
    const { lines, chapters } = this.#data;
    const [children, drawn] = [[], new Map()];
    let chapter = null;
    for (const line of lines) {
      if (line.chapter !== chapter && chapters[line.chapter])
        children.push(make("h3", { textContent: chapters[line.chapter] }));
      chapter = line.chapter;
      const from = JSON.stringify(line);
      const was = this.#drawn.get(line.id);
      const is = was?.from === from ? was : { ...this.#line(line), from, line };
      if (is !== was && line.id === this.#now) this.#now = null;
      drawn.set(line.id, is);
      children.push(is.element);
    }
    const top = this.#box.scrollTop;
    this.#drawn = drawn;
    this.#box.replaceChildren(...children);
    this.#box.scrollTop = top;
  }

  #line(line) {
    const sounds = line.start !== null || line.url !== null;
    const element = make("div", { className: `line${line.trouble ? " wrong" : ""}${sounds ? "" : " silent"}` });
    const at = make("button", { type: "button", className: "at", disabled: !sounds });
    at.textContent = line.start === null ? (line.url ? "▶" : "…") : clock(line.start);
    at.setAttribute("aria-label", sounds ? `Play from line: ${line.text.slice(0, 60)}` : "Not spoken yet");
    const text = make("span", { textContent: line.text });
    const paragraph = make("p", { className: "text", dir: "auto" });
    if (line.who) {
      const who = make("span", { className: "who", textContent: line.who });
      who.style.setProperty("--voice", VOICES[line.speaker % VOICES.length]);
      paragraph.append(who);
    }
    paragraph.append(text);
    const body = make("div");
    body.append(paragraph);
    for (const quote of line.quotes) this.#quote(quote, paragraph, body);
    if (line.trouble) body.append(this.#trouble(line));
    const play = () => sounds && this.#playFrom(line, line.start ?? 0);
    at.addEventListener("click", play);
    paragraph.addEventListener("click", () => String(getSelection()) === "" && play());
    element.append(at, body);
    return { element, text };
  }

  #quote([mark, source, words], paragraph, body) {
    const button = make("button", { type: "button", className: "mark", textContent: mark, title: source });
    button.setAttribute("aria-expanded", "false");
    const quote = make("blockquote", { hidden: true });
    quote.append(make("p", { textContent: words, dir: "auto" }), make("cite", { textContent: `${source}, ${mark}` }));
    button.addEventListener("click", (event) => {
      event.stopPropagation();
      quote.hidden = !quote.hidden;
      button.setAttribute("aria-expanded", String(!quote.hidden));
    });
    paragraph.append(button);
    body.append(quote);
  }

  #trouble(line) {
    const box = make("div", { className: "trouble" });
    const what = make("p");
    what.append(make("strong", { textContent: "⚠ Not said as written. " }), line.trouble);
    box.append(what);
    if (line.heard) {
      const heard = make("p");
      heard.append(make("b", { textContent: "Heard: " }), `“${line.heard}”`);
      box.append(heard);
    }
    if (!this.#data.growing) {
      const acts = make("div", { className: "acts" });
      acts.append(this.#act(`Say it again · ${line.price}`, "redo", line), this.#act("It is fine", "accept", line));
      box.append(acts);
    }
    return box;
  }

  #act(label, name, line) {
    const button = make("button", { type: "button", textContent: label });
    button.addEventListener("click", () => this.#tell(name, line.id));
    return button;
  }

  #chapters() {
    const { chapters, lines, growing } = this.#data;
    const nav = this.#root.querySelector(".chapters");
    const first = chapters.map((title, index) => [title, index, lines.find((line) => line.chapter === index)]);
    const shown = first.filter(([title, , line]) => title && line);
    nav.hidden = growing || shown.length < 2;
    const known = JSON.stringify(shown.map(([title, index, line]) => [title, index, line.start]));
    if (nav.dataset.known === known) return;
    nav.dataset.known = known;
    nav.replaceChildren(
      ...shown.map(([title, index, line]) => {
        const button = make("button", { type: "button", title });
        button.dataset.chapter = index;
        if (line.start !== null) button.append(make("time", { textContent: `${clock(line.start)} ` }));
        button.append(title);
        button.addEventListener("click", () => this.#playFrom(line, line.start ?? 0));
        return button;
      }),
    );
  }
}

function ask(digest, seconds) {
  window.audiokitWanted = { digest, seconds, at: performance.now() };
  window.dispatchEvent(new CustomEvent(PLAY_FROM));
}

function make(name, properties = {}) {
  return Object.assign(document.createElement(name), properties);
}

function clock(seconds) {
  const whole = Math.floor(seconds);
  const [hours, minutes, left] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(left)}` : `${minutes}:${two(left)}`;
}
