// Runs inside the page: text that leaves its box or lies on other text, and buttons that a finger cannot reach.

/** What is touched at a kiosk: large enough, apart, and not in the upper third of the screen. */
export function findTouchFaults() {
  const SIDE_MIN = 64;
  const GAP_MIN = 12;
  const third = innerHeight / 3 - 1;
  const faults = [];
  const shown = [...document.querySelectorAll(".kiosk button")].filter(
    (button) => !button.closest(".kiosk")?.querySelector(".k-dialog") || button.closest(".k-dialog"),
  );
  const boxes = shown.map((button) => ({
    name: button.textContent.trim().slice(0, 20),
    box: button.getBoundingClientRect(),
  }));
  for (const [index, { name, box }] of boxes.entries()) {
    if (Math.min(box.width, box.height) < SIDE_MIN) faults.push(`too small to touch: "${name}"`);
    if (box.top < third) faults.push(`in the upper third: "${name}"`);
    for (const other of boxes.slice(index + 1)) {
      const across = Math.max(box.left, other.box.left) - Math.min(box.right, other.box.right);
      const down = Math.max(box.top, other.box.top) - Math.min(box.bottom, other.box.bottom);
      // The two halves of a switch touch each other on purpose.
      const joined = across <= 1 && across > -1 && box.top === other.box.top;
      if (Math.max(across, down) < GAP_MIN - 0.5 && !joined) faults.push(`too near: "${name}" and "${other.name}"`);
    }
  }
  return faults;
}

/** What is read at a kiosk is large enough: the design's terminal begins at 26 px, and 长者模式 goes no lower than 30. */
export function findSmallType() {
  const least = document.documentElement.dataset.size === "elder" ? 30 : 26;
  const faults = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    const text = walker.currentNode.textContent.trim();
    // The picture of a paper has the type of the paper.
    if (!text || parent.closest(".sr, .slip, [hidden]") || !parent.checkVisibility({ visibilityProperty: true }))
      continue;
    const drawn = parent instanceof SVGTextContentElement ? parent.getScreenCTM().a : 1;
    const size = parseFloat(getComputedStyle(parent).fontSize) * drawn;
    if (size < least - 0.1) faults.push(`small type, ${size.toFixed(1)} px: "${text.slice(0, 30)}"`);
  }
  return [...new Set(faults)];
}

export function findLayoutFaults() {
  const SLACK = 1.5;
  const faults = [];
  const texts = [];
  const shown = (element) => {
    const style = getComputedStyle(element);
    return style.visibility !== "hidden" && style.display !== "none" && Number(style.opacity) > 0;
  };
  const clipped = (rect, box) => ({
    left: Math.max(rect.left, box.left),
    right: Math.min(rect.right, box.right),
    top: Math.max(rect.top, box.top),
    bottom: Math.min(rect.bottom, box.bottom),
  });
  /** The nearest box around a text; what is drawn over a box lies in none. */
  const holderOf = (parent) => {
    const holder = parent.closest(
      "button, td, th, .chip, .tag, .note, .btn, .card, kbd, .k-card, .k-note, .k-info, .field, .k-dialog, .k-pick, .k-btn",
    );
    for (let box = parent.parentElement; holder && holder !== parent && box !== holder; box = box.parentElement)
      if (getComputedStyle(box).position === "absolute") return null;
    return holder;
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const parent = node.parentElement;
    if (!node.textContent.trim() || !parent || !shown(parent) || parent.closest(".sr, svg, [hidden]")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const rect = range.getBoundingClientRect();
    if (rect.width === 0 || rect.height === 0) continue;
    let visible = clipped(rect, { left: 0, top: 0, right: innerWidth, bottom: innerHeight });
    let scrolls = false;
    let ellipsis = false;
    for (let box = parent; box && box !== document.body; box = box.parentElement) {
      const style = getComputedStyle(box);
      if (style.display === "contents") continue;
      if (style.textOverflow === "ellipsis") ellipsis = true;
      if (style.overflowX === "visible" && style.overflowY === "visible") continue;
      const edge = box.getBoundingClientRect();
      visible = clipped(visible, edge);
      if (/auto|scroll/.test(style.overflowY)) scrolls = true;
      const wraps = box.classList.contains("hints");
      const out = rect.right > edge.right + SLACK || rect.left < edge.left - SLACK;
      const below = !scrolls && !wraps && (rect.bottom > edge.bottom + 3 || rect.top < edge.top - 3);
      if ((out && !ellipsis) || below)
        faults.push(`cut: "${node.textContent.trim().slice(0, 30)}" by ${box.tagName}.${box.className}`);
    }
    if (rect.right > innerWidth + SLACK || (rect.bottom > innerHeight + SLACK && !scrolls)) {
      faults.push(`outside the window: "${node.textContent.trim().slice(0, 30)}"`);
    }
    const size = parseFloat(getComputedStyle(parent).fontSize);
    const holder = holderOf(parent);
    if (holder && !ellipsis) {
      const edge = holder.getBoundingClientRect();
      // Large letters stand close: a line of them is higher than their ink.
      const lead = holder.closest(".kiosk") ? 0.17 * size : 0;
      const beside = rect.right > edge.right + SLACK || rect.left < edge.left - SLACK;
      // What a scrolling area inside the holder hides does not leave it; a number pinned to a corner is meant to.
      const pinned = getComputedStyle(parent).position === "absolute";
      const beyond = visible.bottom - lead > edge.bottom + SLACK || visible.top + lead < edge.top - SLACK;
      if (beside || (beyond && !pinned)) {
        faults.push(
          `leaves its box: "${node.textContent.trim().slice(0, 30)}" in ${holder.tagName}.${holder.className}`,
        );
      }
    }
    const above = document.elementFromPoint((rect.left + rect.right) / 2, (rect.top + rect.bottom) / 2);
    if (above?.matches("img") && !above.contains(parent))
      faults.push(`behind a picture: "${node.textContent.trim().slice(0, 30)}"`);
    const layer = parent.closest(".k-scrim, .tell, .cut, .dialog, .drawer, .pop, .toasts");
    if (visible.right - visible.left > 2 && visible.bottom - visible.top > 4) {
      for (const line of range.getClientRects())
        texts.push({ node, layer, size, rect: clipped(line, visible), text: node.textContent.trim().slice(0, 24) });
    }
  }
  for (let a = 0; a < texts.length; a += 1) {
    for (let b = a + 1; b < texts.length; b += 1) {
      const [one, two] = [texts[a], texts[b]];
      if (one.layer !== two.layer || one.node === two.node) continue;
      const width = Math.min(one.rect.right, two.rect.right) - Math.max(one.rect.left, two.rect.left);
      const height = Math.min(one.rect.bottom, two.rect.bottom) - Math.max(one.rect.top, two.rect.top);
      // Lines of text share their leading, large ones more of it; only ink on ink counts.
      if (width > 3 && height > Math.max(9, 0.28 * Math.max(one.size, two.size)))
        faults.push(`overlap: "${one.text}" and "${two.text}"`);
    }
  }
  // What a kiosk says above what is touched, or in its panel, stays there.
  for (const part of document.querySelectorAll(".k-steps, .k-info, .k-said")) {
    const areas = [part.closest(".k-aside"), part.closest(".k-up")];
    const area = areas.find((one) => one && getComputedStyle(one).display !== "contents");
    if (part.getBoundingClientRect().bottom > area.getBoundingClientRect().bottom + SLACK)
      faults.push(`runs out of .${area.className}: "${part.textContent.trim().slice(0, 30)}"`);
  }
  return [...new Set(faults)];
}
