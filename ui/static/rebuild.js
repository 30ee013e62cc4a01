// A rebuild as it happens: documents, passages a second, time left, and a way to stop it.
import { problem } from "./actions.js";

const STEPS = { scan: "Looking at files", parse: "Reading documents", embed: "Indexing passages", write: "Writing" };

// Shows progress in `place` until the rebuild has ended; gives what to say of its end.
export async function watch(place) {
  const line = document.createElement("p");
  const bar = document.createElement("progress");
  const stop = Object.assign(document.createElement("button"), { type: "button", textContent: "Cancel" });
  bar.setAttribute("aria-label", "Rebuild");
  stop.addEventListener("click", () => fetch("/ui/library/stop", { method: "POST" }));
  place.replaceChildren(line, bar, stop);
  const pace = new Pace();
  try {
    const response = await fetch("/v1/rebuild", { method: "POST" });
    if (!response.ok) return problem(await response.text());
    for await (const [name, data] of events(response.body)) {
      if (name === "done") return `Done: ${data.documents} documents, ${data.chunks} passages.`;
      if (name === "failed") return data.detail;
      line.textContent = [STEPS[data.step] ?? data.step, pace.of(data)].filter(Boolean).join(" · ");
      if (data.total) bar.max = data.total;
      bar.value = data.done;
    }
  } catch {
    return "The connection was lost; the rebuild goes on.";
  }
  return "The rebuild has ended.";
}

class Pace {
  step = null;

  of({ step, done, total }) {
    const now = performance.now();
    if (step !== this.step) Object.assign(this, { step, began: now, from: done });
    const rate = (1000 * (done - this.from)) / (now - this.began);
    const parts = [total ? `${done} of ${total}` : `${done}`];
    if (step === "embed" && rate > 0) parts.push(`${rate.toFixed(rate < 10 ? 1 : 0)} passages a second`);
    if (rate > 0 && total > done) parts.push(`${left((total - done) / rate)} left`);
    return parts.join(" · ");
  }
}

function left(seconds) {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}

// Server-sent events out of a response's body.
async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + value.replaceAll("\r\n", "\n")).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const fields = Object.fromEntries(block.split("\n").map((field) => [field.split(":", 1)[0], field.slice(field.indexOf(":") + 1).trim()]));
      if (fields.data) yield [fields.event, JSON.parse(fields.data)];
    }
  }
}
