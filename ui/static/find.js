// Finds text in the open document and highlights it without changing the document's elements.
const MAX_MATCHES = 2000;
let matches = [];
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
  matches = [];
  current = -1;
  CSS.highlights?.delete("found");
}

function search(viewer, words) {
  clear();
  const wanted = words.toLowerCase();
  if (wanted.length > 1) matches = occurrences(viewer.querySelector(".paper"), wanted);
  if (matches.length) CSS.highlights?.set("found", new Highlight(...matches));
  show(viewer, 0);
  if (wanted.length > 1 && !matches.length) viewer.querySelector("[data-found]").textContent = "none";
}

// Searches one paragraph at a time, so that a match may cross the edge of a mark inside it.
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
    if (words.length !== length) continue; // lower case can have more characters than upper case, which would shift the offsets
    for (let at = words.indexOf(wanted); at >= 0 && found.length < MAX_MATCHES; at = words.indexOf(wanted, at + wanted.length)) {
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
  if (!matches.length) return;
  current = (position + matches.length) % matches.length;
  said.textContent = `${current + 1} of ${matches.length}`;
  matches[current].startContainer.parentElement.scrollIntoView({ block: "center", behavior: "instant" });
}
