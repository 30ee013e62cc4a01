// The filters on documents: chosen in the library, shown above the question box, sent with each question, remembered.
import { notice, on } from "./actions.js";
import { read, write } from "./store.js";

const MAX_DOCUMENTS = 100; // chosen one by one; the server accepts no more
const MAX_SHOWN = 3; // of them, above the question box
const place = document.getElementById("chosen");

export const filters = {
  read: () => read("filters", {}),
  documents: () => filters.read().documents ?? [],
  set(chosen) {
    const kept = Object.entries({ ...filters.read(), ...chosen }).filter(([, value]) => value?.length);
    write("filters", Object.fromEntries(kept));
    show();
  },
  // Adds or removes a document, by the first of its names.
  choose(names, wanted) {
    const others = filters.documents().filter((one) => !names.includes(one));
    if (wanted && others.length >= MAX_DOCUMENTS) notice(`No more than ${MAX_DOCUMENTS} documents can be chosen one by one.`);
    else filters.set({ documents: wanted ? [...others, names[0]] : others });
  },
  clear() {
    write("filters", {});
    show();
  },
  start() {
    on("clear-filters", () => {
      filters.clear();
      document.querySelector("#question textarea").focus();
    });
    on("unfilter", ({ dataset: { name, value } }) => {
      if (name === "documents") filters.choose([value], false);
      else filters.set({ [name]: "" });
      (place.querySelector("button") ?? document.querySelector("#question textarea")).focus();
    });
    show();
  },
};

function show() {
  const { media_type, type_name, after, before } = filters.read();
  const paths = filters.documents();
  const parts = paths.slice(0, MAX_SHOWN).map((path) => part("documents", path, path));
  if (paths.length > MAX_SHOWN) parts.push(Object.assign(document.createElement("span"), { textContent: `and ${paths.length - MAX_SHOWN} more` }));
  if (media_type) parts.push(part("media_type", type_name));
  if (after) parts.push(part("after", `from ${after}`));
  if (before) parts.push(part("before", `until ${before}`));
  place.hidden = !parts.length;
  place.querySelector("[data-filters]").replaceChildren(...parts);
  document.dispatchEvent(new Event("quoth:scope"));
}

// One condition, as a button that removes it.
function part(name, words, value = "") {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "filter", title: words });
  Object.assign(button.dataset, { do: "unfilter", name, value });
  button.setAttribute("aria-label", `Turn off filter: ${words}`);
  button.append(Object.assign(document.createElement("bdi"), { textContent: words }));
  return button;
}
