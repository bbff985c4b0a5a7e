/** 朗读: what is said is the accessible text of the screen. */

const SILENT = "[aria-hidden=true], [hidden], script, style";
/** What ends a thought when it is read. */
const PIECES = "h1, h2, h3, p, li, dt, dd, button, section, [role=img], [role=status], .k-note, .k-card";
const END = /[。！？.!?：:…]$/;

/** What a layout leaves out is not there for the ear either. */
const isShown = (element: Element): boolean => {
  const { display, visibility } = getComputedStyle(element);
  return display !== "none" && visibility === "visible";
};

/** What is to be said of the whole screen: first the notes that lie over it. */
export const screenText = (screen: Element): string =>
  [...screen.querySelectorAll(".cut:not(main *), .tell, main")].map(accessibleText).join("");

/** The accessible text of a part of the page in reading order, one sentence for each piece. */
function accessibleText(root: Element): string {
  const pieces: string[] = [];
  let piece = "";
  const close = (): void => {
    const text = piece.replace(/\s+/g, " ").trim();
    if (text !== "") pieces.push(END.test(text) ? text : `${text}。`);
    piece = "";
  };
  const read = (node: Node): void => {
    if (node.nodeType === Node.TEXT_NODE) piece += node.textContent ?? "";
    if (!(node instanceof Element) || node.matches(SILENT) || !isShown(node)) return;
    const label = node.getAttribute("aria-label");
    const own = node.matches(PIECES);
    if (own) close();
    else piece += " ";
    if (label !== null && node.matches("button, span, [role=img]")) piece += label;
    else if (node instanceof HTMLImageElement) piece += node.alt;
    else for (const child of node.childNodes) read(child);
    if (own) close();
  };
  read(root);
  close();
  return pieces.join("");
}
