// The script as a table: each line is a field of its own. What is changed is kept here at once, and sent a moment later.
// Keys in a line: Enter parts it at the cursor, Backspace in an empty one removes it, Alt with an arrow moves it.

const LATER_MS = 900;
const VOICES = ["#6d5df6", "#0f9f8f", "#d97706", "#db2777"];
const ICONS = {
  star: "M12 4l2.5 5.1 5.6.8-4 4 .9 5.6-5-2.7-5 2.7.9-5.6-4-4 5.6-.8Z",
  up: "M12 19V6m-6 5 6-6 6 6",
  down: "M12 5v13m-6-5 6 6 6-6",
  shorter: "M4 7h16M4 12h10M4 17h5",
  chapter: "M5 4v16M5 5h12l-3 4 3 4H5",
  add: "M12 5v14M5 12h14",
  remove: "M6 6l12 12M18 6 6 18",
};
let made = 0;

export default function ({ data: [data], parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".editor");
  const editor = (root.editor ??= new Editor(root));
  editor.show(data, setTriggerValue);
}

class Editor {
  #root;
  #box;
  #data = null;
  #tell;
  #lines = []; // {key, id, text, speaker, chapter, starred, ...as given}
  #chapters = [];
  #rows = new Map(); // elements by the lines' keys
  #later = 0;
  #sent = null;
  #name = null; // of what was sent last: what comes back for an earlier one is out of date
  #state = ""; // the script that this one was edited from, by its name
  #other = null; // what another window has made of it meanwhile, while a person chooses

  constructor(root) {
    this.#root = root;
    this.#box = root.querySelector(".rows");
    root.querySelector(".more").addEventListener("click", () => this.#add(this.#lines.length));
  }

  /** Take what is kept now; what is being written here stays, and is sent in its turn. */
  show(data, tell) {
    this.#tell = tell;
    if (this.#other || (data.refused && data.refused === this.#name)) return this.#differ(data);
    if (this.#later || (this.#name !== null && data.seen !== this.#name)) return;
    this.#data = data;
    this.#state = data.state;
    this.#root.classList.toggle("alone", data.speakers.length < 2);
    const ours = this.#lines.filter((line) => line.text.trim());
    const same = ours.length === data.lines.length && data.lines.every((line, index) => ours[index].text === line.text);
    const keys = same && this.#sent !== null ? ours.map((line) => line.key) : [];
    const empty = same ? this.#lines.filter((line) => !line.text.trim()) : [];
    const taken = data.lines.map((line, index) => ({ ...line, key: keys[index] ?? line.id }));
    for (const line of empty) taken.splice(this.#lines.indexOf(line), 0, line);
    this.#lines = taken;
    this.#chapters = [...data.chapters];
    this.#draw();
    this.#say(this.#sent === null ? "" : "Saved");
  }

  // --- changes --------------------------------------------------------------------------------------------------

  #changed(now = false) {
    clearTimeout(this.#later);
    this.#say("Not saved yet");
    if (now) return this.#send(); // before whatever was pressed has its turn
    this.#later = setTimeout(() => this.#send(), LATER_MS);
  }

  #send() {
    clearTimeout(this.#later);
    this.#later = 0;
    if (this.#other) return;
    const fields = ({ id, text, chapter, speaker, starred }) => ({ id, text: text.trim(), chapter, speaker, starred });
    const sent = { lines: this.#lines.map(fields).filter((line) => line.text), chapters: this.#chapters };
    const told = JSON.stringify(sent);
    if (told === this.#sent) return this.#say("Saved");
    this.#sent = told;
    this.#name = `${Date.now()}-${made++}`;
    this.#say("Saving…");
    this.#tell("script", JSON.stringify({ name: this.#name, of: this.#state, ...sent }));
  }

  /** Keep what is written here, send nothing, and ask which of the two scripts is meant. */
  #differ(data) {
    this.#other = data;
    this.#say("Not saved");
    const bar = this.#root.querySelector(".differs");
    if (!bar.hidden) return;
    const choose = (label, chosen) => {
      const button = make("button", { type: "button", textContent: label });
      button.addEventListener("click", () => {
        const other = this.#other;
        [this.#other, this.#sent, bar.hidden] = [null, null, true];
        clearTimeout(this.#later);
        this.#later = 0;
        chosen(other);
      });
      return button;
    };
    const mine = choose("Keep mine", ({ state }) => {
      this.#state = state;
      this.#send();
    });
    const theirs = choose("Take the other one", (other) => {
      this.#name = null;
      this.show(other, this.#tell);
    });
    mine.classList.add("use");
    bar.replaceChildren(make("p", { textContent: "This script was changed in another window. Yours is still here." }), mine, theirs);
    bar.hidden = false;
  }

  #add(index, text = "", like = this.#lines[index - 1] ?? this.#lines[0]) {
    const speaker = like?.speaker ?? 0;
    const line = { key: `new-${made++}`, id: null, text, speaker, chapter: like?.chapter ?? 0, starred: false, quotes: [] };
    this.#lines.splice(index, 0, line);
    this.#draw();
    this.#focus(line, 0);
    if (text) this.#changed(true);
    return line;
  }

  #remove(line) {
    const index = this.#lines.indexOf(line);
    this.#lines.splice(index, 1);
    this.#draw();
    const before = this.#lines[Math.max(0, index - 1)];
    if (before) this.#focus(before, before.text.length);
    this.#changed(true);
  }

  #move(line, by) {
    const index = this.#lines.indexOf(line);
    const other = this.#lines[index + by];
    if (!other) return;
    if (other.chapter === line.chapter) this.#lines.splice(index + by, 0, ...this.#lines.splice(index, 1));
    else line.chapter = other.chapter; // first it goes over the chapter's border
    this.#draw();
    this.#focus(line);
    this.#changed(true);
  }

  #part(line, area) {
    const at = area.selectionStart;
    const [before, after] = [line.text.slice(0, at).trimEnd(), line.text.slice(area.selectionEnd).trimStart()];
    line.text = before;
    this.#add(this.#lines.indexOf(line) + 1, after, line).quotes = [];
    if (!after) return;
    this.#changed(true);
  }

  #chapter(line) {
    const index = this.#lines.indexOf(line);
    for (const one of this.#lines.slice(index)) one.chapter += 1;
    while (this.#chapters.length <= line.chapter - 1) this.#chapters.push("");
    this.#chapters.splice(line.chapter, 0, "New chapter");
    this.#draw();
    this.#box.querySelector(`[data-chapter="${line.chapter}"] input`)?.select();
    this.#changed();
  }

  #join(chapter) {
    for (const line of this.#lines) if (line.chapter >= chapter) line.chapter = Math.max(0, line.chapter - 1);
    this.#chapters.splice(chapter, 1);
    this.#draw();
    this.#changed(true);
  }

  #focus(line, at = null) {
    const area = this.#rows.get(line.key)?.querySelector("textarea");
    area?.focus();
    if (at !== null) area?.setSelectionRange(at, at);
    area?.scrollIntoView({ block: "nearest" });
  }

  // --- what is seen ---------------------------------------------------------------------------------------------

  #say(words) {
    const n = this.#lines.reduce((sum, line) => sum + (line.text.match(/\S+/g)?.length ?? 0), 0);
    this.#root.querySelector(".status").textContent = `${this.#lines.length} lines · ${n} words${words && ` · ${words}`}`;
  }

  #draw() {
    const active = this.#root.getRootNode().activeElement;
    const [key, from] = [active?.closest?.(".row")?.dataset.key, active?.selectionStart];
    const [children, rows, top] = [[], new Map(), this.#box.scrollTop];
    let chapter = -1;
    this.#lines.forEach((line, index) => {
      if (line.chapter !== chapter && (this.#chapters[line.chapter] !== undefined || line.chapter > 0))
        children.push(this.#heading(line.chapter));
      chapter = line.chapter;
      const seen = JSON.stringify([line, index, this.#lines.length, this.#data]);
      const was = this.#rows.get(line.key);
      const row = was?.seen === seen ? was : Object.assign(this.#row(line, index), { seen });
      row.line = line;
      rows.set(line.key, row);
      children.push(row);
    });
    this.#rows = rows;
    this.#box.replaceChildren(...children);
    this.#box.scrollTop = top;
    const area = key && rows.get(key)?.querySelector("textarea");
    if (area && active.matches("textarea")) {
      area.focus({ preventScroll: true });
      area.setSelectionRange(from, from);
    }
    if (!CSS.supports("field-sizing", "content")) for (const row of rows.values()) grow(row.querySelector("textarea"));
  }

  #heading(chapter) {
    const box = make("div", { className: "chapter" });
    box.dataset.chapter = chapter;
    const title = make("input", { value: this.#chapters[chapter] ?? "", placeholder: "Chapter without a title" });
    title.setAttribute("aria-label", `Title of chapter ${chapter + 1}`);
    title.addEventListener("input", () => {
      while (this.#chapters.length <= chapter) this.#chapters.push("");
      this.#chapters[chapter] = title.value;
      this.#changed();
    });
    box.append(title);
    if (chapter > 0) {
      const join = icon("remove", "Join with the chapter before");
      join.addEventListener("click", () => this.#join(chapter));
      const acts = make("span", { className: "acts" });
      acts.append(join);
      box.append(acts);
    }
    return box;
  }

  #row(line, index) {
    const row = make("div", { className: "row" });
    row.dataset.key = line.key;
    const number = make("span", { className: "number", textContent: index + 1 });
    row.append(number, this.#speaker(line), this.#area(line, index), this.#acts(line, index), this.#below(line));
    return row;
  }

  #speaker(line) {
    const select = make("select", { className: "speaker" });
    select.setAttribute("aria-label", "Speaker");
    const { speakers } = this.#data;
    for (const [number, name] of speakers.entries()) select.append(new Option(name, number));
    select.value = Math.min(line.speaker, speakers.length - 1);
    select.style.setProperty("--voice", VOICES[line.speaker % VOICES.length]);
    select.disabled = speakers.length < 2;
    select.addEventListener("change", () => {
      line.speaker = Number(select.value);
      select.style.setProperty("--voice", VOICES[line.speaker % VOICES.length]);
      this.#changed(true);
    });
    return select;
  }

  #area(line, index) {
    const area = make("textarea", { value: line.text, rows: 1, dir: "auto", placeholder: "What is said" });
    area.setAttribute("aria-label", `Line ${index + 1}`);
    area.addEventListener("input", () => {
      line.text = area.value;
      grow(area);
      this.#changed();
    });
    area.addEventListener("change", () => this.#changed(true));
    area.addEventListener("keydown", (event) => this.#key(event, line, area));
    return area;
  }

  #key(event, line, area) {
    if (event.isComposing) return;
    const { key, altKey } = event;
    if (key === "Enter") this.#part(line, area);
    else if (key === "Backspace" && !line.text && this.#lines.length > 1) this.#remove(line);
    else if (altKey && key === "ArrowUp") this.#move(line, -1);
    else if (altKey && key === "ArrowDown") this.#move(line, 1);
    else return;
    event.preventDefault();
  }

  #acts(line, index) {
    const acts = make("span", { className: "acts" });
    const on = (name, label, press, disabled = false) => {
      const button = Object.assign(icon(name, label), { disabled });
      button.addEventListener("click", press);
      acts.append(button);
      return button;
    };
    const star = on("star", "Speak this line with the better model", () => {
      line.starred = !line.starred;
      star.setAttribute("aria-pressed", String(line.starred));
      this.#changed(true);
    });
    star.classList.add("star");
    star.setAttribute("aria-pressed", String(line.starred));
    on("up", "Move up (Alt ↑)", () => this.#move(line, -1), index === 0);
    on("down", "Move down (Alt ↓)", () => this.#move(line, 1), index === this.#lines.length - 1);
    on("shorter", `Say this shorter · ${this.#data.shorter_price}`, () => this.#shorter(line), !line.id);
    on("chapter", "Begin a chapter here", () => this.#chapter(line), index === 0);
    on("add", "Add a line below (Enter)", () => this.#add(index + 1));
    on("remove", "Remove this line", () => this.#remove(line));
    return acts;
  }

  #shorter(line) {
    this.#say("Saying it shorter…");
    this.#tell("shorter", line.id);
  }

  #below(line) {
    const below = make("div", { className: "below" });
    if (line.state === "spoken") below.append(make("span", { className: "chip spoken", textContent: "✓ spoken" }));
    if (line.trouble) below.append(make("span", { className: "chip none", textContent: `⚠ ${line.trouble}` }));
    for (const quote of line.quotes) this.#quote(quote, below);
    if (line.quotes.length === 0 && line.id && this.#data.has_sources)
      below.append(make("span", { className: "chip none", textContent: "⚠ nothing in the documents supports this" }));
    const proposal = this.#data.proposals[line.id];
    if (proposal) below.append(this.#proposal(line, proposal));
    below.hidden = below.children.length === 0;
    return below;
  }

  #quote([mark, source, words], below) {
    const chip = make("button", { type: "button", className: "chip", textContent: mark, title: source });
    chip.setAttribute("aria-expanded", "false");
    const quote = make("blockquote", { textContent: words, hidden: true, dir: "auto" });
    quote.append(make("cite", { textContent: `${source}, ${mark}` }));
    chip.addEventListener("click", () => {
      quote.hidden = !quote.hidden;
      chip.setAttribute("aria-expanded", String(!quote.hidden));
    });
    below.append(chip, quote);
  }

  #proposal(line, words) {
    const box = make("div", { className: "proposal" });
    const use = make("button", { type: "button", className: "use", textContent: "Use this" });
    const keep = make("button", { type: "button", textContent: "Keep mine" });
    use.addEventListener("click", () => {
      line.text = words;
      delete this.#data.proposals[line.id];
      this.#draw();
      this.#changed(true);
    });
    keep.addEventListener("click", () => this.#tell("keep", line.id));
    box.append(make("p", { textContent: words, dir: "auto" }), use, keep);
    return box;
  }
}

function make(name, properties = {}) {
  return Object.assign(document.createElement(name), properties);
}

function icon(name, label) {
  const button = make("button", { type: "button", title: label });
  button.setAttribute("aria-label", label);
  button.innerHTML = `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${ICONS[name]}" /></svg>`;
  return button;
}

function grow(area) {
  if (CSS.supports("field-sizing", "content")) return;
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight}px`;
}
