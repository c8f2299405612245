// Puts the page together: a view for each run, and the keys.

const KEYS = [["j or ↓, k or ↑", "next, previous event"], ["n, p", "next, previous event at the same place"], ["f", "the failure"], ["m", "the next event that matters"],
  ["c", "grey all that is no cause of this event"], ["o", "show the causes only"], ["/", "search; Enter and Shift+Enter go through what was found"], ["+, -", "zoom"], ["t", "time to scale, or an event a row"], ["Esc", "all again"], ["?", "these keys"]];

// For so many milliseconds a search keeps the page waiting.
const SLICE = 10;

class FilmView {
  constructor(film, root, active) {
    this.film = film;
    this.root = root;
    this.active = active;
    const canvas = el("canvas", { role: "img", "aria-label": "space-time diagram; the keys j and k go from event to event, and each is told beside it" });
    this.scroll = el("div", { class: "scroll", tabindex: 0 }, canvas, el("div", { class: "spacer" }));
    const pane = el("div", { class: "details", "aria-live": "polite" });
    root.append(...(films.length > 1 ? [el("h3", {}, film.title)] : []), this.#tools(), el("div", { class: "stage" }, this.scroll, pane));
    this.details = new Details(film, pane, act => this.select(act, true));
    this.diagram = new Diagram(film, this.scroll);
    canvas.addEventListener("click", event => this.select(this.diagram.actAt(event.offsetY), false));
    canvas.addEventListener("mousemove", event => {
      const act = this.diagram.actAt(event.offsetY);
      canvas.title = act < 0 || event.offsetY < HEAD ? "" : `step ${film.step[act]} at ${film.seconds(act)}: ${film.name(film.lane[act])}: ${film.brief(act, 2)}`;
    });
    this.scroll.addEventListener("wheel", event => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      this.zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2);
    }, { passive: false });
    root.addEventListener("focusin", () => active(this));
    root.addEventListener("pointerdown", () => active(this));
    this.details.show(-1);
  }

  #tools() {
    const film = this.film;
    this.search = el("input", { type: "search", placeholder: "search the events", "aria-label": "search", oninput: () => this.find(), onkeydown: event => {
      if (event.key === "Enter") { this.findNext(event.shiftKey ? -1 : 1); event.preventDefault(); }
      if (event.key === "Escape") { this.search.blur(); }
    } });
    this.count = el("span", { class: "faint", role: "status" });
    const box = (checked, change, says, look = {}) => el("label", look, el("input", { type: "checkbox", checked, onchange: event => { change(event.target.checked); this.diagram.arrange(true); } }), says);
    const kinds = GROUPS.map(group => box(true, on => { this.diagram.kinds[on ? "add" : "delete"](group); }, group, { class: "kind", style: `--c: var(--c-${group})` }));
    const lanes = film.lanes.map((name, lane) => box(true, on => { this.diagram.hidden[on ? "delete" : "add"](lane); }, name));
    const button = (says, does, title) => el("button", { onclick: does, title }, says);
    this.coneButton = el("button", { onclick: () => this.cone(), "aria-pressed": "false", title: "c" }, "causes of the event");
    this.scaleButton = el("button", { onclick: () => this.scale(), "aria-pressed": "false", title: "t" }, "time to scale");
    return el("div", { class: "tools" }, film.failure >= 0 ? button("to the failure", () => this.toFailure(), "f") : "", this.coneButton, this.scaleButton,
      button("+", () => this.zoom(1.25), "zoom in"), button("−", () => this.zoom(0.8), "zoom out"), this.search, this.count, el("span", { class: "kinds" }, ...kinds), el("span", { class: "lanes" }, ...lanes), button("?", showKeys, "keys"));
  }

  // Shows an act; `notice` says why, where it is not the one that was asked for.
  select(act, reveal, notice = "") {
    if (act === undefined || act < 0) return;
    this.diagram.selected = act;
    if (reveal) this.diagram.reveal(act);
    this.details.show(act, notice);
    this.diagram.draw();
    history.replaceState(null, "", `#${views.indexOf(this) ? `run=${views.indexOf(this)}&` : ""}step=${this.film.step[act]}`);
  }

  // Goes to a step that a link names. Where it is none of this run, the nearest is shown, and said to be another.
  goTo(asked) {
    const film = this.film, step = Number(asked), act = Math.max(0, film.atStep(Number.isFinite(step) ? step : 0));
    if (!film.count) return this.details.show(-1, `There is no step ${asked}: nothing happened in this run.`);
    const shown = film.step[act], end = film.step[film.count - 1];
    const why = step > end ? `the run ends at step ${end}` : step >= 0 ? "nothing is told of it" : "steps are numbers from 0 on";
    this.select(act, true, shown === step ? "" : `There is no step ${asked} here: ${why}. This is step ${shown}.`);
  }

  toFailure() {
    this.select(this.film.failure, true);
    this.scroll.scrollIntoView({ block: "nearest" });
  }

  // Goes through the acts that are shown.
  move(by) {
    const d = this.diagram, row = d.selected >= 0 ? d.row[d.selected] + by : d.rowAt(this.scroll.scrollTop);
    if (row >= 0 && row < d.shown.length) this.#go(d.shown[row]);
  }

  // Shows an act without moving what need not move.
  #go(act) {
    const d = this.diagram;
    this.select(act, d.row[act] < 0);
    const y = d.y(act);
    if (y < HEAD + 20 || y > this.scroll.clientHeight - 20) d.reveal(act);
  }

  moveHere(by) {
    const at = this.diagram.selected;
    const to = at < 0 ? -1 : by > 0 ? this.film.next[at] : this.film.before[at];
    if (to >= 0) this.#go(to);
  }

  nextThatMatters() {
    const matter = this.film.matter;
    if (!matter.length) return;
    this.select(matter.find(act => act > this.diagram.selected) ?? matter[0], true);
    this.scroll.scrollIntoView({ block: "nearest" });
  }

  zoom(by) {
    this.diagram.rowHeight = Math.max(2, Math.min(48, this.diagram.rowHeight * by));
    this.diagram.arrange(true);
  }

  scale() {
    this.diagram.toScale = !this.diagram.toScale;
    this.scaleButton.setAttribute("aria-pressed", this.diagram.toScale);
    this.diagram.arrange(true);
  }

  cone(only = false) {
    const d = this.diagram, of = d.selected >= 0 ? d.selected : this.film.failure;
    const off = d.cone && d.coneOf === of && Boolean(d.onlyCone) === only;
    d.cone = off || of < 0 ? null : this.film.cone(of);
    d.coneOf = of;
    d.onlyCone = only && !off;
    this.coneButton.setAttribute("aria-pressed", Boolean(d.cone));
    d.arrange(true);
  }

  // Looks through a slice of the run at a time, so that the page answers meanwhile; what a slice has found is there at once.
  find() {
    const wanted = this.search.value.trim().toLowerCase(), film = this.film, hits = [], found = new Set();
    const search = this.searching = wanted ? {} : null;
    this.hits = hits;
    this.wished = 0;
    this.diagram.found = wanted ? found : null;
    let act = 0;
    const slice = () => {
      // Another search has begun, or none is wanted any more.
      if (this.searching !== search) return;
      for (const until = performance.now() + SLICE; act < film.count && performance.now() < until;) {
        for (const end = Math.min(film.count, act + 100); act < end; act++) {
          if (!film.matches(act, wanted)) continue;
          hits.push(act);
          found.add(act);
        }
      }
      const left = act < film.count;
      this.count.textContent = `${hits.length} found${left ? `, ${Math.floor(100 * act / film.count)} % looked through` : ""}`;
      this.diagram.draw();
      if (left) setTimeout(slice); else this.searching = null;
      if (this.wished) this.findNext(this.wished);
    };
    if (wanted) return slice();
    this.count.textContent = "";
    this.diagram.draw();
  }

  findNext(by) {
    const hits = (this.hits || []).filter(act => this.diagram.row[act] >= 0), at = this.diagram.selected;
    // What is asked for while nothing is found yet comes with the first that is.
    this.wished = hits.length || !this.searching ? 0 : by;
    if (!hits.length) return;
    const to = by > 0 ? hits.find(act => act > at) ?? hits[0] : [...hits].reverse().find(act => act < at) ?? hits[hits.length - 1];
    this.select(to, true);
  }

  reset() {
    const d = this.diagram;
    d.cone = null;
    d.onlyCone = false;
    d.found = null;
    this.searching = null;
    this.hits = [];
    d.hidden.clear();
    GROUPS.forEach(group => d.kinds.add(group));
    this.search.value = "";
    this.count.textContent = "";
    this.coneButton.setAttribute("aria-pressed", "false");
    this.root.querySelectorAll(".tools input[type=checkbox]").forEach(box => { box.checked = true; });
    d.arrange(true);
  }
}

const showKeys = () => {
  const dialog = el("dialog", {}, el("h3", {}, "Keys"), el("table", {}, ...KEYS.map(([key, does]) => el("tr", {}, el("td", {}, el("kbd", {}, key)), el("td", {}, does)))), el("button", { onclick: () => dialog.close() }, "close"));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
};

const films = [...document.querySelectorAll("script.film")].map(script => new Film(JSON.parse(script.textContent)));
const views = [];
let current = null;
const root = document.getElementById("films");
films.forEach((film, nth) => {
  const place = el("div", { class: "film-view", "data-film": nth, hidden: nth > 0 });
  root.append(place);
  views.push(new FilmView(film, place, view => { current = view; }));
});
current = views[0];

const showFilms = which => {
  root.classList.toggle("beside", which === "all");
  document.querySelectorAll(".tabs button").forEach(button => button.setAttribute("aria-pressed", button.dataset.film === which));
  views.forEach((view, nth) => { view.root.hidden = which !== "all" && which !== String(nth); });
  current = views[which === "all" ? 0 : Number(which)];
  // What was hidden had no height to stand at; each goes to what is chosen in it, and else to its failure.
  views.filter(view => !view.root.hidden).forEach(view => {
    const d = view.diagram, act = d.selected >= 0 ? d.selected : view.film.failure;
    d.arrange();
    if (act >= 0) d.reveal(act);
  });
};
document.querySelectorAll(".tabs button").forEach(button => button.addEventListener("click", () => showFilms(button.dataset.film)));

const goToHash = () => {
  const asked = new URLSearchParams(location.hash.slice(1)), step = asked.get("step"), nth = asked.get("run") ?? "0";
  if (step === null) return false;
  const view = views[Number(nth)];
  if (view) {
    if (view.root.hidden) showFilms(nth);
    view.goTo(step);
  } else {
    current.details.show(current.diagram.selected, `There is no run ${nth} on this page: it has ${views.length}, counted from 0.`);
  }
  document.getElementById("viewer").scrollIntoView({ block: "start" });
  return Boolean(view);
};
addEventListener("hashchange", goToHash);

addEventListener("keydown", event => {
  if (event.target.matches("input:not([type=checkbox]), select, textarea") || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const does = { j: () => current.move(1), ArrowDown: () => current.move(1), k: () => current.move(-1), ArrowUp: () => current.move(-1), n: () => current.moveHere(1), p: () => current.moveHere(-1),
    f: () => current.toFailure(), m: () => current.nextThatMatters(), c: () => current.cone(), o: () => current.cone(true), "/": () => current.search.focus(), "+": () => current.zoom(1.25), "=": () => current.zoom(1.25),
    "-": () => current.zoom(0.8), t: () => current.scale(), Escape: () => current.reset(), "?": showKeys }[event.key];
  if (!does) return;
  // Elsewhere on the page the arrows scroll it.
  if (event.key.startsWith("Arrow") && !current.root.contains(document.activeElement)) return;
  event.preventDefault();
  does();
});

document.querySelectorAll("button[data-copy]").forEach(button => {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", () => navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent).then(() => { button.textContent = "copied"; }));
});

const shade = el("button", { onclick: () => {
  const dark = document.documentElement.dataset.theme ? document.documentElement.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = dark ? "light" : "dark";
  views.forEach(view => view.diagram.draw());
}, title: "light or dark" }, "light or dark");
document.querySelector("header").append(shade);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => views.forEach(view => view.diagram.draw()));

if (films[0].operations.length) {
  document.getElementById("history").hidden = false;
  new HistoryPanel(films[0], document.getElementById("operations"), act => { showFilms("0"); views[0].select(act, true); document.getElementById("viewer").scrollIntoView(); });
}
if (films[0].failure >= 0) {
  views[0].diagram.reveal(films[0].failure);
  views[0].details.show(films[0].failure);
  views[0].diagram.selected = films[0].failure;
}
goToHash();
document.documentElement.dataset.ready = "yes";
