// What is said of one act: its lines, its messages in full, what the node showed before and after, its causes and its effects.

const el = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== false && value !== null) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children);
  return made;
};

// A value as nodes print it, a field a line.
const laidOut = text => {
  let out = "", depth = 0, quoted = false;
  for (let i = 0; i < text.length; i++) {
    const letter = text[i];
    if (letter === '"' && text[i - 1] !== "\\") quoted = !quoted;
    if (quoted) { out += letter; continue; }
    const line = () => "\n" + "  ".repeat(depth);
    if ("{[".includes(letter) && text[i + 1] !== undefined && !"}]".includes(text[i + 1])) { depth++; out = out + letter + line(); if (text[i + 1] === " ") i++; }
    else if ("}]".includes(letter) && depth > 0 && !"{[".includes(text[i - 1])) { depth--; out = out.trimEnd() + line() + letter; }
    else if (letter === "," && depth > 0) { out += "," + line(); if (text[i + 1] === " ") i++; }
    else out += letter;
  }
  return out;
};

class Details {
  constructor(film, pane, select) {
    this.film = film;
    this.pane = pane;
    this.select = select;
  }

  link(act, says) {
    return el("button", { class: "link", onclick: () => this.select(act) }, says);
  }

  place(act) {
    return `step ${this.film.step[act]}, ${this.film.name(this.film.lane[act])}`;
  }

  // `notice` says what is odd about what was asked for.
  show(act, notice = "") {
    const odd = notice ? [el("p", { class: "notice", role: "alert" }, notice)] : [];
    if (act < 0) {
      this.pane.replaceChildren(...odd, el("p", { class: "faint" }, "Click an event, or press f to go to the failure and ? for the keys."));
      return;
    }
    const film = this.film, kids = odd;
    kids.push(el("h3", {}, `${this.place(act)} at ${film.seconds(act)}`));
    if (act === film.failure) kids.push(el("p", { class: "bad" }, "Here the property was broken."));
    kids.push(...this.#lines(act), ...this.#states(act), ...this.#message(act), ...this.#causes(act), ...this.#effects(act));
    kids.push(el("p", { class: "faint" }, "Link: ", el("a", { href: `#step=${film.step[act]}` }, `#step=${film.step[act]}`)));
    this.pane.replaceChildren(...kids);
    this.pane.scrollTop = 0;
  }

  #lines(act) {
    return [el("ul", { class: "lines" }, ...this.film.lines(act).map(line => el("li", {}, this.film.says(line))))];
  }

  #message(act) {
    const message = this.film.handled[act];
    if (message < 0) return [];
    const m = this.film.messages;
    return [el("h4", {}, `message #${m.id[message]}, ${this.film.name(m.from[message])} → ${this.film.name(m.to[message])}: ${this.film.fate(message)}`), el("pre", {}, laidOut(this.film.text(m.text[message])))];
  }

  #states(act) {
    const film = this.film, lane = film.lane[act];
    if (lane < 0 || lane >= film.nodes) return [];
    const before = film.status(lane, act, false), after = film.status(lane, act, true);
    if (!before && !after) return [];
    const rows = film.fields.map((field, i) => {
      const [one, other] = [before, after].map(values => values && values[i] >= 0 ? film.text(values[i]) : "");
      return one === "" && other === "" ? null : el("tr", { class: one !== other && "changed" }, el("td", {}, field), el("td", {}, one), el("td", {}, one === other ? "" : other));
    });
    return [el("h4", {}, `${film.name(lane)} before and after`), el("table", { class: "states" }, ...rows.filter(Boolean))];
  }

  #causes(act) {
    const film = this.film, items = [];
    const sender = film.sender(act), before = film.before[act];
    const asked = film.asked.has(act);
    if (sender >= 0) items.push(el("li", {}, this.link(sender, asked ? `${this.place(sender)} asked the disk for it: ${film.brief(sender)}` : `${this.place(sender)} sent it`)));
    if (before >= 0) items.push(el("li", {}, this.link(before, `${this.place(before)}, just before: ${film.brief(before)}`)));
    return items.length ? [el("h4", {}, "causes"), el("ul", {}, ...items)] : [];
  }

  #effects(act) {
    const film = this.film, m = film.messages, items = [];
    for (const message of film.sends.get(act) || []) {
      const end = m.ended[message], says = `#${m.id[message]} ${film.text(m.name[message])} to ${film.name(m.to[message])}: ${film.fate(message)}`;
      items.push(el("li", {}, end >= 0 && end !== act ? this.link(end, `${says} at step ${film.step[end]}`) : says));
    }
    for (const done of film.completes.get(act) || []) items.push(el("li", {}, this.link(done, `${this.place(done)}: ${film.brief(done)}`)));
    if (film.next[act] >= 0) items.push(el("li", {}, this.link(film.next[act], `${this.place(film.next[act])}, just after: ${film.brief(film.next[act])}`)));
    return items.length ? [el("h4", {}, "effects"), el("ul", {}, ...items)] : [];
  }
}
