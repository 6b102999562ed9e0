// App Check: proof for the functions and the database that a request comes from this page. Only in a
// build with a reCAPTCHA v3 site key (APP_CHECK_SITE_KEY), and never against the emulators.
import type { FirebaseApp } from "firebase/app";

declare const __APP_CHECK_SITE_KEY__: string; // put in by vite.config.ts

/** The header's value, or null where nobody asks for it or none can be had. */
export type AppProof = () => Promise<string | null>;

const NO_PROOF: AppProof = async () => null;

export async function startAppCheck(app: FirebaseApp, emulated: boolean): Promise<AppProof> {
  if (__APP_CHECK_SITE_KEY__ === "" || emulated) return NO_PROOF;
  const { getToken, initializeAppCheck, ReCaptchaV3Provider } = await import("firebase/app-check");
  const check = initializeAppCheck(app, {
    provider: new ReCaptchaV3Provider(__APP_CHECK_SITE_KEY__),
    isTokenAutoRefreshEnabled: true,
  });
  return async () => {
    try {
      return (await getToken(check)).token;
    } catch {
      return null; // the functions say what is missing
    }
  };
}
