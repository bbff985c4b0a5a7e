import { expect, test } from "vitest";
import type { SearchHit } from "$lib/ipc/bindings";
import { Newest, again, matchedBesideName, moved, phoneTail } from "./search";

const hit = (matched: string): SearchHit => ({
  applicant: {
    id: 1,
    name_masked: "张*三",
    number_masked: "500***********1234",
    phone_masked: "100****0001",
    class: "C1",
    business: "first",
  },
  matched,
  subject: 3,
  standing: "bookable",
});

test("the marker stays inside the list", () => {
  expect(moved(0, -1, 4), "up from the first row stays").toBe(0);
  expect(moved(3, 1, 4), "down from the last row stays").toBe(3);
  expect(moved(5, 1, 0), "an empty list has no row").toBe(0);
});

test("the highlight stands where the match was", () => {
  expect(phoneTail(hit("")), "the tail of the phone").toBe("0001");
  expect(matchedBesideName(hit("zys")), "pinyin is shown beside the name").toBe(true);
  expect(matchedBesideName(hit("0001")), "a phone tail is marked in its own column").toBe(false);
  expect(matchedBesideName(hit("1234")), "a number is marked in its own column").toBe(false);
});

test("who picks a hit waits for the answer to what was typed last", async () => {
  const answers: ((answer: string) => void)[] = [];
  const taken: string[] = [];
  const newest = new Newest<string>((answer) => taken.push(answer));
  const ask = (): void => newest.wait(new Promise((answer) => answers.push(answer)));
  ask();
  ask();
  const picked = newest.settled().then(() => [...taken]);
  answers[0]?.("张例");
  ask();
  answers[2]?.("张例三");
  answers[1]?.("张例");
  expect(await picked, "an overtaken answer is never what somebody picks from").toEqual(["张例三"]);
});

test("a row stays chosen when its list is loaded again, wherever it stands then", () => {
  const id = (row: { id: number }): number => row.id;
  const [first, second, third] = [{ id: 1 }, { id: 2 }, { id: 3 }];
  expect(again([third, first, second], id, second.id, 1), "one came before it").toBe(2);
  expect(again([first, third], id, second.id, 1), "it went: its neighbour").toBe(1);
  expect(again([], id, second.id, 1), "nothing is left").toBe(0);
  expect(again([first], id, undefined, 0), "nothing was chosen").toBe(0);
});
