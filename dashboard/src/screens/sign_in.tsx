// Signing in: by e-mail and password, or by phone.
import type { Auth } from "firebase/auth";
import { useRef, useState } from "preact/hooks";
import { Notice } from "../parts/notice.tsx";
import { PhoneSignIn } from "../parts/phone_sign_in.tsx";
import { Title } from "../parts/title.tsx";
import { type SignInProblem, signIn, signInProblem } from "../session.ts";
import { useWords } from "../words/words.ts";

export function SignIn({ auth }: { readonly auth: Auth }) {
  const words = useWords().signIn;
  const [byPhone, setByPhone] = useState(false);
  return (
    <section class="card narrow-column centred">
      <Title>{words.title}</Title>
      <p class="muted">{words.lead}</p>
      {byPhone ? <PhoneSignIn auth={auth} /> : <PasswordSignIn auth={auth} />}
      <button type="button" class="plain" onClick={() => setByPhone(!byPhone)}>
        {byPhone ? words.useEmail : words.usePhone}
      </button>
    </section>
  );
}

function PasswordSignIn({ auth }: { readonly auth: Auth }) {
  const words = useWords().signIn;
  const email = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  const [working, setWorking] = useState(false);
  const [problem, setProblem] = useState<SignInProblem | null>(null);
  const show = (shown: boolean) => {
    if (password.current !== null) password.current.type = shown ? "text" : "password";
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    if (working) return;
    setWorking(true);
    setProblem(null);
    try {
      await signIn(auth, email.current?.value ?? "", password.current?.value ?? "");
    } catch (error) {
      setProblem(signInProblem(error));
      password.current?.focus();
    } finally {
      setWorking(false);
    }
  };
  return (
    <form onSubmit={submit}>
      <label>
        {words.email}
        <input ref={email} type="email" name="email" autocomplete="username" required />
      </label>
      <label>
        {words.password}
        <input
          ref={password}
          type="password"
          name="password"
          autocomplete="current-password"
          required
          aria-invalid={problem === "wrong"}
        />
      </label>
      <label class="check">
        <input type="checkbox" onChange={(event) => show(event.currentTarget.checked)} />
        {words.show}
      </label>
      {problem === null ? null : <Notice kind="bad">{words[problem]}</Notice>}
      <button type="submit" class="main" disabled={working}>
        {working ? words.working : words.submit}
      </button>
    </form>
  );
}
