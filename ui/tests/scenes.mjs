// Every screen of the desk, reached by keyboard as a clerk reaches it. `open` scenes begin signed in.

const press = async (page, ...keys) => {
  for (const key of keys) await page.keyboard.press(key);
};
/** Looks somebody up and waits for the hit. */
const find = async (page, query) => {
  await page.keyboard.press("F2");
  await page.locator(".find input").fill(query);
  await page.locator(".hit").first().waitFor();
};
const openPerson = async (page, query) => {
  await find(page, query);
  await press(page, "Enter");
  await page.locator(".subj").first().waitFor();
};
const startBooking = async (page, query) => {
  await find(page, query);
  await press(page, "F3");
  await page.locator(".river").waitFor();
};
const checkIdentity = async (page) => {
  await page.locator("input[name=identity]").nth(1).check();
  await page.locator(".foot .btn.lg:not([disabled])").waitFor();
  await page.evaluate(() => document.activeElement?.blur());
};
/** Reads the notice to its end with the keyboard and agrees. */
const agree = async (page) => {
  const button = page.locator(".foot .btn.lg:not([disabled])");
  for (let page_ = 0; page_ < 40 && (await button.count()) === 0; page_ += 1) {
    await press(page, "PageDown");
    await page.waitForTimeout(30);
  }
  await press(page, "F4");
};
const now = (page, step) => page.locator(`.river li.now:nth-child(${step})`).waitFor();
const toSessions = async (page, query) => {
  await startBooking(page, query);
  await checkIdentity(page);
  await press(page, "F4");
  await now(page, 2);
  await agree(page);
  await now(page, 3);
};
const chooseThree = async (page) => {
  await press(page, "Alt+q");
  await page.locator(".tb tbody tr").first().waitFor();
  for (const move of [1, 2, 3]) {
    for (let step = 0; step < move; step += 1) await press(page, "ArrowDown");
    await press(page, "Space");
    await page
      .locator(".pref:not(.e)")
      .nth(move - 1)
      .waitFor();
  }
};
const toConfirm = async (page, query) => {
  await toSessions(page, query);
  await chooseThree(page);
  await press(page, "F4");
  await now(page, 4);
};
const toPrioritySwitch = async (page) => {
  await startBooking(page, "wyw");
  await checkIdentity(page);
  await press(page, "F4");
  await agree(page);
  await now(page, 3);
};
const toPrioritySessions = async (page) => {
  await toPrioritySwitch(page);
  await press(page, "F6");
  await now(page, 4);
  await agree(page);
  await now(page, 5);
  await press(page, "Alt+q");
  await page.locator(".tb tbody tr").first().waitFor();
};
const pickVacant = async (page) => {
  for (let row = 0; row < 30 && (await page.locator("tr.hot").count()) === 0; row += 1) {
    await press(page, "Space", "ArrowDown");
    await page.waitForTimeout(20);
  }
  await page.locator("tr.hot").waitFor();
};
/** Sends the code and types what the simulated phone got. */
const typeCode = async (page, code) => {
  await press(page, "F7");
  await page.locator(".code .cell.f").waitFor();
  await page.keyboard.type(code, { delay: 10 });
};
const submit = async (page, code) => {
  await typeCode(page, code);
  await page.locator(".submit:not([disabled])").waitFor();
  await press(page, "Enter");
};
const cutLine = async (page) => {
  await page.locator(".top button.chip").click();
  await page.locator(".drawer .grid .btn").nth(3).click();
  await page.locator(".top .chip.warn").nth(1).waitFor();
  await page.locator(".top button.chip").click();
  await page.locator(".drawer").waitFor({ state: "detached" });
};
const section = async (page, key, selector) => {
  await press(page, key);
  await page.locator(selector).first().waitFor();
};

const digits = (page) => page.locator(".code .cell").allTextContents();
/** What stands there must be what was typed. */
const expectKept = (found, typed) => {
  if (found !== typed) throw new Error(`"${typed}" was typed, and "${found}" is left of it`);
};

export const SCENES = [
  { name: "sign-in", start: "", run: (page) => page.locator("#number").fill("0317") },
  {
    name: "sign-in-wrong",
    start: "",
    run: async (page) => {
      await page.locator("#number").fill("0317");
      await page.locator("#password").fill("no");
      await press(page, "Enter");
      await page.locator(".panel .note.bad").waitFor();
      if ((await page.locator(".toasts .note").count()) > 0) throw new Error("the same error is said twice");
    },
  },
  { name: "enroll", start: "unenrolled", run: (page) => page.locator("#centre").waitFor() },
  {
    name: "files-rescued",
    start: "rescue",
    run: async (page) => {
      await page.locator("ul li").nth(1).waitFor();
    },
  },
  {
    name: "files-rescued-read",
    start: "rescue",
    run: async (page) => {
      await page.locator("ul li").nth(1).waitFor();
      await press(page, "Enter");
      await page.locator("#centre").waitFor();
    },
  },
  {
    name: "key-missing",
    start: "keyless",
    run: async (page) => {
      await page.locator(".panel .note.bad").waitFor();
      await press(page, "Tab", "Tab", "Enter");
      await page.locator(".panel .note.warn").waitFor();
    },
  },
  {
    name: "key-missing-set-aside",
    start: "keyless",
    run: async (page) => {
      await page.locator(".panel .note.bad").waitFor();
      await press(page, "Tab", "Tab", "Enter");
      await page.locator(".btn.d").focus();
      await press(page, "Enter");
      await page.locator("#centre").waitFor();
    },
  },
  {
    name: "lock",
    run: async (page) => {
      await toSessions(page, "zys");
      await press(page, "Control+l");
      await page.locator(".disc").waitFor();
    },
  },
  {
    name: "home",
    run: async (page) => {
      await openPerson(page, "zys");
      await press(page, "Escape");
      await page.locator(".hit").first().waitFor();
      expectKept(await page.locator(".find input").inputValue(), "zys");
    },
  },
  {
    name: "home-nobody",
    run: async (page) => {
      await page.locator(".find input").fill("nobody");
      await page.locator(".none").waitFor();
    },
  },
  { name: "applicant", run: (page) => openPerson(page, "zys") },
  { name: "applicant-rare", run: (page) => openPerson(page, "jyy") },
  { name: "applicant-unplaced", run: (page) => openPerson(page, "cyq") },
  {
    name: "subject",
    run: async (page) => {
      await startBooking(page, "zys");
      await checkIdentity(page);
    },
  },
  {
    name: "notice",
    run: async (page) => {
      await startBooking(page, "zys");
      await checkIdentity(page);
      await press(page, "F4");
      await now(page, 2);
    },
  },
  { name: "sessions-empty", run: (page) => toSessions(page, "zys") },
  {
    name: "sessions",
    run: async (page) => {
      await toSessions(page, "zys");
      await chooseThree(page);
    },
  },
  {
    name: "sessions-assign",
    run: async (page) => {
      await toSessions(page, "zys");
      await press(page, "Alt+q", "Alt+m");
      await page.locator(".lead").waitFor();
    },
  },
  {
    name: "sessions-dates",
    run: async (page) => {
      await toSessions(page, "zys");
      const sites = page.locator(".wiz .btn").nth(1);
      const all = await sites.textContent();
      await press(page, "Alt+s");
      await page.locator(".pop input").nth(1).click();
      const fewer = await sites.textContent();
      if (fewer === all) throw new Error("the number of sites does not say what is ticked");
      await press(page, "Escape");
      await page.locator(".pop").waitFor({ state: "detached" });
      await section(page, "Alt+3", "tr.cur");
      await section(page, "Alt+2", ".river");
      expectKept(await sites.textContent(), fewer);
      await press(page, "Alt+d");
      await page.locator(".cal").waitFor();
    },
  },
  { name: "priority-switch", run: toPrioritySwitch },
  {
    name: "priority-notice",
    run: async (page) => {
      await toPrioritySwitch(page);
      await press(page, "F6");
      await now(page, 4);
    },
  },
  {
    name: "priority-sessions",
    run: async (page) => {
      await toPrioritySessions(page);
      await pickVacant(page);
    },
  },
  {
    name: "confirm",
    run: async (page) => {
      await toConfirm(page, "zys");
      await typeCode(page, "407");
      await section(page, "F9", "tr.grp");
      await section(page, "Alt+2", ".code .cell.f");
      await page.keyboard.type("1");
      expectKept((await digits(page)).join(""), "4071");
    },
  },
  {
    name: "confirm-wrong",
    run: async (page) => {
      await toConfirm(page, "zys");
      await submit(page, "111111");
      await page.locator(".code ~ .note.bad, .note.bad").waitFor();
    },
  },
  {
    name: "done",
    run: async (page) => {
      await toConfirm(page, "zys");
      await submit(page, "407110");
      await page.locator(".stamp").waitFor();
      await page.locator(".slip").waitFor();
    },
  },
  {
    name: "priority-taken",
    start: "rival&open",
    run: async (page) => {
      await toPrioritySessions(page);
      await pickVacant(page);
      await press(page, "F4");
      await now(page, 6);
      await submit(page, "407150");
      await page.locator(".note.bad").waitFor();
    },
  },
  {
    name: "done-priority",
    run: async (page) => {
      await toPrioritySessions(page);
      await pickVacant(page);
      await press(page, "F4");
      await now(page, 6);
      await submit(page, "407150");
      await page.locator(".slip").waitFor();
    },
  },
  {
    name: "offline-home",
    run: async (page) => {
      await cutLine(page);
      await find(page, "0001");
    },
  },
  {
    name: "offline-register",
    run: async (page) => {
      await cutLine(page);
      await toConfirm(page, "zys");
    },
  },
  {
    name: "offline-done",
    run: async (page) => {
      await cutLine(page);
      await toConfirm(page, "zys");
      await press(page, "Enter");
      await page.locator(".stamp").waitFor();
      await page.locator(".slip").waitFor();
    },
  },
  {
    name: "closing-alarm",
    start: "soon&open",
    run: async (page) => {
      await cutLine(page);
      await toConfirm(page, "zys");
      await press(page, "Enter");
      await page.locator(".top .chip.bad").waitFor();
      await section(page, "F9", "tr.grp");
    },
  },
  { name: "outbox", run: (page) => section(page, "Alt+5", "tr.grp") },
  {
    name: "outbox-offline",
    run: async (page) => {
      await cutLine(page);
      await toConfirm(page, "zys");
      await press(page, "Enter");
      await page.locator(".stamp").waitFor();
      await section(page, "F9", "tr.grp");
    },
  },
  {
    name: "outbox-elsewhere",
    start: "shared&open",
    run: async (page) => {
      await section(page, "Alt+5", "tr.grp");
      await press(page, "ArrowDown");
      await page.locator(".card .two").waitFor();
    },
  },
  {
    name: "handover",
    start: "shared&open",
    run: async (page) => {
      await section(page, "Alt+5", "tr.grp");
      await press(page, "ArrowDown", "F6");
      const note = page.locator(".dialog textarea");
      await note.fill("等中心回电");
      await press(page, "Escape");
      await note.waitFor({ state: "detached" });
      await section(page, "Alt+3", "tr.cur");
      await section(page, "F9", "tr.cur");
      await press(page, "F6");
      await note.waitFor();
      expectKept(await note.inputValue(), "等中心回电");
    },
  },
  {
    name: "elsewhere",
    start: "shared&open",
    run: async (page) => {
      await openPerson(page, "zys");
      await page.locator(".note.warn[role=status]").waitFor();
    },
  },
  {
    name: "side-by-side",
    start: "shared&open",
    run: async (page) => {
      await toSessions(page, "zys");
      await chooseThree(page);
      // The host leads back to where the subject is chosen.
      await press(page, "Escape");
      await now(page, 2);
      await press(page, "Escape");
      await now(page, 1);
      await page.locator(".beside .two").waitFor();
    },
  },
  {
    name: "shift",
    run: async (page) => {
      await section(page, "Alt+5", "tr.grp");
      await press(page, "F8");
      await page.locator(".dialog").waitFor();
    },
  },
  {
    name: "progress",
    run: async (page) => {
      await section(page, "Alt+3", "tr.cur");
      await page.locator("select").selectOption("2");
      await page.evaluate(() => document.activeElement?.blur());
      await press(page, "ArrowDown");
      const chosen = await page.locator("tr.cur").textContent();
      await section(page, "Alt+6", "tr.cur");
      await section(page, "Alt+3", "tr.cur");
      expectKept(await page.locator("select").inputValue(), "2");
      expectKept(await page.locator("tr.cur").textContent(), chosen);
      await page.locator(".row .btn.t").click();
      await page.locator(".row .btn.t").waitFor({ state: "detached" });
    },
  },
  {
    name: "results",
    run: async (page) => {
      await section(page, "Alt+4", ".list-pick .on");
      await press(page, "ArrowDown");
      await page.locator(".list-pick button.on:nth-child(2)").waitFor();
      await section(page, "Alt+6", "tr.cur");
      await section(page, "Alt+4", ".list-pick button.on:nth-child(2)");
    },
  },
  {
    name: "offices",
    run: async (page) => {
      await section(page, "Alt+6", "tr.cur");
      // All 15 at once on a large screen, also below the title bar and the task bar of its desktop.
      const { width, height } = page.viewportSize();
      if (height < 900) return;
      await page.setViewportSize({ width, height: height - 80 });
      const hidden = await page
        .locator(".off15 .scroll")
        .evaluate((box) =>
          box.querySelectorAll("tbody tr").length === 15 ? box.scrollHeight - box.clientHeight : Infinity,
        );
      if (hidden > 0) throw new Error(`the last office lies ${hidden} pixels below the edge`);
      await page.setViewportSize({ width, height });
    },
  },
  {
    name: "sites",
    run: async (page) => {
      await section(page, "Alt+6", "tr.cur");
      await press(page, "ArrowRight");
      await section(page, "Alt+5", "tr.grp");
      await section(page, "Alt+6", ".tabs button.on:nth-child(2)");
    },
  },
  {
    name: "cancel",
    run: async (page) => {
      await openPerson(page, "zys");
      await page.locator(".subj .btn.d").first().click();
      await page.locator(".dialog").waitFor();
    },
  },
  {
    name: "cancel-code",
    run: async (page) => {
      await openPerson(page, "zys");
      await press(page, "Delete");
      await page.locator(".dialog").waitFor();
      // The first press shows to whom it goes, the second one sends.
      await press(page, "F7");
      await page.locator(".dialog .code").waitFor();
      await typeCode(page, "40");
      await press(page, "Escape");
      await page.locator(".dialog").waitFor({ state: "detached" });
      await page.locator(".subj .btn.d").first().click();
      await page.locator(".dialog .code .cell.f").waitFor();
      expectKept((await digits(page)).join(""), "40");
    },
  },
  {
    name: "cancel-done",
    run: async (page) => {
      await openPerson(page, "zys");
      await press(page, "Delete");
      await page.locator(".dialog").waitFor();
      await press(page, "6", "F4");
      await page.locator(".toasts .note.ok").waitFor();
    },
  },
  {
    name: "print",
    run: async (page) => {
      await openPerson(page, "zys");
      await press(page, "F8");
      await page.locator(".dialog .slip").waitFor();
    },
  },
  {
    name: "notice-again",
    run: async (page) => {
      await press(page, "F1");
      await page.locator(".dialog").waitFor();
    },
  },
  {
    name: "guide",
    run: async (page) => {
      await press(page, "Alt+7");
      await page.locator(".three").waitFor();
    },
  },
  {
    name: "settings",
    run: async (page) => {
      await press(page, "Alt+8");
      await page.locator(".keys").waitFor();
    },
  },
  {
    name: "training",
    run: async (page) => {
      await toConfirm(page, "zys");
      await typeCode(page, "4");
      await page.locator(".top button.chip").click();
      await page.locator(".sms").waitFor();
    },
  },
  {
    // The code is on the simulated phone, beside the dialog that asks for it.
    name: "training-dialog",
    run: async (page) => {
      await openPerson(page, "zys");
      await press(page, "Delete", "F7");
      await typeCode(page, "4");
      await press(page, "Alt+t");
      await page.locator(".drawer .sms").waitFor();
      await page.locator(".drawer .grid .btn").first().focus();
      await press(page, "Escape");
      await page.locator(".drawer").waitFor({ state: "detached" });
      await page.keyboard.type("07");
      expectKept((await digits(page)).join(""), "407");
      await press(page, "Alt+t");
      await page.locator(".drawer .sms").waitFor();
      await page.locator(".drawer .grid .btn").nth(4).click();
      await page.locator(".drawer .note.warn").waitFor();
      expectKept(await page.locator(".dialog").count(), 1);
    },
  },
];
