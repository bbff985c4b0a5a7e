import { expect, test } from "vitest";
import { codeIn } from "./training";

test("the code is found in a message", () => {
  expect(codeIn("【渝约】验证码 407130，5 分钟内有效。"), "six digits stand alone").toBe("407130");
  expect(codeIn("电话 (023)68688823"), "a telephone number is no code").toBe("");
});
