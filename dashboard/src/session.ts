// Who is signed in, and as what.
import {
  type Auth,
  onAuthStateChanged,
  RecaptchaVerifier,
  signInWithEmailAndPassword,
  signInWithPhoneNumber,
  signOut,
  type User,
} from "firebase/auth";
import { useEffect, useState } from "preact/hooks";
import * as json from "./json.ts";

export type Role = "tenant" | "staff" | "device";

export interface Person {
  readonly uid: string;
  readonly email: string;
  readonly role: Role;
  /** The ID token for our API. */
  readonly token: (fresh: boolean) => Promise<string>;
  readonly signOut: () => Promise<void>;
}

/** `undefined` until the SDK knows; `null` when nobody is signed in. */
export function usePerson(auth: Auth): Person | null | undefined {
  const [person, setPerson] = useState<Person | null>();
  useEffect(() => {
    let latest: User | null = null;
    return onAuthStateChanged(auth, async (user) => {
      latest = user;
      const next = user === null ? null : await personOf(auth, user);
      if (latest === user) setPerson(next);
    });
  }, [auth]);
  return person;
}

export async function signIn(auth: Auth, email: string, password: string): Promise<void> {
  await signInWithEmailAndPassword(auth, email.trim(), password);
}

/**
 * Has a code sent to that phone (2547XXXXXXXX); the code, given to what comes back, signs in. Firebase
 * asks Google whether a person does this, in `place` if it must; the emulator does not.
 */
export async function sendCode(
  auth: Auth,
  msisdn: string,
  place: HTMLElement,
): Promise<(code: string) => Promise<void>> {
  auth.languageCode = document.documentElement.lang;
  const verifier = new RecaptchaVerifier(auth, place, { size: "invisible" });
  try {
    const sent = await signInWithPhoneNumber(auth, `+${msisdn}`, verifier);
    return async (code) => {
      await sent.confirm(code);
    };
  } finally {
    verifier.clear();
  }
}

export type SignInProblem =
  | "wrong"
  | "tooMany"
  | "offline"
  | "closed"
  | "badPhone"
  | "badCode"
  | "wrongCode"
  | "oldCode"
  | "robot"
  | "failed";

const PROBLEMS: Readonly<Record<string, SignInProblem>> = {
  "auth/invalid-credential": "wrong",
  "auth/invalid-email": "wrong",
  "auth/invalid-login-credentials": "wrong",
  "auth/missing-password": "wrong",
  "auth/user-not-found": "wrong",
  "auth/wrong-password": "wrong",
  "auth/too-many-requests": "tooMany",
  "auth/network-request-failed": "offline",
  "auth/user-disabled": "closed",
  "auth/invalid-phone-number": "badPhone",
  "auth/invalid-verification-code": "wrongCode",
  "auth/code-expired": "oldCode",
  "auth/invalid-verification-id": "oldCode",
  "auth/captcha-check-failed": "robot",
  "auth/invalid-app-credential": "robot",
};

/** Why signing in failed; whether the e-mail is known is not told. */
export function signInProblem(error: unknown): SignInProblem {
  return PROBLEMS[json.text(error, "code") ?? ""] ?? "failed";
}

export function roleOf(claims: unknown): Role {
  switch (json.text(claims, "role")) {
    case "operator":
    case "admin":
      return "staff";
    case "meter":
      return "device";
    default:
      return "tenant";
  }
}

async function personOf(auth: Auth, user: User): Promise<Person> {
  return {
    uid: user.uid,
    email: user.email ?? "",
    role: await roleInToken(user),
    token: (fresh) => user.getIdToken(fresh),
    signOut: () => signOut(auth),
  };
}

/** Offline with an expired ID token nobody can tell the role; a tenant's page shows no more. */
async function roleInToken(user: User): Promise<Role> {
  try {
    return roleOf((await user.getIdTokenResult()).claims);
  } catch {
    return "tenant";
  }
}
