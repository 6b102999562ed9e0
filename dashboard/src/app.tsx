// The frame: who is signed in, in which language, and which screen is shown.
import { ref, set } from "firebase/database";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { askWith } from "./api.ts";
import type { AppProof } from "./app_check.ts";
import type { Firebase } from "./firebase.ts";
import { DatabaseContext, known, useLive } from "./live.ts";
import { Header, Menu } from "./parts/frame.tsx";
import { Notice } from "./parts/notice.tsx";
import { profileFromNode } from "./profile.ts";
import { Till } from "./purchase.ts";
import { type Route, useRoute } from "./route.ts";
import { Buy } from "./screens/buy.tsx";
import { Estate } from "./screens/estate.tsx";
import { Home } from "./screens/home.tsx";
import { PaymentScreen } from "./screens/payment.tsx";
import { Payments } from "./screens/payments.tsx";
import { SignIn } from "./screens/sign_in.tsx";
import { type Person, usePerson } from "./session.ts";
import { SessionContext } from "./session_context.ts";
import { openKeeper } from "./storage.ts";
import { type Language, languageOf, useWords, WORDS, WordsContext } from "./words/words.ts";

const LANGUAGE_PLACE = "lipamita.language";
const KEEPER = openKeeper();

export function App({ firebase }: { firebase: Firebase }) {
  const person = usePerson(firebase.auth);
  const [language, setLanguage] = useState(rememberedLanguage);
  // By hand, since the page was opened. Not a state: an effect that was scheduled before the choice
  // and runs after it must know of it.
  const chosen = useRef(false);
  const choose = (wanted: Language) => {
    chosen.current = true;
    setLanguage(wanted);
  };
  useEffect(() => {
    document.documentElement.lang = language;
    KEEPER.setItem(LANGUAGE_PLACE, language);
  }, [language]);
  return (
    <WordsContext.Provider value={WORDS[language]}>
      <DatabaseContext.Provider value={firebase.database}>
        {person ? (
          <SignedIn
            key={person.uid}
            firebase={firebase}
            person={person}
            language={language}
            chosen={chosen}
            onLanguage={setLanguage}
            onChoose={choose}
          />
        ) : (
          <Stranger
            firebase={firebase}
            known={person === null}
            language={language}
            onLanguage={choose}
          />
        )}
      </DatabaseContext.Provider>
    </WordsContext.Provider>
  );
}

interface LanguageChoice {
  readonly language: Language;
  readonly onLanguage: (language: Language) => void;
}

function Stranger(
  props: LanguageChoice & { readonly firebase: Firebase; readonly known: boolean },
) {
  const words = useWords();
  if (!props.known) return <p class="loading">{words.loading}</p>;
  return (
    <>
      <Header language={props.language} onLanguage={props.onLanguage} />
      <main>
        <SignIn auth={props.firebase.auth} />
      </main>
    </>
  );
}

function SignedIn(
  props: LanguageChoice & {
    readonly firebase: Firebase;
    readonly person: Person;
    readonly chosen: { readonly current: boolean };
    readonly onChoose: (language: Language) => void;
  },
) {
  const { firebase, person, language, chosen, onLanguage, onChoose } = props;
  const words = useWords();
  const route = useRoute();
  const live = useLive({ path: `users/${person.uid}` }, profileFromNode);
  const profile = known(live) ?? profileFromNode(null);
  const session = useMemo(() => openSession(person, firebase.proof), [person, firebase]);
  useEffect(() => {
    // What was chosen by hand stands, also when the profile comes in later and says another.
    if (profile.language !== null && !chosen.current) onLanguage(profile.language);
  }, [profile.language, chosen, onLanguage]);
  const ready = person.role !== "device" && live.state === "known";
  useEffect(() => {
    if (!ready) return;
    // Once for each opening, also where there is a profile: staff may have made it without the phone
    // and address of the account, and those change. The profile comes in live. A failure is made up
    // for at the next opening.
    const body = { language: document.documentElement.lang };
    void session.ask({ method: "POST", path: "/api/users/me", body });
  }, [ready, session]);
  const choose = (wanted: Language) => {
    onChoose(wanted);
    const place = ref(firebase.database, `users/${person.uid}/language`);
    set(place, wanted).catch(() => undefined); // the page keeps the choice in any case
  };
  return (
    <SessionContext.Provider value={{ ...session, profile }}>
      <Header language={language} onLanguage={choose} onSignOut={person.signOut} />
      <Menu role={person.role} route={route} />
      <main>
        <Disconnected />
        {live.state === "loading" ? <p class="loading">{words.loading}</p> : null}
        {live.state === "refused" ? <Notice kind="bad">{words.notReadable}</Notice> : null}
        {live.state === "known" ? <Screen route={route} person={person} /> : null}
      </main>
    </SessionContext.Provider>
  );
}

function Screen({ route, person }: { route: Route; person: Person }) {
  const words = useWords();
  if (person.role === "device") return <Notice kind="bad">{words.signIn.device}</Notice>;
  if (route.screen === "payment") {
    return <PaymentScreen key={route.transactionId} transactionId={route.transactionId} />;
  }
  if (person.role === "staff") return <Estate />;
  switch (route.screen) {
    case "buy":
      return <Buy />;
    case "payments":
      return <Payments />;
    default:
      return <Home />;
  }
}

const PATIENCE_MS = 4_000;

/** Says that the connection is gone, once that has lasted a moment. */
function Disconnected() {
  const words = useWords();
  const connected = known(useLive({ path: ".info/connected" }, Boolean));
  const [gone, setGone] = useState(false);
  useEffect(() => {
    if (connected !== false) return setGone(false);
    const timer = setTimeout(() => setGone(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [connected]);
  return (
    <div aria-live="polite">{gone ? <Notice kind="warn">{words.noConnection}</Notice> : null}</div>
  );
}

function openSession(person: Person, proof: AppProof) {
  const ask = askWith(person.token, proof);
  const pause = (durationMs: number) =>
    new Promise<void>((resolve) => setTimeout(resolve, durationMs));
  const newKey = () => crypto.randomUUID();
  return { person, ask, till: new Till(person.uid, KEEPER, ask, newKey, pause) };
}

function rememberedLanguage(): Language {
  const remembered = KEEPER.getItem(LANGUAGE_PLACE);
  return languageOf(remembered === null ? navigator.languages : [remembered]);
}
