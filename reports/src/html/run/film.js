"use strict";
// A run, decoded from the columns that the page carries.

const KIND = { SEND: 0, DELIVER: 1, DROP: 2, COPY: 3, TIMER: 4, DISK: 5, FAULT: 6, FACT: 7, OP: 8, NOTE: 9 };
// What the filter calls a kind of line.
const GROUPS = ["messages", "timers", "disk", "faults", "facts", "ops"];
const GROUP_OF = ["messages", "messages", "messages", "messages", "timers", "disk", "faults", "facts", "ops", "faults"];
const HOLE = "\u0001";

class Film {
  constructor(data) {
    this.title = data.title;
    this.lanes = data.lanes;
    this.nodes = data.nodes;
    this.texts = data.texts;
    this.fields = data.fields;
    this.bands = data.bands;
    this.absences = data.absences;
    this.operations = data.operations;
    this.matter = data.matter;
    this.failure = data.failure;
    this.why = data.why;
    this.orders = data.orders;
    this.messages = data.messages;
    this.#acts(data.acts, data.lines);
    this.#statuses(data.statuses);
    this.#order();
  }

  #acts(acts, lines) {
    const count = acts.step.length;
    this.count = count;
    this.step = new Float64Array(count);
    this.time = new Float64Array(count);
    this.lane = Int32Array.from(acts.lane);
    this.kind = Uint8Array.from(acts.kind);
    this.firstLine = new Uint32Array(count + 1);
    this.lineKind = Uint8Array.from(lines.kind);
    this.lineOf = Uint32Array.from(lines.of);
    let step = 0, time = 0, line = 0;
    for (let act = 0; act < count; act++) {
      this.step[act] = step += acts.step[act];
      this.time[act] = time += acts.time[act];
      this.firstLine[act] = line;
      line += acts.lines[act];
    }
    this.firstLine[count] = line;
    this.asked = new Map(acts.asked);
    this.completes = new Map();
    for (const [act, asker] of acts.asked) {
      if (!this.completes.has(asker)) this.completes.set(asker, []);
      this.completes.get(asker).push(act);
    }
  }

  // What each lane shows after each of its acts, whole.
  #statuses(columns) {
    this.shown = this.lanes.map(() => ({ act: [], values: [] }));
    const now = this.lanes.map(() => new Int32Array(this.fields.length).fill(-1));
    let at = 0;
    for (let i = 0; i < columns.act.length; i++) {
      const act = columns.act[i], lane = this.lane[act];
      for (let change = 0; change < columns.changes[i]; change++, at++) {
        if (lane >= 0) now[lane][columns.field[at]] = columns.value[at];
      }
      if (lane < 0) continue;
      this.shown[lane].act.push(act);
      this.shown[lane].values.push(now[lane].slice());
    }
  }

  // Who comes before and after whom at one place, and which message each act handles.
  #order() {
    const count = this.count, messages = this.messages;
    this.before = new Int32Array(count).fill(-1);
    this.next = new Int32Array(count).fill(-1);
    this.handled = new Int32Array(count).fill(-1);
    this.sends = new Map();
    const last = new Int32Array(this.lanes.length).fill(-1);
    for (let act = 0; act < count; act++) {
      const lane = this.lane[act];
      if (lane < 0 || this.kind[act] === KIND.DROP) continue;
      this.before[act] = last[lane];
      if (last[lane] >= 0) this.next[last[lane]] = act;
      last[lane] = act;
    }
    for (let message = 0; message < messages.id.length; message++) {
      const end = messages.ended[message], sent = messages.sent[message];
      if (end >= 0 && end !== sent) this.handled[end] = message;
      if (sent < 0) continue;
      if (!this.sends.has(sent)) this.sends.set(sent, []);
      this.sends.get(sent).push(message);
    }
  }

  text(place) {
    const text = this.texts.all[place];
    if (typeof text === "number") return this.texts.forms[text];
    const parts = this.texts.forms[text[0]].split(HOLE);
    let whole = parts[0];
    for (let i = 1; i < parts.length; i++) whole += text[i] + parts[i];
    return whole;
  }

  // Who sent what an act handles, or asked the disk for what is done.
  sender(act) {
    if (this.asked.has(act)) return this.asked.get(act);
    const message = this.handled[act];
    return message < 0 ? -1 : this.messages.sent[message];
  }

  // The values that a lane shows before an act, or after it: places of texts by field, or nothing.
  status(lane, act, after) {
    const shown = this.shown[lane];
    if (!shown) return null;
    let low = 0, high = shown.act.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (after ? shown.act[middle] <= act : shown.act[middle] < act) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? null : shown.values[low - 1];
  }

  // All that may have been a cause of an act: Lamport's happened-before.
  cone(of) {
    const cone = new Uint8Array(this.count);
    cone[of] = 1;
    for (let act = of; act >= 0; act--) {
      if (!cone[act]) continue;
      if (this.before[act] >= 0) cone[this.before[act]] = 1;
      const sender = this.sender(act);
      if (sender >= 0) cone[sender] = 1;
    }
    return cone;
  }

  lines(act) {
    const lines = [];
    for (let line = this.firstLine[act]; line < this.firstLine[act + 1]; line++) {
      lines.push({ kind: this.lineKind[line], of: this.lineOf[line] });
    }
    return lines;
  }

  name(lane) {
    return lane < 0 ? "the world" : this.lanes[lane];
  }

  // A line in words.
  says({ kind, of }) {
    const m = this.messages;
    const ends = () => `${this.name(m.from[of])} → ${this.name(m.to[of])}`;
    switch (kind) {
      case KIND.SEND: return `sends #${m.id[of]} ${ends()} ${this.text(m.text[of])}`;
      case KIND.DELIVER: return `handles #${m.id[of]} ${ends()} ${this.text(m.text[of])}`;
      case KIND.DROP: return `#${m.id[of]} ${ends()} never arrives: ${this.fate(of)}`;
      case KIND.COPY: return `the network copies ${this.text(m.name[of])} as #${m.id[of]} ${ends()}`;
      case KIND.TIMER: return `timer ${this.text(of)}`;
      case KIND.DISK: return `disk ${this.text(of)}`;
      case KIND.FACT: return `announces ${this.text(of)}`;
      default: return this.text(of);
    }
  }

  fate(message) {
    const fate = this.messages.fate[message];
    return fate === 0 ? "delivered" : fate === 1 ? "under way at the end" : this.text(fate - 2);
  }

  // A message in few words, as many as are wanted.
  told(message, level) {
    const m = this.messages;
    return messageSaid(this.text(m.name[message]), this.text(m.text[message]), level);
  }

  // An act in few words: what was handled, and what was announced of it. What a message carries is told at level 1 as far as it tells most,
  // and at level 2 whole.
  brief(act, level = 0) {
    const words = [];
    for (const line of this.lines(act)) {
      switch (line.kind) {
        case KIND.DELIVER: words.unshift(this.told(line.of, level)); break;
        case KIND.DROP: if (this.kind[act] === KIND.DROP) words.push(`${this.told(line.of, level)}: ${this.fate(line.of)}`); break;
        case KIND.TIMER: words.unshift(`timer ${unwrapped(this.text(line.of))}`); break;
        case KIND.DISK: if (this.kind[act] === KIND.DISK && !words.length) words.push(this.#disk(line.of, level)); break;
        case KIND.SEND: if (this.kind[act] === KIND.SEND) words.push(`${this.told(line.of, level)} → ${this.name(this.messages.to[line.of])}`); break;
        case KIND.FAULT: case KIND.OP: case KIND.NOTE: words.unshift(this.text(line.of).replace(/ +/g, " ")); break;
        case KIND.FACT: words.push(factSaid(this.text(line.of), level)); break;
        default: break;
      }
    }
    return words.length ? words.slice(0, 5).join("; ") : this.lines(act).slice(0, 1).map(line => this.says(line)).join("");
  }

  // What a disk has done; in brief without how much of it.
  #disk(text, level) {
    const done = this.text(text);
    return `disk ${level > 1 ? done : done.split(",", 1)[0]}`;
  }

  // Whether an act is what is looked for: who does it, or words of one of its lines, in small letters.
  matches(act, wanted) {
    return this.name(this.lane[act]) === wanted || this.lines(act).some(line => this.says(line).toLowerCase().includes(wanted));
  }

  // The last act of a step, where somebody acts if anybody does.
  atStep(step) {
    let low = 0, high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.step[middle] <= step) low = middle + 1; else high = middle;
    }
    if (low === 0) return -1;
    for (let act = low - 1; act >= 0 && this.step[act] === this.step[low - 1]; act--) {
      if (this.lane[act] >= 0 && this.kind[act] !== KIND.DROP) return act;
    }
    return low - 1;
  }

  seconds(act) {
    return (this.time[act] / 1e9).toFixed(6) + "s";
  }
}
