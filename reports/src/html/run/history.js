// The clients' operations on one key, as bars from beginning to end; where they fit no order, the longest order that does, and the
// operation that is left.

const MOST_BARS = 400;

class HistoryPanel {
  constructor(film, root, select) {
    this.film = film;
    this.root = root;
    this.select = select;
    const keys = [...new Set(film.operations.map(op => op.key))];
    const start = film.why && keys.includes(film.why.key) ? film.why.key : keys[0];
    const chooser = el("select", { "aria-label": "key", onchange: event => this.draw(Number(event.target.value)) },
      ...keys.map(key => el("option", { value: key, selected: key === start }, `${film.text(key) === "null" ? "one object" : "key " + film.text(key)} (${film.operations.filter(op => op.key === key).length})`)));
    this.place = el("div", {});
    root.replaceChildren(el("p", {}, chooser), ...this.#words(), this.place);
    if (keys.length) this.draw(start);
  }

  #words() {
    const why = this.film.why;
    if (!why) return [];
    const partial = why.partial[0], states = why.states.length ? ` Before its end the object could be: ${why.states.join(" or ")}.` : "";
    const words = [el("p", { class: "bad" }, why.sentence), el("p", {}, `Framed in red: the operation that fits nowhere. Framed in blue: operations that contradict each other.${states}`)];
    if (partial) words.push(el("p", {}, `Numbers: the longest order that explains what came before; ${partial[0]} operations come first, then those that are numbered, each with the state after it.`));
    return words;
  }

  draw(key) {
    const film = this.film, why = film.why && film.why.key === key ? film.why : null;
    let all = film.operations.filter(op => op.key === key);
    const count = all.length;
    if (all.length > MOST_BARS) {
      const bad = why ? Math.max(0, all.findIndex(op => op.event === why.bad)) : all.length;
      const from = Math.max(0, Math.min(bad - MOST_BARS * 0.8, all.length - MOST_BARS));
      all = all.slice(from, from + MOST_BARS);
    }
    // By order of event, not by time: what overlaps is seen, and nothing is too small.
    const moments = [...new Set(all.flatMap(op => [op.began, op.ended]).filter(act => act >= 0))].sort((a, b) => a - b);
    const place = new Map(moments.map((act, i) => [act, i]));
    const lanes = [...new Set(all.map(op => op.process))].sort((a, b) => a - b);
    const wide = Math.max(26, Math.min(90, 1100 / Math.max(1, moments.length))), left = 90, row = 30;
    const width = left + (moments.length + 1) * wide, height = lanes.length * row + 30;
    const svg = (name, attributes, ...children) => {
      const made = document.createElementNS("http://www.w3.org/2000/svg", name);
      for (const [k, v] of Object.entries(attributes)) made.setAttribute(k, v);
      made.append(...children);
      return made;
    };
    const order = new Map(why && why.partial[0] ? why.partial[0][1].map(([event, state], i) => [event, [why.partial[0][0] + i + 1, state]]) : []);
    const bars = all.map(op => {
      const x = left + place.get(op.began) * wide, y = lanes.indexOf(op.process) * row + 6;
      const to = op.ended >= 0 && op.to !== null ? left + place.get(op.ended) * wide : width - 6;
      const marks = [["op-ok", "op-fail", "op-info"][op.kind], why && why.core.includes(op.event) && "op-core", why && why.bad === op.event && "op-bad"];
      const says = film.text(op.says), nth = order.get(op.event);
      const told = `${says}, client process ${op.process}, step ${film.step[op.began]}${op.ended >= 0 ? " to " + film.step[op.ended] : " on"}${nth ? `; ${nth[0]}. in the order, then ${nth[1]}` : ""}`;
      const bar = svg("g", { class: "op", tabindex: 0, role: "button" }, svg("title", {}, told), svg("rect", { x, y, width: Math.max(8, to - x), height: 20, rx: 3, class: marks.filter(Boolean).join(" ") }),
        svg("text", { x: x + (nth ? 22 : 4), y: y + 14 }, says));
      if (nth) bar.append(svg("circle", { cx: x + 10, cy: y + 10, r: 9, class: "point" }), svg("text", { x: x + 10, y: y + 14, class: "order", "text-anchor": "middle" }, nth[0]));
      bar.addEventListener("click", () => this.select(op.began));
      return bar;
    });
    const names = lanes.map((process, i) => svg("text", { x: 4, y: i * row + 20 }, `process ${process}`));
    const said = count > all.length ? [el("p", { class: "faint" }, `${all.length} of ${count} operations, those around the one that matters.`)] : [];
    this.place.replaceChildren(...said, svg("svg", { width, height, role: "img", "aria-label": "operations of the key" }, ...names, ...bars));
  }
}
