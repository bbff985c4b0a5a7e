// Opens every screen on the fake host in a real engine, in both sizes, languages and themes: axe finds nothing, no text
// leaves its box, nothing is written to the console, and nothing is fetched from elsewhere. Pictures go to /artifacts.
//
// SCREENS=name,name runs only these; VARIANTS=1366-zh-light only that; CHROMIUM names another browser; JUNIT a file for
// the report.
import axe from "axe-core";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build, preview } from "vite";
import { findLayoutFaults } from "./layout.mjs";
import { SCENES } from "./scenes.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const pictures = join(root, "../artifacts/screens");
const work = mkdtempSync(join(tmpdir(), "yuyue-screens-"));
const outDir = join(work, "dist");
const SIZES = { 1366: { width: 1366, height: 768 }, 1920: { width: 1920, height: 1080 } };
const chosen = (name, all) =>
  process.env[name] ? all.filter((one) => process.env[name].split(",").includes(one)) : all;

const variants = chosen(
  "VARIANTS",
  Object.keys(SIZES).flatMap((size) =>
    ["zh", "en"].flatMap((lang) => ["light", "hc"].map((theme) => `${size}-${lang}-${theme}`)),
  ),
);
const names = chosen(
  "SCREENS",
  SCENES.map((scene) => scene.name),
);

async function look(page) {
  await page.evaluate(() => document.fonts.ready);
  await page.evaluate(axe.source);
  const result = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  const findings = result.violations.flatMap((rule) =>
    rule.nodes.map((node) => `axe ${rule.id}: ${node.html.slice(0, 140)} ${node.any[0]?.message ?? ""}`),
  );
  return [...findings, ...(await page.evaluate(findLayoutFaults))];
}

async function shoot(context, address, variant, scene) {
  const [, lang, theme] = variant.split("-");
  const page = await context.newPage();
  page.setDefaultTimeout(8000);
  const faults = [];
  // The PIN field of bits-ui reads its own state once more after it is gone; that is harmless and not ours.
  const harmless = (text) => text.includes("derived_inert");
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()) && !harmless(message.text()))
      faults.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on(
    "request",
    (request) =>
      !request.url().startsWith(address) &&
      !request.url().startsWith("data:") &&
      faults.push(`fetched ${request.url()}`),
  );
  try {
    await page.goto(`${address}?frozen&${scene.start ?? "open"}&lang=${lang}&theme=${theme}`);
    await page.locator("main:not([aria-busy=true])").waitFor();
    await scene.run(page);
    await page.mouse.move(0, 0);
    faults.push(...(await look(page)));
  } catch (error) {
    faults.push(`not reached: ${error.message.split("\n").slice(0, 3).join(" ")}`);
  }
  mkdirSync(join(pictures, variant), { recursive: true });
  await page.screenshot({ path: join(pictures, variant, `${scene.name}.png`) });
  await page.close();
  return faults;
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

const cases = [];
let failed = 0;
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
  for (const variant of variants) {
    // One context for all screens, so that fonts are decoded from its cache; what a screen shows lives in its page.
    const context = await browser.newContext({ viewport: SIZES[variant.split("-")[0]], reducedMotion: "reduce" });
    for (const scene of SCENES.filter(({ name }) => names.includes(name))) {
      const faults = await shoot(context, address, variant, scene);
      cases.push({ name: `${variant} ${scene.name}`, faults });
      if (faults.length === 0) continue;
      failed += 1;
      process.stdout.write(
        `${variant} ${scene.name}\n${faults
          .slice(0, 12)
          .map((fault) => `  ${fault}\n`)
          .join("")}`,
      );
    }
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
    ? `${names.length} screens in ${variants.length} variants: nothing found\n`
    : `${failed} screens with findings\n`,
);
process.exitCode = failed === 0 ? 0 : 1;
