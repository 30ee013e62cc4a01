// The places that the conversation cites: stepping from one to the next, and those in the open document.
const ADDRESS = /^#source\/(\d+)\/(\d+)-(\d+)/;

// The links to cited places in the order of the conversation, each place once.
function links() {
  const seen = new Set();
  return [...document.querySelectorAll("#log .chip")].filter((link) => !seen.has(link.hash) && seen.add(link.hash));
}

// Where answers cite a document, as ranges of its text.
export function places(source) {
  const quoted = [...document.querySelectorAll("#log .found .chip")].map((link) => ADDRESS.exec(link.hash));
  return quoted.filter((found) => found?.[1] === source).map(([, , start, end]) => [Number(start), Number(end)]);
}

function position(opener, all) {
  const by = all.indexOf(opener);
  return by >= 0 ? by : all.findIndex((link) => link.hash === location.hash);
}

export function neighbour(opener, step) {
  const all = links();
  const here = position(opener, all);
  if (here >= 0) return all[here + step];
  return step > 0 ? inside(all)[0] : undefined; // opened from the library: the first one in this document
}

function inside(all) {
  const [, source] = ADDRESS.exec(location.hash) ?? [];
  return all.filter((link) => ADDRESS.exec(link.hash)?.[1] === source);
}

export function show(viewer, opener) {
  const all = links();
  const here = position(opener, all);
  const own = inside(all);
  for (const link of document.querySelectorAll("#log [aria-current]")) link.removeAttribute("aria-current");
  if (here >= 0) all[here].setAttribute("aria-current", "true");
  const bar = viewer.querySelector(".cites");
  bar.hidden = here < 0 && !own.length;
  for (const button of bar.querySelectorAll("[data-do=step]")) button.disabled = !neighbour(opener, Number(button.dataset.step));
  const question = here < 0 ? "" : (all[here].closest("article")?.querySelector(".question")?.textContent ?? "");
  bar.querySelector("[data-cited]").textContent = here < 0 ? `${own.length} cited here` : `${here + 1} of ${all.length}`;
  bar.querySelector("[data-cited-for]").textContent = question && `· ${question}`;
}
