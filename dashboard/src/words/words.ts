// Which words are shown: the language of the profile, else of this browser.
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { en, type Words } from "./en.ts";
import { sw } from "./sw.ts";

export type Language = "en" | "sw";
export const LANGUAGES: readonly Language[] = ["en", "sw"];
export const WORDS: Readonly<Record<Language, Words>> = { en, sw };

export const WordsContext = createContext<Words>(en);

export function useWords(): Words {
  return useContext(WordsContext);
}

/** The first of the browser's languages that we speak. */
export function languageOf(preferred: readonly string[]): Language {
  const known = preferred.map((tag) => tag.slice(0, 2).toLowerCase());
  return known.find((tag): tag is Language => tag === "en" || tag === "sw") ?? "en";
}
