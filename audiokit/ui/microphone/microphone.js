// Watches whether this page may record, and says in one sentence what stands in the way.

const SENTENCES = {
  insecure:
    "This address is not secure, so the browser does not allow recording. Open it over https, or on the same machine at http://localhost.",
  none: "No microphone was found. Connect one, and this line goes away; or INSTEAD.",
  denied:
    "The microphone is blocked for this page. Choose the icon left of the address, allow the microphone, and reload; or INSTEAD.",
};

async function obstacle() {
  if (!window.isSecureContext || !navigator.mediaDevices) return "insecure";
  const leave = await navigator.permissions?.query({ name: "microphone" }).catch(() => null);
  if (leave?.state === "denied") return "denied";
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.some((device) => device.kind === "audioinput") ? null : "none";
}

export default function ({ data: [data], parentElement }) {
  // The player and its output take a moment to open; a short reply would be over before.
  import(new URL(data.player, location.origin).href).then(({ openSpeaker }) => openSpeaker());

  const line = parentElement.querySelector(".microphone");
  const look = async () => {
    const found = await obstacle();
    line.hidden = found === null;
    line.textContent = found ? SENTENCES[found].replace("INSTEAD", data.instead) : "";
  };
  look();
  navigator.mediaDevices?.addEventListener("devicechange", look);
  let leave = null;
  navigator.permissions
    ?.query({ name: "microphone" })
    .then((status) => {
      leave = status;
      leave.onchange = look;
    })
    .catch(() => {});
  return () => {
    navigator.mediaDevices?.removeEventListener("devicechange", look);
    if (leave) leave.onchange = null;
  };
}
