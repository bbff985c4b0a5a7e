/** Starts the window. */
import { mount } from "svelte";
import { openHost } from "$lib/ipc/host";
import { app } from "$lib/lib/app.svelte";
import Window from "$lib/shell/Window.svelte";
import "$lib/styles/fonts.css";
import "$lib/styles/tokens.css";
import "$lib/styles/desk.css";
import "$lib/styles/window.css";
import "$lib/styles/kiosk.css";

const target = document.getElementById("app");
if (!target) throw new Error("index.html has no #app");
mount(Window, { target });
await app.start(await openHost());
