// The evaluation page, inside the library's dialog.
import { fragment, notice, on } from "./actions.js";

const dialog = document.getElementById("library");

export function start() {
  on("quality", () => show("ui/quality"));
  on("threshold", choose);
  on("stop-evaluation", () => show("ui/quality/stop", { method: "POST" }));
  dialog.addEventListener("change", (event) => event.target.matches("[data-questions]") && begin(event.target.files[0]));
}

// Shows the page, and refreshes it twice a second while an evaluation runs and the page is open. Returns whether it
// could be shown.
async function show(address, options) {
  try {
    dialog.innerHTML = await fragment(address, options);
  } catch (error) {
    notice(error.message);
    return false;
  }
  const body = dialog.querySelector("[data-running]");
  if (body) setTimeout(() => dialog.open && body.isConnected && show("ui/quality"), 500);
  return true;
}

function begin(file) {
  const form = new FormData();
  form.append("file", file, file.name);
  return show("ui/quality", { method: "POST", body: form });
}

async function choose() {
  const threshold = Number(dialog.querySelector("[data-threshold]").value);
  const kept = await show("ui/quality/threshold", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ threshold }),
  });
  if (kept) notice("In use, and saved beside the index. At the next start, a threshold in quoth.toml, the environment or a flag overrides it.");
}
