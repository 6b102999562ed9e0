// Starts the page: configuration, Firebase, then the app.
import { render } from "preact";
import { App } from "./app.tsx";
import { loadConfig } from "./config.ts";
import { startFirebase } from "./firebase.ts";
import { languageOf, WORDS } from "./words/words.ts";
import "./style.css";

async function start(place: HTMLElement): Promise<void> {
  try {
    const firebase = await startFirebase(await loadConfig());
    place.replaceChildren();
    render(<App firebase={firebase} />, place);
  } catch (error) {
    console.error(error);
    const words = WORDS[languageOf(navigator.languages)];
    place.replaceChildren();
    render(<p class="loading">{words.startFailed}</p>, place);
  }
}

const place = document.getElementById("app");
if (place !== null) void start(place);
