// The clients' operations on one key, as bars from beginning to end, and on them the instants at which they can have taken effect; where
// they fit no order, the longest order that does, and the operation that is left.

const MOST_BARS = 400;

class HistoryPanel {
  constructor(film, root, select) {
    this.film = film;
    this.root = root;
    this.select = select;
    const keys = [...new Set(film.operations.map(op => op.key))];
    const many = key => film.operations.filter(op => op.key === key).length;
    const start = film.why && keys.includes(film.why.key) ? film.why.key : keys.reduce((most, key) => many(key) > many(most) ? key : most, keys[0]);
    const chooser = el("select", { "aria-label": "key", onchange: event => this.draw(Number(event.target.value)) },
      ...keys.map(key => el("option", { value: key, selected: key === start }, `${film.text(key) === "null" ? "one object" : "key " + film.text(key)} (${many(key)})`)));
    this.place = el("div", {});
    root.replaceChildren(el("p", {}, chooser), ...this.#words(), this.place);
    if (keys.length) this.draw(start);
  }

  #words() {
    const why = this.film.why;
    if (!why) return this.film.orders.length ? [el("p", {}, "Numbers: an order that explains what everybody was told. Each operation takes effect at its number, between its beginning and its end.")] : [];
    const states = why.states.length ? ` Before its end the object could be: ${why.states.join(" or ")}.` : "";
    const words = [el("p", { class: "bad" }, why.sentence), el("p", {}, `Framed in red: the operation that fits nowhere. Framed in blue: operations that contradict each other.${states}`)];
    const partial = this.film.orders.find(order => order.key === why.key);
    if (partial) words.push(el("p", {}, `Numbers: the longest order that explains what came before${partial.omitted ? `; ${partial.omitted} operations come before those that are numbered` : ""}. Point at one to see the state after it.`));
    return words;
  }

  // For each operation that is in an order: its number, the state after it, and its instant. That is as early as it can be: once
  // it and all that come before it have begun. `place` tells how manieth of the moments an act is, and several operations between two moments
  // stand one after the other.
  #points(key, place) {
    const points = new Map(), began = new Map(this.film.operations.map(op => [op.event, op.began]));
    for (const order of this.film.orders.filter(order => order.key === key)) {
      let at = 0, together = [];
      const settle = () => together.forEach((point, i) => { point.at = at + (i + 1) / (together.length + 1); });
      order.steps.forEach(([event, state], i) => {
        const from = place.get(began.get(event)) ?? 0;
        if (from > at) { settle(); at = from; together = []; }
        const point = { nth: order.omitted + i + 1, state: this.film.text(state) };
        together.push(point);
        points.set(event, point);
      });
      settle();
    }
    return points;
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
    const points = this.#points(key, place);
    const lanes = [...new Set(all.map(op => op.process))].sort((a, b) => a - b);
    const wide = Math.max(26, Math.min(90, 1100 / Math.max(1, moments.length))), left = 90, row = points.size ? 44 : 30;
    const width = left + (moments.length + 1) * wide, height = lanes.length * row + 30;
    const svg = (name, attributes, ...children) => {
      const made = document.createElementNS("http://www.w3.org/2000/svg", name);
      for (const [k, v] of Object.entries(attributes)) made.setAttribute(k, v);
      made.append(...children);
      return made;
    };
    const bars = all.map(op => {
      const x = left + place.get(op.began) * wide, y = lanes.indexOf(op.process) * row + 6;
      const to = op.ended >= 0 && op.to !== null ? left + place.get(op.ended) * wide : width - 6;
      const marks = [["op-ok", "op-fail", "op-info"][op.kind], why && why.core.includes(op.event) && "op-core", why && why.bad === op.event && "op-bad"];
      const says = film.text(op.says), point = points.get(op.event);
      const told = `${says}, client process ${op.process}, step ${film.step[op.began]}${op.ended >= 0 ? " to " + film.step[op.ended] : " on"}${point ? `; ${point.nth}. in the order, then ${point.state}` : ""}`;
      const bar = svg("g", { class: "op", tabindex: 0, role: "button" }, svg("title", {}, told), svg("rect", { x, y, width: Math.max(8, to - x), height: 20, rx: 3, class: marks.filter(Boolean).join(" ") }),
        svg("text", { x: x + 4, y: y + 14 }, says));
      if (point) {
        const cx = left + point.at * wide;
        bar.append(svg("line", { x1: cx, x2: cx, y1: y, y2: y + 22, class: "instant" }), svg("circle", { cx, cy: y + 29, r: 8, class: "point" }), svg("text", { x: cx, y: y + 33, class: "order", "text-anchor": "middle" }, point.nth));
      }
      bar.addEventListener("click", () => this.select(op.began));
      return bar;
    });
    const names = lanes.map((process, i) => svg("text", { x: 4, y: i * row + 20 }, `process ${process}`));
    const said = count > all.length ? [el("p", { class: "faint" }, `${all.length} of ${count} operations, those around the one that matters.`)] : [];
    this.place.replaceChildren(...said, svg("svg", { width, height, role: "img", "aria-label": "operations of the key" }, ...names, ...bars));
  }
}
