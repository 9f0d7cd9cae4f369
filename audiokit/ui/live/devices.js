// Which microphone: a choice of those that there are, remembered in this browser.

const KEPT = "audiokit.live.microphone";

export class Devices {
  #row;
  #select;

  /** `choose(deviceId)` is called when the person has chosen another. */
  constructor(row, choose, signal) {
    this.#row = row;
    this.#select = row.querySelector("select");
    this.#select.addEventListener("change", () => this.#chosen(choose), { signal });
    navigator.mediaDevices?.addEventListener("devicechange", () => this.#refresh(), { signal });
  }

  get remembered() {
    try {
      return localStorage.getItem(KEPT);
    } catch {
      return null; // this browser keeps nothing
    }
  }

  /** Show what there is, once the browser tells the names; `deviceId` is the one that is heard. */
  async show(deviceId) {
    this.#row.hidden = false;
    await this.#refresh(deviceId);
  }

  async #refresh(deviceId = this.#select.value) {
    if (this.#row.hidden) return;
    const devices = (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === "audioinput");
    const options = devices.map(({ deviceId: id, label }, i) => new Option(label || `Microphone ${i + 1}`, id));
    this.#select.replaceChildren(...options);
    if (deviceId) this.#select.value = deviceId;
  }

  #chosen(choose) {
    try {
      localStorage.setItem(KEPT, this.#select.value);
    } catch {
      // then it is chosen for this time only
    }
    choose(this.#select.value);
  }
}
