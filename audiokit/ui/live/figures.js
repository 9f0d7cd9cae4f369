// What is measured of a live session: how long each answer took and of what that is made, the connection, and a log.

const SHOWN = 24; // answers in the trend
const MOST_EVENTS = 5000;
const TIME_CHARS = 23; // of an ISO time, down to the millisecond

export class Figures {
  #root;
  #logUrl;
  #latencies = [];
  #connection = {};
  #events = [];
  #begunAt = "";

  /** `logUrl()` is where the server's side of the log is had. */
  constructor(root, signal, logUrl) {
    [this.#root, this.#logUrl] = [root, logUrl];
    root.querySelector(".log").addEventListener("click", () => this.#download(), { signal });
  }

  clear() {
    [this.#latencies, this.#connection, this.#events] = [[], {}, []];
    this.#begunAt = new Date().toISOString();
    this.#root.hidden = false;
    this.#paintLatency();
    this.connection({});
  }

  /** Keep an event for the log; `way` is "in" or "out". The oldest go first. */
  note(way, event) {
    this.#events.push({ at: new Date().toISOString(), side: "browser", way, ...event });
    if (this.#events.length > MOST_EVENTS) this.#events.shift();
  }

  /** From the end of what the person said to the first sound, with its parts in milliseconds by name. */
  latency({ ms, parts }) {
    this.#latencies.push({ ms, parts: parts ?? {} });
    this.#paintLatency();
  }

  connection(told) {
    Object.assign(this.#connection, told);
    const { roundTripMs, queuedMs, dropped } = this.#connection;
    const parts = [];
    if (typeof roundTripMs === "number") parts.push(`round trip ${Math.round(roundTripMs)} ms`);
    if (queuedMs !== undefined) parts.push(`${queuedMs} ms waiting to be heard`);
    if (dropped > 0) parts.push(`${dropped} pieces not sent, the network was too slow`);
    this.#set(".connection", parts.length ? `Connection: ${parts.join(", ")}` : "Connection: no figures yet");
  }

  #paintLatency() {
    const last = this.#latencies.at(-1);
    const sorted = this.#latencies.map(({ ms }) => ms).sort((a, b) => a - b);
    const median = sorted[sorted.length >> 1];
    this.#set(".latest", last ? `First sound after ${seconds(last.ms)} s (median ${seconds(median)} s)` : "No answer yet");
    const named = Object.entries(last?.parts ?? {}).map(([name, ms]) => `${name.replaceAll("_", " ")} ${seconds(ms)} s`);
    this.#set(".parts", named.join(" · "));
    this.#paintTrend();
  }

  #paintTrend() {
    const svg = this.#root.querySelector(".trend");
    const shown = this.#latencies.slice(-SHOWN);
    const most = Math.max(1, ...shown.map(({ ms }) => ms));
    svg.toggleAttribute("hidden", shown.length === 0);
    svg.ariaLabel = `Time to first sound, the last ${shown.length} answers`;
    svg.innerHTML = shown
      .map(({ ms }, i) => {
        const height = Math.max(2, (44 * Number(ms)) / most);
        return `<rect x="${i * 10 + 1}" y="${48 - height}" width="7" height="${height}" rx="2"></rect>`;
      })
      .join("");
  }

  #set(selector, text) {
    const node = this.#root.querySelector(selector);
    if (node.textContent !== text) node.textContent = text;
  }

  /** One file: what this page heard and said, and what the server and the model did, by the time of each. */
  async #download() {
    const own = this.#events.map((event) => JSON.stringify(event));
    const lines = byTime([...own, ...(await this.#others())]);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([`${lines.join("\n")}\n`], { type: "application/jsonl" }));
    link.download = `live-${this.#begunAt.replaceAll(/[:.]/g, "-")}.jsonl`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  async #others() {
    try {
      const response = await fetch(this.#logUrl(), { cache: "no-store", signal: AbortSignal.timeout(5000) });
      if (response.ok) return (await response.text()).split("\n").filter(Boolean);
      throw new Error(`status ${response.status}`);
    } catch (error) {
      return [JSON.stringify({ at: new Date().toISOString(), side: "provider", missing: String(error.message ?? error) })];
    }
  }
}

function byTime(lines) {
  const timed = lines.map((line) => [JSON.parse(line).at.slice(0, TIME_CHARS), line]);
  return timed.sort(([one], [other]) => (one > other) - (one < other)).map(([, line]) => line);
}

function seconds(ms) {
  return (ms / 1000).toFixed(2);
}
