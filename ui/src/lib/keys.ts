/** Keys as the map of the desk names them, and when a binding may act. Pure, so that it can be tested without a browser. */

export interface KeyPress {
  key: string;
  code: string;
  ctrlKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  repeat: boolean;
  isComposing: boolean;
}

/** What has the focus when a key is pressed; a choice is a select or a radio button. */
export type Focus = "text" | "control" | "choice" | "none";

export interface Binding {
  /** Such as `F4`, `Ctrl+ArrowUp`, `Alt+1`, `Space`, `5`. */
  combo: string;
  run: () => void;
  /** Acts while a text field has the focus; F-keys and combinations always do. */
  inText?: boolean;
  /** Whether holding the key acts again and again; only movements do. */
  repeats?: boolean;
  /** Shown in the status bar. */
  hint?: string;
  /** The keys as the status bar prints them, when they differ from `combo`. */
  keys?: string;
}

/** Keys of the web view itself that must never act. */
const SUPPRESSED = new Set([
  "F1",
  "F3",
  "F5",
  "F6",
  "F7",
  "F10",
  "F11",
  "F12",
  "Ctrl+R",
  "Ctrl+Shift+R",
  "Ctrl+F5",
  "Ctrl+P",
  "Ctrl+F",
  "Ctrl+G",
  "Ctrl+S",
  "Ctrl+U",
  "Ctrl+O",
  "Ctrl+N",
  "Ctrl+W",
  "Ctrl+T",
  "Ctrl+L",
  "Ctrl+M",
  "Ctrl++",
  "Ctrl+Shift++",
  "Ctrl+-",
  "Ctrl+=",
  "Ctrl+0",
  "Alt+ArrowLeft",
  "Alt+ArrowRight",
  "Alt+Home",
  "BrowserBack",
  "BrowserForward",
]);

export function comboOf(press: KeyPress): string {
  let key = press.key === " " ? "Space" : press.key;
  // With Alt or Ctrl some layouts write another character; the place of the key counts then.
  if ((press.ctrlKey || press.altKey) && /^(Key|Digit)/.test(press.code)) key = press.code.replace(/^(Key|Digit)/, "");
  if (key.length === 1) key = key.toUpperCase();
  const shift = press.shiftKey && (key.length > 1 || press.ctrlKey || press.altKey);
  return [press.ctrlKey && "Ctrl", press.altKey && "Alt", shift && "Shift", key].filter(Boolean).join("+");
}

export const isSuppressed = (combo: string): boolean => SUPPRESSED.has(combo);

const isFunctionKey = (combo: string): boolean => /^F\d{1,2}$/.test(combo);
const isCombination = (combo: string): boolean => /^(Ctrl|Alt)\+/.test(combo);

/** Whether a binding acts on this press. */
export function mayAct(binding: Binding, press: KeyPress, focus: Focus): boolean {
  if (press.repeat && !binding.repeats) return false;
  if (isFunctionKey(binding.combo) || (isCombination(binding.combo) && !press.isComposing)) return true;
  // Enter, Escape and digits belong to the input method while it composes.
  if (press.isComposing) return false;
  if (focus === "text") return binding.inText === true;
  // A focused button or check box keeps its own Enter and Space.
  if (focus === "control" && (binding.combo === "Enter" || binding.combo === "Space")) return false;
  // A choice moves by arrows.
  if (focus === "choice" && (binding.combo === "Space" || binding.combo.startsWith("Arrow"))) return false;
  return true;
}
