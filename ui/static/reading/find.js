// Finds words in the whole open document, on the server, and goes from hit to hit.
import { fragment, on } from "../actions.js";

const PAUSE = 200; // ms after the last key
let hits = []; // [start, end, page]
let more = false;
let current = -1;
let timer;
let asked = 0;

export function start(viewer, go, unmark) {
  viewer.addEventListener("input", (event) => {
    if (!event.target.matches("[data-find]")) return;
    clearTimeout(timer);
    timer = setTimeout(() => search(viewer, event.target.value.trim(), go, unmark), PAUSE);
  });
  viewer.addEventListener("keydown", (event) => {
    if (!event.target.matches("[data-find]") || event.key !== "Enter") return;
    event.preventDefault();
    step(viewer, go, event.shiftKey ? -1 : 1);
  });
  on("hit", (button) => step(viewer, go, Number(button.dataset.step)));
}

export function clear() {
  clearTimeout(timer);
  asked += 1;
  hits = [];
  current = -1;
}

async function search(viewer, words, go, unmark) {
  clear();
  unmark();
  const turn = asked;
  say(viewer, "");
  if (words.length < 2) return;
  const source = viewer.querySelector("[data-source]").dataset.source;
  let found;
  try {
    found = JSON.parse(await fragment(`ui/source/${source}/find?words=${encodeURIComponent(words.slice(0, 200))}`));
  } catch (error) {
    return turn === asked && say(viewer, error.message);
  }
  if (turn !== asked) return;
  ({ hits, more } = found);
  if (!hits.length) return say(viewer, "none");
  const from = Number(viewer.querySelector("[data-source]").dataset.start);
  const page = Number(viewer.querySelector("[data-source]").dataset.page ?? 0);
  const first = hits.findIndex(([start, , number]) => (page ? number >= page : start >= from));
  show(viewer, go, Math.max(first, 0));
}

function step(viewer, go, by) {
  if (hits.length) show(viewer, go, (current + by + hits.length) % hits.length);
}

function show(viewer, go, position) {
  current = position;
  say(viewer, `${current + 1} of ${hits.length.toLocaleString("en")}${more ? " or more" : ""}`);
  go(hits[current], hits);
}

function say(viewer, words) {
  viewer.querySelector("[data-found]").textContent = words;
  for (const button of viewer.querySelectorAll("[data-do=hit]")) button.hidden = !hits.length;
}
