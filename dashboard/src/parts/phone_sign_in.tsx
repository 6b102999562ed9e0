// Signing in by a code that comes as an SMS.
import type { Auth } from "firebase/auth";
import { useRef, useState } from "preact/hooks";
import { parseMsisdn } from "../phone.ts";
import { type SignInProblem, sendCode, signInProblem } from "../session.ts";
import { useWords } from "../words/words.ts";
import { Field } from "./field.tsx";
import { Notice } from "./notice.tsx";

type Confirm = (code: string) => Promise<void>;

const CODE = /^\d{6}$/;

export function PhoneSignIn({ auth }: { readonly auth: Auth }) {
  const words = useWords().signIn;
  const robot = useRef<HTMLDivElement>(null);
  const [phone, setPhone] = useState("");
  const [code, setCode] = useState("");
  const [confirm, setConfirm] = useState<Confirm | null>(null);
  const [working, setWorking] = useState(false);
  const [problem, setProblem] = useState<SignInProblem | null>(null);
  const attempt = async (work: () => Promise<void>) => {
    if (working) return;
    setWorking(true);
    setProblem(null);
    try {
      await work();
    } catch (error) {
      setProblem(signInProblem(error));
    } finally {
      setWorking(false);
    }
  };
  const ask = async () => {
    const msisdn = parseMsisdn(phone);
    if (msisdn === null || robot.current === null) return setProblem("badPhone");
    const confirmed = await sendCode(auth, msisdn, robot.current);
    setConfirm(() => confirmed);
  };
  const prove = async () => {
    const typed = code.replaceAll(" ", "");
    if (!CODE.test(typed)) return setProblem("badCode");
    await confirm?.(typed);
  };
  const startAgain = () => {
    setConfirm(null);
    setCode("");
    setProblem(null);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void attempt(confirm === null ? ask : prove);
      }}
    >
      {confirm === null ? (
        <Field
          id="phone"
          label={words.phone}
          hint={words.phoneHint}
          value={phone}
          onValue={setPhone}
          inputMode="tel"
          autocomplete="tel"
        />
      ) : (
        <Field
          id="code"
          label={words.code}
          hint={words.codeHint(phone)}
          value={code}
          onValue={setCode}
          inputMode="numeric"
          autocomplete="one-time-code"
        />
      )}
      {problem === null ? null : <Notice kind="bad">{words[problem]}</Notice>}
      <button type="submit" class="main" disabled={working}>
        {working ? words.working : confirm === null ? words.sendCode : words.submit}
      </button>
      {confirm === null ? null : (
        <button type="button" class="plain" onClick={startAgain}>
          {words.anotherPhone}
        </button>
      )}
      <div ref={robot} />
    </form>
  );
}
