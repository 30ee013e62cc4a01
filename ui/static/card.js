// The card of a document, beside the list: what it is, in its own words.
import { fragment, on } from "./actions.js";
import { askWithin } from "./filters.js";

const dialog = document.getElementById("library");
let shown = ""; // the id of the document

export function start() {
  on("card", open);
  on("close-card", close);
  on("ask-card", () => askWithin({ documents: [nameOf(shown)] }));
  on("ask-of-card", ({ dataset: { question } }) => {
    askWithin({ documents: [nameOf(shown)] });
    const asking = Object.assign(document.createElement("button"), { hidden: true });
    Object.assign(asking.dataset, { do: "ask", question });
    document.body.append(asking);
    asking.click();
    asking.remove();
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !pane() || pane().hidden) return;
    event.preventDefault(); // which would close the library
    close();
  });
}

function pane() {
  return dialog.querySelector("[data-card]");
}

function nameOf(id) {
  return dialog.querySelector(`tr[data-id="${id}"] [data-document]`).value;
}

async function open(button) {
  const row = button.closest("tr");
  if (row.dataset.id === shown && !pane().hidden) return close();
  shown = row.dataset.id;
  mark();
  const place = pane();
  place.hidden = false;
  dialog.classList.add("with-card");
  place.replaceChildren(Object.assign(document.createElement("p"), { className: "wait", textContent: "Reading it…" }));
  const wanted = shown;
  try {
    const html = await fragment(`ui/library/cards/${wanted}`);
    if (wanted !== shown || !place.isConnected) return;
    place.innerHTML = html;
  } catch (error) {
    return place.replaceChildren(Object.assign(document.createElement("p"), { className: "problem", textContent: error.message }));
  }
  place.querySelector("h3").focus();
  await addQuestions(place, wanted);
}

// They are answered first, which takes a while.
async function addQuestions(place, wanted) {
  const section = place.querySelector("[data-card-questions]");
  section.hidden = false;
  const html = await fragment(`ui/library/cards/${wanted}/questions`).catch(() => "");
  if (wanted !== shown) return;
  if (html) section.innerHTML = html;
  else section.remove();
}

function close() {
  const button = dialog.querySelector(`tr[data-id="${shown}"] [data-do="card"]`);
  shown = "";
  mark();
  pane().hidden = true;
  pane().replaceChildren();
  dialog.classList.remove("with-card");
  button?.focus();
}

function mark() {
  for (const button of dialog.querySelectorAll("[data-do='card']")) button.setAttribute("aria-expanded", button.closest("tr").dataset.id === shown);
}
