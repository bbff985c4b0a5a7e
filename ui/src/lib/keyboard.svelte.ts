/** Who hears which key: layers of bindings, the newest first; a modal layer hides those below. */
import { untrack } from "svelte";
import { comboOf, isSuppressed, mayAct, type Binding, type Focus, type KeyPress } from "./keys";

class Layer {
  bindings = $state.raw<Binding[]>([]);

  constructor(
    readonly modal: boolean,
    readonly base: boolean,
  ) {}
}

const TEXT_INPUTS = new Set(["text", "search", "password", "tel", "number", "email", "url", ""]);

function focusOf(element: Element | null): Focus {
  if (element instanceof HTMLTextAreaElement) return "text";
  if (element instanceof HTMLSelectElement) return "choice";
  if (element instanceof HTMLInputElement) {
    if (element.type === "radio") return "choice";
    return TEXT_INPUTS.has(element.type) ? "text" : "control";
  }
  if (element instanceof HTMLElement && element.isContentEditable) return "text";
  return element?.closest("button, a[href], [role=button], [role=menuitem]") ? "control" : "none";
}

const isField = (target: EventTarget | null): boolean => target instanceof HTMLInputElement;

class Keyboard {
  private layers = $state.raw<Layer[]>([]);

  /** The bindings that count now, for the hints of the status bar. */
  get hints(): Binding[] {
    const all = this.visible().flatMap((layer) => layer.bindings);
    // The first of the same combination hears it, and those below do not.
    const heard = all.filter(({ combo }, index) => all.findIndex((first) => first.combo === combo) === index);
    return heard.filter((binding) => binding.hint !== undefined);
  }

  private visible(): Layer[] {
    const newestFirst = this.layers.toReversed();
    const modal = newestFirst.findIndex((layer) => layer.modal);
    return modal < 0 ? newestFirst : newestFirst.slice(0, modal + 1);
  }

  push(layer: Layer): () => void {
    // Whoever pushes from an effect must not depend on the layers of others.
    untrack(() => (this.layers = layer.base ? [layer, ...this.layers] : [...this.layers, layer]));
    return () => untrack(() => (this.layers = this.layers.filter((other) => other !== layer)));
  }

  private hear(press: KeyPress): boolean {
    const combo = comboOf(press);
    const focus = focusOf(document.activeElement);
    for (const layer of this.visible()) {
      const binding = layer.bindings.find((candidate) => candidate.combo === combo);
      if (!binding) continue;
      if (mayAct(binding, press, focus)) binding.run();
      else if (focus !== "none" || press.isComposing) return false;
      return true;
    }
    return false;
  }

  /** Takes the keys of the window and suppresses those of the web view. */
  start(): () => void {
    // A calendar or a list that takes Escape is gone by the time that the key comes here: who had the keys is seen before.
    let top: Layer | undefined;
    const before = (): void => void (top = this.visible().find((layer) => layer.modal));
    const down = (event: KeyboardEvent): void => {
      // A calendar or a list that is open has taken it. A field that wants digits only prevents every other key, and a dialog
      // the Escape that it leaves to us; they mean nothing by it.
      const isOurs = isField(event.target) || top?.bindings.some(({ combo }) => combo === "Escape");
      const isTaken = event.key.startsWith("Arrow") || (event.key === "Escape" && !isOurs);
      if (event.defaultPrevented && isTaken) return;
      // 229 is how some input methods report a key that they keep.
      const press = { ...pick(event), isComposing: event.isComposing || event.keyCode === 229 };
      if (this.hear(press) || isSuppressed(comboOf(press))) event.preventDefault();
    };
    const menu = (event: Event): void => event.preventDefault();
    window.addEventListener("keydown", before, true);
    window.addEventListener("keydown", down);
    window.addEventListener("contextmenu", menu);
    return () => {
      window.removeEventListener("keydown", before, true);
      window.removeEventListener("keydown", down);
      window.removeEventListener("contextmenu", menu);
    };
  }
}

function pick(event: KeyboardEvent): Omit<KeyPress, "isComposing"> {
  const { key, code, ctrlKey, altKey, shiftKey, repeat } = event;
  return { key, code, ctrlKey, altKey, shiftKey, repeat };
}

export const keyboard = new Keyboard();

interface LayerOptions {
  /** Hides the layers below, as a dialog does. */
  modal?: boolean;
  /** Lies below all others, as the shell does. */
  base?: boolean;
}

/** Binds keys for as long as the component lives. Call it while the component starts. */
export function useKeys(bindings: () => Binding[], { modal = false, base = false }: LayerOptions = {}): void {
  const layer = new Layer(modal, base);
  $effect(() => {
    layer.bindings = bindings();
  });
  $effect(() => keyboard.push(layer));
}
