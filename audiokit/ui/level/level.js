// Puts the levels, each from 0 to 1, where they belong on the meter.

export default function ({ data: [data], parentElement }) {
  const level = parentElement.querySelector(".level");
  level.dataset.tone = data.tone;
  level.querySelector(".words").textContent = data.words;
  for (const name of ["noise", "speech", "peak"]) {
    level.style.setProperty(`--${name}`, data[name] ?? 0);
    level.querySelector(`.${name}`).hidden = data[name] === null;
  }
}
