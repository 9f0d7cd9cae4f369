// Times as a person reads them, and as one hears them from a screen reader.

export function clock(seconds) {
  const whole = Math.floor(seconds + 0.05);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const two = (n) => String(n).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

export function spoken(seconds) {
  const whole = Math.floor(seconds + 0.05);
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
  const count = (n, unit) => `${n} ${unit}${n === 1 ? "" : "s"}`;
  return minutes ? `${count(minutes, "minute")} ${count(rest, "second")}` : count(rest, "second");
}
