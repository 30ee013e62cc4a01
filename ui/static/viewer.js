// The source viewer: a document beside the conversation, opened at a place. The address names the place.
import { fragment, on } from "./actions.js";

const viewer = document.getElementById("viewer");
const PLACE = /^#source\/(\d+)\/(\d+)-(\d+)$/;
let opener = null;

export function start() {
  addEventListener("hashchange", follow);
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href^='#source/']");
    if (link) opener = link;
    if (link && link.hash === location.hash) follow();
  });
  on("close-viewer", close);
  follow();
}

async function follow() {
  const place = PLACE.exec(location.hash);
  if (!place) return hide();
  const [, document_, first, last] = place;
  viewer.hidden = false;
  document.body.classList.add("reading");
  try {
    viewer.innerHTML = await fragment(`/ui/source/${document_}?start=${first}&end=${last}`);
  } catch (error) {
    viewer.textContent = error.message;
  }
  viewer.querySelector("mark")?.scrollIntoView({ block: "center", behavior: "instant" });
  viewer.querySelector("h2")?.focus();
}

export function close() {
  if (viewer.hidden) return;
  history.pushState(null, "", location.pathname);
  hide();
  opener?.focus();
}

function hide() {
  viewer.hidden = true;
  viewer.replaceChildren();
  document.body.classList.remove("reading");
}
