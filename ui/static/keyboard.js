// The keys of the page; those of a single character can be switched off (WCAG 2.1.4), and never work inside a field.
import { notice, on } from "./actions.js";
import { read, write } from "./store.js";
import { close as closeViewer } from "./viewer.js";

const FIELDS = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
const dialog = document.getElementById("keys");
const viewer = document.getElementById("viewer");
const CHARACTERS = { "/": goToQuestion, j: () => step(1), k: () => step(-1), n: keep, "?": () => dialog.showModal() };

export function start() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") closeViewer();
    const act = CHARACTERS[event.key.toLowerCase()];
    if (!act || event.repeat || !areOn() || event.target.closest?.(FIELDS)) return;
    event.preventDefault();
    act();
  });
  on("keys", () => dialog.showModal());
  on("close-keys", () => dialog.close());
  const box = dialog.querySelector("[data-characters]");
  box.checked = areOn();
  box.addEventListener("change", () => write("keys", box.checked));
}

// Whether keys of a single character do anything.
export function areOn() {
  return read("keys", true);
}

function goToQuestion() {
  if (document.body.matches(".sheets, .checking")) {
    addEventListener("hashchange", ask, { once: true }); // after the other place has made way
    location.hash = "#ask";
  } else ask();
}

function ask() {
  document.querySelector("#question textarea")?.focus();
}

// The next or previous cited place of the conversation; the first of the last answer if none is open.
function step(by) {
  const open = viewer.querySelector(`.cites [data-do=step][data-step="${by}"]`);
  if (open) return open.click();
  const answers = [...document.querySelectorAll("#log article:has(.chip)")];
  if (viewer.hidden) answers.at(-1)?.querySelector(".chip").click();
}

// Keeps the answer in the pane, else the one that has the focus, else the last one; or takes it out again.
function keep() {
  const focused = document.activeElement.closest("#log article")?.querySelector("[data-do=keep]");
  const button = viewer.querySelector("[data-do=keep]") ?? focused ?? [...document.querySelectorAll("#log [data-do=keep]")].at(-1);
  if (!button?.checkVisibility()) return;
  button.click();
  notice(button.ariaPressed === "true" ? "Kept in the notebook" : "No longer in the notebook");
}
