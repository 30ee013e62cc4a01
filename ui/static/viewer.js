// The source viewer: a document beside the conversation, opened at the anchor in the page's address.
import { copy, fragment, on } from "./actions.js";
import * as find from "./find.js";

const viewer = document.getElementById("viewer");
const ANCHOR = /^#source\/(\d+)\/(\d+)-(\d+)(?:\.([0-9a-f]{8}))?$/;
const LINKS = "a[href^='#source/']";
let opener = null; // the link that was followed; it gets the focus back on closing
let home = ""; // the anchor of the view beside which the viewer is open

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
  const anchor = ANCHOR.exec(location.hash);
  if (!anchor) return hide();
  const [, source, first, last, check = ""] = anchor;
  const query = `start=${first}&end=${last}&check=${check}`;
  viewer.setAttribute("aria-label", "Source document");
  viewer.hidden = false;
  document.body.classList.add("reading");
  try {
    viewer.innerHTML = await fragment(`ui/source/${source}?${query}`);
  } catch (error) {
    return showProblem(error.message);
  }
  for (const button of viewer.querySelectorAll("[data-do=step]")) button.disabled = !neighbour(Number(button.dataset.step));
  reveal();
  viewer.querySelector("h2")?.focus({ preventScroll: true });
  const printed = viewer.querySelector("[data-printed]");
  if (!printed) return;
  printed.innerHTML = await fragment(`ui/source/${source}/page?${query}`).catch(() => "");
  reveal();
}

// Scrolls to the quote; without a mark the document stays at its top.
function reveal() {
  const mark = viewer.querySelector(".box") ?? viewer.querySelector("mark");
  mark?.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
}

function showProblem(message) {
  const close = Object.assign(document.createElement("button"), { type: "button", textContent: "Close" });
  close.dataset.do = "close-viewer";
  const words = Object.assign(document.createElement("p"), { className: "problem", textContent: message });
  const head = Object.assign(document.createElement("header"), { className: "about" });
  head.append(words, close);
  viewer.replaceChildren(head);
  close.focus();
}

// The next or previous citation, in the order of the conversation.
function neighbour(step) {
  const links = [...document.querySelectorAll(`#log .chip`)];
  const here = opener?.isConnected ? links.indexOf(opener) : links.findIndex((link) => link.hash === location.hash);
  return here < 0 ? undefined : links[here + step];
}

export function close() {
  if (viewer.hidden) return;
  history.pushState(null, "", location.pathname + home);
  hide();
  opener?.focus();
}

// After closing, the page's address is that of the view.
export function goHomeTo(anchor) {
  home = anchor;
}

export function openedBy(element) {
  opener = element;
}

function hide() {
  find.clear();
  viewer.hidden = true;
  viewer.replaceChildren();
  document.body.classList.remove("reading");
}
