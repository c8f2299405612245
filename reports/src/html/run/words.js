// Messages in few words: what a node prints of one, cut down to what tells it from others of its name.

// The parts between commas that are in no bracket and in no quotes.
const parted = text => {
  const parts = [];
  let depth = 0, quoted = false, from = 0;
  for (let i = 0; i < text.length; i++) {
    const letter = text[i];
    if (quoted) {
      if (letter === "\\") i++; else if (letter === '"') quoted = false;
    } else if (letter === '"') quoted = true;
    else if ("([{".includes(letter)) depth++;
    else if (")]}".includes(letter)) depth--;
    else if (letter === "," && depth === 0) { parts.push(text.slice(from, i).trim()); from = i + 1; }
  }
  parts.push(text.slice(from).trim());
  return parts.filter(Boolean);
};

// A value as it is printed: its name, what brackets it has, and what is in them.
const read = text => {
  const shape = /^(\w*) ?([({[])([^]*)[)}\]]$/.exec(text);
  return shape ? { name: shape[1], bracket: shape[2], inside: parted(shape[3]) } : { name: text, bracket: "", inside: [] };
};

const named = part => {
  const field = /^([A-Za-z_]\w*): ([^]*)$/.exec(part);
  return field ? { field: field[1], value: field[2] } : { field: "", value: part };
};

// Names that only say that something is there, or of which kind it is.
const unwrapped = text => {
  const { name, bracket, inside } = read(text);
  const isWrapping = bracket === "(" && inside.length === 1 && (name === "Some" || /^\w* ?[([{]|^[A-Z]\w*$/.test(inside[0]));
  return isWrapping ? unwrapped(inside[0]) : text;
};

const cutTo = (text, most) => text.length > most ? text.slice(0, most - 1) + "…" : text;

// One part of a message. In short, ids are left out, and of the plain numbers all but the first two.
const partSaid = (part, count, all) => {
  const { field, value } = named(part), plain = unwrapped(value), name = field.replace(/_index$/, "");
  if (/^-?[\d.]+$/.test(plain)) {
    if (!all && count.numbers++ >= 2) return "";
    return name === "term" ? `t${plain}` : `${name} ${plain}`.trim();
  }
  if (plain === "true") return name;
  if (plain === "false") return `not ${name}`;
  if (plain === "None" || plain === "()") return "";
  const { name: head, bracket, inside } = read(plain);
  if (bracket === "[") return inside.length ? `+${inside.length}` : "";
  if (bracket === "") return cutTo(plain, all ? 60 : 16);
  const isId = field && head.toLowerCase().endsWith(field.toLowerCase());
  if (isId) return all ? `${name} ${inside.map(part => named(part).value).join(".")}` : "";
  const says = inside.length === 1 ? [partSaid(named(inside[0]).value, { numbers: 0 }, all)] : inside.map(part => partSaid(part, { numbers: 0 }, all));
  return [head, ...says].filter(Boolean).join(" ");
};

// A message by its name and, as far as it is wanted, what it carries: 1 for what matters most, 2 for all of it.
const messageSaid = (name, text, level) => {
  if (level === 0) return name;
  const head = text.split(/[{"[]/, 1)[0], at = head.lastIndexOf(name);
  let body = at < 0 ? "" : text.slice(at + name.length);
  // What is left of the names around it ends it, too.
  for (let wrapped = (text.slice(0, Math.max(0, at)).match(/\(/g) || []).length; wrapped > 0 && body.endsWith(")"); wrapped--) body = body.slice(0, -1);
  const count = { numbers: 0 }, says = [];
  let before = "";
  for (const part of read(body.trim()).inside) {
    const { field, value } = named(part), index = before.replace(/_index$/, "");
    // An index and its term name one entry of a log: `last 7@3`.
    if (index && says.at(-1) && field === `${index}_term` && level === 1) says.push(`${says.pop()}@${value}`);
    else says.push(partSaid(part, count, level > 1));
    before = field;
  }
  return [name, ...says].filter(Boolean).join(" ");
};

// A fact without the digests of what it is about, which nobody compares at a glance.
const factSaid = (text, level) => level > 1 ? text : text.replace(/ digest=[0-9a-f]+/g, "");
