// Opens every screen on the fake host in a real engine, in both sizes, languages and themes: axe finds nothing, no text
// leaves its box, nothing is written to the console, and nothing is fetched from elsewhere. At a kiosk the contrast is
// that of level AAA, whatever is touched is large enough and low enough, and what is read aloud is what a screen reader is
// told. Pictures go to /artifacts.
//
// SCREENS=name,name runs only these; VARIANTS=1366-zh-light only that; CHROMIUM names another browser; JUNIT a file for
// the report. A kiosk's variants begin with `kiosk-`; its journeys run whole, SCREENS chooses what is looked at.
import axe from "axe-core";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build, preview } from "vite";
import { begin, JOURNEYS } from "./kiosk.mjs";
import { findLayoutFaults, findSmallType, findTouchFaults } from "./layout.mjs";
import { SCENES } from "./scenes.mjs";
import { findSpeechFaults } from "./speech.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const pictures = join(root, "../artifacts/screens");
const work = mkdtempSync(join(tmpdir(), "yuyue-screens-"));
const outDir = join(work, "dist");
const SIZES = {
  1366: { width: 1366, height: 768 },
  1920: { width: 1920, height: 1080 },
  1080: { width: 1080, height: 1920 },
};
const DESK = ["1366", "1920"].flatMap((size) =>
  ["zh", "en"].flatMap((lang) => ["light", "hc"].map((theme) => `${size}-${lang}-${theme}`)),
);
const KIOSK = ["1080", "1920"].flatMap((size) =>
  ["zh", "en"].flatMap((lang) => ["light", "elder", "hc", "elder-hc"].map((mode) => `${size}-${lang}-${mode}`)),
);
const chosen = (name, all) =>
  process.env[name] ? all.filter((one) => process.env[name].split(",").includes(one)) : all;

const desk = chosen("VARIANTS", DESK);
const kiosk = chosen(
  "VARIANTS",
  KIOSK.map((variant) => `kiosk-${variant}`),
);
const isWanted = (name) => !process.env.SCREENS || process.env.SCREENS.split(",").includes(name);

const AXE = { resultTypes: ["violations"] };
const AXE_KIOSK = {
  ...AXE,
  rules: { "color-contrast": { enabled: false }, "color-contrast-enhanced": { enabled: true } },
};

async function look(page, isKiosk, isOpen = true) {
  await page.evaluate(() => document.fonts.ready);
  // A journey stays on its page, which knows axe from its first stop on.
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axe.source);
  const result = await page.evaluate((options) => globalThis.axe.run(document, options), isKiosk ? AXE_KIOSK : AXE);
  const findings = result.violations.flatMap((rule) =>
    rule.nodes.map((node) => `axe ${rule.id}: ${node.html.slice(0, 140)} ${node.any[0]?.message ?? ""}`),
  );
  const touch = isKiosk ? [...(await page.evaluate(findTouchFaults)), ...(await page.evaluate(findSmallType))] : [];
  // Before it is open nothing can be read aloud: there is nothing to touch.
  const speech = isKiosk && isOpen ? await findSpeechFaults(page) : [];
  return [...findings, ...touch, ...speech, ...(await page.evaluate(findLayoutFaults))];
}

/** A page whose complaints are gathered in `faults`, except the one that is `expected`. */
async function openPage(context, address, faults, expected) {
  const page = await context.newPage();
  page.setDefaultTimeout(8000);
  // The PIN field of bits-ui reads its own state once more after it is gone; that is harmless and not ours.
  const harmless = (text) => text.includes("derived_inert");
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()) && !harmless(message.text()))
      faults.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => {
    if (!expected || !error.message.includes(expected)) faults.push(`error: ${error.message}`);
  });
  page.on(
    "request",
    (request) =>
      !request.url().startsWith(address) &&
      !request.url().startsWith("data:") &&
      faults.push(`fetched ${request.url()}`),
  );
  return page;
}

const notReached = (error) => `not reached: ${error.message.split("\n").slice(0, 3).join(" ")}`;
const picture = (page, variant, name) => page.screenshot({ path: join(pictures, variant, `${name}.png`) });

async function shoot(context, address, variant, scene) {
  const [, lang, theme] = variant.split("-");
  const faults = [];
  const page = await openPage(context, address, faults);
  try {
    await page.goto(`${address}?frozen&${scene.start ?? "open"}&lang=${lang}&theme=${theme}`);
    await page.locator("main:not([aria-busy=true])").waitFor();
    await scene.run(page);
    await page.mouse.move(0, 0);
    faults.push(...(await look(page, false)));
  } catch (error) {
    faults.push(notReached(error));
  }
  await picture(page, variant, scene.name);
  await page.close();
  report(`${variant} ${scene.name}`, faults);
}

/** One journey through the kiosk, looked at wherever it stops. */
async function travel(context, address, variant, journey) {
  const [, , lang, ...modes] = variant.split("-");
  const theme = modes.includes("hc") ? "hc" : "light";
  const faults = [];
  let last = "begin";
  const page = await openPage(context, address, faults, journey.complains);
  const stop = async (name) => {
    last = name;
    if (!isWanted(name)) return;
    faults.push(...(await look(page, true, journey.opens !== false)));
    await picture(page, variant, name);
    report(`${variant} ${name}`, faults.splice(0));
  };
  try {
    await page.clock.install();
    await page.goto(`${address}?frozen&kiosk&${journey.start}&lang=${lang}&theme=${theme}`);
    if (journey.opens !== false) await begin(page, modes.includes("elder"));
    await journey.run(page, stop);
  } catch (error) {
    faults.push(notReached(error));
    await picture(page, variant, `after-${last}`);
  }
  if (faults.length > 0) report(`${variant} after ${last}`, faults);
  await page.close();
}

const cases = [];
let failed = 0;
function report(name, faults) {
  cases.push({ name, faults });
  if (faults.length === 0) return;
  failed += 1;
  const lines = faults.slice(0, 12).map((fault) => `  ${fault}\n`);
  process.stdout.write(`${name}\n${lines.join("")}`);
}

/** What a test runner would report: one case for each screen in each variant. */
function writeReport(path, cases) {
  const escape = (text) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
  const lines = cases.map(({ name, faults }) => {
    const failure = faults.length > 0 ? `<failure>${escape(faults.join("\n"))}</failure>` : "";
    return `<testcase name="${escape(name)}">${failure}</testcase>`;
  });
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `<testsuites><testsuite name="screens">\n${lines.join("\n")}\n</testsuite></testsuites>\n`);
}

await build({ root, mode: "fake", logLevel: "error", build: { outDir, emptyOutDir: true } });
const server = await preview({
  root,
  mode: "fake",
  logLevel: "error",
  build: { outDir },
  preview: { port: 0, host: "127.0.0.1" },
});
const address = server.resolvedUrls.local[0];
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
try {
  for (const variant of [...desk, ...kiosk]) {
    const isKiosk = variant.startsWith("kiosk-");
    // One context for all screens, so that fonts are decoded from its cache; what a screen shows lives in its page.
    const viewport = SIZES[variant.replace("kiosk-", "").split("-")[0]];
    const context = await browser.newContext({ viewport, reducedMotion: "reduce" });
    mkdirSync(join(pictures, variant), { recursive: true });
    if (isKiosk) for (const journey of JOURNEYS) await travel(context, address, variant, journey);
    else for (const scene of SCENES.filter(({ name }) => isWanted(name))) await shoot(context, address, variant, scene);
    await context.close();
  }
} finally {
  await browser.close();
  await server.close();
  rmSync(work, { recursive: true, force: true });
}
if (process.env.JUNIT) writeReport(process.env.JUNIT, cases);
process.stdout.write(
  failed === 0
    ? `${cases.length} screens in ${desk.length + kiosk.length} variants: nothing found\n`
    : `${failed} screens with findings\n`,
);
process.exitCode = failed === 0 ? 0 : 1;
