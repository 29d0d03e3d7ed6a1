// Copies a shared link, and tells how long it is still good.
"use strict";

const shared = document.querySelector(".shared");
if (shared) {
  const link = shared.querySelector("input");
  const copy = shared.querySelector("button");
  const left = shared.querySelector("[data-seconds]");
  const end = Date.now() + Number(left.dataset.seconds) * 1000;

  copy.hidden = !navigator.clipboard;
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(link.value);
    copy.textContent = "Copied";
  });

  const tick = setInterval(() => {
    const seconds = Math.ceil((end - Date.now()) / 1000);
    left.textContent = seconds > 0 ? `It works for ${seconds} more seconds.` : "It has expired.";
    if (seconds <= 0) clearInterval(tick);
  }, 1000);
}
