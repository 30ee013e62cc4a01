// The source viewer: a document beside the conversation, opened at a place. The address names the place.
import { copy, fragment, on } from "./actions.js";
import * as find from "./find.js";

const viewer = document.getElementById("viewer");
const PLACE = /^#source\/(\d+)\/(\d+)-(\d+)(?:\.([0-9a-f]{8}))?$/;
const LINKS = "a[href^='#source/']";
let opener = null; // the link that was followed, to go back to

export function start() {
  addEventListener("hashchange", follow);
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.(LINKS);
    if (!link) return;
    opener = link;
    if (link.hash === location.hash) follow();
  });
  on("close-viewer", close);
  on("step", (button) => neighbour(Number(button.dataset.step))?.click());
  on("link-here", () => copy(location.href, "Link copied"));
  find.start(viewer);
  follow();
}

async function follow() {
  const place = PLACE.exec(location.hash);
  if (!place) return hide();
  const [, source, first, last, check = ""] = place;
  const query = `start=${first}&end=${last}&check=${check}`;
  viewer.hidden = false;
  document.body.classList.add("reading");
  try {
    viewer.innerHTML = await fragment(`/ui/source/${source}?${query}`);
  } catch (error) {
    return refuse(error.message);
  }
  for (const button of viewer.querySelectorAll("[data-do=step]")) button.disabled = !neighbour(Number(button.dataset.step));
  reveal();
  viewer.querySelector("h2")?.focus({ preventScroll: true });
  const printed = viewer.querySelector("[data-printed]");
  if (!printed) return;
  printed.innerHTML = await fragment(`/ui/source/${source}/page?${query}`).catch(() => "");
  reveal();
}

// The place itself, and where the text cannot be marked, the top.
function reveal() {
  const place = viewer.querySelector(".box") ?? viewer.querySelector("mark");
  place?.scrollIntoView({ block: "center", behavior: "instant" });
}

function refuse(message) {
  const close = Object.assign(document.createElement("button"), { type: "button", textContent: "Close" });
  close.dataset.do = "close-viewer";
  const words = Object.assign(document.createElement("p"), { className: "problem", textContent: message });
  const head = Object.assign(document.createElement("header"), { className: "about" });
  head.append(words, close);
  viewer.replaceChildren(head);
  close.focus();
}

// Citations are stepped through in the order of the conversation.
function neighbour(step) {
  const links = [...document.querySelectorAll(`#log .chip`)];
  const here = opener?.isConnected ? links.indexOf(opener) : links.findIndex((link) => link.hash === location.hash);
  return here < 0 ? undefined : links[here + step];
}

export function close() {
  if (viewer.hidden) return;
  history.pushState(null, "", location.pathname);
  hide();
  opener?.focus();
}

function hide() {
  find.clear();
  viewer.hidden = true;
  viewer.replaceChildren();
  document.body.classList.remove("reading");
}
