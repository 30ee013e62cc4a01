// The outline of the open document, beside it or on a narrow screen over it.
import { fragment, on } from "../actions.js";
import { read, write } from "../store.js";
import { places } from "./cited.js";

let source = "";

export function start(viewer) {
  on("contents", (button) => {
    const shown = button.getAttribute("aria-expanded") !== "true";
    write("contents", shown);
    show(viewer, shown);
  });
}

export function open(viewer, id) {
  source = id;
  const roomy = viewer.clientWidth >= 800;
  if (roomy && read("contents", false) && viewer.querySelector("[data-do=contents]")) show(viewer, true);
}

// On a narrow screen the outline makes way for the place that was chosen.
export function chosen(viewer) {
  if (viewer.clientWidth < 800) show(viewer, false);
}

async function show(viewer, shown) {
  const panel = viewer.querySelector("#contents");
  viewer.querySelector("[data-do=contents]").setAttribute("aria-expanded", String(shown));
  panel.hidden = !shown;
  if (!shown || panel.childElementCount) return;
  panel.innerHTML = await fragment(`ui/source/${source}/contents`).catch(() => "<p>The contents cannot be read.</p>");
  const entries = [...panel.querySelectorAll("[data-at]")];
  const cited = places(source);
  for (const [position, entry] of entries.entries()) {
    const from = Number(entry.dataset.at);
    const to = Number(entries[position + 1]?.dataset.at ?? Infinity);
    if (cited.some(([start]) => start >= from && start < to)) entry.classList.add("cited");
  }
}

// Marks the entry that the reader is at.
export function here(viewer, offset) {
  const entries = [...viewer.querySelectorAll("#contents [data-at]")];
  const current = entries.findLast((entry) => Number(entry.dataset.at) <= offset);
  for (const entry of entries) entry.toggleAttribute("aria-current", entry === current);
}
