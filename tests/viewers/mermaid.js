// Asks Mermaid's own parser whether it takes each of these files as a sequence diagram.
import { readFileSync } from "node:fs";
import { JSDOM } from "jsdom";

const { window } = new JSDOM("");
globalThis.window = window;
globalThis.document = window.document;
const { default: mermaid } = await import("mermaid");

for (const file of process.argv.slice(2)) {
  const { diagramType } = await mermaid.parse(readFileSync(file, "utf8"));
  if (diagramType !== "sequence") {
    throw new Error(`${file}: a ${diagramType}, and no sequence diagram`);
  }
}
