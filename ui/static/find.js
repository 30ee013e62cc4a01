// Finding words in the document that is open, without touching its text.
const MOST = 2000;
let places = [];
let current = -1;

export function start(viewer) {
  viewer.addEventListener("input", (event) => event.target.matches("[data-find]") && search(viewer, event.target.value));
  viewer.addEventListener("keydown", (event) => {
    if (!event.target.matches("[data-find]") || event.key !== "Enter") return;
    event.preventDefault();
    show(viewer, current + (event.shiftKey ? -1 : 1));
  });
}

export function clear() {
  places = [];
  current = -1;
  CSS.highlights?.delete("found");
}

function search(viewer, words) {
  clear();
  const wanted = words.toLowerCase();
  if (wanted.length > 1) places = occurrences(viewer.querySelector(".paper"), wanted);
  if (places.length) CSS.highlights?.set("found", new Highlight(...places));
  show(viewer, 0);
  if (wanted.length > 1 && !places.length) viewer.querySelector("[data-found]").textContent = "none";
}

// Looks in one paragraph at a time, so that a mark inside it does not hide words from the search.
function occurrences(paper, wanted) {
  const found = [];
  for (const paragraph of paper.children) {
    const nodes = [];
    const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
    let length = 0;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      nodes.push([length, node]);
      length += node.data.length;
    }
    const words = paragraph.textContent.toLowerCase();
    if (words.length !== length) continue; // lower case is longer than upper in a few languages
    for (let at = words.indexOf(wanted); at >= 0 && found.length < MOST; at = words.indexOf(wanted, at + wanted.length)) {
      const range = new Range();
      range.setStart(...spot(nodes, at));
      range.setEnd(...spot(nodes, at + wanted.length));
      found.push(range);
    }
  }
  return found;
}

function spot(nodes, offset) {
  const [start, node] = nodes.findLast(([first]) => first <= offset && (first < offset || first === 0)) ?? nodes[0];
  return [node, offset - start];
}

function show(viewer, position) {
  const said = viewer.querySelector("[data-found]");
  said.textContent = "";
  if (!places.length) return;
  current = (position + places.length) % places.length;
  said.textContent = `${current + 1} of ${places.length}`;
  places[current].startContainer.parentElement.scrollIntoView({ block: "center", behavior: "instant" });
}
