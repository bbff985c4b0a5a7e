// 朗读: what would be said of a screen, beside what the browser itself tells a screen reader.
import { readFile } from "node:fs/promises";
import { transformWithOxc } from "vite";

const source = new URL("../src/kiosk/speech.ts", import.meta.url);
const { code } = await transformWithOxc(await readFile(source, "utf8"), "speech.ts");
const say = `(() => { ${code.replace(/^export \{[^}]*\};?$/gm, "").replace(/^export /gm, "")}
  return screenText(document.querySelector(".kiosk")); })()`;

/** Spaces, and the ends of thoughts that are only heard, are not compared. */
const bare = (text) => text.replace(/[\s。\u200b]/g, "");
/** What stands around every screen, or asks something over it, and is not read with it. */
const AROUND = new Set(["banner", "navigation", "alertdialog"]);
/** Whose name is all that is told of it. */
const WHOLE = new Set(["button", "image", "radio", "checkbox"]);

/** The texts of a part of the accessibility tree in reading order. */
function texts(node, byId) {
  const role = node.role?.value;
  if (!node.ignored && (WHOLE.has(role) || role === "StaticText")) return [node.name?.value ?? ""];
  if (role === "ListMarker" || AROUND.has(role)) return [];
  return (node.childIds ?? []).flatMap((id) => texts(byId.get(id), byId));
}

/** What would be said now; nothing where a question lies over the screen. */
const hear = async (page) => ((await page.locator(".kiosk main").count()) > 0 ? bare(await page.evaluate(say)) : "");

/** Whether a screen of the kiosk can be read aloud, and all of it, as a screen reader would. */
export async function findSpeechFaults(page) {
  const session = await page.context().newCDPSession(page);
  let nodes, said, before;
  // Seconds count down on some screens: what is compared was on the screen at one moment.
  do {
    before = await hear(page);
    ({ nodes } = await session.send("Accessibility.getFullAXTree"));
    said = await hear(page);
  } while (said !== before);
  await session.detach();
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  const main = nodes.find((node) => node.role?.value === "main");
  // What lies below a question that waits for its answer is nobody's; the question itself is said.
  if (!main) return (await page.locator(".k-dialog").count()) > 0 ? [] : ["nothing to read aloud"];
  const faults = [];
  if ((await page.locator(".kiosk nav .k-btn").count()) !== 4) faults.push("no button reads this screen aloud");
  const told = bare(texts(nodes[0], byId).join(""));
  if (told === "") faults.push("a screen reader is told nothing");
  let same = 0;
  while (same < told.length && said[same] === told[same]) same += 1;
  if (said !== told)
    faults.push(
      `read aloud "${said.slice(same, same + 24)}", told to a screen reader "${told.slice(same, same + 24)}"`,
    );
  return faults;
}
