// "Check yourself": the questions of a person, asked and shown with what was wrong.
import { confirmed, fragment, notice, on } from "./actions.js";
import { button, element } from "./elements.js";
import { posted } from "./sheet_form.js";
import { goHomeTo } from "./viewer.js";

const view = document.getElementById("check");
const POLL = 700; // ms between two looks at questions that are being asked
let timer;

export function start() {
  addEventListener("hashchange", follow);
  on("ask-own", () => show("ui/quality/ask", { method: "POST" }));
  on("stop-own", () => show("ui/quality/stop", { method: "POST" }));
  on("take-verdicts", () => show("ui/quality/verdicts", { method: "POST" }));
  on("keep-refused", () => show("ui/quality/refused", { method: "POST" }));
  on("forget-refused", (pressed) => confirmed(pressed, "Delete them all?") && show("ui/quality/refused", { method: "DELETE" }));
  on("remove-own", remove);
  on("restore-own", ({ dataset: { question, answer } }) => show("ui/quality/questions", posted({ question, answer })));
  on("to-wrong", (link, event) => (event.preventDefault(), toWrong(link.hash.slice(1))));
  on("threshold", choose);
  view.addEventListener("submit", add);
  view.addEventListener("change", ({ target }) => target.matches("[data-questions]") && hand(target.files[0]));
  document.addEventListener("quoth:library", () => view.hidden || show("ui/quality"));
  follow();
}

// Shows the view if the page's address names it; a source is shown beside whatever was there.
function follow() {
  if (location.hash.startsWith("#source/")) return;
  const here = location.hash === "#check";
  document.body.classList.toggle("checking", here);
  view.hidden = !here;
  const place = document.querySelector("[data-place=check]");
  if (!here) {
    clearTimeout(timer);
    place.removeAttribute("aria-current");
    return;
  }
  for (const other of document.querySelectorAll("[data-place]")) other.removeAttribute("aria-current");
  place.setAttribute("aria-current", "page");
  goHomeTo("#check");
  show("ui/quality").then(() => view.querySelector("h2")?.focus({ preventScroll: true }));
}

// Shows what the server says, at the same height, and looks again while questions are being asked.
async function show(address, options) {
  clearTimeout(timer);
  let html;
  try {
    html = await fragment(address, options);
  } catch (error) {
    if (view.childElementCount) notice(error.message);
    else view.replaceChildren(element("p", { className: "problem told", textContent: error.message }));
    return false;
  }
  const top = view.querySelector(".check-scroll")?.scrollTop ?? 0;
  const open = [...view.querySelectorAll("[data-kept-open][open]")].map((one) => one.dataset.keptOpen);
  const written = Object.fromEntries(new FormData(view.querySelector("[data-own]") ?? undefined));
  const focused = view.contains(document.activeElement) && document.activeElement.name;
  view.innerHTML = html;
  for (const name of open) view.querySelector(`[data-kept-open=${name}]`)?.setAttribute("open", "");
  const form = view.querySelector("[data-own]");
  if (form && !address.endsWith("/questions")) for (const [name, words] of Object.entries(written)) form.elements[name].value = words;
  if (focused) form?.elements[focused]?.focus({ preventScroll: true });
  view.querySelector(".check-scroll").scrollTop = top;
  if (view.querySelector("[data-running]")) timer = setTimeout(() => view.hidden || show("ui/quality"), POLL);
  return true;
}

async function add(event) {
  event.preventDefault();
  const { question, answer } = Object.fromEntries(new FormData(event.target));
  if (await show("ui/quality/questions", posted({ question, answer }))) view.querySelector("[name=question]").focus();
}

function hand(file) {
  const form = new FormData();
  form.append("file", file, file.name);
  return show("ui/quality", { method: "POST", body: form });
}

// The question can be had back where it stood, until the view is shown anew.
async function remove(pressed) {
  const { id, question, answer } = pressed.dataset;
  try {
    await fragment(`ui/quality/questions/${id}`, { method: "DELETE" });
  } catch (error) {
    return notice(error.message);
  }
  const undo = button("restore-own", "Undo");
  Object.assign(undo.dataset, { question, answer });
  const words = element("span", { className: "meta" }, "Removed “", element("bdi", { textContent: question }), "”");
  pressed.closest("li").replaceChildren(words, undo);
  undo.focus();
}

function toWrong(id) {
  const one = document.getElementById(id);
  one.scrollIntoView({ block: "center", behavior: "instant" });
  one.focus({ preventScroll: true });
}

async function choose() {
  const threshold = Number(view.querySelector("[data-threshold]").value);
  if (await show("ui/quality/threshold", posted({ threshold })))
    notice("In use, and saved beside the index. At the next start, a threshold in quoth.toml, the environment or a flag overrides it.");
}
