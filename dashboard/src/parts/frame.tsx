// What surrounds every screen: the name, the language, the way out, and the menu.
import { hashOf, type Route } from "../route.ts";
import type { Role } from "../session.ts";
import { LANGUAGES, type Language, useWords, WORDS } from "../words/words.ts";
import { Icon, type IconName } from "./icons.tsx";

export function Header(props: {
  readonly language: Language;
  readonly onLanguage: (language: Language) => void;
  readonly onSignOut?: () => Promise<void>;
}) {
  const words = useWords();
  return (
    <header class="top">
      <a class="brand" href="#/">
        <Icon name="bolt" />
        lipamita
      </a>
      <fieldset class="languages">
        <legend class="hidden">{words.menu.language}</legend>
        {LANGUAGES.map((language) => (
          <button
            key={language}
            type="button"
            lang={language}
            aria-pressed={language === props.language}
            aria-label={WORDS[language].language}
            onClick={() => props.onLanguage(language)}
          >
            {language.toUpperCase()}
          </button>
        ))}
      </fieldset>
      {props.onSignOut === undefined ? null : (
        <button type="button" class="plain" onClick={props.onSignOut}>
          <Icon name="out" />
          <span class="wide">{words.signIn.out}</span>
          <span class="hidden narrow">{words.signIn.out}</span>
        </button>
      )}
    </header>
  );
}

interface Item {
  readonly route: Route;
  readonly icon: IconName;
  readonly label: string;
}

export function Menu({ role, route }: { readonly role: Role; readonly route: Route }) {
  const words = useWords();
  const { home, buy, payments } = words.menu;
  const items: readonly Item[] = [
    { route: { screen: "home" }, icon: "home", label: home },
    { route: { screen: "buy" }, icon: "bolt", label: buy },
    { route: { screen: "payments" }, icon: "list", label: payments },
  ];
  if (role !== "tenant") return null;
  const current = route.screen === "payment" ? "payments" : route.screen;
  return (
    <nav class="menu" aria-label={words.menu.label}>
      {items.map((item) => (
        <a
          key={item.icon}
          href={hashOf(item.route)}
          {...(item.route.screen === current ? { "aria-current": "page" as const } : {})}
        >
          <Icon name={item.icon} />
          {item.label}
        </a>
      ))}
    </nav>
  );
}
