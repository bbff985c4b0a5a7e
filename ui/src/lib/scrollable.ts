/** Makes a scrolling area reachable by keyboard, with a name. */
export const scrollable =
  (label: string) =>
  (element: HTMLElement): void => {
    element.tabIndex = 0;
    element.setAttribute("role", "group");
    element.setAttribute("aria-label", label);
  };
