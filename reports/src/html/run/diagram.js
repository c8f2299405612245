// The space-time diagram: time goes down, a lane for each node and client, arrows for messages. Only what is visible is drawn.

const HEAD = 28, LEFT = 132, BAND = 7, LABELS = 220, NEAR = 400, TALLEST = 3e7;
// What is written needs so many pixels, downwards and for each letter; and from such heights of a row on it tells more.
const LINE = 12, LETTER = 6.7, ROOMY = 11, TELLING = 16, FULL = 32, NARROW = 24;

class Diagram {
  constructor(film, scroll) {
    this.film = film;
    this.scroll = scroll;
    this.canvas = scroll.querySelector("canvas");
    this.spacer = scroll.querySelector(".spacer");
    this.rowHeight = 22;
    this.toScale = false;
    this.kinds = new Set(GROUPS);
    this.hidden = new Set();
    this.selected = -1;
    this.cone = null;
    this.found = null;
    this.matter = new Set(film.matter);
    this.#index();
    this.arrange();
    new ResizeObserver(() => requestAnimationFrame(() => this.arrange(true))).observe(scroll);
    scroll.addEventListener("scroll", () => this.draw(), { passive: true });
  }

  // Messages in the order in which they were sent, and those that were under way for long.
  #index() {
    const m = this.film.messages, all = [...m.id.keys()].filter(i => m.sent[i] >= 0);
    all.sort((a, b) => m.sent[a] - m.sent[b]);
    this.bySend = all;
    this.long = all.filter(i => m.ended[i] - m.sent[i] > NEAR);
    // Bands that are on at once stand beside one another.
    const ends = [];
    this.track = this.film.bands.map(([, , from, to]) => {
      let track = ends.findIndex(end => end <= from);
      if (track < 0) track = ends.length;
      ends[track] = to;
      return Math.min(track, 5);
    });
    this.tracks = Math.min(ends.length, 6);
  }

  passes(act) {
    const lane = this.film.lane[act];
    return this.kinds.has(GROUP_OF[this.film.kind[act]]) && !(lane >= 0 && this.hidden.has(lane)) && !(this.onlyCone && this.cone && !this.cone[act]);
  }

  // Works out which acts are shown, and where; what was in the middle stays there.
  arrange(keep) {
    const film = this.film, middle = keep ? this.actAt(this.scroll.clientHeight / 2) : -1;
    const shown = [];
    this.row = new Int32Array(film.count).fill(-1);
    for (let act = 0; act < film.count; act++) {
      if (!this.passes(act)) continue;
      this.row[act] = shown.length;
      shown.push(act);
    }
    this.shown = Uint32Array.from(shown);
    const height = Math.min(this.rowHeight, TALLEST / Math.max(1, shown.length));
    this.ys = new Float64Array(shown.length);
    const total = film.count ? film.time[film.count - 1] - film.time[0] : 0;
    const scale = total > 0 ? height * shown.length / total : 0;
    for (let row = 0; row < shown.length; row++) {
      const least = row === 0 ? height / 2 : this.ys[row - 1] + (this.toScale ? Math.min(3, height) : height);
      this.ys[row] = this.toScale ? Math.max(least, (film.time[shown[row]] - film.time[0]) * scale) : least;
    }
    this.#number();
    const lanes = [...film.lanes.keys()].filter(lane => !this.hidden.has(lane));
    this.left = LEFT + this.tracks * BAND + 26;
    const room = this.scroll.clientWidth - this.left - LABELS;
    this.laneWidth = Math.max(64, Math.min(180, room / Math.max(1, lanes.length - 1)));
    this.x = new Float64Array(film.lanes.length).fill(NaN);
    lanes.forEach((lane, place) => { this.x[lane] = this.left + place * this.laneWidth; });
    const last = shown.length ? this.ys[shown.length - 1] : 0;
    this.spacer.style.height = `${Math.ceil(last + HEAD + 60)}px`;
    this.spacer.style.width = `${Math.ceil(this.left + Math.max(0, lanes.length - 1) * this.laneWidth + LABELS)}px`;
    if (middle >= 0) this.reveal(middle);
    this.draw();
  }

  // Which rows have their step and time written beside them: the first of each step, as far as there is room.
  #number() {
    this.numbered = new Uint8Array(this.shown.length);
    for (let row = 0, end = -Infinity, step = -1; row < this.shown.length; row++) {
      const of = this.film.step[this.shown[row]];
      if (of === step || this.ys[row] < end) continue;
      this.numbered[row] = 1;
      step = of;
      end = this.ys[row] + LINE - 1;
    }
  }

  y(act) {
    return HEAD + this.ys[this.row[act]] - this.scroll.scrollTop;
  }

  // The first row at or below a height of the content.
  rowAt(height) {
    let low = 0, high = this.ys.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.ys[middle] < height) low = middle + 1; else high = middle;
    }
    return low;
  }

  // The act nearest to a height of the window.
  actAt(height) {
    if (!this.ys || !this.ys.length) return -1;
    const at = height - HEAD + this.scroll.scrollTop, below = Math.min(this.rowAt(at), this.ys.length - 1);
    const above = Math.max(0, below - 1);
    return this.shown[at - this.ys[above] < this.ys[below] - at ? above : below];
  }

  // Scrolls to an act. Where a filter hides it, to the next that is shown.
  reveal(act) {
    let near = act;
    while (near < this.film.count && this.row[near] < 0) near++;
    if (near >= this.film.count) return;
    const at = this.ys[this.row[near]];
    this.scroll.scrollTop = Math.max(0, at - this.scroll.clientHeight / 2);
  }

  draw() {
    if (this.drawing) return;
    this.drawing = requestAnimationFrame(() => { this.drawing = 0; this.#paint(); });
  }

  #colours() {
    const style = getComputedStyle(document.documentElement), colours = {};
    for (const name of ["ink", "faint", "line", "page", "bad", "mark", "bar", "pick", "down", "paused", "band", "bandbar", ...GROUPS.map(group => "c-" + group)]) {
      colours[name] = style.getPropertyValue("--" + name).trim();
    }
    return colours;
  }

  #paint() {
    const width = this.scroll.clientWidth, height = this.scroll.clientHeight, ratio = devicePixelRatio || 1;
    const canvas = this.canvas;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    pen.font = "11px ui-monospace, monospace";
    pen.textBaseline = "middle";
    const top = this.scroll.scrollTop, c = this.#colours();
    const first = Math.max(0, this.rowAt(top - HEAD) - 1), last = Math.min(this.shown.length - 1, this.rowAt(top + height) + 1);
    const view = { pen, c, width, height, first, last, dx: this.scroll.scrollLeft };
    this.painted = { first, last };
    if (last >= first) {
      this.#bands(view);
      this.#picked(view);
      this.#arrows(view);
      this.#acts(view);
      this.#gutter(view);
    }
    this.#head(view);
  }

  // From where to where a span of acts reaches in the window.
  #reach(from, to, { height }) {
    const y = act => {
      let near = act;
      while (near < this.film.count && this.row[near] < 0) near++;
      return near < this.film.count ? this.y(near) : Infinity;
    };
    return [Math.max(HEAD, y(from)), Math.min(height, y(to))];
  }

  #bands(view) {
    const { pen, c, width, first, last, dx } = view;
    const a = this.shown[first], b = this.shown[last];
    for (const [, lane, from, to] of this.film.bands) {
      if (to < a || from > b) continue;
      const [y0, y1] = this.#reach(from, to, view);
      pen.fillStyle = c.band;
      if (lane < 0) pen.fillRect(this.left - 14, y0, width, y1 - y0);
      else if (this.x[lane] === this.x[lane]) pen.fillRect(this.x[lane] - dx - 14, y0, 28, y1 - y0);
    }
    for (let lane = 0; lane < this.x.length; lane++) {
      if (Number.isNaN(this.x[lane])) continue;
      pen.strokeStyle = c.line;
      pen.lineWidth = 1;
      pen.beginPath();
      pen.moveTo(this.x[lane] - dx, HEAD);
      pen.lineTo(this.x[lane] - dx, view.height);
      pen.stroke();
    }
    for (const [lane, from, to, how] of this.film.absences) {
      if (to < a || from > b || Number.isNaN(this.x[lane])) continue;
      const [y0, y1] = this.#reach(from, to, view);
      pen.fillStyle = how === 1 ? c.down : c.paused;
      pen.fillRect(this.x[lane] - dx - 7, y0, 14, y1 - y0);
    }
  }

  // Below everything else, so that nothing is hidden just where one looks.
  #picked({ pen, c, width, first, last }) {
    pen.fillStyle = c.pick;
    for (let row = first; row <= last; row++) {
      const act = this.shown[row];
      if (act === this.selected || (this.found && this.found.has(act))) pen.fillRect(0, this.y(act) - this.rowHeight / 2, width, this.rowHeight);
    }
  }

  #arrows(view) {
    const m = this.film.messages, a = this.shown[view.first], b = this.shown[view.last];
    let low = 0, high = this.bySend.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (m.sent[this.bySend[middle]] < a - NEAR) low = middle + 1; else high = middle;
    }
    for (let i = low; i < this.bySend.length && m.sent[this.bySend[i]] <= b; i++) {
      const message = this.bySend[i];
      if (m.ended[message] - m.sent[message] <= NEAR) this.#arrow(message, view);
    }
    for (const message of this.long) {
      if (m.sent[message] <= b && m.ended[message] >= a) this.#arrow(message, view);
    }
  }

  #arrow(message, { pen, c, dx, height }) {
    const m = this.film.messages, sent = m.sent[message], ended = m.ended[message], fate = m.fate[message];
    if (this.row[sent] < 0 || (ended >= 0 && this.row[ended] < 0)) return;
    const x0 = this.x[m.from[message]] - dx, x1 = this.x[m.to[message]] - dx;
    if (Number.isNaN(x0) || Number.isNaN(x1)) return;
    const y0 = this.y(sent);
    // What is lost as it leaves, or never ends, is a stub.
    const stub = ended < 0 || ended === sent;
    const y1 = stub ? y0 + Math.min(14, this.rowHeight * 0.7) : this.y(ended);
    const end = stub ? x0 + (x1 - x0) * 0.35 : x1;
    if ((y0 < HEAD && y1 < HEAD) || y0 > height && y1 > height) return;
    const inCone = !this.cone || (this.cone[sent] && ended >= 0 && this.cone[ended]);
    const chosen = this.selected >= 0 && (sent === this.selected || ended === this.selected);
    pen.globalAlpha = inCone ? 1 : 0.12;
    pen.strokeStyle = pen.fillStyle = fate > 1 ? c.bad : chosen ? c.mark : c["c-messages"];
    pen.lineWidth = chosen ? 2 : 1;
    pen.setLineDash(fate > 1 ? [4, 3] : m.copy[message] ? [8, 2, 2, 2] : []);
    pen.beginPath();
    pen.moveTo(x0, y0);
    pen.lineTo(end, y1);
    pen.stroke();
    pen.setLineDash([]);
    if (fate > 1) {
      pen.beginPath();
      pen.moveTo(end - 4, y1 - 4); pen.lineTo(end + 4, y1 + 4);
      pen.moveTo(end + 4, y1 - 4); pen.lineTo(end - 4, y1 + 4);
      pen.stroke();
    } else if (!stub) {
      const angle = Math.atan2(y1 - y0, end - x0);
      pen.beginPath();
      pen.moveTo(end, y1);
      pen.lineTo(end - 8 * Math.cos(angle - 0.4), y1 - 8 * Math.sin(angle - 0.4));
      pen.lineTo(end - 8 * Math.cos(angle + 0.4), y1 - 8 * Math.sin(angle + 0.4));
      pen.fill();
    }
    pen.globalAlpha = 1;
  }

  #acts(view) {
    const { pen, c, first, last, dx } = view;
    const film = this.film, matter = this.matter;
    for (let row = first; row <= last; row++) {
      const act = this.shown[row], y = this.y(act), lane = film.lane[act], kind = film.kind[act];
      const x = lane < 0 ? this.left - 14 : this.x[lane] - dx;
      pen.globalAlpha = this.cone && !this.cone[act] ? 0.2 : 1;
      pen.fillStyle = c["c-" + GROUP_OF[kind]];
      if (kind === KIND.FAULT) {
        pen.fillRect(x - 4, y - 4, 8, 8);
      } else if (kind !== KIND.DROP) {
        pen.beginPath();
        pen.arc(x, y, Math.min(4, Math.max(1.5, this.rowHeight / 4)), 0, 7);
        pen.fill();
      }
      if (act === film.failure || matter.has(act)) {
        pen.strokeStyle = act === film.failure ? c.bad : c.mark;
        pen.lineWidth = 2;
        pen.beginPath();
        pen.arc(x, y, 7.5, 0, 7);
        pen.stroke();
      }
      pen.globalAlpha = 1;
    }
    if (this.rowHeight >= ROOMY) this.#labels(view);
  }

  // What stands beside the acts. Where two would stand upon each other, that which was chosen or matters more is there, and else the first.
  #labels(view) {
    const { pen, c, width, first, last, dx } = view, film = this.film, placed = [];
    // From somewhat above, so that what is left out is the same while one scrolls.
    const from = this.rowAt(this.ys[first] - 200), rows = [];
    for (let row = from; row <= last; row++) rows.push(row);
    const counts = row => {
      const act = this.shown[row];
      return act === this.selected ? 3 : act === film.failure || this.matter.has(act) ? 2 : film.kind[act] === KIND.FAULT ? 1 : 0;
    };
    pen.lineJoin = "round";
    for (const row of rows.sort((a, b) => counts(b) - counts(a) || a - b)) {
      const act = this.shown[row], y = this.y(act), lane = film.lane[act], x = (lane < 0 ? this.left - 14 : this.x[lane] - dx) + 11;
      const says = this.#label(act, Math.floor((width - x - 3) / LETTER)), end = x + says.length * LETTER;
      if (!says || placed.some(other => Math.abs(other.y - y) < LINE - 1 && other.x < end && x < other.end)) continue;
      placed.push({ says, x, y, end });
      pen.globalAlpha = this.cone && !this.cone[act] ? 0.2 : 1;
      // Arrows cross the words, which should be read all the same.
      pen.strokeStyle = act === this.selected ? c.pick : c.page;
      pen.lineWidth = 3;
      pen.strokeText(says, x, y);
      pen.fillStyle = act === film.failure ? c.bad : film.kind[act] === KIND.FAULT ? c["c-faults"] : c.ink;
      pen.fillText(says, x, y);
      pen.globalAlpha = 1;
    }
    this.painted.labels = placed;
  }

  // As much of an act as the zoom asks for and there is room for, in letters.
  #label(act, most) {
    if (most < 4) return "";
    const zoomed = this.rowHeight >= FULL ? 2 : this.rowHeight >= TELLING ? 1 : 0;
    const whole = this.film.brief(act, zoomed);
    if (whole.length <= most) return whole;
    // What does not fit is told in short, and where there is next to no room by its name.
    return cutTo(this.film.brief(act, Math.min(zoomed, most < NARROW ? 0 : 1)), most);
  }

  #gutter(view) {
    const { pen, c, height, first, last } = view;
    pen.fillStyle = c.page;
    pen.fillRect(0, HEAD, this.left - 24, height);
    const a = this.shown[first], b = this.shown[last];
    this.film.bands.forEach(([, , from, to], band) => {
      if (to < a || from > b) return;
      const [y0, y1] = this.#reach(from, to, view);
      pen.fillStyle = c.bandbar;
      pen.fillRect(LEFT + this.track[band] * BAND, y0, BAND - 2, Math.max(2, y1 - y0));
    });
    if (this.selected >= 0 && this.row[this.selected] >= first && this.row[this.selected] <= last) {
      pen.fillStyle = c.pick;
      pen.fillRect(0, this.y(this.selected) - this.rowHeight / 2, LEFT - 2, this.rowHeight);
    }
    pen.fillStyle = c.faint;
    for (let row = first; row <= last; row++) {
      if (!this.numbered[row]) continue;
      const act = this.shown[row];
      pen.textAlign = "right";
      pen.fillText(String(this.film.step[act]), 48, this.y(act));
      pen.fillText(this.film.seconds(act), LEFT - 6, this.y(act));
      pen.textAlign = "left";
    }
  }

  #head({ pen, c, width, dx }) {
    pen.fillStyle = c.bar;
    pen.fillRect(0, 0, width, HEAD);
    pen.fillStyle = c.ink;
    pen.font = "bold 12px ui-monospace, monospace";
    pen.textAlign = "center";
    for (let lane = 0; lane < this.x.length; lane++) {
      const x = this.x[lane] - dx;
      if (x > this.left - 20) pen.fillText(this.film.lanes[lane], x, HEAD / 2);
    }
    pen.textAlign = "right";
    pen.fillStyle = c.faint;
    pen.fillText("step", 48, HEAD / 2);
    pen.fillText("time", LEFT - 6, HEAD / 2);
    pen.textAlign = "left";
  }
}
