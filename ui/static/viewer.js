// The source viewer: a document beside the conversation, opened at the anchor in the page's address.
import { copy, fragment, on } from "./actions.js";
import * as cited from "./reading/cited.js";
import * as contents from "./reading/contents.js";
import * as find from "./reading/find.js";
import * as pages from "./reading/pages.js";
import * as paper from "./reading/paper.js";
import * as selection from "./reading/selection.js";

const viewer = document.getElementById("viewer");
const ANCHOR = /^#source\/(\d+)\/(\d+)-(\d+)(?:\.([0-9a-f]{8}))?$/;
const LINKS = "a[href^='#source/']";
let opener = null; // the link that was followed; it gets the focus back on closing
let home = ""; // the anchor of the view beside which the viewer is open
let asText = false; // a PDF's text is shown instead of its pages
let asked = 0; // how often a document was opened, to drop answers that come too late
let view = paper; // what shows the document: its pages or its text

export function start() {
  addEventListener("hashchange", follow);
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.(LINKS);
    if (!link) return;
    opener = link;
    viewer.classList.toggle("guessed", Boolean(link.closest(".refused, .guess"))); // no answer: outlined, not yellow
    if (link.hash === location.hash) follow();
  });
  on("close-viewer", close);
  on("step", (button) => cited.neighbour(opener, Number(button.dataset.step))?.click());
  on("link-here", () => copy(location.href, "Link copied"));
  on("as-text", () => {
    asText = !asText;
    follow({ keep: "[data-do=as-text]" });
  });
  on("go", (button) => {
    contents.chosen(viewer);
    view.goTo(Number(button.dataset.at), Number(button.dataset.number ?? 0));
  });
  pages.start(viewer);
  contents.start(viewer);
  find.start(viewer, (...hit) => view.showHit(...hit), () => view.clearHits());
  selection.start(viewer);
  follow();
}

async function follow({ keep = "h2" } = {}) {
  const anchor = ANCHOR.exec(location.hash);
  if (!anchor) return hide();
  const [, source, first, last, check = ""] = anchor;
  const turn = ++asked;
  viewer.setAttribute("aria-label", "Source document");
  viewer.hidden = false;
  document.body.classList.add("reading");
  if (!viewer.childElementCount) viewer.append(Object.assign(document.createElement("p"), { className: "opening", textContent: "Opening…" }));
  else if (viewer.querySelector(".cites")) cited.show(viewer, opener); // so that steps in quick succession each count
  let html;
  try {
    html = await fragment(`ui/source/${source}?start=${first}&end=${last}&check=${check}&text=${asText}`);
  } catch (error) {
    return turn === asked && showProblem(error.message);
  }
  if (turn !== asked) return;
  find.clear();
  viewer.innerHTML = html;
  cited.show(viewer, opener);
  view = viewer.querySelector(".desk") ? pages : paper;
  contents.open(viewer, source, (at) => view.goTo(at));
  viewer.querySelector(keep)?.focus({ preventScroll: true });
  await view.open(viewer, cited.places(source));
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
  asked += 1;
  find.clear();
  paper.clear();
  viewer.hidden = true;
  viewer.replaceChildren();
  viewer.classList.remove("guessed");
  document.body.classList.remove("reading");
}
