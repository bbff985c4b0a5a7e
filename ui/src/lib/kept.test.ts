import { expect, test } from "vitest";
import { Kept } from "./kept.svelte";

test("what was typed is there again, for what it belongs to and for nothing else", () => {
  const kept = new Kept();
  kept.belongTo(3);
  kept.set("code held a", "407");
  expect(kept.get("code held a"), "the clerk comes back to it").toBe("407");
  expect(kept.get("code held b"), "another application has its own code").toBeUndefined();
  kept.drop("code held a");
  expect(kept.get("code held a"), "a code that was used is gone").toBeUndefined();
});

test("the next person finds nothing of the one before, and the clerk's note about something in 待处理 stays", () => {
  const kept = new Kept();
  kept.belongTo(3);
  kept.set("lookup", "张例三");
  kept.set("code booking 1 3", "407");
  kept.set("note told a", "已电话告知");
  kept.nextPerson();
  expect(kept.get("lookup"), "nobody is searched for").toBeUndefined();
  expect(kept.get("code booking 1 3"), "the code was the other person's").toBeUndefined();
  expect(kept.get("note told a"), "it is about no person at the counter").toBe("已电话告知");
});

test("whoever unlocks finds what they typed, and another clerk or nobody finds nothing", () => {
  for (const next of [4, null]) {
    const kept = new Kept();
    kept.belongTo(3);
    kept.set("note told a", "已电话告知");
    kept.belongTo(3);
    expect(kept.get("note told a"), "the same clerk goes on").toBe("已电话告知");
    kept.belongTo(next);
    kept.belongTo(3);
    expect(kept.get("note told a"), "it went with the clerk").toBeUndefined();
  }
});
