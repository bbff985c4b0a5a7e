import { expect, test } from "vitest";
import { comboOf, isSuppressed, mayAct, type Binding, type KeyPress } from "./keys";

const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
  key,
  code: "",
  ctrlKey: false,
  altKey: false,
  shiftKey: false,
  repeat: false,
  isComposing: false,
  ...more,
});
const binding = (combo: string, more: Partial<Binding> = {}): Binding => ({ combo, run: () => undefined, ...more });

test("keys are named as the desk's map names them", () => {
  expect(comboOf(press("F4")), "a function key is its own name").toBe("F4");
  expect(comboOf(press(" ")), "the blank has a name").toBe("Space");
  expect(comboOf(press("l", { ctrlKey: true, code: "KeyL" })), "letters are upper case").toBe("Ctrl+L");
  expect(comboOf(press("µ", { altKey: true, code: "KeyM" })), "with Alt the place of the key counts").toBe("Alt+M");
});

test("a held F4 acts once", () => {
  expect(mayAct(binding("F4"), press("F4", { repeat: true }), "none"), "key repeat must not agree twice").toBe(false);
  expect(
    mayAct(binding("ArrowDown", { repeats: true }), press("ArrowDown", { repeat: true }), "none"),
    "moving may repeat",
  ).toBe(true);
});

test("function keys stay live while Chinese is being typed", () => {
  expect(mayAct(binding("F2"), press("F2", { isComposing: true }), "text"), "F2 works during composition").toBe(true);
});

test("Enter first commits the input method", () => {
  const enter = binding("Enter", { inText: true });
  expect(mayAct(enter, press("Enter", { isComposing: true }), "text"), "composition keeps Enter").toBe(false);
  expect(mayAct(enter, press("Enter"), "text"), "after the commit Enter opens").toBe(true);
});

test("single digits act only when no text field has the focus", () => {
  expect(mayAct(binding("3"), press("3"), "text"), "digits are typed into a field").toBe(false);
  expect(mayAct(binding("3"), press("3"), "none"), "digits choose otherwise").toBe(true);
});

test("a focused button keeps its own Enter", () => {
  expect(mayAct(binding("Enter"), press("Enter"), "control"), "the button is pressed, not the row opened").toBe(false);
  const submit = binding("Enter", { inText: true });
  expect(mayAct(submit, press("Enter"), "control"), "返回 is pressed, not 预约 submitted").toBe(false);
  expect(mayAct(binding("ArrowDown"), press("ArrowDown"), "choice"), "a select moves by arrows").toBe(false);
  expect(mayAct(binding("F4"), press("F4"), "choice"), "and leaves the other keys").toBe(true);
});

test("the web view's own keys never act", () => {
  for (const combo of ["F1", "F3", "F5", "F6", "F7", "F10", "Ctrl+R"]) {
    expect(isSuppressed(combo), `${combo} is taken from the web view`).toBe(true);
  }
});
