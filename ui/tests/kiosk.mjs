// Every screen of the self-service terminal, touched as people touch it: a journey stops at each of its screens.

/** A screen that has just changed, and a key that was just touched, take no touch for a moment; the page's clock jumps over it. */
const settle = (page) => page.clock.fastForward(500);
const on = (page, name) => page.locator(`.kiosk main[data-page=${name}]`).waitFor();
const touch = async (page, selector) => {
  await settle(page);
  await page.locator(selector).first().click();
};
const tile = (page, index) => touch(page, `.k-tile >> nth=${index}`);
const forward = (page) => touch(page, ".k-act .k-btn:last-child:not([disabled])");
const back = (page) => touch(page, ".k-act .k-btn:first-child");
const type = async (page, keys) => {
  await settle(page);
  await page.evaluate((all) => {
    const pad = [...document.querySelectorAll(".k-key")];
    for (const key of all) pad.find((button) => button.textContent === key).click();
  }, keys);
};
/** 长者模式 belongs to the visit: whoever comes next begins without it. */
const choosesMode = async (page) => {
  const isElder = await page.evaluate(() => document.documentElement.dataset.size === "elder");
  if (page.elder !== isElder) await touch(page, ".k-util .k-btn >> nth=1");
};
const leave = async (page) => {
  await touch(page, ".k-util .k-btn:first-child");
  await on(page, "home");
  await choosesMode(page);
};
const identify = async (page, number) => {
  await on(page, "number");
  await type(page, number);
  await forward(page);
  await on(page, "code");
};
const step = (page, name) => page.locator(`.kiosk main[data-step=${name}]`).waitFor();

/** From the first step of a booking to its last one; a notice that was agreed to before is passed over. */
const choosesSession = async (page, onSessions = async () => undefined) => {
  await step(page, "subject");
  await forward(page);
  await page.locator("main[data-step=notice], main[data-step=sessions]").waitFor();
  if ((await page.locator("main[data-step=notice]").count()) > 0) {
    await settle(page);
    while ((await page.locator(".k-act .k-btn:last-child[disabled]").count()) > 0)
      await touch(page, ".turn .k-btn:last-child");
    await forward(page);
    await step(page, "sessions");
  }
  await onSessions();
  await touch(page, ".query .primary");
  await touch(page, ".k-pick >> nth=0");
  await forward(page);
  await step(page, "confirm");
};
const sendsCode = async (page) => {
  await touch(page, ".send .k-btn");
  await page.locator(".k-digits .turn").waitFor();
};
const picksDates = async (page, first, last) => {
  await touch(page, ".query .k-btn >> nth=0");
  await page.locator(".days").waitFor();
  for (const day of [first, last]) await touch(page, `.days button:not([disabled]) >> nth=${day}`);
  await forward(page);
};
/** The wrong code until no try is left. */
const triesWrongCodes = async (page) => {
  for (let tries = 0; tries < 5; tries += 1) {
    await type(page, "000000");
    await forward(page);
    await page.locator(".k-digits i:has-text('0')").first().waitFor({ state: "detached" });
  }
  await page.locator(".k-note.bad").waitFor();
};

const ZHANG = "500112199901011234";
const ZHAO = "500112199901017785";
const ZHOU = "500112199901012046";
const WANG = "500112199901012018";
const CHEN = "500112199901019914";

async function looksAround(page, stop) {
  await stop("home");
  await tile(page, 4);
  await on(page, "sessions");
  await stop("open-sessions-empty");
  await touch(page, ".query .primary");
  await page.locator(".k-list").waitFor();
  await stop("open-sessions");
  // What is read of one screen is not read over the next one.
  await touch(page, ".k-util .k-btn >> nth=3");
  await page.locator(".k-util [aria-pressed=true]").waitFor();
  await touch(page, ".filters > .k-btn >> nth=1");
  await page.locator(".k-util [aria-pressed=false]").waitFor();
  await stop("pick-class");
  await back(page);
  await touch(page, ".k-modes .k-btn >> nth=1");
  await stop("sites");
  await back(page);
  await tile(page, 5);
  await page.locator("li.k-card").first().waitFor();
  await stop("results");
  await touch(page, ".day .k-btn");
  await page.locator("[role=radio]").first().waitFor();
  await stop("results-days");
  await back(page);
  await leave(page);
  await tile(page, 7);
  await on(page, "guide");
  await stop("guide");
  for (let page_ = 2; (await page.locator(".k-act .primary").count()) === 0; page_ += 1) {
    await forward(page);
    await settle(page);
    await stop(`guide-${page_}`);
  }
  await leave(page);
  await tile(page, 6);
  await on(page, "offices");
  await stop("offices");
}

async function books(page, stop) {
  await tile(page, 0);
  await on(page, "number");
  await stop("number-empty");
  await type(page, ZHANG.slice(0, 16));
  await stop("number");
  await type(page, ZHANG.slice(16));
  await forward(page);
  await on(page, "code");
  // Back at the number nobody else reads it, and the code is good still.
  await back(page);
  await on(page, "number");
  await page.locator("[aria-pressed=true]").waitFor();
  await forward(page);
  await on(page, "code");
  await type(page, "407");
  await stop("code");
  await type(page, "000");
  await forward(page);
  await page.locator(".k-note.bad").waitFor();
  await stop("code-wrong");
  await type(page, "407110");
  await forward(page);
  await step(page, "subject");
  await stop("subject");
  await forward(page);
  await step(page, "notice");
  await settle(page);
  await stop("notice");
  while ((await page.locator(".k-act .k-btn:last-child[disabled]").count()) > 0)
    await touch(page, ".turn .k-btn:last-child");
  await stop("notice-end");
  await forward(page);
  await step(page, "sessions");
  await stop("sessions-empty");
  await touch(page, ".query .k-btn >> nth=0");
  await page.locator(".days").waitFor();
  await stop("pick-dates");
  await back(page);
  await touch(page, ".query .k-btn >> nth=1");
  await page.locator(".k-pick").first().waitFor();
  await stop("pick-sites");
  await back(page);
  await touch(page, ".query .primary");
  await page.locator(".k-pick").first().waitFor();
  await stop("sessions");
  for (const index of [0, 1]) await touch(page, `.k-pick >> nth=${index}`);
  await page.locator(".k-pick[aria-pressed=true] >> nth=1").waitFor();
  await stop("sessions-chosen");
  await touch(page, ".assign");
  await page.locator(".k-fill.site").first().waitFor();
  await stop("sessions-assign");
  await touch(page, ".assign, .choose");
  await page.locator(".k-pick .facts").first().waitFor();
  await forward(page);
  await step(page, "confirm");
  await stop("confirm-unsent");
  await touch(page, ".send .k-btn");
  await page.locator(".k-digits .turn").waitFor();
  await type(page, "4071");
  await stop("confirm");
  await type(page, "00");
  await forward(page);
  await page.locator(".k-note.bad").waitFor();
  await stop("confirm-wrong");
  await type(page, "407110");
  await forward(page);
  await step(page, "done");
  await page.locator(".sheet svg").waitFor();
  await stop("done");
}

async function choosesPriority(page, stop) {
  await tile(page, 0);
  await identify(page, WANG);
  await type(page, "407150");
  await forward(page);
  await step(page, "subject");
  await forward(page);
  await step(page, "notice");
  await settle(page);
  while ((await page.locator(".k-act .k-btn:last-child[disabled]").count()) > 0)
    await touch(page, ".turn .k-btn:last-child");
  await forward(page);
  await step(page, "priority_switch");
  await stop("priority-switch");
  await touch(page, ".priority .k-btn");
  await step(page, "notice");
  await settle(page);
  await stop("priority-notice");
  while ((await page.locator(".k-act .k-btn:last-child[disabled]").count()) > 0)
    await touch(page, ".turn .k-btn:last-child");
  await forward(page);
  await step(page, "priority_sessions");
  await touch(page, ".query .primary");
  await touch(page, ".k-pick:not([disabled])");
  await page.locator(".k-pick[aria-checked=true]").waitFor();
  await stop("priority-sessions");
  await forward(page);
  await step(page, "confirm");
  await touch(page, ".send .k-btn");
  await page.locator(".k-digits .turn").waitFor();
  await type(page, "407150");
  await stop("priority-confirm");
  await forward(page);
}

async function booksWithPriority(page, stop) {
  await choosesPriority(page, stop);
  await step(page, "done");
  await page.locator(".sheet svg").waitFor();
  await page.locator(".k-note.warn").waitFor();
  await stop("priority-done-no-paper");
  // The notice was read: the next booking passes over it and says what it means instead.
  await leave(page);
  await tile(page, 0);
  await identify(page, ZHANG);
  await type(page, "407110");
  await forward(page);
  await step(page, "subject");
  await forward(page);
  await step(page, "sessions");
  await touch(page, ".query .primary");
  await touch(page, ".k-pick >> nth=0");
  await forward(page);
  await step(page, "confirm");
  await stop("confirm-skipped");
  await touch(page, ".points");
  await stop("consequences");
}

/** Somebody else was faster. */
async function losesPlace(page, stop) {
  await choosesPriority(page, async () => undefined);
  await step(page, "priority_sessions");
  await page.locator(".k-note.bad").waitFor();
  await stop("priority-lost");
}

async function looksAfter(page, stop) {
  await tile(page, 1);
  await identify(page, ZHANG);
  await type(page, "407110");
  await forward(page);
  await on(page, "applications");
  await stop("progress");
  await touch(page, ".k-pick");
  await on(page, "application");
  await stop("application");
  await back(page);
  await on(page, "applications");
  await back(page);
  await on(page, "home");
  await stop("home-visiting");
  await leave(page);
  await tile(page, 3);
  await identify(page, ZHAO);
  await type(page, "407120");
  await forward(page);
  await on(page, "applications");
  await stop("withdraw");
  await touch(page, ".k-pick");
  await on(page, "end");
  await stop("withdraw-confirm");
  await touch(page, ".send .k-btn");
  await page.locator(".k-digits .turn").waitFor();
  await type(page, "407120");
  await forward(page);
  await on(page, "ended");
  await stop("withdrawn");
  await leave(page);
  await tile(page, 2);
  await identify(page, ZHOU);
  await type(page, "407130");
  await forward(page);
  await on(page, "applications");
  await stop("voucher-none");
}

/** A visit of whoever has a place: their voucher, printed or not. */
async function printsVoucher(page, stop) {
  await tile(page, 2);
  await identify(page, ZHANG);
  await type(page, "407110");
  await forward(page);
  await on(page, "applications");
  await stop("voucher");
  await touch(page, ".k-pick");
  await on(page, "application");
  await forward(page);
  await page.locator(".kiosk main[data-printing=done], .kiosk main[data-printing=failed]").waitFor();
  await stop((await page.locator("main[data-printing=done]").count()) > 0 ? "voucher-printed" : "voucher-no-paper");
}

/** By number and code to 确认并提交, with a code sent. */
async function comesToCode(page, number, code) {
  await tile(page, 0);
  await identify(page, number);
  await type(page, code);
  await forward(page);
  await choosesSession(page);
  await sendsCode(page);
}

async function mistypesCodes(page, stop) {
  await tile(page, 0);
  await identify(page, ZHANG);
  await page.clock.fastForward(301_000);
  await page.locator(".k-note.warn").waitFor();
  await stop("code-expired");
  await leave(page);
  await tile(page, 0);
  await identify(page, ZHAO);
  await triesWrongCodes(page);
  await stop("code-locked");
}

async function mistypesBookingCodes(page, stop) {
  await comesToCode(page, ZHANG, "407110");
  await page.clock.fastForward(301_000);
  await page.locator(".said .k-note.warn").waitFor();
  await stop("confirm-expired");
  await leave(page);
  await comesToCode(page, CHEN, "407160");
  await triesWrongCodes(page);
  await stop("confirm-locked");
}

/** The site has cancelled the session of somebody's place. */
async function hasLostPlace(page, stop) {
  await tile(page, 1);
  await identify(page, ZHANG);
  await type(page, "407110");
  await forward(page);
  await on(page, "applications");
  await stop("progress-cancelled");
  await touch(page, ".k-pick");
  await on(page, "application");
  await stop("application-cancelled");
}

/** The line is lost with the answer to 预约; when it comes, it is a refusal. */
async function isRefused(page, stop) {
  await comesToCode(page, ZHANG, "407110");
  await type(page, "407110");
  await forward(page);
  await page.locator(".tell .k-note").waitFor();
  await stop("answer-awaited");
  await forward(page);
  await step(page, "done");
  await stop("done-refused");
  // 重新选择 begins once more, with nothing of what was refused.
  await forward(page);
  await step(page, "subject");
  await page.locator(".k-pick[aria-checked=true]:not(.closed)").waitFor();
}

/** Nothing on the chosen days, and then no phone to which a code could go. */
async function hasNoPhone(page, stop) {
  await tile(page, 0);
  await on(page, "card");
  await touch(page, ".k-line.cards .k-btn");
  await page.clock.fastForward(1500);
  await choosesSession(page, async () => {
    await picksDates(page, 0, 1);
    await touch(page, ".query .primary");
    await page.locator(".empty b").waitFor();
    await stop("sessions-none");
    await picksDates(page, 0, 12);
  });
  await page.locator(".said .k-note.warn").waitFor();
  await stop("confirm-no-phone");
}

async function waitsForCentre(page, stop) {
  await tile(page, 0);
  await on(page, "number");
  await type(page, ZHANG);
  await forward(page);
  await page.locator(".kiosk[data-busy=true]").waitFor();
  await page.clock.fastForward(3000);
  await page.locator(".tell .k-note").waitFor();
  await stop("centre-slow");
}

/** A screen that cannot be shown says so, and leads home. */
async function meetsTrouble(page, stop) {
  await tile(page, 1);
  await identify(page, ZHANG);
  await type(page, "407110");
  await forward(page);
  await page.locator(".kiosk .help").waitFor();
  await stop("trouble");
  // 再试一次 shows it again, for it is wrong still.
  await forward(page);
  await page.locator(".kiosk .help").waitFor();
  await back(page);
  await on(page, "home");
}

async function losesLine(page, stop) {
  await tile(page, 0);
  await identify(page, ZHANG);
  await type(page, "407110");
  await forward(page);
  await step(page, "subject");
  await page.locator(".cut .k-note").waitFor();
  await stop("line-cut");
}

async function losesReader(page, stop) {
  await tile(page, 0);
  await on(page, "number");
  await page.locator(".tell .k-note").waitFor();
  await stop("reader-missing");
}

/** 还在办理吗？ lies over keys: the second of two taps on its answer types nothing. */
async function asksWhoIsThere(page, stop) {
  await tile(page, 0);
  await on(page, "number");
  await type(page, "5001");
  const typed = await page.locator(".groups").textContent();
  await page.clock.fastForward(60_000);
  await page.locator(".k-dialog").waitFor();
  await stop("still-there");
  await settle(page);
  await page.evaluate(async () => {
    const stay = document.querySelector(".k-dialog .primary");
    const { left, top, width, height } = stay.getBoundingClientRect();
    stay.click();
    await new Promise((gone) => {
      const look = () => document.querySelector(".k-dialog") ?? gone();
      new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
      look();
    });
    document
      .elementFromPoint(left + width / 2, top + height / 2)
      ?.closest("button")
      ?.click();
    document.querySelector(".k-key").click();
  });
  if ((await page.locator(".groups").textContent()) !== typed) throw new Error("a tap went through the question");
  await type(page, "1");
  if ((await page.locator(".groups").textContent()) === typed) throw new Error("the keys are dead");
}

async function waitsForCard(page, stop) {
  await tile(page, 0);
  await on(page, "card");
  await stop("card");
}

async function laysCard(page, stop) {
  await tile(page, 0);
  await on(page, "card");
  await page.locator(".k-line.cards").waitFor();
  await stop("card-training");
  await touch(page, ".k-line.cards .k-btn");
  await page.clock.fastForward(1500);
  await choosesSession(page);
  await sendsCode(page);
  await type(page, "407110");
  await forward(page);
  await step(page, "done");
  await page.locator(".sheet svg").waitFor();
  await stop("card-left");
}

async function standsWithoutLine(page, stop) {
  await page.locator(".k-tile[disabled]").first().waitFor();
  await stop("offline");
}

async function letsStaffIn(page, stop) {
  for (let tap = 0; tap < 5; tap += 1) await page.mouse.click(40, 30);
  await on(page, "exit");
  await stop("exit");
  await type(page, "12345678");
  await forward(page);
  await page.locator(".tell .k-note").waitFor();
  await stop("exit-wrong");
}

/** Begins a journey in 长者模式, or not. */
export async function begin(page, elder) {
  page.elder = elder;
  await on(page, "home");
  await choosesMode(page);
}

/** Each with what the fake host begins with, and what the page may complain of. */
async function isOutOfOrder(page, stop) {
  await page.locator(".opening [role=alert]").waitFor();
  await stop("out-of-order");
}

export const JOURNEYS = [
  { start: "", run: looksAround },
  { start: "", run: books },
  { start: "nopaper", run: booksWithPriority },
  { start: "", run: looksAfter },
  { start: "", run: printsVoucher },
  { start: "nopaper", run: printsVoucher },
  { start: "rival", run: losesPlace },
  { start: "", run: mistypesCodes },
  { start: "", run: mistypesBookingCodes },
  { start: "gone", run: hasLostPlace },
  { start: "awaits&refuses", run: isRefused },
  { start: "reader&nophone", run: hasNoPhone },
  { start: "slow", run: waitsForCentre },
  { start: "strange", run: meetsTrouble, complains: "of undefined (reading 'icon')" },
  { start: "cuts", run: losesLine },
  { start: "reader&unplugged", run: losesReader },
  { start: "left=18", run: asksWhoIsThere },
  { start: "reader&production", run: waitsForCard },
  { start: "reader", run: laysCard },
  { start: "offline", run: standsWithoutLine },
  { start: "keyless", run: isOutOfOrder, opens: false },
  { start: "", run: letsStaffIn },
];
